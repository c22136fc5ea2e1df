"""The tracking from outside: what was asked is there with its scores, after kills too, and a user can be forgotten."""
import contextlib
import json
import random
import sqlite3
import threading
import time

from harness import Server, place, serving, wait_for
from test_events import Stream

KILLS, SEED = 3, 5
QUERIES = "/v1/tracking/queries"
TEXTS = {"leave": "Employees get 30 days of paid leave per year.",
         "office": "The office opens at 8 in the morning and closes at 6 in the evening."}


@contextlib.contextmanager
def served(home, *args):
    s = Server(home, *args)
    try:
        yield s
    finally:
        s.stop()


def fill(s):
    for name, text in TEXTS.items():
        s.put_document(id=name, collection="hr", title=name, text=text)


def ask(s, question, **more):
    answer = s.post("/v1/chat/query", {"question": question, **more})
    assert answer.status == 200, answer.body
    return answer.json


def pages(s, path):
    out, cursor = [], ""
    while True:
        page = s.get(f"{path}{'&' if '?' in path else '?'}limit=7&cursor={cursor}").json
        out += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return out


def tracked(s, query_id):
    return wait_for("the query", lambda: (a := s.get(f"{QUERIES}/{query_id}")).status == 200 and a.json)


def test_asked_and_shown(binary):
    with serving(binary) as s:
        fill(s)
        answer = ask(s, "How many days of paid leave do employees get?", collections=["hr"])
        q = tracked(s, answer["query_id"])
        assert q["status"] == "completed" and q["query_text"].startswith("How many days")
        assert q["collections"] == ["hr"] and q["error"] is None and q["feedback"] is None
        assert q["route"] == answer["route"] and q["timings_ms"] == answer["timings_ms"]
        assert [(r["position"], r["chunk_id"], r["title"]) for r in q["retrievals"]] == [
            (i["position"], i["chunk_id"], i["title"]) for i in answer["sources"]]
        assert [r["scores"] for r in q["retrievals"]] == [i["scores"] for i in answer["sources"]]
        cited = {c["marker"] for c in answer["citations"]}
        assert {r["position"] for r in q["retrievals"] if r["cited"]} == cited
        s.post("/v1/feedback", {"query_id": answer["query_id"], "rating": 1, "comment": "good"})
        wait_for("the feedback", lambda: tracked(s, answer["query_id"])["feedback"])
        assert tracked(s, answer["query_id"])["feedback"]["comment"] == "good"


def test_filters(binary):
    with serving(binary) as s:
        fill(s)
        ids = [ask(s, f"question {i} about {'apples' if i % 3 == 0 else 'pears'}", collections=["hr"])["query_id"]
               for i in range(9)]
        tracked(s, ids[-1])
        listed = [q["query_id"] for q in pages(s, QUERIES)]
        assert listed == ids[::-1]
        assert [q["query_id"] for q in pages(s, f"{QUERIES}?q=apples")] == ids[::-1][2::3]
        assert len(pages(s, f"{QUERIES}?collection=hr")) == 9 and pages(s, f"{QUERIES}?collection=none") == []
        assert len(pages(s, f"{QUERIES}?user=admin")) == 9 and pages(s, f"{QUERIES}?user=nobody") == []
        assert pages(s, f"{QUERIES}?min_ms=100000") == [] and len(pages(s, f"{QUERIES}?min_ms=0.001")) == 9
        assert len(pages(s, f"{QUERIES}?status=completed")) == 9 and pages(s, f"{QUERIES}?status=failed") == []
        assert pages(s, f"{QUERIES}?until=2020-01-01") == [] and len(pages(s, f"{QUERIES}?since=2020-01-01")) == 9
        for bad in ("status=well", "min_ms=-1", "cursor=no", "since=never", "user_id=x"):
            got = s.get(f"{QUERIES}?{bad}")
            assert got.status == 400 and got.json["errors"], (bad, got.body)
        assert s.get(f"{QUERIES}/none").status == 404
        stats = s.get("/v1/tracking/stats?bucket=hour").json
        assert stats["total"]["queries"] == 9 and stats["total"]["completed"] == 9
        assert sum(p["queries"] for p in stats["series"]) == 9 and stats["collections"][0]["name"] == "hr"
        assert stats["total"]["p50_ms"] <= stats["total"]["p95_ms"] <= stats["total"]["p99_ms"]
        assert s.get("/v1/tracking/stats?bucket=year").status == 400
        for since in ("1970-01-01T00:00:00Z", "1950-01-01T00:00:00Z"):
            stats = s.get(f"/v1/tracking/stats?since={since}").json
            assert (stats["since"], stats["bucket"], stats["total"]["queries"]) == ("1970-01-01T00:00:00.000Z", "week", 9), stats
        for query, says in (("since=1970-01-01T00:00:00Z&bucket=hour", "?bucket"), ("since=2130-01-01T00:00:00Z", "?since")):
            refused = s.get(f"/v1/tracking/stats?{query}")
            assert refused.status == 400 and refused.json["errors"][0]["pointer"] == says, refused.body
            assert says[1:] in refused.json["detail"], refused.body
        assert pages(s, f"{QUERIES}?until=1970-01-01T00:00:00Z") == []


def test_document_life(binary):
    with serving(binary) as s:
        fill(s)
        tracked(s, ask(s, "How many days of paid leave?", collections=["hr"])["query_id"])
        s.put_document(id="leave", collection="hr", title="leave", text="Employees get 31 days of leave.")
        assert s.request("DELETE", "/v1/knowledge/documents/leave?collection=hr").status == 204
        life = s.get("/v1/tracking/documents/leave").json
        assert [e["event"] for e in life["life"]] == ["created", "updated", "deleted"]
        assert life["retrieved"] >= 1 and life["deleted_at"] is not None
        assert s.get("/v1/tracking/documents/none").status == 404


def test_erased(binary):
    """Nothing of a user is in answers or files; another's is."""
    with serving(binary) as s:
        fill(s)
        kept = ask(s, "When does the office open?")["query_id"]
        named = s.post("/chat", {"user_name": "eve", "question": "Where does the xylophonist sit?"}).json["query_id"]
        tracked(s, kept)
        tracked(s, named)
        eve = s.post("/v1/tracking/erase", {"user_id": "eve"}).json["erased"]
        assert eve["conversations"] == 1 and eve["tracking_queries"] == 1 and eve["feed_history"] >= 3, eve
        assert s.get(f"{QUERIES}/{named}").status == 404 and s.get(f"{QUERIES}/{kept}").status == 200
        assert "xylophonist" not in json.dumps(pages(s, "/v1/events"))
        erased = s.post("/v1/tracking/erase", {"user_id": "admin"})
        assert erased.status == 200, erased.body
        counts = erased.json["erased"]
        assert counts["conversations"] >= 1 and counts["tracking_queries"] >= 1 and counts["events"] >= 3
        assert {h["name"] for h in erased.json["held_elsewhere"]} >= {"watchers", "logs"}
        feed = Stream(s, "/v1/events/stream?replay=100")
        s.post("/v1/chat/conversations", {"title": "Afterwards"})
        shown = feed.until(lambda e: e["type"] == "conversation.created")
        feed.close()
        assert "office open" not in json.dumps(shown), shown
        assert pages(s, QUERIES) == [] and s.get(f"{QUERIES}/{kept}").status == 404
        assert [c["title"] for c in s.get("/v1/chat/conversations").json["items"]] == ["Afterwards"]
        for event in pages(s, "/v1/events"):
            if event["event_type"].startswith("query."):
                assert event["metadata"]["user_id"] == "" and "office open" not in json.dumps(event), event
        for path in (s.place.data / "tracking.db", s.place.data / "tracking.db-wal"):
            assert b"xylophonist" not in path.read_bytes(), path
        told = s.place.run("tracking", "erase", "nobody", "--yes")
        assert told.returncode == 0 and "0  tracking queries" in told.stdout and "{" not in told.stdout, told.stdout
        assert "\n  logs: lines on standard error" in told.stdout, told.stdout
        assert s.post("/v1/tracking/erase", {"user_id": ""}).status == 400
        assert s.post("/v1/tracking/erase", {}).status == 400


def files_with(data, word):
    return sorted(str(f.relative_to(data)) for f in data.rglob("*") if f.is_file() and word in f.read_bytes())


def test_erased_from_every_file(binary):
    """What only a user said is in no file of the data folder afterwards: turns, titles, events, kept answers, tracking."""
    with serving(binary) as s:
        fill(s)
        told = {"Idempotency-Key": "k-1"}
        made = s.post("/v1/chat/conversations", {"title": "About the xylophonist"}, headers=told)
        assert made.status == 201 and s.post("/v1/chat/conversations", {"title": "About the xylophonist"}, headers=told).body == made.body
        conversation = made.json["id"]
        query = s.post("/v1/chat/query", {"question": "When does the office of the xylophonist open?", "conversation_id": conversation},
                       headers={"Idempotency-Key": "k-2"})
        assert query.status == 200, query.body
        tracked(s, query.json["query_id"])
        s.post("/v1/feedback", {"query_id": query.json["query_id"], "rating": 1, "comment": "Play it, xylophonist"})
        wait_for("the turn", lambda: "xylophonist" in s.get(f"/v1/chat/conversations/{conversation}").body.decode())
        wait_for("the files", lambda: len(files_with(s.place.data, b"xylophonist")) >= 2)
        erased = s.post("/v1/tracking/erase", {"user_id": "admin"})
        assert erased.status == 200, erased.body
        counts = erased.json["erased"]
        assert counts["kept_answers"] == 3 and counts["cached_vectors"] >= 1 and counts["conversations"] == 1, counts
        assert files_with(s.place.data, b"xylophonist") == []
        assert files_with(s.place.data, b"office opens at 8"), "the documents stay"
        again = s.post("/v1/chat/conversations", {"title": "Another"}, headers=told)
        assert again.status == 201 and again.json["id"] != conversation, again.body


def test_off(binary):
    """One line turns it off: no file, no place in the outbox, and routes that say so."""
    with place(binary) as home:
        with served(home, "--set", "tracking.enabled=false") as s:
            fill(s)
            ask(s, "When does the office open?")
            got = s.get(QUERIES)
            assert got.status == 501 and "tracking.enabled" in got.json["detail"], got.body
            assert s.post("/v1/tracking/erase", {"user_id": "admin"}).status == 200
        assert not (home.data / "tracking.db").exists()
        with sqlite3.connect(f"file:{home.data}/catalog.db?mode=ro", uri=True) as db:
            assert db.execute("SELECT count(*) FROM event_cursor WHERE consumer='tracking'").fetchone() == (0,)


def test_no_texts(binary):
    with serving(binary, "--set", "privacy.keep_texts=false", "--set", "privacy.hash_user_ids=true") as s:
        fill(s)
        q = tracked(s, ask(s, "When does the office open?")["query_id"])
        assert q["query_text"] is None and q["response_text"] is None and q["user_id"].startswith("h:")
        assert len(pages(s, f"{QUERIES}?user=admin")) == 1
        follow_up = s.post("/v1/chat/query", {"question": "And who sweeps it?", "conversation_id": q["conversation_id"]}).json
        assert "read as: " in follow_up["route"]["reason"], follow_up
        shown = tracked(s, follow_up["query_id"])
        for told in (shown, pages(s, "/v1/events?type=query.*")):
            assert "office open" not in json.dumps(told) and "sweeps" not in json.dumps(told), told


def test_killed(binary):
    """Killed in the middle, several times: every durable event counts once."""
    rng = random.Random(SEED)
    with place(binary) as home:
        for life in range(KILLS):
            server = Server(home)
            if life == 0:
                fill(server)

            def drive(s=server):
                try:
                    for i in range(1000):
                        ask(s, f"question {i} of life {life}", collections=["hr"])
                except (OSError, AssertionError):
                    pass
                except Exception:  # a connection cut in the middle of an answer
                    pass

            threads = [threading.Thread(target=drive) for _ in range(3)]
            for t in threads:
                t.start()
            time.sleep(rng.uniform(0.5, 2.0))
            server.kill()
            for t in threads:
                t.join()
        with served(home) as s:
            events = pages(s, "/v1/events?type=query.*")
            asked = {e["payload"]["query_id"] for e in events if e["event_type"] == "query.requested"}
            done = {e["payload"]["query_id"] for e in events if e["event_type"] == "query.completed"}
            log = pages(s, QUERIES)
            assert len(asked) > 3
            assert len(log) == len(asked) and {q["query_id"] for q in log} == asked
            assert {q["query_id"] for q in log if q["status"] == "completed"} == done
            total = s.get("/v1/tracking/stats").json["total"]
            assert (total["queries"], total["completed"]) == (len(asked), len(done))
            retrieved = sum(q["document_count"] for q in log)
            lives = [s.get(f"/v1/tracking/documents/{name}").json["retrieved"] for name in TEXTS]
            assert sum(lives) == retrieved, (lives, retrieved)

"""The tracking from outside: what was asked is there with its scores, after kills too, and a user can be forgotten."""
import contextlib
import json
import random
import re
import socket
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
        for series in (stats["series"], stats["collections"][0]["series"]):  # every hour of a day, empty ones as noughts
            assert len(series) in (25, 26) and series[0]["start"] == stats["since"], series
            assert len({p["start"] for p in series}) == len(series) and series == sorted(series, key=lambda p: p["start"])
            assert series[0]["queries"] == 0 and series[0]["p50_ms"] == 0 and series[0]["zero_result_rate"] == 0, series[0]
        assert stats["total"]["p50_ms"] <= stats["total"]["p95_ms"] <= stats["total"]["p99_ms"]
        assert s.get("/v1/tracking/stats?bucket=year").status == 400
        for since in ("1970-01-01T00:00:00Z", "1950-01-01T00:00:00Z"):
            stats = s.get(f"/v1/tracking/stats?since={since}").json
            assert (stats["since"], stats["bucket"], stats["total"]["queries"]) == ("1970-01-01T00:00:00.000Z", "week", 9), stats
            assert 2900 < len(stats["series"]) <= 5000 and stats["series"][1]["start"] == "1970-01-05T00:00:00.000Z", stats["series"][:2]
            assert sum(p["queries"] for p in stats["series"]) == 9 and len(stats["kinds"][0]["series"]) in (1, len(stats["series"])), stats["kinds"]
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
        assert told.returncode == 3 and "0  tracking queries" in told.stdout and "{" not in told.stdout, told.stdout
        assert 'nothing of a user "nobody" was found' in told.stderr, told.stderr
        assert "\n  logs: lines on standard error" in told.stdout, told.stdout
        assert re.search(r"^ +0  feed history$", told.stdout, re.M), told.stdout  # which is not empty
        assert s.post("/v1/tracking/erase", {"user_id": ""}).status == 400
        assert s.post("/v1/tracking/erase", {}).status == 400


def test_asked_under_a_name(binary):
    """Who is named in a question of the other designs' form is who asked it: log, filter, events, erasure."""
    with serving(binary) as s:
        fill(s)
        named = s.post("/chat", {"user_name": "eve", "message": "When does the office open?"}).json["query_id"]
        own = ask(s, "How many days of leave?")["query_id"]
        assert tracked(s, named)["user_id"] == "eve" and tracked(s, own)["user_id"] == "admin"
        assert [q["query_id"] for q in pages(s, f"{QUERIES}?user=eve")] == [named]
        assert [q["query_id"] for q in pages(s, f"{QUERIES}?user=admin")] == [own]
        told = [e for e in pages(s, "/v1/events") if e["payload"].get("query_id") == named]
        assert {e["event_type"] for e in told} == {"query.requested", "documents.retrieved", "query.completed"}
        assert {e["metadata"]["user_id"] for e in told} == {"eve"}, told
        assert s.post("/v1/feedback", {"query_id": named, "rating": -1, "comment": "eve plays the xylophone"}).status in (200, 201, 204)
        feed = Stream(s, "/v1/events/stream?types=conversation.*")
        erased = s.post("/v1/tracking/erase", {"user_id": "eve"}).json["erased"]
        assert erased["conversations"] == 1 and erased["tracking_queries"] == 1 and erased["events"] >= 4, erased
        # what the erasure itself announces does not say again who it was
        gone = feed.until(lambda e: e["type"] == "conversation.deleted")[-1][1]
        feed.close()
        assert re.fullmatch(r"chat:h:[0-9a-f]{32}", gone["metadata"]["conversation_id"]), gone
        assert "eve" not in json.dumps(gone["metadata"]), gone
        left = json.dumps(pages(s, "/v1/events"))
        assert "xylophone" not in left and '"eve"' not in left, left
        assert [q["query_id"] for q in pages(s, QUERIES)] == [own]
        assert s.get("/chat/history/eve").json["items"] == []


def leave(s, question, after_s):
    """Asks, and closes the connection without an answer."""
    body = json.dumps({"question": question}).encode()
    head = f"POST /v1/chat/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", s.port), timeout=10) as c:
        c.sendall(head.encode() + body)
        time.sleep(after_s)


def test_questions_nobody_waits_for(binary):
    """Whose caller leaves, or whose time is over, is in the log as any other, and the reason is in words."""
    n = 20
    with serving(binary) as s:
        fill(s)
        for i in range(n):
            leave(s, f"When does office {i} open?", i / 1000)
        late = [s.post(path, body, headers={"X-Timeout-Ms": "1"}).status for i in range(n)
                for path, body in (("/v1/chat/query", {"question": f"Is office {i} late?"}),
                                   ("/chat", {"user_name": "eve", "message": f"Is office {i} named?"}),
                                   ("/v1/search", {"query": f"late office {i}"}))]
        assert set(late) <= {200, 504}, late
        rows = wait_for("all of them", lambda: (all := pages(s, QUERIES)) if len(pages(s, QUERIES)) == 4 * n else None, seconds=20)
        assert len({q["query_text"] for q in rows}) == 4 * n
        failed = [e["payload"] for e in pages(s, "/v1/events?type=query.failed")]
        assert late.count(504) <= len(failed) and late.count(504) > 0, (late, len(failed))
        words = {(f["error_type"], f["error_message"]) for f in failed}
        assert words <= {("DEADLINE", "the deadline passed"), ("CANCELLED", "the caller left")}, words
        asked = {e["payload"]["query_id"]: e["payload"]["query_text"] for e in pages(s, "/v1/events?type=query.requested")}
        for f in failed:
            assert (f["error_type"] == "CANCELLED") == ("open?" in asked[f["query_id"]]), (f, asked[f["query_id"]])


def test_kept_answer_under_a_name_is_forgotten(binary):
    """An answer kept for an Idempotency-Key goes with the user it was for, whoever called."""
    with serving(binary) as s:
        fill(s)
        turn = {"user_name": "eve", "message": "When does the office of the xylophonist open?"}
        told = {"Idempotency-Key": "k-1"}
        first = s.post("/chat", turn, headers=told)
        assert first.status == 200 and s.post("/chat", turn, headers=told).body == first.body
        tracked(s, first.json["query_id"])
        assert s.post("/v1/tracking/erase", {"user_id": "eve"}).json["erased"]["kept_answers"] >= 1
        assert files_with(s.place.data, b"xylophonist") == []
        assert s.post("/chat", turn, headers=told).json["query_id"] != first.json["query_id"]


def test_two_documents_of_one_id(binary):
    with serving(binary) as s:
        for name, text in (("hr", "Paid leave is 30 days."), ("it", "Laptops are replaced every four years.")):
            s.put_document(id="policy", collection=name, title=f"policy of {name}", text=text)
        s.put_document(id="policy", collection="it", title="policy of it", text="Laptops are replaced every three years.")
        tracked(s, ask(s, "How many days is paid leave?", collections=["hr"])["query_id"])
        hr = s.get("/v1/tracking/documents/policy?collection=hr").json
        it = s.get("/v1/tracking/documents/policy?collection=it").json
        assert [e["event"] for e in hr["life"]] == ["created"] and [e["event"] for e in it["life"]] == ["created", "updated"]
        assert hr["retrieved"] >= 1 and it["retrieved"] == 0 and hr["collection"] == "hr"
        assert it["life"][1]["bytes"] == len("Laptops are replaced every three years."), it
        which = s.get("/v1/tracking/documents/policy")
        assert which.status == 400 and which.json["errors"][0]["pointer"] == "?collection" and "hr, it" in which.json["detail"], which.body
        assert s.get("/v1/tracking/documents/policy?collection=none").status == 404


def test_not_answered_is_a_zero_result(binary):
    with serving(binary) as s:
        fill(s)
        answer = ask(s, "Which planet has the office with the longest beard?")
        assert answer["no_answer"], answer
        said = s.post("/v1/chat/query", {"question": "Hello!"}).json["query_id"]
        q = tracked(s, answer["query_id"])
        assert q["zero_results"] is True
        assert not tracked(s, said)["zero_results"]
        assert [q["query_id"] for q in pages(s, f"{QUERIES}?zero_results=true")] == [answer["query_id"]]
        shown = {line.split()[0]: line for line in s.place.run("tracking", "queries").stdout.splitlines()[1:]}
        assert "  not answered  " in shown[answer["query_id"]] and "  completed  " in shown[said], shown
        assert s.get("/v1/tracking/stats").json["total"]["zero_results"] == 1
        done = [e for e in pages(s, "/v1/events?type=query.completed") if e["payload"]["query_id"] == answer["query_id"]][0]
        assert done["payload"]["metadata"]["no_answer"] is True and done["payload"]["document_count"] == 0 and done["payload"]["document_ids"] == []
        feed = Stream(s, "/v1/events/stream?replay=100")
        shown = feed.until(lambda e: e["type"] == "query.completed" and e["metadata"]["query_id"] == answer["query_id"])
        feed.close()
        assert "nothing in the documents answers it" in json.dumps(shown), shown


def test_searches_are_in_the_log(binary):
    """The id that a search is answered with is one that the log knows."""
    with serving(binary) as s:
        fill(s)
        found = s.post("/v1/search", {"query": "paid leave", "collections": ["hr"], "top_k": 2}).json
        q = tracked(s, found["query_id"])
        assert (q["kind"], q["status"], q["query_text"], q["user_id"], q["collections"]) == ("search", "completed", "paid leave", "admin", ["hr"])
        assert q["model_used"] is None and q["conversation_id"] is None and q["document_count"] == len(found["results"])
        assert [(r["chunk_id"], r["score"], r["cited"]) for r in q["retrievals"]] == [(r["chunk_id"], r["score"], False) for r in found["results"]]
        assert q["timings_ms"]["total"] == found["timings_ms"]["total"]
        asked = ask(s, "How many days of paid leave?", collections=["hr"])["query_id"]
        assert tracked(s, asked)["kind"] == "answer"
        stats = s.get("/v1/tracking/stats").json
        assert [(k["name"], k["queries"]) for k in stats["kinds"]] == [("answer", 1), ("search", 1)]
        assert [t["query_text"] for t in stats["top_questions"]] == ["How many days of paid leave?"]
        shown = s.place.run("tracking", "show", found["query_id"])
        assert shown.returncode == 0 and "search" in shown.stdout, shown.stdout


def test_made_up_collections(binary):
    with serving(binary) as s:
        fill(s)
        for i in range(5):
            assert s.post("/v1/chat/query", {"question": "Who sweeps?", "collections": [f"typo-{i}"]}).status == 404
            assert s.post("/v1/chat/query", {"question": "Hello!", "collections": [f"typo-{i}"]}).status in (200, 404)
            assert s.post("/v1/search", {"query": "sweeps", "collections": [f"typo-{i}"]}).status == 404
        failed = [q for q in pages(s, f"{QUERIES}?status=failed") if q["kind"] == "search"]
        assert [q["collections"] for q in failed] == [[f"typo-{i}"] for i in reversed(range(5))], failed
        assert all(q["query_text"] == "sweeps" and "typo-" in q["error"]["message"] for q in failed), failed
        tracked(s, ask(s, "When does the office open?", collections=["hr"])["query_id"])
        assert [c["name"] for c in s.get("/v1/tracking/stats").json["collections"]] == ["hr"]
        with sqlite3.connect(f"file:{s.place.data}/tracking.db?mode=ro", uri=True) as db:
            assert db.execute("SELECT DISTINCT name FROM rollup WHERE kind=2").fetchall() == [("hr",)]


def test_off_for_a_while(binary):
    """What was asked while the tracking was off stays untold when it is on again."""
    with place(binary) as home:
        with served(home) as s:
            fill(s)
            before = ask(s, "When does the office open?")["query_id"]
            tracked(s, before)
        with served(home, "--set", "tracking.enabled=false") as s:
            unseen = ask(s, "When does the office close?")["query_id"]
        with served(home) as s:
            after = ask(s, "How many days of leave?")["query_id"]
            tracked(s, after)
            assert [q["query_id"] for q in pages(s, QUERIES)] == [after, before]
            assert s.get(f"{QUERIES}/{unseen}").status == 404
            assert s.get("/v1/tracking/stats").json["total"]["queries"] == 2
        for name in ("tracking.db", "tracking.db-wal", "tracking.db-shm"):
            (home.data / name).unlink(missing_ok=True)
        with served(home) as s:  # made anew from the events, which have it still
            wait_for("the log", lambda: [q["query_id"] for q in pages(s, QUERIES)] == [after, before])
            assert s.get(f"{QUERIES}/{unseen}").status == 404
            assert s.get("/v1/tracking/stats").json["total"]["queries"] == 2


def test_erased_stay_away(binary):
    """Where tracking.db is lost it is made anew from the events: of who was forgotten nothing comes back."""
    with place(binary) as home:
        with served(home) as s:
            fill(s)
            gone = s.post("/chat", {"user_name": "eve", "question": "When does the office open?"}).json["query_id"]
            kept = ask(s, "How many days of leave?")["query_id"]
            tracked(s, gone)
            tracked(s, kept)
            assert s.post("/v1/tracking/erase", {"user_id": "eve"}).json["erased"]["tracking_queries"] == 1
        for name in ("tracking.db", "tracking.db-wal", "tracking.db-shm"):
            (home.data / name).unlink(missing_ok=True)
        with served(home) as s:
            assert [q["query_id"] for q in pages(s, QUERIES)] == [kept]
            assert s.get("/v1/tracking/stats").json["total"]["queries"] == 1
            assert [e["event"] for e in s.get("/v1/tracking/documents/leave").json["life"]] == ["created"]


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
            assert got.status == 501 and "tracking is off (tracking.enabled" in got.json["detail"], got.body
            assert "yet" not in got.json["title"], got.body
            assert s.post("/v1/tracking/erase", {"user_id": "admin"}).status == 200
        assert not (home.data / "tracking.db").exists()
        with sqlite3.connect(f"file:{home.data}/catalog.db?mode=ro", uri=True) as db:
            assert db.execute("SELECT count(*) FROM event_cursor WHERE consumer='tracking'").fetchone() == (0,)


def test_off_later(binary):
    """What the tracking wrote while it was on is a user's also when it is off: an erasure takes it out of its file."""
    with place(binary) as home:
        with served(home) as s:
            fill(s)
            for name in ("mole", "vole"):
                asked = s.post("/chat", {"user_name": name, "message": f"Does {name.upper()}SECRET own the office?"})
                assert asked.status == 200, asked.body
            wait_for("both", lambda: len(pages(s, QUERIES)) == 2)
        assert "tracking.db" in files_with(home.data, b"MOLESECRET")
        with served(home, "--set", "tracking.enabled=false") as s:
            erased = s.post("/v1/tracking/erase", {"user_id": "mole"})
            assert erased.status == 200 and erased.json["erased"]["tracking_queries"] == 1, erased.body
            assert files_with(home.data, b"MOLESECRET") == []
            again = s.post("/v1/tracking/erase", {"user_id": "mole"})
            assert again.status == 200 and again.json["erased"]["tracking_queries"] == 0, again.body
        with served(home) as s:
            assert pages(s, f"{QUERIES}?user=mole") == []
            assert len(pages(s, f"{QUERIES}?user=vole")) == 1


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
        for path, name in (("/v1/search", "query"), ("/v1/chat/query", "question")):
            got = s.post(path, {name: "Who sweeps?", "collections": ["hr", "giraffes-diary"]})
            assert got.status == 404, got.body
        assert s.post("/v1/chat/query", {"question": "Hello!", "collections": ["giraffes-diary"]}).status in (200, 404)
        failed = wait_for("both", lambda: len(f := pages(s, f"{QUERIES}?status=failed&collection=hr")) == 2 and f)
        assert [q["collections"] for q in failed] == [["hr"], ["hr"]], failed
        assert "giraffes" not in json.dumps([failed, pages(s, "/v1/events")])
        assert files_with(s.place.data, b"giraffes-diary") == []


HIDDEN = ("--set", "privacy.hash_user_ids=true")


def says(s, name):
    """A turn under a name, and the conversation it went to."""
    answer = s.post("/chat", {"user_name": name, "message": "When does the office open?"})
    assert answer.status == 200, answer.body
    tracked(s, answer.json["query_id"])
    return answer.json["conversation_id"]


def turns(s, name):
    got = s.get(f"/chat/history/{name}")
    assert got.status == 200, got.body
    return len(got.json["items"])


def test_hidden_users(binary):
    """With hashes for ids of users a name stands nowhere: no file, no event, not in the feed or the log. It is found by it."""
    with place(binary) as home:
        with served(home, *HIDDEN) as s:
            feed = Stream(s)
            fill(s)
            first = says(s, "giraffe")
            assert says(s, "giraffe") == first and says(s, "okapi") != first
            s.post("/v1/feedback", {"query_id": pages(s, f"{QUERIES}?user=giraffe")[0]["query_id"], "rating": 1})
            assert s.post("/chat/history/giraffe", {"question": "Is it open?", "answer": "It is."}).status == 201
            assert turns(s, "giraffe") == 3 and turns(s, "okapi") == 1
            assert len(pages(s, f"{QUERIES}?user=giraffe")) == 2
            events = pages(s, "/v1/events")
            users = {e["metadata"].get("user_id") for e in events if e["event_type"] == "query.requested"}
            assert len(users) == 2 and all(u.startswith("h:") for u in users), users
            keyed = {"question": "Is it open at night?", "answer": "It is not."}
            assert s.post("/chat/history/okapi", keyed, headers={"Idempotency-Key": "k-1"}).status == 201
            assert s.request("DELETE", "/chat/history/okapi").status == 204 and turns(s, "okapi") == 0
            told = json.dumps([events, feed.until(lambda e: e["type"] == "conversation.deleted")])
            feed.close()
            assert "query.requested" in told and "giraffe" not in told and "okapi" not in told, told
            for name in ("giraffe", "okapi"):
                assert name not in s.log_text() and files_with(home.home, name.encode()) == []
            gone = s.post("/v1/tracking/erase", {"user_id": "okapi"}).json["erased"]
            assert gone["kept_answers"] == 2 and gone["tracking_queries"] == 1, gone
        # switched off again, what was hidden is found all the same
        with served(home) as s:
            assert turns(s, "giraffe") == 3 and len(pages(s, f"{QUERIES}?user=giraffe")) == 2
            erased = s.post("/v1/tracking/erase", {"user_id": "giraffe"}).json["erased"]
            assert (erased["tracking_queries"], erased["conversations"]) == (2, 1), erased
            assert turns(s, "giraffe") == 0 and pages(s, f"{QUERIES}?user=giraffe") == []
            users = [e["metadata"].get("user_id", "") for e in pages(s, "/v1/events?type=query.requested")]
            assert not any(users), users


def test_hidden_later(binary):
    """Hashes switched on in a folder that has names: its conversations go on, and what was told before is found and erased."""
    with place(binary) as home:
        with served(home) as s:
            fill(s)
            plain = says(s, "giraffe")
            assert plain == "chat:5:admin:giraffe"
        with served(home, *HIDDEN) as s:
            before = max(e["metadata"]["seq"] for e in pages(s, "/v1/events"))
            assert says(s, "giraffe") == plain and turns(s, "giraffe") == 2
            assert len(pages(s, f"{QUERIES}?user=giraffe")) == 2
            told = [e for e in pages(s, "/v1/events") if e["metadata"]["seq"] > before]
            assert told and "giraffe" not in json.dumps(told), told
            erased = s.post("/v1/tracking/erase", {"user_id": "giraffe"}).json["erased"]
            assert (erased["tracking_queries"], erased["conversations"]) == (2, 1), erased
        assert files_with(home.data, b"giraffe") == []


def test_a_key_that_is_none(binary):
    """Hashes that nobody could find again are not made: a damaged key is named, and stops the start."""
    with place(binary) as home:
        with served(home, *HIDDEN) as s:
            fill(s)
        (home.data / "privacy.key").write_text("gone")
        with served(home) as s:
            assert "users that were hashed are not found" in s.log_text()
        try:
            Server(home, *HIDDEN).stop()
        except AssertionError as e:
            assert "privacy.key" in str(e) or "privacy.key" in (home.home / "server.log").read_text(), e
        else:
            raise AssertionError("it started")


def test_feedback_of_searches(binary):
    """What a search found, and a query that failed, can be spoken of as an answer can; of what nobody asked it is said so."""
    with place(binary) as home:
        with served(home) as s:
            fill(s)
            found = s.post("/v1/search", {"query": "When does the office open?"}).json["query_id"]
            missed = s.post("/v1/search", {"query": "When does the office open?", "collections": ["none"]})
            assert missed.status == 404, missed.body
            wait_for("both", lambda: len(pages(s, QUERIES)) == 2)
            failed, = (q["query_id"] for q in pages(s, f"{QUERIES}?status=failed"))
            for number, (query, rating) in enumerate(((found, 1), (failed, -1))):
                given = s.post("/v1/feedback", {"query_id": query, "rating": rating, "comment": f"number {number}"})
                assert given.status == 200 and given.json["rating"] == rating, given.body
                said = wait_for("it", lambda q=query: tracked(s, q)["feedback"])
                assert (said["rating"], said["comment"]) == (rating, f"number {number}"), said
            none = s.post("/v1/feedback", {"query_id": "never-asked", "rating": 1})
            assert none.status == 404 and "nor in the query log" in none.json["detail"], none.body
        with served(home, "--set", "tracking.enabled=false") as s:
            off = s.post("/v1/feedback", {"query_id": found, "rating": 1})
            assert off.status == 404 and "which is off (tracking.enabled)" in off.json["detail"], off.body


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

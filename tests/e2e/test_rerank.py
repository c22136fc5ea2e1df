"""Reranking in searches and chats: the order, the time for it, what fails, what is told of it."""
import fake_model
import fake_reranker
from harness import Server, place, wait_for

TEXTS = {
    "timetable": "The ferry leaves at noon, and the next ferry leaves in the evening; a ferry never waits.",
    "winter": "In winter the ferry stays in the harbour, which is closed by ice.",
    "price": "The price of the ferry is twelve crowns.",
    "bees": "Bees make honey in summer.",
}
QUESTION = "is the harbour closed in winter for the ferry"


def fill(s):
    for id, text in TEXTS.items():
        answer = s.put_document(id=id, text=text, title="")
        assert answer.status == 201, answer.body


def search(s, **fields):
    answer = s.post("/v1/search", {"query": QUESTION, **fields})
    assert answer.status == 200, answer.body
    return answer.json


def scores_of(results):
    return [r["scores"]["rerank"] for r in results]


def test_searches_and_chats_are_reranked(binary):
    fake, env = fake_reranker.start()
    with place(binary) as p:
        p.env.update(env)
        s = Server(p)
        fill(s)
        plain = search(s, rerank=False)
        assert plain["rerank"] is None and scores_of(plain["results"]) == [None] * len(plain["results"]) and not fake.requests
        got = search(s)
        n = len(got["results"])
        assert got["rerank"] == {"model": "words", "scored": n, "wanted": n, "complete": True, "problem": None}, got["rerank"]
        assert got["results"][0]["document_id"] == "winter" and scores_of(got["results"]) == sorted(scores_of(got["results"]), reverse=True), got
        for r in got["results"]:
            assert r["scores"]["rerank"] == fake_reranker.score(QUESTION, r["text"]) and 0 <= r["score"] <= 1, r
        assert 0 < got["timings_ms"]["rerank"] <= got["timings_ms"]["total"], got["timings_ms"]
        assert search(s, rerank=True)["rerank"]["complete"]

        chat = s.post("/v1/chat/query", {"question": QUESTION + "?"}).json
        assert chat["rerank"]["complete"] and chat["sources"][0]["document_id"] == "winter", chat
        assert chat["sources"][0]["scores"]["rerank"] > 0 and chat["timings_ms"]["rerank"] > 0, chat
        assert s.post("/v1/chat/query", {"question": QUESTION + "?", "rerank": False}).json["rerank"] is None
        done = [data for event, data in s.events("/v1/chat/stream", {"question": QUESTION + "?"}) if event == "done"]
        assert done[0]["rerank"]["complete"], done

        # the query log has the scores
        def logged():
            answer = s.get(f"/v1/tracking/queries/{chat['query_id']}")
            return answer.status == 200 and answer.json["retrievals"] and answer.json
        row = wait_for("the query in the log", logged)
        assert row["retrievals"][0]["scores"]["rerank"] == chat["sources"][0]["scores"]["rerank"] and row["timings_ms"]["rerank"] > 0, row
        assert {"words": "reranker"}.items() <= {m["id"]: m["kind"] for m in s.get("/v1/models").json["data"]}.items()
        assert "reranker: words at 127.0.0.1" in s.get("/health").json["checks"]["embedder"]["detail"]
        for word, reranked in (("yes", True), ("no", False)):
            told = p.run("search", "--json", "--rerank", word, QUESTION)
            assert ('"complete":true' in told.stdout) == reranked, told
        metrics = s.get("/metrics").body.decode()
        assert "anchorage_rerank_passages_total" in metrics and 'stage="rerank"' in metrics

        refused = s.post("/v1/search", {"rerank": True, "mode": "metadata", "filters": {"field": "title", "op": "eq", "value": ""}})
        assert refused.status == 400 and refused.json["errors"][0]["pointer"] == "/rerank", refused.body
        fake.close()
        assert s.stop() == 0


def test_a_reranker_that_is_slow_or_fails_takes_nothing_away(binary):
    fake, env = fake_reranker.start(fake_model.hang())
    with place(binary) as p:
        p.env.update(env)
        p.env["ANCHORAGE_RERANK__BUDGET_MS"] = "150"
        s = Server(p)
        fill(s)
        plain = [r["chunk_id"] for r in search(s, rerank=False)["results"]]
        slow = search(s)
        assert slow["rerank"]["scored"] == 0 and not slow["rerank"]["complete"] and "time for it was over" in slow["rerank"]["problem"], slow["rerank"]
        assert [r["chunk_id"] for r in slow["results"]] == plain and scores_of(slow["results"]) == [None] * len(plain)

        shown = p.run("search", QUESTION)
        assert shown.returncode == 0 and "reranked 0 of" in shown.stderr and "time for it was over" in shown.stderr, shown
        shown = p.run("ask", QUESTION + "?")
        assert shown.returncode == 0 and "reranked 0 of" in shown.stderr, shown
        assert "reranked" not in p.run("search", "--quiet", QUESTION).stderr

        fake.script = fake_model.refusal(401, "Unauthorized")
        failed = search(s)
        assert "answered 401" in failed["rerank"]["problem"] and [r["chunk_id"] for r in failed["results"]] == plain, failed["rerank"]
        chat = s.post("/v1/chat/query", {"question": QUESTION + "?"})
        assert chat.status == 200 and chat.json["answer"] and not chat.json["rerank"]["complete"], chat.body
        assert "a search was not reranked" in s.log_text() and fake_reranker.KEY not in s.log_text()
        fake.close()
        assert s.stop() == 0


def test_only_the_best_are_reranked_and_only_where_it_is_wanted(binary):
    fake, env = fake_reranker.start()
    with place(binary) as p:
        p.env.update(env)
        p.env.update({"ANCHORAGE_RERANK__MOST": "2", "ANCHORAGE_RERANK__BY_DEFAULT": "false"})
        s = Server(p)
        fill(s)
        assert search(s)["rerank"] is None
        got = search(s, rerank=True)
        assert got["rerank"]["wanted"] == got["rerank"]["scored"] == 2, got["rerank"]
        assert [score is None for score in scores_of(got["results"])] == [False, False] + [True] * (len(got["results"]) - 2), got
        fake.close()
        assert s.stop() == 0


def test_without_a_reranker_it_cannot_be_asked_for(binary):
    with place(binary) as p:
        s = Server(p)
        fill(s)
        assert search(s)["rerank"] is None
        for path, body in (("/v1/search", {"query": QUESTION}), ("/v1/chat/query", {"question": QUESTION})):
            refused = s.post(path, {**body, "rerank": True})
            assert refused.status == 400 and refused.json["errors"][0]["pointer"] == "/rerank" and "rerank.model" in refused.json["detail"], refused.body
        assert s.stop() == 0

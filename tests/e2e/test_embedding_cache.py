"""Vectors of questions over a restart: kept in the catalog by choice, forgotten with a user, made before they are asked."""
import sqlite3

import fake_model
import fake_vectors
from harness import Server, place, wait_for

KEPT = {"ANCHORAGE_MODEL__CACHE_PERSISTENT": "true", "ANCHORAGE_MODEL__WARM_UP": "0", "ANCHORAGE_LOG__LEVEL": "info"}
QUESTIONS = ("When does the ferry leave?", "Who makes honey?", "What do bees make in the hive?")


def fill(s):
    for id, text in (("bees", "Bees make honey in the hive."), ("ferry", "The ferry leaves the harbour at noon.")):
        assert s.put_document(id=id, text=text).status == 201


def hit(s, question):
    answer = s.post("/v1/chat/query", {"question": question})
    assert answer.status == 200, answer.body
    return answer.json["cache"]["embedding"]


def rows(p):
    with sqlite3.connect(f"file:{p.data / 'catalog.db'}?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM emb_vector").fetchone()[0]


def metric(s, name):
    for line in s.get("/metrics").body.decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[-1])
    return 0.0


def test_questions_are_known_after_a_restart(binary):
    with place(binary) as p:
        p.env.update(KEPT)
        s = Server(p)
        fill(s)
        assert [hit(s, q) for q in QUESTIONS] == ["miss"] * 3
        assert hit(s, QUESTIONS[0]) == "hit"
        wait_for("what is kept", lambda: rows(p) == 3)
        s.kill()  # a crash loses none that was written
        s = Server(p)
        wait_for("what is read in", lambda: metric(s, "anchorage_embedding_cache_read_in_total") == 3)
        assert [hit(s, q) for q in QUESTIONS] == ["hit"] * 3
        assert metric(s, "anchorage_embedding_cache_hits_total") >= 3
        assert hit(s, "How does one plant tomatoes?") == "miss"
        assert s.stop() == 0
        assert rows(p) == 4, "what came last is written at the end"

        s = Server(p)  # one user is forgotten: no digest of what was asked stays
        wait_for("what is read in", lambda: metric(s, "anchorage_embedding_cache_read_in_total") == 4)
        erased = s.post("/v1/tracking/erase", {"user_id": "admin"})
        assert erased.status == 200 and erased.json["erased"]["cached_vectors"] >= 4, erased.body
        assert rows(p) == 0
        assert hit(s, QUESTIONS[1]) == "miss"
        assert s.stop() == 0 and rows(p) == 1

        s = Server(p, env={"ANCHORAGE_MODEL__CACHE_PERSISTENT": "false"})
        wait_for("nothing is kept", lambda: rows(p) == 0)
        assert hit(s, QUESTIONS[1]) == "miss"
        assert s.stop() == 0 and rows(p) == 0


def test_vectors_are_not_kept_where_texts_are_not(binary):
    with place(binary) as p:
        p.env.update(KEPT)
        told = p.run("serve", "--port", "0", env={"ANCHORAGE_PRIVACY__KEEP_TEXTS": "false"})
        assert told.returncode != 0 and "model.cache_persistent" in told.stderr and "privacy.keep_texts" in told.stderr, told


def test_the_most_asked_are_embedded_before_they_are_asked(binary):
    with place(binary) as p:
        p.env.update({"ANCHORAGE_LOG__LEVEL": "info", "ANCHORAGE_MODEL__WARM_UP": "2"})
        s = Server(p)
        fill(s)
        for q in (*QUESTIONS, *QUESTIONS[:2], QUESTIONS[0]):
            hit(s, q)
        wait_for("the query log", lambda: len(s.get("/v1/tracking/queries").json["items"]) == 6)
        assert s.stop() == 0
        s = Server(p)
        wait_for("the most asked", lambda: 'anchorage_embedding_warm_up_total{vector="made"} 2' in s.get("/metrics").body.decode())
        assert [hit(s, q) for q in QUESTIONS] == ["hit", "hit", "miss"]
        assert s.stop() == 0
        assert "the most asked questions are embedded" in s.log_text()
        for off in ({"ANCHORAGE_MODEL__WARM_UP": "0"}, {"ANCHORAGE_TRACKING__ENABLED": "false"}, {"ANCHORAGE_PRIVACY__KEEP_TEXTS": "false"}):
            s = Server(p, env=off)
            assert hit(s, QUESTIONS[0]) == "miss", off
            assert s.stop() == 0


def test_an_endpoint_that_comes_later_is_used(binary):
    """Nobody says how many components there are, and the endpoint is away or hangs at the start."""
    for away in (fake_model.refusal(503, "Service Unavailable"), fake_model.hang()):
        fake, env = fake_vectors.start(script=away)
        with place(binary) as p:
            p.env.update({**env, "ANCHORAGE_MODEL__REMOTE__RETRIES": "0"})
            s = Server(p)
            fill(s)
            assert s.get("/health").json["checks"]["embedder"]["status"] == "degraded"
            assert s.post("/v1/embeddings", {"input": "bees"}).status == 503
            fake.script = fake_vectors.by_words
            wait_for("the model", lambda: s.post("/v1/embeddings", {"input": "bees"}).status == 200)
            wait_for("vectors", lambda: s.post("/v1/search", {"query": "honey of the bees", "mode": "auto"}).json["mode"] == "hybrid")
            assert f"{fake_vectors.DIMS} dimensions" in s.get("/health").json["checks"]["embedder"]["detail"]
            fake.close()
            assert s.stop() == 0


def test_a_wrong_number_of_components_is_shown(binary):
    fake, env = fake_vectors.start()
    with place(binary) as p:
        p.env.update({**env, "ANCHORAGE_MODEL__REMOTE__DIMS": "64"})
        s = Server(p)  # asked by nobody but the server itself
        told = wait_for("what is wrong", lambda: [c for c in [s.get("/health").json["checks"]["embedder"]] if c["status"] == "degraded"])[0]
        assert f"has {fake_vectors.DIMS} components, not 64" in told["detail"], told
        fake.close()
        assert s.stop() == 0


def test_a_deletion_empties_the_memory_of_sentences(binary):
    """Documents' passages are never in the cache; sentences that an answer was looked for in go with a deletion."""
    with place(binary) as p:
        s = Server(p)

        def kept():
            return int(s.get("/health").json["checks"]["cache"]["detail"].split(" kept")[0].split()[-1])

        fill(s)
        assert kept() == 0, "what is ingested"
        assert hit(s, QUESTIONS[0]) == "miss"
        assert kept() >= 2, "the question, and sentences"
        assert s.request("DELETE", "/v1/knowledge/documents/ferry").status == 204
        wait_for("the sentences to go", lambda: kept() == 1)
        assert hit(s, QUESTIONS[0]) == "hit"
        assert s.stop() == 0

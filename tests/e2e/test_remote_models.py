"""Embedding models elsewhere: documents and questions embedded by an endpoint, which may be away or say nonsense."""
import concurrent.futures

import fake_model
import fake_vectors
from harness import Server, place, wait_for

BEES, FERRY = "Bees make honey in the hive.", "The ferry leaves the harbour at noon."


def fill(s):
    for id, text in (("bees", BEES), ("ferry", FERRY)):
        answer = s.put_document(id=id, text=text)
        assert answer.status == 201, answer.body


def found(s, query, mode="semantic"):
    answer = s.post("/v1/search", {"query": query, "mode": mode})
    assert answer.status == 200, answer.body
    return answer.json


def embedder(s):
    return s.get("/health").json["checks"]["embedder"]


def test_documents_are_embedded_elsewhere(binary):
    for form in ("openai", "gemini"):
        fake, env = fake_vectors.start(form)
        with place(binary) as p:
            p.env.update(env)
            s = Server(p)
            fill(s)
            assert found(s, "honey of the bees")["results"][0]["document_id"] == "bees"
            assert found(s, "ferry at noon", "hybrid")["results"][0]["scores"]["semantic"] > 0.3
            assert f"{fake_vectors.DIMS} dimensions" in embedder(s)["detail"] and "far at 127.0.0.1" in embedder(s)["detail"], embedder(s)
            made = s.post("/v1/embeddings", {"input": [BEES, " "]}).json
            assert made["model"] == "far" and [len(row["embedding"]) for row in made["data"]] == [fake_vectors.DIMS] * 2, made
            told = p.run("doctor", env={"ANCHORAGE_DATA_DIR": str(p.home / "other")})
            assert f"{fake_vectors.DIMS} dimensions" in told.stdout, told.stdout
            heads = "".join(request["head"].lower() for request in fake.requests)
            header = "x-goog-api-key: " if form == "gemini" else "authorization: bearer "
            assert header + fake_vectors.KEY in heads
            paths = {request["head"].split()[1] for request in fake.requests}
            assert paths == {"/v1/models/far:batchEmbedContents" if form == "gemini" else "/v1/embeddings"}, paths
            fake.close()
            assert s.stop() == 0
            assert fake_vectors.KEY not in s.log_text()


def test_an_endpoint_that_says_nonsense_is_named(binary):
    fake, env = fake_vectors.start()
    with place(binary) as p:
        p.env.update({**env, "ANCHORAGE_MODEL__REMOTE__RETRIES": "1"})
        s = Server(p)
        fill(s)
        for script, status, words in ((fake_vectors.ok({"data": [{"index": 0, "embedding": [1, 2, 3]}]}), 502, "vector 0 has 3 components, not 96"),
                                      (fake_vectors.ok({"data": []}), 502, "0 vectors for 1 texts"),
                                      (fake_model.refusal(400, "Bad Request", b'{"error":{"message":"input is too long"}}'), 502, "input is too long"),
                                      (fake_model.refusal(503, "Service Unavailable", b'{"error":"loading"}'), 503, "loading (2 tries)")):
            fake.script = script
            refused = s.post("/v1/embeddings", {"input": "one that was not seen before"})
            assert refused.status == status and words in refused.json["detail"], refused.body
        # words are searched all the same
        assert found(s, "which ferry was never embedded", "auto")["results"][0]["document_id"] == "ferry"
        fake.close()
        assert s.stop() == 0


def test_an_endpoint_may_be_away_at_the_start(binary):
    fake, env = fake_vectors.start(script=fake_model.refusal(503, "Service Unavailable"))
    with place(binary) as p:
        p.env.update({**env, "ANCHORAGE_MODEL__REMOTE__RETRIES": "0"})
        s = Server(p)  # nobody says how many components there are, so it cannot be used
        assert embedder(s)["status"] != "healthy" and "model.remote.dims" in embedder(s)["detail"], embedder(s)
        assert s.stop() == 0

        p.env["ANCHORAGE_MODEL__REMOTE__DIMS"] = str(fake_vectors.DIMS)
        s = Server(p)
        assert s.post("/v1/embeddings", {"input": BEES}).status == 503
        fake.script = fake_vectors.by_words
        fill(s)
        assert wait_for("vectors", lambda: found(s, "honey of the bees", "auto")["mode"] == "hybrid")
        assert found(s, "honey of the bees")["results"][0]["document_id"] == "bees"
        fake.close()
        assert s.stop() == 0


def test_words_are_searched_beside_an_endpoint_that_hangs(binary):
    fake, env = fake_vectors.start()
    with place(binary) as p:
        p.env.update({**env, "ANCHORAGE_MODEL__REMOTE__DIMS": str(fake_vectors.DIMS)})
        s = Server(p)
        fill(s)
        assert wait_for("vectors", lambda: found(s, "honey of the bees", "auto")["mode"] == "hybrid")
        fake.script = fake_model.hang()
        # more of them than there are threads to wait in
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(s.post, "/v1/chat/query", {"question": f"When does ferry number {i} leave?"}) for i in range(6)]
            words = found(s, "ferry at noon", "keyword")
            assert words["mode"] == "keyword" and words["results"][0]["document_id"] == "ferry", words
            for one in asked:
                answer = one.result()
                assert answer.status == 200, answer.body
        told = found(s, "a harbour that was never embedded", "auto")
        assert told["mode"] == "keyword" and told["results"][0]["document_id"] == "ferry", told
        fake.close()
        assert s.stop() == 0


def test_what_cannot_be_an_endpoint_stops_the_start(binary):
    with place(binary) as p:
        for env, words in (({"ANCHORAGE_MODEL__REMOTE__URL": "127.0.0.1:80", "ANCHORAGE_MODEL__REMOTE__MODEL": "far"}, "model.remote"),
                           ({"ANCHORAGE_MODEL__REMOTE__URL": "http://127.0.0.1:80"}, "has no name"),
                           ({"ANCHORAGE_RERANK__REMOTE__URL": "ftp://x"}, "rerank.remote")):
            told = p.run("serve", "--port", "0", env=env)
            assert told.returncode != 0 and words in told.stderr, told

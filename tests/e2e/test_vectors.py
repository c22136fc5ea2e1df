"""Vectors and scores of texts by HTTP and on the command line."""
import base64
import json
import math
import os
import pathlib
import shutil
import struct

import fake_model
import fake_reranker
from harness import ROOT, TINY_MODEL, Server, Skipped, place

DATA = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT.parent / "shared" / "data"))
TINY_DIMS = 64
BEES, FERRY = "Bees make honey in summer.", "The ferry leaves at noon."


def vectors(answer):
    assert answer.status == 200, answer.body
    rows = answer.json["data"]
    assert [r["index"] for r in rows] == list(range(len(rows))), rows
    return [r["embedding"] for r in rows]


def close(a, b):
    return len(a) == len(b) and all(abs(x - y) < 1e-6 for x, y in zip(a, b))


def test_vectors_of_texts(binary):
    with place(binary) as p:
        s = Server(p)
        answer = s.post("/v1/embeddings", {"input": [BEES, FERRY]})
        bees, ferry = vectors(answer)
        assert answer.json["model"] == TINY_MODEL and answer.json["usage"]["prompt_tokens"] > 8, answer.json
        assert len(bees) == TINY_DIMS and abs(math.hypot(*bees) - 1) < 1e-4 and not close(bees, ferry)
        assert close(vectors(s.post("/v1/embeddings", {"input": BEES}))[0], bees)

        # as the Python and Node clients of OpenAI ask for them
        packed = vectors(s.post("/v1/embeddings", {"input": [BEES], "model": TINY_MODEL, "encoding_format": "base64"}))[0]
        assert list(struct.unpack(f"<{TINY_DIMS}f", base64.b64decode(packed))) == [struct.unpack("<f", struct.pack("<f", x))[0] for x in bees]

        short = vectors(s.post("/v1/embeddings", {"input": BEES, "dimensions": 8}))[0]
        length = math.hypot(*bees[:8])
        assert close(short, [x / length for x in bees[:8]]), short
        many = s.post("/v1/embeddings", {"input": [f"text {i}" for i in range(300)] + ["long " * 1000]})
        assert len(vectors(many)) == 301 and many.json["truncated"] == 1, many.json["truncated"]

        for body, words in (({"input": BEES, "model": "absent"}, "absent"), ({"input": [BEES, ""]}, "/input/1"),
                            ({"input": [1, 2]}, "tokens are not taken"), ({"input": BEES, "dimensions": TINY_DIMS + 1}, "/dimensions")):
            refused = s.post("/v1/embeddings", body)
            assert refused.status == 400 and words in refused.json["detail"], (body, refused.body)
            error = refused.json["error"]  # where clients of OpenAI look
            assert error["message"] == refused.json["detail"] and error["type"] == "invalid_request_error" and error["code"] == "invalid", error
            assert error["param"] == refused.json["errors"][0]["pointer"][1:], error
            assert not refused.json["errors"][0]["message"].startswith("/"), refused.body  # the pointer stands beside it
        said = p.run("embed", "--dimensions", str(TINY_DIMS + 1), BEES).stderr
        assert f"--dimensions: is {TINY_DIMS + 1}, and " in said, said

        # the same on the command line, of arguments and of lines
        lines = p.run("embed", BEES, FERRY, "--kind", "passage").stdout.splitlines()
        assert close([float(x) for x in lines[0].split()], bees) and close([float(x) for x in lines[1].split()], ferry)
        told = p.run("embed", "--json", "--dimensions", "8", stdin="".join(f"{text}\n" for text in [BEES] * 130))
        rows = [json.loads(line) for line in told.stdout.splitlines()]
        assert [r["index"] for r in rows] == list(range(130)) and rows[129]["text"] == BEES and close(rows[129]["embedding"], short), told
        cut = p.run("embed", "long " * 1000)
        assert cut.returncode == 0 and "longer than the model's window" in cut.stderr, cut.stderr
        empty = p.run("embed", stdin=f"{BEES}\n\n")
        assert empty.returncode == 2 and "text 2 is empty" in empty.stderr, empty
        assert p.run("embed", BEES, "--model", "absent").returncode != 0
        assert s.stop() == 0


def test_what_cannot_be_a_model_is_refused_by_name(binary):
    with place(binary) as p:
        models = p.home / "models"
        for name in ("cut", "strange", "wordless", "piped"):
            shutil.copytree(ROOT / "tests" / "data" / TINY_MODEL, models / name)
        weights = models / "cut" / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:1000])
        config = json.loads((models / "strange" / "config.json").read_text())
        (models / "strange" / "config.json").write_text(json.dumps({**config, "model_type": "t5"}))
        (models / "wordless" / "vocab.txt").unlink()
        (models / "piped" / "config.json").unlink()
        os.mkfifo(models / "piped" / "config.json")
        p.env.update(ANCHORAGE_MODELS_DIR=str(models), ANCHORAGE_MODEL__NAME="absent")
        s = Server(p)
        for name, words in (("cut", "model.safetensors"), ("strange", "t5"), ("wordless", "vocab.txt"), ("piped", "no regular file"),
                            ("none", "there is no embedding model")):
            refused = s.post("/v1/embeddings", {"input": BEES, "model": name})
            told = refused.json
            assert refused.status == 400 and told["errors"][0]["pointer"] == "/model", (name, refused.body)
            assert name in told["detail"] and words in told["detail"] and str(p.home) not in refused.body.decode(), (name, refused.body)
        assert s.stop() == 0


def test_without_a_model_there_are_no_vectors(binary):
    with place(binary, model="absent") as p:
        s = Server(p)
        refused = s.post("/v1/embeddings", {"input": BEES})
        assert refused.status == 503 and "model pull" in refused.json["detail"], refused.body
        assert refused.json["error"] == {"message": refused.json["detail"], "type": "server_error", "param": None, "code": "unavailable"}
        assert "error" not in s.post("/v1/search", {"query": ""}).json, "of paths in the form of OpenAI alone"
        told = p.run("embed", BEES)
        assert told.returncode == 4 and "model pull" in told.stderr, told
        assert s.stop() == 0


def test_without_a_reranker_nothing_is_reranked(binary):
    with place(binary) as p:
        s = Server(p)
        refused = s.post("/v1/rerank", {"query": "honey", "documents": [BEES, FERRY]})
        assert refused.status == 503 and "set rerank.model or rerank.remote.url" in refused.json["detail"], refused.body
        told = p.run("rerank", "honey", BEES, FERRY)
        assert told.returncode == 4 and "set rerank.model or rerank.remote.url" in told.stderr, told
        assert p.run("rerank").returncode == 2
        assert s.stop() == 0


def reranked(answer):
    assert answer.status == 200, answer.body
    rows = answer.json["results"]
    assert [r["relevance_score"] for r in rows] == sorted((r["relevance_score"] for r in rows), reverse=True), rows
    return {r["index"]: r["relevance_score"] for r in rows}


def test_a_cross_encoder_scores_as_its_reference_does(binary):
    folder = DATA / "tiny-models"
    if not folder.exists():
        raise Skipped(f"no {folder}")
    pairs = [json.loads(line) for line in open(folder / "pairs.jsonl", encoding="utf-8")]
    wanted = struct.unpack(f"<{len(pairs)}f", (folder / "cross-encoder-bert" / "outputs.f32").read_bytes())
    with place(binary) as p:
        env = {"ANCHORAGE_MODELS_DIR": str(folder), "ANCHORAGE_RERANK__MODEL": "cross-encoder-bert", "ANCHORAGE_MODEL__NAME": "bert-mean",
               "ANCHORAGE_MODEL__PRECISION": "f32"}
        p.env.update(env)
        s = Server(p)
        got = {}
        for i, pair in enumerate(pairs):
            # its own passage stands among others, which change nothing of its score
            documents = [pairs[k % len(pairs)]["b"] for k in range(i, i + 20)]
            answer = s.post("/v1/rerank", {"query": pair["a"], "documents": documents, "model": "cross-encoder-bert"})
            if not pair["a"].strip(" \t\r\n") or "\0" in pair["a"]:
                assert answer.status == 400 and answer.json["errors"][0]["pointer"] == "/query", answer.body
                continue
            got[i] = reranked(answer)[0]
        far = {i: (score, wanted[i]) for i, score in got.items() if abs(score - wanted[i]) > 1e-4}
        assert len(got) > 50 and not far, far
        assert sorted(got, key=lambda i: -got[i]) == sorted(got, key=lambda i: -wanted[i])

        best = s.post("/v1/rerank", {"query": pairs[1]["a"], "documents": [{"text": pair["b"]} for pair in pairs], "top_n": 3, "return_documents": True})
        assert len(reranked(best)) == 3 and all(r["document"]["text"] == pairs[r["index"]]["b"] for r in best.json["results"])
        assert best.json["usage"]["total_tokens"] > 64 * 5, best.json
        told = p.run("rerank", pairs[1]["a"], "--json", "-n", "3", stdin="".join(f"{pair['b']}\n" for pair in pairs if pair["b"].isprintable()))
        assert told.returncode == 0 and len(json.loads(told.stdout)["results"]) == 3, told
        lines = p.run("rerank", "honey", BEES, FERRY).stdout.splitlines()
        assert len(lines) == 2 and any(line.endswith(BEES) for line in lines), lines
        assert s.stop() == 0


def test_a_model_that_is_no_reranker_is_said_to_be_none(binary):
    with place(binary) as p:
        p.env["ANCHORAGE_RERANK__MODEL"] = TINY_MODEL
        s = Server(p)
        refused = s.post("/v1/rerank", {"query": "honey", "documents": [BEES]})
        assert refused.status == 503 and "gives vectors" in refused.json["detail"], refused.body
        health = s.get("/health").json
        told = health["checks"]["embedder"]["detail"]
        assert health["status"] == "degraded" and f"{TINY_MODEL} holds a model that gives vectors" in told, health
        assert "/" + TINY_MODEL not in told, told
        rows = p.run("doctor", env={"ANCHORAGE_DATA_DIR": str(p.home / "other")}).stdout.splitlines()
        assert [f"{TINY_MODEL} holds" in r and "/" + TINY_MODEL not in r for r in rows if r.split()[1:2] == ["reranker"]] == [True], rows
        assert [m["kind"] for m in s.get("/v1/models").json["data"] if m["id"] == TINY_MODEL] == ["embedding"]
        assert s.stop() == 0


def test_a_reranker_that_was_named_and_is_not_there_is_missed(binary):
    for name, status in (("none-of-this-name", "degraded"), (None, "healthy")):
        with place(binary) as p:
            if name:
                p.env["ANCHORAGE_RERANK__MODEL"] = name
            s = Server(p)
            check = s.get("/health").json["checks"]["embedder"]
            assert check["status"] == status and (name or "healthy") in (check["detail"] + check["status"]), check
            assert ("reranker" in check["detail"]) == bool(name), check
            assert s.stop() == 0


def test_precision_of_a_reranker_is_listed(binary):
    folder = DATA / "tiny-models"
    if not (folder / "cross-encoder-bert").is_dir():
        raise Skipped(f"no cross-encoder in {folder}")
    with place(binary) as p:
        p.env.update(ANCHORAGE_MODELS_DIR=str(folder), ANCHORAGE_RERANK__MODEL="cross-encoder-bert", ANCHORAGE_MODEL__NAME="bert-mean",
                     ANCHORAGE_MODEL__PRECISION="f32")
        s = Server(p)
        rows = [(m["kind"], m["precision"]) for m in s.get("/v1/models").json["data"] if m["id"] == "cross-encoder-bert"]
        assert rows == [("reranker", "f32")], rows
        assert s.stop() == 0


def test_a_reranker_elsewhere(binary):
    fake, env = fake_reranker.start()
    with place(binary) as p:
        p.env.update(env)
        s = Server(p)
        scores = reranked(s.post("/v1/rerank", {"query": "bees honey", "documents": [FERRY, BEES, {"text": "Honey."}], "model": "words"}))
        assert list(scores) == [1, 2, 0] and scores[1] == 4, scores
        assert "authorization: bearer " + fake_reranker.KEY in fake.requests[0]["head"].lower() and fake.requests[0]["body"]["model"] == "words"
        other = s.post("/v1/rerank", {"query": "honey", "documents": [BEES], "model": "other"})
        assert other.status == 400 and "\"words\" is configured" in other.json["detail"], other.body

        # refused for a moment: asked again; for good, or with nonsense: said
        turn = iter([fake_model.refusal(503, "Service Unavailable"), None])
        fake.script = lambda f, client, request: client.sendall(next(turn) or fake_reranker.ok(fake_reranker.results(request)))
        assert list(reranked(s.post("/v1/rerank", {"query": "bees", "documents": [FERRY, BEES]}))) == [1, 0]
        for script, status, words in ((fake_model.refusal(429, "Too Many Requests", headers=b"Retry-After: 0\r\n"), 503, "answered 429"),
                                      (fake_model.refusal(401, "Unauthorized", b'{"error":"no ' + fake_reranker.KEY.encode() + b'"}'), 502, "answered 401"),
                                      (fake_reranker.ok({"results": [{"index": 0, "relevance_score": 1}]}), 502, "1 scores for 2 documents"),
                                      (fake_reranker.ok({"results": [{"index": 0, "relevance_score": 1}, {"index": 9, "relevance_score": 1}]}), 502, "document 9")):
            fake.script = script
            refused = s.post("/v1/rerank", {"query": "bees", "documents": [FERRY, BEES]})
            assert refused.status == status and words in refused.json["detail"], refused.body
        fake.script = fake_model.reset()
        away = s.post("/v1/rerank", {"query": "bees", "documents": [FERRY, BEES]})
        assert away.status == 503 and "127.0.0.1" in away.json["detail"] and "2 tries" in away.json["detail"], away.body
        fake.close()
        assert s.stop() == 0
        assert fake_reranker.KEY not in s.log_text() and fake_reranker.KEY not in p.run("serve", "--print-config").stdout


def test_what_mends_a_folder_that_is_broken(binary):
    """`model pull` only for models that it knows."""
    for name, words in (("all-MiniLM-L6-v2", "anchorage model pull --force all-MiniLM-L6-v2"), ("ours", "put the files of the model ours there again")):
        with place(binary, model=name) as p:
            models = p.home / "models"
            shutil.copytree(ROOT / "tests" / "data" / TINY_MODEL, models / name)
            (models / name / "config.json").write_text("{")
            p.env["ANCHORAGE_MODELS_DIR"] = str(models)
            s = Server(p)
            told = s.get("/health").json["checks"]["embedder"]["detail"]
            assert words in told and f"{name}/config.json" in told and str(models) not in told, told
            assert s.stop() == 0
            assert words in p.run("doctor").stdout

"""Vectors of texts by HTTP and on the command line."""
import base64
import json
import math
import struct

from harness import TINY_MODEL, Server, place

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


def test_without_a_model_there_are_no_vectors(binary):
    with place(binary, model="absent") as p:
        s = Server(p)
        refused = s.post("/v1/embeddings", {"input": BEES})
        assert refused.status == 503 and "model pull" in refused.json["detail"], refused.body
        told = p.run("embed", BEES)
        assert told.returncode == 4 and "model pull" in told.stderr, told
        assert s.stop() == 0


def test_without_a_reranker_nothing_is_reranked(binary):
    with place(binary) as p:
        s = Server(p)
        refused = s.post("/v1/rerank", {"query": "honey", "documents": [BEES, FERRY]})
        assert refused.status == 503 and "set rerank.model or rerank.url" in refused.json["detail"], refused.body
        told = p.run("rerank", "honey", BEES, FERRY)
        assert told.returncode == 4 and "set rerank.model or rerank.url" in told.stderr, told
        assert p.run("rerank").returncode == 2
        assert s.stop() == 0

"""fake_vectors.py - an endpoint of embeddings, in the form of OpenAI and of Gemini: texts that share words are near."""
import hashlib
import json
import random
import re

from fake_model import FakeModel, refusal

KEY = "embedding-secret-0123456789"
DIMS = 96


def vector(text, dims=DIMS):
    out = [0.01] * dims
    for word in re.findall(r"\w+", text.lower()):
        rng = random.Random(hashlib.sha256(word.encode()).digest())
        out = [x + rng.gauss(0, 1) for x in out]
    return [round(x, 6) for x in out]


def texts_of(request):
    body = request["body"]
    if "requests" in body:
        return [one["content"]["parts"][0]["text"] for one in body["requests"]]
    return body["input"]


def ok(body):
    return refusal(200, "OK", json.dumps(body).encode())


def answer(request, dims=DIMS):
    rows = [vector(text, dims) for text in texts_of(request)]
    if "requests" in request["body"]:
        return {"embeddings": [{"values": row} for row in rows]}
    return {"object": "list", "model": "far", "usage": {"prompt_tokens": 7, "total_tokens": 7},
            "data": [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]}


def by_words(fake, client, request):
    client.sendall(ok(answer(request)))


def start(form="openai", script=None):
    """A server, and the environment that names it."""
    fake = FakeModel(script or by_words)
    return fake, {"ANCHORAGE_MODEL__REMOTE__URL": fake.url(), "ANCHORAGE_MODEL__REMOTE__FORM": form, "ANCHORAGE_MODEL__REMOTE__MODEL": "far",
                  "ANCHORAGE_EMBEDDING_KEY": KEY}

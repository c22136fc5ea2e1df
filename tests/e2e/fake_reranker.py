"""fake_reranker.py - an endpoint of a reranker: a passage scores the words of the query that it has."""
import json
import re

from fake_model import FakeModel, refusal

KEY = "rerank-secret-0123456789"


def words(text):
    return set(re.findall(r"\w+", text.lower()))


def score(query, text):
    """A logit, as cross-encoders give them: below 0 where nothing fits."""
    wanted = words(query)
    return round(8 * len(wanted & words(text)) / max(1, len(wanted)) - 4, 4)


def results(request):
    body = request["body"]
    rows = [{"index": i, "relevance_score": score(body["query"], text)} for i, text in enumerate(body["documents"])]
    return {"results": sorted(rows, key=lambda row: -row["relevance_score"])}


def ok(body):
    return refusal(200, "OK", json.dumps(body).encode())


def by_words(fake, client, request):
    client.sendall(ok(results(request)))


def start(script=None):
    """A server, and the environment that names it."""
    fake = FakeModel(script or by_words)
    return fake, {"ANCHORAGE_RERANK__REMOTE__URL": fake.url() + "/rerank", "ANCHORAGE_RERANK__REMOTE__MODEL": "words",
                  "ANCHORAGE_RERANK_KEY": KEY, "ANCHORAGE_RERANK__REMOTE__RETRIES": "1"}

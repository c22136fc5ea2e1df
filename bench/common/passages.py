"""passages.py - a server's data folder with so many passages, for what is measured of a large one.

Documents are runs of sentences of SciFact's abstracts from places of a fixed generator, ten passages or so each. To embed
100,000 takes most of an hour on two cores, and nothing that is measured depends on it: they are read without a model, and
then each passage gets a vector around that of one of the collection's first passages, which are embedded. The server fills
its index with them as with any others.
"""
import array
import gzip
import http.client
import json
import os
import pathlib
import random
import re
import sqlite3
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import harness  # noqa: E402

DIMS, PASSAGES, WORDS, EMBEDDED, A_REQUEST, DEADLINE = 384, 10, 150, 64, 200, 3600
GRAPH_FROM = 20000  # vectors of a segment
NOISE = 0.03  # of each number of a vector of length 1


def sentences():
    """SciFact's, or the program ends with what is missing."""
    data = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT / ".." / "shared" / "data"))
    corpus = data / "scifact" / "corpus.jsonl.gz"
    if not corpus.is_file():
        print("skipped: no collection scifact in ANCHORAGE_TEST_DATA")
        sys.exit(77)
    with gzip.open(corpus, "rt", encoding="utf-8", newline="\n") as lines:
        return re.split(r"(?<=[.!?])\s+", " ".join(json.loads(line)["text"] for line in lines))


def passages(all_sentences):
    """Texts without end, the same each time, each as long as a passage may be, so that it becomes one."""
    rng = random.Random(1)
    while True:
        at, words = rng.randrange(len(all_sentences)), []
        while len(words) < WORDS:
            words += all_sentences[at % len(all_sentences)].split()
            at += 1
        yield " ".join(words[:WORDS])


def vectors(middles):
    """Vectors without end, the same each time, as arrays: around those of some real passages."""
    rng = random.Random(2)
    noise = [array.array("f", (rng.gauss(0, NOISE) for _ in range(DIMS))) for _ in range(4096)]
    while True:
        a, b, c = rng.choice(middles), rng.choice(noise), rng.choice(noise)
        v = [x + y + z for x, y, z in zip(a, b, c)]
        length = sum(x * x for x in v) ** 0.5
        yield array.array("f", (x / length for x in v))


def _chunks_of(server):
    return server.get("/v1/knowledge/stats").json["index"]["chunks"]


def _send(server, documents):
    body = "\n".join(json.dumps(d) for d in documents).encode()
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
    c.request("POST", "/v1/knowledge/documents/batch?wait=true", body,
              {"Content-Type": "application/x-ndjson", "X-Timeout-Ms": "600000"})
    answer = c.getresponse()
    text = answer.read()
    c.close()
    if answer.status != 200 or json.loads(text)["failed_documents"] != 0:
        raise SystemExit(f"passages: {answer.status} {text[:300]!r}")


def _fill(p, all_sentences, count, say):
    """Documents until there are `count` passages, found by their words; how many there are."""
    texts, number = passages(all_sentences), 0
    server = harness.Server(p, env={"ANCHORAGE_MODEL__NAME": "none"})
    while (n := _chunks_of(server)) < count:
        left = (count - n) // PASSAGES + 1
        some = [{"id": f"d{number + i}", "title": f"Report {number + i}",
                 "text": "\n\n".join(next(texts) for _ in range(PASSAGES))} for i in range(min(A_REQUEST, left))]
        _send(server, some)
        number += len(some)
        say(f"{number} documents, {n} passages before")
    server.stop()
    return n


def _embedded(p, all_sentences):
    """What the model says of some passages, and its revision."""
    server = harness.Server(p, env={"ANCHORAGE_DATA_DIR": str(p.home / "seeds")})
    for i, sentence in enumerate(all_sentences[:EMBEDDED * 37:37]):
        assert server.put_document(id=f"seed{i}", text=sentence).status == 201
    server.stop()
    with sqlite3.connect(p.home / "seeds" / "catalog.db") as db:
        revision, = db.execute("SELECT revision FROM kno_model WHERE id IN (SELECT model_id FROM kno_vector)").fetchone()
        rows = [struct.unpack(f"<{DIMS}e", b) for b, in db.execute("SELECT bytes FROM kno_vector")]
    db.close()
    return revision, rows


def _give_vectors(p, revision, middles):
    with sqlite3.connect(p.data / "catalog.db") as db:
        db.execute("INSERT OR IGNORE INTO kno_model(revision) VALUES(?)", (revision,))
        model, = db.execute("SELECT id FROM kno_model WHERE revision = ?", (revision,)).fetchone()
        digests = [d for d, in db.execute("SELECT DISTINCT digest FROM kno_chunk WHERE digest NOT IN "
                                          "(SELECT digest FROM kno_vector)")]
        for digest, vector in zip(digests, vectors(middles)):
            db.execute("INSERT INTO kno_vector(digest, model_id, bytes) VALUES(?, ?, ?)",
                       (digest, model, struct.pack(f"<{DIMS}e", *vector)))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    harness.seal_catalog(p.data / "catalog.db")


def _settled(server, count):
    index = server.get("/v1/knowledge/stats").json["index"]
    has_graph = index["graphs"] > 0 or count < 2 * GRAPH_FROM
    if index["lag"] > 0 or index["unsaved_chunks"] > 0 or not has_graph:
        return None
    found = server.post("/v1/search", {"query": "cells", "mode": "hybrid"}).json["results"]
    return index if found and found[0]["scores"]["semantic"] is not None else None


def make(p, all_sentences, count, say):
    """The data folder of `p` with `count` passages or a few more, merged and saved; the vectors that the others are around."""
    n = _fill(p, all_sentences, count, say)
    revision, middles = _embedded(p, all_sentences)
    say(f"{n} passages; now their vectors")
    _give_vectors(p, revision, middles)
    say("vectors given")
    server = harness.Server(p)
    harness.wait_for("the index", lambda: _settled(server, count), DEADLINE)
    say("merged and saved")
    server.stop()
    return middles

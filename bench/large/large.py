"""large.py - a server with 100,000 passages: its memory, model included, its start, and searches over HTTP.

Takes the binary; prints the lines of bench/common/bench.h, and on stderr how far it is. Documents are runs of sentences
of SciFact's abstracts from places of a fixed generator, ten passages or so each. To embed them takes most of an hour on
two cores, and nothing here depends on it: they are read without a model, and then each passage gets a vector around that
of one of the collection's first passages, which are embedded. The server fills its index with them as with any others.
BENCH_LARGE_CHUNKS (100000) says how many passages; there is no peer: the goals stand in its place.
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
import statistics
import struct
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import harness  # noqa: E402

CHUNKS = int(os.environ.get("BENCH_LARGE_CHUNKS", "100000"))
MODEL = "all-MiniLM-L6-v2"
DIMS, PASSAGES, WORDS, EMBEDDED, A_REQUEST, STARTS, DEADLINE = 384, 10, 150, 64, 200, 5, 3600
GRAPH_FROM = 20000  # vectors of a segment
NOISE = 0.03  # of each number of a vector of length 1


def say(text):
    print(f"large: {text}", file=sys.stderr, flush=True)


def figure(name, unit, ours, goal="", value=""):
    print(f"large {CHUNKS // 1000}k: {name}", unit, "less", f"{ours:.6g}", goal, value, sep="\t", flush=True)


def sentences():
    data = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT / ".." / "shared" / "data"))
    corpus = data / "scifact" / "corpus.jsonl.gz"
    if not corpus.is_file():
        print("skipped: no collection scifact in ANCHORAGE_TEST_DATA")
        sys.exit(77)
    with gzip.open(corpus, "rt", encoding="utf-8", newline="\n") as lines:
        return re.split(r"(?<=[.!?])\s+", " ".join(json.loads(line)["text"] for line in lines))


def document(number, rng, all_sentences):
    """PASSAGES paragraphs, each as long as a passage may be, so that it becomes one."""
    paragraphs = []
    for _ in range(PASSAGES):
        at, words = rng.randrange(len(all_sentences)), []
        while len(words) < WORDS:
            words += all_sentences[at % len(all_sentences)].split()
            at += 1
        paragraphs.append(" ".join(words[:WORDS]))
    return {"id": f"d{number}", "title": f"Report {number}", "text": "\n\n".join(paragraphs)}


def chunks_of(server):
    return server.get("/v1/knowledge/stats").json["index"]["chunks"]


def send(server, documents):
    body = "\n".join(json.dumps(d) for d in documents).encode()
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
    c.request("POST", "/v1/knowledge/documents/batch?wait=true", body,
              {"Content-Type": "application/x-ndjson", "X-Timeout-Ms": "600000"})
    answer = c.getresponse()
    text = answer.read()
    c.close()
    if answer.status != 200 or json.loads(text)["failed_documents"] != 0:
        raise SystemExit(f"large: {answer.status} {text[:300]!r}")


def fill(p, all_sentences):
    """Documents until there are enough passages, found by their words; how many."""
    rng, number = random.Random(1), 0
    server = harness.Server(p, env={"ANCHORAGE_MODEL__NAME": "none"})
    while (n := chunks_of(server)) < CHUNKS:
        left = (CHUNKS - n) // PASSAGES + 1
        some = [document(number + i, rng, all_sentences) for i in range(min(A_REQUEST, left))]
        send(server, some)
        number += len(some)
        say(f"{number} documents, {n} passages before")
    server.stop()
    return n


def embedded(p, all_sentences):
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


def give_vectors(p, revision, middles):
    rng = random.Random(2)
    noise = [array.array("f", (rng.gauss(0, NOISE) for _ in range(DIMS))) for _ in range(4096)]
    with sqlite3.connect(p.data / "catalog.db") as db:
        db.execute("INSERT OR IGNORE INTO kno_model(revision) VALUES(?)", (revision,))
        model, = db.execute("SELECT id FROM kno_model WHERE revision = ?", (revision,)).fetchone()
        digests = [d for d, in db.execute("SELECT DISTINCT digest FROM kno_chunk WHERE digest NOT IN "
                                          "(SELECT digest FROM kno_vector)")]
        for digest in digests:
            a, b, c = rng.choice(middles), rng.choice(noise), rng.choice(noise)
            v = [x + y + z for x, y, z in zip(a, b, c)]
            length = sum(x * x for x in v) ** 0.5
            db.execute("INSERT INTO kno_vector(digest, model_id, bytes) VALUES(?, ?, ?)",
                       (digest, model, struct.pack(f"<{DIMS}e", *(x / length for x in v))))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    harness.seal_catalog(p.data / "catalog.db")


def settled(server):
    index = server.get("/v1/knowledge/stats").json["index"]
    has_graph = index["graphs"] > 0 or CHUNKS < 2 * GRAPH_FROM
    if index["lag"] > 0 or index["unsaved_chunks"] > 0 or not has_graph:
        return None
    found = server.post("/v1/search", {"query": "cells", "mode": "hybrid"}).json["results"]
    return index if found and found[0]["scores"]["semantic"] is not None else None


def ask(server, questions):
    times = []
    for q in questions:
        start = time.perf_counter()
        answer = server.post("/v1/search", {"query": q, "top_k": 10})
        assert answer.status == 200 and answer.json["results"][0]["scores"]["semantic"] is not None, answer.body
        times.append((time.perf_counter() - start) * 1e3)
    return times


def start_ms(p):
    server = harness.Server(p)
    ready = server.ready_s * 1e3
    harness.wait_for("readiness", lambda: server.get("/readyz").status == 200)
    server.stop()
    return ready


def main():
    if not (pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", "")) / "model.safetensors").is_file():
        print("skipped: no embedding model; `./run model pull` installs it")
        return 77
    p = harness.Place(sys.argv[1], model=MODEL)
    p.env["ANCHORAGE_MODELS_DIR"] = str(pathlib.Path(os.environ["ANCHORAGE_TEST_MODEL"]).parent)
    try:
        all_sentences = sentences()
        n = fill(p, all_sentences)
        revision, middles = embedded(p, all_sentences)
        say(f"{n} passages; now their vectors")
        give_vectors(p, revision, middles)
        say("vectors given")
        server = harness.Server(p)
        harness.wait_for("the index", lambda: settled(server), DEADLINE)
        say("merged and saved")
        server.stop()
        figure("start to ready", "ms", statistics.median(start_ms(p) for _ in range(STARTS)))
        server = harness.Server(p)
        harness.wait_for("readiness", lambda: server.get("/readyz").status == 200)
        questions = [" ".join(s.split()[:9]) for s in all_sentences[1000:1400]]
        ask(server, questions[:200])
        times = sorted(ask(server, questions[200:]))
        figure("search over HTTP, embedding included, p50", "ms", times[len(times) // 2])
        figure("resident after 400 searches", "MB", server.rss_mb(), "goal: under 400 MB", 400)
        server.stop()
    finally:
        p.close()
    return 0


sys.exit(main())

"""scifact.py - SciFact's documents from the first POST until all can be found, beside the usual servers in Python.

Takes the binary; prints the lines of bench/common/bench.h, and on stderr how far it is. The peers are bench/peers/rag_python:
FastAPI and Chroma, with sentence-transformers on PyTorch, and with ONNX Runtime's int8. Each run is a whole server with a
fresh data folder on all cores, ours and a peer's one after the other; ours has its precision chosen as by default, and
keeps an index of words and a catalog of versions too. Chunks are of the same length: whole sentences packed with the
title to 500 characters there, to as many tokens as make the same number of chunks here. Each is given documents as it takes
them best: one stream of lines here, requests of 64 documents there, three under way.
BENCH_SCIFACT_DOCUMENTS (all 5,183), BENCH_SCIFACT_ROUNDS (1), BENCH_SCIFACT_PEERS (torch,onnx) and BENCH_SCIFACT_THREADS
(1; 2: a product is shared by two cores and one request embeds, as PyTorch has it by default) change what is run.
"""
import concurrent.futures
import gzip
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "bench" / "peers"), str(ROOT / "bench" / "common")]
import harness  # noqa: E402
from processes import cpu_s, resident_mb  # noqa: E402
from python_stack import PythonStack, encoders  # noqa: E402

MODEL = "all-MiniLM-L6-v2"
ROUNDS = int(os.environ.get("BENCH_SCIFACT_ROUNDS", "1"))
THREADS = int(os.environ.get("BENCH_SCIFACT_THREADS", "1"))
CHUNK_CHARACTERS, CHUNK_TOKENS = 500, 111
A_REQUEST, UNDER_WAY, DEADLINE = 64, 3, 3600


def say(text):
    print(f"scifact: {text}", file=sys.stderr, flush=True)


def figure(name, unit, better, ours, peer="", theirs=""):
    print(f"scifact: {name}", unit, better, f"{ours:.6g}", peer, f"{theirs:.6g}" if peer else "", sep="\t", flush=True)


class Run:
    """What one run came to."""

    def __init__(self, name, documents, chunks, seconds, cpu, resident):
        self.documents_s, self.chunks_s = documents / seconds, chunks / seconds
        self.cpu_ms, self.chunks, self.resident = cpu / chunks * 1e3, chunks, resident
        say(f"{name}: {documents} documents, {chunks} chunks in {seconds:.1f} s, {cpu:.1f} s of processor time, "
            f"{resident:.0f} MB resident")


def documents():
    corpus = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT / ".." / "shared" / "data")) / "scifact" / "corpus.jsonl.gz"
    if not corpus.is_file():
        print("skipped: no collection scifact in ANCHORAGE_TEST_DATA")
        sys.exit(77)
    with gzip.open(corpus, "rt", encoding="utf-8", newline="\n") as lines:
        rows = [json.loads(line) for line in lines]
    return [{"id": r["_id"], "title": r["title"], "text": r["text"]}
            for r in rows[:int(os.environ.get("BENCH_SCIFACT_DOCUMENTS", len(rows)))]]


def run_ours(binary, docs):
    p = harness.Place(binary, model=MODEL)
    p.env["ANCHORAGE_MODELS_DIR"] = str(pathlib.Path(os.environ["ANCHORAGE_TEST_MODEL"]).parent)
    try:
        server = harness.Server(p)
        harness.wait_for("readiness", lambda: server.get("/readyz").status == 200)
        made = server.post("/v1/collections", {"name": "scifact", "chunking": {"max_tokens": CHUNK_TOKENS}})
        assert made.status == 201, made.body
        body = "\n".join(map(json.dumps, docs)).encode()
        pid, cpu, start = server.process.pid, cpu_s(server.process.pid), time.monotonic()
        batch = server.post("/v1/knowledge/documents/batch?wait=true&collection=scifact", body, timeout=DEADLINE, headers={
            "Content-Type": "application/x-ndjson", "X-Timeout-Ms": str(DEADLINE * 1000)}).json
        while batch["searchable_documents"] < len(docs):
            if batch.get("failed_documents", 1) or time.monotonic() - start > DEADLINE:
                raise SystemExit(f"scifact: {batch}")
            time.sleep(0.02)
            batch = server.get(f"/v1/ingest/{batch['batch_id']}").json
        took = time.monotonic() - start
        chunks = server.get("/v1/knowledge/stats").json["index"]["chunks"]
        run = Run("ours", len(docs), chunks, took, cpu_s(pid) - cpu, resident_mb(pid))
        server.stop()
        return run
    finally:
        p.close()


def run_peer(encoder, docs):
    with tempfile.TemporaryDirectory(prefix="anc-bench-scifact-") as folder:
        stack = PythonStack(encoder, folder, "--chunk", CHUNK_CHARACTERS, "--threads", THREADS)
        try:
            stack.request("POST", "/documents", {"documents": docs[:2]})  # what it does at its first text
            parts = [{"documents": docs[i:i + A_REQUEST]} for i in range(0, len(docs), A_REQUEST)]
            pid, cpu, start = stack.process.pid, cpu_s(stack.process.pid), time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(UNDER_WAY) as pool:
                sent = sum(a["chunks"] for a in pool.map(lambda p: stack.request("POST", "/documents", p), parts))
            chunks = stack.request("GET", "/stats")["chunks"]
            took = time.monotonic() - start
            if chunks != sent:
                raise SystemExit(f"scifact: {chunks} of {sent} chunks are in Chroma")
            return stack.name, Run(stack.name, len(docs), chunks, took, cpu_s(pid) - cpu, resident_mb(pid))
        finally:
            stack.stop()


def compare(binary, docs, encoder):
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(run_ours(binary, docs))
        name, run = run_peer(encoder, docs)
        theirs.append(run)
    peer = f"FastAPI, Chroma, {name}"

    def row(what, unit, better, part):
        figure(what, unit, better, statistics.median(map(part, ours)), peer, statistics.median(map(part, theirs)))
    row(f"{len(docs)} documents until found", "docs/s", "more", lambda r: r.documents_s)
    row("the same in chunks", "chunks/s", "more", lambda r: r.chunks_s)
    row("chunks of them", "chunks", "less", lambda r: r.chunks)
    row("processor time of a chunk", "ms", "less", lambda r: r.cpu_ms)
    row("resident afterwards", "MB", "less", lambda r: r.resident)


def main():
    if not (pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", "")) / "model.safetensors").is_file():
        print("skipped: no embedding model; `./run model pull` installs it")
        return 77
    docs, wanted = documents(), os.environ.get("BENCH_SCIFACT_PEERS", "torch,onnx").split(",")
    peers = [e for e in encoders() if e in wanted]
    if not peers:
        run = run_ours(sys.argv[1], docs)
        figure(f"{len(docs)} documents until found", "docs/s", "more", run.documents_s)
        figure("resident afterwards", "MB", "less", run.resident)
    for encoder in peers:
        compare(sys.argv[1], docs, encoder)
    return 0


sys.exit(main())

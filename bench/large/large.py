"""large.py - a server with 100,000 passages: its memory, model included, its start, and searches over HTTP.

Takes the binary; prints the lines of bench/common/bench.h, and on stderr how far it is. The passages are those of
bench/common/passages.py. BENCH_LARGE_CHUNKS (100000) says how many; there is no peer: the goals stand in its place.
"""
import os
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "bench" / "common")]
import harness  # noqa: E402
import passages  # noqa: E402

CHUNKS = int(os.environ.get("BENCH_LARGE_CHUNKS", "100000"))
MODEL, STARTS = "all-MiniLM-L6-v2", 5


def say(text):
    print(f"large: {text}", file=sys.stderr, flush=True)


def figure(name, unit, ours, goal="", value=""):
    print(f"large {CHUNKS // 1000}k: {name}", unit, "less", f"{ours:.6g}", goal, value, sep="\t", flush=True)


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
        all_sentences = passages.sentences()
        passages.make(p, all_sentences, CHUNKS, say)
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

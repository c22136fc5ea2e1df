"""serve.py - the built binary end to end over loopback: questions, searches, memory, start.

Takes the binary; prints the lines of bench/common/bench.h. The documents and questions are those of
examples/, the model is the one that is installed. There is no peer: the goal of each figure stands in
its place. Requests go one after the other over one connection that stays open; times are wall clock,
measured here, so they include this client.
"""
import json
import os
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
sys.path.insert(0, str(ROOT / "bench" / "common"))
import harness  # noqa: E402
from asking import Client  # noqa: E402

STARTS, QUESTIONS, SEARCH_ROUNDS, SEARCHES, DEADLINE = 5, 100, 5, 400, 300
MODEL = "all-MiniLM-L6-v2"


def figure(name, unit, better, ours, goal, goal_value):
    print(name, unit, better, f"{ours:.6g}", f"goal: {goal}" if goal else "", goal_value, sep="\t", flush=True)


def place(binary):
    p = harness.Place(binary, model=MODEL)
    model = pathlib.Path(os.environ["ANCHORAGE_TEST_MODEL"])
    p.env["ANCHORAGE_MODELS_DIR"] = str(model.parent)
    return p


def start_ms(binary):
    p = place(binary)
    try:
        server = harness.Server(p)
        server.stop()
        return server.ready_s * 1e3
    finally:
        p.close()


def wait_for_examples(server):
    def done():
        batches = server.get("/v1/ingest").json["items"]
        return batches and all(b["status"] == "completed" and b["searchable_documents"] == b["processed_documents"]
                               for b in batches)
    harness.wait_for("the examples", done, DEADLINE)


def measure_questions(server, questions):
    client, times = Client(server.port), []
    requests = [client.prepare("/v1/chat/query", {"question": q}) for q in questions]
    for i in range(QUESTIONS):
        start = time.perf_counter()
        client.send(requests[i % len(requests)])
        times.append((time.perf_counter() - start) * 1e3)
    times.sort()
    return statistics.median(times), times[int(0.99 * len(times)) - 1]


def measure_searches(server, questions):
    client, rates = Client(server.port), []
    requests = [client.prepare("/v1/search", {"query": q, "mode": "keyword", "top_k": 10}) for q in questions]
    for _ in range(SEARCH_ROUNDS):
        start = time.perf_counter()
        for i in range(SEARCHES):
            client.send(requests[i % len(requests)])
        rates.append(SEARCHES / (time.perf_counter() - start))
    return statistics.median(rates)


def main():
    binary = sys.argv[1]
    if not (pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", "")) / "model.safetensors").is_file():
        print("skipped: no embedding model; `./run model pull` installs it")
        return 77
    figure("serve: start to ready, empty", "ms", "less", statistics.median(start_ms(binary) for _ in range(STARTS)),
           "under 300 ms", 300)
    questions = [json.loads(line)["question"] for line in open(ROOT / "examples" / "questions.jsonl", encoding="utf-8")]
    p = place(binary)
    try:
        server = harness.Server(p, "--examples", str(ROOT / "examples"))
        try:
            wait_for_examples(server)
            middle, late = measure_questions(server, questions)
            figure("serve: question, p50", "ms", "less", middle, "under 100 ms", 100)
            figure("serve: question, p99", "ms", "less", late, "under 100 ms", 100)
            figure(f"serve: resident after {QUESTIONS} questions", "MB", "less", server.rss_mb(), "under 150 MB", 150)
            figure("serve: keyword search, one connection", "requests/s", "more", measure_searches(server, questions),
                   None, "")
        finally:
            server.stop()
    finally:
        p.close()
    return 0


sys.exit(main())

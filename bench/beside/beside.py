"""beside.py - a question while passages are read on all cores, against the same when it is quiet.

Takes the binary and bench_beside; prints the lines of bench/common/bench.h. First what the embedding alone takes
(beside.c), then a whole search over HTTP, one after the other on one connection, at moments of their own: quiet, while
a folder of SciFact's abstracts is read, and quiet again. The questions are SciFact's, the cache of vectors is off, so
each is embedded. Half of the abstracts are there before anything is timed, so that the searches look alike.
BENCH_BESIDE_TEXTS (all) takes fewer of them.
"""
import gzip
import json
import os
import pathlib
import random
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
sys.path.insert(0, str(ROOT / "bench" / "common"))
import harness  # noqa: E402
from asking import Client  # noqa: E402

MODEL, ASKED, PAUSE, DEADLINE, GOAL = "all-MiniLM-L6-v2", 600, 0.006, 900, 4


def figure(name, unit, better, ours, goal, goal_value):
    print(name, unit, better, f"{ours:.6g}", f"goal: {goal}" if goal else "", goal_value, sep="\t", flush=True)


def collection():
    data = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT / ".." / "shared" / "data")) / "scifact"
    with gzip.open(data / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines][:int(os.environ.get("BENCH_BESIDE_TEXTS", "1000000"))]
    with open(data / "queries.jsonl", encoding="utf-8") as lines:
        return texts, [json.loads(line)["text"] for line in lines]


def read_folder(server, folder):
    answer = server.post("/v1/ingest", {"db_type": "folder", "connection_params": {"path": str(folder)}})
    return answer.json["batch_id"]


def is_done(server, batch):
    b = server.get(f"/v1/ingest/{batch}").json
    if b["status"] == "failed" or b["failed_documents"]:
        raise SystemExit(f"beside: {b}")
    return b["status"] == "completed" and b["searchable_documents"] == b["processed_documents"]


def ask(client, requests, rng, go_on=lambda i: i < ASKED):
    """Milliseconds of each search, sorted."""
    times = []
    while go_on(len(times)):
        time.sleep(PAUSE * (0.5 + rng.random()))
        start = time.perf_counter()
        client.send(requests[len(times) % len(requests)])
        times.append((time.perf_counter() - start) * 1e3)
    return sorted(times)


def measure(server, home, questions):
    rng = random.Random(7)
    requests = [Client.prepare("/v1/search", {"query": q, "top_k": 10}) for q in questions]
    harness.wait_for("the first half", lambda b=read_folder(server, home / "0"): is_done(server, b), DEADLINE)
    client = Client(server.port)
    ask(client, requests, rng)
    quiet = ask(client, requests, rng)
    batch, checked, done = read_folder(server, home / "1"), time.monotonic(), False

    def goes_on(_):
        nonlocal checked, done
        if time.monotonic() - checked > 0.25:
            checked, done = time.monotonic(), is_done(server, batch)
        return not done

    loaded = ask(client, requests, rng, goes_on)
    quiet = sorted(quiet + ask(client, requests, rng))
    if len(loaded) < 100:
        raise SystemExit(f"beside: the folder was read before more than {len(loaded)} searches were asked")
    for name, permille in (("p50", 500), ("p99", 990)):
        calm, busy = (t[len(t) * permille // 1000] for t in (quiet, loaded))
        figure(f"beside: search over HTTP, quiet, {name}", "ms", "less", calm, None, "")
        figure(f"beside: search over HTTP while a folder is read, {name}", "ms", "less", busy,
               f"{GOAL}x the quiet one", GOAL * calm)


def main():
    binary, program = sys.argv[1:3]
    model = pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", ""))
    if not (model / "model.safetensors").is_file():
        print("skipped: no embedding model; `./run model pull` installs it")
        return 77
    code = subprocess.run([program], timeout=DEADLINE).returncode
    if code:
        return code
    texts, questions = collection()
    p = harness.Place(binary, model=MODEL)
    p.env.update({"ANCHORAGE_MODELS_DIR": str(model.parent), "ANCHORAGE_MODEL__CACHE_MB": "0"})
    try:
        for i, t in enumerate(texts):
            path = p.home / "texts" / str(i % 2) / f"{t['_id']}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{t['title']}\n\n{t['text']}\n", encoding="utf-8")
        server = harness.Server(p)
        try:
            measure(server, p.home / "texts", questions)
        finally:
            server.stop()
    finally:
        p.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

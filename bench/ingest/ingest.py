"""ingest.py - a folder of small files read by the built binary: clean, and with one file in a hundred broken.

Takes the binary; prints the lines of bench/common/bench.h, and on stderr how far it is. The texts are pieces of
SciFact's abstracts where the collection is there, else of examples/ with words changed. Each run is a fresh data
folder; its time is that from the request until the last document can be found. The broken run has garbage in the
place of one file in a hundred, and is compared with the clean one of the same execution, by turns. The server has
no model, as the speed of embedding is what `bench/run embed` measures: documents are found by their words.
BENCH_INGEST_MODEL (none) names a model to read with, BENCH_INGEST_FILES (10000), BENCH_INGEST_ROUNDS (1) and
BENCH_INGEST_WORKERS (the default of the server) change what is run. However it ends, its folders go with it.
"""
import gzip
import json
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import harness  # noqa: E402

FILES = int(os.environ.get("BENCH_INGEST_FILES", "10000"))
ROUNDS = int(os.environ.get("BENCH_INGEST_ROUNDS", "1"))
MODEL = os.environ.get("BENCH_INGEST_MODEL", "")
DEADLINE, GARBAGE_EVERY, PIECE_BYTES, SAY_EVERY = 3600, 100, 400, 10
PARENT = os.getppid()


def figure(name, unit, better, ours, goal, goal_value):
    print(name, unit, better, f"{ours:.6g}", f"goal: {goal}" if goal else "", goal_value, sep="\t", flush=True)


def sentences():
    data = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT / ".." / "shared" / "data"))
    corpus = data / "scifact" / "corpus.jsonl.gz"
    if corpus.is_file():
        with gzip.open(corpus, "rt", encoding="utf-8") as lines:
            text = " ".join(json.loads(line)["text"] for line in lines)
    else:
        rng, text = random.Random(1), ""
        own = [p.read_text(encoding="utf-8") for p in sorted((ROOT / "examples").rglob("*.md"))]
        while len(text) < FILES * PIECE_BYTES:
            words = rng.choice(own).split()
            text += " ".join(w if rng.random() < 0.9 else f"{w}{rng.randrange(1000)}" for w in words) + ". "
    return re.split(r"(?<=[.!?])\s+", text)


def pieces():
    piece, n = "", 0
    for sentence in sentences():
        piece += sentence + " "
        if len(piece) < PIECE_BYTES:
            continue
        yield piece.strip() + "\n"
        piece, n = "", n + 1
        if n == FILES:
            return


def garbage(rng):
    """Bytes of every kind that a folder of real files has by mistake."""
    return rng.choice((
        lambda: bytes(rng.randrange(256) for _ in range(600)),
        lambda: b"\x00" * 600,
        lambda: b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 9 0 R >>\n",
        lambda: b"PK\x03\x04" + bytes(rng.randrange(256) for _ in range(500)),
        lambda: b"\xff\xfe" + bytes(rng.randrange(256) for _ in range(401)),
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(300),
    ))()


def write_folders(home):
    rng = random.Random(7)
    for name in ("clean", "broken"):
        (home / name).mkdir()
    for i, text in enumerate(pieces()):
        name = f"{i // 500:03}/{i:05}.txt"
        for kind in ("clean", "broken"):
            path = home / kind / name
            path.parent.mkdir(exist_ok=True)
            is_bad = kind == "broken" and i % GARBAGE_EVERY == 50
            path.write_bytes(garbage(rng) if is_bad else text.encode())


def place(binary):
    p = harness.Place(binary, model=MODEL or "none")
    if MODEL not in ("", harness.TINY_MODEL):
        p.env["ANCHORAGE_MODELS_DIR"] = str(pathlib.Path(os.environ["ANCHORAGE_TEST_MODEL"]).parent)
    p.env["ANCHORAGE_LOG__LEVEL"] = "error"
    if "BENCH_INGEST_WORKERS" in os.environ:
        p.env["ANCHORAGE_INGEST__WORKERS"] = os.environ["BENCH_INGEST_WORKERS"]
    return p


class Progress:
    """How far a run is, on stderr: one line that changes on a terminal, else one now and then."""

    def __init__(self, name):
        self.name, self.start, self.last, self.live = name, time.monotonic(), 0.0, sys.stderr.isatty()

    def show(self, batch, end=False):
        now = time.monotonic()
        if not end and now - self.last < (0.5 if self.live else SAY_EVERY):
            return
        self.last, took = now, max(now - self.start, 1e-3)
        done = batch["processed_documents"] + batch["failed_documents"]
        line = (f"ingest: {self.name}: {done} of {FILES} read, {batch['failed_documents']} of them broken, "
                f"{batch['searchable_documents']} can be found, {done / took:.0f}/s, {took:.0f} s")
        print(f"\r{line}\x1b[K" if self.live else line, file=sys.stderr, end="" if self.live and not end else "\n",
              flush=True)


def peak_mb(server):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def run(binary, folder):
    """Documents a second until all can be found, and the server's peak memory."""
    p = place(binary)
    try:
        server = harness.Server(p)
        try:
            pid, start, progress = server.process.pid, time.monotonic(), Progress(folder.name)
            batch_id = server.post("/v1/ingest", {"db_type": "folder", "connection_params": {
                "path": str(folder)}}).json["batch_id"]
            while True:
                b = server.get(f"/v1/ingest/{batch_id}").json
                progress.show(b)
                if b["status"] not in ("queued", "processing") and b["searchable_documents"] == b["processed_documents"]:
                    break
                if time.monotonic() - start > DEADLINE:
                    raise SystemExit(f"ingest: not done after {DEADLINE} s: {b}")
                if os.getppid() != PARENT:
                    raise SystemExit("ingest: who started this is gone")
                time.sleep(0.02)
            took = time.monotonic() - start
            if server.process.pid != pid or server.process.poll() is not None or b["status"] != "completed":
                raise SystemExit(f"ingest: {b}")
            progress.show(b, end=True)
            return b, b["processed_documents"] / took, peak_mb(server)
        finally:
            server.stop()
    finally:
        p.close()


STOPS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def stop(number, frame):
    for other in STOPS:
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)  # through every `finally`


def main():
    binary = sys.argv[1]
    for number in STOPS:
        signal.signal(number, stop)
    home = pathlib.Path(tempfile.mkdtemp(prefix="anc-bench-ingest-"))
    try:
        print(f"ingest: writing 2 folders of {FILES} files", file=sys.stderr, flush=True)
        write_folders(home)
        clean, broken, memory = [], [], []
        for _ in range(ROUNDS):
            for rates, name in ((clean, "clean"), (broken, "broken")):
                batch, rate, mb = run(binary, home / name)
                rates.append(rate)
                memory.append(mb)
        good, bad = statistics.median(clean), statistics.median(broken)
        by = f"with {MODEL}" if MODEL else "words only"
        figure(f"ingest: {FILES} small files, {by}, clean", "files/s", "more", good, None, "")
        figure(f"ingest: {FILES} small files, {by}, 1 % garbage", "files/s", "more", bad, "80 % of clean", 0.8 * good)
        figure("ingest: peak resident", "MB", "less", max(memory), "under 250 MB", 250)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


sys.exit(main())

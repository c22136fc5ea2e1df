"""load.py - what load.c measures: servers of 100,000 passages, ours and the Python stack, asked by turns.

Takes the binary, bench_load and --full for a million; prints the lines of bench/common/bench.h, and on stderr how far it
is. The passages and vectors are those of bench/common/passages.py, in the catalog of ours and in Chroma; the peers
(bench/peers/rag_python) search by meaning and words as ours does, and embed with sentence-transformers or ONNX Runtime's
int8. Questions are pieces of sentences, none asked twice of a server, so that each is embedded; nothing is reranked.

What a server can carry is found with eight callers that ask again at once. Then questions come at a fixed rate: 250/s,
and half of what it carries, at even steps and at random ones. The client shares the cores with the server.
BENCH_LOAD_CHUNKS, BENCH_LOAD_SECONDS (20), BENCH_LOAD_ROUNDS (3) and BENCH_LOAD_PEERS (torch,onnx) change what is run;
with BENCH_KEEP=<folder> the data folders are kept there and used again.
"""
import contextlib
import itertools
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "bench" / "peers"), str(ROOT / "bench" / "common")]
import harness  # noqa: E402
import passages  # noqa: E402
from processes import cpu_s, resident_mb  # noqa: E402
from python_stack import PythonStack, encoders  # noqa: E402

MODEL = "all-MiniLM-L6-v2"
CHUNKS = int(os.environ.get("BENCH_LOAD_CHUNKS", "1000000" if "--full" in sys.argv else "100000"))
SECONDS = float(os.environ.get("BENCH_LOAD_SECONDS", "20"))
ROUNDS = int(os.environ.get("BENCH_LOAD_ROUNDS", "3"))
RATE, CALLERS, WAITING, WARM, MOST_A_SECOND = 250, 8, 64, 400, 5000
TEXTS, VECTORS = "texts.jsonl", "vectors.f32"


def say(text):
    print(f"load: {text}", file=sys.stderr, flush=True)


def figure(name, unit, better, ours, peer="", theirs=""):
    print(f"load {CHUNKS // 1000}k: {name}", unit, better, f"{ours:.6g}", peer, f"{theirs:.6g}" if peer else "", sep="\t",
          flush=True)


def questions(all_sentences):
    """Pieces of five to fourteen words, each once."""
    rng, seen = random.Random(3), set()
    while True:
        words = rng.choice(all_sentences).split()
        n = rng.randint(5, 14)
        at = rng.randrange(max(1, len(words) - n + 1))
        text = " ".join(words[at:at + n])
        if len(words) >= 5 and text not in seen:
            seen.add(text)
            yield text


class Asked:
    """A server at a port, and the questions that it was not asked yet."""

    def __init__(self, name, program, port, pid, path, body, all_sentences):
        self.name, self.program, self.port, self.pid, self.path, self.body = name, program, port, pid, path, body
        self.questions, self.seen = questions(all_sentences), {}

    def ask(self, callers, seconds, rate=0, most=None):
        """The line of bench_load; a rate is a number, or a text with ~ before it."""
        a_second = float(str(rate).lstrip("~")) * 1.5 if rate else MOST_A_SECOND
        wanted = most or int(a_second * seconds) + 100
        lines = (json.dumps(self.body | {"query": q}) for q in itertools.islice(self.questions, wanted))
        done = subprocess.run([self.program, str(self.port), self.path, str(callers), str(seconds), str(rate)],
                              input="\n".join(lines) + "\n", stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"load: the callers of {self.name} failed")
        seen = json.loads(done.stdout)
        if seen["failed"] > 0:
            raise SystemExit(f"load: {self.name} refused {seen['failed']} of {seen['failed'] + seen['answered']}")
        return seen

    def measure(self, what, *args):
        before = cpu_s(self.pid)
        seen = self.ask(*args)
        seen["cpu_ms"] = (cpu_s(self.pid) - before) / seen["answered"] * 1e3
        self.seen.setdefault(what, []).append(seen)
        say(f"{self.name}, {what}: {seen['rate']:.0f}/s, p50 {seen['p50_ms']:.2f} ms, p99 {seen['p99_ms']:.2f} ms, "
            f"longest {seen['max_ms']:.1f} ms, {seen['cpu_ms']:.2f} ms of processor time each")

    def of(self, what, part):
        return statistics.median(s[part] for s in self.seen[what])

    def round(self):
        """What it carries, then 250/s if it carries that, then half of it."""
        self.measure("carried", CALLERS, SECONDS / 2)
        carried = self.of("carried", "rate")
        if carried > RATE:
            self.measure("250/s", WAITING, SECONDS, RATE)
        self.measure("half", WAITING, SECONDS, f"{carried / 2:.1f}")
        self.measure("half at random", WAITING, SECONDS, f"~{carried / 2:.1f}")


def idle(binary):
    """Resident with the model, nothing in it, after one question."""
    p = place(binary)
    try:
        server = harness.Server(p)
        harness.wait_for("readiness", lambda: server.get("/readyz").status == 200)
        assert server.post("/v1/search", {"query": "What is there?"}).status == 200
        time.sleep(1)
        figure("idle with the model, resident", "MB", "less", server.rss_mb(), "goal: under 150 MB", 150)
        server.stop()
    finally:
        p.close()


def place(binary):
    p = harness.Place(binary, model=MODEL)
    p.env["ANCHORAGE_MODELS_DIR"] = str(pathlib.Path(os.environ["ANCHORAGE_TEST_MODEL"]).parent)
    p.env["ANCHORAGE_RERANK__MODEL"] = ""
    return p


def make_folders(binary, home, all_sentences):
    """Ours as home/data, the peers' passages beside it."""
    p = place(binary)
    try:
        p.data = home / "data"
        p.env["ANCHORAGE_DATA_DIR"] = str(p.data)
        if not (home / "filled").is_file():
            middles = passages.make(p, all_sentences, CHUNKS, say)
            say("the same for the peers")
            with open(home / TEXTS, "w", encoding="utf-8") as texts, open(home / VECTORS, "wb") as vectors:
                both = zip(passages.passages(all_sentences), passages.vectors(middles))
                for text, vector in itertools.islice(both, CHUNKS):
                    texts.write(json.dumps(text) + "\n")
                    vectors.write(vector.tobytes())
            (home / "filled").touch()
    finally:
        p.close()


@contextlib.contextmanager
def serving(binary, program, home, all_sentences):
    p = place(binary)
    p.env["ANCHORAGE_DATA_DIR"] = str(home / "data")
    try:
        server = harness.Server(p)
        harness.wait_for("readiness", lambda: server.get("/readyz").status == 200)
        yield Asked("ours", program, server.port, server.process.pid, "/v1/search",
                    {"top_k": 10, "mode": "hybrid", "rerank": False}, all_sentences)
        server.stop()
    finally:
        p.close()


@contextlib.contextmanager
def peer_serving(encoder, program, home, all_sentences):
    say(f"starting the Python stack with {encoder}")
    stack = PythonStack(encoder, home / "chroma", "--fill", home)
    try:
        yield Asked(f"FastAPI, Chroma, bm25s, {stack.name}", program, stack.port, stack.process.pid, "/search",
                    {"top_k": 10}, all_sentences)
    finally:
        stack.stop()


def show(ours, peers):
    for what, at in (("250/s", "250/s"), ("half", "half load"), ("half at random", "half load, at random")):
        if what in ours.seen:
            figure(f"hybrid at {at}, p50", "ms", "less", ours.of(what, "p50_ms"), "goal: under 2.5 ms", 2.5)
            figure(f"hybrid at {at}, p99", "ms", "less", ours.of(what, "p99_ms"), "goal: under 5 ms", 5)
    figure("hybrid, eight callers", "1/s", "more", ours.of("carried", "rate"), "goal: 250/s at half load", 500)
    for peer in peers:
        figure("hybrid, eight callers", "1/s", "more", ours.of("carried", "rate"), peer.name, peer.of("carried", "rate"))
        for part in ("p50", "p99"):
            figure(f"each at half of what it carries, {part}", "ms", "less", ours.of("half", f"{part}_ms"), peer.name,
                   peer.of("half", f"{part}_ms"))
            if "250/s" in peer.seen and "250/s" in ours.seen:
                figure(f"both at 250/s, {part}", "ms", "less", ours.of("250/s", f"{part}_ms"), peer.name,
                       peer.of("250/s", f"{part}_ms"))
        figure("processor time of a search", "ms", "less", ours.of("carried", "cpu_ms"), peer.name,
               peer.of("carried", "cpu_ms"))
        figure("resident afterwards", "MB", "less", resident_mb(ours.pid), peer.name, resident_mb(peer.pid))


def measure(binary, program, home):
    all_sentences = passages.sentences()
    wanted = os.environ.get("BENCH_LOAD_PEERS", "torch,onnx").split(",")
    names = [e for e in encoders() if e in wanted]
    make_folders(binary, home, all_sentences)
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(serving(binary, program, home, all_sentences))
        peers = [stack.enter_context(peer_serving(e, program, home, all_sentences)) for e in names]
        for _ in range(ROUNDS):
            for one in (ours, *peers):
                one.ask(2, 60, most=WARM)
                one.round()
        show(ours, peers)


def main():
    if not (pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", "")) / "model.safetensors").is_file():
        print("skipped: no embedding model; `./run model pull` installs it")
        return 77
    idle(sys.argv[1])
    with contextlib.ExitStack() as stack:
        kept = os.environ.get("BENCH_KEEP")
        home = pathlib.Path(kept or stack.enter_context(tempfile.TemporaryDirectory(prefix="anc-bench-load-")))
        home.mkdir(parents=True, exist_ok=True)
        measure(sys.argv[1], sys.argv[2], home)
    return 0


sys.exit(main())

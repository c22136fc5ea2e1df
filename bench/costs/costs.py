"""costs.py - what a question costs when everything that happens is told: CPU time, and p99 while buses are away.

Takes the binary and bench_feed; prints the lines of bench/common/bench.h. The documents and questions are those of
examples/, the model is the one that is installed, and each question is another one. Redis and Kafka are real ones.

CPU time is the server process's, of a block of questions and what follows from them (the relays, the
tracking, the writes to watchers), measured by turns at two servers: one with tracking, both relays and 100 watchers, one
with none of it; the peer of each figure is the other side. For the p99 two servers with everything are asked by turns,
one question each: the buses of one are well, of the other Redis is stopped and Kafka killed.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "support" / "servers")]
import harness  # noqa: E402
from kafka import Absent, Kafka  # noqa: E402
from redis import Redis  # noqa: E402

MODEL = "all-MiniLM-L6-v2"
WATCHERS, BLOCK, ROUNDS, REST_S = 100, 25, 30, 0.5
TURNS, WARM = 1000, 20
OFF = {"ANCHORAGE_TRACKING__ENABLED": "false"}


def figure(name, unit, better, ours, peer="", theirs=""):
    print(name, unit, better, f"{ours:.6g}", peer, f"{theirs:.6g}" if peer else "", sep="\t", flush=True)


class Asked:
    """A server with the examples, and the questions that it is asked."""

    def __init__(self, binary, env, questions):
        self.place = harness.Place(binary, model=MODEL)
        self.place.env["ANCHORAGE_MODELS_DIR"] = str(pathlib.Path(os.environ["ANCHORAGE_TEST_MODEL"]).parent)
        self.server, self.watchers, self.questions, self.n = None, None, questions, 0
        try:
            self.server = harness.Server(self.place, "--examples", str(ROOT / "examples"), env=env)
            harness.wait_for("the examples", self._is_ready, 300)
            self.ask(WARM)
        except BaseException:
            self.close()
            raise

    def _is_ready(self):
        batches = self.server.get("/v1/ingest").json["items"]
        return batches and all(b["status"] == "completed" and b["searchable_documents"] == b["processed_documents"]
                               for b in batches)

    def watch(self, program, n):
        self.watchers = subprocess.Popen([program, str(self.server.port), str(n), "0", "0"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        if self.watchers.stdout.readline() != "ready\n":
            raise SystemExit("costs: nobody watches")

    def ask(self, n):
        """Milliseconds of each."""
        times = []
        for _ in range(n):
            self.n += 1
            question = f"{self.questions[self.n % len(self.questions)]} (for page {self.n})"
            start = time.perf_counter()
            answer = self.server.post("/v1/chat/query", {"question": question})
            times.append((time.perf_counter() - start) * 1e3)
            if answer.status != 200:
                raise SystemExit(f"costs: {answer.status} {answer.body[:300]!r}")
        return times

    def _cpu_ms(self):
        """Of all threads, to the nanosecond; none of the server's threads ends meanwhile."""
        tasks = pathlib.Path(f"/proc/{self.server.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6

    def block_ms(self):
        """CPU milliseconds a question, with what comes after it."""
        before = self._cpu_ms()
        self.ask(BLOCK)
        time.sleep(REST_S)
        return (self._cpu_ms() - before) / BLOCK

    def close(self):
        if self.watchers is not None:
            out, _ = self.watchers.communicate(timeout=60)
            if json.loads(out)["gone"] > 0:
                raise SystemExit("costs: watchers were dropped")
        if self.server is not None:
            self.server.stop()
        self.place.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def buses(redis, kafka):
    return {"ANCHORAGE_BUS__REDIS__URL": redis.url, "ANCHORAGE_BUS__KAFKA__BROKERS": kafka.brokers,
            "ANCHORAGE_EVENTS__KAFKA__ALL": "true"}


def cheap(times):
    """Blocks in which other programs of the machine were in the way the least."""
    return statistics.mean(sorted(times)[:len(times) // 4])


def cpu(binary, feed, questions):
    with Redis().start() as redis, Kafka().start() as kafka, \
            Asked(binary, buses(redis, kafka), questions) as on, Asked(binary, OFF, questions) as off:
        on.watch(feed, WATCHERS)
        shares, ons, offs = [], [], []
        for i in range(ROUNDS):
            sides = [(on, ons), (off, offs)]
            for side, times in sides if i % 2 == 0 else sides[::-1]:
                times.append(side.block_ms())
            shares.append(ons[-1] / offs[-1])
        figure(f"costs: CPU of a question, all on, {WATCHERS} watch", "ms", "less", statistics.median(ons),
               "all off, by turns", statistics.median(offs))
        figure("costs: the same, of the cheapest quarter of the blocks", "ms", "less", cheap(ons), "all off, by turns",
               cheap(offs))
        figure("costs: more CPU with all on, median of pairs", "%", "less", (statistics.median(shares) - 1) * 100,
               "goal: 5 %", 5)


def late(times):
    return sorted(times)[int(0.99 * len(times)) - 1]


def faults(binary, feed, questions):
    with Redis().start() as redis, Kafka().start() as kafka, Redis().start() as stopped, Kafka().start() as killed, \
            Asked(binary, buses(redis, kafka), questions) as well, \
            Asked(binary, buses(stopped, killed), questions) as away:
        for side in (well, away):
            side.watch(feed, WATCHERS)
        stopped.pause()
        killed.kill()
        try:
            times = {well: [], away: []}
            for i in range(TURNS):
                for side in (well, away) if i % 2 == 0 else (away, well):
                    times[side] += side.ask(1)
        finally:
            stopped.resume()
        figure("costs: p99 of questions, Redis stopped, Kafka killed", "ms", "less", late(times[away]),
               "both well, by turns", late(times[well]))
        figure("costs: p50 of questions, Redis stopped, Kafka killed", "ms", "less", statistics.median(times[away]),
               "both well, by turns", statistics.median(times[well]))


def main():
    if len(sys.argv) < 3 or not os.access(sys.argv[1], os.X_OK):
        raise SystemExit(__doc__)
    if not (pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", "")) / "model.safetensors").is_file():
        print("skipped: no embedding model; `./run model pull` installs it")
        return 77
    if not Redis.is_here():
        print("skipped: no redis-server")
        return 77
    questions = [json.loads(line)["question"] for line in open(ROOT / "examples" / "questions.jsonl", encoding="utf-8")]
    try:
        for part in (cpu, faults):
            if len(sys.argv) == 3 or part.__name__ in sys.argv[3:]:
                part(sys.argv[1], sys.argv[2], questions)
    except Absent as why:
        print(f"skipped: {why}")
        return 77
    return 0


sys.exit(main())

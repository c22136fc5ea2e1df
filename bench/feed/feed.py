"""feed.py - the live feed of the built binary: a thousand that watch, some that stall, ten thousand that idle.

Takes the binary and bench_feed; prints the lines of bench/common/bench.h. There is no peer: the goal of each figure
stands in its place, and a delay under a millisecond is shown as one. Events are conversations that are begun over HTTP, 50 a second, each written to the outbox,
relayed and shown; a delay is counted from the event's own timestamp to its reading by a client.
"""
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import harness  # noqa: E402

READERS, STALLED, IDLE, RATE, SECONDS, WARM = 1000, 100, 10000, 50, 20, 2


def figure(name, unit, better, ours, goal, goal_value):
    print(name, unit, better, f"{ours:.6g}", f"goal: {goal}" if goal else "", goal_value, sep="\t", flush=True)


class Clients:
    def __init__(self, program, server, readers, stalled, seconds):
        self.process = subprocess.Popen([program, str(server.port), str(readers), str(stalled), str(seconds)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if line.startswith("skipped: "):
            print(line, end="")
            sys.exit(77)
        if line != "ready\n":
            raise SystemExit(f"feed: the clients said {line!r}")

    def end(self):
        out, _ = self.process.communicate(timeout=120)
        if self.process.returncode != 0:
            raise SystemExit("feed: the clients failed")
        return json.loads(out)


def make_events(server, seconds, started):
    """Conversations at a steady rate; the count."""
    made, begin = 0, time.monotonic()
    while (now := time.monotonic()) < begin + seconds:
        if server.post("/v1/chat/conversations", {"title": f"Conversation number {made}"}).status != 201:
            raise SystemExit("feed: no conversation")
        made += 1
        time.sleep(max(0, begin + made / RATE - time.monotonic()))
    started.append(made)


def watched(server, program, readers, stalled):
    clients = Clients(program, server, readers, stalled, SECONDS + WARM)
    made = []
    maker = threading.Thread(target=make_events, args=(server, SECONDS, made))
    maker.start()
    maker.join()
    return clients.end(), made[0], server.get("/v1/events/stats").json


def spread(server, program):
    seen, made, stats = watched(server, program, READERS, 0)
    rate = made / SECONDS
    figure(f"feed: {READERS} watch, {rate:.0f} events/s, p99", "ms", "less", max(seen["p99_ms"], 1), "50 ms", 50)
    figure(f"feed: {READERS} watch, {rate:.0f} events/s, p50", "ms", "less", seen["p50_ms"], "", "")
    figure("feed: readers that missed or were dropped", "clients", "less", seen["gone"] + (seen["least"] != made), "", "")
    return stats["dropped_subscribers_total"]


def stalled(server, program, before):
    seen, made, stats = watched(server, program, READERS - STALLED, STALLED)
    figure(f"feed: {STALLED} of {READERS} stalled, the others' p99", "ms", "less", max(seen["p99_ms"], 1), "50 ms", 50)
    figure("feed: stalled ones dropped", "clients", "more", stats["dropped_subscribers_total"] - before, f"all {STALLED}", STALLED)
    figure("feed: others that missed or were dropped", "clients", "less", seen["gone"] + (seen["least"] != made), "", "")


def idle(server, program):
    before = server.rss_mb()
    clients = Clients(program, server, IDLE, 0, 0)
    time.sleep(1)
    there = server.get("/v1/events/stats").json["active_subscribers"]
    after = server.rss_mb()
    clients.end()
    if there != IDLE:
        raise SystemExit(f"feed: {there} of {IDLE} are there")
    figure(f"feed: memory of an idle one, of {IDLE}", "bytes", "less", (after - before) * (1 << 20) / IDLE, "2000 bytes", 2000)


def main():
    if len(sys.argv) != 3 or not os.access(sys.argv[1], os.X_OK):
        raise SystemExit(__doc__)
    env = {"ANCHORAGE_HTTP__MAX_CONNECTIONS": str(IDLE + 1000)}
    with harness.serving(sys.argv[1], env=env) as server:
        server.post("/v1/chat/conversations", {})
        idle(server, sys.argv[2])
        stalled(server, sys.argv[2], spread(server, sys.argv[2]))


main()

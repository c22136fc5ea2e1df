"""engine.py - the search engine on vectors: a graph walked, built, and under filters, beside hnswlib and faiss.

The peers are hnswlib of the system's package and, with the Python in BENCH_PEER_PYTHON, the newest hnswlib and faiss-cpu
(peers.py), of which the best at each recall is shown. Takes bench_engine and a folder for the vectors; --full makes it a million of them instead of 100,000. Prints the lines
of bench/common/bench.h. Rates at a recall are read off between the two nearest that were measured.
"""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DIMS = 384


def figure(name, unit, better, ours, peer="", theirs=0.0):
    print(name, unit, better, f"{ours:.6g}", peer, f"{theirs:.6g}" if peer else "", sep="\t", flush=True)


def read(command):
    """The program's lines by their first word, each a list of numbers."""
    lines = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as p:
        for line in p.stdout:
            name, *numbers = line.split()
            lines.setdefault(name, []).append([float(x) for x in numbers])
    if p.returncode != 0:
        raise SystemExit(f"engine: {command[0]} failed")
    return lines


def rate_at(walks, recall):
    """Queries a second at this recall; None where it was not reached."""
    walks = sorted(walks)
    for low, high in zip(walks, walks[1:]):
        if low[0] <= recall <= high[0] and high[0] > low[0]:
            share = (recall - low[0]) / (high[0] - low[0])
            return 1 / (1 / low[1] + share * (1 / high[1] - 1 / low[1]))
    return walks[0][1] if walks and walks[0][0] >= recall else None


def peer(folder):
    compiler = shutil.which("g++")
    if compiler is None or not pathlib.Path("/usr/include/hnswlib/hnswlib.h").exists():
        return None
    program = folder / "hnswlib"
    subprocess.run([compiler, "-O3", "-march=native", "-w", HERE / "hnswlib.cc", "-o", program], check=True)
    return read([program, folder])


def newest(folder):
    """By peer: its lines, as read() has them. None where it could not be had."""
    python = os.environ.get("BENCH_PEER_PYTHON")
    peers = {}
    if python:
        with subprocess.Popen([python, HERE / "peers.py", folder], stdout=subprocess.PIPE, text=True) as p:
            for line in p.stdout:
                name, what, *numbers = line.split()
                peers.setdefault(name, {}).setdefault(what, []).append([float(x) for x in numbers])
        if p.returncode == 0:
            return peers
    print("engine: newest hnswlib and faiss-cpu could not be had", file=sys.stderr)
    return None


def best_at(peers, recall):
    """Name and rate of the fastest of the newest that reach the recall."""
    rates = {name: rate_at(lines["walk"], recall) for name, lines in peers.items()}
    rates = {name: rate for name, rate in rates.items() if rate}
    return max(rates.items(), key=lambda r: r[1]) if rates else None


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    n = 1_000_000 if "--full" in sys.argv else 100_000
    folder = folder / f"vectors-{n}"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "truth").exists():
        print(f"engine: making {n} vectors", file=sys.stderr)
        subprocess.run([program, "make", str(n), str(DIMS), folder], check=True)
    ours, theirs = read([program, "vectors", folder]), peer(folder)
    others = newest(folder)
    name = "hnswlib (package)" if theirs else ""
    size = f"{n // 1000}k x {DIMS}"
    for recall in (0.95, 0.98):
        mine = rate_at(ours["walk"], recall)
        other = rate_at(theirs["walk"], recall) if theirs else 0
        if mine:
            figure(f"vectors {size}: top 10, recall {recall}", "queries/s", "more", mine,
                   name if other else "", other or 0)
        best = best_at(others, recall) if mine and others else None
        if best:
            figure(f"vectors {size}: top 10, recall {recall}", "queries/s", "more", mine, f"best of newest: {best[0]}",
                   best[1])
    figure(f"vectors {size}: graph built", "vectors/s", "more", ours["build"][0][0], name,
           theirs["build"][0][0] if theirs else 0)
    figure(f"vectors {size}: graph and codes", "bytes/vector", "less", ours["bytes"][0][1], name,
           theirs["bytes"][0][0] if theirs else 0)
    for share, recall, _, p99 in ours["filter"]:
        figure(f"vectors {size}: filter leaves {share:.1%}, p99", "us", "less", p99, "goal: 3 ms", 3000)
        figure(f"vectors {size}: filter leaves {share:.1%}, recall", "share", "more", recall, "goal", 0.95)


main()

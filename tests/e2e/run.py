#!/usr/bin/env python3
"""Runs the end-to-end tests against a binary.

    run.py [--long] BINARY [NAME…]     NAME: part of a test's name

Python 3 with its standard library. Each test starts servers of its own on loopback, in temporary
folders, and ends them. Exit code 1 when a test failed.
"""
import importlib
import inspect
import pathlib
import signal
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import Skipped  # noqa: E402

LONG_REPEATS = 50


def collect():
    for path in sorted(pathlib.Path(__file__).parent.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, test in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("test_") and test.__module__ == path.stem:
                yield name, test


def main():
    args = [a for a in sys.argv[1:] if a != "--long"]
    long = "--long" in sys.argv
    if not args or not pathlib.Path(args[0]).exists():
        print(__doc__)
        return 2
    binary, wanted = args[0], args[1:]
    # a shell that runs this in the background has it ignored, and what is started here would ignore it too
    signal.signal(signal.SIGINT, signal.default_int_handler)
    passed = failed = skipped = 0
    for name, test in collect():
        if wanted and not any(w in name for w in wanted):
            continue
        known = inspect.signature(test).parameters
        kw = {k: v for k, v in (("repeats", LONG_REPEATS), ("everything", True)) if long and k in known}
        start = time.monotonic()
        try:
            test(binary, **kw)
            passed += 1
            print(f"ok      {name} ({time.monotonic() - start:.1f} s)", flush=True)
        except Skipped as why:
            skipped += 1
            print(f"skipped {name}: {why}", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {name} ({time.monotonic() - start:.1f} s)\n{traceback.format_exc()}", flush=True)
    print(f"end to end: {passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

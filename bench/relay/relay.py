#!/usr/bin/env python3
"""relay.py - runs bench_relay beside a real Kafka broker; without one its part is skipped."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support" / "servers"))
from kafka import Absent, Kafka  # noqa: E402


def main(program):
    try:
        with Kafka().start() as broker:
            return subprocess.run([program], env={**os.environ, "BENCH_KAFKA": broker.brokers}).returncode
    except Absent as why:
        print(f"relay: {why}", file=sys.stderr)
        return subprocess.run([program]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

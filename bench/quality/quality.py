"""quality.py - hybrid search on the shared collections, one configuration for all: NDCG@10 of `anchorage eval`.

Takes the binary. The goals stand in the peer's place; that of ohada-fr is the best figure of its README. Prints the lines
of bench/common/bench.h.
"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOALS = (("scifact", 0.73), ("cranfield", 0.40), ("squad-dev-a", 0.895), ("piaf-fr-a", 0.80), ("ohada-fr", 0.6661))


def main():
    data = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT / ".." / "shared" / "data"))
    model = pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", ""))
    if not (model / "model.safetensors").is_file():
        print("skipped: no embedding model; `./run model pull` installs it")
        return 77
    env = {**os.environ, "ANCHORAGE_MODELS_DIR": str(model.parent), "ANCHORAGE_MODEL__NAME": model.name}
    measured = 0
    for name, goal in GOALS:
        if not (data / name).is_dir():
            print(f"quality: no collection {name}", file=sys.stderr, flush=True)
            continue
        done = subprocess.run([sys.argv[1], "eval", "--modes", "hybrid", "--json", data / name], env=env,
                              stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"quality: eval of {name} failed")
        ours = json.loads(done.stdout)["modes"]["hybrid"]["ndcg@10"]
        print(f"quality: {name}, hybrid", "NDCG@10", "more", ours, "goal", goal, sep="\t", flush=True)
        measured += 1
    if measured == 0:
        print("skipped: no collections in ANCHORAGE_TEST_DATA")
        return 77
    return 0


sys.exit(main())

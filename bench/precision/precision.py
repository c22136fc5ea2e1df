"""precision.py - what bf16 and int8 cost in ranks: NDCG@10 of `anchorage eval scifact` in each precision, beside f32's.

Takes the binary. Precisions that this CPU has no fast products of are left out, since they run only where somebody asks for
them. Prints the lines of bench/common/bench.h. BENCH_PRECISION_COLLECTION (scifact) names another collection of
ANCHORAGE_TEST_DATA.
"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTION = os.environ.get("BENCH_PRECISION_COLLECTION", "scifact")
MODES = ("semantic", "hybrid")


def run(binary, env, *arguments):
    done = subprocess.run([binary, *map(str, arguments)], env=env, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"precision: {' '.join(map(str, arguments))} failed")
    return json.loads(done.stdout)


def main():
    binary = sys.argv[1]
    folder = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT / ".." / "shared" / "data")) / COLLECTION
    model = pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", ""))
    if not (model / "model.safetensors").is_file():
        print("skipped: no embedding model; `./run model pull` installs it")
        return 77
    if not folder.is_dir():
        print(f"skipped: no collection {COLLECTION} in ANCHORAGE_TEST_DATA")
        return 77
    env = {**os.environ, "ANCHORAGE_MODELS_DIR": str(model.parent), "ANCHORAGE_MODEL__NAME": model.name}
    levels = {row["precision"]: row["level"] for row in run(binary, env, "model", "bench", model.name, "--json")["precisions"]}
    found = {}
    for precision, level in levels.items():
        if precision != "f32" and level == "scalar":
            continue
        print(f"precision: {precision} by {level}", file=sys.stderr, flush=True)
        modes = run(binary, env, "eval", "--modes", ",".join(MODES), "--json", "--set", f"model.precision={precision}", folder)["modes"]
        found[precision] = {mode: modes[mode]["ndcg@10"] for mode in MODES}
        if precision == "f32":
            continue
        for mode in MODES:
            print(f"precision: {COLLECTION}, {mode}, {precision}", "NDCG@10", "more", found[precision][mode], "f32", found["f32"][mode],
                  sep="\t", flush=True)
    if len(found) < 2:
        print("skipped: this CPU has fast products of f32 alone")
        return 77
    return 0


sys.exit(main())

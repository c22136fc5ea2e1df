"""precision.py - what bf16 and int8 cost in ranks: NDCG@10 of `anchorage eval scifact` in each precision, beside f32's.

Takes the binary. A precision that this CPU has no fast products of is left out, since it runs only where somebody asks for
it. Prints the lines of bench/common/bench.h. BENCH_PRECISION_COLLECTION (scifact) names another collection of
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
FAST = {"bf16": {"avx512_bf16", "amx_bf16", "bf16"}, "int8": {"avx2", "avx512_vnni", "amx_int8", "asimddp"}}


def figures(binary, env, folder, precision):
    print(f"precision: {precision}", file=sys.stderr, flush=True)
    done = subprocess.run([binary, "eval", "--modes", ",".join(MODES), "--json", "--set", f"model.precision={precision}", str(folder)],
                          env=env, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"precision: eval in {precision} failed")
    return {mode: json.loads(done.stdout)["modes"][mode]["ndcg@10"] for mode in MODES}


def main():
    folder = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT / ".." / "shared" / "data")) / COLLECTION
    model = pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", ""))
    if not (model / "model.safetensors").is_file():
        print("skipped: no embedding model; `./run model pull` installs it")
        return 77
    if not folder.is_dir():
        print(f"skipped: no collection {COLLECTION} in ANCHORAGE_TEST_DATA")
        return 77
    env = {**os.environ, "ANCHORAGE_MODELS_DIR": str(model.parent), "ANCHORAGE_MODEL__NAME": model.name}
    has = set(pathlib.Path("/proc/cpuinfo").read_text().split())
    fast = [precision for precision, flags in FAST.items() if flags & has]
    if not fast:
        print("skipped: this CPU has fast products of f32 alone")
        return 77
    exact = figures(sys.argv[1], env, folder, "f32")
    for precision in fast:
        found = figures(sys.argv[1], env, folder, precision)
        for mode in MODES:
            print(f"precision: {COLLECTION}, {mode}, {precision}", "NDCG@10", "more", found[mode], "f32", exact[mode], sep="\t", flush=True)
    return 0


sys.exit(main())

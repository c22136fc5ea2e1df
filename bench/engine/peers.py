"""peers.py - newest hnswlib and faiss-cpu (Python package index) on the files of bench_engine, one thread each.

    peers.py FOLDER

Questions are asked in batches of all, so that what Python costs is not theirs; time is that of the processor. Prints
lines "<peer> build <vectors a second>" and "<peer> walk <recall> <queries a second>", the peer's name without blanks. M
is 16 and efConstruction 200, as of the package's hnswlib.
"""
import os
import pathlib
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
import faiss  # noqa: E402
import hnswlib  # noqa: E402
import numpy as np  # noqa: E402

TOP, LINKS, BREADTH, ROUNDS = 10, 16, 200, 3
DEPTHS = (10, 14, 18, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


def rows(path, kind):
    n, width = np.fromfile(path, dtype="<u4", count=2)
    return np.memmap(path, dtype=kind, mode="r", offset=8, shape=(int(n), int(width)))


def timed(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def run(name, n, truth, build, set_depth, search):
    print(name, "build", f"{n / timed(build)[0]:.1f}", flush=True)
    for depth in DEPTHS:
        set_depth(depth)
        times = []
        for _ in range(ROUNDS):
            seconds, found = timed(search)
            times.append(seconds)
        recall = np.mean([len(set(f) & set(t)) / TOP for f, t in zip(found.tolist(), truth.tolist())])
        print(name, "walk", f"{recall:.4f}", f"{len(truth) / sorted(times)[ROUNDS // 2]:.0f}", flush=True)


def main():
    folder = pathlib.Path(sys.argv[1])
    vectors, truth = rows(folder / "vectors", "<f4"), np.array(rows(folder / "truth", "<u4"))
    questions = np.array(rows(folder / "questions", "<f4"))
    n, dims = vectors.shape

    graph = hnswlib.Index(space="ip", dim=dims)
    graph.init_index(max_elements=n, ef_construction=BREADTH, M=LINKS)
    run(f"hnswlib-{hnswlib.__version__ if hasattr(hnswlib, '__version__') else 'newest'}", n, truth,
        lambda: graph.add_items(vectors, num_threads=1), graph.set_ef,
        lambda: graph.knn_query(questions, k=TOP, num_threads=1)[0])
    del graph

    faiss.omp_set_num_threads(1)
    ip = faiss.METRIC_INNER_PRODUCT
    for kind, index in (
            ("f32", faiss.IndexHNSWFlat(dims, LINKS, ip)),
            ("fp16", faiss.IndexHNSWSQ(dims, faiss.ScalarQuantizer.QT_fp16, LINKS, ip))):
        index.hnsw.efConstruction = BREADTH

        def build(index=index):
            index.train(vectors[:10000])
            index.add(vectors)

        def set_depth(depth, index=index):
            index.hnsw.efSearch = depth

        run(f"faiss-{faiss.__version__}-{kind}", n, truth, build, set_depth,
            lambda index=index: index.search(questions, TOP)[1])


main()

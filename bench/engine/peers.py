"""peers.py - newest hnswlib and faiss-cpu (Python package index) on the files of bench_engine, one thread each.

    peers.py FOLDER

Questions are asked in batches of all, so that what Python costs is not theirs; time is that of the processor. Prints
lines "<peer> build <vectors a second>" and "<peer> walk <recall> <queries a second>", the peer's name without blanks. M
is 16 and efConstruction 200, as of the package's hnswlib. The graph whose building is timed is that of the first 100,000;
where there are more, that of all of them is built by all cores and kept in the folder as <peer>-graph.
"""
import importlib.metadata
import os
import pathlib
import sys
import time

import faiss
import hnswlib
import numpy as np

TOP, LINKS, BREADTH, ROUNDS, BUILT = 10, 16, 200, 3, 100_000
DEPTHS = (10, 14, 18, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


def rows(path, kind):
    n, width = np.fromfile(path, dtype="<u4", count=2)
    return np.memmap(path, dtype=kind, mode="r", offset=8, shape=(int(n), int(width)))


def timed(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


class Hnswlib:
    name = f"hnswlib-{importlib.metadata.version('hnswlib')}"

    def build(self, vectors, threads):
        self.graph = hnswlib.Index(space="ip", dim=vectors.shape[1])
        self.graph.init_index(max_elements=len(vectors), ef_construction=BREADTH, M=LINKS)
        self.graph.add_items(vectors, num_threads=threads)

    def keep(self, path):
        self.graph.save_index(path)

    def load(self, path, n, dims):
        self.graph = hnswlib.Index(space="ip", dim=dims)
        self.graph.load_index(path, max_elements=n)

    def set_depth(self, depth):
        self.graph.set_ef(depth)

    def search(self, questions):
        return self.graph.knn_query(questions, k=TOP, num_threads=1)[0]


class Faiss:
    def __init__(self, kind):
        self.kind, self.name = kind, f"faiss-{faiss.__version__}-{kind}"

    def build(self, vectors, threads):
        ip, dims = faiss.METRIC_INNER_PRODUCT, vectors.shape[1]
        self.index = (faiss.IndexHNSWFlat(dims, LINKS, ip) if self.kind == "f32" else
                      faiss.IndexHNSWSQ(dims, faiss.ScalarQuantizer.QT_fp16, LINKS, ip))
        self.index.hnsw.efConstruction = BREADTH
        faiss.omp_set_num_threads(threads)
        self.index.train(vectors[:10000])
        self.index.add(vectors)
        faiss.omp_set_num_threads(1)

    def keep(self, path):
        faiss.write_index(self.index, path)

    def load(self, path, n, dims):
        self.index = faiss.read_index(path)

    def set_depth(self, depth):
        self.index.hnsw.efSearch = depth

    def search(self, questions):
        return self.index.search(questions, TOP)[1]


def all_of(peer, folder, vectors):
    """The graph of all vectors, as it was kept or built by all cores."""
    kept = folder / f"{peer.name}-graph"
    if kept.exists():
        peer.load(str(kept), *vectors.shape)
        return
    peer.build(vectors, os.cpu_count())
    peer.keep(str(kept) + ".tmp")
    os.rename(str(kept) + ".tmp", kept)


def run(peer, folder, vectors, questions, truth):
    timed_vectors = vectors[:BUILT]
    print(peer.name, "build", f"{len(timed_vectors) / timed(lambda: peer.build(timed_vectors, 1))[0]:.1f}", flush=True)
    if len(vectors) > BUILT:
        all_of(peer, folder, vectors)
    for depth in DEPTHS:
        peer.set_depth(depth)
        times = []
        for _ in range(ROUNDS):
            seconds, found = timed(lambda: peer.search(questions))
            times.append(seconds)
        recall = np.mean([len(set(f) & set(t)) / TOP for f, t in zip(found.tolist(), truth.tolist())])
        print(peer.name, "walk", f"{recall:.4f}", f"{len(truth) / sorted(times)[ROUNDS // 2]:.0f}", flush=True)


def main():
    folder = pathlib.Path(sys.argv[1])
    vectors, truth = rows(folder / "vectors", "<f4"), np.array(rows(folder / "truth", "<u4"))
    questions = np.array(rows(folder / "questions", "<f4"))
    faiss.omp_set_num_threads(1)
    for make in (Hnswlib, lambda: Faiss("f32"), lambda: Faiss("fp16")):
        run(make(), folder, vectors, questions, truth)


main()

"""store.py - chunks with their vectors in Chroma, and where hybrid searches are wanted their words in bm25s."""
import json
import pathlib

import bm25s
import chromadb
import numpy as np

AT_ONCE = 5000  # rows of one insertion, of which Chroma takes 5,461
SIDE = 100      # candidates of each side of a search


class Store:
    def __init__(self, folder):
        client = chromadb.PersistentClient(str(folder), chromadb.Settings(anonymized_telemetry=False))
        self.rows = client.get_or_create_collection("chunks", metadata={"hnsw:space": "cosine"}, embedding_function=None)
        self.words = None
        self.texts = []

    def add(self, ids, texts, vectors):
        for begin in range(0, len(ids), AT_ONCE):
            part = slice(begin, begin + AT_ONCE)
            self.rows.upsert(ids=ids[part], embeddings=vectors[part], documents=texts[part])

    def count(self):
        return self.rows.count()

    def fill(self, folder):
        """The passages of a folder: texts.jsonl, and vectors.f32 unless they are in already; then their words."""
        folder = pathlib.Path(folder)
        with open(folder / "texts.jsonl", encoding="utf-8") as lines:
            self.texts = [json.loads(line) for line in lines]
        if self.count() < len(self.texts):
            vectors = np.fromfile(folder / "vectors.f32", np.float32).reshape(len(self.texts), -1)
            self.add([str(i) for i in range(len(self.texts))], self.texts, vectors)
        self.words = bm25s.BM25(method="lucene")
        self.words.index(self._split(self.texts), show_progress=False)

    @staticmethod
    def _split(texts):
        return bm25s.tokenize(texts, stopwords="en", show_progress=False)

    def near(self, vector):
        got = self.rows.query(query_embeddings=[vector], n_results=SIDE, include=["distances"])
        return dict(zip(map(int, got["ids"][0]), (1 - d for d in got["distances"][0])))

    def worded(self, query):
        rows, scores = self.words.retrieve(self._split([query]), k=SIDE, show_progress=False)
        return {int(r): float(s) for r, s in zip(rows[0], scores[0]) if s > 0}

    def search(self, query, vector, top_k):
        """Both sides scaled by least and most, half of the weight each."""
        sums = {}
        for side in (self.near(vector), self.worded(query)):
            low, high = min(side.values(), default=0), max(side.values(), default=0)
            for row, score in side.items():
                sums[row] = sums.get(row, 0) + 0.5 * (score - low) / (high - low or 1)
        best = sorted(sums, key=sums.get, reverse=True)[:top_k]
        return [{"id": str(row), "score": sums[row], "text": self.texts[row]} for row in best]

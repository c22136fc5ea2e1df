"""peer.py - the same BERT encoder in ONNX Runtime, for bench/embed and bench/rerank; peer.h has the protocol.

The graph is that of bench/peers/onnx_bert.py.
"""
import pathlib
import sys
import threading
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
from onnx_bert import build, quantized, session  # noqa: E402


def race(current, texts, callers):
    """Seconds of the clock that as many threads need for all texts, each taking the next."""
    left, lock = list(texts), threading.Lock()

    def work():
        while True:
            with lock:
                if not left:
                    return
                text = left.pop()
            current.run(["vector"], text)

    threads = [threading.Thread(target=work) for _ in range(callers)]
    start = time.perf_counter()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return time.perf_counter() - start


def feed(words):
    second, *ids = (int(w) for w in words)
    ids = np.array([ids], np.int32)
    return {"ids": ids, "segments": (np.arange(ids.shape[1], dtype=np.int32) >= second).astype(np.int32)[None]}


def main():
    folder = pathlib.Path(sys.argv[1])
    model = build(folder)
    sessions = {("fp32", 1): session(model.SerializeToString())}
    current, texts = sessions["fp32", 1], []
    print("ready", flush=True)
    for line in sys.stdin:
        command, *words = line.split()
        if command == "use":
            key = words[0], int(words[1])
            if key not in sessions:
                sessions[key] = (quantized(model, key[1]) if key[0] == "int8"
                                 else session(model.SerializeToString(), key[1]))
            current = sessions[key]
            answer = "ok"
        elif command == "race":
            answer = f"{race(current, texts, int(words[0])):.9f}"
        elif command == "vector":
            answer = " ".join(f"{v:.8g}" for v in current.run(["vector"], feed(words))[0][0])
        elif command == "texts":
            texts = [feed(sys.stdin.readline().split()) for _ in range(int(words[0]))]
            answer = "ok"
        else:
            start = time.process_time()
            for text in texts:
                current.run(["vector"], text)
            answer = f"{time.process_time() - start:.9f}"
        print(answer, flush=True)


main()

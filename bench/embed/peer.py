"""peer.py - the same BERT encoder in ONNX Runtime, for bench/embed and bench/rerank; peer.h has the protocol.

The graph is that of bench/peers/onnx_bert.py; one thread runs it.
"""
import pathlib
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
from onnx_bert import build, quantized, session  # noqa: E402


def feed(words):
    second, *ids = (int(w) for w in words)
    ids = np.array([ids], np.int32)
    return {"ids": ids, "segments": (np.arange(ids.shape[1], dtype=np.int32) >= second).astype(np.int32)[None]}


def main():
    folder = pathlib.Path(sys.argv[1])
    model = build(folder)
    sessions = {"fp32": session(model.SerializeToString())}
    current, texts = sessions["fp32"], []
    print("ready", flush=True)
    for line in sys.stdin:
        command, *words = line.split()
        if command == "use":
            if words[0] == "int8" and "int8" not in sessions:
                sessions["int8"] = quantized(model)
            current = sessions[words[0]]
            answer = "ok"
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

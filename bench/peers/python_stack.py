"""python_stack.py - starts the server of rag_python/ and asks it things; BENCH_RAG_PYTHON is the Python that has its parts."""
import http.client
import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
NEEDS = {"torch": "torch, sentence_transformers, chromadb, fastapi", "onnx": "onnx, onnxruntime, chromadb, fastapi"}
DEADLINE = 7200.0


def encoders():
    """Those that this Python has, the usual one first."""
    python = os.environ.get("BENCH_RAG_PYTHON", "")
    return [name for name, parts in NEEDS.items() if python and subprocess.run(
        [python, "-c", f"import {parts}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0]


class PythonStack:
    def __init__(self, encoder, data, *options):
        # numpy's own choice of kernels: a machine's settings for older ones slow it down
        env = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
        env |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true", "TQDM_DISABLE": "1",
                "ANONYMIZED_TELEMETRY": "False"}
        self.process = subprocess.Popen(
            [os.environ["BENCH_RAG_PYTHON"], str(HERE / "rag_python" / "server.py"), "--encoder", encoder, "--model",
             os.environ["ANCHORAGE_TEST_MODEL"], "--data", str(data), *map(str, options)],
            stdout=subprocess.PIPE, text=True, env=env)
        word, _, rest = self.process.stdout.readline().rstrip("\n").partition(" ")
        if word != "ready":
            self.stop()
            raise SystemExit(f"python_stack: the server with {encoder} did not start")
        port, _, self.name = rest.partition(" ")
        self.port = int(port)

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            connection.request(method, path, json.dumps(body).encode() if body is not None else None,
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise SystemExit(f"python_stack: {answer.status} {text[:300]!r}")
        return json.loads(text)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()

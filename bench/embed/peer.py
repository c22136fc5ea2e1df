"""peer.py - the same BERT encoder in ONNX Runtime, for bench/embed and bench/rerank; peer.h has the protocol.

The graph is made here from the model's own safetensors file, with the fused operators that ONNX
Runtime's optimiser makes of an exported BERT (EmbedLayerNormalization, Attention,
SkipLayerNormalization, BiasGelu), so that the peer is at its best. int8 is its own dynamic
quantisation of that graph, weights by column.
"""
import json
import os
import pathlib
import sys
import tempfile
import threading
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

MS = "com.microsoft"


def tensors(path):
    raw = path.read_bytes()
    n = int.from_bytes(raw[:8], "little")
    table = json.loads(raw[8:8 + n])
    table.pop("__metadata__", None)
    for name, row in table.items():
        if row["dtype"] == "F32":
            begin, end = row["data_offsets"]
            yield name, np.frombuffer(raw[8 + n + begin:8 + n + end], np.float32).reshape(row["shape"])


def build(folder):
    config = json.loads((folder / "config.json").read_text())
    w = dict(tensors(folder / "model.safetensors"))
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(op, inputs, output, domain="", **attributes):
        outputs = output if isinstance(output, list) else [output]
        nodes.append(helper.make_node(op, inputs, outputs, name=outputs[0], domain=domain, **attributes))
        return outputs[0]

    def norm(prefix):
        return [constant(prefix + ".scale", w[prefix + ".weight"]), constant(prefix + ".shift", w[prefix + ".bias"])]

    epsilon, heads = config["layer_norm_eps"], config["num_attention_heads"]
    tables = [constant(k, w[f"embeddings.{k}_embeddings.weight"]) for k in ("word", "position", "token_type")]
    x = node("EmbedLayerNormalization", ["ids", "segments", *tables, *norm("embeddings.LayerNorm")],
             ["x", "unused"], MS, epsilon=epsilon)
    for i in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{i}."
        qkv = [at + "attention.self." + k for k in ("query", "key", "value")]
        a = node("Attention", [x, constant(f"{i}.qkv", np.concatenate([w[k + ".weight"].T for k in qkv], axis=1)),
                               constant(f"{i}.qkv_bias", np.concatenate([w[k + ".bias"] for k in qkv]))],
                 f"{i}.attention", MS, num_heads=heads)
        a = node("MatMul", [a, constant(f"{i}.out", w[at + "attention.output.dense.weight"].T)], f"{i}.projected")
        a = node("SkipLayerNormalization", [a, x, *norm(at + "attention.output.LayerNorm"),
                                            constant(f"{i}.out_bias", w[at + "attention.output.dense.bias"])],
                 f"{i}.attended", MS, epsilon=epsilon)
        f = node("MatMul", [a, constant(f"{i}.up", w[at + "intermediate.dense.weight"].T)], f"{i}.wide")
        f = node("BiasGelu", [f, constant(f"{i}.up_bias", w[at + "intermediate.dense.bias"])], f"{i}.gelu", MS)
        f = node("MatMul", [f, constant(f"{i}.down", w[at + "output.dense.weight"].T)], f"{i}.narrow")
        x = node("SkipLayerNormalization", [f, a, *norm(at + "output.LayerNorm"),
                                            constant(f"{i}.down_bias", w[at + "output.dense.bias"])],
                 f"{i}.x", MS, epsilon=epsilon)
    if "classifier.weight" in w:
        first = node("Gather", [x, constant("first", np.array([0], np.int64))], "first_rows", axis=1)
        first = node("Squeeze", [first, constant("axis", np.array([1], np.int64))], "first_row")
        judge = [constant(f"judge.{k}", w[f"bert.pooler.dense.{k}"]) for k in ("weight", "bias")]
        dense = node("Tanh", [node("Gemm", [first, *judge], "dense", transB=1)], "judged")
        node("Gemm", [dense, *(constant(f"label.{k}", w[f"classifier.{k}"]) for k in ("weight", "bias"))], "vector", transB=1)
    else:
        mean = node("ReduceMean", [x], "mean", axes=[1], keepdims=0)
        node("LpNormalization", [mean], "vector", axis=1, p=2)
    graph = helper.make_graph(
        nodes, "bert", [helper.make_tensor_value_info(n, TensorProto.INT32, ["b", "n"]) for n in ("ids", "segments")],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["b", "d"])], constants)
    return helper.make_model(graph, ir_version=8,
                             opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MS, 1)])


def session(model, threads=1):
    options = ort.SessionOptions()
    options.inter_op_num_threads, options.intra_op_num_threads = 1, threads
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def quantized(model, threads):
    import logging

    from onnxruntime.quantization import QuantType, quantize_dynamic
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        plain, small = os.path.join(folder, "fp32.onnx"), os.path.join(folder, "int8.onnx")
        onnx.save(model, plain)
        quantize_dynamic(plain, small, op_types_to_quantize=["MatMul", "Attention"], per_channel=True,
                         weight_type=QuantType.QInt8, extra_options={"DefaultTensorType": TensorProto.FLOAT})
        return session(small, threads)


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

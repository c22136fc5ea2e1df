"""onnx_bert.py - a BERT encoder's folder as a graph of ONNX Runtime, for the programs of ours that are measured beside it.

The graph is made from the model's own safetensors file, with the fused operators that ONNX Runtime's optimiser makes of
an exported BERT (EmbedLayerNormalization, Attention, SkipLayerNormalization, BiasGelu), so that the peer is at its best.
int8 is its own dynamic quantisation of that graph, weights by column.
"""
import json
import os
import tempfile

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


class Graph:
    """Nodes and constants as they come."""

    def __init__(self, folder):
        self.config = json.loads((folder / "config.json").read_text())
        self.weights = dict(tensors(folder / "model.safetensors"))
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, op, inputs, output, domain="", **attributes):
        outputs = output if isinstance(output, list) else [output]
        self.nodes.append(helper.make_node(op, inputs, outputs, name=outputs[0], domain=domain, **attributes))
        return outputs[0]

    def norm(self, prefix):
        return [self.constant(prefix + ".scale", self.weights[prefix + ".weight"]),
                self.constant(prefix + ".shift", self.weights[prefix + ".bias"])]


def embeddings(g, padded):
    tables = [g.constant(k, g.weights[f"embeddings.{k}_embeddings.weight"]) for k in ("word", "position", "token_type")]
    return g.node("EmbedLayerNormalization",
                  ["ids", "segments", *tables, *g.norm("embeddings.LayerNorm"), *(["mask"] if padded else [])],
                  ["x", "lengths"], MS, epsilon=g.config["layer_norm_eps"])


def layer(g, i, x, padded):
    w, at, epsilon = g.weights, f"encoder.layer.{i}.", g.config["layer_norm_eps"]
    qkv = [at + "attention.self." + k for k in ("query", "key", "value")]
    a = g.node("Attention", [x, g.constant(f"{i}.qkv", np.concatenate([w[k + ".weight"].T for k in qkv], axis=1)),
                             g.constant(f"{i}.qkv_bias", np.concatenate([w[k + ".bias"] for k in qkv])),
                             *(["lengths"] if padded else [])],
               f"{i}.attention", MS, num_heads=g.config["num_attention_heads"])
    a = g.node("MatMul", [a, g.constant(f"{i}.out", w[at + "attention.output.dense.weight"].T)], f"{i}.projected")
    a = g.node("SkipLayerNormalization", [a, x, *g.norm(at + "attention.output.LayerNorm"),
                                          g.constant(f"{i}.out_bias", w[at + "attention.output.dense.bias"])],
               f"{i}.attended", MS, epsilon=epsilon)
    f = g.node("MatMul", [a, g.constant(f"{i}.up", w[at + "intermediate.dense.weight"].T)], f"{i}.wide")
    f = g.node("BiasGelu", [f, g.constant(f"{i}.up_bias", w[at + "intermediate.dense.bias"])], f"{i}.gelu", MS)
    f = g.node("MatMul", [f, g.constant(f"{i}.down", w[at + "output.dense.weight"].T)], f"{i}.narrow")
    return g.node("SkipLayerNormalization", [f, a, *g.norm(at + "output.LayerNorm"),
                                             g.constant(f"{i}.down_bias", w[at + "output.dense.bias"])],
                  f"{i}.x", MS, epsilon=epsilon)


def judge(g, x):
    """The score of a cross-encoder."""
    first = g.node("Gather", [x, g.constant("first", np.array([0], np.int64))], "first_rows", axis=1)
    first = g.node("Squeeze", [first, g.constant("axis", np.array([1], np.int64))], "first_row")
    pooler = [g.constant(f"judge.{k}", g.weights[f"bert.pooler.dense.{k}"]) for k in ("weight", "bias")]
    dense = g.node("Tanh", [g.node("Gemm", [first, *pooler], "dense", transB=1)], "judged")
    g.node("Gemm", [dense, *(g.constant(f"label.{k}", g.weights[f"classifier.{k}"]) for k in ("weight", "bias"))],
           "vector", transB=1)


def pool(g, x, padded):
    """The unit vector: the mean over the tokens, those of the padding left out."""
    if padded:
        real = g.node("Cast", ["mask"], "real", to=TensorProto.FLOAT)
        real = g.node("Unsqueeze", [real, g.constant("last", np.array([2], np.int64))], "real_rows")
        x = g.node("Mul", [x, real], "kept")
        # the length of a vector does not matter: it becomes a unit vector
    mean = g.node("ReduceMean", [x], "mean", axes=[1], keepdims=0)
    g.node("LpNormalization", [mean], "vector", axis=1, p=2)


def build(folder, padded=False):
    """The graph: ids and segments in, `mask` too with `padded`, which is for texts of several lengths at once."""
    g = Graph(folder)
    x = embeddings(g, padded)
    for i in range(g.config["num_hidden_layers"]):
        x = layer(g, i, x, padded)
    if "classifier.weight" in g.weights:
        judge(g, x)
    else:
        pool(g, x, padded)
    inputs = ["ids", "segments"] + (["mask"] if padded else [])
    graph = helper.make_graph(
        g.nodes, "bert", [helper.make_tensor_value_info(n, TensorProto.INT32, ["b", "n"]) for n in inputs],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["b", "d"])], g.constants)
    return helper.make_model(graph, ir_version=8,
                             opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MS, 1)])


def session(model, threads=1):
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def quantized(model, threads=1):
    """A session with its int8 form."""
    import logging

    from onnxruntime.quantization import QuantType, quantize_dynamic
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        plain, small = os.path.join(folder, "fp32.onnx"), os.path.join(folder, "int8.onnx")
        onnx.save(model, plain)
        quantize_dynamic(plain, small, op_types_to_quantize=["MatMul", "Attention"], per_channel=True,
                         weight_type=QuantType.QInt8, extra_options={"DefaultTensorType": TensorProto.FLOAT})
        return session(small, threads)

"""encoders.py - texts to unit vectors: sentence-transformers on PyTorch, or ONNX Runtime's int8."""
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

WINDOW = 256  # tokens, as the model's own sentence_bert_config.json says


class Torch:
    """As its documentation has it: texts of a call ordered by length, 32 at once, padded to the longest of them."""

    BATCH = 32

    def __init__(self, folder, threads):
        import torch
        from sentence_transformers import SentenceTransformer
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        self.model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        self.model.max_seq_length = WINDOW
        self.name = f"PyTorch {torch.__version__.split('+')[0]}"

    def encode(self, texts):
        return self.model.encode(texts, batch_size=self.BATCH, normalize_embeddings=True, show_progress_bar=False)


class Onnx:
    """The same with the fused graph, int8 by columns. Fewer texts at once than above: less of it is padding."""

    BATCH = 16

    def __init__(self, folder, threads):
        import onnx_bert
        import onnxruntime
        from tokenizers import Tokenizer
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(WINDOW)
        self.tokenizer.no_padding()
        self.session = onnx_bert.quantized(onnx_bert.build(folder, padded=True), threads)
        self.name = f"ONNX Runtime {onnxruntime.__version__} int8"

    def encode(self, texts):
        ids = [e.ids for e in self.tokenizer.encode_batch_fast(texts)]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        vectors = None
        for begin in range(0, len(order), self.BATCH):
            some = order[begin:begin + self.BATCH]
            got = self.session.run(["vector"], self._padded([ids[i] for i in some]))[0]
            if vectors is None:
                vectors = np.empty((len(ids), got.shape[1]), np.float32)
            vectors[some] = got
        return vectors

    @staticmethod
    def _padded(rows):
        shape = (len(rows), max(map(len, rows)))
        ids, mask = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
        for i, row in enumerate(rows):
            ids[i, :len(row)], mask[i, :len(row)] = row, 1
        return {"ids": ids, "segments": np.zeros(shape, np.int32), "mask": mask}


ENCODERS = {"torch": Torch, "onnx": Onnx}

"""peer.py - Hugging Face's tokenizers on one thread, for bench/tokenize: prints seconds and tokens.

    peer.py FOLDER BYTES    the first documents of SciFact, as many as make BYTES
"""
import gzip
import json
import os
import pathlib
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import BertWordPieceTokenizer, Tokenizer  # noqa: E402 (it reads the variable)

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT.parent / "shared" / "data"))


def documents(size):
    path = DATA / "scifact" / "corpus.jsonl"
    with open(path) if path.exists() else gzip.open(f"{path}.gz", "rt") as f:
        for line in f:
            if size <= 0:
                return
            text = json.loads(line)["text"]
            size -= len(text.encode())
            yield text


def main():
    folder, size = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    if (folder / "tokenizer.json").exists():
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    else:
        tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"))
    texts = list(documents(size))
    start = time.process_time()
    tokens = sum(len(e) for e in tokenizer.encode_batch(texts, add_special_tokens=False))
    print(time.process_time() - start, tokens)


main()

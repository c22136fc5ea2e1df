"""server.py - a question answering server's retrieval as it is usually built: FastAPI, Chroma, sentence-transformers.

What ours is measured beside, by bench/scifact and bench/load; written to be as fast as it gets without giving up what it
is made of: documents come many a request, are embedded many at once, and inserted many at once; requests run in threads, as
many of which embed as there are cores, each on a core of its own, which loses less than sharing a product between cores
does; others are cut and stored meanwhile. "ready PORT NAME" is said when it serves.

  POST /documents  {"documents":[{"id","title","text"}]}  cut, embedded and searchable when answered
  POST /search     {"query","top_k"}                      the best by meaning and words (with --fill)
  GET /stats                                              how many chunks
"""
import argparse
import os
import pathlib
import socket
import threading

import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel

import orjson
from chunks import cut
from encoders import ENCODERS
from store import Store


class Document(BaseModel):
    id: str
    title: str = ""
    text: str


class Documents(BaseModel):
    documents: list[Document]


class Query(BaseModel):
    query: str
    top_k: int = 10


def reply(value):
    return Response(orjson.dumps(value), media_type="application/json")


def routes(encoder, store, most, threads):
    app = FastAPI(openapi_url=None)
    storing, embedding = threading.Lock(), threading.Semaphore(max(1, os.cpu_count() // threads))

    @app.post("/documents")
    def documents(body: Documents):
        ids, texts = [], []
        for d in body.documents:
            for n, text in enumerate(cut(d.title, d.text, most)):
                ids.append(f"{d.id}#{n}")
                texts.append(text)
        with embedding:
            vectors = encoder.encode(texts)
        with storing:
            store.add(ids, texts, vectors)
        return reply({"chunks": len(ids)})

    @app.post("/search")
    def search(body: Query):
        with embedding:
            vector = encoder.encode([body.query])[0]
        return reply({"results": store.search(body.query, vector, body.top_k)})

    @app.get("/stats")
    def stats():
        return reply({"chunks": store.count()})

    return app


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--encoder", choices=ENCODERS, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=1, help="of one call that embeds")
    parser.add_argument("--chunk", type=int, default=500, help="characters of a chunk at most")
    parser.add_argument("--fill", help="folder of passages with vectors to begin with")
    options = parser.parse_args()
    encoder, store = ENCODERS[options.encoder](options.model, options.threads), Store(options.data)
    if options.fill:
        store.fill(options.fill)
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    config = uvicorn.Config(routes(encoder, store, options.chunk, options.threads), log_level="warning", access_log=False,
                            timeout_keep_alive=3600)
    print(f"ready {listener.getsockname()[1]} {encoder.name}", flush=True)
    uvicorn.Server(config).run(sockets=[listener])


main()

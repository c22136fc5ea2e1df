"""Killed at a random instant: what was acknowledged is there, what was not is whole or absent."""
import http.client
import random
import threading
import time

from harness import Server, place, wait_for

REPEATS = 4


def words(rng, n):
    return " ".join(rng.choice("alpha bravo delta echo foxtrot golf hotel india juliet kilo lima".split()) for _ in range(n))


def check_whole(server, acknowledged, deleted):
    for doc, marker in acknowledged.items():
        got = server.get(f"/v1/knowledge/documents/{doc}/text")
        assert got.status == 200, (doc, got.status)
        assert marker in got.body.decode(), f"{doc}: an acknowledged version was lost"
        found = server.post("/v1/search", {"query": marker, "mode": "keyword", "top_k": 3}).json["results"]
        assert any(h["document_id"] == doc for h in found), (doc, marker, found)
    for doc in deleted:
        assert server.get(f"/v1/knowledge/documents/{doc}").status == 404, f"{doc} came back"
    listed, cursor = [], ""
    while cursor is not None:
        page = server.get(f"/v1/knowledge/documents?collection=default&limit=200{'&cursor=' + cursor if cursor else ''}").json
        listed += page["items"]
        cursor = page["next_cursor"]
    for d in listed:
        chunks = server.get(f"/v1/knowledge/documents/{d['document_id']}/chunks?limit=200").json["items"]
        text = server.get(f"/v1/knowledge/documents/{d['document_id']}/text").body
        assert chunks and all(text[c["start"]:c["end"]].decode() == c["text"] for c in chunks), d


def one_kill(binary, seed):
    rng = random.Random(seed)
    acknowledged, deleted, lock, stop = {}, set(), threading.Lock(), threading.Event()
    with place(binary) as p:
        server = Server(p)

        def writer(n):
            r = random.Random(seed * 100 + n)
            for i in range(10000):
                if stop.is_set():
                    return
                doc, marker = f"w{n}-{r.randrange(12)}", f"marker{seed}x{n}x{i}"
                try:
                    if r.random() < 0.15:
                        with lock:
                            acknowledged.pop(doc, None)
                        if server.request("DELETE", f"/v1/knowledge/documents/{doc}", timeout=10).status in (200, 204):
                            with lock:
                                deleted.add(doc)
                    else:
                        with lock:
                            deleted.discard(doc)
                            before = acknowledged.pop(doc, None)
                        made = server.request("POST", "/v1/knowledge/documents", timeout=10,
                                              body={"id": doc, "text": f"{words(r, 40)}. {marker}. {words(r, 400)}"})
                        if made.status in (200, 201):
                            with lock:
                                acknowledged[doc] = marker
                        elif before is not None and made.status >= 500:
                            return
                except (OSError, http.client.HTTPException):
                    return
        threads = [threading.Thread(target=writer, args=(n,)) for n in range(4)]
        for t in threads:
            t.start()
        time.sleep(rng.uniform(0.2, 1.5))
        server.kill()
        stop.set()
        for t in threads:
            t.join()
        again = Server(p)
        try:
            wait_for("readiness", lambda: again.get("/readyz").status == 200)
            check_whole(again, acknowledged, deleted)
        finally:
            again.stop()
    return len(acknowledged)


def test_kill_while_documents_arrive(binary, repeats=REPEATS):
    total = sum(one_kill(binary, seed) for seed in range(1, repeats + 1))
    assert total > 0, "nothing was acknowledged before any kill: the test saw nothing"


def test_batch_goes_on_after_a_kill(binary, repeats=2):
    for seed in range(repeats):
        rng = random.Random(seed)
        with place(binary) as p:
            docs = p.home / "docs"
            docs.mkdir()
            for i in range(150):
                (docs / f"n{i:03}.txt").write_text(f"{words(rng, 300)}. unique{i}. {words(rng, 300)}\n")
            server = Server(p)
            batch = server.post("/v1/ingest", {"db_type": "folder", "connection_params": {"path": str(docs)}, "collection": "many"})
            assert batch.status == 202, batch.body
            batch_id = batch.json["batch_id"]
            time.sleep(rng.uniform(0.05, 0.6))
            server.kill()
            again = Server(p)
            try:
                end = wait_for("the batch's end", lambda: (lambda b: b if b["status"] in ("completed", "failed") else None)(
                    again.get(f"/v1/ingest/{batch_id}").json))
                assert end["status"] == "completed" and end["total_documents"] == 150, end
                assert end["processed_documents"] + end["skipped_documents"] == 150 and end["failed_documents"] == 0, end
                assert again.get("/v1/collections/many").json["documents"] == 150
                wait_for("searchability", lambda: again.get(f"/v1/ingest/{batch_id}").json["searchable_documents"] >= end["processed_documents"])
            finally:
                again.stop()

"""Many documents in one request: lines, an array, files; cut, killed, repeated."""
import contextlib
import http.client
import json
import sqlite3
import threading
import time

from harness import Server, place, seal_catalog, serving, wait_for
from test_batches import ended, fits

PATH = "/v1/knowledge/documents/batch"


def lines(n, start=0, text="The text of document {i}."):
    return "".join(json.dumps({"id": f"d{i}", "text": text.format(i=i)}) + "\n" for i in range(start, start + n)).encode()


def send(server, body, kind="application/x-ndjson", query="", **headers):
    return server.post(PATH + query, body, headers={"Content-Type": kind, **headers})


class Stream:
    """A request whose body is sent piece by piece, chunked."""

    def __init__(self, server, query=""):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.connection.putrequest("POST", PATH + query)
        self.connection.putheader("Content-Type", "application/x-ndjson")
        self.connection.putheader("Transfer-Encoding", "chunked")
        self.connection.endheaders()

    def write(self, data):
        self.connection.send(b"%x\r\n%s\r\n" % (len(data), data))

    def answer(self):
        self.connection.send(b"0\r\n\r\n")
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())

    def cut(self):
        self.connection.close()


def test_lines_arrays_and_files(binary):
    with serving(binary) as server:
        answer = send(server, lines(50) + b"not json\n\n" + lines(1, 50), query="?wait=true&collection=notes")
        assert answer.status == 200, answer.body
        batch = fits(answer.json)
        assert (batch["status"], batch["total_documents"], batch["failed_documents"]) == ("completed", 52, 1), batch
        letter = server.get(f"/v1/dead-letters?batch_id={batch['batch_id']}").json["items"][0]
        assert letter["document"] == "line 51" and "not JSON" in letter["reason"], letter
        assert server.get("/v1/knowledge/documents/d50/text?collection=notes").body == b"The text of document 50."

        answer = server.post(PATH, {"documents": [{"id": "x", "text": "array"}, {"id": "y", "colour": 1, "text": "z"}]})
        assert answer.status == 202 and answer.json["status"] == "queued", answer.body
        batch = ended(server, answer.json["batch_id"])
        assert (batch["processed_documents"], batch["failed_documents"]) == (1, 1), batch

        form = b"".join(b'--q\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n' % part
                        for part in ((b"a.md", b"# Alpha\n\nFirst."), (b"sub/b.txt", b"Second."), (b"c.bin", b"\x00\x01")))
        answer = send(server, b'--q\r\nContent-Disposition: form-data; name="collection"\r\n\r\nfiles\r\n' + form +
                      b"--q--\r\n", kind="multipart/form-data; boundary=q", query="?wait=true")
        assert answer.status == 200, answer.body
        assert answer.json["processed_documents"] == 2 and answer.json["collection"] == "files", answer.json
        assert server.get("/v1/knowledge/documents/sub%2Fb.txt?collection=files").status == 200
        assert not list((server.place.data / "spool").iterdir()) or wait_for(
            "the spool to shrink to its dead letters", lambda: len(list((server.place.data / "spool").iterdir())) <= 3)


def test_the_same_key_is_read_once(binary):
    with serving(binary) as server:
        first = send(server, lines(20), **{"Idempotency-Key": "one"})
        again = send(server, lines(20), **{"Idempotency-Key": "one"})
        other = send(server, lines(21), **{"Idempotency-Key": "one"})
        assert (first.status, again.status, other.status) == (202, 202, 409), (first.body, again.body, other.body)
        assert first.body == again.body
        assert ended(server, first.json["batch_id"])["processed_documents"] == 20
        assert len(server.get("/v1/ingest").json["items"]) == 1
        wait_for("an empty spool", lambda: not list((server.place.data / "spool").iterdir()))


def test_a_body_that_breaks_off(binary):
    with serving(binary) as server:
        stream = Stream(server)
        stream.write(lines(30) + b'{"id":"cut","te')
        time.sleep(0.1)
        stream.cut()
        batch_id = wait_for("the batch", lambda: server.get("/v1/ingest").json["items"])[0]["batch_id"]
        batch = ended(server, batch_id)
        assert batch["status"] == "failed" and "broke off after 30 documents" in batch["error_message"], batch
        assert batch["processed_documents"] == 30
        assert server.get("/v1/knowledge/documents/cut").status == 404


def test_reading_begins_while_lines_come(binary):
    with serving(binary) as server:
        stream = Stream(server)
        for i in range(40):
            stream.write(lines(10, i * 10))
            time.sleep(0.05)
        found = wait_for("documents before the end", lambda: [b for b in server.get("/v1/ingest").json["items"]
                                                              if fits(b)["processed_documents"] > 0])
        assert found[0]["status"] == "processing"
        status, answer = stream.answer()
        assert status == 202, answer
        assert ended(server, answer["batch_id"])["processed_documents"] == 400


def test_killed_while_lines_come(binary, repeats=2):
    """What was acknowledged is there after the kill; of what was not, whole documents or none."""
    for seed in range(repeats):
        with place(binary) as p:
            server = Server(p)
            sure = send(server, lines(100))
            assert sure.status == 202
            stream = Stream(server)

            def write(stream=stream):
                try:
                    for i in range(300):
                        stream.write(lines(3, 1000 + i * 3))
                        time.sleep(0.01)
                except OSError:
                    pass

            writer = threading.Thread(target=write)
            writer.start()
            time.sleep(1.2 + 0.4 * seed)
            server.kill()
            writer.join()
            server = Server(p)
            assert ended(server, sure.json["batch_id"])["processed_documents"] == 100
            batches = server.get("/v1/ingest").json["items"]
            assert len(batches) == 2, batches
            cut = ended(server, batches[0]["batch_id"])
            assert cut["status"] == "failed" and "stopped while" in cut["error_message"], cut
            assert cut["total_documents"] == cut["processed_documents"] > 0, cut
            stats = server.get("/v1/knowledge/stats").json["items"][0]
            assert stats["documents"] == stats["versions"] == 100 + cut["processed_documents"], (stats, cut)
            last = 1000 + cut["processed_documents"] - 1
            assert server.get(f"/v1/knowledge/documents/d{last}/text").body.decode() == f"The text of document {last}."
            assert server.stop() == 0
            server = Server(p)
            wait_for("an empty spool", lambda s=server: not list((s.place.data / "spool").iterdir()))
            assert server.stop() == 0


def test_a_long_stream_takes_no_memory(binary):
    with serving(binary, env={"ASAN_OPTIONS": "quarantine_size_mb=4"}) as server:
        before = server.rss_mb()
        stream, peak = Stream(server), before
        filler = "x" * 1000
        for i in range(60):
            stream.write(b"".join(json.dumps({"id": "one", "text": f"{i} {k} {filler}"}).encode() + b"\n"
                                  for k in range(1000)))
            peak = max(peak, server.rss_mb())
        batch = server.get("/v1/ingest").json["items"][0]
        assert server.post(f"/v1/ingest/{batch['batch_id']}/cancel").status == 200
        status, answer = stream.answer()
        assert status == 409, answer
        assert peak - before < 120, (before, peak)
        wait_for("an empty spool", lambda: not list((server.place.data / "spool").iterdir()))


def test_a_replay_tells_what_went_with_the_cancelling(binary):
    with serving(binary) as server:
        stream = Stream(server)
        stream.write(b'{"id": "bad"}\n')
        stream.write(b"".join(json.dumps({"id": f"d{i}", "text": f"The text of document {i}."}).encode() + b"\n"
                              for i in range(20000)))
        batch = wait_for("a failure", lambda: next((b for b in server.get("/v1/ingest").json["items"]
                                                    if b["failed_documents"] > 0), None))
        path = f"/v1/ingest/{batch['batch_id']}"
        assert server.post(f"{path}/cancel").status == 200
        stream.answer()
        unread = server.get(path).json["unread_documents"]
        assert unread > 0
        got = server.place.run("batches", "replay", batch["batch_id"], "--no-wait")
        assert got.returncode == 0, got
        assert f"only what failed is read again; {unread} documents were sent to the batch" in got.stderr, got


def test_a_field_behind_a_file_leaves_nothing(binary):
    def part(name, text, file=None):
        return f'--B\r\nContent-Disposition: form-data; name="{name}"{f"; filename={chr(34)}{file}{chr(34)}" if file else ""}\r\n\r\n{text}\r\n'

    files = "".join(part("file", f"The text of file {i}. " * 40, f"{i}.txt") for i in range(60))
    with serving(binary) as server:
        behind = send(server, (files + part("collection", "private") + "--B--\r\n").encode(), "multipart/form-data; boundary=B")
        assert behind.status == 400 and "nothing of the form was stored" in behind.json["detail"], behind.body
        assert "cut" not in behind.json["detail"], behind.body
        assert server.get("/v1/knowledge/documents").json["items"] == []
        before = send(server, (part("collection", "private") + files + "--B--\r\n").encode(), "multipart/form-data; boundary=B")
        assert before.status == 202, before.body
        assert ended(server, before.json["batch_id"])["processed_documents"] == 60
        found = server.get("/v1/knowledge/documents?limit=1000").json["items"]
        assert len(found) == 60 and {d["collection"] for d in found} == {"private"}, len(found)


def forget_answers(place):
    """As if the server had been killed after every commit of a fact and before the one of its answer."""
    catalog = place.data / "catalog.db"
    with contextlib.closing(sqlite3.connect(catalog)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert db.execute("UPDATE kept_reply SET status = 0, body = x''").rowcount > 0
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    seal_catalog(catalog)


def test_keys_outlive_the_server(binary):
    with place(binary) as p:
        folder = p.home / "docs"
        folder.mkdir()
        (folder / "a.txt").write_text("An anchor lies in the harbour.")
        requests = [
            ("/v1/knowledge/documents", {"text": "Bees fly south."}),
            ("/v1/knowledge/documents?async=true", {"text": "Wasps fly north."}),
            ("/v1/chat/conversations", {"title": "Bees"}),
            ("/v1/collections", {"name": "hive"}),
            ("/chat/history/eve", {"message": "Hello?", "answer": "Hello."}),
            ("/v1/ingest", {"db_type": "folder", "connection_params": {"path": str(folder)}, "collection": "docs"}),
            ("/v1/knowledge/documents/batch", {"documents": [{"id": "x", "text": "One."}, {"text": "Two."}]}),
        ]

        def ask_all(server):
            answers = [server.post(path, body, headers={"Idempotency-Key": "once"}) for path, body in requests]
            for (path, _), a in zip(requests, answers):
                assert a.status in (200, 201, 202), (path, a.status, a.body)
            wait_for("the batches", lambda: all(b["status"] == "completed"
                                                for b in server.get("/v1/ingest").json["items"]))
            return answers

        def things(server):
            stats = {c["collection"]: c["documents"] for c in server.get("/v1/knowledge/stats").json["items"]}
            return (stats, len(server.get("/v1/ingest").json["items"]),
                    len(server.get("/v1/chat/conversations").json["items"]),
                    len(server.get("/chat/history/eve").json["items"]))

        s = Server(p)
        first, made = ask_all(s), things(s)
        for crash in (False, True):
            if crash:
                assert s.stop() == 0
                forget_answers(p)
            else:
                s.kill()
            s = Server(p)
            again = ask_all(s)
            for (path, _), a, b in zip(requests, first, again):
                assert a.json == b.json and a.headers.get("etag") == b.headers.get("etag"), (path, crash, a.body, b.body)
                assert ("idempotent-replayed" in b.headers) == (not crash), (path, crash, b.headers)
            assert things(s) == made, (things(s), made)
        assert s.stop() == 0

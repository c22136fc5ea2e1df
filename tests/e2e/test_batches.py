"""Batches against the built binary: figures, dead letters, replay, what a kill leaves."""
import json
import time

from harness import Server, place, serving, wait_for


def fits(batch):
    parts = ("waiting", "unread", "active", "processed", "failed", "skipped")
    assert batch["total_documents"] == sum(batch[f"{p}_documents"] for p in parts), batch
    return batch


def ended(server, batch_id):
    def check():
        b = fits(server.get(f"/v1/ingest/{batch_id}").json)
        return b if b["status"] in ("completed", "failed", "cancelled") else None
    return wait_for("the end of a batch", check)


def start_folder(server, folder, **params):
    answer = server.post("/v1/ingest", {"db_type": "folder", "collection": "notes",
                                        "connection_params": {"path": str(folder), **params}})
    assert answer.status == 202, answer.body
    assert answer.json["status"] == "queued"
    return answer.json["batch_id"]


def test_dead_letters_are_tried_again(binary):
    with serving(binary) as server:
        folder = server.place.home / "papers"
        folder.mkdir()
        for i in range(30):
            (folder / f"{i:02}.md").write_text(f"# Paper {i}\n\nThe text of number {i}.\n")
        (folder / "broken.txt").write_bytes(bytes(range(256)))
        (folder / "empty-dir").mkdir()
        batch = ended(server, start_folder(server, folder, globs=["*.md", "*.txt"]))
        assert batch["status"] == "completed", batch
        assert batch["total_documents"] == 31 and batch["processed_documents"] == 30, batch
        assert batch["slowest_stage"] in ("read", "parse", "chunk", "embed", "write", "index"), batch
        letters = server.get(f"/v1/dead-letters?batch_id={batch['batch_id']}").json["items"]
        assert [x["document"] for x in letters] == ["broken.txt"], letters
        letter = letters[0]
        assert letter["source"] == str(folder / "broken.txt") and letter["reason"] and letter["attempts"] == 1
        assert server.get("/v1/ingest?status=completed").json["items"][0]["batch_id"] == batch["batch_id"]
        assert server.get("/v1/ingest?status=queued,processing").json["items"] == []

        again = server.post(f"/v1/ingest/{batch['batch_id']}/replay")
        assert again.status == 202, again.body
        assert ended(server, again.json["batch_id"])["processed_documents"] == 0
        assert server.get("/v1/dead-letters").json["items"][0]["attempts"] == 2

        (folder / "broken.txt").write_text("It is mended now: zanzibar.")
        again = server.post(f"/v1/dead-letters/{letter['id']}/replay")
        assert ended(server, again.json["batch_id"])["processed_documents"] == 1
        assert server.get("/v1/dead-letters").json["items"] == []
        wait_for("the mended document", lambda: server.post(
            "/v1/search", {"query": "zanzibar", "mode": "keyword"}).json["results"])
        assert server.post(f"/v1/dead-letters/{letter['id']}/replay").status == 404
        assert server.request("DELETE", f"/v1/dead-letters/{letter['id']}").status == 404



def test_a_replay_is_of_the_collection_that_its_documents_named(binary):
    with serving(binary) as server:
        lines = [{"id": "good", "collection": "boats", "text": "A boat."}, {"id": "bad", "collection": "boats", "content_base64": "AAAA"}]
        answer = server.request("POST", "/v1/knowledge/documents/batch?wait=true", "\n".join(map(json.dumps, lines)).encode(), {"Content-Type": "application/x-ndjson"})
        assert answer.json["collections"] == ["boats"] and answer.json["skipped_documents"] == 1, answer.body
        letter, = server.get("/v1/dead-letters").json["items"]
        assert letter["collection"] == "boats", letter
        for path in (f"/v1/dead-letters/{letter['id']}/replay", f"/v1/ingest/{answer.json['batch_id']}/replay"):
            again = server.post(path)
            if again.status == 409:  # it failed in the batch before since
                continue
            batch = ended(server, again.json["batch_id"])
            assert batch["collection"] == "boats", batch


def test_the_log_says_how_a_batch_ended(binary):
    with place(binary) as p:
        server = Server(p, env={"ANCHORAGE_LOG__LEVEL": "info"})
        try:
            folder = p.home / "some"
            folder.mkdir()
            (folder / "a.txt").write_text("Herons stand still.")
            (folder / "b.txt").write_bytes(bytes(range(256)))
            batch = server.post("/v1/ingest?wait=true", {"db_type": "folder", "connection_params": {"path": str(folder)}}).json
            assert (batch["status"], batch["processed_documents"], batch["skipped_documents"]) == ("completed", 1, 1), batch

            def told():
                lines = [json.loads(line) for line in server.log_text().splitlines() if '"batch ended"' in line]
                return [x for x in lines if x["batch_id"] == batch["batch_id"]]
            line = wait_for("a line of the log", told, 30)[0]
            assert (line["status"], line["processed"], line["failed"], line["skipped"]) == ("completed", 1, 0, 1), line
        finally:
            server.stop()


def test_a_batch_says_which_collections_its_documents_are_in(binary):
    with serving(binary) as server:
        def sent(*documents):
            return server.post("/v1/knowledge/documents/batch?wait=true", {"documents": list(documents)}).json
        batch = sent({"id": "a", "collection": "tides", "text": "Ebb."}, {"id": "b", "collection": "birds", "text": "Heron."})
        assert (batch["collection"], batch["collections"]) == ("birds", ["birds", "tides"]), batch
        batch = sent({"id": "a", "collection": "tides", "text": "Ebb."}, {"id": "c", "text": "Flow."},
                     {"id": "d", "collection": "lost", "content_base64": "AAEC"})
        assert (batch["collections"], batch["processed_documents"], batch["skipped_documents"]) == (["default", "tides"], 1, 2), batch
        assert batch["collection"] == "default", batch
        assert server.get("/v1/ingest").json["items"][0]["collections"] == ["default", "tides"]
        assert [x["collection"] for x in server.get("/v1/dead-letters").json["items"]] == ["lost"]
        assert sent({"text": ""})["status"] == "completed"
        listed = server.place.run("batches", "list").stdout
        assert "birds,tides" in listed and "default,tides" in listed, listed


def test_progress_is_exact_at_every_event(binary):
    with serving(binary) as server:
        folder = server.place.home / "many"
        folder.mkdir()
        for i in range(200):
            (folder / f"{i:03}.txt").write_text(f"Line {i} of something short.")
        batch_id = start_folder(server, folder)
        events = server.events(f"/v1/ingest/{batch_id}/progress")
        assert events[-1][0] == "done", events[-1]
        for _, batch in events:
            fits(batch)
        done = [b["processed_documents"] for _, b in events]
        assert done == sorted(done) and done[-1] == 200
        raw = server.get(f"/v1/ingest/{batch_id}/progress").body.decode()
        assert raw.startswith("id: 1\nevent: done\n"), raw


def test_figures_fit_after_kills(binary, repeats=2):
    with place(binary) as p:
        folder = p.home / "papers"
        folder.mkdir()
        for i in range(300):
            (folder / f"{i:03}.txt").write_text(f"Number {i}." if i % 50 else "\x00\x01broken")
        server = Server(p)
        batch_id = start_folder(server, folder)
        for _ in range(repeats):
            seen = server.get(f"/v1/ingest/{batch_id}").json["processed_documents"]
            wait_for("some progress", lambda: fits(server.get(f"/v1/ingest/{batch_id}").json)["processed_documents"]
                     >= min(seen + 20, 294))
            server.kill()
            server = Server(p)
        batch = ended(server, batch_id)
        assert (batch["processed_documents"], batch["skipped_documents"] + batch["failed_documents"]) == (294, 6), batch
        stats = server.get("/v1/knowledge/stats").json["items"]
        notes = next(s for s in stats if s["collection"] == "notes")
        assert notes["documents"] == 294 and notes["versions"] == 294, notes
        assert len(server.get("/v1/dead-letters?limit=100").json["items"]) == 6
        assert server.stop() == 0, json.dumps(batch)


FIGURES = ("status", "total_documents", "waiting_documents", "unread_documents", "active_documents", "processed_documents",
           "failed_documents", "skipped_documents", "processed_bytes", "completed_at")


def test_a_cancelled_batch_is_at_rest_when_that_is_answered(binary):
    with serving(binary) as s:
        folder = s.place.home / "many"
        folder.mkdir()
        for i in range(300):
            (folder / f"{i}.txt").write_text(f"Letter {i}. " + "The ferry to the island leaves at noon. " * 60)
        started = s.post("/v1/ingest", {"db_type": "folder", "connection_params": {"path": str(folder)}}).json
        path = f"/v1/ingest/{started['batch_id']}"
        wait_for("some to be read", lambda: s.get(path).json["processed_documents"] >= 3)
        answer = s.post(f"{path}/cancel")
        assert answer.status == 200, answer.body
        told = answer.json
        for _ in range(5):
            now = s.get(path).json
            assert {k: now[k] for k in FIGURES} == {k: told[k] for k in FIGURES}, (told, now)
            time.sleep(0.1)
        assert told["status"] == "cancelled" and told["waiting_documents"] == told["active_documents"] == 0, told
        assert told["unread_documents"] > 0 and told["total_documents"] == 300, told
        assert told["processed_documents"] + told["failed_documents"] + told["skipped_documents"] + told["unread_documents"] == 300
        assert s.events(f"{path}/progress")[-1][0] == "done"

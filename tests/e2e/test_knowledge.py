"""Documents over their life: versions, originals, settings that change, what is found, and going away."""
import json
import pathlib
import threading
import urllib.parse

from harness import Server, place, serving, wait_for

DOCS = "/v1/knowledge/documents"


def put(s, id, text, **fields):
    answer = s.put_document(id=id, text=text, content_type="text/markdown", **fields)
    assert answer.status in (200, 201), answer.body
    return answer.json


def versions(s, id, **params):
    answer = s.get(f"{DOCS}/{id}/versions?" + urllib.parse.urlencode(params))
    assert answer.status == 200, answer.body
    return answer.json


def test_versions_and_restoring(binary):
    with serving(binary) as s:
        put(s, "lamp", "# The lamp\n\nIt is lit at dusk.\n", metadata={"year": 2020})
        put(s, "lamp", "# The lamp\n\nIt is lit at dawn.\n", metadata={"year": 2021}, title="Lamps")
        page = versions(s, "lamp", limit=1)
        assert [v["version"] for v in page["items"]] == [2] and page["next_cursor"] == "2", page
        assert page["items"][0]["changed"] == ["title", "content", "metadata"], page
        assert versions(s, "lamp", cursor="2")["items"][0]["metadata"] == {"year": 2020}
        back = s.post(f"{DOCS}/lamp/versions/1/restore", headers={"If-Match": '"2"', "Idempotency-Key": "once"})
        assert back.status == 200 and back.json["version"] == 3 and back.json["status"] == "updated", back.body
        again = s.post(f"{DOCS}/lamp/versions/1/restore", headers={"If-Match": '"2"', "Idempotency-Key": "once"})
        assert again.status == 200 and again.json["version"] == 3, again.body
        now = s.get(f"{DOCS}/lamp")
        assert now.json["title"] == "The lamp" and now.json["metadata"] == {"year": 2020}, now.json
        assert now.headers["etag"] == '"3"'
        hits = s.post("/v1/search", {"query": "lit at dusk"}).json["results"]
        assert hits and hits[0]["version"] == 3 and "dusk" in hits[0]["text"], hits
        assert s.get(f"{DOCS}/lamp/text?version=2").body.decode().endswith("dawn.")
        assert s.get(f"{DOCS}/lamp?version=2").json["title"] == "Lamps"
        assert s.get(f"{DOCS}/lamp/chunks?version=2").json["items"][0]["chunk_id"] == "lamp.2.0"
        late = s.request("PUT", f"{DOCS}/lamp?expected_version=2", {"text": "Too late."})
        assert late.status == 409 and "at version 3, not at 2" in late.json["detail"], late.body
        # the stored bytes, as they came
        raw = s.get(f"{DOCS}/lamp/raw?version=2")
        assert raw.body == b"# The lamp\n\nIt is lit at dawn.\n" and raw.headers["content-type"] == "text/markdown"
        assert raw.headers["content-disposition"].startswith("attachment;"), raw.headers
        assert raw.headers["x-content-type-options"] == "nosniff"
        part = s.get(f"{DOCS}/lamp/raw", headers={"Range": "bytes=2-9"})
        assert part.status == 206 and part.body == b"The lamp" and part.headers["content-range"] == "bytes 2-9/31"
        head = s.request("HEAD", f"{DOCS}/lamp/raw")
        assert head.status == 200 and head.headers["content-length"] == "31" and head.body == b""


def test_old_versions_go(binary):
    with serving(binary, env={"ANCHORAGE_KNOWLEDGE__KEEP_VERSIONS": "2"}) as s:
        for i in range(5):
            put(s, "log", f"Entry number {i}.\n")
        assert [v["version"] for v in versions(s, "log")["items"]] == [5, 4]
        assert s.get(f"{DOCS}/log/raw?version=1").status == 404
        assert s.post(f"{DOCS}/log/versions/1/restore").status == 404


def test_what_is_found_can_be_filtered_by(binary):
    text = "# Storm anchors\n\nOn 5 March 2024 the storm anchor held. A storm anchor is heavy.\n"
    with serving(binary) as s:
        put(s, "a", text, metadata={"tags": ["sea", "iron"], "draft": False, "due": "2024-05-01T00:00:00Z", "rate": 2.5})
        put(s, "b", "# Ropes\n\nRopes are long.\n", metadata={"word_count": 3})
        found = s.get(f"{DOCS}/a").json
        assert found["metadata"]["tags"] == ["sea", "iron"]
        assert found["found"]["word_count"] == {"value": 15, "origin": "rule"}, found["found"]
        assert found["found"]["first_date"]["value"] == "2024-03-05T00:00:00Z"
        assert found["found"]["key_phrases"]["value"][0] == "storm anchor"
        assert found["found"]["headings"]["value"] == ["Storm anchors"] and found["language"] == "en"

        def ids(filters):
            answer = s.post("/v1/search", {"query": "anchor ropes", "filters": filters})
            assert answer.status == 200, answer.body
            return {h["document_id"] for h in answer.json["results"]}

        assert ids({"field": "key_phrases", "op": "in", "value": ["storm anchor"]}) == {"a"}
        assert ids({"field": "word_count", "op": "gte", "value": 10}) == {"a"}
        assert ids({"field": "word_count", "op": "eq", "value": 3}) == {"b"}, "what was given stands"
        assert ids({"field": "tags", "op": "in", "value": ["iron"]}) == {"a"}
        assert ids({"field": "draft", "op": "eq", "value": False}) == {"a"}
        deep = s.put_document(id="c", text="x", metadata={"a": {"b/c": {"d": [[1]]}}})
        assert deep.status == 400 and deep.json["errors"][0]["pointer"] == "/metadata/a/b~1c/d/0", deep.body


def paragraphs(n, of):
    return "\n\n".join(f"Paragraph {i} of {of} tells how the harbour master wrote entry {i * 7} into the log book, "
                       f"and what the keeper of lamp {i} answered on that day." for i in range(n))


def test_settings_reach_documents_while_they_are_searched(binary):
    with serving(binary) as s:
        assert s.post("/v1/collections", {"name": "notes"}).status == 201
        for i in range(12):
            put(s, f"n{i}", f"# Note {i}\n\n{paragraphs(12, i)}\n", collection="notes")
        before = s.get(f"{DOCS}/n3?collection=notes").json["chunks"]
        misses, done = [], threading.Event()

        def search():
            while not done.is_set():
                hits = s.post("/v1/search", {"query": "harbour master log book", "collections": ["notes"], "top_k": 20}).json["results"]
                if not hits or any(h["text"] == "" for h in hits):
                    misses.append(hits)

        searcher = threading.Thread(target=search)
        searcher.start()
        changed = s.request("PATCH", "/v1/collections/notes", {"chunking": {"max_tokens": 32}})
        assert changed.status == 200 and changed.json["chunking"]["max_tokens"] == 32, changed.body
        collection = lambda: s.get("/v1/collections/notes").json
        wait_for("documents to be cut again", lambda: collection()["outdated_documents"] == 0)
        done.set()
        searcher.join()
        assert not misses, misses[:1]
        assert collection()["recut_failed_documents"] == 0
        assert s.get(f"{DOCS}/n3?collection=notes").json["chunks"] > before
        assert versions(s, "n3", collection="notes")["items"][0]["changed"] == ["chunking"]
        assert put(s, "n3", f"# Note 3\n\n{paragraphs(12, 3)}\n", collection="notes")["status"] == "unchanged"


def test_settings_that_cannot_be_are_named(binary):
    with serving(binary) as s:
        assert s.post("/v1/collections", {"name": "notes"}).status == 201
        for body, pointer in (({"chunking": {"max_tokens": 3}}, "/chunking/max_tokens"), ({"language": "klingon"}, "/language"), ({"language": "xx"}, "/language"),
                              ({"acl": ["nobody"]}, "/acl"), ({"chunking": {"size": 1}}, "/chunking/size"),
                              ({"embedding_model": "other"}, "/embedding_model")):
            for answer in (s.request("PATCH", "/v1/collections/notes", body), s.post("/v1/collections", {"name": "more", **body})):
                assert answer.status == 400 and answer.json["errors"][0]["pointer"] == pointer, answer.body
        assert s.get("/v1/collections/more").status == 404
        assert "'xx'" in s.post("/v1/collections", {"name": "more", "language": "xx"}).json["detail"]
        assert s.post("/v1/collections", {"name": "svenska", "language": "sv"}).json["language"] == "sv"


def test_cutting_again_goes_on_after_a_kill(binary):
    with place(binary) as p:
        s = Server(p)
        for i in range(30):
            put(s, f"n{i}", f"# Note {i}\n\n{paragraphs(20, i)}\n")
        changed = s.request("PATCH", "/v1/collections/default", {"chunking": {"max_tokens": 40}, "language": "en"})
        assert changed.json["outdated_documents"] > 0, changed.body
        s.kill()
        s = Server(p)
        try:
            wait_for("documents to be cut again", lambda: s.get("/v1/collections/default").json["outdated_documents"] == 0)
            for i in range(30):
                assert s.get(f"{DOCS}/n{i}").json["version"] == 2
        finally:
            assert s.stop() == 0


def test_sync_and_stats(binary):
    with serving(binary) as s:
        for i in range(5):
            put(s, f"d{i}", f"# Document {i}\n\n{paragraphs(3, i)}\n")
        stats = wait_for("the index", lambda: next((r for r in s.get("/v1/knowledge/stats").json["items"]
                                                    if r["index_documents"] == 5), None))
        assert stats["collection"] == "default" and stats["documents"] == 5 and stats["versions"] == 5, stats
        assert stats["index_chunks"] == stats["chunks"] > 0 and stats["bytes"] > 0, stats

        def on_disk():
            told = s.get("/v1/knowledge/stats").json
            files = sum(f.stat().st_size for f in (s.place.data / "index" / "default").glob("*/seg-*"))
            return files > 0 and told["items"][0]["index_bytes"] == told["index"]["stored_bytes"] == files
        wait_for("the size of the index's files", on_disk)
        assert stats["languages"] == {"en": 5} and stats["last_change_at"], stats
        for body in (None, {"rebuild": True}):
            begun = s.post("/v1/knowledge/sync", body)
            assert begun.status == 202 and begun.json["status"] == "queued", begun.body
            place_of = begun.headers["location"]
            end = wait_for("a sync", lambda: (lambda a: a if a["status"] == "completed" else None)(s.get(place_of).json))
            assert end["processed"] == end["total"] and end["completed_at"], end
        assert end["rebuild"] and end["total"] == 5, end
        assert len(s.post("/v1/search", {"query": "harbour master"}).json["results"]) > 0


def test_what_is_deleted_leaves_no_trace(binary):
    canary = "zyxcanaryword"
    with place(binary) as p:
        s = Server(p)
        text = f"# Kept title\n\n## The {canary} section\n\nThe {canary} storm is here. The {canary} storm stays.\n\n{paragraphs(40, 1)}"
        put(s, "gone", text, title="A title")
        put(s, "gone", text + "\n\nAnother version.", title="A title")
        put(s, "stays", "# Another\n\nNothing of it here.\n")
        assert canary in json.dumps(s.get(f"{DOCS}/gone").json["found"])
        found = s.post("/v1/search", {"query": "storm"}).json["results"]  # what was asked stays in the query log
        assert [h for h in found if canary in h["text"]], found
        keyed = {"Idempotency-Key": "asked-once"}
        question = {"question": "Which storm is here, and which stays?", "session_id": "talk"}
        asked = s.post("/v1/chat/query", question, headers=keyed)
        assert canary in asked.json["answer"] and asked.json["citations"], asked.body
        streamed = s.events("/v1/chat/stream", question)
        assert canary in json.dumps(streamed)
        assert s.post("/v1/chat/query", {"question": "And where is it?", "session_id": "talk"}).status == 200
        assert s.post("/chat", {"user_name": "ada", "message": question["question"]}).status == 200
        talk = s.get("/v1/chat/conversations/talk").json["messages"]
        assert talk[0]["answer"] == asked.json["answer"] and not talk[0]["withheld"], talk[0]
        assert talk[0]["citations"][0]["quote"] == asked.json["citations"][0]["quote"], talk[0]
        assert [x["text"] for x in talk[0]["sources"]] == [x["text"] for x in asked.json["sources"]]
        assert s.request("DELETE", f"{DOCS}/gone").status == 204
        for path in ("/v1/chat/conversations/talk", "/chat/history/ada", "/v1/chat/conversations", "/v1/events?limit=1000"):
            assert canary not in s.get(path).body.decode(), path
        talk = s.get("/v1/chat/conversations/talk").json["messages"]
        assert talk[0]["withheld"] and talk[0]["answer"] == "", talk[0]
        assert any(x["deleted"] and x["text"] is None for x in talk[0]["sources"]), talk[0]
        again = s.post("/v1/chat/query", question, headers=keyed)
        assert again.status == 409 and "deleted" in again.json["detail"], again.body
        assert not [h for h in s.post("/v1/search", {"query": "storm"}).json["results"] if canary in h["text"]]
        s.get("/v1/knowledge/stats")
        assert s.stop() == 0
        held = [str(f) for f in pathlib.Path(p.data).rglob("*") if f.is_file() and canary.encode() in f.read_bytes()]
        assert not held, held
        (p.data / "catalog.db.before-3").write_bytes(canary.encode())
        s = Server(p)
        try:
            assert s.get(f"{DOCS}/stays").status == 200
            assert not list(p.data.glob("*.before-*"))
        finally:
            assert s.stop() == 0


def holding(p, word):
    """Files of the data folder that have the word. One may go while they are read."""
    found = []
    for f in pathlib.Path(p.data).rglob("*"):
        try:
            if f.is_file() and word.encode() in f.read_bytes():
                found.append(str(f))
        except FileNotFoundError:
            pass
    return found


def test_what_is_deleted_goes_while_the_server_runs(binary):
    canary = "zyxcanaryword"
    with place(binary) as p:
        s = Server(p)
        try:
            put(s, "gone", f"# Kept\n\nThe {canary} storm.\n\n{paragraphs(40, 1)}", title="A title")
            assert holding(p, canary)
            assert s.request("DELETE", f"{DOCS}/gone").status == 204
            wait_for("the log to be emptied", lambda: not holding(p, canary))
        finally:
            assert s.stop() == 0


def test_turns_under_a_name(binary):
    with serving(binary) as s:
        told = {"message": "Who sails?", "answer": "Ada."}
        assert s.post("/v1/chat/conversations", {"id": "chat:admin:of:before"}).status == 201
        for name in ("of:before", "new:one", "new"):
            assert s.post(f"/chat/history/{name}", told).status == 201
            assert len(s.get(f"/chat/history/{name}").json["items"]) == 1
        ids = {c["id"] for c in s.get("/v1/chat/conversations").json["items"]}
        assert ids == {"chat:admin:of:before", "chat:5:admin:new:one", "chat:5:admin:new"}, ids
        for name in ("of:before", "new:one"):
            assert s.request("DELETE", f"/chat/history/{name}").status == 204
            assert s.get(f"/chat/history/{name}").json["items"] == []
        assert len(s.get("/v1/chat/conversations").json["items"]) == 1


def test_the_owner_administers_what_no_answer_is_made_of(binary):
    with serving(binary) as s:
        put(s, "board", "# Pay\n\nThe harbour master earns ninety crowns a week.", acl=["group:board"])
        put(s, "all", "# Tea\n\nTea is served at four in the kitchen.")
        assert {d["document_id"] for d in s.get(f"{DOCS}?collection=default").json["items"]} == {"board", "all"}
        for part in ("", "/text", "/raw", "/chunks", "/versions"):
            assert s.get(f"{DOCS}/board{part}").status == 200, part
        found = s.post("/v1/search", {"query": "What does the harbour master earn?", "top_k": 50}).json["results"]
        assert {h["document_id"] for h in found} <= {"all"}, found
        asked = s.post("/v1/chat/query", {"question": "What does the harbour master earn?"}).json
        assert "ninety" not in json.dumps(asked), asked
        assert s.request("DELETE", f"{DOCS}/board").status == 204


def test_the_owner_is_told_why_a_collection_for_others_finds_nothing(binary):
    with serving(binary) as s:
        assert s.post("/v1/collections", {"name": "hr", "acl": ["group:board"]}).status == 201
        put(s, "pay", "# Pay\n\nThe harbour master earns ninety crowns a week.", collection="hr")
        put(s, "all", "# Tea\n\nTea is served at four in the kitchen.")
        searched = {"query": "What does the harbour master earn?"}
        for path, body in (("/v1/search", searched), ("/v1/chat/query", {"question": searched["query"]})):
            answer = s.post(path, {**body, "collections": ["default", "hr"]})
            assert answer.status == 200, answer.body
            told = answer.json["warnings"]
            assert [w["pointer"] for w in told] == ["/collections/1"], told
            assert "group:board" in told[0]["message"] and "hr" in told[0]["message"], told
            assert s.post(path, body).json["warnings"] == []
        assert s.request("PATCH", "/v1/collections/hr", {"acl": ["group:board", "user:admin"]}).status == 200
        searched["collections"] = ["hr"]  # the index follows
        found = wait_for("a result", lambda: (f := s.post("/v1/search", searched).json)["results"] and f)
        assert found["warnings"] == [], found


def test_a_narrowed_acl_holds_for_what_was_said(binary):
    text = "# Salaries\n\nThe harbour master earns ninety crowns a week."
    with serving(binary) as s:
        put(s, "pay", text)
        question = {"question": "What does the harbour master earn?", "session_id": "talk"}
        assert "ninety" in s.post("/v1/chat/query", question).json["answer"]
        assert "ninety" in s.get("/v1/chat/conversations/talk").json["messages"][0]["answer"]
        assert put(s, "pay", text, acl=["group:board"])["version"] >= 1
        turn = s.get("/v1/chat/conversations/talk").json["messages"][0]
        assert turn["withheld"] and "ninety" not in json.dumps(turn), turn
        put(s, "pay", text, acl=["public"])
        assert "ninety" in s.get("/v1/chat/conversations/talk").json["messages"][0]["answer"]


def test_rows_of_a_table_know_their_columns(binary):
    rows = "\n".join(f"| Hawser {i} | {i * 3} | shelf {i % 7} |" for i in range(150))
    with serving(binary) as s:
        put(s, "prices", f"# Prices\n\n| Article | Tariff in crowns | Place |\n|---|---|---|\n{rows}\n")
        chunks = s.get(f"{DOCS}/prices/chunks?limit=1000").json["items"]
        stored = s.get(f"{DOCS}/prices/text").body
        assert len(chunks) > 2
        assert chunks[0]["columns"] is None
        for c in chunks:
            assert stored[c["start"]:c["end"]].decode() == c["text"], c
        for c in chunks[1:]:
            assert c["columns"] == "Article | Tariff in crowns | Place", c
            assert c["text"].startswith("Hawser") and "Article" not in c["text"], c
        hit = s.post("/v1/search", {"query": "tariff in crowns of Hawser 140", "mode": "keyword"}).json["results"][0]
        assert "Hawser 140 |" in hit["text"], hit

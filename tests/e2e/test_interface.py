"""The HTTP interface from outside: what it answers to good and bad requests."""
import base64
import json
import time

from harness import ROOT, serving, wait_for

HIVE = ("# Hive care\n\nThe queen lives in the brood box.\n\n## Winter\n\nFeed the bees with sugar syrup in October. "
        "The entrance is narrowed to two centimetres against mice.\n\n## Spring\n\nThe first inspection is in April.\n")


def test_health_and_documents_of_the_interface(binary):
    with serving(binary) as s:
        assert s.get("/livez").status == 200
        assert s.get("/readyz").status == 200
        health = s.get("/health")
        assert health.status == 200, health.body
        assert health.json["status"] == "healthy", health.json
        assert {"database", "vector_db", "embedder", "llm_api", "event_bus", "queue", "cache", "disk"} <= set(health.json["checks"])
        assert s.get("/v1/health").json["version"] == health.json["version"]
        root = s.get("/")
        assert root.json["name"] == "anchorage" and root.json["openapi"] == "/openapi.json", root.json
        page = s.get("/docs", headers={"Accept": "text/html"})
        assert page.status == 200 and page.headers["content-type"].startswith("text/html")
        spec = s.get("/openapi.json").json
        assert spec["openapi"].startswith("3.1")
        for path in ("/v1/chat/query", "/v1/search", "/v1/collections", "/v1/ingest", "/v1/events", "/mcp"):
            assert path in spec["paths"], path
        metrics = s.get("/metrics")
        assert metrics.status == 200 and b"# TYPE " in metrics.body
        assert s.get("/livez").headers["x-request-id"]


def test_a_document_from_text_to_cited_answer(binary):
    with serving(binary) as s:
        made = s.put_document(id="hive", title="Hive care", text=HIVE, content_type="text/markdown",
                              metadata={"year": 2024})
        assert made.status == 201, made.body
        assert made.json["status"] == "created" and made.json["version"] == 1 and made.json["chunks"] >= 1
        again = s.put_document(id="hive", title="Hive care", text=HIVE, content_type="text/markdown",
                               metadata={"year": 2024})
        assert again.json["status"] == "unchanged", again.json
        stored = s.get("/v1/knowledge/documents/hive/text").body.decode()
        assert "sugar syrup" in stored
        chunks = s.get("/v1/knowledge/documents/hive/chunks").json["items"]
        raw = stored.encode()
        for c in chunks:
            assert raw[c["start"]:c["end"]].decode() == c["text"], c
        for mode in ("keyword", "semantic", "hybrid", "auto"):
            found = s.post("/v1/search", {"query": "what do bees eat in October", "mode": mode, "top_k": 3})
            assert found.status == 200, found.body
            hits = found.json["results"]
            assert hits and hits[0]["document_id"] == "hive", (mode, hits)
            assert 0 <= hits[0]["score"] <= 1
        answer = s.post("/v1/chat/query", {"question": "When are the bees fed with sugar syrup?"}).json
        assert "October" in answer["answer"], answer["answer"]
        assert answer["citations"], answer
        for c in answer["citations"]:
            assert f"[{c['marker']}]" in answer["answer"]
            assert raw[c["start"]:c["end"]].decode() == c["quote"], c
        assert answer["provider"] and answer["model_used"] == "anchorage/extractive", answer["model_used"]
        updated = s.put_document(id="hive", title="Hive care", text=HIVE.replace("October", "November"),
                                 content_type="text/markdown")
        assert updated.json["status"] == "updated" and updated.json["version"] == 2
        answer = s.post("/v1/chat/query", {"question": "When are the bees fed with sugar syrup?"}).json
        assert "November" in answer["answer"] and "October" not in answer["answer"], answer["answer"]
        gone = s.request("DELETE", "/v1/knowledge/documents/hive")
        assert gone.status in (200, 204), gone.body
        assert s.get("/v1/knowledge/documents/hive").status == 404
        assert s.post("/v1/search", {"query": "bees October"}).json["results"] == []


def test_stream_and_conversation(binary):
    with serving(binary) as s:
        s.put_document(id="hive", title="Hive care", text=HIVE, content_type="text/markdown")
        for events in (s.events("/v1/chat/stream", {"question": "When are the bees fed with sugar syrup?"}),
                       s.events("/v1/chat/stream?question=When+are+the+bees+fed+with+sugar+syrup%3F")):
            names = [e for e, _ in events]
            assert names[0] == "sources" and names[-1] == "done" and "token" in names, names
            assert "".join(d["text"] for e, d in events if e == "token").strip() == events[-1][1]["answer"].strip()
            assert "sources" not in events[-1][1]
        first = s.post("/v1/chat/query", {"question": "When is the first inspection?"}).json
        second = s.post("/v1/chat/query", {"question": "And why is the entrance narrowed?",
                                           "conversation_id": first["conversation_id"]}).json
        assert second["conversation_id"] == first["conversation_id"]

        def whole():
            c = s.get(f"/v1/chat/conversations/{first['conversation_id']}")
            return c.json if c.status == 200 and len(c.json["messages"]) >= 2 else None
        deadline = time.monotonic() + 10
        while whole() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert whole() is not None
        listed = s.get("/v1/chat/conversations").json["items"]
        assert any(c["id"] == first["conversation_id"] for c in listed), listed
        assert s.request("DELETE", f"/v1/chat/conversations/{first['conversation_id']}").status in (200, 204)
        assert s.get(f"/v1/chat/conversations/{first['conversation_id']}").status == 404


def test_events_are_kept(binary):
    with serving(binary) as s:
        s.put_document(id="hive", title="Hive care", text=HIVE, content_type="text/markdown")
        query = s.post("/v1/chat/query", {"question": "When are the bees fed with sugar syrup?"}).json["query_id"]
        deadline = time.monotonic() + 10
        types = set()
        while time.monotonic() < deadline and "query.completed" not in types:
            items = s.get("/v1/events?limit=100").json["items"]
            types = {e["event_type"] for e in items}
            time.sleep(0.02)
        assert {"document.created", "query.requested", "documents.retrieved", "query.completed"} <= types, types
        done = [e for e in items if e["event_type"] == "query.completed"][0]
        assert done["payload"]["query_id"] == query and done["metadata"]["seq"] > 0
        only = s.get("/v1/events?type=document.created").json["items"]
        assert [e["event_type"] for e in only] == ["document.created"]


def multipart(fields, name, content, kind="text/html"):
    boundary = "xBOUNDARYx"
    body = b""
    for k, v in fields.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode()
    body += (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
             f"Content-Type: {kind}\r\n\r\n").encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def test_uploads(binary):
    with serving(binary) as s:
        page = b"<html><head><title>Harbour</title></head><body><nav>Menu</nav><main><h1>Harbour</h1><p>The ferry leaves at noon.</p></main></body></html>"
        body, headers = multipart({"collection": "boats", "id": "ferry"}, "ferry.html", page)
        up = s.post("/v1/knowledge/documents", body, headers=headers)
        assert up.status == 201, up.body
        text = s.get("/v1/knowledge/documents/ferry/text?collection=boats").body.decode()
        assert "ferry leaves at noon" in text and "Menu" not in text, text
        cut = s.post("/v1/knowledge/documents", body[:-40], headers=headers)
        assert cut.status == 400, (cut.status, cut.body)
        encoded = s.put_document(id="b64", content_base64=base64.b64encode(b"plain words").decode(), content_type="text/plain")
        assert encoded.status == 201, encoded.body


BAD = [
    # name, method, path, body, status, pointer or words of the detail
    ("empty question", "POST", "/v1/chat/query", {"question": ""}, 400, "/question"),
    ("blank question", "POST", "/v1/chat/query", {"question": " \n\t "}, 400, "/question"),
    ("question of 4,001 characters", "POST", "/v1/chat/query", {"question": "x" * 4001}, 400, "4001"),
    ("no question", "POST", "/v1/chat/query", {}, 400, "/question"),
    ("question of another kind", "POST", "/v1/chat/query", {"question": 7}, 400, "/question"),
    ("unknown field", "POST", "/v1/chat/query", {"question": "x", "colour": 1}, 400, "/colour"),
    ("unknown mode", "POST", "/v1/chat/query", {"question": "x", "mode": "psychic"}, 400, "psychic"),
    ("unknown collection", "POST", "/v1/search", {"query": "x", "collections": ["nope"]}, 404, "nope"),
    ("unknown conversation", "POST", "/v1/chat/query",
     {"question": "x", "conversation_id": "0190a1b2-c3d4-7f01-bf02-030405060708"}, 404, "0190a1b2"),
    ("unknown document", "GET", "/v1/knowledge/documents/nope", None, 404, "nope"),
    ("unknown batch", "GET", "/v1/ingest/nope", None, 404, "nope"),
    ("top_k of nothing", "POST", "/v1/search", {"query": "x", "top_k": 0}, 400, "/top_k"),
    ("not JSON", "POST", "/v1/search", b"{", 400, ""),
    ("not UTF-8", "POST", "/v1/search", b'{"query":"\xff\xfe"}', 400, ""),
    ("deep JSON", "POST", "/v1/search", b"[" * 100000, 400, "deep"),
    ("no such path", "GET", "/v1/nothing", None, 404, ""),
    ("wrong method", "DELETE", "/v1/search", None, 405, ""),
    ("folder that is not there", "POST", "/v1/ingest",
     {"db_type": "folder", "connection_params": {"path": "/no/such/folder"}}, 404, "/no/such/folder"),
    ("not there yet", "POST", "/mcp", {}, 501, ""),
    ("a bad collection name", "POST", "/v1/collections", {"name": "No Good!"}, 400, "/name"),
]


def test_bad_requests_name_what_is_wrong(binary):
    with serving(binary) as s:
        for name, method, path, body, status, words in BAD:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            got = s.request(method, path, body=body, headers=headers)
            assert got.status == status, (name, got.status, got.body[:400])
            problem = got.json
            assert got.headers["content-type"].startswith("application/problem+json"), (name, got.headers)
            assert problem["status"] == status and problem["title"] and problem["request_id"], (name, problem)
            assert words in json.dumps(problem), (name, words, problem)
        assert s.get("/livez").status == 200


def test_large_and_awkward_bodies(binary):
    with serving(binary) as s:
        head = b"POST /v1/knowledge/documents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"
        assert b" 413 " in s.raw(head)[:40]
        line = "word " * (40 * 1024 * 1024 // 5)
        made = s.put_document(id="long", text=line, content_type="text/plain")
        assert made.status in (201, 413), made.body[:300]
        got = s.raw(b"GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
        assert b" 400 " in got[:40], got[:100]
        s.raw(b"POST /v1/chat/stream HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", close_after=0.05)
        assert s.get("/livez").status == 200


def test_openapi_names_every_route_of_the_table(binary):
    with serving(binary) as s:
        paths = s.get("/openapi.json").json["paths"]
        for path, methods in paths.items():
            if "get" in methods and "{" not in path and methods["get"].get("x-available", True) is not False:
                got = s.get(path, timeout=30) if "stream" not in path and "/ws" not in path and "progress" not in path else None
                assert got is None or got.status < 500 or got.status == 501, (path, got.status, got.body[:300])


def test_key_is_asked_for(binary):
    with serving(binary, env={"ANCHORAGE_API_KEY": "correct-horse"}) as s:
        assert s.get("/livez").status == 200
        refused = s.get("/v1/collections")
        assert refused.status == 401 and "www-authenticate" in refused.headers
        assert s.get("/v1/collections", headers={"Authorization": "Bearer wrong"}).status == 401
        assert s.get("/v1/collections", headers={"Authorization": "Bearer correct-horse"}).status == 200
        assert "correct-horse" not in s.log_text()


def test_documents_in_the_background(binary):
    with serving(binary) as s:
        def ended(got):
            assert got.status == 202 and got.json["status"] == "queued", (got.status, got.body)
            batch = s.get(f"/v1/ingest/{got.json['batch_id']}")
            return batch.json if batch.json["status"] not in ("queued", "processing") else None

        def put(method, path, body, **kw):
            got = s.request(method, path, body=body, **kw)
            return wait_for("a batch of one", lambda: ended(got))
        said = "The ferry leaves at noon — „mittags“.\u0000 And \"quoted\"\\.\n" * 3000
        done = put("POST", "/v1/knowledge/documents?async=true",
                   {"id": "ferry", "title": "Ferries", "text": said, "metadata": {"year": 2024}, "acl": ["public"], "collection": "boats"})
        assert done["processed_documents"] == 1 and done["failed_documents"] == 0, done
        there = s.get("/v1/knowledge/documents/ferry?collection=boats").json
        assert there["title"] == "Ferries" and there["metadata"] == {"year": 2024} and there["acl"] == ["public"], there
        assert s.get("/v1/knowledge/documents/ferry/raw?collection=boats").body == said.encode()
        body, headers = multipart({"collection": "boats", "title": "Harbour"}, "ferry.html", b"<p>The harbour closes at six.</p>")
        assert put("PUT", "/v1/knowledge/documents/ferry?collection=boats&async=true", body, headers=headers)["processed_documents"] == 1
        there = s.get("/v1/knowledge/documents/ferry?collection=boats").json
        assert there["version"] == 2 and there["title"] == "Harbour" and there["uri"] == "ferry.html", there
        # what the batch can know is refused at once, what the parser finds ends as a dead letter
        bad = s.post("/v1/knowledge/documents?async=true", {"text": "x", "acl": ["everybody"]})
        assert bad.status == 400 and "/acl" in bad.body.decode(), bad.body
        done = put("POST", "/v1/knowledge/documents?async=true", {"id": "zeros", "content_base64": base64.b64encode(bytes(500)).decode()})
        assert done["failed_documents"] + done["skipped_documents"] == 1, done


def test_chat_about_what_filters_choose(binary):
    with serving(binary) as s:
        for year, when in ((2023, "noon"), (2024, "six in the evening")):
            made = s.put_document(id=f"y{year}", text=f"The ferry to the island leaves at {when}.", metadata={"year": year})
            assert made.status == 201, made.body
        chosen = {"field": "year", "op": "eq", "value": 2023}
        got = s.post("/v1/chat/query", {"question": "When does the ferry leave?", "mode": "metadata", "filters": chosen})
        assert got.status == 200 and "noon" in got.json["answer"], got.body
        assert [p["document_id"] for p in got.json["sources"]] == ["y2023"] and got.json["citations"], got.json
        none = s.post("/v1/chat/query", {"question": "When does the ferry leave?", "mode": "metadata"})
        assert none.status == 400 and "/filters" in none.body.decode(), none.body

"""export and import: another data folder gives the same answers; what is damaged or cut off is named."""
import base64
import contextlib
import email.message
import gzip
import hashlib
import json
import subprocess

from harness import ROOT, Server, place

QUESTIONS = [json.loads(line) for line in (ROOT / "examples" / "questions.jsonl").read_text().splitlines()][::4]
ID = "notes/ü x?&.md"
ROWS = ("depots.csv", "depots.csv%231", "depots.csv%237")
PATH = "/v1/knowledge/documents/notes%2F%C3%BC%20x%3F%26.md"


@contextlib.contextmanager
def served(p):
    server = Server(p)
    try:
        yield server
    finally:
        server.stop()


def answers(server):
    """What is asked of the examples, and what stays of the answers on another day."""
    out = []
    asked = [(q["question"], "examples") for q in QUESTIONS] + [("In which city is Depot 38?", "rows")]
    for question, collection in asked:
        got = server.post("/v1/chat/query", {"question": question, "collections": [collection]})
        assert got.status == 200, (got.status, got.body)
        out.append({k: got.json[k] for k in ("answer", "citations", "sources")})
    assert sum(bool(a["citations"]) for a in out) > len(out) // 2, out
    return out


def history(server):
    """Everything that is known of the documents: rows, versions, chunks, bytes."""
    out = [server.get("/v1/knowledge/documents?limit=1000").json]
    settings = ("name", "description", "language", "chunking", "acl", "system_prompt", "prompt_template", "documents", "chunks")
    out.append([{k: c[k] for k in settings} for c in server.get("/v1/collections").json["items"]])
    for path, collection in ((PATH, "h"), *((f"/v1/knowledge/documents/{row}", "rows") for row in ROWS), ("/v1/knowledge/documents/mail", "h"), ("/v1/knowledge/documents/mail%23when.txt", "h"), ("/v1/knowledge/documents/big", "whole"), ("/v1/knowledge/documents/empty", "default")):
        versions = server.get(f"{path}/versions?collection={collection}").json
        out.append(versions)
        for v in versions["items"]:
            at = f"collection={collection}&version={v['version']}"
            out.append(server.get(f"{path}/chunks?limit=1000&{at}").json)
            out += [server.get(f"{path}/{what}?{at}").body for what in ("raw", "text")]
    return out


def fill(p, server):
    """The examples, and documents with everything that a document can have."""
    assert p.run("ingest", "-c", "examples", str(ROOT / "examples")).returncode == 0
    made = server.post("/v1/collections", {"name": "h", "language": "en", "description": "Déjà vu", "acl": ["group:a,b", "public"],
                                           "chunking": {"strategy": "structure", "max_tokens": 64, "overlap_sentences": 1},
                                           "system_prompt": "Be short."})
    assert made.status == 201, made.body
    metadata = {"year": 2020, "share": 1.5, "big": 1 << 53, "tags": ["tax", "ü"], "open": True, "none": None, "when": "2020-01-02"}
    for i in range(4):
        put = server.put_document(id=ID, collection="h", title=f"T{i // 2}", text=f"# Head\n\nBody number {i}. " * 40, uri=f"u{i}",
                                  metadata={**metadata, "n": i}, **({"acl": ["user:admin", "group:x,y"]} if i == 2 else {}))
        assert put.json["version"] == i + 1, put.body
    assert server.post(f"{PATH}/versions/1/restore?collection=h").json["version"] == 5
    assert server.post("/v1/collections", {"name": "whole", "chunking": {"strategy": "whole"}}).status == 201
    assert server.put_document(id="big", collection="whole", text="".join(f"Line of words number {i}.\n\n" for i in range(60000))).status == 201
    assert server.put_document(id="empty", text="").status == 201
    for words in ("at four", "at five"):  # a mail with a text and a picture attached, twice
        mail = email.message.EmailMessage()
        mail["Subject"], mail["From"] = "Tea", "ada@example.org"
        mail.set_content("Tea is served.")
        mail.add_attachment(f"Tea is served {words}.", filename="when.txt")
        mail.add_attachment(b"\x89PNG\r\n\x1a\n" + bytes(64), maintype="image", subtype="png", filename="cup.png")
        put = server.put_document(id="mail", collection="h", content_base64=base64.b64encode(bytes(mail)).decode(), content_type="message/rfc822")
        assert put.status in (200, 201), put.body
    folder = p.home / "rows"  # a table whose rows are documents, twice
    folder.mkdir()
    for places in ("Oulu", "Porto"):
        (folder / "depots.csv").write_text("Depot,City,Tonnes\n" + "".join(f"Depot {i},{places} {i % 7},{i * 3}\n" for i in range(300)))
        got = p.run("ingest", "-c", "rows", "--rows", "document", "--json", str(folder))
        assert got.returncode == 0, got
    assert server.get("/v1/knowledge/documents/depots.csv?collection=rows").json["found"]["rows"]["value"] == 300
    part = server.get("/v1/knowledge/documents/mail%23when.txt?collection=h").json
    assert part["parent"] == "mail" and part["version"] == 2, part


def test_the_same_answers_from_another_folder(binary):
    with place(binary) as p:
        with served(p) as server:
            fill(p, server)
            before = answers(server), history(server)
            out = json.loads(p.run("export", "--json", "-o", "all.ndjson").stdout)
            assert out["versions"] == out["documents"] + 6 + 301 and out["failed"] == 0, out
            again = p.run("export", "-o", "all.ndjson")
            assert again.returncode == 1 and "--force" in again.stderr, again
            assert p.run("export", "-o", "all.ndjson", "--force", "--quiet").stdout == ""
        subprocess.run(["rm", "-r", str(p.data)], check=True)
        with served(p) as server:
            got = p.run("import", "all.ndjson")
            assert got.returncode == 0 and "0 refused" in got.stdout, got
            # the vectors came along: but for some, by which they are tried, nothing was embedded
            metrics = server.get("/metrics").body.decode()
            embedded = [float(line.split()[-1]) for line in metrics.splitlines() if line.startswith("anchorage_chunks_embedded_total")]
            assert len(embedded) == 1 and embedded[0] < out["versions"] / 8 + 9, (embedded, out)
            assert answers(server) == before[0]
            assert history(server) == before[1]
            # again, gzipped, by a pipe: nothing is new
            packed = gzip.compress((p.home / "all.ndjson").read_bytes())
            got = subprocess.run([p.binary, "import", "--json", "-"], env=p.env, cwd=p.home, input=packed, capture_output=True, timeout=60)
            told = json.loads(got.stdout)
            assert got.returncode == 0 and told["complete"] and told["unchanged"] == out["versions"], got
            assert told["created"] == told["updated"] == told["failed"] == 0, told
            assert history(server) == before[1]
            # what the folders' source reads again is unchanged too
            for args in (("-c", "examples", str(ROOT / "examples")), ("-c", "rows", "--rows", "document", str(p.home / "rows"))):
                read = json.loads(p.run("ingest", "--json", *args).stdout)
                assert read["processed_documents"] == 0 and read["failed_documents"] == 0, read
            assert answers(server) == before[0]


def test_an_import_goes_on_where_it_was_cut_off(binary):
    with place(binary) as p:
        with served(p) as server:
            for i in range(12):
                server.put_document(id=f"d{i:02}", text=f"Document number {i} speaks of herons.")
            whole = subprocess.run([p.binary, "export", "--no-vectors"], env=p.env, cwd=p.home, capture_output=True, timeout=60).stdout
        lines = whole.split(b"\n")[:-1]  # head, collection, d00 to d11, end
        assert len(lines) == 15, lines
        file = p.home / "f.ndjson"
        subprocess.run(["rm", "-r", str(p.data)], check=True)
        with served(p) as server:
            def imported(content, *args):
                file.write_bytes(content)
                got = p.run("import", "f.ndjson", *args)
                have = [d["document_id"] for d in server.get("/v1/knowledge/documents?limit=1000").json["items"]]
                return got.returncode, got.stderr, have
            code, said, have = imported(b"\n".join(lines[:6])[:-40])  # in the middle of d03
            assert code == 2 and "ends in the middle of line 6" in said and have == ["d00", "d01", "d02"], (code, said, have)
            code, said, have = imported(b"\n".join(lines[:6]) + b"\n")
            assert code == 2 and "ends after line 6" in said and have[-1] == "d03", (code, said, have)
            flipped = lines[8].replace(b"d06", b"d99")
            code, said, have = imported(b"\n".join([*lines[:8], flipped, *lines[9:], b""]))
            assert code == 2 and "line 9 is damaged" in said and have[-1] == "d05" and len(have) == 6, (code, said, have)
            code, said, have = imported(b"\n".join([*lines[:7], *lines[8:], b""]))
            assert code == 2 and "line 14: lines are missing" in said and len(have) == 12, (code, said, have)
            code, said, have = imported(gzip.compress(whole)[:-60])
            assert code == 2 and "f.ndjson" in said, (code, said)
            code, said, have = imported(whole)
            assert code == 0 and len(have) == 12, (code, said, have)
            assert server.post("/v1/search", {"query": "herons", "top_k": 50}).json["results"], "nothing is found"


def test_files_that_are_no_export(binary):
    newer = json.dumps({"kind": "anchorage-export", "format": 3, "program": "9.9"}, separators=(",", ":"))[:-1]
    with place(binary) as p:
        newer += ',"sum":"' + hashlib.sha256(newer.encode()).hexdigest()[:16] + '"}\n'
        with served(p):
            for content, code, words in ((b"", 2, "is empty"), (b"hello\n", 2, "no file that `anchorage export` wrote"),
                                         (bytes(range(256)) * 9, 2, "no file that"), (newer.encode(), 2, "newer anchorage")):
                (p.home / "f").write_bytes(content)
                got = p.run("import", "f")
                assert got.returncode == code and words in got.stderr, (content[:40], got)
            assert p.run("import", "nope").returncode == 3
            assert p.run("import").returncode == 2
            assert p.run("import", str(p.home)).returncode == 2
            assert p.run("export", "-c", "nope").returncode == 3
            assert p.run("export", "-o", "no/such/folder/f").returncode == 3


def test_another_history_is_left_alone(binary):
    with place(binary) as p:
        with served(p) as server:
            for i in (1, 2):
                server.put_document(id="a", collection="x", text=f"First of all, {i}.")
            server.put_document(id="b", collection="x", text="Second.")
            server.put_document(id="c", collection="y", text="Third.")
            assert p.run("export", "-o", "f").returncode == 0
            server.request("DELETE", "/v1/knowledge/documents/a?collection=x")
            server.request("DELETE", "/v1/knowledge/documents/b?collection=x")
            server.request("DELETE", "/v1/collections/y")
            server.put_document(id="a", collection="x", text="Something else.")
            assert server.request("PATCH", "/v1/collections/x", {"description": "mine"}).status == 200
            got = p.run("import", "f", "-c", "x")
            assert got.returncode == 1 and "another version 1" in got.stderr and "an older version was refused" in got.stderr, got
            assert "1 versions put back" in got.stdout and "2 refused" in got.stdout, got
            assert "x is there with other settings" in got.stderr, got
            got = p.run("import", "f", "-c", "nope")
            assert got.returncode == 3 and 'has no collection "nope"' in got.stderr, got
            assert server.get("/v1/knowledge/documents/a/text?collection=x").body == b"Something else."
            assert server.get("/v1/knowledge/documents/a?collection=x").json["version"] == 1
            assert server.get("/v1/knowledge/documents/b/text?collection=x").body == b"Second."
            assert server.get("/v1/collections/y").status == 404

"""export and import: another data folder gives the same answers; what is damaged or cut off is named."""
import base64
import contextlib
import email.message
import gzip
import hashlib
import http.server
import json
import subprocess
import threading
import time

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


@contextlib.contextmanager
def between(server, answer):
    """A place before the server: `answer` of method and path gives (status, value), or None for the server's own. Its address."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_one(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, value = answer(self.command, self.path) or (0, None)
            got = server.request(self.command, self.path, body, {"Content-Type": self.headers.get("Content-Type", "")}) if status == 0 else None
            content = got.body if got else json.dumps(value).encode()
            self.send_response(got.status if got else status)
            self.send_header("Content-Type", got.headers.get("content-type", "") if got else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = handle_one

        def log_message(self, *args):
            pass

    front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=front.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{front.server_port}"
    finally:
        front.shutdown()
        front.server_close()


def test_vectors_that_cannot_be_read_are_left_out(binary):
    def fails(method, path):
        return (500, {"type": "urn:anchorage:problem:corrupt", "title": "it is damaged", "status": 500, "detail": "no such page"}) if "/vectors" in path else None

    with place(binary) as p:
        with served(p) as server:
            for i in range(3):
                server.put_document(id=f"d{i}", text=f"Document number {i} speaks of herons.")
            with between(server, fails) as url:
                got = p.run("export", "--url", url, "-o", "f.ndjson")
            assert got.returncode == 0 and got.stderr.count("without vectors") == 1, got
            assert "version 1 of d0 in default" in got.stderr and "no such page" in got.stderr, got
            lines = [json.loads(line) for line in (p.home / "f.ndjson").read_text().splitlines()]
            assert [line["kind"] for line in lines] == ["anchorage-export", "collection", *["version"] * 3, "end"], lines
            assert not any("vectors" in line for line in lines), lines
        subprocess.run(["rm", "-r", str(p.data)], check=True)
        with served(p) as server:
            assert p.run("import", "f.ndjson").returncode == 0
            assert len(server.get("/v1/knowledge/documents").json["items"]) == 3


def test_versions_are_written_in_their_order(binary):
    """However many there are, and though several are asked for at once, in whatever order they are answered."""
    asked, under_way, most = [], 0, 0
    lock = threading.Lock()

    def slow(method, path):
        nonlocal under_way, most
        with lock:
            asked.append(path)
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02 if hash(path) % 3 == 0 else 0.005)
        with lock:
            under_way -= 1

    with place(binary) as p:
        p.env["ANCHORAGE_KNOWLEDGE__KEEP_VERSIONS"] = "1000"
        with served(p) as server:
            for i in range(1, 231):
                assert server.put_document(id="long", text=f"Version {i} of herons.").json["version"] == i
            for i in range(40):
                for k in range(1 + i % 3):
                    assert server.put_document(id=f"d{i:02}", text=f"Document {i}, {k}, speaks of bitterns.").status in (200, 201)
            with between(server, slow) as url:
                got = p.run("export", "--url", url, "-o", "f.ndjson", "--json")
        lines = [json.loads(line) for line in (p.home / "f.ndjson").read_text().splitlines()]
        out = json.loads(got.stdout)
    versions = [line for line in lines if line["kind"] == "version"]
    wanted = [(f"d{i:02}", k + 1) for i in range(40) for k in range(1 + i % 3)] + [("long", i) for i in range(1, 231)]
    assert [(v["document_id"], v["version"]) for v in versions] == wanted, versions
    assert got.returncode == 0 and out["documents"] == 41 and out["versions"] == len(wanted), got
    for v in versions[-230:]:
        assert base64.b64decode(v["content_base64"]) == f"Version {v['version']} of herons.".encode(), v
    # each once; a page of the long one's is asked for again where it is not the newest
    assert len([path for path in asked if "/versions" in path]) == 40 + 1 + 2 * 2, asked
    assert len([path for path in asked if "/raw" in path]) == len(wanted) and 1 < most <= 8, (most, len(asked))


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


def held_on_disk(process):
    """How many files without a name a process has mapped."""
    return sum(line.endswith("(deleted)\n") for line in open(f"/proc/{process.pid}/maps"))


def work_of(process):
    """What a process has worked; None: it is at it."""
    fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return fields[11:13] if fields[0] == "S" else None


def test_an_import_reads_on_only_so_far(binary):
    versions, each, piece = 10, 8 << 20, 768 << 10
    content = bytes(range(256)) * (each // 256)
    parts = [content[i:i + piece] for i in range(0, each, piece)]

    def sealed(**members):
        line = json.dumps(members, separators=(",", ":"))[:-1]
        return line + ',"sum":"' + hashlib.sha256(line.encode()).hexdigest()[:16] + '"}\n'

    pieces = [sealed(kind="content", piece=i + 1, content_base64=base64.b64encode(part).decode()) for i, part in enumerate(parts)]
    put, go_on = [], threading.Event()

    def waits(method, path):
        if method != "PUT":
            return None
        put.append(int(path.split("?")[0].rsplit("/", 1)[1]))
        go_on.wait(240)
        return 200, {"status": "updated"}

    with place(binary) as p:
        with open(p.home / "f.ndjson", "w") as f:
            f.write(sealed(kind="anchorage-export", format=2, program="0", versions=versions))
            for i in range(versions):
                f.write(sealed(kind="version", collection="c", document_id="a", version=i + 1, pieces=len(parts),
                               content_sha256=hashlib.sha256(content).hexdigest(), bytes=each, created_at="2020-01-02T03:04:05Z"))
                f.writelines(pieces)
            f.write(sealed(kind="end", lines=versions * (1 + len(parts)) + 2))
        with served(p) as server, between(server, waits) as url:
            importing = subprocess.Popen([p.binary, "import", "--url", url, "f.ndjson"], env=p.env, cwd=p.home, stdout=subprocess.PIPE, text=True)
            worked, still = None, 0
            while still < 20 and importing.poll() is None:  # until it has read as far as it will
                time.sleep(0.05)
                before, worked = worked, work_of(importing)
                still = still + 1 if put and worked is not None and worked == before else 0
            held = held_on_disk(importing)
            go_on.set()
            said = importing.communicate(timeout=120)[0]
            assert held == 1 + 8, held  # one that is being put, and those of 64 MiB that wait behind it
            assert importing.returncode == 0 and f"{versions} versions put back" in said, said
            assert put == list(range(1, versions + 1)), put


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

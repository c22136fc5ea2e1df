"""collections, batches and dead-letters: each verb, for people and as JSON."""
import json
import os
import signal
import subprocess

from harness import DEADLINE, Server, place, wait_for


def rows(got):
    assert got.returncode == 0, got
    return json.loads(got.stdout)["items"]


def test_collections(binary):
    with place(binary) as p:
        assert "none yet" in p.run("collections").stdout
        server = Server(p)
        try:
            made = json.loads(p.run("collections", "create", "papers", "--language", "en", "--description", "Our “papers”",
                                    "--acl", "public", "--acl", "group:staff", "--chunking", "whole", "--max-tokens", "64",
                                    "--json").stdout)
            assert sorted(made["acl"]) == ["group:staff", "public"] and made["chunking"]["max_tokens"] == 64, made
            assert p.run("collections", "create", "papers").returncode == 1
            assert p.run("collections", "create", "Bad Name").returncode == 2
            changed = p.run("collections", "set", "papers", "--description", "other")
            assert changed.returncode == 0 and "other" in changed.stdout, changed
            server.put_document(id="a", collection="papers", text="The heron stands still.")
            shown = p.run("collections", "show", "papers")
            assert "chunking.strategy" in shown.stdout and "languages.en" in shown.stdout, shown.stdout
            both = json.loads(p.run("collections", "show", "papers", "--json").stdout)
            assert both["collection"]["documents"] == 1 and both["stats"]["versions"] == 1, both
            assert p.run("collections", "show", "nope").returncode == 3
            # more of them than a page holds
            for i in range(120):
                assert server.post("/v1/collections", {"name": f"c{i:03}"}).status == 201
            assert [c["name"] for c in rows(p.run("collections", "--json"))] == sorted([f"c{i:03}" for i in range(120)] + ["papers"])
            assert len(p.run("collections", "list", "--names").stdout.splitlines()) == 121
            assert p.run("collections", "delete", "papers").returncode == 2
            assert "deleted papers" in p.run("collections", "delete", "papers", "c000", "--yes").stdout
            assert server.get("/v1/collections/papers").status == 404
            # a name of another's making cannot drive the terminal
            assert server.request("PATCH", "/v1/collections/c001", {"description": "\u202egone"}).status == 200
            told = p.run("collections").stdout
            assert "gone" in told and "\u202e" not in told, told
        finally:
            server.stop()


def test_batches_and_dead_letters(binary):
    with place(binary) as p:
        docs = p.home / "docs"
        docs.mkdir()
        (docs / "good.md").write_text("# Tea\n\nTea is served at four.\n")
        (docs / "broken.bin").write_bytes(bytes(range(256)) * 8)
        assert "none: every document was read" in p.run("dead-letters").stdout
        assert p.run("batches", "watch").returncode == 3
        p.run("ingest", "-c", "staff", str(docs))
        server = Server(p)
        try:
            batch = rows(p.run("batches", "--json"))[0]
            assert batch["status"] == "completed" and batch["total_documents"] == 2, batch
            table = p.run("batches").stdout
            assert batch["batch_id"] in table and "staff" in table and str(docs) in table, table
            shown = p.run("batches", "show", batch["batch_id"])
            assert "processed_documents        1" in shown.stdout, shown.stdout
            watched = p.run("batches", "watch", batch["batch_id"])
            assert "1 document read" in watched.stdout and "broken.bin" in watched.stderr, watched
            assert p.run("batches", "watch").stdout == watched.stdout
            assert p.run("batches", "show", "nope").returncode == 3
            assert p.run("batches", "cancel", batch["batch_id"]).returncode == 1
            letters = rows(p.run("dead-letters", "list", "--batch", batch["batch_id"], "--json"))
            assert [x["document"] for x in letters] == ["broken.bin"], letters
            told = p.run("dead-letters").stdout
            assert "broken.bin" in told and "cannot be read: " in told and letters[0]["id"] in told, told
            one = p.run("dead-letters", "show", letters[0]["id"])
            assert one.returncode == 0 and letters[0]["reason"][:60] in one.stdout, one
            assert p.run("dead-letters", "show", "nope").returncode == 3
        finally:
            server.stop()


def interrupted(p, *args, begun):
    """Ctrl-C once `begun` holds; the exit code and what was said."""
    process = subprocess.Popen([p.binary, *args], env=p.env, cwd=p.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for("the command to begin", begun)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=DEADLINE)
    return process.returncode, out, said


def test_an_interrupted_ingest_goes_on(binary):
    with place(binary) as p:
        docs = p.home / "docs"
        docs.mkdir()
        for i in range(300):
            (docs / f"d{i:03}.md").write_text(f"# Document {i}\n\n" + f"The heron number {i} stands in the water. " * 60)
        server = Server(p)
        try:
            newest = lambda: server.get("/v1/ingest?limit=1").json["items"]
            code, out, said = interrupted(p, "ingest", "-c", "h", str(docs), begun=lambda: newest() and newest()[0]["processed_documents"])
            assert code == 130 and out == "" and "goes on in the server" in said, (code, out, said)
            batch = newest()[0]["batch_id"]
            assert f"anchorage batches watch {batch}" in said, said
            watched = p.run("batches", "watch", batch)
            assert watched.returncode == 0 and "300 documents read" in watched.stdout, watched
            # an export that is interrupted leaves nothing behind
            code, out, said = interrupted(p, "export", "-o", "all.ndjson", begun=lambda: list(p.home.glob("all.ndjson*")))
            left = [f.name for f in p.home.glob("all.ndjson*")]
            assert (code, left) in ((130, []), (0, ["all.ndjson"])), (code, left, said)
        finally:
            server.stop()


def test_output_that_cannot_be_written(binary):
    with place(binary) as p:
        server = Server(p)
        try:
            server.put_document(id="a", text="The heron stands still.")
            for args in (("status",), ("collections", "--json"), ("export",), ("search", "heron")):
                with open("/dev/full", "w") as full:
                    got = subprocess.run([p.binary, *args], env=p.env, cwd=p.home, stdout=full, stderr=subprocess.PIPE, text=True,
                                         timeout=DEADLINE)
                assert got.returncode == 1 and "No space left" in got.stderr, (args, got)
                assert got.stderr.count("anchorage:") == 1, got.stderr
            assert p.run("export", "-o", "/dev/null", "--force").returncode == 2
            assert p.run("export", "--no-vectors", "-o", "-").stdout.count("\n") == 4
        finally:
            server.stop()


def test_documents(binary):
    with place(binary) as p:
        docs = p.home / "docs"
        (docs / "in").mkdir(parents=True)
        (docs / "tea.md").write_text("# Tea\n\nTea is served at four.\n")
        (docs / "in" / "bread.md").write_text("# Bread\n\nBread is baked at dawn.\n")
        (docs / "staff.ndjson").write_text('{"id": "ann", "name": "Ann"}\n{"id": "bob", "name": "Bob"}\n')
        assert "(none)" in p.run("documents").stdout
        assert p.run("ingest", "-c", "house", "--rows", "document", str(docs)).returncode == 0
        (docs / "tea.md").write_text("# Tea\n\nTea is served at five.\n")
        assert p.run("ingest", "-c", "house", str(docs / "tea.md")).returncode == 0
        server = Server(p)
        try:
            server.put_document(id="note", collection="house", text="The gate is green.")
            every = [d["document_id"] for d in rows(p.run("documents", "list", "--json"))]
            assert every == ["in/bread.md", "note", "staff.ndjson", "staff.ndjson#ann", "staff.ndjson#bob", "tea.md"], every
            told = p.run("documents", "-c", "house", "-t", "bread").stdout
            assert "in/bread.md" in told and "tea.md" not in told, told
            assert "Ann" in p.run("documents", "text", "-c", "house", "staff.ndjson#ann").stdout
            assert "language" in p.run("documents", "show", "-c", "house", "in/bread.md").stdout
            assert "baked at dawn" in p.run("documents", "chunks", "-c", "house", "in/bread.md").stdout
            assert p.run("documents", "show", "-c", "house", "nope").returncode == 3
            told = p.run("documents", "versions", "-c", "house", "tea.md").stdout
            assert "(current)" in told and len(told.splitlines()) == 3, told
            assert p.run("documents", "restore", "-c", "house", "tea.md", "zero").returncode == 2
            assert p.run("documents", "restore", "-c", "house", "tea.md", "1").returncode == 0
            text = p.run("documents", "text", "-c", "house", "tea.md", "--json").stdout
            assert "at four" in json.loads(text)["text"], text
            # those that are named, and those whose file is gone: never one that was no file
            assert p.run("documents", "delete", "-c", "house").returncode == 2
            assert p.run("documents", "delete", "-c", "house", "tea.md").returncode == 2  # nobody can be asked
            assert "0 deleted" in p.run("documents", "delete", "-c", "house", "--gone", "--yes").stdout
            # names that are no text, or no line
            for name in (b"caf\xe9.md", b"two\nlines.md"):
                with open(os.path.join(os.fsencode(docs), name), "w") as odd:
                    odd.write("Crumpets are served at five.")
            assert p.run("ingest", "-c", "house", str(docs)).returncode == 0
            every = [d["document_id"] for d in rows(p.run("documents", "list", "--json"))]
            assert {"caf%E9.md", "two%0Alines.md"} <= set(every), every
            assert "0 deleted" in p.run("documents", "delete", "-c", "house", "--gone", "--yes").stdout
            for name in (b"caf\xe9.md", b"two\nlines.md"):
                os.unlink(os.path.join(os.fsencode(docs), name))
            assert "2 deleted" in p.run("documents", "delete", "-c", "house", "--gone", "--yes").stdout
            (docs / "in" / "bread.md").unlink()
            (docs / "staff.ndjson").unlink()
            away = p.run("documents", "delete", "-c", "house", "--gone", "--yes", "--url", f"localhost:{server.port}")
            assert away.returncode == 2 and "this machine" in away.stderr, away
            gone = p.run("documents", "delete", "-c", "house", "--gone", "--yes")
            assert "2 deleted" in gone.stdout and "in/bread.md" in gone.stderr, gone
            assert [d["document_id"] for d in rows(p.run("documents", "list", "--json"))] == ["note", "tea.md"]
            assert "1 deleted" in p.run("documents", "delete", "-c", "house", "note", "--yes").stdout
        finally:
            server.stop()

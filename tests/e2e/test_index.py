"""The index in the data folder: kept over restarts and kills, verified, built anew, made small; what is deleted leaves it."""
import json
import os
import pathlib
import random
import subprocess
import sys
import time

from harness import ROOT, TINY_MODEL, Server, place, wait_for

sys.path.insert(0, str(ROOT / "tests" / "formats"))
import read_index  # noqa: E402

DOCS, STATS = "/v1/knowledge/documents", "/v1/knowledge/stats"
KILLS, SEED = 3, 7


def index_of(server):
    return server.get(STATS).json["index"]


def found(server, word):
    got = server.post("/v1/search", {"query": word, "mode": "keyword", "top_k": 100})
    assert got.status == 200, got.body
    return sorted(r["document_id"] for r in got.json["results"])


def saved(server):
    def is_saved():
        index = index_of(server)
        return index["saved_cursor"] == index["cursor"] and index["unsaved_chunks"] == 0
    wait_for("the save", is_saved)


def sentence(rng):
    """Of words that no two texts share, so that none passes for a copy of another."""
    return " ".join("".join(rng.choice("bcdfglmnprst") + rng.choice("aeiou") for _ in range(3)) for _ in range(8))


def files_with(data, word):
    return [str(f) for f in (pathlib.Path(data) / "index").rglob("*") if f.is_file() and word.encode() in f.read_bytes()]


def test_the_index_goes_on_after_a_start(binary):
    rng = random.Random(SEED)
    with place(binary) as p:
        server = Server(p)
        for i in range(20):
            assert server.put_document(id=f"d{i}", text=f"Herons {sentence(rng)}.").status == 201
        saved(server)
        before = index_of(server)
        assert before["kept"] and before["segments"] > 0 and before["stored_bytes"] > 0, before
        server.kill()
        read = subprocess.run([sys.executable, ROOT / "tests" / "formats" / "read_index.py", p.data / "index"], text=True,
                              stdout=subprocess.PIPE)
        assert read.returncode == 0 and "20 living documents" in read.stdout, read.stdout
        server = Server(p)
        try:
            wait_for("readiness", lambda: server.get("/readyz").status == 200)
            assert len(found(server, "herons")) == 20
            assert index_of(server)["chunks"] == before["chunks"]
            metrics = server.get("/metrics").body.decode()
            counts = [line.split() for line in metrics.splitlines() if line.startswith("anchorage_search_seconds_count")]
            assert {name.split('"')[1] for name, n in counts if float(n) > 0} >= {"analyze", "index", "hydrate", "total"}, counts
            assert "anchorage_index_published_total 0" in metrics and "anchorage_index_segments" in metrics
        finally:
            assert server.stop() == 0


def test_killed_at_any_moment_the_index_agrees(binary, repeats=KILLS):
    rng = random.Random(SEED)
    with place(binary) as p:
        alive = {}
        for turn in range(repeats):
            server = Server(p)
            wait_for("readiness", lambda: server.get("/readyz").status == 200)
            assert found(server, "lighthouse") == sorted(alive), turn
            assert index_of(server)["documents"] == len(alive)
            end = time.monotonic() + rng.uniform(0.5, 7)
            while time.monotonic() < end:
                name = f"d{rng.randrange(30)}"
                if name in alive and rng.random() < 0.4:
                    assert server.request("DELETE", f"{DOCS}/{name}").status == 204
                    del alive[name]
                else:
                    text = f"{sentence(rng)} lighthouse {sentence(rng)}"
                    assert server.request("PUT", f"{DOCS}/{name}", {"text": text}).status in (200, 201)
                    alive[name] = text
            server.kill()
        server = Server(p)
        try:
            wait_for("readiness", lambda: server.get("/readyz").status == 200)
            assert found(server, "lighthouse") == sorted(alive)
            assert server.post("/v1/knowledge/index/verify").json == {"damaged": 0, "found": []}
        finally:
            assert server.stop() == 0
        report = json.loads(p.run("doctor", "--json").stdout)
        assert report["ok"], report


def test_what_is_deleted_leaves_the_index(binary):
    with place(binary) as p:
        server = Server(p)
        try:
            assert server.put_document(id="a", text="A zyxwvut was seen.", title="Zyxwvut").status == 201
            assert server.put_document(id="b", text="Herons were seen.").status == 201
            saved(server)
            assert files_with(p.data, "zyxwvut")
            assert server.request("DELETE", f"{DOCS}/a").status == 204
            wait_for("the words to go", lambda: not files_with(p.data, "zyxwvut"))
            assert found(server, "herons") == ["b"] and found(server, "zyxwvut") == []
        finally:
            assert server.stop() == 0


def bm25(term, chunk, mean):
    tf = chunk["counts"].get(term["term"], 0)
    return term["weight"] * term["idf"] * tf / (tf + 1.2 * (0.25 + 0.75 * chunk["length"] / mean)) if tf else 0.0


def test_the_files_say_what_a_search_explains(binary):
    """docs/formats is enough to find in the files what the API says of a hit: words, places, vectors, who is counted."""
    rng = random.Random(SEED)
    with place(binary) as p:
        server = Server(p)
        try:
            assert server.put_document(id="fr", text="Les hérons du lac : un héron dort dans les roseaux.").status == 201
            for i in range(160):
                text = f"Herons stood {'near' if i % 3 else 'in'} the reeds. {sentence(rng)} {'herons ' * (i % 4)}"
                assert server.put_document(id=f"d{i}", title=f"Birds {i % 5}", text=text).status == 201
            assert server.put_document(id="d7", text="Herons no more.").status == 200
            saved(server)
            folder = next(p.data.glob("index/default/*/manifest")).parent
            chunks = read_index.living_chunks(folder)
            mean = sum(c["length"] for c in chunks.values()) / len(chunks)
            query = "herons of the reeds"
            v = server.post("/v1/embeddings", {"model": TINY_MODEL, "input": query}).json["data"][0]["embedding"]
            hits = server.post("/v1/search", {"query": query, "top_k": 30, "explain": True}).json["results"]
            assert len(hits) == 30
            for hit in hits:
                said, chunk = hit["explain"]["bm25"], chunks[hit["document_id"], hit["first_chunk"]]
                assert said["chunks"] == len(chunks) and abs(said["mean_length"] - mean) < 0.001, said
                assert said["length"] == chunk["length"], hit
                for term in said["terms"]:
                    assert term["tf"] == chunk["counts"].get(term["term"], 0) or not term["df"], term
                    assert abs(term["score"] - (bm25(term, chunk, mean) if term["scored"] else 0)) < 1e-4, term
                assert abs(hit["scores"]["semantic"] - sum(a * b for a, b in zip(v, chunk["vector"]))) < 2e-3, hit
            df = {t["term"]: t["df"] for t in hits[0]["explain"]["bm25"]["terms"]}
            assert df["heron"] == sum("heron" in c["counts"] for c in chunks.values()) == 161, df
            assert df["reed"] == sum("reed" in c["counts"] for c in chunks.values()) >= 128, df
            phrase = {d for (d, _), c in chunks.items() if any(
                at + 1 in c["positions"].get("in", []) for at in c["positions"].get("stood", []))}
            assert phrase and found(server, '+"stood in"') == sorted(phrase)
        finally:
            assert server.stop() == 0


def test_a_title_counts_as_much_as_is_said(binary):
    """Another weight after a start: the index is built anew beside the old one, and nothing is embedded for it."""
    def explained(server):
        got = server.post("/v1/search", {"query": "herons", "mode": "keyword", "explain": True}).json["results"]
        return [(h["document_id"], h["explain"]["bm25"], h["explain"]["bm25"]["terms"][0]) for h in got]

    with place(binary) as p:
        server = Server(p)
        assert server.put_document(id="titled", title="Herons", text="They stood near the lake all day.").status == 201
        assert server.put_document(id="told", title="Birds", text="Herons and herons near the lake.").status == 201
        for i in range(40):
            assert server.put_document(id=f"d{i}", title="Ducks", text=f"Ducks swim, {i} of them, on a lake.").status == 201
        (told, _, _), (titled, bm25, term) = explained(server)
        assert (told, titled, bm25["title_weight"], term["tf"], term["weighted_tf"]) == ("told", "titled", 1, 1, 1), bm25
        saved(server)
        assert server.stop() == 0
        server = Server(p, env={"ANCHORAGE_SEARCH__TITLE_WEIGHT": "4"})
        try:
            wait_for("readiness", lambda: server.get("/readyz").status == 200)
            wait_for("the new index", lambda: not index_of(server)["rebuilding"])
            (titled, bm25, term), (told, _, other) = explained(server)
            assert (titled, told, bm25["title_weight"], term["tf"], term["weighted_tf"]) == ("titled", "told", 4, 1, 4), bm25
            embedded = [line for line in server.get("/metrics").body.decode().splitlines()
                        if line.startswith("anchorage_chunks_embedded_total")]
            assert all(float(line.split()[-1]) == 0 for line in embedded), embedded
            assert len(term["matches"]) == 1 and other["tf"] == other["weighted_tf"] == 2, (term, other)
            assert "counts as 4" in p.run("search", "herons", "--mode", "keyword", "--explain").stdout
            assert server.put_document(id="more", title="Herons", text="More of them.").status == 201
            assert len(explained(server)) == 3
            saved(server)
            assert index_of(server)["documents"] == 43 and server.post("/v1/knowledge/index/verify").json["damaged"] == 0
            rows = json.loads((p.data / "index" / "ledger").read_text().split("\n", 1)[1])["indexes"]
            assert [r["title_weight"] for r in rows] == [4], rows
        finally:
            assert server.stop() == 0
        got = p.run("serve", env={"ANCHORAGE_SEARCH__TITLE_WEIGHT": "9"})
        assert got.returncode != 0 and "search.title_weight" in got.stderr and "9" in got.stderr, got


def test_index_commands(binary):
    with place(binary) as p:
        server = Server(p)
        try:
            for i in range(5):
                assert server.put_document(id=f"d{i}", text=f"Herons, {i} of them.").status == 201
            status = json.loads(p.run("index", "status", "--json").stdout)
            assert status["documents"] == 5 and status["lag"] == 0 and status["ready"], status
            assert status["fusion"] == "weighted" and status["semantic_share"] == 0.5 and status["title_weight"] == 1, status
            told = {line.split()[0]: line for line in p.run("index", "status").stdout.splitlines()}
            wait_for("rest", lambda: index_of(server)["activity"] == "up to date")
            assert "activity" in told and "recall" not in told, (status, told)  # there is no graph
            assert "its files are not in it" in told["bytes"] and "size of its files" in told["stored_bytes"], told
            got = p.run("index", "verify")
            assert got.returncode == 0 and "sound" in got.stdout, got
            assert p.run("index", "rebuild").stdout == "5 documents are indexed anew\n"
            got = p.run("index", "rebuild", "--json")
            assert got.returncode == 0 and json.loads(got.stdout)["status"] == "completed", got
            got = p.run("index", "optimize", "--json")
            index = json.loads(got.stdout)
            assert got.returncode == 0 and index["segments"] == 1 and index["unsaved_chunks"] == 0, got
            folders = [f.name for f in (p.data / "index" / "default").iterdir()]
            assert len(folders) == 1, folders
            assert server.put_document(id="d5", text="Herons, the last of them.").status == 201
            saved(server)
            lines = [line.split() for line in server.get("/metrics").body.decode().splitlines() if line[:1] != "#"]
            values = {name: float(value) for name, value in lines}
            assert values["anchorage_index_written_bytes_total"] > 1000, values
            assert values["anchorage_index_save_wait_seconds_count"] == values["anchorage_index_saves_total"] > 0, values
            assert len(found(server, "herons")) == 6
        finally:
            assert server.stop() == 0


def test_doctor_looks_at_the_index_that_runs(binary):
    """A segment that a running server set aside and mends is a note; `index verify` says sound meanwhile."""
    with place(binary) as p:
        def checks():
            return [(c["status"], c["detail"]) for c in json.loads(p.run("doctor", "--json").stdout)["checks"]
                    if c["check"] == "index"]
        server = Server(p)
        for i in range(12):
            assert server.put_document(id=f"d{i}", text=f"Herons were seen {i} times.").status == 201
        saved(server)
        assert server.stop() == 0
        path = sorted((p.data / "index").rglob("seg-*"))[0]
        data = bytearray(path.read_bytes())
        data[300] ^= 1
        path.write_bytes(data)
        assert any(s == "wrong" and d.startswith("1 place is damaged") for s, d in checks()), checks()
        server = Server(p)
        try:
            wait_for("the documents", lambda: len(found(server, "herons")) == 12)
            shown = checks()
            assert "sound" in p.run("index", "verify").stdout
            assert not any(s == "wrong" for s, _ in shown), shown
            assert any(s == "note" and "set aside" in d for s, d in shown), shown
            server.kill()
            shown = checks()
            assert not any(s == "wrong" for s, _ in shown), shown
        finally:
            server.kill()
        server = Server(p)
        try:
            wait_for("the documents", lambda: len(found(server, "herons")) == 12)
            saved(server)
            assert not any("again" in d for _, d in checks()), checks()
        finally:
            assert server.stop() == 0


def test_a_damaged_segment_is_set_aside_and_its_documents_come_back(binary):
    with place(binary) as p:
        server = Server(p)
        for i in range(12):
            assert server.put_document(id=f"d{i}", text=f"Herons were seen {i} times.").status == 201
        saved(server)
        assert server.stop() == 0
        segments = sorted((p.data / "index").rglob("seg-*"))
        assert segments
        for path in segments:
            data = bytearray(path.read_bytes())
            for at in range(256, len(data), 97):
                data[at] ^= 1
            path.write_bytes(data)
        report = {c["check"]: c for c in json.loads(p.run("doctor", "--json").stdout)["checks"]}
        assert report["index"]["status"] == "wrong" and "seg-" in report["index"]["detail"], report["index"]
        server = Server(p)
        try:
            wait_for("readiness", lambda: server.get("/readyz").status == 200)
            wait_for("the documents", lambda: len(found(server, "herons")) == 12)
            assert "set aside" in server.log_text()
            check = server.get("/health").json["checks"]["vector_db"]
            assert check["status"] == "degraded" and "damaged" in check["detail"], check
            saved(server)
            assert server.post("/v1/knowledge/index/verify").json["damaged"] == 0
        finally:
            assert server.stop() == 0
        server = Server(p)
        try:
            wait_for("readiness", lambda: server.get("/readyz").status == 200)
            assert len(found(server, "herons")) == 12
            assert server.get("/health").json["checks"]["vector_db"]["status"] == "healthy"
        finally:
            assert server.stop() == 0


def test_a_segment_that_is_cut_under_a_server_does_not_end_it(binary):
    """What it had is missing for as long as it takes to index it again, which the answers say; then all is as before."""
    with place(binary) as p:
        server = Server(p)
        for i in range(40):
            assert server.put_document(id=f"d{i:02}", text=f"Herons were seen {i} times near the lake.").status == 201
        saved(server)
        everything = found(server, "herons")
        assert len(everything) == 40

        def all_back():
            got = server.post("/v1/search", {"query": "herons", "mode": "keyword", "top_k": 100})
            assert got.status == 200, got.body
            missing = len(got.json["results"]) < 40
            assert not missing or "damaged" in got.json["warnings"][0]["message"], got.json
            return not missing and not got.json["warnings"]

        for turn, left in enumerate((0, 1000, 4096, 9000, 0.5)):
            for path in (p.data / "index").rglob("seg-*"):
                if not path.name.startswith("damaged-"):
                    os.truncate(path, int(left if left >= 1 or left == 0 else path.stat().st_size * left))
            wait_for("the documents", all_back)
            assert found(server, "herons") == everything, left
            assert index_of(server)["damages"] == turn + 1, (left, index_of(server))
            saved(server)
        assert "was cut" in server.log_text()
        assert server.post("/v1/knowledge/index/verify").json == {"damaged": 0, "found": []}
        assert server.stop() == 0

"""Damaged files of a data folder: found, named, and never served."""
import hashlib
import json
import os
import pathlib
import random
import re
import shutil

from harness import Server, Skipped, place, wait_for
from test_batches import ended

# where the catalog's first pages carry what is read at every start
BEGINNING = (0, 20, 100, 4096)
NOT_FOR_PEOPLE = re.compile(r"SELECT|PRAGMA|malformed|sqlite_|image")


def test_a_damaged_catalog_stops_the_start_and_says_what_to_do(binary):
    with place(binary) as p:
        server = Server(p)
        assert server.put_document(id="a", text="The lighthouse keeper sleeps by day.").status == 201
        assert server.stop() == 0
        catalog = p.data / "catalog.db"
        whole = catalog.read_bytes()
        for at in BEGINNING:
            catalog.write_bytes(whole[:at] + bytes(b ^ 0xff for b in whole[at:at + 16]) + whole[at + 16:])
            for command in (("serve", "--port", "0"), ("search", "lighthouse")):
                got = p.run(*command)
                assert got.returncode == 1, (at, command, got)
                assert str(catalog) in got.stderr and "damaged" in got.stderr, (at, command, got.stderr)
                assert "backup" in got.stderr and "ingest" in got.stderr, (at, command, got.stderr)
                assert not NOT_FOR_PEOPLE.search(got.stderr), (at, command, got.stderr)
        catalog.write_bytes(whole)
        found = p.run("search", "lighthouse")
        assert found.returncode == 0 and "lighthouse keeper" in found.stdout, found


WORDS = "lighthouse keeper sleeps day ferry leaves noon island harbour storm lamp oil wick glass stair".split()


def text_of(n):
    rng = random.Random(n)
    return f"Log {n} of the keeper{n}. " + " ".join(" ".join(rng.choice(WORDS) for _ in range(12)) + "." for _ in range(12))


def fill(server, documents):
    for n in range(documents):
        assert server.put_document(id=f"d{n}", title=f"Log {n}", text=text_of(n)).status == 201
    assert server.put_document(id="gone", text="This one is removed again.").status == 201
    assert server.put_document(id="d0", title="Log 0", text=text_of(0) + " And more.").status == 200
    assert server.request("DELETE", "/v1/knowledge/documents/gone").status in (200, 204)
    asked = server.post("/v1/chat/query", {"question": "When does the ferry leave?"}).json
    wait_for("the turn", lambda: server.get(f"/v1/chat/conversations/{asked['conversation_id']}").status == 200)
    return asked["conversation_id"]


def observe(server, documents, conversation):
    """What a reader sees, without what differs from one time to the next."""
    seen = {}

    def ask(name, got, pick):
        seen[name] = (got.status, pick(got) if got.status == 200 else "" if got.status == 404 else got.body.decode())
    for n in range(documents):
        path = f"/v1/knowledge/documents/d{n}"
        ask(f"document {n}", server.get(path), lambda a: a.json)
        ask(f"text {n}", server.get(path + "/text"), lambda a: a.body.decode())
        ask(f"chunks {n}", server.get(path + "/chunks"), lambda a: a.json)
        ask(f"search {n}", server.post("/v1/search", {"query": f"keeper{n}", "mode": "keyword"}),
            lambda a: [(h["document_id"], h["version"], h["text"]) for h in a.json["results"]])
    ask("documents", server.get("/v1/knowledge/documents"), lambda a: a.json)
    ask("collections", server.get("/v1/collections"), lambda a: a.json)
    ask("conversation", server.get(f"/v1/chat/conversations/{conversation}"), lambda a: a.json)
    ask("conversations", server.get("/v1/chat/conversations"), lambda a: a.json)
    ask("removed", server.get("/v1/knowledge/documents/gone"), lambda a: a.json)
    ask("events", server.get("/v1/events?type=document.created"), lambda a: a.json["items"])
    return seen


def check_against(seen, right, path, health):
    """True when something was noticed. A search may lack a document whose text cannot be read, no more than that."""
    noticed = False
    for name, (status, value) in seen.items():
        if (status, value) == right[name]:
            continue
        noticed = True
        if status == 200 and name.startswith("search"):
            assert set(value) <= set(right[name][1]), (path, name, value, right[name])
            assert health["status"] != "healthy" or seen[f"text {name[7:]}"][0] != 200, (path, name, value, health)
            continue
        if name == "removed":
            assert status != 200, (path, name, value)
            continue
        if status == 200 and name == "conversation":
            hurt = [s for m in value["messages"] for s in m.get("sources", []) if s["missing"]]
            assert hurt and all(s["text"] is None and not s["deleted"] for s in hurt), (path, value)
            assert health["status"] != "healthy", health
            continue
        assert status == 500 and "damaged" in value and str(path.name) in value, (path, name, status, str(value)[:300])
        assert not NOT_FOR_PEOPLE.search(value), value
    return noticed


def flip(path, bit):
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def one_flip(p, path, bit, right, documents, conversation):
    sound = path.read_bytes()
    flip(path, bit)
    try:
        report = {c["check"]: c for c in json.loads(p.run("doctor", "--json").stdout)["checks"]}
        wrong = [c["detail"] for c in report.values() if c["status"] == "wrong"]
        assert any(path.name in detail and "damaged" in detail for detail in wrong), (path, bit, wrong)
        try:
            server = Server(p)
        except AssertionError as error:
            assert path.name in str(error) and "damaged" in str(error), (path, bit, error)
            return True
        try:
            wait_for("readiness", lambda: server.get("/readyz").status == 200)
            seen = observe(server, documents, conversation)
            return check_against(seen, right, path, server.get("/health").json)
        finally:
            server.kill()
    finally:
        for leftover in p.data.glob("catalog.db-*"):
            leftover.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)  # an index may have been made anew elsewhere
        path.write_bytes(sound)


def test_flipped_bits_are_named_and_never_served(binary, repeats=1):
    documents, seed = 6, 20
    with place(binary) as p:
        server = Server(p)
        conversation = fill(server, documents)
        assert server.stop() == 0
        server = Server(p)
        right = observe(server, documents, conversation)
        assert all(status == 200 for name, (status, _) in right.items() if name != "removed"), right
        assert server.stop() == 0
        shutil.copytree(p.data, p.home / "kept")
        files = sorted(f for f in p.data.rglob("*") if f.is_file() and f.stat().st_size > 0)
        assert any(f.name == "catalog.db" for f in files) and len(files) > documents, files
        noticed = tried = 0
        for turn in range(repeats):
            rng = random.Random(seed + turn)
            for path in files:
                size = (p.home / "kept" / path.relative_to(p.data)).stat().st_size
                pages = range(size // 4096) if path.name == "catalog.db" else (0,)
                for page in pages:
                    if path.name == "catalog.db" and page > 2 and rng.random() > 0.4:
                        continue
                    span = min(size, 4096)
                    bit = page * 4096 * 8 + rng.randrange(span * 8)
                    shutil.rmtree(p.data)
                    shutil.copytree(p.home / "kept", p.data)
                    noticed += one_flip(p, path, bit, right, documents, conversation)
                    tried += 1
        print(f"        (seed {seed}: {tried} bits in {len(files)} files, {noticed} noticed by readers, all named by doctor)")
        assert noticed > 0


def test_the_same_document_mends_a_damaged_file(binary):
    with place(binary) as p:
        server = Server(p)
        text = "The lamp is lit at dusk, and put out at dawn."
        assert server.put_document(id="a", text=text).status == 201
        assert server.stop() == 0
        objects = [f for f in (p.data / "raw").rglob("*") if f.is_file()]
        assert len(objects) == 2 or len(objects) == 1, objects
        for path in objects:
            flip(path, 77)
            server = Server(p)
            wait_for("readiness", lambda: server.get("/readyz").status == 200)
            again = server.put_document(id="a", text=text)
            assert again.status == 200 and again.json["status"] == "updated", again.body
            assert server.get("/v1/knowledge/documents/a/text").body.decode() == text
            assert server.post("/v1/search", {"query": "dusk", "mode": "keyword"}).json["results"]
            assert server.put_document(id="a", text=text).json["status"] == "unchanged"
            assert server.stop() == 0
            assert json.loads(p.run("doctor", "--json").stdout)["ok"]


def test_a_text_that_is_lost_is_named_and_the_others_are_found(binary):
    with place(binary) as p:
        server = Server(p)
        texts = {f"d{i}": f"Herons were seen {i} times." for i in range(4)}
        for name, text in texts.items():
            assert server.put_document(id=name, text=text).status == 201
        assert server.stop() == 0
        digest = hashlib.sha256(texts["d1"].encode()).hexdigest()
        (p.data / "raw" / digest[:2] / digest).unlink()
        shutil.rmtree(p.data / "index")  # so that it is made of the texts again
        server = Server(p)
        try:
            def found():
                got = server.post("/v1/search", {"query": "herons", "mode": "keyword", "top_k": 50}).json["results"]
                return sorted(r["document_id"] for r in got)
            assert found() == ["d0", "d2", "d3"], found()
            index = server.get("/v1/knowledge/stats").json["index"]
            assert index["left_out"] == 1 and index["last_left_out"].startswith("d1 of default: "), index
            check = server.get("/health").json["checks"]["vector_db"]
            assert check["status"] == "degraded" and "1 cannot be read" in check["detail"] and "d1" not in check["detail"], check
            assert server.put_document(id="d4", text="More herons came.").status == 201
            assert server.put_document(id="d1", text=texts["d1"]).json["status"] == "updated"
            assert found() == ["d0", "d1", "d2", "d3", "d4"], found()
            index = server.get("/v1/knowledge/stats").json["index"]
            assert (index["left_out"], index["last_left_out"]) == (0, None), index
            assert server.get("/health").json["checks"]["vector_db"]["status"] == "healthy"
        finally:
            server.stop()


def test_a_damaged_log_of_a_crash_is_named(binary):
    with place(binary) as p:
        server = Server(p)
        for n in range(8):
            assert server.put_document(id=f"d{n}", text=text_of(n)).status == 201
        server.kill()
        log = p.data / "catalog.db-wal"
        whole = log.read_bytes()
        for at in (10, 100, 40000, len(whole) // 2):
            log.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1:])
            got = p.run("serve", "--port", "0")
            assert got.returncode == 1 and str(log) in got.stderr and "damaged" in got.stderr, (at, got.stderr)
            log.write_bytes(whole)
        server = Server(p)
        try:
            for n in range(8):
                assert server.get(f"/v1/knowledge/documents/d{n}/text").status == 200
        finally:
            assert server.stop() == 0


def set_aside(data):
    return sorted(f.name for f in data.iterdir() if f.name.startswith("tracking.db.damaged-"))


def test_a_damaged_query_log_is_set_aside_and_begun_anew(binary):
    """The server starts all the same: log, health and doctor name the old file, and the new one follows the events."""
    with place(binary) as p:
        server = Server(p)
        assert server.put_document(id="a", text="The lighthouse keeper sleeps by day.").status == 201
        asked = server.post("/v1/chat/query", {"question": "When does the keeper sleep?"}).json["query_id"]
        path = f"/v1/tracking/queries/{asked}"
        wait_for("the query", lambda: server.get(path).status == 200)
        before = server.get(path).json
        server.kill()
        log = p.data / "tracking.db-wal"
        bad_log = log.read_bytes()
        bad_log = bad_log[:100] + bytes([bad_log[100] ^ 16]) + bad_log[101:]
        log.write_bytes(bad_log)
        for round, damage in enumerate(("a log", "a header", "no database at all")):
            file = p.data / "tracking.db"
            if damage == "a header":
                whole = file.read_bytes()
                file.write_bytes(whole[:20] + bytes(b ^ 0xff for b in whole[20:36]) + whole[36:])
            elif damage == "no database at all":
                file.write_bytes(b"not a database " * 1000)
            server = Server(p)
            try:
                names = [n for n in set_aside(p.data) if not n.endswith("-wal")]
                assert len(names) == round + 1, (damage, names)
                wait_for("the query again", lambda: server.get(path).status == 200)
                assert server.get(path).json == before, (damage, server.get(path).json)
                check = server.get("/health").json["checks"]["tracking"]
                assert check["status"] == "degraded" and names[-1] in check["detail"], check
                assert names[-1] in server.log_text() and "the query log is damaged" in server.log_text()
                held = server.post("/v1/tracking/erase", {"user_id": "nobody"}).json["held_elsewhere"]
                assert {h["name"] for h in held} >= set(names), held
                report = json.loads(p.run("doctor", "--json").stdout)["checks"]
                told = [c for c in report if c["check"] == "tracking"]
                assert [c["status"] for c in told] == len(names) * ["note"] + ["ok"], told
                assert all(any(n in c["detail"] for c in told) for n in names), told
            finally:
                assert server.stop() == 0
        assert (p.data / (set_aside(p.data)[0] + "-wal")).read_bytes() == bad_log
        server = Server(p)
        try:
            assert "tracking" not in server.get("/health").json["checks"]
        finally:
            assert server.stop() == 0


def test_a_page_of_the_query_log_that_turns_out_damaged(binary):
    """What a start does not see is told by health once the tracking comes to it, and set aside by the next start."""
    waited = 0
    with place(binary) as p:
        server = Server(p)
        assert server.put_document(id="a", text="The lighthouse keeper sleeps by day.").status == 201
        asked = [server.post("/v1/chat/query", {"question": f"When does the keeper sleep {i}?"}).json["query_id"] for i in range(30)]
        wait_for("the queries", lambda: server.get(f"/v1/tracking/queries/{asked[-1]}").status == 200)
        assert server.stop() == 0
        file = p.data / "tracking.db"
        whole = file.read_bytes()
        for page in range(3, 9):
            for old in set_aside(p.data):
                (p.data / old).unlink()
            file.write_bytes(whole[:page * 4096 + 2000] + bytes([whole[page * 4096 + 2000] ^ 0x55]) + whole[page * 4096 + 2001:])
            server = Server(p)
            try:
                query = server.post("/v1/chat/query", {"question": f"When does he sleep, page {page}?"}).json["query_id"]
                state = lambda: server.get("/health").json["checks"].get("tracking", {}).get("detail", "")
                found = lambda: server.get(f"/v1/tracking/queries/{query}").status == 200
                wait_for("the query or a word about it", lambda: state() or found())
                stuck = "is damaged; the next start sets it aside" in state()
            finally:
                assert server.stop() == 0
            if not stuck:
                continue
            waited += 1
            server = Server(p)
            try:
                assert len(set_aside(p.data)) == 1 and not (p.data / "tracking.db.is-damaged").exists(), list(p.data.iterdir())
                wait_for("the query", lambda: server.get(f"/v1/tracking/queries/{query}").status == 200)
                assert server.get(f"/v1/tracking/queries/{asked[0]}").status == 200
            finally:
                assert server.stop() == 0
    assert waited > 0


def test_flipped_bits_of_a_log_lose_the_last_change_at_most(binary, repeats=8):
    """What breaks off in the last change cannot be told from a write that a loss of power cut; all else is named."""
    rng, documents, named = random.Random(31), 8, 0
    with place(binary) as p:
        server = Server(p)
        for n in range(documents):
            assert server.put_document(id=f"d{n}", text=text_of(n)).status == 201
        server.kill()
        shutil.copytree(p.data, p.home / "kept", ignore=shutil.ignore_patterns("*.sock"))
        log = p.data / "catalog.db-wal"
        for _ in range(repeats):
            shutil.rmtree(p.data)
            shutil.copytree(p.home / "kept", p.data)
            bit = rng.randrange(log.stat().st_size * 8)
            flip(log, bit)
            report = {c["check"]: c for c in json.loads(p.run("doctor", "--json").stdout)["checks"]}
            told = report["catalog"]["status"] == "wrong"
            assert not told or (log.name in report["catalog"]["detail"] and "damaged" in report["catalog"]["detail"]), (bit, report)
            try:
                server = Server(p)
            except AssertionError as error:
                assert str(log) in str(error) and "damaged" in str(error) and told, (bit, error, report["catalog"])
                named += 1
                continue
            wait_for("readiness", lambda: server.get("/readyz").status == 200)
            for n in range(documents):
                got = server.get(f"/v1/knowledge/documents/d{n}/text")
                assert got.status == 200 and got.body.decode() == text_of(n) or (got.status == 404 and n == documents - 1), (bit, n)
            assert server.stop() == 0
    assert named >= repeats // 2, named


def test_flipped_bits_of_what_was_sent_are_named(binary, repeats=6):
    """The spool keeps what failed: it is read again by a replay, and then it has to be what was sent."""
    rng = random.Random(17)
    lines = "".join(json.dumps({"id": f"s{n}", "colour": n, "text": text_of(n)}) + "\n" for n in range(40))
    with place(binary) as p:
        server = Server(p)
        sent = server.post("/v1/knowledge/documents/batch", lines.encode(), headers={"Content-Type": "application/x-ndjson"})
        assert sent.status == 202, sent.body
        batch = ended(server, sent.json["batch_id"])
        assert batch["failed_documents"] == 40, batch
        assert server.stop() == 0
        segments = [f for f in (p.data / "spool").iterdir()]
        assert len(segments) == 1, segments
        whole, damaged = segments[0].read_bytes(), 0
        for _ in range(repeats):
            bit = rng.randrange(len(whole) * 8)
            flip(segments[0], bit)
            wrong = [c["detail"] for c in json.loads(p.run("doctor", "--json").stdout)["checks"] if c["status"] == "wrong"]
            assert len(wrong) == 1 and str(segments[0]) in wrong[0] and "damaged" in wrong[0], (bit, wrong)
            server = Server(p)
            again = server.post("/v1/dead-letters/replay")
            assert again.status == 202, again.body
            for b in again.json["items"]:
                assert ended(server, b["batch_id"])["failed_documents"] == 40
            reasons = [x["reason"] for x in server.get("/v1/dead-letters?limit=100").json["items"]]
            hurt = [r for r in reasons if segments[0].name in r and str(p.data) not in r and "damaged" in r]
            assert len(reasons) == 40 and len(hurt) == 1 and all("colour" in r for r in reasons if r not in hurt), (bit, reasons)
            damaged += 1
            assert server.stop() == 0
            segments[0].write_bytes(whole)
        report = json.loads(p.run("doctor", "--json").stdout)
        assert report["ok"], report
        assert damaged == repeats


def test_flipped_bits_of_a_model_are_named(binary):
    home = pathlib.Path(os.environ.get("HOME", "/")) / ".local/share/anchorage/models/all-MiniLM-L6-v2"
    model = pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", home))
    if not (model / "model.safetensors").is_file():
        raise Skipped("no model is installed")
    rng = random.Random(5)
    with place(binary, model=model.name) as p:
        copy = p.home / "models" / model.name
        shutil.copytree(model, copy)
        p.env["ANCHORAGE_MODELS_DIR"] = str(copy.parent)
        known = ("config.json", "vocab.txt", "tokenizer.json", "1_Pooling/config.json", "modules.json", "model.safetensors")
        for name in known:
            path, bit = copy / name, rng.randrange((copy / name).stat().st_size * 8)
            for turn in ("flipped", "mended"):
                with open(path, "r+b") as f:
                    f.seek(bit // 8)
                    byte = f.read(1)[0]
                    f.seek(bit // 8)
                    f.write(bytes([byte ^ 1 << bit % 8]))
                report = {c["check"]: c for c in json.loads(p.run("doctor", "--json").stdout)["checks"]}
                right = ("wrong", True) if turn == "flipped" else ("ok", False)
                assert (report["model"]["status"], name in report["model"]["detail"]) == right, (name, bit, turn, report["model"])


def test_files_of_a_model_that_are_cut_under_a_server_do_not_end_it(binary):
    """Packed weights are read at the start; of the others rows are read for every text, and their file is named."""
    home = pathlib.Path(os.environ.get("HOME", "/")) / ".local/share/anchorage/models/all-MiniLM-L6-v2"
    model = pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL", home))
    if not (model / "model.safetensors").is_file():
        raise Skipped("no model is installed")
    with place(binary, model=model.name) as p:
        copy = p.home / "models" / model.name
        shutil.copytree(model, copy, ignore=shutil.ignore_patterns("anchorage.*"))
        p.env.update(ANCHORAGE_MODELS_DIR=str(copy.parent), ANCHORAGE_MODEL__PRECISION="f32")
        panels, weights = copy / "anchorage.f32-f32.panels", copy / "model.safetensors"

        def found(question):
            answer = server.post("/v1/search", {"query": question})
            assert answer.status == 200 and [r["document_id"] for r in answer.json["results"]] == ["bees"], answer.body
            return answer.json["results"][0]["scores"]["semantic"]

        server = Server(p)
        server.put_document(id="bees", text="Bees make honey in summer.")
        whole = panels.read_bytes()
        server.stop()
        server = Server(p)  # which reads what the first one packed
        os.truncate(panels, 0)
        assert found("who makes honey") > 0.3
        panels.write_bytes(whole[:len(whole) // 2])
        assert found("when do bees make honey") > 0.3
        os.truncate(weights, 1 << 20)
        assert found("honey in summer") is None
        refused = server.post("/v1/embeddings", {"input": "the hive"})
        assert refused.status >= 500 and "model.safetensors" in refused.json["detail"] and str(p.home) not in refused.json["detail"], refused.body
        told = server.get("/health").json["checks"]["embedder"]
        assert told["status"] != "healthy" and "model.safetensors" in told["detail"] and str(p.home) not in told["detail"], told
        assert server.stop() == 0
        shutil.copyfile(model / "model.safetensors", weights)
        server = Server(p)
        assert found("bees in the summer") > 0.3 and panels.read_bytes() == whole
        assert server.stop() == 0


def object_of(p, text):
    digest = hashlib.sha256(text.encode()).hexdigest()
    return p.data / "raw" / digest[:2] / digest


def expect_left_out(server, texts, path, word):
    """The questions that the others answer are answered, and everybody who asks is told of the one that cannot be read."""
    def names(text):
        return "'m1'" in text and path.name in text and word in text and "put the document again" in text
    question = "What is the gate code of the Tamber yard?"
    found = server.post("/v1/search", {"query": question})
    assert found.status == 200 and [r["document_id"] for r in found.json["results"]] == ["m2"], found.body
    answer = server.post("/v1/chat/query", {"question": question})
    assert answer.status == 200 and "6622" in answer.json["answer"], answer.body
    for got in (found.json, answer.json):
        assert len(got["warnings"]) == 1 and got["warnings"][0]["pointer"] == "" and names(got["warnings"][0]["message"]), got
    raw = server.get("/v1/knowledge/documents/m1/raw")
    assert raw.status == 500 and names(raw.json["detail"]) and str(path.parent) not in raw.json["detail"], raw.body
    exported = server.place.run("export", "--url", f"http://127.0.0.1:{server.port}", "-o", "x.ndjson", "--force")
    assert exported.returncode == 1 and "'m1'" in exported.stderr and word in exported.stderr, exported
    health = server.get("/health").json
    detail = health["checks"]["raw_store"]["detail"]
    assert health["status"] == "degraded" and "'m1' of the collection 'default'" in detail, health
    assert "put the document again" in detail, detail
    turn = server.get("/v1/chat/conversations/yards").json["messages"][0]
    assert turn["withheld"] and turn["answer"] == "" and "5511" not in json.dumps(turn), turn
    assert [(s["document_id"], s["missing"], s["deleted"], s["text"]) for s in turn["sources"]][0] == ("m1", True, False, None), turn
    assert server.post("/v1/chat/query", {"question": "And of the Tamber yard?", "session_id": "yards"}).status == 200
    doctor = json.loads(server.place.run("doctor", "--json").stdout)
    wrong = [c["detail"] for c in doctor["checks"] if c["check"] == "raw store" and c["status"] == "wrong"]
    assert len(wrong) == 1 and path.name in wrong[0] and word in wrong[0], doctor


def test_one_document_that_cannot_be_read_fails_no_question_of_others(binary):
    texts = {"m1": "The gate code of the Quarrel yard is 5511. The keeper is Olive Tarn.",
             "m2": "The gate code of the Tamber yard is 6622. The keeper is Piet Vos."}
    with place(binary) as p:
        server = Server(p)
        for name, text in texts.items():
            assert server.put_document(id=name, text=text).status == 201
        path = object_of(p, texts["m1"])
        said = server.post("/v1/chat/query", {"question": "What is the gate code of the Quarrel yard?", "session_id": "yards"}).json
        assert "5511" in said["answer"], said
        for word, hurt in (("damaged", lambda: flip(path, 5 * 8)), ("missing", path.unlink)):
            hurt()
            expect_left_out(server, texts, path, word)
            assert server.put_document(id="m1", text=texts["m1"]).json["status"] == "updated"
            health = server.get("/health").json
            assert "raw_store" not in health["checks"], health
            assert "5511" in server.get("/v1/chat/conversations/yards").json["messages"][0]["answer"]
            found = server.post("/v1/search", {"query": "gate code", "mode": "keyword"}).json
            assert sorted(r["document_id"] for r in found["results"]) == ["m1", "m2"] and found["warnings"] == [], found
            assert json.loads(p.run("doctor", "--json").stdout)["ok"]
        assert server.stop() == 0

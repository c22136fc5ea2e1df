"""The command line: help, errors, and every command against a running and an embedded server."""
import contextlib
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import threading

from fake_model import FakeModel, hang
from fake_server import FakeServer, as_events, as_json
from harness import ROOT, Server, Skipped, place, seal_catalog, serving, wait_for


def test_configuration_errors_stop_the_start(binary):
    with place(binary) as p:
        (p.home / "anchorage.yaml").write_text("http:\n  port: 8000\nchat:\n  topk: 4\n")
        got = p.run("serve")
        assert got.returncode == 2 and "anchorage.yaml:4" in got.stderr and "top_k" in got.stderr, got.stderr
        (p.home / "anchorage.yaml").write_text("http:\n  port: many\n")
        got = p.run("status")
        assert got.returncode == 2 and "anchorage.yaml:2" in got.stderr and "65535" in got.stderr, got.stderr
        (p.home / "anchorage.yaml").unlink()
        assert "http:" in p.run("serve", "--print-defaults").stdout
        got = p.run("serve", "--port", "0", env={"ANCHORAGE_HTTP__CORS_ORIGINS": "http://localhost:3000,*"})
        assert got.returncode == 2 and "http.cors_origins has '*'" in got.stderr and "ANCHORAGE_API_KEY" in got.stderr, got


def test_one_server_a_data_folder_and_a_port(binary):
    with serving(binary) as s:
        second = s.place.run("serve", "--port", "0")
        assert second.returncode != 0 and str(s.process.pid) in second.stderr, second.stderr
        with place(binary) as p:
            taken = p.run("serve", "--port", str(s.port))
            assert taken.returncode != 0 and str(s.port) in taken.stderr, taken.stderr
        with place(binary) as p:
            outside = p.run("serve", "--listen", "0.0.0.0", "--port", "0")
            assert outside.returncode != 0 and "key" in outside.stderr, outside.stderr


def test_commands_with_and_without_a_server(binary):
    with place(binary) as p:
        docs = p.home / "docs"
        docs.mkdir()
        (docs / "leave.md").write_text("# Leave\n\nFull-time staff get twenty-seven days of annual leave.\n")
        (docs / "tea.txt").write_text("Tea is served at four in the kitchen.\n")
        (docs / "broken.bin").write_bytes(bytes(range(256)) * 8)
        embedded = p.run("ingest", str(docs), "-c", "staff")
        assert "2 documents read" in embedded.stdout, (embedded.stdout, embedded.stderr)
        assert "broken.bin" in embedded.stderr, embedded.stderr
        again = p.run("ingest", str(docs), "-c", "staff", "--json")
        assert json.loads(again.stdout)["processed_documents"] + json.loads(again.stdout)["skipped_documents"] >= 2
        asked = p.run("ask", "How many days of annual leave do full-time staff get?")
        assert asked.returncode == 0 and "twenty-seven" in asked.stdout and "[1]" in asked.stdout, asked
        server = Server(p)
        try:
            asked = p.run("ask", "--json", "When is tea served in the kitchen?")
            answer = json.loads(asked.stdout)
            assert "four" in answer["answer"] and answer["citations"], answer
            found = p.run("search", "-m", "keyword", "annual leave")
            assert "leave.md" in found.stdout or "Leave" in found.stdout, found.stdout
            status = json.loads(p.run("status", "--json").stdout)
            assert status["health"]["status"] == "healthy", status
            assert any(c["name"] == "staff" and c["documents"] == 2 for c in status["collections"]), status
            by_url = p.run("search", "--url", f"http://127.0.0.1:{server.port}", "tea", env={"ANCHORAGE_DATA_DIR": "/nonexistent"})
            assert "Tea" in by_url.stdout, (by_url.stdout, by_url.stderr)
        finally:
            assert server.stop() == 0
        gone = p.run("search", "--url", f"http://127.0.0.1:{server.port}", "tea")
        assert gone.returncode == 4, gone


def test_ask_waits_for_a_server_that_starts(binary):
    with place(binary) as p:
        fake = FakeServer(p.data, "is starting: try again when it is ready")
        try:
            ask = subprocess.Popen([p.binary, "ask", "When", "is", "tea?"], env=p.env, cwd=p.home, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            waits = ask.stderr.readline()
            assert "is starting; waiting for it" in waits, waits
            reading = iter([1, 2, 2])

            def ready():
                read = next(reading, None)
                return as_json({"status": "ok"}) if read is None else as_json(
                    {"status": "the index is being read", "documents_read": read, "documents_total": 3}, 503)

            done = {"answer": "At four.", "citations": [], "model_used": "m", "timings_ms": {"total": 1}}
            fake.listen({"/livez": lambda: as_json({"status": "ok"}), "/readyz": ready,
                         "/v1/chat/stream": lambda: as_events(("sources", {"sources": []}), ("token", {"text": "At four."}),
                                                              ("done", done))})
            out, err = ask.communicate(timeout=60)
            assert ask.returncode == 0 and "At four." in out, (out, err)
            assert "reading the index: 3 of 3" in err, err
            assert next(reading, None) is None and fake.asked[-1] == "/v1/chat/stream", fake.asked
        finally:
            fake.close()


def test_what_commands_say_besides(binary):
    with place(binary) as p:
        docs = p.home / "docs"
        docs.mkdir()
        (docs / "tea.txt").write_text("Tea is served at four in the kitchen.\n")
        defaults = [line for line in p.run("serve", "--print-defaults").stdout.split("\n") if line[:1].isalpha()]
        assert len(defaults) == len(set(defaults)), defaults
        assert ".anchorageignore" in p.run("ingest", "--help").stdout
        server = Server(p)
        try:
            started = json.loads(p.run("ingest", "--no-wait", "--json", str(docs), "-c", "drinks").stdout)
            wait_for("the batch", lambda: server.get(f"/v1/ingest/{started['batch_id']}").json["status"] == "completed")
            found = p.run("search", '"kitchen in four"')
            assert found.returncode == 0 and "tea.txt" in found.stdout and "nothing has the phrase" in found.stderr, found
            assert "phrase" not in p.run("search", '"four in the kitchen"').stderr
            given_up = p.run("ask", 'When is tea served, "kitchen in four"?')
            assert given_up.returncode == 0 and "nothing has the phrase" in given_up.stderr, given_up
            assert "phrase" not in p.run("ask", 'When is tea served, "four in the kitchen"?').stderr
            warned = server.post("/v1/chat/query", {"question": 'When is tea served, "kitchen in four"?'})
            assert [w["pointer"] for w in warned.json["warnings"]] == ["/question"], warned.body
            asked = server.post("/v1/chat/query", {"question": "?"})
            assert asked.status == 200 and asked.json["no_answer"] is True and not asked.json["sources"], asked.body
            nothing = server.post("/v1/chat/query", {"question": "  "})
            assert nothing.status == 400 and nothing.json["errors"][0]["pointer"] == "/question", nothing.body
            tier = server.post("/v1/chat/query", {"question": "When?", "model": "tier:Q2"})
            assert tier.status == 400 and "not available yet" in tier.json["detail"], tier.body
            gone = p.run("collections", "delete", "drinks", "--yes")
            assert gone.returncode == 0 and "deleting drinks (1 documents)" in gone.stderr, gone
            many = p.home / "many"
            many.mkdir()
            for i in range(400):
                (many / f"{i}.txt").write_text(f"The text of number {i}. " * 50)
            batch = json.loads(p.run("ingest", "--no-wait", "--json", str(many)).stdout)["batch_id"]
            cancelled = p.run("batches", "cancel", batch)
            assert cancelled.returncode == 0, cancelled
            before = server.get(f"/v1/ingest/{batch}").json
            replayed = p.run("batches", "replay", "--no-wait", batch)
            assert replayed.returncode == 0, replayed
            rest = f"/v1/ingest/{replayed.stdout.strip()}"
            total = wait_for("what is left", lambda: server.get(rest).json["total_documents"])
            assert total <= 400 and total + before["processed_documents"] >= 400 - 8, (total, before)
            assert server.post(f"{rest}/cancel").status == 200
            sent = server.post("/v1/knowledge/documents/batch", {"documents": [
                {"id": f"d{i}", "text": f"Number {i}. " * 200} for i in range(200)]}).json["batch_id"]
            if p.run("batches", "cancel", sent).returncode == 0:
                replayed = p.run("batches", "replay", sent)
                assert replayed.returncode != 0 and "anchorage ingest PATH" in replayed.stderr, replayed
                assert "send it again" in replayed.stderr, replayed
        finally:
            assert server.stop() == 0


def test_a_pattern_that_chooses_nothing_is_said(binary):
    with place(binary, model="not-installed") as p:
        folder = p.home / "papers"
        folder.mkdir()
        empty = p.run("ingest", str(folder))
        assert empty.returncode == 0 and "nothing in" in empty.stderr and "is a file to read" in empty.stderr, empty
        (folder / "a.txt").write_text("One.")
        none = p.run("ingest", "-g", "*.zzz", str(folder))
        assert none.returncode == 1 and "papers matches '*.zzz'" in none.stderr, none
        some = p.run("ingest", "-g", "*.txt", str(folder))
        assert some.returncode == 0 and "nothing in" not in some.stderr, some


def test_two_folders_do_not_overwrite_each_other(binary):
    with place(binary) as p:
        for folder, text in (("a", "The alder stands by the brook."), ("b", "The beech stands on the hill.")):
            (p.home / folder).mkdir()
            (p.home / folder / "readme.md").write_text(text)
        first = p.run("ingest", "-c", "trees", str(p.home / "a"), str(p.home / "b"))
        assert first.returncode == 0 and '{"time"' not in first.stderr, first.stderr
        again = p.run("ingest", "-c", "trees", "--json", str(p.home / "b"))
        assert json.loads(again.stdout)["skipped_documents"] == 1, again.stdout
        for word in ("alder", "beech"):
            found = json.loads(p.run("search", "--json", "-m", "keyword", word).stdout)["results"]
            assert len(found) == 1 and word in found[0]["text"], (word, found)


def test_a_file_is_one_document_whatever_folder_was_named(binary):
    with serving(binary) as server:
        p = server.place
        folder = p.home / "stale"
        (folder / "sub").mkdir(parents=True)
        code = folder / "sub" / "code.md"
        code.write_text("The alarm code is 4711.")
        for named in (folder, folder / "sub", code):
            assert p.run("ingest", "-c", "stale", str(named)).returncode == 0
        code.write_text("The alarm code is 9902.")
        assert p.run("ingest", "-c", "stale", str(folder / "sub")).returncode == 0
        there = json.loads(p.run("documents", "list", "--json", "-c", "stale").stdout)["items"]
        assert [(d["document_id"], d["version"]) for d in there] == [("sub/code.md", 2)], there
        told = p.run("ask", "-c", "stale", "What is the alarm code?").stdout
        assert "9902" in told and "4711" not in told, told


def test_what_is_read_and_told_of_a_folder(binary):
    with serving(binary) as server:
        p = server.place
        folder = p.home / "lab"
        folder.mkdir()
        towns = "".join(f"Town{i},555-01{i:02}\n" for i in range(1, 15))
        (folder / "depots.csv").write_text(f"City,Phone\n{towns}")
        (folder / "config.json").write_text(json.dumps({
            "pump": {"model": "Watson-Marlow 323", "flow_ml_min": 42, "serial": "WM-99120"},
            "nutrients": [{"name": "phosphate", "dose": 30}, {"name": "nitrate", "dose": 450}],
            "operators": ["L. Ferrari", "N. Okafor"]}))
        chance = random.Random(7)
        for length in (200, 3000, 60000):
            (folder / f"noise{length}.txt").write_bytes(chance.randbytes(length))
        got = json.loads(p.run("ingest", "--json", str(folder)).stdout)
        assert got["processed_documents"] == 2 and got["skipped_documents"] == 3, got
        told = p.run("ask", "What is in rows 1 to 9 of depots.csv?").stdout
        assert "555-0106 … [1]" in told.splitlines()[0], told
        told = p.run("ask", "What is the flow of the pump?").stdout.splitlines()[0]
        assert told.count("flow_ml_min: 42") == 1, told
        told = p.run("ask", "Who are the operators?").stdout.splitlines()[0]
        assert "L. Ferrari, N. Okafor" in told, told


def test_without_a_model_words_still_work(binary):
    with place(binary, model="not-installed") as p:
        server = Server(p)
        try:
            health = server.get("/health").json
            assert health["status"] == "degraded" and "anchorage model pull" in json.dumps(health), health
            assert server.put_document(id="a", text="The lighthouse keeper sleeps by day.").status == 201
            found = server.post("/v1/search", {"query": "lighthouse keeper"}).json
            assert found["results"][0]["document_id"] == "a"
            refused = server.post("/v1/search", {"query": "lighthouse", "mode": "semantic"})
            assert refused.status == 503 and b"model" in refused.body, refused.body
            assert "sleeps by day" in server.post("/v1/chat/query", {"question": "When does the lighthouse keeper sleep?"}).json["answer"]
        finally:
            server.stop()


def test_model_files_that_do_not_fit_are_refused(binary):
    with place(binary) as p:
        folder = p.home / "wrong"
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(b"nonsense")
        got = p.run("model", "pull", "--from", str(folder), "--models-dir", str(p.home / "models"))
        assert got.returncode != 0 and ("model.safetensors" in got.stderr or "config.json" in got.stderr), got.stderr
        assert p.run("model", "list").returncode == 0


def test_a_model_that_was_pulled_says_how_it_runs(binary):
    source = pathlib.Path(os.environ.get("ANCHORAGE_TEST_MODEL",
                                         pathlib.Path.home() / ".local/share/anchorage/models/all-MiniLM-L6-v2"))
    if not source.exists():
        raise Skipped(f"no model in {source}")
    with place(binary) as p:
        models = p.home / "models"
        folder = models / "all-MiniLM-L6-v2"
        got = p.run("model", "pull", "--from", str(source), "--models-dir", str(models), "--set", "model.precision=int8")
        lines = got.stdout.splitlines()
        assert got.returncode == 0 and lines[0] == f"installed in {folder}", got
        assert "6 layers" in lines[1] and "int8 by" in lines[1] and "packed beside it" in lines[1], lines
        found = json.loads((folder / "anchorage.precision.json").read_text())
        assert [f["precision"] for f in found["findings"]] == ["int8"] and found["findings"][0]["worst"] > 0.99, found
        panels, = folder.glob("anchorage.int8-*.panels")
        made = panels.stat().st_mtime_ns
        again = p.run("model", "pull", "--json", "--models-dir", str(models), "--set", "model.precision=int8")
        assert again.returncode == 0 and json.loads(again.stdout) == {"folder": str(folder)}, again
        assert panels.stat().st_mtime_ns == made
        server = Server(p, "--models-dir", str(models), "--set", "model.name=all-MiniLM-L6-v2")
        try:
            listed = next(m for m in server.get("/v1/models").json["data"] if m["id"] == "all-MiniLM-L6-v2")
            assert listed["precision"] in ("f32", "bf16", "int8"), listed
            assert f"{listed['precision']} by" in server.get("/health").json["checks"]["embedder"]["detail"]
        finally:
            server.stop()


def test_a_cross_encoder_is_no_embedding_model(binary):
    name = "bge-reranker-base"
    source = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", "/nowhere")) / "tiny-models" / "cross-encoder-bert"
    if not source.exists():
        raise Skipped(f"no model in {source}")
    with place(binary) as p:
        models = p.home / "models"
        got = p.run("model", "pull", "--from", str(source), name, "--models-dir", str(models))
        assert got.returncode == 0 and "cannot be used" not in got.stderr, got
        assert "cross-encoder of" in got.stdout.splitlines()[1], got
        checks = checks_of(p.run("doctor", "--json", "--models-dir", str(models)))
        assert "other model" not in checks, checks
        assert checks["other reranker"][0] == "ok" and name in checks["other reranker"][1], checks
        checks = checks_of(p.run("doctor", "--json", "--models-dir", str(models), "--set", f"rerank.model={name}"))
        assert "other reranker" not in checks and checks["reranker"][0] == "ok", checks


def test_what_a_model_reaches(binary):
    with place(binary) as p:
        got = p.run("model", "bench", "tiny-bert", "--json")
        assert got.returncode == 0, got
        rows = json.loads(got.stdout)["precisions"]
        assert [r["precision"] for r in rows] == ["f32", "bf16", "int8"], rows
        for r in rows:
            assert r["products_gops"] > 0 and r["ms_per_text"] > 0 and r["texts_per_second"] > 0, r
            assert r["tokens_per_text"] > 100 and r["threads"] >= 1 and r["level"], r
            assert (r["peak_gops"] is None) == (r["products_share"] is None), r
        table = p.run("model", "bench", "tiny-bert").stdout.splitlines()
        assert [line.split()[0] for line in table[2:5]] == ["f32", "bf16", "int8"], table
        absent = p.run("model", "bench", "not-there")
        assert absent.returncode != 0 and "not-there" in absent.stderr, absent


def checks_of(got):
    report = json.loads(got.stdout)
    assert report["ok"] == (got.returncode == 0), report
    return {c["check"]: (c["status"], c["detail"]) for c in report["checks"]}


def test_doctor(binary):
    with place(binary) as p:
        fresh = checks_of(p.run("doctor", "--json"))
        assert fresh["catalog"][0] == "note" and fresh["lock"] == ("ok", "free"), fresh
        assert not p.data.exists()
        named = p.run("doctor", "--data-dir", str(p.home / "absent"))
        assert named.returncode == 1 and "is not there, so that there is nothing to look at" in named.stdout, named.stdout
        (p.home / "file").write_text("no folder")
        nowhere = p.run("doctor", env={"ANCHORAGE_DATA_DIR": str(p.home / "file" / "data")})
        assert nowhere.returncode == 1 and "cannot be made" in nowhere.stdout, nowhere.stdout
        assert not p.data.exists() and not (p.home / "absent").exists()
        server = Server(p)
        try:
            good = checks_of(p.run("doctor", "--json"))
            assert set(good) == {"configuration", "data folder", "disk", "memory", "model", "lock", "catalog", "tracking",
                                 "raw store", "spool", "index", "documents", "language model", "server"}, good
            assert all(status == "ok" for status, _ in good.values()), good
            assert str(server.process.pid) in good["lock"][1] and "sound" in good["catalog"][1], good
            assert "dimensions" in good["model"][1], good
            other = checks_of(p.run("doctor", "--json", "--url", "http://127.0.0.1:9"))
            assert other["other server"][0] == "note" and str(p.data) in other["other server"][1], other
            assert "http://127.0.0.1:9" in other["other server"][1] and other["server"][0] == "ok", other
            os.kill(server.process.pid, signal.SIGSTOP)
            stuck = checks_of(p.run("doctor", "--json"))
            assert stuck["server"][0] == "wrong" and "does not answer" in stuck["server"][1], stuck
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
            server.stop()
        left = sorted(f.name for f in p.data.iterdir())
        lines = p.run("doctor").stdout.splitlines()
        assert sorted(f.name for f in p.data.iterdir()) == left, left  # nobody has it open: nothing is made beside it
        assert len(lines) == 14 and lines[-1].startswith("note   server"), lines
        bad = p.run("doctor", "--set", "model.name=not-installed")
        assert bad.returncode == 1 and "anchorage model pull" in bad.stdout, bad.stdout
        bad = p.run("doctor", "--set", "llm.base_url=http://127.0.0.1:9/v1")
        assert bad.returncode == 1 and "llm.base_url" in bad.stdout, bad.stdout


def test_doctor_finds_what_is_broken(binary):
    with place(binary) as p:
        assert Server(p).stop() == 0
        catalog = p.data / "catalog.db"
        sound = catalog.read_bytes()
        base = sqlite3.connect(catalog)
        base.execute("INSERT INTO schema_migrations VALUES('knowledge', 99, 'from the future', 0)")
        base.commit()
        base.close()
        changed = checks_of(p.run("doctor", "--json"))["catalog"]
        assert changed[0] == "wrong" and "page" in changed[1], changed
        seal_catalog(catalog)
        newer = checks_of(p.run("doctor", "--json"))["catalog"]
        assert newer[0] == "wrong" and "newer version" in newer[1], newer
        page = 4096
        catalog.write_bytes(sound[:page] + b"\xff" * page + sound[2 * page:])
        torn = checks_of(p.run("doctor", "--json"))["catalog"]
        assert torn[0] == "wrong" and "catalog.db" in torn[1], torn
        catalog.write_bytes(b"no catalog at all" * 1000)
        assert checks_of(p.run("doctor", "--json"))["catalog"][0] == "wrong"
        models = p.home / "models"
        shutil.copytree(ROOT / "tests" / "data" / "tiny-bert", models / "tiny-bert")
        weights = models / "tiny-bert" / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-100])
        cut = checks_of(p.run("doctor", "--json", "--models-dir", str(models)))["model"]
        assert cut[0] == "wrong" and "model.safetensors" in cut[1] and "put the files of the model tiny-bert there again" in cut[1], cut
        # a folder under a known name whose files are others
        (models / "tiny-bert").rename(models / "all-MiniLM-L6-v2")
        other = checks_of(p.run("doctor", "--json", "--models-dir", str(models), "--set", "model.name=all-MiniLM-L6-v2"))
        assert other["model"][0] == "wrong" and "expected" in other["model"][1], other


def test_words_that_are_no_text_are_refused(binary):
    with place(binary) as p:
        for args in ((b"ask", b"caf\xe9 ouvert"), (b"search", b"-c", b"caf\xe9", b"x"), (b"ingest", b"--glob=caf\xe9", b".")):
            got = p.run(*args)
            assert got.returncode == 2 and "is not valid UTF-8: '" in got.stderr and "caf\\xe9" in got.stderr, got
        assert "argument 1 " in p.run(b"ask", b"\xff").stderr


def test_a_collection_that_cannot_be_is_one_error(binary):
    with place(binary) as p:
        (p.home / "docs").mkdir()
        for i in range(3):
            (p.home / "docs" / f"{i}.txt").write_text(f"Text {i}.")
        got = p.run("ingest", "-c", "BAD NAME", str(p.home / "docs"), str(p.home / "docs"))
        assert got.returncode == 2 and got.stderr.count("\n") == 1 and '"BAD NAME"' in got.stderr, got.stderr
        assert json.loads(p.run("status", "--json").stdout)["batches"] == []


def test_evaluation_of_a_small_collection(binary):
    with place(binary) as p:
        folder = p.home / "beir"
        folder.mkdir()
        words = ["alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "ivy", "juniper", "katsura", "larch"]
        with open(folder / "corpus.jsonl", "w") as f:
            for i, w in enumerate(words):
                f.write(json.dumps({"_id": f"d{i}", "title": w, "text": f"The {w} grows to {i + 3} metres. It is a tree."}) + "\n")
        with open(folder / "queries.jsonl", "w") as f, open(folder / "qrels.tsv", "w") as q, open(folder / "answers.jsonl", "w") as a:
            q.write("query-id\tcorpus-id\tscore\n")
            for i, w in enumerate(words):
                f.write(json.dumps({"_id": f"q{i}", "text": f"How many metres does the {w} grow?"}) + "\n")
                q.write(f"q{i}\td{i}\t1\n")
                a.write(json.dumps({"_id": f"q{i}", "doc": f"d{i}", "answers": [{"text": f"{i + 3} metres", "start": 0}]}) + "\n")
        run_file, answers = p.home / "run.txt", p.home / "answers.jsonl"
        got = p.run("eval", "--json", "--run", str(run_file), "--answers", str(answers), str(folder))
        assert got.returncode == 0, got.stderr
        result = json.loads(got.stdout)
        assert result["documents"] == 12 and result["queries"] == 12, result
        assert result["modes"]["keyword"]["ndcg@10"] == 1.0, result
        assert set(result["modes"]) == {"keyword", "semantic", "hybrid"}
        assert result["answers"]["asked"] == 12 and result["answers"]["with_gold"] >= 10, result
        assert result["answers"]["citations"] == result["answers"]["citations_true"] > 0, result
        assert len({line.split()[0] for line in run_file.read_text().splitlines()}) == 12
        lines = [json.loads(line) for line in answers.read_text().splitlines()]
        assert len(lines) == 12
        for line in lines:
            for c in line["citations"]:
                assert c["chunk_id"].startswith(c["document_id"] + "."), line
        broken = p.home / "broken"
        shutil.copytree(folder, broken)
        with open(broken / "corpus.jsonl", "a") as f:
            f.write('{"_id": "d99", "text": \n')
        got = p.run("eval", str(broken))
        assert got.returncode == 2 and "corpus.jsonl:13: " in got.stderr, got.stderr
        (broken / "corpus.jsonl").write_text('{"_id": 7, "text": "x"}\n')
        got = p.run("eval", str(broken))
        assert got.returncode == 2 and "corpus.jsonl:1: " in got.stderr and "_id" in got.stderr, got.stderr
        (broken / "corpus.jsonl").write_text('\n{"_id": "%s", "text": "x"}\n' % ("i" * 600))
        got = p.run("eval", str(broken))
        assert got.returncode == 2 and "corpus.jsonl:2: " in got.stderr, got.stderr
        missing = p.run("eval", str(p.home / "nothing"))
        assert missing.returncode == 3, missing


def test_sigterm_lets_requests_finish(binary):
    with place(binary) as p:
        server = Server(p)
        assert server.stop() == 0
        server = Server(p)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=30) in (0, 130)
        assert not list(p.data.glob("*.sock"))
        server.log.close()


def test_a_command_while_a_server_stops_names_it(binary):
    """A server that lets a request finish holds its data folder until then."""
    fake = FakeModel(hang())
    with place(binary) as p:
        server = Server(p, env={"OPENAI_BASE_URL": fake.url(), "OPENAI_API_KEY": "k", "ANCHORAGE_CHAT__RELEVANCE_THRESHOLD": "0.01"})
        assert server.put_document(id="a", text="The lamp is lit at dusk.").status == 201

        def ask():
            with contextlib.suppress(OSError, http.client.HTTPException):
                server.post("/v1/chat/query", {"question": "When is the lamp lit?"})
        asker = threading.Thread(target=ask)
        asker.start()
        wait_for("the model to be asked", lambda: fake.requests)
        server.process.send_signal(signal.SIGTERM)
        wait_for("the end of listening", lambda: not accepts(server))
        got = p.run("search", "lamp")
        assert got.returncode == 1, got
        assert f"held by process {server.process.pid}, which is stopping: try again when it has ended" in got.stderr, got.stderr
        fake.close()
        server.kill()
        asker.join()
        assert p.run("search", "lamp").returncode == 0


def accepts(server):
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
        return True
    except OSError:
        return False


def test_first_start_reads_the_examples(binary):
    with place(binary) as p:
        docs = p.home / "examples"
        docs.mkdir()
        (docs / "history.md").write_text("# History\n\nThe first hive scale was made of a cake tin.\n")
        server = Server(p, "--examples", str(docs))
        try:
            wait_for("the first answer", lambda: any("What to try next" in line for line in server.lines))
            assert any("a cake tin" in line for line in server.lines), server.lines
        finally:
            server.stop()
        again = Server(p, "--examples", str(docs))
        try:
            assert not any("Reading the examples" in line for line in again.lines)
        finally:
            again.stop()


def without_calls(*numbers):
    """For a child before it executes: these system calls are unknown to it, as on an older kernel. None where this
    machine cannot play that."""
    import ctypes
    import platform
    if platform.machine() != "x86_64" or not hasattr(ctypes.CDLL(None), "prctl"):
        return None
    code = [(0x20, 0, 0, 0)]  # load the call's number
    for n in numbers:
        code += [(0x15, 0, 1, n), (0x06, 0, 0, 0x00050000 | 38)]  # equal: ENOSYS
    code.append((0x06, 0, 0, 0x7fff0000))  # else: go on
    raw = b"".join(struct.pack("=HBBI", *c) for c in code)
    libc, buffer = ctypes.CDLL(None, use_errno=True), ctypes.create_string_buffer(raw)
    program = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(buffer)))
    number = ctypes.c_ulong

    def enter(kept=buffer):
        no_more_rights = libc.prctl(38, number(1), number(0), number(0), number(0))
        if no_more_rights != 0 or libc.prctl(22, number(2), number(ctypes.addressof(program))) != 0:
            os._exit(96)
    return enter


def test_a_kernel_without_walls_is_told_and_served(binary):
    landlock, seccomp = 444, 317
    for calls, missing in (((landlock,), "landlock"), ((seccomp,), "seccomp"), ((landlock, seccomp), "landlock and seccomp")):
        enter = without_calls(*calls)
        if enter is None:
            raise Skipped("no older kernel can be played here")
        with place(binary) as p:
            got = subprocess.run([p.binary, "doctor", "--json"], env=p.env, capture_output=True, text=True, timeout=60, preexec_fn=enter)
            if got.returncode == 96:
                raise Skipped("this kernel takes no filter")
            line = checks_of(got)["documents"]
            assert line[0] == "note" and f"no {missing}," in line[1] and "shut in less tightly" in line[1], line

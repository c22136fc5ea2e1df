"""Killed at random instants under a load of everything: what was acknowledged is there, what was not is whole or
absent, what was under way goes on by itself, and the data folder is sound each time."""
import http.client
import json
import random
import re
import signal
import threading
import time
import urllib.parse

from harness import Server, place, wait_for
from oracle import ABSENT, Oracle
from test_batches import fits

KILLS, SEED = 5, 41
DOCS = "/v1/knowledge/documents"
WORDS = "alpha bravo delta echo foxtrot golf hotel india juliet kilo lima".split()
ENDED = ("completed", "failed", "cancelled")
GONE = (OSError, http.client.HTTPException)


def words(rng, n):
    return " ".join(rng.choice(WORDS) for _ in range(n))


class Load:
    """Threads that change everything there is until the server goes away. Names of one life begin with `life`."""

    def __init__(self, server, oracle, folder, life):
        self.server, self.oracle, self.folder, self.life = server, oracle, folder, life
        self.wrong = []
        work = (self.documents, self.documents, self.uploads, self.folders, self.chat, self.settings, self.tables,
                self.restores, self.shelves)
        self.threads = [threading.Thread(target=self.drive, args=(step, n), name=step.__name__)
                        for n, step in enumerate(work)]
        for t in self.threads:
            t.start()

    def drive(self, step, n):
        rng = random.Random(f"{SEED}/{self.life}/{n}")
        try:
            for i in range(10000):
                step(rng, n, i)
        except GONE:
            pass
        except Exception as error:  # told by join, in the thread of the test
            self.wrong.append(error)

    def assert_under_way(self):
        """A server that died by itself, or a thread that found nothing more to do, is no kill under load."""
        assert self.server.process.poll() is None, f"the server died by itself: {self.server.log_text()[-3000:]}"
        if self.wrong:
            raise self.wrong[0]
        ended = [t.name for t in self.threads if not t.is_alive()]
        assert not ended, f"the load ended before the kill: {ended}"

    def join(self):
        for t in self.threads:
            t.join()
        if self.wrong:
            raise self.wrong[0]

    def expect(self, got, *statuses):
        assert got.status in statuses, (got.status, got.body[:400])
        return got

    def documents(self, rng, n, i):
        doc = f"w{n}-{rng.randrange(8)}"
        key, path = ("document", doc), f"{DOCS}/{doc}?collection=notes"
        there = self.oracle.value(key)
        if there is not ABSENT and rng.random() < 0.2:
            self.oracle.begins(key, ABSENT)
            self.expect(self.server.request("DELETE", path), 200, 204)
            self.oracle.answered(key, ABSENT)
            return
        marker = f"marker{self.life}x{n}x{i}"
        fields = {"text": f"{words(rng, 30)}. {marker}. {words(rng, rng.choice((5, 300)))}.", "metadata": {"marker": marker}}
        self.oracle.begins(key, (marker, None))
        if rng.random() < 0.5:
            got = self.server.request("PUT", path, fields)
        else:
            got = self.server.post(DOCS, {"id": doc, "collection": "notes", **fields})
        self.oracle.answered(key, (marker, self.expect(got, 200, 201).json["version"]))

    def uploads(self, rng, n, i):
        """Records in one request; one of them is broken."""
        name, count = f"up{self.life}-{i}", rng.randrange(3, 25)
        body = "".join(json.dumps({"id": f"{name}-{k}", "collection": "sent", "text": f"{name}k{k} {words(rng, 40)}."}) + "\n"
                       for k in range(count)) + "no record\n"
        key = ("batch", name)
        self.oracle.begins(key, ("upload", count, None))
        got = self.server.post(f"{DOCS}/batch", body.encode(), headers={"Content-Type": "application/x-ndjson"})
        self.oracle.answered(key, ("upload", count, self.expect(got, 202).json["batch_id"]))
        time.sleep(rng.uniform(0, 0.1))

    def folders(self, rng, n, i):
        """A folder that is read; some batches are cancelled."""
        name, count = f"dir{self.life}-{i}", rng.randrange(3, 25)
        folder = self.folder / name
        folder.mkdir()
        for k in range(count):
            (folder / f"{name}-{k}.txt").write_text(f"{name}k{k} {words(rng, 60)}.")
        (folder / "broken.txt").write_bytes(bytes(range(256)))
        key = ("batch", name)
        self.oracle.begins(key, ("folder", count, None))
        got = self.server.post("/v1/ingest", {"db_type": "folder", "collection": "read",
                                              "connection_params": {"path": str(folder)}})
        batch_id = self.expect(got, 202).json["batch_id"]
        self.oracle.answered(key, ("folder", count, batch_id))
        time.sleep(rng.uniform(0, 0.1))
        if rng.random() < 0.2:
            self.oracle.begins(key, ("cancelled", count, batch_id))
            if self.expect(self.server.post(f"/v1/ingest/{batch_id}/cancel"), 200, 409).status == 200:
                self.oracle.answered(key, ("cancelled", count, batch_id))
            else:
                self.oracle.refused(key)

    def chat(self, rng, n, i):
        """A turn is saved after its answer: it counts once somebody has seen it."""
        made = self.expect(self.server.post("/v1/chat/conversations", {"title": f"talk {self.life} {i}"}), 201).json
        key = ("conversation", made["id"])
        self.oracle.answered(key, 0)
        for turn in range(1, rng.randrange(2, 4)):
            self.oracle.begins(key, turn)
            self.expect(self.server.post("/v1/chat/query", {"question": f"Where is {rng.choice(WORDS)}?",
                                                            "conversation_id": made["id"]}), 200)
            while len(self.expect(self.server.get(f"/v1/chat/conversations/{made['id']}"), 200).json["messages"]) < turn:
                time.sleep(0.005)
            self.oracle.answered(key, turn)
        if rng.random() < 0.3:
            self.oracle.begins(key, ABSENT)
            self.expect(self.server.request("DELETE", f"/v1/chat/conversations/{made['id']}"), 204)
            self.oracle.answered(key, ABSENT)

    def tables(self, rng, n, i):
        """Tables of which each row is a document; a table sent again has other rows."""
        name = f"table{rng.randrange(3)}.csv"
        key, mark = ("table", name), f"mark{self.life}y{i}"
        rows = [f"{mark}r{k},{words(rng, 12)}" for k in range(rng.randrange(2, 12))]
        folder = self.folder / "tables"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text("code,what\n" + "\n".join(rows) + "\n")
        self.oracle.begins(key, (mark, len(rows)))
        got = self.expect(self.server.post("/v1/ingest?wait=true", {
            "db_type": "folder", "collection": "tables", "rows": "document",
            "connection_params": {"path": str(folder / name)}}), 200).json
        assert got["status"] == "completed", got
        self.oracle.answered(key, (mark, len(rows)))

    def restores(self, rng, n, i):
        """A document of two contents, put and restored by turns."""
        doc = f"r{rng.randrange(3)}"
        key, path = ("restored", doc), f"{DOCS}/{doc}"
        there = self.oracle.value(key)
        if there is ABSENT or rng.random() < 0.3:
            mark = f"back{self.life}z{i}"
            self.oracle.begins(key, mark)
            self.expect(self.server.request("PUT", f"{path}?collection=back", {
                "text": f"{words(rng, 40)}. {mark}.", "metadata": {"marker": mark}}), 200, 201)
            self.oracle.answered(key, mark)
            return
        versions = self.expect(self.server.get(f"{path}/versions?collection=back"), 200).json["items"]
        wanted = rng.choice(versions)
        mark = self.expect(self.server.get(f"{path}?collection=back&version={wanted['version']}"), 200).json["metadata"]["marker"]
        self.oracle.begins(key, mark)
        if self.expect(self.server.post(f"{path}/versions/{wanted['version']}/restore?collection=back"), 200, 404).status == 200:
            self.oracle.answered(key, mark)
        else:  # kept no longer
            self.oracle.refused(key)

    def shelves(self, rng, n, i):
        """Collections that are made, filled and removed."""
        name = f"shelf{rng.randrange(3)}"
        key = ("shelf", name)
        if self.oracle.value(key) is ABSENT:
            self.oracle.begins(key, 0)
            self.expect(self.server.post("/v1/collections", {"name": name}), 201)
            self.oracle.answered(key, 0)
        for k in range(rng.randrange(1, 4)):
            count = self.oracle.value(key) + 1
            self.oracle.begins(key, count)
            self.expect(self.server.post(DOCS, {"id": f"{name}-{count}", "collection": name,
                                                "text": f"{name}k{count} {words(rng, 30)}."}), 201)
            self.oracle.answered(key, count)
        if rng.random() < 0.7:
            self.oracle.begins(key, ABSENT)
            self.expect(self.server.request("DELETE", f"/v1/collections/{name}"), 204)
            self.oracle.answered(key, ABSENT)

    def settings(self, rng, n, i):
        name = rng.choice(("notes", "sent", "read"))
        key = ("settings", name)
        wanted = (f"changed {self.life} {i}", rng.choice((40, 90, 200)))
        self.oracle.begins(key, wanted)
        self.expect(self.server.request("PATCH", f"/v1/collections/{name}", {
            "description": wanted[0], "chunking": {"max_tokens": wanted[1]}}), 200)
        self.oracle.answered(key, wanted)
        time.sleep(rng.uniform(0, 0.15))


def check_document(server, doc, collection, word):
    """Whole: its text, chunks that cut it, and found by its word."""
    text = server.get(f"{DOCS}/{doc}/text?collection={collection}")
    assert text.status == 200 and word in text.body.decode(), (doc, word, text.status, text.body[:200])
    chunks = server.get(f"{DOCS}/{doc}/chunks?collection={collection}&limit=200").json["items"]
    assert chunks and all(text.body[c["start"]:c["end"]].decode() == c["text"] for c in chunks), (doc, chunks)
    if not is_found(server, doc, collection, word):
        raise AssertionError(f"{doc} of {collection} is not found by {word}: {later(server, doc, collection, word)}")


def is_found(server, doc, collection, word, top_k=3):
    found = server.post("/v1/search", {"query": word, "mode": "keyword", "top_k": top_k, "collections": [collection]}).json["results"]
    return any(h["document_id"] == doc for h in found)


def later(server, doc, collection, word):
    """What helps to see why: whether it comes by itself, and how the document and the index are."""
    at_first = {"version": server.get(f"{DOCS}/{doc}?collection={collection}").json.get("version"),
                "among 50": is_found(server, doc, collection, word, 50), "health": server.get("/health").json["checks"]}
    begin = time.monotonic()
    while time.monotonic() - begin < 10 and not is_found(server, doc, collection, word):
        time.sleep(0.01)
    took = time.monotonic() - begin
    seen = [line for line in server.log_text().splitlines() if '"component":"search"' in line or doc in line]
    return (f"found after {took:.2f} s" if took < 10 else "never found", at_first, seen[-20:])


def check_documents(server, oracle):
    def same(allowed, found):  # a change of settings cuts anew, which is a version of the same content
        if allowed is ABSENT or found is ABSENT:
            return allowed is found
        return allowed[0] == found[0] and (allowed[1] or 0) <= found[1]
    for key in oracle.keys():
        kind, doc = key
        if kind != "document":
            continue
        got = server.get(f"{DOCS}/{doc}?collection=notes")
        assert got.status in (200, 404), (doc, got.status, got.body)
        found = (got.json["metadata"]["marker"], got.json["version"]) if got.status == 200 else ABSENT
        oracle.settle(key, found, same)
        if found is not ABSENT:
            check_document(server, doc, "notes", found[0])


def listed(server, collection):
    names, cursor = set(), ""
    while cursor is not None:
        page = server.get(f"{DOCS}?collection={collection}&limit=200{'&cursor=' + cursor if cursor else ''}").json
        names |= {d["document_id"] for d in page["items"]}
        cursor = page["next_cursor"]
    return names


def check_batch(server, name, value, rng, there):
    kind, count, batch_id = value
    batch = wait_for("a batch's end", lambda: (lambda b: b if b["status"] in ENDED else None)(
        fits(server.get(f"/v1/ingest/{batch_id}").json)))
    suffix, collection = ("", "sent") if kind == "upload" else (".txt", "read")
    ids = [f"{name}-{k}{suffix}" for k in range(count)]
    if kind == "cancelled":
        assert batch["status"] == "cancelled", batch
        return
    assert batch["status"] == "completed" and batch["total_documents"] == count + 1, batch
    assert (batch["processed_documents"], batch["skipped_documents"] + batch["failed_documents"]) == (count, 1), batch
    missing = set(ids) - there[collection]
    assert not missing, (batch, missing)
    k = rng.randrange(count)
    wait_for("the index", lambda: server.get(f"/v1/ingest/{batch_id}").json["searchable_documents"] == count)
    check_document(server, ids[k], collection, f"{name}k{k}")


def check_batches(server, oracle, rng):
    everything = {b["batch_id"]: b for b in server.get("/v1/ingest?limit=1000").json["items"]}
    wait_for("the end of all that was under way", lambda: all(
        b["status"] in ENDED for b in server.get("/v1/ingest?limit=1000").json["items"]))
    there = {c: listed(server, c) for c in ("sent", "read")}
    for key in oracle.keys():
        kind, name = key
        if kind != "batch":
            continue
        value, unanswered = oracle.value(key), key in oracle.touched()
        if value is ABSENT:  # sent and not answered: its documents are there or not, each as a whole
            oracle.refused(key)
            continue
        assert value[2] in everything, f"the batch of {name} was acknowledged and is not there"
        if unanswered:  # a cancellation
            status = server.get(f"/v1/ingest/{value[2]}").json["status"]
            oracle.settle(key, ("cancelled" if status == "cancelled" else "folder", *value[1:]))
        check_batch(server, name, oracle.value(key), rng, there)
    for collection, names in there.items():
        for doc in rng.sample(sorted(names), min(5, len(names))):
            check_document(server, doc, collection, doc.removesuffix(".txt").rpartition("-")[0] + "k" +
                           doc.removesuffix(".txt").rpartition("-")[2])


def check_shelf(server, oracle, key, name):
    """There with what it had, or gone with all of it."""
    got = server.get(f"/v1/collections/{name}")
    assert got.status in (200, 404), (name, got.status, got.body)
    names = listed(server, name) if got.status == 200 else set()
    oracle.settle(key, len(names) if got.status == 200 else ABSENT)
    assert names == {f"{name}-{k}" for k in range(1, len(names) + 1)}, names
    found = server.post("/v1/search", {"query": f"{name}k1", "mode": "keyword", "top_k": 20}).json["results"]
    assert any(h["collection"] == name for h in found) == (len(names) > 0), (name, names, found)
    for doc in names:
        check_document(server, doc, name, doc.replace("-", "k"))


def check_tables(server, oracle):
    """Rows of one sending and of no other: all of them, once the batches that were under way have ended."""
    for key in oracle.keys():
        kind, name = key
        if kind != "table":
            continue
        rows = [d for d in listed(server, "tables") if d != name and d.startswith(name)]
        marks = set()
        for doc in rows:
            text = server.get(f"{DOCS}/{urllib.parse.quote(doc, safe='')}/text?collection=tables").body.decode()
            marks.add(re.search(r"mark\d+y\d+", text).group(0))
        assert len(marks) <= 1, (name, marks, rows)
        oracle.settle(key, (marks.pop(), len(rows)) if rows else ABSENT)


def check_the_rest(server, oracle):
    for key in oracle.keys():
        kind, name = key
        if kind == "conversation":
            got = server.get(f"/v1/chat/conversations/{name}")
            assert got.status in (200, 404), (name, got.status)
            oracle.settle(key, len(got.json["messages"]) if got.status == 200 else ABSENT)
        elif kind == "settings":
            got = server.get(f"/v1/collections/{name}").json
            oracle.settle(key, (got["description"], got["chunking"]["max_tokens"]))
        elif kind == "shelf":
            check_shelf(server, oracle, key, name)
        elif kind == "restored":
            got = server.get(f"{DOCS}/{name}?collection=back")
            assert got.status in (200, 404), (name, got.status, got.body)
            oracle.settle(key, got.json["metadata"]["marker"] if got.status == 200 else ABSENT)
            if got.status == 200:
                check_document(server, name, "back", got.json["metadata"]["marker"])
    for c in server.get("/v1/collections").json["items"]:
        assert c["documents"] == len(listed(server, c["name"])), c


def check_folder(p, moment):
    report = json.loads(p.run("doctor", "--json").stdout)
    wrong = [c for c in report["checks"] if c["status"] == "wrong"]
    assert not wrong, f"{moment}: {wrong}"


def start(p):
    server = Server(p, env={"ANCHORAGE_KNOWLEDGE__KEEP_VERSIONS": "3"})
    wait_for("readiness", lambda: server.get("/readyz").status == 200)
    return server


def forget_ended(oracle):
    """Batches of earlier lives were checked; their documents stay under watch by the listing's counts."""
    for key in oracle.keys():
        if key[0] == "batch":
            del oracle.known[key]


def test_kills_at_random_instants(binary, repeats=KILLS):
    rng, oracle = random.Random(SEED), Oracle()
    acknowledged, seen = 0, set()
    with place(binary) as p:
        server = start(p)
        for name in ("notes", "sent", "read", "tables", "back"):
            made = server.post("/v1/collections", {"name": name})
            assert made.status == 201, made.body
            oracle.answered(("settings", name), (made.json["description"], made.json["chunking"]["max_tokens"]))
        for life in range(repeats):
            load = Load(server, oracle, p.home, life)
            time.sleep(rng.uniform(0.1, 1.2))
            load.assert_under_way()
            server.kill()
            assert server.process.returncode == -signal.SIGKILL, server.process.returncode
            load.join()
            acknowledged += len(oracle.keys()) - len(oracle.touched())
            check_folder(p, f"after kill {life} of seed {SEED}")
            server = start(p)
            try:
                check_documents(server, oracle)
                check_batches(server, oracle, rng)
                check_tables(server, oracle)
                check_the_rest(server, oracle)
            except AssertionError as error:
                raise AssertionError(f"kill {life} of seed {SEED}: {error}\n{server.log_text()[-3000:]}") from error
            seen |= {key[0] for key in oracle.keys() if oracle.value(key) is not ABSENT}
            forget_ended(oracle)
        assert server.stop() == 0
        check_folder(p, "after the end")
    assert seen == {"document", "batch", "conversation", "settings", "table", "restored", "shelf"}, seen
    assert acknowledged > 10 * repeats, f"{acknowledged} things acknowledged: the test saw too little"

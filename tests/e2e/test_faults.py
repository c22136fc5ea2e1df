"""The disk fails under a whole server, call after call: while documents come, change and go, batches are read, people
ask, and while it starts and ends. What was acknowledged is there, nothing is half, what failed says so in words and
with the right status, reading goes on, the process lives, and all is well again by itself once the disk is."""
import errno
import json
import random
import shutil
import time
import urllib.parse

from faults import CHANGES, FROM_THEN_ON, LOOK, NAME, ONCE, OPEN, READ, REMOVE, SYNC, WRITE, Faults, name_of
from harness import Server, place, wait_for
from oracle import ABSENT, Oracle
from test_crashes import listed
from test_interface import multipart

DOCS = "/v1/knowledge/documents"
ENDED = ("completed", "failed", "cancelled")
CALLS_MAX = 2000
LIFE = 30  # faults between two starts
SAMPLE = 2  # calls of each step and row that ./test tries
# error, kinds of calls, once or from then on
ROWS = ((errno.EIO, OPEN | WRITE | NAME | REMOVE, ONCE),
        (errno.EIO, SYNC, ONCE),
        (errno.EIO, READ | LOOK, ONCE),
        (errno.ENOSPC, OPEN | WRITE | SYNC | NAME, ONCE),
        (errno.EMFILE, OPEN | LOOK, ONCE),
        (errno.EIO, CHANGES & ~SYNC, FROM_THEN_ON),
        (errno.ENOSPC, OPEN | WRITE | NAME, FROM_THEN_ON))


def text_of(word, more=0):
    return f"# About {word}\n\nThe {word} stands by the harbour.\n\n" + "".join(
        f"Sentence {k} of {word} speaks of ropes and tar.\n\n" for k in range(more))


class Tale:
    """One server over a failing disk, and what it has acknowledged."""

    def __init__(self, place, row):
        self.place, self.oracle, self.faults = place, Oracle(), Faults(place)
        self.error, self.kinds, self.mode = row
        self.checked = set()  # keys that were looked at since they changed
        self.server = None
        self.start()
        assert self.server.post("/v1/collections", {"name": "c"}).status == 201
        self.must(self.put("base", "basalt"), 201)
        self.must(self.server.post("/v1/chat/conversations", {"title": "talk"}), 201)

    def start(self):
        self.server = Server(self.place, env=self.faults.env)
        wait_for("readiness", lambda: self.server.get("/readyz").status == 200)

    def put(self, doc, word, method="POST", more=0):
        fields = {"collection": "c", "text": text_of(word, more), "content_type": "text/markdown", "metadata": {"word": word}}
        if method == "PUT":
            return self.server.request("PUT", f"{DOCS}/{doc}?collection=c", fields | {"id": doc})
        return self.server.post(DOCS, fields | {"id": doc})

    def must(self, got, *statuses):
        assert got.status in statuses, (got.status, got.body[:500])
        return got

    # ---- what a failure looks like

    def check_failure(self, got):
        assert self.faults.failed > 0 or self.stopped(), (got.status, got.body[:500])
        allowed = (507,) if self.error == errno.ENOSPC else (503,)
        assert got.status in allowed, (got.status, got.body[:500])
        assert got.headers["content-type"].startswith("application/problem+json"), got.headers
        assert "retry-after" in got.headers, got.headers
        assert len(got.json["detail"]) > 15 and "SELECT" not in got.json["detail"], got.json

    def change(self, key, after, send, *ok):
        """Whether what `send` asks for was acknowledged."""
        self.checked.discard(key)
        self.oracle.begins(key, after)
        got = send()
        if got.status in ok:
            self.oracle.answered(key, after)
            return got
        self.check_failure(got)
        return None

    # ---- looking

    def document(self, doc):
        got = self.server.get(f"{DOCS}/{doc}?collection=c")
        if got.status == 404:
            return ABSENT
        word = self.must(got, 200).json["metadata"]["word"]
        text = self.must(self.server.get(f"{DOCS}/{doc}/text?collection=c"), 200).body
        assert word in text.decode(), (doc, word, text[:100])
        chunks = self.must(self.server.get(f"{DOCS}/{doc}/chunks?collection=c&limit=200"), 200).json["items"]
        assert chunks and all(text[c["start"]:c["end"]].decode() == c["text"] for c in chunks), (doc, chunks)
        raw = self.must(self.server.get(f"{DOCS}/{doc}/raw?collection=c"), 200).body
        assert word in raw.decode(), (doc, word, raw[:100])

        def found():
            hits = self.server.post("/v1/search", {"query": word, "mode": "keyword", "top_k": 5, "collections": ["c"]}).json["results"]
            return doc in [h["document_id"] for h in hits]
        wait_for(f"{doc} in the index", found, 10)
        return word

    def look(self, key):
        kind, name = key
        if kind == "document":
            return self.document(name)
        if kind == "conversation":
            got = self.must(self.server.get(f"/v1/chat/conversations/{name}"), 200, 404)
            return len(got.json["messages"]) if got.status == 200 else ABSENT
        if kind == "collection":
            got = self.must(self.server.get(f"/v1/collections/{name}"), 200, 404)
            return got.json["description"] if got.status == 200 else ABSENT
        raise AssertionError(key)

    def check(self, everything=False):
        """What the last step touched; `everything`: all that this server was asked for."""
        for key in self.oracle.keys():
            if everything or key not in self.checked:
                self.oracle.settle(key, self.look(key))
                self.checked.add(key)
        there = listed(self.server, "c")
        counted = self.server.get("/v1/collections/c").json["documents"]
        assert len(there) == counted, (counted, sorted(there))

    def reads_go_on(self):
        """While nothing can be written."""
        assert self.server.get("/livez").status == 200
        assert self.server.get("/health").status in (200, 503)
        assert "basalt" in self.must(self.server.get(f"{DOCS}/base/text?collection=c"), 200).body.decode()
        hits = self.must(self.server.post("/v1/search", {"query": "basalt", "mode": "keyword"}), 200).json["results"]
        assert hits and hits[0]["document_id"] == "base", hits
        asked = self.must(self.server.post("/v1/chat/query", {"question": "Where does the basalt stand?"}), 200)
        assert "harbour" in asked.json["answer"], asked.json

    def stopped(self):
        checks = self.server.get("/health").json["checks"]
        return "restart" in checks["database"].get("detail", "")

    # ---- afterwards

    def recover(self):
        """By itself, except that a sync which failed ends the writing until the next start."""
        assert self.server.process.poll() is None, f"the server died: {self.server.log_text()[-3000:]}"
        if self.stopped():
            assert self.kinds & SYNC and self.error == errno.EIO and self.faults.call in ("fsync", "fdatasync"), self.faults.told()
            self.reads_go_on()
            assert self.server.get("/health").status == 503
            self.again()
        wait_for("a document to be taken again", lambda: self.put("probe", f"probe{time.monotonic_ns()}").status in (200, 201), 10)
        assert self.server.get("/health").json["checks"]["database"]["status"] == "healthy"
        self.check()

    def again(self):
        """The next start finds the same."""
        assert self.server.stop() == 0, self.server.log_text()[-3000:]
        report = json.loads(self.place.run("doctor", "--json").stdout)
        assert not [c for c in report["checks"] if c["status"] == "wrong"], report
        self.start()
        self.check(everything=True)

    # ---- batches

    def batch_end(self, batch_id):
        def look():
            b = self.must(self.server.get(f"/v1/ingest/{batch_id}"), 200).json
            return b if b["status"] in ENDED else None
        return wait_for("the end of a batch", look, 30)

    def batch_goes_on(self, batch_id):
        """While the disk fails for good, or after the end of the writing, a batch waits; else it ends."""
        if self.mode == FROM_THEN_ON:
            time.sleep(0.1)
            return
        wait_for("the end of a batch", lambda: self.stopped() or self.server.get(f"/v1/ingest/{batch_id}").json.get("status") in ENDED, 30)

    def check_batch(self, batch_id, docs):
        """Each of its documents is there as a whole, or a dead letter that says why and can be replayed."""
        batch = self.batch_end(batch_id)
        letters = self.server.get(f"/v1/dead-letters?batch_id={batch_id}").json["items"]
        assert batch["total_documents"] == len(docs), (batch, letters)
        assert batch["processed_documents"] + batch["failed_documents"] == len(docs), (batch, letters)
        assert len(letters) == batch["failed_documents"], (batch, letters)
        for letter in letters:
            assert len(letter["reason"]) > 15, letter
            again = self.must(self.server.post(f"/v1/dead-letters/{letter['id']}/replay"), 202).json
            assert self.batch_end(again["batch_id"])["processed_documents"] == 1, letter
        for doc, word in docs.items():
            self.checked.discard(("document", doc))
            self.oracle.answered(("document", doc), word)


# A step makes ready, yields, does one thing while the disk fails, yields, and looks at it when the disk is well again.

def new_document(t, tag):
    yield
    t.change(("document", f"new-{tag}"), f"new{tag}", lambda: t.put(f"new-{tag}", f"new{tag}", more=60), 201)
    yield


def next_version(t, tag):
    key = ("document", f"over-{tag}")
    t.change(key, f"first{tag}", lambda: t.put(key[1], f"first{tag}"), 201)
    yield
    t.change(key, f"second{tag}", lambda: t.put(key[1], f"second{tag}", method="PUT"), 200)
    yield


def restoring(t, tag):
    key = ("document", f"back-{tag}")
    t.change(key, f"old{tag}", lambda: t.put(key[1], f"old{tag}"), 201)
    t.change(key, f"young{tag}", lambda: t.put(key[1], f"young{tag}"), 200)
    yield
    t.change(key, f"old{tag}", lambda: t.server.post(f"{DOCS}/{key[1]}/versions/1/restore?collection=c"), 200)
    yield


def deletion(t, tag):
    key = ("document", f"gone-{tag}")
    t.change(key, f"gone{tag}", lambda: t.put(key[1], f"gone{tag}"), 201)
    yield
    t.change(key, ABSENT, lambda: t.server.request("DELETE", f"{DOCS}/{key[1]}?collection=c"), 200, 204)
    yield


def uploaded_file(t, tag):
    """A form with a file too large for memory alone: it is spooled on its way."""
    key, word = ("document", f"file-{tag}"), f"file{tag}"
    page = f"<html><body><h1>{word}</h1><p>{word} is moored.</p>{'<!-- ropes and tar -->' * 60000}</body></html>".encode()
    body, headers = multipart({"collection": "c", "id": key[1], "metadata": json.dumps({"word": word})}, "page.html", page)
    yield
    t.change(key, word, lambda: t.server.post(DOCS, body, headers=headers), 201)
    yield


def mail(t, tag):
    """What is attached becomes a document of its own. A mail that failed takes it back, at once or by the sweep where
    the disk goes on failing; sent again it is whole."""
    key, word = ("document", f"mail-{tag}"), f"mail{tag}"
    text = (f"From: a@b.example\r\nTo: c@d.example\r\nSubject: {word}\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\n{word} is here.\r\n"
            f"--q\r\nContent-Type: text/plain; name=\"note.txt\"\r\nContent-Disposition: attachment; filename=\"note.txt\"\r\n\r\n"
            f"A note of {word}.\r\n--q--\r\n")
    fields = {"id": key[1], "collection": "m", "text": text, "content_type": "message/rfc822"}
    yield
    got = t.server.post(DOCS, fields)
    if got.status != 201:
        t.check_failure(got)
    yield
    there = listed(t.server, "m") if t.server.get("/v1/collections/m").status == 200 else set()
    mine = {d for d in there if d.startswith(key[1])}
    if got.status == 201:
        assert len(mine) == 2, mine
    elif t.mode == ONCE:
        assert len(mine) in (0, 2) or t.faults.call in ("unlink", "fsync", "fdatasync"), (t.faults.told(), mine)
    t.must(t.server.post(DOCS, fields), 200, 201)
    mine = {d for d in listed(t.server, "m") if d.startswith(key[1])}
    assert len(mine) == 2, mine
    for doc in mine:
        body = t.must(t.server.get(f"{DOCS}/{urllib.parse.quote(doc, safe='')}/text?collection=m"), 200).body
        assert word in body.decode(), (doc, body)


def records(t, tag):
    docs = {f"r{k}-{tag}": f"record{k}x{tag}" for k in range(3)}
    body = "".join(json.dumps({"id": d, "collection": "c", "text": text_of(w), "metadata": {"word": w}}) + "\n" for d, w in docs.items())
    yield
    got = t.server.post(f"{DOCS}/batch", body.encode(), headers={"Content-Type": "application/x-ndjson"})
    if got.status == 202:
        t.batch_goes_on(got.json["batch_id"])
    else:
        t.check_failure(got)
        for doc, word in docs.items():
            t.oracle.begins(("document", doc), word)
    yield
    if got.status == 202:
        t.check_batch(got.json["batch_id"], docs)
    else:
        wait_for("what came of it", lambda: all(b["status"] in ENDED for b in t.server.get("/v1/ingest?limit=1000").json["items"]), 30)


def folder(t, tag):
    path = t.place.home / f"folder-{tag}"
    path.mkdir()
    names = [f"f{k}-{tag}.md" for k in range(2)]
    for name in names:
        (path / name).write_text(text_of(f"leaf{name[1]}x{tag}"))
    yield
    got = t.server.post("/v1/ingest", {"db_type": "folder", "collection": "f", "connection_params": {"path": str(path)}})
    if got.status == 202:
        t.batch_goes_on(got.json["batch_id"])
    else:
        t.check_failure(got)
    yield
    if got.status == 202:
        t.check_batch(got.json["batch_id"], dict.fromkeys(names))
        for name in names:
            t.oracle.forget(("document", name))
            text = t.must(t.server.get(f"{DOCS}/{name}/text?collection=f"), 200).body.decode()
            assert f"leaf{name[1]}x{tag}" in text, text


def collection(t, tag):
    key = ("collection", f"k{tag}".replace(".", "-"))
    yield
    made = t.change(key, "made", lambda: t.server.post("/v1/collections", {"name": key[1], "description": "made"}), 201)
    if made is not None:
        t.change(key, ABSENT, lambda: t.server.request("DELETE", f"/v1/collections/{key[1]}"), 200, 204)
    yield


def settings(t, tag):
    """Chunking that changes has every document of a collection cut anew, in the background."""
    t.change(("document", "long"), "long", lambda: t.put("long", "long", more=40), 200, 201)
    tokens = 90 if t.server.get("/v1/collections/c").json["chunking"]["max_tokens"] == 40 else 40

    def is_cut():
        c = t.server.get("/v1/collections/c")
        return c.status == 200 and c.json["outdated_documents"] == 0
    yield
    got = t.server.request("PATCH", "/v1/collections/c", {"description": f"d{tag}", "chunking": {"max_tokens": tokens}})
    if got.status != 200:
        t.check_failure(got)
    elif t.mode == ONCE:
        wait_for("the cutting", lambda: is_cut() or t.stopped(), 30)
    yield
    if got.status == 200:
        wait_for("the cutting", is_cut, 30)
        now = t.server.get("/v1/collections/c").json
        assert (now["description"], now["chunking"]["max_tokens"]) == (f"d{tag}", tokens), now
        assert now["recut_failed_documents"] == 0, now
        chunks = t.server.get(f"{DOCS}/long/chunks?collection=c&limit=200").json["items"]
        assert (len(chunks) > 20) == (tokens == 40), (tokens, len(chunks))


def talk(t, tag):
    """A turn is saved after its answer: it is there, or the answer is all there was."""
    yield
    got = t.server.post("/v1/chat/conversations", {"title": f"talk {tag}"})
    if got.status != 201:
        t.check_failure(got)
        yield
        return
    key = ("conversation", got.json["id"])
    t.oracle.answered(key, 0)
    t.oracle.begins(key, 1)
    asked = t.server.post("/v1/chat/query", {"question": "Where does the basalt stand?", "conversation_id": key[1]})
    if asked.status != 200:
        t.check_failure(asked)
    yield


def asking(t, tag):
    """What is only read."""
    yield
    for send in (lambda: t.server.post("/v1/search", {"query": f"basalt {tag}"}),
                 lambda: t.server.get(f"{DOCS}/base?collection=c"), lambda: t.server.get(f"{DOCS}/base/text?collection=c"),
                 lambda: t.server.get(f"{DOCS}/base/raw?collection=c"), lambda: t.server.get(f"{DOCS}?collection=c"),
                 lambda: t.server.get("/v1/knowledge/stats"), lambda: t.server.get("/v1/ingest"),
                 lambda: t.server.post("/v1/chat/query", {"question": f"Where does the basalt stand, {tag}?"})):
        got = send()
        if got.status != 200:
            t.check_failure(got)
    yield


STEPS = (new_document, uploaded_file, mail, next_version, restoring, deletion, records, folder, collection, settings, talk, asking)


def calls_of(t, step, tag):
    """How many calls of the row's kinds the step makes when nothing fails."""
    run = step(t, tag)
    next(run)
    t.faults.count(t.kinds)
    next(run)
    seen = t.faults.seen
    for _ in run:
        pass
    return seen


def one_fault(t, step, tag, after):
    """Whether the call came."""
    run = step(t, tag)
    next(run)
    t.faults.arm(after, t.error, t.kinds, t.mode)
    next(run)
    hit = t.faults.failed > 0
    if hit and t.mode == FROM_THEN_ON:
        t.reads_go_on()
    t.faults.lift()
    assert t.server.process.poll() is None, f"the server died: {t.server.log_text()[-3000:]}"
    if t.stopped():
        t.recover()
    for _ in run:
        pass
    t.recover()
    return hit


def story(binary, row, steps, everything, rng):
    tried = 0
    error, kinds, mode = row
    with place(binary) as p:
        t = Tale(p, row)
        for step in steps:
            n = calls_of(t, step, f"{step.__name__}.counted")
            chosen = range(CALLS_MAX) if everything else sorted(rng.sample(range(n), min(SAMPLE, n)))
            for after in chosen:
                told = f"{name_of(error)} {'once' if mode == ONCE else 'from then on'}, {step.__name__}, call {after} of about {n}"
                try:
                    hit = one_fault(t, step, f"{step.__name__}.{after}", after)
                except Exception as problem:
                    raise AssertionError(f"{told}: {t.faults.told()}: {problem}\n{t.server.log_text()[-3000:]}") from problem
                tried += hit
                if tried % LIFE == LIFE - 1:
                    t.again()
                if everything and not hit and after >= n:
                    break
        t.again()
        assert t.server.stop() == 0
    return tried


def test_every_call_to_the_disk_fails(binary, everything=False):
    rng, tried = random.Random(11), 0
    for row in ROWS:
        tried += story(binary, row, STEPS, everything, rng)
    print(f"        ({tried} calls failed)")
    assert tried > 100, tried


# ---- starting and ending

def filled(p):
    """A place whose data folder has something in it: of a server that ended, and of one that was killed."""
    server = Server(p)
    assert server.put_document(id="base", text=text_of("basalt")).status == 201
    assert server.stop() == 0
    server = Server(p)
    assert server.put_document(id="late", text=text_of("slate")).status == 201
    server.kill()


def check_filled(p):
    server = Server(p)
    wait_for("readiness", lambda: server.get("/readyz").status == 200)
    for doc, word in (("base", "basalt"), ("late", "slate")):
        assert word in server.get(f"{DOCS}/{doc}/text").body.decode()
        hits = server.post("/v1/search", {"query": word, "mode": "keyword"}).json["results"]
        assert hits and hits[0]["document_id"] == doc, hits
    assert server.stop() == 0
    report = json.loads(p.run("doctor", "--json").stdout)
    assert not [c for c in report["checks"] if c["status"] == "wrong"], report


def one_start(p, faults, after, error, kinds):
    """It serves, or ends with a line that says why; whether the call came, and how many there were."""
    faults.arm(after, error, kinds)
    log = p.home / "server.log"
    log.write_bytes(b"")
    try:
        server = Server(p, env=faults.env)
    except AssertionError:
        last = log.read_text().splitlines()[-1]
        assert last.startswith("anchorage: ") and len(last) > 40 and str(p.data) in last, last
        return faults.failed > 0, faults.seen
    try:
        wait_for("readiness", lambda: server.get("/readyz").status == 200, 20)
        assert server.get(f"{DOCS}/base/text").status == 200
    finally:
        code = server.stop()
    assert code == 0, (code, server.log_text()[-2000:])
    return faults.failed > 0, faults.seen


def starts(binary, filled_data, row, everything, rng):
    error, kinds, _ = row
    n, tried, after = None, 0, iter(())
    while n is None or (chosen := next(after, None)) is not None:
        with place(binary) as p:
            shutil.copytree(filled_data, p.data, ignore=shutil.ignore_patterns("*.sock"))
            faults = Faults(p)
            if n is None:  # the first start counts
                n = one_start(p, faults, CALLS_MAX, error, kinds)[1]
                after = iter(range(n) if everything else rng.sample(range(n), min(SAMPLE, n)))
                continue
            try:
                tried += one_start(p, faults, chosen, error, kinds)[0]
                faults.lift()
                check_filled(p)
            except Exception as problem:
                raise AssertionError(f"{name_of(error)}, call {chosen} of about {n}: {faults.told()}: {problem}\n"
                                     f"{(p.home / 'server.log').read_text()[-3000:]}") from problem
    return tried


def test_every_call_of_a_start_and_an_end_fails(binary, everything=False):
    rng, tried = random.Random(12), 0
    with place(binary) as origin:
        filled(origin)
        for row in ROWS:
            if row[2] == ONCE:
                tried += starts(binary, origin.data, row, everything, rng)
    print(f"        ({tried} calls failed)")
    assert tried > 5, tried

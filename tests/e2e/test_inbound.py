"""Events of other services, sent by redis-cli to a real Redis and by kcat to a real Kafka: what each brings about is
seen over HTTP, once, whatever comes again, too late, broken, or between two lives of the server; what does not fit lies
among the dead letters."""
import contextlib
import http.server
import json
import pathlib
import random
import re
import subprocess
import sys
import threading
import time
import uuid

from announced import put
from harness import Server, Skipped, place, wait_for
from test_events import Stream

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support" / "servers"))
from kafka import Absent, Kafka  # noqa: E402
from redis import Redis  # noqa: E402

KILLS, SEED = 5, 47
DOCS = "/v1/knowledge/documents"
MIB = 1 << 20


def redis():
    if not Redis.is_here():
        raise Skipped("there is no redis-server here")
    return Redis()


def bus(r, **more):
    return {"ANCHORAGE_BUS__REDIS__URL": r.url, **more}


def envelope(kind, payload, at="2026-03-01T12:00:00.000Z", **more):
    return {"id": str(uuid.uuid4()), "event_type": kind, "timestamp": at, "payload": payload,
            "metadata": {"component": "shop"}, **more}


def send(r, kind, event):
    """As a service would: the envelope in a field of an entry of the type's stream."""
    text = event if isinstance(event, str) else json.dumps(event)
    out = r._run("-x", "XADD", f"events:{kind}", "*", "envelope", stdin=text)
    assert out.returncode == 0 and "-" in out.stdout, (out.stdout, out.stderr)


def upload(document, content, **more):
    at = {"at": more.pop("at")} if "at" in more else {}
    return envelope("document.uploaded", {"document_id": document, "content": content, **more}, **at)


def all_done(r, kind):
    """Every entry of the type's stream was handed out and is finished."""
    def look():
        groups = r.cli("XINFO", "GROUPS", f"events:{kind}")
        group = dict(zip(groups[0][::2], groups[0][1::2])) if isinstance(groups[0], list) else groups[0]
        last = r.cli("XREVRANGE", f"events:{kind}", "+", "-", "COUNT", "1")[0][0]
        return int(group["pending"]) == 0 and group["last-delivered-id"] == last
    return wait_for(f"the entries of {kind}", look)


def letters(r):
    return [fields for _, fields in r.entries("events.dlq")]


def found(server, query, collection="default"):
    answer = server.post("/v1/search", {"query": query, "collections": [collection]})
    return [h["document_id"] for h in answer.json["results"]] if answer.status == 200 else []


def document(server, name, collection="default"):
    return server.get(f"{DOCS}/{name}?collection={collection}")


def counted(server):
    """{result: n} of the metric."""
    lines = server.get("/metrics").body.decode().splitlines()
    return {line.split('"')[1]: int(line.split()[-1]) for line in lines
            if line.startswith("anchorage_inbound_events_total{")}


# ---- what they bring about ----

def test_inbound_document_is_found_and_cited(binary):
    with redis() as r, place(binary) as p:
        r.start()
        server = Server(p, env=bus(r))
        send(r, "document.uploaded", upload("depths", "The basin of Rockhaven is nine metres deep at low tide.",
                                            title="Depths", metadata={"year": 2026}))
        wait_for("the document", lambda: "depths" in found(server, "basin of Rockhaven"))
        seen = document(server, "depths").json
        assert (seen["title"], seen["metadata"], seen["source"]) == ("Depths", {"year": 2026}, "event"), seen
        answer = server.post("/v1/chat/query", {"question": "How deep is the basin of Rockhaven?"}).json
        assert "nine metres" in answer["answer"] and answer["citations"], answer
        assert answer["sources"][answer["citations"][0]["marker"] - 1]["document_id"] == "depths"
        wait_for("the count", lambda: counted(server).get("new") == 1)
        assert letters(r) == []
        assert server.stop() == 0


def test_inbound_entry_answers_a_question(binary):
    with redis() as r, place(binary) as p:
        r.start()
        server = Server(p, env=bus(r))
        entry = {"entry_id": "E-17", "date": "2026-02-28", "label": "Office chairs", "amount": 1249.5,
                 "account": "606100", "cost_centre": "North"}
        send(r, "accounting.entry.created", envelope("accounting.entry.created", entry))
        wait_for("the entry", lambda: "E-17" in found(server, "office chairs", "accounting"))
        seen = document(server, "E-17", "accounting").json
        assert seen["title"] == "Office chairs" and seen["metadata"] == entry, seen
        text = server.get(f"{DOCS}/E-17/text?collection=accounting").body.decode()
        assert text.strip().splitlines()[0] == "Accounting entry: E-17" and "Cost centre: North" in text, text
        answer = server.post("/v1/chat/query", {"question": "What is the amount of the office chairs?",
                                                "collections": ["accounting"]}).json
        assert "1249.5" in answer["answer"] and answer["citations"], answer
        assert server.stop() == 0


def test_inbound_fields_of_an_entry_are_the_payload(binary):
    with redis() as r, place(binary) as p:
        r.start()
        server = Server(p, env=bus(r))
        r.cli("XADD", "events:accounting.entry.created", "*", "entry_id", "E-18", "label", "Paint", "amount", "12")
        wait_for("the entry", lambda: "E-18" in found(server, "paint", "accounting"))
        assert document(server, "E-18", "accounting").json["metadata"]["amount"] == 12
        assert server.stop() == 0


def test_inbound_user_is_known_and_forgotten(binary):
    with redis() as r, place(binary) as p:
        r.start()
        server = Server(p, env=bus(r))
        told = envelope("user.created", {"user_id": "u-42", "username": "Ada", "groups": ["sales", "north"]})
        send(r, "user.created", told)
        all_done(r, "user.created")
        erased = server.post("/v1/tracking/erase", {"user_id": "u-42"}).json
        assert erased["erased"]["identities"] == 1, erased
        send(r, "user.created", told)  # it comes again, and the user stays forgotten
        all_done(r, "user.created")
        assert counted(server)["again"] == 1
        erased = server.post("/v1/tracking/erase", {"user_id": "u-42"}).json
        assert erased["erased"]["identities"] == 0, erased
        assert letters(r) == []
        assert server.stop() == 0
        assert b"u-42" not in (p.data / "catalog.db").read_bytes()


def test_inbound_event_is_shown_live(binary):
    with redis() as r, place(binary) as p:
        r.start()
        server = Server(p, env=bus(r))
        watcher = Stream(server, "/v1/events/stream?types=user.created")
        for name in ("Ada", "Ada", "Bob"):  # the second one comes again
            send(r, "user.created", {**envelope("user.created", {"user_id": name, "username": name}), "id": name})
        assert [watcher.next()[1]["message"] for _ in range(2)] == ["User Ada created", "User Bob created"]
        watcher.close()
        assert server.stop() == 0
        server = Server(p, env=bus(r, ANCHORAGE_BUS__REDIS__INBOUND="feedback.given"))  # a type without an effect
        watcher = Stream(server, "/v1/events/stream?types=feedback.given")
        send(r, "feedback.given", envelope("feedback.given", {"query_id": "q-1", "rating": "much"}))
        send(r, "feedback.given", envelope("feedback.given", {"query_id": "q-2", "rating": 1}))
        assert watcher.next()[1]["message"] == "Feedback 1 on query q-2"
        assert [a["status"] for a in letters(r)] == ["INVALID"]
        told, = server.get("/v1/events?type=deadletter.added").json["items"]
        assert told["payload"]["stage"] == "event" and told["payload"]["reason"] == letters(r)[0]["reason"], told
        assert told["payload"]["dead_letter_id"] == f"redis:{letters(r)[0]['stream']}/{letters(r)[0]['id']}", told
        watcher.close()
        assert server.stop() == 0


# ---- files ----

def test_inbound_file_is_read_where_that_is_allowed(binary):
    with redis() as r, place(binary) as p:
        r.start()
        inside, outside = p.home / "drop", p.home / "private"
        for folder in (inside / "sub dir", inside / ".git", outside):
            folder.mkdir(parents=True)
        (inside / "sub dir" / "tides.md").write_text("# Tides\n\nThe spring tide of Rockhaven is six metres.\n")
        (inside / ".git" / "config.md").write_text("hidden words")
        (inside / "left.md").write_text("words left out")
        (inside / ".anchorageignore").write_text("left.md\n")
        (outside / "secret.md").write_text("the secret is out")
        (inside / "link.md").symlink_to(outside / "secret.md")
        (inside / "linked").symlink_to(outside)
        server = Server(p, env=bus(r, ANCHORAGE_INGEST__EVENT_FOLDERS=str(inside)))

        def ask_for(name, uri):
            send(r, "document.uploaded", envelope("document.uploaded", {"document_id": name, "uri": uri}))
        ask_for("tides", f"file://{inside}/sub%20dir/tides.md")
        refused = {
            "climbs": f"file://{inside}/../private/secret.md", "encoded": f"file://{inside}/%2e%2e/private/secret.md",
            "outside": f"file://{outside}/secret.md", "link": f"file://{inside}/link.md",
            "linked": f"file://{inside}/linked/secret.md", "hidden": f"file://{inside}/.git/config.md",
            "left": f"file://{inside}/left.md", "absent": f"file://{inside}/absent.md",
            "http": "http://127.0.0.1/secret.md", "metadata": "http://169.254.169.254/latest",
            "host": "file://elsewhere/secret.md", "folder": f"file://{inside}/sub%20dir", "proc": "/proc/self/environ",
        }
        for name, uri in refused.items():
            ask_for(name, uri)
        all_done(r, "document.uploaded")
        wait_for("the document", lambda: found(server, "spring tide") == ["tides"])
        assert document(server, "tides").json["title"] == "Tides"
        asides = letters(r)
        names = [json.loads(a["envelope"])["payload"]["document_id"] for a in asides]
        assert names == list(refused), names
        for name, aside in zip(names, asides):
            assert aside["reason"] and aside["status"] in ("FORBIDDEN", "NOT_FOUND", "UNSUPPORTED", "INVALID"), aside
            assert document(server, name).status == 404, name
        assert found(server, "secret") in ([], ["tides"])
        assert server.stop() == 0


class Pages(http.server.BaseHTTPRequestHandler):
    """A document, ways to it and away from it, and what is too large."""

    def do_GET(self):
        self.server.asked.append(self.path)
        leads = {"/moved": "/tides.md", "/away": self.server.elsewhere, "/round": "/round"}
        if self.path in leads:
            self.send_response(302)
            self.send_header("Location", leads[self.path])
            self.end_headers()
        elif self.path.split("?")[0] == "/tides.md":
            body = b"# Tides\n\nThe spring tide comes at full moon.\n"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        elif self.path == "/large":
            self.send_response(200)
            self.send_header("Content-Length", str(65 * MIB))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                for _ in range(65):
                    self.wfile.write(b"x" * MIB)
        else:
            self.send_error(404)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def pages(elsewhere="/"):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as s:
        s.asked, s.elsewhere = [], elsewhere
        thread = threading.Thread(target=s.serve_forever, daemon=True)
        thread.start()
        try:
            yield s, f"127.0.0.1:{s.server_port}"
        finally:
            s.shutdown()
            thread.join()


def test_inbound_documents_of_the_web_come_from_named_hosts_alone(binary):
    with place(binary) as p, redis().start() as r, pages() as (other, elsewhere), \
            pages(f"http://{elsewhere}/tides.md") as (_, host):
        server = Server(p, env=bus(r, ANCHORAGE_INGEST__EVENT_HOSTS=host))

        def ask_for(name, uri):
            send(r, "document.uploaded", envelope("document.uploaded", {"document_id": name, "uri": uri}))
        ask_for("tides", f"http://{host}/tides.md?token=1")
        ask_for("moved", f"http://{host}/moved")
        refused = {"away": f"http://{host}/away", "round": f"http://{host}/round", "absent": f"http://{host}/CANARY",
                   "large": f"http://{host}/large", "other": f"http://{elsewhere}/tides.md",
                   "name": f"http://localhost:{host.split(':')[1]}/tides.md", "user": f"http://a:CANARY@{host}/tides.md",
                   "metadata": "http://169.254.169.254/latest"}
        for name, uri in refused.items():
            ask_for(name, uri)
        all_done(r, "document.uploaded")
        for name in ("tides", "moved"):
            assert document(server, name).status == 200, name
        wait_for("the documents", lambda: found(server, "spring tide"))  # one of two that are alike
        asides = {json.loads(a["envelope"])["payload"]["document_id"]: a for a in letters(r)}
        assert {name: a["status"] for name, a in asides.items()} == {
            "away": "FORBIDDEN", "round": "INVALID", "absent": "NOT_FOUND", "large": "LIMIT", "other": "FORBIDDEN",
            "name": "FORBIDDEN", "user": "INVALID", "metadata": "FORBIDDEN"}, asides
        assert "ingest.event_hosts" in asides["other"]["reason"] and other.asked == []
        assert not any("CANARY" in a["reason"] for a in asides.values()) and "CANARY" not in server.log_text()
        assert server.stop() == 0


# ---- what does not fit ----

def test_inbound_events_that_do_not_fit_are_set_aside(binary):
    with redis() as r, place(binary) as p:
        r.start()
        server = Server(p, env=bus(r))
        kind = "document.uploaded"
        bad = [
            ("{\"id\":", "INVALID"), ("[]", "INVALID"), ("", "INVALID"), ("nothing", "INVALID"),
            (json.dumps({"event_type": kind}), "INVALID"),
            (json.dumps({"event_type": kind, "payload": []}), "INVALID"),
            (json.dumps({"event_type": "no.such.type", "payload": {}}), "INVALID"),
            (json.dumps(envelope("user.created", {"user_id": "u"})), "INVALID"),
            (json.dumps(envelope(kind, {"content": "no id"})), "INVALID"),
            (json.dumps(upload("", "empty id")), "INVALID"),
            (json.dumps(upload(7, "a number")), "INVALID"),
            (json.dumps(upload("x" * 513, "too long an id")), "INVALID"),
            (json.dumps(upload("bad-place", "words", collection="No such NAME")), "INVALID"),
            (json.dumps(upload("bad-metadata", "words", metadata=[1])), "INVALID"),
            (json.dumps(envelope(kind, {"document_id": "neither"})), "INVALID"),
            (json.dumps(upload("bad-time", "words", at="yesterday")), "INVALID"),
            (json.dumps(upload("large", "x" * MIB)), "LIMIT"),
            ("[" * 100000, "INVALID"),
        ]
        for text, _ in bad:
            send(r, kind, text)
        send(r, kind, upload("good", "The lighthouse of Rockhaven is white."))
        all_done(r, kind)
        wait_for("the good one", lambda: found(server, "lighthouse") == ["good"])
        asides = letters(r)
        assert [a["status"] for a in asides] == [status for _, status in bad], [(a["status"], a["reason"]) for a in asides]
        for aside, (text, _) in zip(asides, bad):
            assert aside["reason"] and aside["stream"] == f"events:{kind}" and aside["group"] == "anchorage", aside
            assert aside["envelope"] == text[:MIB], aside["envelope"][:100]
        assert "no.such.type" in asides[6]["reason"]
        assert server.get(DOCS).json["items"][0]["document_id"] == "good"
        assert len(server.get(DOCS).json["items"]) == 1
        check = server.get("/health").json["checks"]["redis"]
        assert check["status"] == "healthy" and f"{len(bad)} from outside set aside" in check["detail"], check
        told = server.place.run("dead-letters", "list").stdout
        assert f"{len(bad)} events of other services were set aside, on the bus: stream events.dlq (Redis);" in told, told
        listed = server.place.run("events", "list", "--type", "deadletter.added").stdout
        assert all(f"(redis:events:{kind}/" in line for line in listed.splitlines()[1:]), listed
        wait_for("the count", lambda: f'anchorage_inbound_set_aside_total{{bus="redis"}} {len(bad)}'
                 in server.get("/metrics").body.decode())
        assert server.stop() == 0
        server = Server(p, env=bus(r))  # none of them comes round again
        send(r, kind, upload("better", "The lighthouse of Rockhaven is red."))
        wait_for("the next one", lambda: "better" in found(server, "lighthouse"))
        assert len(letters(r)) == len(bad)
        assert server.stop() == 0


# ---- again, and too late ----

def test_inbound_event_takes_effect_once(binary):
    with redis() as r, place(binary) as p:
        r.start()
        server = Server(p, env=bus(r))
        first = upload("tides", "The tide is low at noon.", at="2026-03-01T12:00:00.000Z")
        second = upload("tides", "The tide is high at noon.", at="2026-03-01T12:00:01.000Z")
        older = upload("tides", "The tide was never seen.", at="2026-03-01T11:00:00.000Z")
        other = upload("other", "Words of another document.", at="2026-03-01T11:00:00.000Z")
        for event in (first, first, second, first, older, second, other):
            send(r, "document.uploaded", event)
        all_done(r, "document.uploaded")
        seen = document(server, "tides").json
        assert seen["version"] == 2, seen
        assert "high at noon" in server.get(f"{DOCS}/tides/text").body.decode()
        assert document(server, "other").status == 200
        assert counted(server) == {"new": 3, "again": 3, "late": 1, "failed": 0}, counted(server)
        assert server.request("DELETE", f"{DOCS}/other").status in (200, 204)
        assert server.stop() == 0
        server = Server(p, env=bus(r))  # what is known of them is kept
        for event in (other, second, older):
            send(r, "document.uploaded", event)
        all_done(r, "document.uploaded")
        assert document(server, "other").status == 404
        assert document(server, "tides").json["version"] == 2
        assert letters(r) == []
        assert server.stop() == 0


def test_inbound_survives_kills(binary, repeats=KILLS):
    """Sent twice and out of order while the server is killed, or told to end, again and again: each document is there once, with the
    newest content, and nothing is set aside."""
    rng = random.Random(SEED)
    names = [f"d{n}" for n in range(12)]
    sent = {}
    with redis() as r, place(binary) as p:
        r.start()
        for life in range(repeats):
            server = Server(p, env=bus(r))
            for name in rng.sample(names, 6):
                at = f"2026-03-01T12:{life:02d}:{rng.randrange(60):02d}.000Z"
                event = upload(name, f"The pier of {name} was built in the year {1000 + rng.randrange(900)}.", at=at)
                if at > sent.get(name, ("",))[0]:
                    sent[name] = (at, event["payload"]["content"])
                for _ in range(rng.randrange(1, 3)):
                    send(r, "document.uploaded", event)
                if rng.randrange(2):
                    send(r, "document.uploaded", upload(name, f"The pier of {name} is older.", at="2026-02-01T00:00:00Z"))
                    sent.setdefault(name, ("2026-02-01", f"The pier of {name} is older."))
            time.sleep(rng.uniform(0, 0.6))
            server.stop() if life % 3 == 2 else server.kill()
        server = Server(p, env=bus(r))
        all_done(r, "document.uploaded")
        for name, (_, content) in sent.items():
            assert server.get(f"{DOCS}/{name}/text").body.decode().strip() == content, name
        assert {d["document_id"] for d in server.get(f"{DOCS}?limit=100").json["items"]} == set(sent)
        assert letters(r) == []
        assert server.stop() == 0


def test_inbound_waits_while_the_disk_is_full(binary):
    with redis() as r, place(binary) as p:
        r.start()
        server = Server(p, env=bus(r, ANCHORAGE_STORAGE__RESERVE_MB="1000000"))  # more than there is
        send(r, "document.uploaded", upload("tides", "The tide of Rockhaven is low at noon."))
        wait_for("some tries", lambda: counted(server)["failed"] >= 3)
        assert server.stop() == 0
        assert letters(r) == []
        server = Server(p, env=bus(r))
        wait_for("the document", lambda: found(server, "tide of Rockhaven") == ["tides"])
        all_done(r, "document.uploaded")
        assert counted(server) == {"new": 1, "again": 0, "late": 0, "failed": 0}
        assert letters(r) == []
        assert server.stop() == 0


def test_inbound_tries_are_as_many_as_said(binary):
    """Who would rather not wait says how often an event is tried; those behind it then come to their turn, and others meanwhile."""
    with redis() as r, place(binary) as p:
        r.start()
        server = Server(p, env=bus(r, ANCHORAGE_STORAGE__RESERVE_MB="1000000", ANCHORAGE_BUS__INBOUND_TRIES="2"))
        for name in ("tides", "depths"):
            send(r, "document.uploaded", upload(name, f"The {name} of Rockhaven."))
        asides = wait_for("the letters", lambda: len(a := letters(r)) == 2 and a)
        assert [json.loads(a["envelope"])["payload"]["document_id"] for a in asides] == ["tides", "depths"], asides
        assert {a["status"] for a in asides} == {"DISK_FULL"}, asides
        assert counted(server)["failed"] == 4
        assert server.stop() == 0


# ---- by Kafka ----

def test_inbound_by_kafka(binary, everything=False):
    try:
        broker = Kafka()
    except Absent as why:
        raise Skipped(str(why)) from None
    kind = "document.uploaded"
    with broker as k, place(binary) as p:
        k.start()
        env = {"ANCHORAGE_BUS__KAFKA__BROKERS": k.brokers}
        server = Server(p, env=env)
        assert put(server, "first").status == 201  # with what is published the topics are made
        wait_for("the topics", lambda: {kind, kind + ".dlq", "user.created"} <= set(k.topics()))
        event = upload("tides", "The tide of Rockhaven is low at noon.", at="2026-03-01T12:00:00.000Z")
        older = upload("tides", "The tide was never seen.", at="2026-03-01T11:00:00.000Z")
        for e in (event, event, older, upload("tides", 7)):
            k.write(kind, json.dumps(e), key="tides")
        k.write(kind, "{", key="tides", headers={"ce_id": "m-1", "ce_type": kind, "ce_source": "/shop"})
        noise = "".join(random.Random(SEED).choices([chr(c) for c in range(33, 127)], k=1_048_400))
        k.write(kind, noise, key="tides")  # with headers it is more than the broker takes
        k.write("accounting.entry.created", json.dumps({"entry_id": "E-1", "label": "Rope", "amount": 4}), key="E-1")
        wait_for("the document", lambda: found(server, "tide of Rockhaven at noon")[:1] == ["tides"])
        wait_for("the entry", lambda: found(server, "rope", "accounting") == ["E-1"])
        aside = wait_for("the dead letters", lambda: (got := k.read(kind + ".dlq")) and len(got) == 3 and got)
        assert aside[2]["payload"] == noise[:65536] and aside[2]["headers"]["bytes"] == str(len(noise))
        assert all(m["headers"]["reason"] and m["headers"]["status"] == "INVALID" for m in aside), aside
        assert [m["payload"] for m in aside][1] == "{", aside
        last = aside[1]["headers"]
        assert (last["ce_id"], last["ce_type"], last["ce_source"]) == ("m-1", kind, "/shop"), last
        assert (last["topic"], last["bytes"], last["group"]) == (kind, "1", "anchorage"), last
        came = next(m for m in k.read(kind) if m["payload"] == "{")
        assert (int(last["partition"]), int(last["offset"])) == (came["partition"], came["offset"]), (last, came)
        told = wait_for("what is told of them", lambda: (got := server.get("/v1/events?type=deadletter.added").json["items"]) and len(got) == 3 and got)
        assert {e["payload"]["reason"] for e in told} == {m["headers"]["reason"] for m in aside}, told
        assert all(e["payload"]["dead_letter_id"].startswith(f"kafka:{kind}/") for e in told), told
        for line in [e for e in examples("kcat") if e.startswith("echo ") and "document.uploaded" not in e]:
            out = subprocess.run(line.replace("localhost:9092", k.brokers), shell=True, capture_output=True, text=True,
                                 timeout=30)
            assert out.returncode == 0, (line, out.stderr)
        wait_for("the entry of the page", lambda: found(server, "paint", "accounting")[:1] == ["E-18"])
        # whoever comes after one that was killed is let into the group when that one's session is over, after 45 s
        server.kill() if everything else server.stop()
        k.write(kind, json.dumps(upload("pier", "The pier of Rockhaven is new.")), key="pier")
        k.write(kind, json.dumps(event), key="tides")
        server = Server(p, env=env)
        wait_for("what came meanwhile", lambda: found(server, "pier of Rockhaven")[:1] == ["pier"])
        wait_for("what came again", lambda: counted(server)["again"] >= 1)
        assert document(server, "tides").json["version"] == 1
        assert len(k.read(kind + ".dlq")) == 3
        assert server.stop() == 0


# ---- what is configured ----

def test_inbound_types_are_read_as_configured(binary):
    with redis() as r, place(binary) as p:
        r.start()
        out = p.run("serve", "--port", "0", env=bus(r, ANCHORAGE_BUS__REDIS__INBOUND="user.created,no.such.type"))
        assert out.returncode != 0 and "'no.such.type' is no type of event" in out.stderr, out.stderr
        assert "known are document.uploaded, accounting.entry.created, user.created" in out.stderr, out.stderr
        server = Server(p, env=bus(r, ANCHORAGE_BUS__REDIS__INBOUND="[user.created]"))
        send(r, "document.uploaded", upload("unread", "words"))
        send(r, "user.created", envelope("user.created", {"user_id": "u-1"}))
        all_done(r, "user.created")
        assert r.cli("XINFO", "GROUPS", "events:document.uploaded") == []
        assert document(server, "unread").status == 404
        assert server.stop() == 0


def examples(of):
    """The lines of docs/events.md that begin or go on with a program."""
    page = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "events.md").read_text()
    return [line for line in page.splitlines() if re.match(rf"({of}|echo .*\| {of}) ", line)]


def test_inbound_examples_of_the_page_work(binary):
    """With the rights that it names, and no others."""
    with redis() as r, place(binary) as p:
        r.start()
        page = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "events.md").read_text()
        rights = next(line for line in page.splitlines() if line.startswith("ACL SETUSER")).replace("PASSWORD", "pw")
        assert r.cli(*rights.split()) == "OK"
        env = {"ANCHORAGE_BUS__REDIS__URL": r.url.replace("redis://", "redis://anchorage:pw@"),
               "ANCHORAGE_BUS__REDIS__CLAIM_MS": "1000", "ANCHORAGE_BUS__REDIS__KEEP_HANDLED_S": "0"}
        server = Server(p, env=env)
        adds = [line for line in examples("redis-cli") if " XADD " in line]
        assert len(adds) >= 4
        for line in adds:
            out = subprocess.run(line.replace("redis-cli", f"redis-cli -u {r.url}", 1), shell=True, capture_output=True,
                                 text=True, timeout=30)
            assert out.returncode == 0 and "-" in out.stdout, (line, out.stdout, out.stderr)
        wait_for("the documents", lambda: {"tides", "depths"} <= set(found(server, "Rockhaven water basin")))
        wait_for("the entry", lambda: "E-18" in found(server, "paint", "accounting"))
        assert document(server, "E-18", "accounting").json["metadata"]["amount"] == 12.5
        wait_for("all of them", lambda: counted(server)["new"] == 4)
        wait_for("what is announced", lambda: r.cli("XLEN", "events") > 0)
        wait_for("the streams of what was handled", lambda: r.entries("events:document.uploaded") == [])
        asked = p.run("doctor", "--json", env=env)
        line = next(c for c in json.loads(asked.stdout)["checks"] if c["check"] == "redis")
        assert line["status"] == "ok", line
        r.cli("ACL", "SETUSER", "anchorage", "-xtrim", "-xinfo|groups")
        lame = next(c for c in json.loads(p.run("doctor", "--json", env=env).stdout)["checks"] if c["check"] == "redis")
        assert lame["status"] != "ok" and "XINFO, XTRIM on events:document.uploaded" in str(lame), lame
        assert letters(r) == [] and server.get("/health").json["checks"]["redis"]["status"] == "healthy"
        assert server.stop() == 0


def test_inbound_groups_get_all_each(binary):
    with redis() as r, place(binary) as p, place(binary) as q:
        r.start()
        servers = [Server(p, env=bus(r)), Server(q, env=bus(r, ANCHORAGE_BUS__REDIS__GROUP="archive"))]
        send(r, "document.uploaded", upload("tides", "The tide of Rockhaven is low at noon."))
        for server in servers:
            wait_for("the document", lambda: found(server, "tide of Rockhaven") == ["tides"])
            assert server.stop() == 0


def test_inbound_entries_go_when_all_have_handled_them(binary):
    """Handled entries leave their stream, one that another service's group has yet to acknowledge does not; who asks
    for an erasure is told where what others sent lies, and for how long."""
    with redis() as r, place(binary) as home:
        r.start()
        stream = "events:document.uploaded"
        server = Server(home, env=bus(r, ANCHORAGE_BUS__REDIS__CLAIM_MS="1000", ANCHORAGE_BUS__REDIS__KEEP_HANDLED_S="0"))
        try:
            for i in range(3):
                send(r, "document.uploaded", upload(f"note-{i}", f"Note {i} tells of the xylophonist."))
            wait_for("the stream", lambda: r.entries(stream) == [])
            assert all(document(server, f"note-{i}").status == 200 for i in range(3))
            r.cli("XGROUP", "CREATE", stream, "others", "$")
            send(r, "document.uploaded", upload("note-3", "Note 3 waits for others."))
            wait_for("the fourth", lambda: document(server, "note-3").status == 200)
            time.sleep(2.5)
            assert len(r.entries(stream)) == 1, "the group of another service has not read it"
            taken = r.cli("XREADGROUP", "GROUP", "others", "c", "STREAMS", stream, ">")
            time.sleep(2.5)
            assert len(r.entries(stream)) == 1, "the group of another service has not acknowledged it"
            entry = r.entries(stream)[0][0]
            assert taken and r.cli("XACK", stream, "others", entry) is not None
            wait_for("the last", lambda: r.entries(stream) == [])
            held = {h["name"]: h["what"] for h in server.post("/v1/tracking/erase", {"user_id": "nobody"}).json["held_elsewhere"]}
            assert stream in held["redis_inbound"] and "0 s old (bus.redis.keep_handled_s)" in held["redis_inbound"], held
        finally:
            server.stop()


def test_inbound_folder_that_is_not_absolute_stops_the_start(binary):
    with place(binary) as p:
        out = p.run("serve", "--port", "0", env={"ANCHORAGE_INGEST__EVENT_FOLDERS": "drop"})
        assert out.returncode != 0 and "event_folders" in out.stderr and "drop" in out.stderr, out.stderr

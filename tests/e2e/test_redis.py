"""Events on a real Redis: seen by redis-cli as they happen, all of them on the stream whatever dies meanwhile, no
question slower or failing for it, and the password nowhere."""
import json
import pathlib
import queue
import random
import sqlite3
import sys
import threading
import time

from announced import CANARY, QUESTION, Questions, by_aggregate, check_no_canary, kept, put
from harness import Server, Skipped, place, wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support" / "servers"))
from redis import Redis  # noqa: E402

KILLS, SEED = 5, 43


def redis(**kw):
    if not Redis.is_here():
        raise Skipped("there is no redis-server here")
    return Redis(**kw)


def bus(r, **more):
    return {"ANCHORAGE_BUS__REDIS__URL": r.url, **more}


def first_of_each(entries):
    """The events of the stream without those that came again."""
    seen = {}
    for _, fields in entries:
        assert set(fields) == {"id", "type", "source", "envelope"}, fields.keys()
        event = json.loads(fields["envelope"])
        assert (event["id"], event["event_type"]) == (fields["id"], fields["type"]), fields
        seen.setdefault(event["id"], event)
    return list(seen.values())


def check_all_there(server, r, key="events"):
    """Every durable event of the catalog is on the stream, in order per aggregate, and nothing else."""
    def settled():
        """What stands here and there, once nothing is under way: a question's last event may follow its answer."""
        before, told = kept(server), server.get("/v1/events/stats").json["outbox_pending"] == 0
        entries = r.entries(key)
        return (before, entries) if told and kept(server) == before else None

    ours, entries = wait_for("the relay", settled)
    theirs = first_of_each(entries)
    missing = {e["id"] for e in ours} - {e["id"] for e in theirs}
    assert not missing, [e for e in ours if e["id"] in missing][:3]
    invented = {e["id"] for e in theirs} - {e["id"] for e in ours}
    assert not invented, [e for e in theirs if e["id"] in invented][:3]
    assert by_aggregate(ours) == by_aggregate(theirs)
    assert {e["id"]: e for e in ours} == {e["id"]: e for e in theirs}
    return ours


def health(server):
    return server.get("/health").json["checks"]["redis"]


def test_hidden_users(binary):
    """Where ids of users are hidden none is on the bus: not on the stream, nor in what is heard of it."""
    with redis() as r, place(binary) as p:
        r.start()
        s = Server(p, "--set", "privacy.hash_user_ids=true", env=bus(r))
        for name in ("giraffe", "okapi"):
            assert s.post("/chat", {"user_name": name, "message": "When does it open?"}).status == 200
        assert s.request("DELETE", "/chat/history/giraffe").status == 204
        check_all_there(s, r)
        told = str(r.entries("events"))
        assert "conversation.deleted" in told and "h:" in told and "giraffe" not in told and "okapi" not in told, told
        s.stop()


# ---- as it happens ----

def heard(process):
    """Channels and envelopes that redis-cli prints, as they come."""
    out = queue.Queue()

    def follow():
        kind = None
        for line in iter(process.stdout.readline, ""):
            line = line.rstrip("\n")
            if line in ("psubscribe", "pmessage"):
                kind, rest = line, []
                continue
            rest.append(line)
            if kind == "psubscribe" and len(rest) == 2:
                out.put(("subscribed", None))
            if kind == "pmessage" and len(rest) == 3:
                out.put((rest[1], json.loads(rest[2])))

    threading.Thread(target=follow, daemon=True).start()
    return out


def watch(binary, r, **more):
    with r.start(), place(binary) as p:
        listening = r.listen("events:*")
        try:
            messages = heard(listening)
            assert messages.get(timeout=30) == ("subscribed", None)
            server = Server(p, env=bus(r, **more))
            assert put(server, "Rockhaven").status == 201
            wait_for("the document", lambda: server.post("/v1/search", {"query": "harbour"}).json["results"])
            asked = server.post("/v1/chat/query", QUESTION).json
            seen = {}
            while "events:query.completed" not in seen:
                channel, event = messages.get(timeout=30)
                assert channel == "events:" + event["event_type"]
                seen[channel] = event
            assert seen["events:query.completed"]["payload"]["query_id"] == asked["query_id"]
            assert "events:document.created" in seen and "events:query.requested" in seen
            assert health(server)["status"] == "healthy", health(server)
            yield server
            check_no_canary(server)
            assert server.stop() == 0
        finally:
            listening.kill()
            listening.wait()


def test_redis_hears_what_happens(binary):
    with redis(password=CANARY) as r:
        for server in watch(binary, r):
            check_all_there(server, r)
            assert all(f["source"] == (server.place.data / "instance").read_text() for _, f in r.entries("events"))


def test_redis_over_tls(binary):
    with redis(password=CANARY, tls=True) as r:
        for server in watch(binary, r, ANCHORAGE_BUS__REDIS__TLS_CA=str(r.ca)):
            check_all_there(server, r)
            with place(binary) as p:  # a certificate that nobody vouches for
                other = Server(p, env=bus(r))
                wait_for("the refusal", lambda: "certificate" in health(other)["detail"])
                assert health(other)["status"] == "degraded"
                check_no_canary(other)
                assert other.stop() == 0


def test_redis_streams_by_type(binary):
    with redis() as r, place(binary) as p:
        r.start()
        server = Server(p, env=bus(r, ANCHORAGE_BUS__REDIS__STREAMS="type", ANCHORAGE_BUS__REDIS__PREFIX="a:",
                                   ANCHORAGE_BUS__REDIS__DB="3"))
        put(server, "Rockhaven")
        server.post("/v1/chat/query", QUESTION)
        wait_for("the relay", lambda: server.get("/v1/events/stats").json["outbox_pending"] == 0)
        for kind in {e["event_type"] for e in kept(server)}:
            ours = [e["id"] for e in kept(server) if e["event_type"] == kind]
            found = r.cli("-n", "3", "XRANGE", f"a:events:{kind}", "-", "+")
            assert [fields[1] for _, fields in found] == ours, kind
        assert server.stop() == 0


# ---- what dies meanwhile ----

def test_redis_comes_and_goes(binary, repeats=KILLS):
    rng = random.Random(SEED)
    with redis(password=CANARY) as r, place(binary) as p:
        server = Server(p, env=bus(r))  # it is absent at the start
        assert health(server)["status"] == "degraded"
        load = Questions(server)
        try:
            for n in range(repeats):
                r.start() if r.process is None or r.process.poll() is not None else r.resume()
                time.sleep(rng.uniform(0, 0.8))
                r.kill() if (n + rng.randrange(2)) % 2 else r.pause()
                time.sleep(rng.uniform(0, 0.5))
        finally:
            r.start() if r.process.poll() is not None else r.resume()
            load.stop()
        assert load.count > repeats
        events = check_all_there(server, r)
        assert sum(e["event_type"] == "query.completed" for e in events) > 0
        wait_for("Redis to be well", lambda: health(server)["status"] == "healthy")
        check_no_canary(server)
        assert server.stop() == 0


def test_redis_hears_of_it_after_the_server_was_killed(binary, repeats=KILLS):
    rng = random.Random(SEED)
    with redis(password=CANARY) as r, place(binary) as p:
        r.start()
        for life in range(repeats):
            server = Server(p, env=bus(r))
            load = Questions(server, life)
            time.sleep(rng.uniform(0.1, 0.8))
            load.dies = True
            server.kill()
            load.stop()
        server = Server(p, env=bus(r))
        check_all_there(server, r)
        check_no_canary(server)
        assert server.stop() == 0


# ---- what is configured ----

def cursors(p):
    with sqlite3.connect(f"file:{p.data / 'catalog.db'}?mode=ro", uri=True) as db:
        return dict(db.execute("SELECT consumer, seq FROM event_cursor"))


def test_redis_that_is_gone_keeps_no_events(binary):
    with redis() as r, place(binary) as p:
        server = Server(p, env={**bus(r), "ANCHORAGE_LOG__LEVEL": "info"})  # never there
        put(server, "Rockhaven")
        wait_for("a cursor", lambda: "relay:redis" in cursors(p))
        assert server.stop() == 0
        log = server.log_text()
        assert log.count("Redis does not answer as it should") == 1, log  # each of five connections found it so
        assert log.index('"message":"stopping"') < log.index('"message":"stopped"'), log
        server = Server(p)
        assert "relay:redis" not in cursors(p)
        assert "redis" not in server.get("/health").json["checks"]
        assert server.stop() == 0


def test_redis_url_that_does_not_fit_stops_the_start(binary):
    with place(binary) as p:
        for name, url in (("ANCHORAGE_BUS__REDIS__URL", f"redis://:{CANARY}/x@h"), ("REDIS_URL", f"http://{CANARY}@h"),
                          ("ANCHORAGE_BUS__REDIS__URL", f"redis://h/0?{CANARY}")):
            out = p.run("serve", "--port", "0", env={name: url})
            assert out.returncode != 0 and name in out.stderr and "URL of Redis" in out.stderr, out.stderr
            assert CANARY not in out.stderr + out.stdout


def test_redis_and_kafka_are_asked_by_doctor(binary):
    with place(binary) as p, Redis(CANARY).start() as r:
        env = {"ANCHORAGE_BUS__REDIS__URL": r.url}
        good = p.run("doctor", "--json", env=env)
        found = {c["check"]: c for c in json.loads(good.stdout)["checks"]}
        assert found["redis"]["status"] == "ok" and "kafka" not in found, found
        r.cli("ACL", "SETUSER", "lame", "on", f">{CANARY}", "~*", "&*", "+@all", "-publish", "-xack")
        lame = p.run("doctor", "--json", env={"ANCHORAGE_BUS__REDIS__URL": r.url.replace("redis://", "redis://lame")})
        text = next(c["detail"] for c in json.loads(lame.stdout)["checks"] if c["check"] == "redis")
        assert "but: PUBLISH on events:query.completed: NOPERM" in text and "; XACK on events:user.created: NOPERM" in text
        r.cli("ACL", "SETUSER", "lamer", "on", f">{CANARY}", "~*", "&*", "+ping", "+xadd")
        lamer = p.run("doctor", "--json", env={"ANCHORAGE_BUS__REDIS__URL": r.url.replace("redis://", "redis://lamer")})
        text = next(c["detail"] for c in json.loads(lamer.stdout)["checks"] if c["check"] == "redis")
        assert "but: MULTI, EXEC, DISCARD: NOPERM" in text and " XADD on events," in text and "XINFO, XTRIM on events:user.created" in text, text
        assert r.cli("KEYS", "*") == []
        plain = p.run("doctor", "--json", env={"ANCHORAGE_BUS__REDIS__URL": r.url.replace("redis://", "rediss://")})
        text = next(c["detail"] for c in json.loads(plain.stdout)["checks"] if c["check"] == "redis")
        assert "does the server speak TLS" in text, text
        r.kill()
        away = p.run("doctor", env={**env, "ANCHORAGE_BUS__KAFKA__BROKERS": "127.0.0.1:1"})
        wrong = [line.split()[1] for line in away.stdout.splitlines() if line.startswith("wrong")]
        assert away.returncode == 1 and wrong[-2:] == ["redis", "kafka"], away.stdout
        files = {name: p.home / name for name in ("absent.pem", "key.pem", "word.pem")}
        files["key.pem"].write_text("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n")
        files["word.pem"].write_text("certificate")
        for (name, file), words in zip(files.items(), ("No such file", "holds a private key", "is no PEM")):
            out = p.run("doctor", "--json", env={
                "ANCHORAGE_BUS__REDIS__URL": "rediss://127.0.0.1:1", "ANCHORAGE_BUS__REDIS__TLS_CA": str(file),
                "ANCHORAGE_BUS__KAFKA__BROKERS": "127.0.0.1:1", "ANCHORAGE_BUS__KAFKA__TLS_CA": str(file),
                "ANCHORAGE_BUS__KAFKA__SECURITY": "ssl"})
            found = {c["check"]: c["detail"] for c in json.loads(out.stdout)["checks"]}
            for check in ("redis", "kafka"):
                assert f"bus.{check}.tls_ca: " in found[check] and name in found[check] and words in found[check], found
            serve = p.run("serve", "--port", "0", env={"ANCHORAGE_BUS__REDIS__URL": "rediss://127.0.0.1:1",
                                                       "ANCHORAGE_BUS__REDIS__TLS_CA": str(file)})
            assert serve.returncode != 0 and name in serve.stderr and words in serve.stderr, serve.stderr
        wrong_word = p.run("doctor", env={"ANCHORAGE_BUS__REDIS__URL": r.url.replace(CANARY, CANARY + "x")})
        assert wrong_word.returncode == 1, wrong_word.stdout
        assert CANARY not in good.stdout + away.stdout + wrong_word.stdout + away.stderr + wrong_word.stderr

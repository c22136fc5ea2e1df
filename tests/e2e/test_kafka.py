"""Events on a real Kafka: read by kcat with their keys and headers, all of them there whatever dies meanwhile, no
question slower or failing for it, topics made by who may, and the password nowhere."""
import json
import pathlib
import random
import sqlite3
import sys
import time

from announced import CANARY, QUESTION, Questions, by_aggregate, check_no_canary, kept, put
from fake_model import DONE, HEAD, FakeModel, finish, text
from harness import Server, Skipped, place, wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support" / "servers"))
from kafka import GUEST, SCRAM, USER, Absent, Kafka  # noqa: E402

KILLS, SEED = 5, 47
TOPICS = {"query.requested": "chatbot.query.received", "query.completed": "chatbot.query.completed",
          "query.failed": "chatbot.error", "conversation.created": "chatbot.conversation.created",
          "conversation.deleted": "chatbot.conversation.deleted", "document.created": "knowledge.document.added",
          "document.updated": "knowledge.document.updated", "document.deleted": "knowledge.document.deleted",
          "batch.status": "batch-status"}
OTHERS = "anchorage.events"
INBOUND = ("document.uploaded", "accounting.entry.created", "user.created")


def kafka(**kw):
    try:
        return Kafka(**kw)
    except Absent as why:
        raise Skipped(str(why)) from None


def bus(k, **more):
    env = {"ANCHORAGE_BUS__KAFKA__BROKERS": k.brokers, "ANCHORAGE_EVENTS__KAFKA__ALL": "true"}
    if k.password:
        env |= {"ANCHORAGE_BUS__KAFKA__USER": USER, "ANCHORAGE_KAFKA_PASSWORD": k.password}
    if k.tls:
        env["ANCHORAGE_BUS__KAFKA__TLS_CA"] = str(k.ca)
    return env | {"ANCHORAGE_BUS__KAFKA__SECURITY": k.security, **more}


def health(server):
    return server.get("/health").json["checks"]["kafka"]


# ---- what is on the topics ----

def event_of(message, topic):
    """The event in a message, whose headers say the same as it does."""
    headers, value = message["headers"], json.loads(message["payload"])
    assert (headers["ce_specversion"], headers["content-type"]) == ("1.0", "application/json"), headers
    if topic == TOPICS["batch.status"]:  # flat, as readers of the work topics know it
        assert value.pop("timestamp") == headers["ce_time"]
        assert message["key"] == value["batch_id"]
        return {"id": headers["ce_id"], "event_type": headers["ce_type"], "payload": value,
                "metadata": {"aggregate_id": message["key"]}}
    assert (value["id"], value["event_type"], value["timestamp"]) == (
        headers["ce_id"], headers["ce_type"], headers["ce_time"]), message
    assert message["key"] == value["metadata"].get("aggregate_id"), message
    return value


def first_of_each(messages, topic):
    """The events of a topic, a partition after the other, without those that came again. The events of one aggregate
    are all in one partition."""
    seen, partitions = {}, {}
    for m in messages:
        event = event_of(m, topic)
        seen.setdefault(event["id"], event)
        assert partitions.setdefault(m["key"], m["partition"]) == m["partition"] or m["key"] is None, m
    return list(seen.values())


def as_told(event, topic):
    """What of an event of the catalog is on its topic."""
    if topic != TOPICS["batch.status"]:
        return event
    return {**{k: event[k] for k in ("id", "event_type", "payload")},
            "metadata": {"aggregate_id": event["metadata"]["aggregate_id"]}}


def check_all_there(server, k, prefix=""):
    """Every durable event of the catalog is on its topic, in order per aggregate, and nothing else."""
    def settled():
        """What stands here and there, once nothing is under way: a question's last event may follow its answer."""
        before = kept(server)
        if server.get("/v1/events/stats").json["outbox_pending"] != 0:
            return None
        found = k.read_all([prefix + topic for topic in (*TOPICS.values(), OTHERS)])
        return (before, found) if kept(server) == before else None

    ours, found = wait_for("the relay", settled)
    for topic in (*TOPICS.values(), OTHERS):
        wanted = [as_told(e, topic) for e in ours if TOPICS.get(e["event_type"], OTHERS) == topic]
        theirs = first_of_each(found[prefix + topic], topic)
        missing = {e["id"] for e in wanted} - {e["id"] for e in theirs}
        assert not missing, (topic, [e for e in wanted if e["id"] in missing][:3])
        invented = {e["id"] for e in theirs} - {e["id"] for e in wanted}
        assert not invented, (topic, [e for e in theirs if e["id"] in invented][:3])
        assert {e["id"]: e for e in wanted} == {e["id"]: e for e in theirs}, topic
        with_key = [[e for e in events if "aggregate_id" in e["metadata"]] for events in (wanted, theirs)]
        assert by_aggregate(with_key[0]) == by_aggregate(with_key[1]), topic
    return ours


def test_topics_of_other_names(binary):
    """Names that are configured are those of every topic: written, made, read, set aside and said in an erasure."""
    renamed = {"chatbot.error": "chatbot.error.occurred", "knowledge.document.added": "docs", "user.created": "crm.users"}
    with kafka() as k, place(binary) as p:
        k.start()
        s = Server(p, env=bus(k, ANCHORAGE_BUS__KAFKA__PREFIX="shop.",
                              ANCHORAGE_BUS__KAFKA__TOPICS=",".join(f"{a}={b}" for a, b in renamed.items())))
        assert put(s, "Rockhaven").status in (200, 201)
        assert s.post("/v1/search", {"query": "harbour", "collections": ["none"]}).status == 404
        wait_for("the relay", lambda: s.get("/v1/events/stats").json["outbox_pending"] == 0)
        found = k.read_all(["shop.chatbot.error.occurred", "shop.docs"])
        assert [json.loads(m["payload"])["event_type"] for m in found["shop.docs"]] == ["document.created"], found
        errors = [json.loads(m["payload"]) for m in found["shop.chatbot.error.occurred"]]
        assert [e["event_type"] for e in errors] == ["query.failed"], errors
        k.write("shop.crm.users", json.dumps({"user_id": "u-1", "username": "Ada"}), key="u-1")
        k.write("shop.crm.users", "no JSON", key="u-2")
        letters = wait_for("the letter", lambda: "shop.crm.users.dlq" in k.topics() and k.read("shop.crm.users.dlq"))
        assert [m["headers"]["topic"] for m in letters] == ["shop.crm.users"], letters
        there = k.topics()
        assert {"shop.docs", "shop.crm.users", "shop.crm.users.dlq"} <= set(there), there
        assert not {"shop.chatbot.error", "shop.user.created", "shop.knowledge.document.added"} & set(there), there
        held = {h["name"]: h["what"] for h in s.post("/v1/tracking/erase", {"user_id": "ada"}).json["held_elsewhere"]}
        assert "shop.crm.users" in held["kafka_inbound"] and "shop.user.created" not in held["kafka_inbound"], held
        s.stop()


# ---- as it happens ----

def use(server):
    """A bit of everything."""
    for name in ("Rockhaven", "Whitsand"):
        assert put(server, name).status in (200, 201)
    wait_for("the documents", lambda: server.post("/v1/search", {"query": "harbour"}).json["results"])
    folder = server.place.home / "letters"
    folder.mkdir(exist_ok=True)
    (folder / "one.md").write_text("The quay of Rockhaven was built of granite.")
    batch = server.post("/v1/ingest?wait=true", {"db_type": "folder", "connection_params": {"path": str(folder)}})
    assert batch.status == 200 and batch.json["status"] == "completed", batch.body
    return server.post("/v1/chat/query", QUESTION).json["query_id"]


def test_kafka_hears_what_happens(binary):
    with kafka() as k, place(binary) as p:
        k.start()
        server = Server(p, env=bus(k))
        asked = use(server)
        assert server.request("DELETE", "/v1/knowledge/documents/Whitsand").status in (200, 204)
        ours = check_all_there(server, k)
        message, = (m for m in k.read("chatbot.query.completed")  # searches are told there, too
                    if json.loads(m["payload"])["payload"]["metadata"].get("kind") != "search")
        assert (message["key"], json.loads(message["payload"])["payload"]["query_id"]) == (asked, asked)
        assert message["headers"]["ce_source"] == (p.data / "instance").read_text()
        assert {"query.completed", "document.deleted", "batch.status", "documents.retrieved"} <= {
            e["event_type"] for e in ours}
        there = k.topics()
        assert {**{t: 3 for t in TOPICS.values()}, "batch-status": 4, OTHERS: 3, **{t: 3 for t in INBOUND},
                **{t + ".dlq": 1 for t in INBOUND}}.items() <= there.items(), there
        assert health(server)["status"] == "healthy", health(server)
        assert server.stop() == 0


# ---- what dies meanwhile ----

def test_kafka_comes_and_goes(binary, repeats=KILLS):
    rng = random.Random(SEED)
    with kafka() as k, place(binary) as p:
        server = Server(p, env=bus(k))  # it is absent at the start
        wait_for("the first failure", lambda: health(server)["status"] == "degraded")
        k.start()
        with Questions(server) as load:
            for n in range(repeats):
                time.sleep(rng.uniform(0, 1.5))
                if (n + rng.randrange(2)) % 2:
                    k.kill()
                    k.launch()  # questions go on while it starts
                else:
                    k.pause()
                    time.sleep(rng.uniform(0, 3))
                    k.resume()
            k.ready()
        assert load.count > repeats
        events = check_all_there(server, k)
        assert sum(e["event_type"] == "query.completed" for e in events) > 0
        wait_for("Kafka to be well", lambda: health(server)["status"] == "healthy")
        assert server.stop() == 0


def test_kafka_hears_of_it_after_the_server_was_killed(binary, repeats=KILLS):
    rng = random.Random(SEED)
    with kafka() as k, place(binary) as p:
        k.start()
        for life in range(repeats):
            server = Server(p, env=bus(k))
            with Questions(server, life) as load:
                time.sleep(rng.uniform(0.1, 0.8))
                load.dies = True
                server.kill()
        server = Server(p, env=bus(k))
        check_all_there(server, k)
        assert server.stop() == 0


def test_metrics_of_what_waits(binary):
    """How much waits, and for how long, is true also while a batch stands in a cluster that does not answer."""
    def metric(s, name):
        return float(next(line for line in s.get("/metrics").body.decode().splitlines()
                          if line.startswith(f'{name}{{bus="kafka"}}')).split()[-1])

    with kafka() as k, place(binary) as p:
        k.start()
        s = Server(p, env=bus(k))
        put(s, "Rockhaven")
        wait_for("the relay", lambda: s.get("/v1/events/stats").json["outbox_pending"] == 0)
        k.pause()
        put(s, "Whitsand")
        pending = s.get("/v1/events/stats").json["outbox_pending"]
        assert pending > 0
        wait_for("the lag", lambda: metric(s, "anchorage_relay_lag_events") == pending)
        wait_for("the age", lambda: metric(s, "anchorage_relay_oldest_seconds") >= 2)
        k.resume()
        wait_for("the rest", lambda: metric(s, "anchorage_relay_lag_events") == 0)
        assert metric(s, "anchorage_relay_oldest_seconds") == 0
        assert s.stop() == 0


# ---- who may do what ----

def refused(binary, k, words, **more):
    """A server that is not let in says why, and answers questions all the same."""
    with place(binary) as p:
        server = Server(p, env=bus(k, **more))
        put(server, "Rockhaven")
        assert server.post("/v1/chat/query", QUESTION).status == 200
        wait_for(f"{words} of {more}, not {health(server)}", lambda: words in health(server)["detail"])
        assert health(server)["status"] == "degraded"
        check_no_canary(server)
        assert server.stop() == 0


def asked(binary, k, **more):
    """The line of doctor about Kafka."""
    with place(binary) as p:
        out = p.run("doctor", "--json", env=bus(k, **more))
        assert CANARY not in out.stdout + out.stderr
        line = next(c for c in json.loads(out.stdout)["checks"] if c["check"] == "kafka")
        return line["status"], line["detail"]


def check_doctor(binary, k):
    """It finds out what the server may do, each right by itself, and leaves nothing behind."""
    assert asked(binary, k)[0] == "ok", asked(binary, k)
    before = k.topics()
    status, text = asked(binary, k, ANCHORAGE_BUS__KAFKA__USER=GUEST)
    for words in ("no right to write to the topics", "no right to read the topics", "in the group anchorage"):
        assert status == "wrong" and words in text, text
    k.allow(GUEST, "Describe topic *", "Write topic chatbot.*", "Write topic knowledge.*", "Write topic batch-status",
            "Write topic anchorage.events", "Write topic user.created.dlq", "Read topic user.created")
    status, text = asked(binary, k, ANCHORAGE_BUS__KAFKA__USER=GUEST, ANCHORAGE_BUS__KAFKA__INBOUND="user.created")
    assert status == "wrong" and "right to read in the group anchorage" in text and "topic" not in text, text
    k.allow(GUEST, "Read group anchorage")
    guest = {"ANCHORAGE_BUS__KAFKA__USER": GUEST}
    assert asked(binary, k, **guest, ANCHORAGE_BUS__KAFKA__INBOUND="user.created")[0] == "ok"
    status, text = asked(binary, k, **guest, ANCHORAGE_BUS__KAFKA__PREFIX="chatbot.x.")
    assert status == "wrong" and "no right to make the topics chatbot.x.knowledge.document.added" in text, text
    assert k.topics() == before
    assert all(m["headers"].get("ce_id") for t in TOPICS.values() for m in k.read(t))


def check_mechanisms(binary, k):
    """SCRAM is as good as what kcat has of it, which speaks by the same library; where that is refused, it is said why."""
    for mechanism in SCRAM:
        status, text = asked(binary, k, ANCHORAGE_BUS__KAFKA__MECHANISM=mechanism)
        if k.lets_in(mechanism):
            assert status == "ok", text
        else:
            assert status == "wrong" and "not into Kafka 4" in text and mechanism in text, text


def test_kafka_over_tls_asks_who_it_is(binary):
    with kafka(password=CANARY, tls=True) as k:
        k.start()
        refused(binary, k, "certificate", ANCHORAGE_BUS__KAFKA__TLS_CA="")
        refused(binary, k, "uthentication", ANCHORAGE_KAFKA_PASSWORD=CANARY + "x")
        refused(binary, k, "uthorization", ANCHORAGE_BUS__KAFKA__USER=GUEST)
        assert k.topics() == {}
        with place(binary) as p:
            server = Server(p, env=bus(k))
            use(server)
            check_all_there(server, k)
            assert health(server)["status"] == "healthy", health(server)
            check_no_canary(server)
            assert server.stop() == 0
            for topic, messages in k.read_all(k.topics()).items():
                assert CANARY not in json.dumps(messages), topic
        check_doctor(binary, k)
        check_mechanisms(binary, k)


def test_kafka_topics_are_made_by_who_may(binary):
    with kafka() as k, place(binary) as p:
        k.start()
        env = bus(k, ANCHORAGE_BUS__KAFKA__PREFIX="shop.", ANCHORAGE_BUS__KAFKA__PARTITIONS="5")
        server = Server(p, env={**env, "ANCHORAGE_BUS__KAFKA__MAKE_TOPICS": "false"})
        use(server)
        why = "shop.knowledge.document.added: Local: Unknown topic"
        wait_for("the refusal", lambda: why in health(server)["detail"])
        assert health(server)["status"] == "degraded" and k.topics() == {}, (health(server), k.topics())
        assert server.stop() == 0
        server = Server(p, env=env)
        check_all_there(server, k, "shop.")
        assert k.topics()["shop.chatbot.error"] == 5 and all(t.startswith("shop.") for t in k.topics())
        assert server.stop() == 0


def test_kafka_goes_on_behind_an_event_that_is_too_large(binary):
    """What the broker will never take is given up where nobody made a topic for it, and told; the rest arrives."""
    words = '"' * 700_000  # two bytes each in an event
    fake = FakeModel(HEAD + b"".join(text(words[i:i + 50_000]) for i in range(0, len(words), 50_000)) + text(" [1]")
                     + finish() + DONE)
    try:
        with kafka() as k, place(binary) as p:
            k.start()
            env = bus(k, ANCHORAGE_BUS__KAFKA__COMPRESSION="none")
            server = Server(p, env=env)
            use(server)
            check_all_there(server, k)
            assert server.stop() == 0
            server = Server(p, env={**env, "ANCHORAGE_BUS__KAFKA__MAKE_TOPICS": "false", "OPENAI_BASE_URL": fake.url(),
                                    "OPENAI_API_KEY": "none"})
            asked = server.post("/v1/chat/query", QUESTION).json
            assert asked["provider"] == "openai" and len(asked["answer"]) > 600_000, str(asked)[:500]
            put(server, "Easton")
            wait_for("the relay", lambda: server.get("/v1/events/stats").json["outbox_pending"] == 0)
            assert "1 that it will never take given up" in health(server)["detail"], health(server)
            letters = [e["payload"] for e in kept(server) if e["event_type"] == "deadletter.added"]
            assert len(letters) == 1 and "chatbot.query.completed" in letters[0]["dead_letter_id"], letters
            added = k.read_all([TOPICS["document.created"]])[TOPICS["document.created"]]
            assert any("Easton" in str(m["payload"]) for m in added), added
            assert server.stop() == 0
    finally:
        fake.close()


# ---- what is configured ----

def test_kafka_that_is_gone_keeps_no_events(binary):
    def cursors(p):
        with sqlite3.connect(f"file:{p.data / 'catalog.db'}?mode=ro", uri=True) as db:
            return dict(db.execute("SELECT consumer, seq FROM event_cursor"))

    with place(binary) as p:
        server = Server(p, env={"ANCHORAGE_BUS__KAFKA__BROKERS": "127.0.0.1:1"})  # never there
        put(server, "Rockhaven")
        wait_for("a cursor", lambda: "relay:kafka" in cursors(p))
        assert health(server)["status"] == "degraded"
        assert server.stop() == 0
        server = Server(p)
        assert "relay:kafka" not in cursors(p)
        assert "kafka" not in server.get("/health").json["checks"]
        assert server.stop() == 0


def test_kafka_settings_that_do_not_fit_stop_the_start(binary):
    with place(binary) as p:
        for more, words in (({"TLS_CA": str(p.home / "absent.pem"), "SECURITY": "ssl"}, "absent.pem: No such file"),
                            ({"SECURITY": CANARY}, "bus.kafka.security"), ({"INBOUND": "a b"}, "inbound"),
                            ({"BROKERS": "localhost:9092,a:b"}, "BROKERS: bus.kafka: kafka: broker 'a:b': 'b' is no port"),
                            ({"BROKERS": f"me:{CANARY}@localhost:9092"}, "'***@localhost:9092'"),
                            ({"SECURITY": "sasl_plaintext"}, "bus.kafka.user")):
            env = {f"ANCHORAGE_BUS__KAFKA__{k}": v for k, v in more.items()}
            out = p.run("serve", "--port", "0", env={**env, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
                                                     "ANCHORAGE_KAFKA_PASSWORD": CANARY})
            assert out.returncode != 0 and words in out.stderr and "sasl." not in out.stderr, (more, out.stderr)
            told = p.run("doctor", env={**env, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "ANCHORAGE_KAFKA_PASSWORD": CANARY})
            assert told.returncode != 0 and words.split("bus.kafka: ")[-1] in told.stdout + told.stderr, (more, told)
            assert more.get("SECURITY") == CANARY or CANARY not in told.stdout + told.stderr, (more, told)
            assert more.get("SECURITY") == CANARY or CANARY not in out.stderr + out.stdout

"""The live feed from outside: WebSocket and server-sent events, friendly clients and hostile ones.

Frames are written by hand (ws_client.py); where the package `websockets` is to be had, it is a client from outside.
"""
import asyncio
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

from fake_model import FakeModel, refusal
from harness import DEADLINE, Server, Skipped, place, serving, wait_for
from ws_client import BINARY, CLOSE, PING, PONG, TEXT, Refused, WebSocket, frame

HOME = pathlib.Path(os.environ.get("ANCHORAGE_TEST_HOME", pathlib.Path.home() / ".cache" / "anchorage-test"))
KEY = "correct-horse-battery"


def happen(s, name, headers=None):
    """A conversation is begun: the event that these tests make."""
    assert s.post("/v1/chat/conversations", {"id": name}, headers=headers).status == 201


def pass_by(s, name):
    """The same, once the feed has had it."""
    before = stats(s)["published_total"]
    happen(s, name)
    wait_for("the feed", lambda: stats(s)["published_total"] > before and stats(s)["queue_size"] == 0)


def about(name):
    return lambda event: event["metadata"].get("conversation_id") == name


def stats(s, headers=None):
    return s.get("/v1/events/stats", headers=headers).json


class Stream:
    """Server-sent events as they come."""

    def __init__(self, s, path="/v1/events/stream", headers=None):
        self.place = None  # that it was told before anything happened
        self.connection = http.client.HTTPConnection("127.0.0.1", s.port, timeout=10)
        self.connection.request("GET", path, headers=headers or {})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, (self.answer.status, self.answer.read())
        assert self.answer.getheader("content-type") == "text/event-stream"

    def next(self):
        """(id or None, event)"""
        number, data = None, []
        while True:
            line = self.answer.readline().decode()
            if not line:
                raise EOFError
            line = line.rstrip("\n")
            if line.startswith("id:"):
                number = int(line[3:])
            elif line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))
            elif line == "" and data:
                self.last = json.loads("\n".join(data))
                return number, self.last
            elif line == "":
                self.place, number = number if number is not None else self.place, None

    def until(self, wanted):
        out = []
        while not out or not wanted(out[-1][1]):
            out.append(self.next())
        return out

    def close(self):
        self.connection.close()
        self.answer.close()


# ---- what is seen ----

def test_a_question_is_seen_as_it_happens(binary):
    with serving(binary) as s, WebSocket(s.port) as w:
        w.settle()
        s.put_document(id="d", text="The ferry leaves at noon. The harbour closes in winter.")
        answer = s.post("/v1/chat/query", {"question": "When does the ferry leave?"}).json
        seen = w.events_until(lambda e: e["type"] == "query.completed")
        types = [e["type"] for e in seen]
        assert "document.created" in types and "documents.retrieved" in types, types
        for e in seen:
            assert set(e) == {"timestamp", "type", "message", "severity", "metadata"}, e
            assert e["severity"] in ("info", "warning", "error") and e["message"], e
            assert abs(e["timestamp"] - time.time()) < 60, e
        assert seen[-1]["metadata"]["query_id"] == answer["query_id"]


def test_filters_and_replay(binary):
    with serving(binary) as s:
        for i in range(5):
            happen(s, f"c{i}")
        s.request("DELETE", "/v1/chat/conversations/c0")
        wait_for("the history", lambda: stats(s)["history_size"] >= 6)
        cases = [("replay=2", [("conversation.created", "c4"), ("conversation.deleted", "c0")]),
                 ("replay=2&types=conversation.created", [("conversation.created", "c3"), ("conversation.created", "c4")]),
                 ("replay=1000&types=conversation.deleted,error", [("conversation.deleted", "c0")]),
                 ("replay=3&types=conversation.*", [("conversation.created", "c3"), ("conversation.created", "c4"), ("conversation.deleted", "c0")]),
                 ("replay=100&severity=error", []), ("", [])]
        for path in ("/v1/events/ws", "/ws/events"):
            for query, wanted in cases:
                with WebSocket(s.port, f"{path}?{query}") as w:
                    for event_type, name in wanted:
                        e = w.event()
                        assert (e["type"], e["metadata"]["conversation_id"]) == (event_type, name), (query, e)
                    w.settle()
                    assert w.buffer == b"", (query, w.buffer)


def test_the_filter_changes_at_run_time(binary):
    with serving(binary) as s, WebSocket(s.port, "/v1/events/ws?types=error") as w:
        pass_by(s, "unseen")
        w.send({"subscribe": {"types": ["conversation.*"], "severity": "info"}})
        w.settle()
        happen(s, "seen")
        assert about("seen")(w.event())
        w.send({"subscribe": {"severity": "error"}})
        w.settle()
        pass_by(s, "unseen too")
        w.send({"subscribe": {}})
        w.settle()
        happen(s, "seen again")
        assert about("seen again")(w.event())


def test_a_filter_that_cannot_be_is_told(binary):
    wrong = [({"subscribe": {"types": ["nope"]}}, '"nope"'), ({"subscribe": {"types": ["conversation.*", "no.such"]}}, '"no.such"'),
             ({"subscribe": {"severity": "loud"}}, "/subscribe/severity"), ({"subscribe": {"type": ["cache"]}}, "/subscribe/type"),
             ({"subscribe": {"types": "cache"}}, "/subscribe/types"), ({"hello": 1}, "/hello"), ({}, "/subscribe"), ("not JSON", "JSON"),
             ([1], "object"), ({"subscribe": {"types": ["x"] * 65}}, "/subscribe/types")]
    with serving(binary) as s:
        with WebSocket(s.port, "/v1/events/ws?types=conversation.created") as w:
            for message, says in wrong:
                w.send(message)
                e = w.event()
                assert e["type"] == "error" and e["severity"] == "error" and says in e["message"], (message, e)
                assert e["metadata"]["component"] == "subscription", e
            happen(s, "as before")  # nothing of it changed the filter
            assert about("as before")(w.event())
        with WebSocket(s.port, "/v1/events/ws?types=nope&replay=10") as w:
            e = w.event()
            assert e["type"] == "error" and '"nope"' in e["message"], e
            pass_by(s, "unseen")
            w.settle()
            assert w.buffer == b""
            w.send({"subscribe": {"types": ["*"]}})
            w.settle()
            happen(s, "seen")
            assert about("seen")(w.event())
        for query, says in (("severity=loud", "?severity"), ("replay=-1", "?replay"), ("replay=x", "?replay"), ("no_such=1", "?no_such")):
            try:
                WebSocket(s.port, f"/v1/events/ws?{query}")
                raise AssertionError(query)
            except Refused as refused:
                assert refused.status == 400 and says in refused.body.decode(), refused
        got = s.get("/v1/events/stream?types=nope")
        assert got.status == 400 and "?types" in got.body.decode(), got.body
        for wanted, says in (("nope", 'there is no event type'), ("no pe", 'there is no event type'), ("nope.*", 'there is no event type'),
                             ("cache", "are not kept: the live feed shows them")):
            got = s.get(f"/v1/events?type={wanted.replace(' ', '%20')}")
            assert got.status == 400 and says in got.json["errors"][0]["message"], got.body
            told = s.place.run("events", "list", "--type", wanted)
            assert told.returncode == 2 and says in told.stderr, told
        for wanted in ("query.*", "user.created", "*"):
            assert s.get(f"/v1/events?type={wanted}").status == 200, wanted
        with WebSocket(s.port) as w:
            w.settle()
            w.send("[1]")
            told = w.events_until(lambda e: e["type"] == "error")[-1]
            assert told["message"].startswith("ERROR in subscription: the body must be a JSON object"), told


def test_many_watch_and_the_numbers_say_so(binary):
    with serving(binary) as s:
        before = stats(s)
        assert before["active_subscribers"] == 0 and before["running"] is True, before
        watchers = [WebSocket(s.port) for _ in range(30)]
        streams = [Stream(s) for _ in range(5)]
        assert wait_for("the watchers", lambda: stats(s)["active_subscribers"] == 35)
        for w in watchers:
            w.settle()
        for i in range(20):
            happen(s, f"n{i}")
        for w in watchers:
            assert [e["metadata"]["conversation_id"] for e in (w.event() for _ in range(20))] == [f"n{i}" for i in range(20)]
        for stream in streams:
            assert [e["metadata"]["conversation_id"] for _, e in (stream.next() for _ in range(20))] == [f"n{i}" for i in range(20)]
        for one in watchers + streams:
            one.close()
        assert wait_for("their going", lambda: stats(s)["active_subscribers"] == 0)
        after = s.get("/api/events/stats").json
        assert after["history_size"] == 20 and after["published_total"] >= 20 and after["dropped_subscribers_total"] == 0, after
        metrics = s.get("/metrics").body.decode()
        assert re.search(r"^anchorage_live_events_total 20$", metrics, re.M) and re.search(r"^anchorage_live_subscribers 0$", metrics, re.M)


# ---- server-sent events ----

def test_a_stream_goes_on_where_it_was(binary):
    with place(binary) as p:
        s = Server(p)
        stream = Stream(s)
        for i in range(3):
            happen(s, f"a{i}")
        seen = stream.until(about("a2"))
        ids = [number for number, _ in seen]
        assert ids == sorted(ids) and None not in ids
        stream.close()
        for i in range(150):  # more than the history has
            happen(s, f"b{i}")
        back = Stream(s, headers={"Last-Event-ID": str(ids[-2])})
        happen(s, "live")
        missed = back.until(about("live"))
        assert [e["metadata"]["conversation_id"] for _, e in missed] == ["a2", *(f"b{i}" for i in range(150)), "live"]
        numbers = [number for number, _ in missed]
        assert numbers == sorted(set(numbers))
        back.close()
        filtered = Stream(s, "/v1/events/stream?types=conversation.deleted", headers={"Last-Event-ID": str(ids[0])})
        s.request("DELETE", "/v1/chat/conversations/b7")
        assert filtered.next()[1]["type"] == "conversation.deleted"
        filtered.close()
        assert s.stop() == 0
        s = Server(p)  # what is kept outlives the process
        back = Stream(s, headers={"Last-Event-ID": str(numbers[-1])})
        assert back.next()[1]["type"] == "conversation.deleted"
        ahead = Stream(s, headers={"Last-Event-ID": "123456789"})  # of another folder
        happen(s, "new")
        assert about("new")(ahead.until(about("new"))[-1][1])
        got = s.get("/v1/events/stream", headers={"Last-Event-ID": "x"})
        assert got.status == 400 and "Last-Event-ID" in got.body.decode()
        back.close()
        ahead.close()
        assert s.stop() == 0


# ---- who may ----

def test_origins_and_keys(binary):
    env = {"ANCHORAGE_HTTP__CORS_ORIGINS": "https://app.example"}
    with serving(binary, env=env) as s:
        own = {"Origin": f"http://127.0.0.1:{s.port}"}
        for headers in (own, {"Origin": "https://app.example"}, None):
            WebSocket(s.port, headers=headers).close()
        for origin in ("https://evil.example", "http://127.0.0.1:1", "null", "https://app.example.evil.example"):
            try:
                WebSocket(s.port, headers={"Origin": origin})
                raise AssertionError(origin)
            except Refused as refused:
                assert refused.status == 403 and "cors_origins" in refused.body.decode(), refused
        try:
            WebSocket(s.port, headers={"Host": "rebound.example"})
            raise AssertionError("a name that is not this machine's")
        except Refused as refused:
            assert refused.status == 403
    with serving(binary, env={"ANCHORAGE_API_KEY": KEY, "ANCHORAGE_LOG__LEVEL": "debug"}) as s:
        bearer = {"Authorization": f"Bearer {KEY}"}
        for path, headers in (("/v1/events/ws", None), ("/v1/events/ws?access_token=wrong", None), ("/ws/events", {"Authorization": "Bearer no"}),
                              ("/v1/events/ws?access_token=" + KEY, {"Authorization": "Bearer no"})):
            try:
                WebSocket(s.port, path, headers=headers)
                raise AssertionError(path)
            except Refused as refused:
                assert refused.status == 401, refused
        for path, headers in (("/v1/events/ws", bearer), (f"/ws/events?access_token={KEY}", None)):
            with WebSocket(s.port, path, headers=headers) as w:
                w.settle()
        assert s.get("/v1/events/stream").status == 401
        Stream(s, f"/v1/events/stream?access_token={KEY}").close()
        Stream(s, headers=bearer).close()
        assert s.get(f"/v1/events/stats?access_token={KEY}").status == 401  # only where no field can be sent
        assert KEY not in s.log_text()


# ---- what breaks the protocol ----

def test_hostile_clients_are_told_and_closed(binary):
    gigabyte = frame(BINARY, b"x" * 100, length=1 << 30)
    cases = [("unmasked", frame(TEXT, b"{}", masked=False), 1002), ("reserved bit", frame(TEXT, b"{}", reserved=4), 1002),
             ("reserved opcode", frame(5, b""), 1002), ("a fragment of nothing", frame(0, b"x"), 1002),
             ("a message in a message", frame(TEXT, b"x", fin=False) + frame(TEXT, b"y"), 1002), ("a long ping", frame(PING, b"x" * 126), 1002),
             ("a ping in fragments", frame(PING, b"x", fin=False), 1002), ("a gigabyte", gigabyte, 1009),
             ("a text past 64 KiB", frame(TEXT, b"x" * 65537), 1009),
             ("fragments past 64 KiB", frame(TEXT, b"x" * 40000, fin=False) + frame(0, b"x" * 40000), 1009), ("bytes", frame(BINARY, b"{}"), 1003),
             ("not UTF-8", frame(TEXT, b"\xff\xfe"), 1007), ("a close of one byte", frame(CLOSE, b"\x03"), 1002),
             ("a close with 1006", frame(CLOSE, b"\x03\xee"), 1002), ("garbage", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1002),
             ("more garbage", b"\xff" * 5000, 1002), ("a close", frame(CLOSE, b"\x03\xe8bye"), 1000),
             ("a close without a code", frame(CLOSE), 1005)]
    with serving(binary) as s:
        with WebSocket(s.port) as good:
            for name, data, code in cases:
                w = WebSocket(s.port)
                w.send_raw(data)
                got = w.closing()
                assert got == code, (name, got)
                w.close()
            # what is odd and right: fragments with a ping between, each byte by itself
            w = WebSocket(s.port)
            for byte in frame(TEXT, b'{"subscribe":', fin=False) + frame(PING, b"mid") + frame(0, b'{"types":["nope"]}}'):
                w.send_raw(bytes([byte]))
            assert w.next_frame() == (PONG, b"mid")
            assert '"nope"' in w.event()["message"]
            w.close()
            WebSocket(s.port).close()  # nothing said at all
            with socket.create_connection(("127.0.0.1", s.port)) as half:
                half.sendall(b"GET /v1/events/ws HTTP/1.1\r\nHost: localhost\r\nUpgr")
            happen(s, "well")
            assert about("well")(good.events_until(about("well"))[-1])
        assert wait_for("their going", lambda: stats(s)["active_subscribers"] == 0)


def test_what_is_no_handshake_is_refused(binary):
    cases = [({"Upgrade": None}, 426), ({"Connection": "keep-alive"}, 426), ({"Sec-WebSocket-Version": "8"}, 426),
             ({"Sec-WebSocket-Version": None}, 426), ({"Sec-WebSocket-Key": None}, 400), ({"Sec-WebSocket-Key": "c2hvcnQ="}, 400)]
    with serving(binary) as s:
        for headers, status in cases:
            try:
                WebSocket(s.port, headers=headers)
                raise AssertionError(headers)
            except Refused as refused:
                assert refused.status == status, (headers, refused)
                if status == 426:
                    assert refused.headers["upgrade"] == "websocket" and refused.headers["sec-websocket-version"] == "13"
        assert s.request("HEAD", "/v1/events/ws").status == 405


# ---- slow ones ----

def test_one_that_does_not_read_is_dropped_and_others_go_on(binary):
    with serving(binary) as s:
        stalled = [WebSocket(s.port, receive=4096) for _ in range(3)]
        stream = socket.socket()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stream.connect(("127.0.0.1", s.port))
        stream.sendall(b"GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with WebSocket(s.port) as good:
            wait_for("the watchers", lambda: stats(s)["active_subscribers"] == 5)
            seen = 0
            title = "t" * 3000
            for i in range(2000):
                assert s.post("/v1/chat/query", {"question": f"{i} " + title}).status in (200, 503)
                while seen <= i:
                    seen += good.event()["type"] in ("query.completed", "query.failed")
                if i % 20 == 19 and stats(s)["dropped_subscribers_total"] == 4:
                    break
            assert wait_for("the dropping", lambda: stats(s)["dropped_subscribers_total"] == 4)
            assert stats(s)["active_subscribers"] == 1

            assert re.search(r"^anchorage_events_dropped_total \d+$", s.get("/metrics").body.decode(), re.M)
            assert set(stats(s)) == {"active_subscribers", "queue_size", "history_size", "running", "published_total",
                                     "dropped_subscribers_total", "outbox_pending"}, stats(s)
            happen(s, "on")
            good.events_until(about("on"))
        for w in stalled:  # what was sent before is there, and then why it ended
            assert w.closing() == 1013
            w.close()
        stream.close()


FAREWELL = {"type": "stream.ended", "message": "the server is shutting down", "severity": "info", "metadata": {}}


def test_the_end_of_the_server_is_told(binary):
    with serving(binary) as s:
        w, stream = WebSocket(s.port), Stream(s)
        w.settle()
        happen(s, "last")
        assert about("last")(w.event())
        assert s.stop() == 0
        assert w.closing() == 1001
        assert about("last")(stream.next()[1])
        assert stream.next() == (None, {**FAREWELL, "timestamp": stream.last["timestamp"]})
        try:
            stream.next()
            raise AssertionError("the stream goes on")
        except EOFError:
            pass


# ---- clients from outside ----

def test_the_package_websockets(binary):
    sys.path += map(str, HOME.glob("schemathesis/lib/python3*/site-packages"))
    try:
        import websockets
    except ImportError:
        raise Skipped(f"the Python package websockets is not installed (scripts/setup.sh puts it into {HOME})")

    async def talk(s):
        async with websockets.connect(f"ws://127.0.0.1:{s.port}/v1/events/ws?types=conversation.*", compression="deflate") as ws:
            await ws.ping()
            await asyncio.to_thread(happen, s, "outside")
            assert about("outside")(json.loads(await asyncio.wait_for(ws.recv(), 10)))
            await ws.send(json.dumps({"subscribe": {"types": ["nope"]}}))
            assert "nope" in json.loads(await asyncio.wait_for(ws.recv(), 10))["message"]
            await ws.send("x" * 70000)
            try:
                await asyncio.wait_for(ws.recv(), 10)
                raise AssertionError("a message past the bound was taken")
            except websockets.ConnectionClosed as closed:
                assert closed.rcvd.code == 1009, closed
    with serving(binary) as s:
        asyncio.run(talk(s))


# ---- the command ----

class Follower:
    """`anchorage events follow` in a process of its own."""

    def __init__(self, p, *args):
        self.process = subprocess.Popen([p.binary, "events", "follow", *args], env=p.env, cwd=p.home, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")), daemon=True)
        self.reader.start()

    def wait(self, count):
        wait_for(f"{count} lines", lambda: len(self.lines) >= count)
        return [line.rstrip("\n") for line in self.lines]

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=DEADLINE)
        self.reader.join(timeout=5)
        return code, self.process.stderr.read()


def test_events_follow(binary):
    with place(binary) as p:
        refused = p.run("events", "follow")
        assert refused.returncode != 0 and "no server runs" in refused.stderr, refused
        s = Server(p)
        happen(s, "before")
        wait_for("the history", lambda: stats(s)["history_size"] == 1)
        plain, forms = Follower(p, "--replay", "5"), Follower(p, "--json", "--type", "conversation.*", "--type", "error")
        wrong = p.run("events", "follow", "--type", "nope")
        assert wrong.returncode == 2 and '"nope"' in wrong.stderr, wrong
        wait_for("the followers", lambda: stats(s)["active_subscribers"] == 2)
        s.put_document(id="d", text="The ferry leaves at noon.")
        happen(s, "after")
        seen = plain.wait(3)
        assert re.match(r"\d\d:\d\d:\d\d\.\d{3}Z  conversation.created +\S", seen[0]) and "before" in seen[0], seen
        assert "document.created" in seen[1] and "after" in seen[2], seen
        assert about("after")(json.loads(forms.wait(1)[0]))
        assert s.stop() == 0
        s = Server(p)  # followers come back by themselves, and miss nothing
        happen(s, "while away")
        assert "while away" in plain.wait(4)[3]
        assert about("while away")(json.loads(forms.wait(2)[1]))
        for follower in (plain, forms):
            code, said = follower.end()
            assert code == 130 and "trying again" in said, (code, said)
        listed = p.run("events", "list", "--type", "conversation.*", "--limit", "2")
        assert listed.returncode == 0 and "while away" in listed.stdout and "before" not in listed.stdout, listed
        listed = json.loads(p.run("events", "list", "--json", "--severity", "info").stdout)["items"]
        assert [e["event_type"] for e in listed][-1] == "conversation.created" and len(listed) == 4, listed
        numbers = json.loads(p.run("events", "stats", "--json").stdout)
        assert numbers["running"] is True and numbers["history_size"] >= 1, numbers
        assert s.stop() == 0


def test_a_follower_of_nothing_misses_nothing(binary):
    """One that was shown nothing yet knows where it was: what happens before it is back is brought to it."""
    with place(binary) as p:
        s = Server(p)
        happen(s, "before")
        wait_for("the history", lambda: stats(s)["history_size"] == 1)
        quiet = Follower(p)
        wait_for("the follower", lambda: stats(s)["active_subscribers"] == 1)
        quiet.process.send_signal(signal.SIGSTOP)
        assert s.stop() == 0
        s = Server(p)
        happen(s, "while away")
        quiet.process.send_signal(signal.SIGCONT)
        seen = quiet.wait(1)
        assert len(seen) == 1 and "while away" in seen[0], seen
        assert quiet.end()[0] == 130
        stream = Stream(s)  # and so is every client of the stream
        happen(s, "now")
        stream.until(about("now"))
        assert stream.place == max(e["metadata"]["seq"] for e in s.get("/v1/events").json["items"]) - 1, stream.place
        assert s.stop() == 0


def test_a_question_is_followed_as_it_happens(binary):
    with place(binary) as p:
        s = Server(p)
        s.put_document(id="skep", text="The Skep weighs 4.2 kg. It has an oak lid.")
        follower = Follower(p, "--json")
        wait_for("the follower", lambda: stats(s)["active_subscribers"] == 1)
        ends = 0
        for question, operation, tier in (("How heavy is the Skep?", "miss", "Q2"), ("How heavy is the Skep?", "hit", "Q2"),
                                          ("Why is the Skep better than the Murmur, and what is the difference?", "miss", "Q3")):
            before, ends = len(follower.lines), ends + 1
            asked = p.run("ask", "--json", question)
            assert asked.returncode == 0, asked
            answer = json.loads(asked.stdout)
            wait_for("its end", lambda: sum('"query.completed"' in line for line in follower.lines) == ends)
            seen = [json.loads(line) for line in follower.lines[before:]]
            first = {}
            for at, e in enumerate(seen):
                first.setdefault(e["type"], at)
            order = [first[name] for name in ("query_route", "cache", "cgrag", "query.completed")]
            assert order == sorted(order), seen
            route, cache, found, end = (seen[at]["metadata"] for at in order)
            assert route["query_id"] == found["query_id"] == end["query_id"] == answer["query_id"]
            assert route["selected_tier"] == answer["route"]["tier"] == tier and route["estimated_latency_ms"] > 0, route
            assert route["complexity_score"] == answer["route"]["complexity_score"], (route, answer)
            assert route["routing_reason"] == answer["route"]["reason"], (route, answer)
            assert seen[order[0]]["message"] == f"Query routed to {tier} tier (complexity: {route['complexity_score']:.1f})", seen
            assert (cache["cache"], cache["operation"]) == ("embedding", operation) and len(cache["key_hash"]) == 16, cache
            assert found["chunks_retrieved"] == len(answer["sources"]) and found["total_tokens"] > 0, found
            got = s.post("/v1/router/assess", {"question": question})
            assert got.status == 200 and got.json["tier"] == tier, got.body
            assert got.json["complexity_score"] == route["complexity_score"] and got.json["reason"] == route["routing_reason"]
            assert len(got.json["parts"]) == 7 and abs(sum(part["value"] for part in got.json["parts"]) - got.json["complexity_score"]) < 0.1
        assert follower.end()[0] == 130
        assert s.stop() == 0


def test_routing_is_configured(binary):
    env = {"ANCHORAGE_ROUTING__Q3_FROM": "0.5", "ANCHORAGE_ROUTING__Q4_FROM": "1.5", "ANCHORAGE_ROUTING__WEIGHT_COMPARISON": "0",
           "ANCHORAGE_ROUTING__Q4_NAME": "mighty", "ANCHORAGE_ROUTING__Q4_LATENCY_MS": "70"}
    with serving(binary, env=env) as s:
        got = s.post("/v1/router/assess", {"question": "Explain: compare the Skep"}).json
        assert (got["tier"], got["name"], got["estimated_latency_ms"]) == ("Q4", "mighty", 70), got
        assert "comparison" not in got["reason"], got
        assert [t["from_complexity"] for t in s.get("/v1/router").json["tiers"]] == [0, 0.5, 1.5]
    with place(binary) as p:
        wrong = subprocess.run([p.binary, "serve", "--port", "0"], env={**p.env, "ANCHORAGE_ROUTING__Q3_FROM": "8"}, cwd=p.home,
                               capture_output=True, text=True, timeout=DEADLINE)
        assert wrong.returncode != 0 and "Q4 begins at complexity 7 and Q3 at 8" in wrong.stderr, wrong


def test_thresholds_that_are_passed_are_told_once(binary):
    env = {"ANCHORAGE_PERFORMANCE__EVERY_MS": "50", "ANCHORAGE_PERFORMANCE__MEMORY_MB": "1", "ANCHORAGE_PERFORMANCE__WINDOW_S": "3600",
           "ANCHORAGE_PERFORMANCE__QUERY_P95_MS": "1", "ANCHORAGE_PERFORMANCE__HYSTERESIS": "1"}
    with serving(binary, env=env) as s, WebSocket(s.port, "/v1/events/ws?types=performance&replay=10") as w:
        memory = w.event()
        assert memory["type"] == "performance" and memory["severity"] == "warning", memory
        assert memory["metadata"]["metric"] == "resident_memory_mb" and memory["metadata"]["threshold"] == 1, memory
        assert memory["metadata"]["value"] > 1 and memory["metadata"]["component"] == "server", memory
        s.put_document(id="skep", text="The Skep weighs 4.2 kg.")
        for i in range(10):
            assert s.post("/v1/chat/query", {"question": f"How heavy is the Skep {i}?"}).status == 200
        latency = w.event()
        assert latency["metadata"]["metric"] == "query_latency_p95_ms" and latency["metadata"]["value"] > 1, latency
        assert latency["metadata"]["window_s"] == 3600 and latency["metadata"]["component"] == "rag", latency
        seen = stats(s)["published_total"]
        happen(s, "later")
        wait_for("the feed", lambda: stats(s)["published_total"] > seen)
        w.settle()
        assert w.buffer == b"", w.buffer  # neither is told again


def test_a_provider_that_fails_is_seen(binary):
    fake = FakeModel(refusal(500, "Broken", b'{"error":{"message":"no key ' + KEY.encode() + b' here"}}'))
    env = {"OPENAI_BASE_URL": fake.url(), "OPENAI_API_KEY": KEY, "ANCHORAGE_CHAT__RELEVANCE_THRESHOLD": "0.01"}
    try:
        with serving(binary, env=env) as s, WebSocket(s.port, "/v1/events/ws?types=error") as w:
            s.put_document(id="skep", text="The Skep weighs 4.2 kg.")
            for _ in range(4):
                assert s.post("/v1/chat/query", {"question": "How heavy is the Skep?"}).json["degraded"] is True
            seen = w.events_until(lambda e: e["metadata"]["error_type"] == "circuit_open")
            assert [e["metadata"]["error_type"] for e in seen] == 3 * ["provider_failed"] + ["circuit_open"], seen
            for e in seen:
                assert e["severity"] == "error" and e["metadata"]["component"] == "rag" and e["metadata"]["recovery_action"], e
                assert e["message"].startswith("ERROR in rag: provider openai "), e
                assert KEY not in json.dumps(e), e
            providers = s.get("/v1/router").json["providers"]
            assert [x["healthy"] for x in providers] == [False, True] and "rests" in providers[0]["detail"], providers
    finally:
        fake.close()

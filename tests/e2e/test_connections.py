"""Clients in numbers, and clients that are slow, silent or leave: bounded memory, nothing leaked, others served."""
import contextlib
import json
import os
import pathlib
import random
import re
import resource
import socket
import struct
import threading
import time

from harness import Server, place, serving, wait_for

ALONE = True  # it opens 10,000 connections and counts descriptors
CROWD = 10000
HEAD = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
NO_MODEL = "not-installed"
READERS = 12  # descriptors of the catalog's reading connections, which are opened when they are needed


def descriptors(server):
    """All but the catalog's: its readers are few, and opened when several are wanted at once."""
    def leads_to(fd):
        try:
            return os.readlink(fd)
        except FileNotFoundError:
            return "gone"
    names = [leads_to(fd) for fd in pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()]
    return sum("/catalog.db" not in name for name in names)


def gauge(server, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", server.get("/metrics").body.decode(), re.M)
    return float(found.group(1)) if found else None


def raise_own_descriptors(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def connect(server, receive=None):
    s = socket.socket()
    if receive is not None:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    s.settimeout(30)
    s.connect(("127.0.0.1", server.port))
    return s


@contextlib.contextmanager
def held():
    """Sockets that are closed at the end."""
    sockets = []
    try:
        yield sockets
    finally:
        for s in sockets:
            s.close()


def closed_by_server(s):
    """What came, once the server has closed."""
    got = b""
    try:
        while chunk := s.recv(65536):
            got += chunk
    except ConnectionResetError:
        pass
    return got


def test_ten_thousand_idle_connections(binary):
    # the server needs some more descriptors beside: for requests that are open, and for its files
    crowd = min(CROWD, raise_own_descriptors(CROWD + 6000) - 4800)
    if crowd < CROWD:
        print(f"        (this system allows {crowd} connections)")
    with serving(binary, env={"ANCHORAGE_HTTP__MAX_CONNECTIONS": str(crowd + 100)}) as s, held() as sockets:
        assert s.put_document(id="a", text="The ferry leaves at noon.").status == 201
        files, before = descriptors(s), s.rss_mb()
        for _ in range(crowd):
            sockets.append(connect(s))
        wait_for("all connections", lambda: gauge(s, "anchorage_connections") >= crowd)
        start = time.monotonic()
        assert s.get("/health").status == 200
        took_ms = (time.monotonic() - start) * 1000
        grown = s.rss_mb() - before
        print(f"        ({crowd} connections: {grown:.0f} MiB more, health in {took_ms:.1f} ms)")
        assert grown < 60 * s.memory_factor(), grown
        # every tenth begins a request and goes no further
        for c in sockets[::10]:
            c.sendall(HEAD)
        assert s.post("/v1/search", {"query": "ferry"}).json["results"][0]["document_id"] == "a"
        assert s.rss_mb() - before < 90 * s.memory_factor(), s.rss_mb() - before
        # more than are allowed, and all silent: the longest silent ones make room, and who asks is answered
        time.sleep(1.1)
        for _ in range(140):
            sockets.append(connect(s))
        start = time.monotonic()
        assert s.get("/health").status == 200
        print(f"        (health in {(time.monotonic() - start) * 1000:.1f} ms past the limit)")
        assert gauge(s, "anchorage_connections") <= crowd + 101
        for c in sockets:
            c.close()
        wait_for("all to be gone", lambda: descriptors(s) <= files + 5)
        assert s.get("/health").status == 200


def test_silent_connections_are_closed(binary):
    limits = {"ANCHORAGE_HTTP__IDLE_TIMEOUT_MS": "300", "ANCHORAGE_HTTP__HEAD_TIMEOUT_MS": "300",
              "ANCHORAGE_HTTP__BODY_TIMEOUT_MS": "300"}
    body = b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
    with serving(binary, env=limits) as s, held() as sockets:
        files = descriptors(s)
        for sent, answer in ((b"", b""), (HEAD, b" 408 "), (body, b" 408 "), (HEAD + b"\r\n", b" 200 ")):
            for _ in range(50):
                c = connect(s)
                c.sendall(sent)
                sockets.append(c)
            for c in sockets[-50:]:
                got = closed_by_server(c)
                assert answer in got[:40] and (answer or not got), (sent, got[:100])
        wait_for("their descriptors", lambda: descriptors(s) <= files)


def test_heads_that_drip_are_closed(binary):
    """A byte now and then keeps no connection: the whole head has its time."""
    with serving(binary, env={"ANCHORAGE_HTTP__HEAD_TIMEOUT_MS": "500"}) as s, held() as sockets:
        files = descriptors(s)
        for _ in range(50):
            sockets.append(connect(s))
        for byte in HEAD + b"X-Pad: " + b"a" * 60:
            for c in sockets:
                with contextlib.suppress(ConnectionError):
                    c.sendall(bytes([byte]))
            time.sleep(0.02)
        for c in sockets:
            assert b" 408 " in closed_by_server(c)[:40]
        wait_for("their descriptors", lambda: descriptors(s) <= files)
        assert s.get("/livez").status == 200


def test_few_descriptors(binary):
    """The server knows how many there are: who comes past them is told, each of them."""
    allowed, crowd = 160, 150
    raise_own_descriptors(crowd + 200)
    body = b'{"query":"ferry"}'
    ask = (b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
           b"Content-Length: %d\r\n\r\n" % len(body) + body)
    with place(binary, model=NO_MODEL) as p:
        script = p.home / "few.sh"
        script.write_text(f'#!/bin/sh\nulimit -n {allowed}\nexec {p.binary} "$@"\n')
        script.chmod(0o755)
        p.binary = str(script)
        s = Server(p)
        try:
            assert s.put_document(id="a", text="The ferry leaves at noon.").status == 201
            told = [line for line in s.log_text().splitlines() if "max_connections" in line]
            assert len(told) == 1 and f'"descriptors":{allowed}' in told[0] and '"configured":12000' in told[0], told
            statuses = {}
            with held() as sockets:
                for _ in range(crowd):
                    sockets.append(connect(s))
                for c in sockets:
                    c.sendall(ask)
                for c in sockets:
                    got = closed_by_server(c)
                    c.close()
                    status = int(got.split()[1]) if got else None
                    assert status == 200 or (status == 503 and b"retry-after: " in got.lower()), (statuses, got[:200])
                    statuses[status] = statuses.get(status, 0) + 1
            assert statuses.get(200) and statuses.get(503), statuses
            print(f"        ({statuses})")
            assert wait_for("recovery", lambda: attempt(lambda: s.get("/health").status == 200))
            assert s.put_document(id="b", text="And another.").status == 201
        finally:
            assert s.stop() == 0


def test_very_few_descriptors(binary):
    """Of 64 descriptors half of those that are free are for connections; one too many reads what overload is elsewhere."""
    allowed, crowd = 64, 200
    raise_own_descriptors(crowd + 200)
    with place(binary, model=NO_MODEL) as p:
        script = p.home / "few.sh"
        script.write_text(f'#!/bin/sh\nulimit -n {allowed}\nexec {p.binary} "$@"\n')
        script.chmod(0o755)
        p.binary = str(script)
        s = Server(p, env={"ANCHORAGE_HTTP__MAX_CONNECTIONS": str(crowd)})
        try:
            told = [json.loads(line) for line in s.log_text().splitlines() if '"configured"' in line]
            assert len(told) == 1 and "raise the limit of open files" in told[0]["message"], told
            assert told[0]["max_connections"] >= 14 and told[0]["configured"] == crowd, told
            with held() as sockets:
                for _ in range(told[0]["max_connections"]):
                    sockets.append(connect(s))
                    sockets[-1].sendall(HEAD + b"\r\n")
                for c in sockets:
                    assert b" 200 " in c.recv(65536)[:40]
                for _ in range(crowd - len(sockets)):
                    sockets.append(connect(s))
                    sockets[-1].sendall(b"GET /v1/collections HTTP/1.1\r\nHost: localhost\r\n\r\n")
                got = closed_by_server(sockets[-1])
                head, _, body = got.partition(b"\r\n\r\n")
                assert b" 503 " in head[:40] and b"retry-after: 1" in head.lower(), got
                problem = json.loads(body)
                assert problem["type"] == "urn:anchorage:problem:unavailable", problem
                assert problem["title"] == "it is not available now", problem
                assert problem["instance"] == "/v1/collections" and problem["request_id"], problem
                start = time.monotonic()
                sockets.append(connect(s))
                sockets[-1].sendall(HEAD.replace(b"/livez", b"/health") + b"\r\n")
                assert b" 200 " in closed_by_server(sockets[-1])[:40]
                print(f"        (health in {(time.monotonic() - start) * 1000:.0f} ms)")
            assert wait_for("recovery", lambda: attempt(lambda: s.get("/health").status == 200))
            for i in range(20):
                assert s.put_document(id=f"d{i}", text=f"The ferry leaves at {i}.").status == 201
        finally:
            assert s.stop() == 0


def test_descriptors_used_up(binary):
    with serving(binary) as s, held() as sockets:
        pid = s.process.pid
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        kept = connect(s)
        sockets.append(kept)
        kept.sendall(HEAD + b"\r\n")
        assert b"200 OK" in kept.recv(65536)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (descriptors(s) + 12, limits[1]))
        for _ in range(200):
            sockets.append(connect(s))
        # a connection that stands is served; nobody spins meanwhile
        for path in ("/livez", "/health", "/v1/collections"):
            kept.sendall(HEAD.replace(b"/livez", path.encode()) + b"\r\n")
            assert b"HTTP/1.1 200" in kept.recv(1 << 20), path
        busy = cpu_seconds(pid)
        time.sleep(1)
        busy = cpu_seconds(pid) - busy
        assert busy < 0.5, f"{busy} s of processor time in one second of nothing to do"
        # a document meanwhile is taken, or refused for now; it is never a defect, nor the end of the writer
        text = b'{"id":"x","text":"One more, while there is no descriptor left."}'
        kept.sendall(b"POST /v1/knowledge/documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                     b"Content-Length: %d\r\n\r\n" % len(text) + text)
        status = int(kept.recv(65536).split()[1])
        assert status in (201, 503), status
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        for c in sockets:
            c.close()
        assert wait_for("recovery", lambda: attempt(lambda: s.get("/health").status == 200))
        assert s.put_document(id="y", text="And one more, with descriptors again.").status == 201
        assert s.post("/v1/search", {"query": "descriptors again", "mode": "keyword"}).json["results"]


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def attempt(fn):
    with contextlib.suppress(OSError):
        return fn()
    return None


def text_of(mib, rng):
    words = [f"w{rng.randrange(5000)}" for _ in range(4000)]
    line = " ".join(words) + ".\n"
    return line * (mib * (1 << 20) // len(line) + 1)


def test_slow_readers_are_dropped_and_steady_ones_served(binary):
    with place(binary, model=NO_MODEL) as p:
        s = Server(p, env={"ANCHORAGE_HTTP__STALL_TIMEOUT_MS": "700", "ANCHORAGE_LOG__LEVEL": "info"})
        try:
            long = text_of(12, random.Random(1))
            assert s.put_document(id="long", text=long).status == 201
            files, before = descriptors(s), s.rss_mb()
            request = b"GET /v1/knowledge/documents/long/text HTTP/1.1\r\nHost: localhost\r\n\r\n"
            with held() as sockets:
                for _ in range(30):
                    sockets.append(connect(s, receive=4096))
                    sockets[-1].sendall(request)
                steady = connect(s, receive=65536)
                sockets.append(steady)
                steady.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
                got = b""
                while chunk := steady.recv(200000):
                    got += chunk
                    time.sleep(0.005)
                assert got.split(b"\r\n\r\n", 1)[1].decode().split() == long.split()
                wait_for("the others to be dropped", lambda: s.log_text().count("the client stopped reading") == 30)
                assert s.rss_mb() - before < 80 * s.memory_factor(), s.rss_mb() - before
                wait_for("their descriptors", lambda: descriptors(s) <= files + 1)
            # a stream whose client never reads ends as well, and holds up nobody
            with held() as sockets:
                for _ in range(50):
                    sockets.append(connect(s, receive=4096))
                    body = b'{"question":"w1 w2 w3?"}'
                    sockets[-1].sendall(b"POST /v1/chat/stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                        b"application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                assert s.post("/v1/chat/query", {"question": "w1 w2 w3?"}).status == 200
            wait_for("their descriptors", lambda: descriptors(s) <= files + 1)
        finally:
            assert s.stop() == 0


def first_of_answer(sock):
    """Head and, of a problem, body: as little as tells what it is."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += sock.recv(1000)
    head, body = got.split(b"\r\n\r\n", 1)
    status = int(head.split()[1])
    length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
    while status != 200 and len(body) < length:
        body += sock.recv(1000)
    return status, head.decode().lower(), body


@contextlib.contextmanager
def unread(s, path, readers, ahead=1):
    """Clients that ask `ahead` times for `path` and do not read."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with held() as sockets:
        for _ in range(readers):
            sockets.append(connect(s, receive=4096))
            sockets[-1].sendall(request * ahead)
        yield sockets
    wait_for("the room for answers", lambda: gauge(s, "anchorage_http_answer_bytes") < 1 << 20)


def look_at_refusals(sockets):
    answers = [first_of_answer(sock) for sock in sockets]
    refused = [(head, json.loads(body)) for status, head, body in answers if status != 200]
    for head, problem in refused:
        assert problem["status"] == 503 and "http.answer_memory_mb" in problem["detail"], problem
        assert "\nretry-after: " in head and "application/problem+json" in head, head
    return len(refused)


def test_answers_that_nobody_reads_take_bounded_memory(binary):
    room, readers, document = 16, 120, "/v1/knowledge/documents/long"
    with place(binary, model=NO_MODEL) as p:
        s = Server(p, env={"ANCHORAGE_HTTP__ANSWER_MEMORY_MB": str(room)})

        def others_are_served(path, refused):
            assert s.get("/health").status == 200 and s.get(document).status == 200
            assert s.request("HEAD", path).status == 200
            wait_for("the refusals", lambda: gauge(s, "anchorage_http_answers_refused_total") >= refused > 0)
            assert 0 < gauge(s, "anchorage_http_answer_bytes") <= (room + 8) << 20
            # threads that make lists side by side keep some memory each; without a bound it would be hundreds of MB
            assert s.rss_mb() - before < (room + 112) * s.memory_factor(), (path, s.rss_mb() - before)

        try:
            long = text_of(5, random.Random(2))
            assert s.post("/v1/knowledge/documents", {"id": "long", "text": long}, timeout=600).status == 201
            before, refused = s.rss_mb(), 0
            for path in (f"{document}/text", f"{document}/raw"):
                with unread(s, path, readers) as sockets:
                    here = look_at_refusals(sockets)
                    refused += here
                    assert 0 < here < readers, here
                    others_are_served(path, refused)
            # a list is made whole, and the system's buffers take the first of those that are asked for ahead
            path = f"{document}/chunks?limit=1000"
            with unread(s, path, readers, ahead=5):
                others_are_served(path, refused + 1)
            assert s.get(path).status == 200
            assert s.get(f"{document}/text").body.decode().split() == long.split()
            assert s.get(f"{document}/raw").body.decode() == long
        finally:
            assert s.stop() == 0


# ---- uploads

BOUNDARY = b"xBOUNDARYx"


def upload_of(name, content):
    body = (b"--%s\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n%s\r\n--%s\r\nContent-Disposition: form-data; "
            b"name=\"file\"; filename=\"%s.txt\"\r\nContent-Type: text/plain\r\n\r\n" % (BOUNDARY, name, BOUNDARY, name)
            + content + b"\r\n--%s--\r\n" % BOUNDARY)
    head = (b"POST /v1/knowledge/documents HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
            b"multipart/form-data; boundary=%s\r\nContent-Length: %d\r\n\r\n" % (BOUNDARY, len(body)))
    return head, body


def left_over(p):
    return [f for folder in (p.data / "tmp", p.data / "raw" / "tmp") if folder.exists() for f in folder.iterdir()]


def leave(s, how):
    if how == "reset":
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif how == "half":
        s.shutdown(socket.SHUT_WR)
        closed_by_server(s)
    s.close()


def test_uploads_cut_at_every_stage(binary):
    with place(binary, model=NO_MODEL) as p:
        s = Server(p)
        try:
            content = text_of(3, random.Random(2)).encode()
            head, body = upload_of(b"cut", content)
            whole = head + body
            part = len(head) + body.index(b"\r\n\r\n", body.index(b"filename"))
            cuts = {"in the request line": 10, "in the head": len(head) // 2, "behind the head": len(head),
                    "in a field": len(head) + 60, "in the head of the file": part - 5, "before the file": part + 4,
                    "in the kept part": part + 300000, "where it goes to disk": part + (1 << 20) + 100,
                    "on disk": part + (2 << 20), "at the end of the file": len(head) + len(body) - len(BOUNDARY) - 8,
                    "in the last boundary": len(whole) - 6, "one byte early": len(whole) - 1}
            files = descriptors(s)
            for how in ("close", "reset", "half"):
                for name, at in cuts.items():
                    c = connect(s)
                    c.sendall(whole[:at])
                    leave(c, how)
                    assert s.get("/livez").status == 200, (how, name)
            wait_for("descriptors of cut uploads", lambda: descriptors(s) <= files)
            wait_for("files of cut uploads", lambda: not left_over(p))
            assert s.get("/v1/knowledge/documents/cut").status == 404
            with connect(s) as c:
                c.sendall(whole)
                assert b" 201 " in closed_by_server(c)[:40]
            assert s.get("/v1/knowledge/documents/cut/text").body.split() == content.split()
            # the client leaves while the document is worked on: it is there whole, or not at all
            for how in ("close", "reset"):
                c = connect(s)
                c.sendall(b"".join(upload_of(b"left", content)))
                time.sleep(0.05)
                leave(c, how)
            wait_for("their descriptors", lambda: descriptors(s) <= files and not left_over(p))
            got = s.get("/v1/knowledge/documents/left/text")
            assert got.status == 404 or got.body.split() == content.split(), got.status
        finally:
            assert s.stop() == 0
        assert not left_over(p)


def many_documents(form, n):
    """A body of n documents and where each of them ends; its head."""
    records = [b'{"id":"%s-%d","text":"Number %d of those that are %s."}' % (form, i, i, form) for i in range(n)]
    if form == b"lines":
        parts, kind = [r + b"\n" for r in records], b"application/x-ndjson"
    else:
        parts = [b'{"documents":[' + records[0], *[b"," + r for r in records[1:]], b"]}"]
        kind = b"application/json"
    ends = [len(b"".join(parts[:i + 1])) for i in range(n)]
    body = b"".join(parts)
    return (b"POST /v1/knowledge/documents/batch HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: %s\r\n"
            b"Content-Length: %d\r\n\r\n" % (kind, len(body))), body, ends


def test_many_documents_cut_at_every_stage(binary):
    n = 6
    with place(binary, model=NO_MODEL) as p:
        s = Server(p)

        def batches():
            return {b["batch_id"]: b for b in s.get("/v1/ingest?limit=1000").json["items"]}

        def ended(known):
            new = [b for key, b in batches().items() if key not in known and b["status"] not in ("queued", "processing")]
            return new[0] if new else None
        try:
            files, cut = descriptors(s), 0
            for form in (b"lines", b"array"):
                head, body, ends = many_documents(form, n)
                for at in sorted({0, 5, *ends[:-1], *[end - 3 for end in ends], *[end + 4 for end in ends[:-1]]}):
                    # a line is whole with its end, an element of an array with the comma behind it
                    whole = sum(end + (form == b"array") <= at for end in ends)
                    for how in ("close", "half"):
                        known = set(batches())
                        c = connect(s)
                        c.sendall(head + body[:at])
                        leave(c, how)
                        assert s.get("/livez").status == 200, (form, at, how)
                        if whole:
                            batch = wait_for(f"a batch of {whole} {form} cut at {at} by {how}", lambda: ended(known))
                            assert batch["status"] == "failed" and "broke off" in batch["error_message"], batch
                            assert batch["total_documents"] == whole and batch["failed_documents"] == 0, (whole, batch)
                            cut += 1
            for form in (b"lines", b"array"):
                head, body, ends = many_documents(form, n)
                for at in range(0, len(body), 11):  # of what a reset throws away nobody knows how much had come
                    c = connect(s)
                    c.sendall(head + body[:at])
                    leave(c, "reset")
                with connect(s) as c:
                    c.sendall(head + body)
                    assert b" 202 " in closed_by_server(c)[:40]
            wait_for("all to end", lambda: all(b["status"] in ("failed", "completed") for b in batches().values()))
            wait_for("descriptors and files", lambda: descriptors(s) <= files + READERS and not left_over(p))
            assert s.get("/v1/dead-letters").json["items"] == []
            for form in ("lines", "array"):
                for i in range(n):
                    got = s.get(f"/v1/knowledge/documents/{form}-{i}/text")
                    assert got.body.decode().strip() == f"Number {i} of those that are {form}.", (form, i, got.body)
            print(f"        ({cut} bodies cut behind documents)")
        finally:
            assert s.stop() == 0


def test_five_hundred_uploads_at_once(binary):
    n = 500
    rng = random.Random(3)
    with place(binary, model=NO_MODEL) as p:
        s = Server(p)
        try:
            contents = [text_of(0, rng).encode()[:rng.randrange(2000, 20000)] for _ in range(n)]
            for i in range(0, n, 50):
                contents[i] = text_of(2, rng).encode()
            files, before, refused, wrong = descriptors(s), s.rss_mb(), [], []
            start = threading.Barrier(n)

            def read_whole(i):
                c = connect(s)
                c.settimeout(120)
                with c:
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        c.sendall(b"".join(upload_of(b"u%d" % i, contents[i])))
                    return attempt(lambda: closed_by_server(c)) or b""

            def send_until_taken(i):
                start.wait()
                for _ in range(2000):
                    got = read_whole(i)
                    status = int(got.split()[1]) if got else 0
                    if status in (200, 201):
                        return
                    if got and not (status == 503 and b"retry-after: " in got.lower()):
                        break
                    refused.append(i)
                    time.sleep(0.1)
                wrong.append((i, got[:200]))
            threads = [threading.Thread(target=send_until_taken, args=(i,)) for i in range(n)]
            for t in threads:
                t.start()
            most = 0
            while any(t.is_alive() for t in threads):
                most = max(most, s.rss_mb())
                assert s.get("/livez").status == 200
                time.sleep(0.1)
            assert not wrong, wrong[:3]
            print(f"        (at most {most - before:.0f} MiB more, {len(refused)} refusals on the way)")
            assert most - before < 200 * s.memory_factor(), most
            assert s.get("/v1/collections/default").json["documents"] == n
            for i in (0, 1, n // 2, n - 1):
                assert s.get(f"/v1/knowledge/documents/u{i}/text").body.split() == contents[i].split(), i
            wait_for("descriptors and files", lambda: descriptors(s) <= files + READERS and not left_over(p))
        finally:
            assert s.stop() == 0

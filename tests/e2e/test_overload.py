"""Ten times what the server takes: refusals that say so and when to come again, health meanwhile, and all as before
once it is over."""
import base64
import contextlib
import http.client
import json
import multiprocessing
import os
import pathlib
import random
import signal
import threading
import time

from harness import serving
from make_documents import pdf

ALONE = True  # it measures how long answers take
CAPACITY = 16
CLIENTS = CAPACITY * 10
SECONDS = 4.0


def watch_health(port, stop, results):
    """In a process of its own, so that it measures the server and not the load's interpreter."""
    took, wrong = [], []
    while not stop.is_set():
        for path in ("/health", "/livez", "/metrics"):
            start = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", path)
            status = connection.getresponse().status
            connection.close()
            took.append((time.monotonic() - start) * 1000)
            if status != 200:
                wrong.append((path, status))
        time.sleep(0.02)
    results.put((took, wrong))


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


class Load:
    """Clients that ask without pause, each on its own connections, and what came of it."""

    def __init__(self, server, clients, requests):
        self.server, self.requests, self.end = server, requests, threading.Event()
        self.answers, self.odd, self.lock = {}, [], threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(n,)) for n in range(clients)]

    def _run(self, n):
        rng = random.Random(n)
        while not self.end.is_set():
            kind, method, path, body, check = rng.choice(self.requests)
            got = self.server.request(method, path, body=body(rng), timeout=60)
            with self.lock:
                self.answers[(kind, got.status)] = self.answers.get((kind, got.status), 0) + 1
                if got.status in (429, 503):
                    problem = got.json
                    if "retry-after" not in got.headers or problem["status"] != got.status or "overloaded" not in problem["detail"]:
                        self.odd.append((kind, got.headers, got.body[:300]))
                elif got.status not in (200, 201) or not check(got):
                    self.odd.append((kind, got.status, got.body[:300]))

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        for t in self.threads:
            t.join()


REQUESTS = [
    ("search", "POST", "/v1/search", lambda r: {"query": f"bees sugar {r.randrange(1000)}"}, lambda a: a.json["results"]),
    ("chat", "POST", "/v1/chat/query", lambda r: {"question": f"When are the bees fed with sugar syrup {r.randrange(1000)}?"},
     lambda a: a.json["answer"]),
    ("stream", "POST", "/v1/chat/stream", lambda r: {"question": f"When are the bees fed with sugar {r.randrange(1000)}?"},
     lambda a: b"event: done" in a.body),
    ("put", "POST", "/v1/knowledge/documents", lambda r: {"id": f"d{r.randrange(50)}", "text": f"Bees are fed {r.randrange(10**9)} times."},
     lambda a: a.json["version"] > 0),
    ("list", "GET", "/v1/knowledge/documents", lambda r: None, lambda a: a.json["items"]),
]


def test_ten_times_overload(binary):
    with serving(binary, env={"ANCHORAGE_HTTP__MAX_IN_FLIGHT": str(CAPACITY)}) as s:
        for i in range(50):
            assert s.put_document(id=f"d{i}", text=f"The bees are fed with sugar syrup in October, hive {i}.").status == 201
        assert s.put_document(id="ferry", text="The ferry to the island leaves at noon.").status == 201
        before, stop, results = s.rss_mb(), multiprocessing.Event(), multiprocessing.Queue()
        watcher = multiprocessing.Process(target=watch_health, args=(s.port, stop, results))
        watcher.start()
        with Load(s, CLIENTS, REQUESTS) as load:
            time.sleep(SECONDS)
            stop.set()
            health_ms, wrong = results.get(timeout=60)
            watcher.join()
        after = s.post("/v1/chat/query", {"question": "When does the ferry to the island leave?"})
        assert after.status == 200 and "noon" in after.json["answer"], after.body[:300]
        assert not load.odd and not wrong, (load.odd[:3], wrong[:3])
        taken = sum(n for (_, status), n in load.answers.items() if status in (200, 201))
        refused = sum(n for (_, status), n in load.answers.items() if status in (429, 503))
        print(f"        ({taken} answered, {refused} refused; health: median {percentile(health_ms, .5):.1f}, "
              f"95 % {percentile(health_ms, .95):.1f} ms)")
        assert refused > 0 and taken > 0, load.answers
        for kind in ("search", "chat", "stream", "put", "list"):
            assert load.answers.get((kind, 200), 0) + load.answers.get((kind, 201), 0) > 0, (kind, load.answers)
        assert s.rss_mb() - before < 200 * s.memory_factor(), (before, s.rss_mb())
        # what was acknowledged is there
        for i in range(50):
            text = s.get(f"/v1/knowledge/documents/d{i}/text")
            assert text.status == 200 and text.body.startswith((b"Bees are fed", b"The bees are fed")), (i, text.status)
        assert "refused_total" in s.get("/metrics").body.decode()
        assert json.loads(s.get("/health").body)["status"] in ("healthy", "degraded")


@contextlib.contextmanager
def on_one_core():
    """What is started meanwhile has one thread that answers questions, on whatever machine."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def test_who_would_wait_too_long_is_refused_at_once(binary):
    """By the time that those before it take, not by their number; four for each thread are always taken."""
    always = 4
    limits = {"ANCHORAGE_HTTP__MAX_IN_FLIGHT": "100000", "ANCHORAGE_HTTP__MAX_WAIT_MS": "20"}
    with contextlib.ExitStack() as stack:
        with on_one_core():
            s = stack.enter_context(serving(binary, env=limits))
        for i in range(50):
            assert s.put_document(id=f"d{i}", text=f"The bees are fed with sugar syrup in October, hive {i}.").status == 201
        with Load(s, always * 20, [REQUESTS[1], REQUESTS[2], REQUESTS[4]]) as load:
            time.sleep(SECONDS)
        assert not load.odd, load.odd[:3]
        print(f"        ({load.answers})")
        for kind in ("chat", "stream"):
            assert load.answers.get((kind, 200), 0) > 0 and load.answers.get((kind, 503), 0) > 0, load.answers
        assert load.answers.get(("list", 503), 0) == 0, load.answers  # these wait for no question
        assert s.post("/v1/chat/query", {"question": "When are the bees fed with sugar syrup?"}).status == 200


def test_a_server_that_takes_one_at_a_time(binary):
    with serving(binary, env={"ANCHORAGE_HTTP__MAX_IN_FLIGHT": "1"}) as s:
        assert s.put_document(id="a", text="The ferry leaves at noon.").status == 201
        with Load(s, 20, [REQUESTS[0][:3] + (lambda r: {"query": "ferry"}, lambda a: a.json["results"])]) as load:
            time.sleep(1)
        assert not load.odd, load.odd[:3]
        assert load.answers.get(("search", 200), 0) > 0, load.answers
        assert s.post("/v1/search", {"query": "ferry"}).status == 200


def readers_of(pid):
    """The processes in which a server has PDFs read."""
    found = []
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            number, rest = status.read_text().split(" (", 1)
            name, fields = rest.rsplit(") ", 1)
        except OSError:
            continue
        if int(fields.split()[1]) == pid and name == "pdftotext":
            found.append(int(number))
    return found


def test_documents_that_hang_hold_up_no_other_request(binary):
    pages = [["The lighthouse stands by the harbour, and its keeper has ropes to sell."] * 45] * 100
    content = base64.b64encode(pdf(pages)).decode()
    with serving(binary) as s:
        assert s.put_document(id="a", text="The ferry leaves at noon.").status == 201
        puts, stopped = [], set()

        def put(n):
            puts.append(s.put_document(id=f"slow{n}", content_base64=content).status)

        def stop_those_that_read():
            until = time.monotonic() + 30
            while len(stopped) < 4 and time.monotonic() < until:
                for reader in readers_of(s.process.pid):
                    os.kill(reader, signal.SIGSTOP)
                    stopped.add(reader)
            assert len(stopped) >= 4, stopped

        threads = [threading.Thread(target=put, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        try:
            stop_those_that_read()
            for path in ("/v1/collections", "/v1/knowledge/documents", "/v1/knowledge/documents/a/text", "/v1/ingest"):
                assert s.get(path, timeout=20).status == 200, path
            assert s.post("/v1/search", {"query": "ferry"}, timeout=20).json["results"]
        finally:
            for reader in stopped:
                os.kill(reader, signal.SIGCONT)
            for t in threads:
                t.join()
        assert puts == [201] * 8, puts

"""announced.py - what the end-to-end tests of the buses share: what the catalog holds, which is what a bus has to have
got, and threads that ask meanwhile."""
import http.client
import threading

CANARY = "c4nary-7d1b"
GONE = (OSError, http.client.HTTPException)
QUESTION = {"question": "How deep is the harbour?"}


def put(server, name):
    return server.put_document(id=name, title=name, text=f"The harbour of {name} is nine metres deep at low tide.")


def kept(server):
    """All events of the catalog, oldest first."""
    events, cursor = [], ""
    while True:
        page = server.get(f"/v1/events?limit=500{cursor}").json
        events += page["items"]
        if page["next_cursor"] is None:
            return events[::-1]
        cursor = f"&cursor={page['next_cursor']}"


def by_aggregate(events):
    out = {}
    for e in events:
        out.setdefault(e["metadata"].get("aggregate_id", ""), []).append(e["id"])
    return out


def check_no_canary(server):
    texts = [server.log_text()] + ([] if server.process.poll() is not None else [
        server.get(path).body.decode(errors="replace") for path in ("/health", "/v1/events?limit=1000", "/metrics")])
    for text in texts:
        assert CANARY not in text
    for path in server.place.home.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path


class Questions:
    """Threads that ask, and change documents, until told to stop or until the server goes."""

    def __init__(self, server, life=0):
        self.server, self.life, self.over, self.wrong, self.count = server, life, threading.Event(), [], 0
        self.dies = False  # the server may go away
        self.threads = [threading.Thread(target=self.drive, args=(n,)) for n in range(3)]
        for t in self.threads:
            t.start()

    def drive(self, n):
        try:
            for i in range(100000):
                if self.over.is_set():
                    return
                got = (self.server.post("/v1/chat/query", QUESTION) if i % 3 else
                       put(self.server, f"h{self.life}-{n}-{i}"))
                assert got.status in (200, 201), (got.status, got.body[:300])
                self.count += 1
        except GONE as error:
            if not self.dies:
                self.wrong.append(error)
        except Exception as error:  # told by stop, in the thread of the test
            self.wrong.append(error)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.over.set()
        for t in self.threads:
            t.join()
        if self.wrong:
            raise self.wrong[0]

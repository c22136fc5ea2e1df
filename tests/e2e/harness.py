"""harness.py - a server of the built binary on loopback, and what the end-to-end tests ask of it."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINY_MODEL = "tiny-bert"
DEADLINE = 60.0


class Skipped(Exception):
    """What a test needs is not here; the text says what."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Place:
    """A temporary home with a data folder and the tiny model."""

    def __init__(self, binary, model=TINY_MODEL):
        self.binary = str(pathlib.Path(binary).resolve())
        self.servers = []
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="anc-e2e-"))
        self.data = self.home / "data"
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "NO_COLOR": "1",
                    "ANCHORAGE_DATA_DIR": str(self.data), "ANCHORAGE_MODELS_DIR": str(ROOT / "tests" / "data"),
                    "ANCHORAGE_MODEL__NAME": model, "ANCHORAGE_LOG__LEVEL": "warn"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def run(self, *args, timeout=DEADLINE, stdin=None, env=None):
        return subprocess.run([self.binary, *args], env={**self.env, **(env or {})}, cwd=self.home, text=True,
                              capture_output=True, timeout=timeout, input=stdin)

    def close(self):
        """Servers that a failed test left behind go with it."""
        for server in self.servers:
            server.kill()
        shutil.rmtree(self.home, ignore_errors=True)


class Server:
    """`serve` in a process of its own; its port is read from its first line."""

    def __init__(self, place, *args, env=None):
        self.place, self.lines = place, []
        self.started = time.monotonic()
        self.log = open(place.home / "server.log", "ab")
        self.process = subprocess.Popen([place.binary, "serve", "--port", "0", *args], env={**place.env, **(env or {})},
                                        cwd=place.home, stdout=subprocess.PIPE, stderr=self.log, text=True)
        place.servers.append(self)
        self.port = None
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        deadline = time.monotonic() + DEADLINE
        while self.port is None and time.monotonic() < deadline and self.process.poll() is None:
            time.sleep(0.005)
        if self.port is None:
            self.kill()
            raise AssertionError("the server did not start: " + self.log_text()[-2000:])
        self.ready_s = time.monotonic() - self.started

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            found = re.search(r"serves on http://[^:]+:(\d+)", line)
            if found and self.port is None:
                self.port = int(found.group(1))

    def log_text(self):
        return (self.place.home / "server.log").read_text(errors="replace")

    def request(self, method, path, body=None, headers=None, timeout=DEADLINE):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path, **kw):
        return self.request("GET", path, **kw)

    def post(self, path, body=None, **kw):
        return self.request("POST", path, body=body, **kw)

    def put_document(self, **fields):
        return self.post("/v1/knowledge/documents", fields)

    def events(self, path, body=None, limit=1000, headers=None):
        """The Server-Sent Events of an answer as (event, data) pairs."""
        raw = self.post(path, body, headers=headers) if body is not None else self.get(path)
        assert raw.status == 200, (raw.status, raw.body[:500])
        assert raw.headers["content-type"].startswith("text/event-stream"), raw.headers
        out, event, data = [], "message", []
        for line in raw.body.decode().split("\n"):
            if line.startswith("event:"):
                event = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))
            elif line == "" and data:
                out.append((event, json.loads("\n".join(data))))
                event, data = "message", []
        return out[:limit]

    def raw(self, data, timeout=10.0, close_after=None):
        """Sends bytes as they are and gives everything that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            s.sendall(data)
            if close_after is not None:
                time.sleep(close_after)
                return b""
            got = b""
            with contextlib.suppress(TimeoutError, ConnectionError):
                while chunk := s.recv(65536):
                    got += chunk
            return got

    def memory_factor(self):
        """What bounds of memory are multiplied with: sanitizers keep what was freed."""
        return 6 if b"__asan_init" in pathlib.Path(self.place.binary).read_bytes() else 1

    def rss_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=DEADLINE)
        self.log.close()

    def stop(self):
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=DEADLINE)
        self.reader.join(timeout=5)
        self.log.close()
        return code


def seal_catalog(path):
    """Writes the sums of its pages anew, as after a change by another program (page_sum.c has their definition)."""
    data, mask, step = bytearray(path.read_bytes()), (1 << 64) - 1, 0x9e3779b97f4a7c15
    page = int.from_bytes(data[16:18], "big")
    for number in range(len(data) // page):
        h = (number + 2) * step & mask
        for at in range(number * page, (number + 1) * page - 8, 8):
            h = (h ^ int.from_bytes(data[at:at + 8], "little")) * step & mask
            h ^= h >> 29
        data[(number + 1) * page - 8:(number + 1) * page] = h.to_bytes(8, "little")
    path.write_bytes(data)


@contextlib.contextmanager
def place(binary, **kw):
    p = Place(binary, **kw)
    try:
        yield p
    finally:
        p.close()


@contextlib.contextmanager
def serving(binary, *args, **kw):
    with place(binary) as p:
        server = Server(p, *args, **kw)
        try:
            yield server
        finally:
            if server.process.poll() is None:
                code = server.stop()
                assert code == 0, f"exit code {code} after SIGTERM: {server.log_text()[-2000:]}"


def wait_for(what, check, seconds=DEADLINE):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = check()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for {what}")

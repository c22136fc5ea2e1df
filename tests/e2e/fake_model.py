"""fake_model.py - a language model's server that does to each caller exactly what a script says."""
import contextlib
import json
import socket
import ssl
import struct
import threading
import time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def delta(**fields):
    return b"data: " + json.dumps({"model": "fake-1", "choices": [{"delta": fields}]}).encode() + b"\n\n"


def text(words):
    return delta(content=words)


def finish(reason="stop"):
    return b"data: " + json.dumps({"choices": [{"delta": {}, "finish_reason": reason}]}).encode() + b"\n\n"


def answer(words):
    return HEAD + text(words) + finish() + DONE


def refusal(status, phrase, body=b"", headers=b""):
    return (f"HTTP/1.1 {status} {phrase}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n").encode() \
        + headers + b"Connection: close\r\n\r\n" + body


class FakeModel:
    """`script(client, request)` speaks to one caller: bytes are sent, or a function does as it likes."""

    def __init__(self, script=None):
        self.script, self.requests, self.left = script, [], []
        self.stopping = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, scheme="http"):
        return f"{scheme}://127.0.0.1:{self.port}/v1"

    def close(self):
        self.stopping.set()
        self.listener.close()

    def _accept(self):
        while not self.stopping.is_set():
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _read(self, client):
        client.settimeout(20)
        got = b""
        while b"\r\n\r\n" not in got:
            piece = client.recv(65536)
            if not piece:
                return None
            got += piece
        head, body = got.split(b"\r\n\r\n", 1)
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        while len(body) < length:
            piece = client.recv(65536)
            if not piece:
                return None
            body += piece
        return {"head": head.decode(), "body": json.loads(body)}

    def _serve(self, client):
        script = self.script
        with contextlib.suppress(OSError, ssl.SSLError), client:
            request = self._read(client)
            if request is None:
                return
            self.requests.append(request)
            if callable(script):
                script(self, client, request)
            else:
                client.sendall(script)

    def wait_until_left(self, client, seconds=30.0):
        """Waits until the caller closes, and notes when."""
        client.settimeout(seconds)
        with contextlib.suppress(OSError):
            while client.recv(65536):
                pass
            self.left.append(time.monotonic())


def hang(first=b""):
    def script(fake, client, request):
        client.sendall(first)
        fake.wait_until_left(client)
    return script


def drip(first, again, pause):
    """`again` every `pause` seconds until the caller leaves."""
    def script(fake, client, request):
        client.sendall(first)
        while not fake.stopping.is_set():
            client.sendall(again)
            time.sleep(pause)
    return script


def reset(first=b""):
    def script(fake, client, request):
        client.sendall(first)
        time.sleep(0.1)  # a reset overtakes what was not read
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return script


def asked(request):
    """Instructions and last message of a request."""
    messages = request["body"]["messages"]
    return messages[0]["content"], messages[-1]["content"]

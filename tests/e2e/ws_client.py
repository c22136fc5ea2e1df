"""ws_client.py - a WebSocket client whose frames are written by hand, so that it can also misbehave."""
import base64
import hashlib
import json
import os
import socket
import struct

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Refused(Exception):
    """The handshake was answered with another status than 101."""

    def __init__(self, status, headers, body):
        super().__init__(f"{status} {body[:300]!r}")
        self.status, self.headers, self.body = status, headers, body


class Closed(Exception):
    """The server ended it: by a close frame with this code, or without one (None)."""

    def __init__(self, code, reason=""):
        super().__init__(f"{code} {reason}")
        self.code, self.reason = code, reason


def frame(opcode, payload=b"", fin=True, masked=True, length=None, reserved=0):
    """`length`: what its head says, where that is not the truth."""
    n = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    bit = 0x80 if masked else 0
    head += bytes([bit | n]) if n < 126 else bytes([bit | 126]) + struct.pack(">H", n) if n < 65536 else bytes([bit | 127]) + struct.pack(">Q", n)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


class WebSocket:
    def __init__(self, port, path="/v1/events/ws", headers=None, receive=None, timeout=10.0, key=None):
        self.socket = socket.socket()
        if receive is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        self.buffer = b""
        self.pings = 0
        key = key or base64.b64encode(os.urandom(16)).decode()
        fields = {"Host": f"127.0.0.1:{port}", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                  "Sec-WebSocket-Key": key, **(headers or {})}
        lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items() if v is not None), "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        try:
            self._handshake(key)
        except BaseException:
            self.socket.close()
            raise

    def _handshake(self, key):
        while b"\r\n\r\n" not in self.buffer:
            got = self.socket.recv(65536)
            if not got:
                raise Closed(None, "no answer to the handshake")
            self.buffer += got
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        status = int(lines[0].split()[1])
        self.headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:])}
        if status != 101:
            while len(self.buffer) < int(self.headers.get("content-length", 0)):
                self.buffer += self.socket.recv(65536)
            raise Refused(status, self.headers, self.buffer)
        accept = base64.b64encode(hashlib.sha1(key.encode() + MAGIC).digest()).decode()
        assert self.headers["sec-websocket-accept"] == accept, self.headers

    def _take(self, n):
        while len(self.buffer) < n:
            got = self.socket.recv(65536)
            if not got:
                raise Closed(None)
            self.buffer += got
        out, self.buffer = self.buffer[:n], self.buffer[n:]
        return out

    def next_frame(self):
        first, second = self._take(2)
        assert second & 0x80 == 0, "a server masks nothing"
        n = second & 0x7f
        if n == 126:
            n, = struct.unpack(">H", self._take(2))
        elif n == 127:
            n, = struct.unpack(">Q", self._take(8))
        assert first & 0x80, "this server sends whole messages"
        return first & 0x0f, self._take(n)

    def receive(self):
        """The next text; pings are answered on the way."""
        while True:
            opcode, payload = self.next_frame()
            if opcode == TEXT:
                return payload.decode()
            if opcode == PING:
                self.pings += 1
                self.send_raw(frame(PONG, payload))
            elif opcode == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if payload else 1005
                raise Closed(code, payload[2:].decode())

    def event(self):
        return json.loads(self.receive())

    def events_until(self, wanted):
        """Events up to the first for which `wanted(event)`."""
        out = []
        while not out or not wanted(out[-1]):
            out.append(self.event())
        return out

    def closing(self):
        """Reads to the end; the code of the close frame, None without one."""
        try:
            while True:
                self.receive()
        except Closed as end:
            return end.code
        except ConnectionError:
            return None

    def send_raw(self, data):
        self.socket.sendall(data)

    def send(self, value):
        self.send_raw(frame(TEXT, (value if isinstance(value, str) else json.dumps(value)).encode()))

    def settle(self):
        """Returns when the server has read everything that was sent before: it answers in order."""
        mark = os.urandom(4)
        held = []
        self.send_raw(frame(PING, mark))
        while True:
            opcode, payload = self.next_frame()
            if opcode == PONG and payload == mark:
                break
            held.append((opcode, payload))
        for opcode, payload in reversed(held):
            assert opcode == TEXT and len(payload) < 65536, opcode
            head = bytes([0x81, len(payload)]) if len(payload) < 126 else bytes([0x81, 126]) + struct.pack(">H", len(payload))
            self.buffer = head + payload + self.buffer

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

"""asking.py - one connection to a server, bytes prepared before the clock runs."""
import json
import socket


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @staticmethod
    def prepare(path, body):
        body = json.dumps(body).encode()
        return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode() + body

    def send(self, request):
        self.socket.sendall(request)
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self.receive()
        head = got[:end].lower()
        at = head.index(b"content-length:") + 15
        left = int(head[at:].split(b"\r\n", 1)[0]) - (len(got) - end - 4)
        while left > 0:
            left -= len(self.receive())
        if not got.startswith(b"HTTP/1.1 200 "):
            raise SystemExit("the server answered " + got[:300].decode(errors="replace"))

    def receive(self):
        got = self.socket.recv(1 << 16)
        if not got:
            raise SystemExit("the server closed the connection")
        return got

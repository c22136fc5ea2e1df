"""fake_server.py - a server of ours as a command meets it: answers by a script, on a socket in the data folder."""
import fcntl
import http.server
import json
import os
import socketserver
import threading


class FakeServer:
    """Holds the lock on `data` as a server that starts does; `listen` lets it answer by `routes`: path to a
    function that gives (status, content type, body)."""

    def __init__(self, data, doing=""):
        data.mkdir(parents=True, exist_ok=True)
        self.data, self.server, self.asked = data, None, []
        self.lock = open(data / "lock", "w+")
        fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.lock.write(f"{os.getpid()} {doing}".ljust(127) + "\n")
        self.lock.flush()

    def listen(self, routes):
        asked = self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length", 0))
                self.rfile.read(length)
                asked.append(self.path)
                status, kind, body = routes[self.path]()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def address_string(self):
                return "unix"

            def log_message(self, *args):
                pass

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True

        self.server = Server(str(self.data / "anchorage.sock"), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
        self.lock.close()


def as_json(value, status=200):
    return status, "application/json", json.dumps(value).encode()


def as_events(*events):
    text = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    return 200, "text/event-stream", text.encode()

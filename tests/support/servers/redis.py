#!/usr/bin/env python3
"""A real redis-server on loopback, in a temporary folder, for tests and for trying things by hand.

    redis.py [--password WORD] [--tls]     runs one until Ctrl-C; prints its URL

What it was told is kept in its append-only file, so that it is there again after a kill.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

READY_S = 30.0


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Redis:
    """`url` has the password in it. `cli` asks by redis-cli, a client that is not ours."""

    def __init__(self, password="", tls=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="anc-redis-"))
        self.password, self.tls, self.process = password, tls, None
        self.port = free_port()
        self.ca = self.folder / "cert.pem"
        if tls:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                            "-nodes", "-days", "30", "-subj", "/CN=localhost", "-addext",
                            "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.folder / "key.pem",
                            "-out", self.ca], check=True, capture_output=True)
        user = f":{password}@" if password else ""
        self.url = f"{'rediss' if tls else 'redis'}://{user}127.0.0.1:{self.port}"

    @staticmethod
    def is_here():
        return shutil.which("redis-server") is not None and shutil.which("redis-cli") is not None

    def start(self):
        options = ["--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "", "--appendonly", "yes",
                   "--appendfsync", "no", "--loglevel", "warning"]
        if self.password:
            options += ["--requirepass", self.password]
        if self.tls:
            options += ["--port", "0", "--tls-port", str(self.port), "--tls-cert-file", str(self.ca),
                        "--tls-key-file", str(self.folder / "key.pem"), "--tls-ca-cert-file", str(self.ca),
                        "--tls-auth-clients", "no"]
        else:
            options += ["--port", str(self.port)]
        self.process = subprocess.Popen(["redis-server", *options], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._run("PING").stdout.strip() == "PONG":
                return self
            time.sleep(0.02)
        raise AssertionError(f"redis-server does not answer on port {self.port}")

    def _command(self, *args):
        tls = ["--tls", "--cacert", str(self.ca)] if self.tls else []
        return ["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), *tls, *args]

    def _env(self):
        return {**os.environ, "REDISCLI_AUTH": self.password} if self.password else dict(os.environ)

    def _run(self, *args, stdin=None):
        return subprocess.run(self._command(*args), env=self._env(), capture_output=True, text=True, timeout=60,
                              input=stdin)

    def cli(self, *args):
        """The answer of redis-cli as a value."""
        out = self._run("--json", *args)
        assert out.returncode == 0, (args, out.stdout, out.stderr)
        return json.loads(out.stdout)

    def entries(self, key):
        """[(id, {field: value})] of a stream, oldest first."""
        return [(i, dict(zip(fields[::2], fields[1::2]))) for i, fields in self.cli("XRANGE", key, "-", "+")]

    def listen(self, pattern):
        """redis-cli, subscribed; its standard output has what comes."""
        return subprocess.Popen(self._command("PSUBSCRIBE", pattern), env=self._env(), stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=READY_S)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def close(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main(args):
    password = args[args.index("--password") + 1] if "--password" in args else ""
    with Redis(password, "--tls" in args).start() as server:
        print(server.url, server.ca if server.tls else "", flush=True)
        try:
            server.process.wait()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main(sys.argv[1:])

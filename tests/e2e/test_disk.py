"""A disk that fills up: documents are refused before it is full, reading goes on, and all is as before once there is
room. The disk is a small one of its own, in a namespace of the server; where a system allows no such thing, the tests
say so and pass over."""
import json
import os
import pathlib
import random
import shutil
import subprocess

from harness import Place, Server, Skipped, wait_for

MIB = 1 << 20
NO_MODEL = "not-installed"


def can_mount():
    """Whether a process of ours may mount a disk for itself."""
    if shutil.which("unshare") is None:
        return False
    probe = "d=$(mktemp -d) && mount -t tmpfs -o size=1m none $d"
    return subprocess.run(["unshare", "-rm", "sh", "-c", probe], capture_output=True).returncode == 0


class SmallDisk(Place):
    """A place whose data folder is a disk of `mib`; the server runs inside, its files are seen through /proc."""

    def __init__(self, binary, mib):
        super().__init__(binary, model=NO_MODEL)
        self.real = self.binary
        self.data.mkdir()
        inside = self.home / "inside"
        inside.write_text(f"#!/bin/sh\nmount -t tmpfs -o size={mib}m none {self.data} || exit 9\nexec {self.real} \"$@\"\n")
        inside.chmod(0o755)
        wrapper = self.home / "wrapper"
        wrapper.write_text(f"#!/bin/sh\nexec unshare -rm {inside} \"$@\"\n")
        wrapper.chmod(0o755)
        self.binary = str(wrapper)

    def seen(self, server):
        return pathlib.Path(f"/proc/{server.process.pid}/root{self.data}")

    def free(self, server):
        st = os.statvfs(self.seen(server))
        return st.f_bavail * st.f_frsize

    def fill(self, server, leave):
        """A file that leaves `leave` bytes free."""
        ballast = self.seen(server).parent.parent / self.data.relative_to(self.home.parent) / "ballast"
        size = self.free(server) - leave
        with open(ballast, "wb", buffering=0) as f:  # the server writes too
            written = 0
            try:
                while written < size:
                    written += f.write(bytes(min(MIB // 16, size - written)))
                    f.flush()
            except OSError:
                pass
        return ballast


def document(n, kib):
    rng = random.Random(n)
    words = " ".join(f"w{rng.randrange(3000)}" for _ in range(kib * 170))
    return {"id": f"d{n}", "text": f"Document number{n}. {words}"}


def check_all_there(server, acknowledged):
    for n in acknowledged:
        text = server.get(f"/v1/knowledge/documents/d{n}/text")
        assert text.status == 200 and f"number{n}." in text.body.decode(), (n, text.status)
        found = server.post("/v1/search", {"query": f"number{n}", "mode": "keyword"})
        assert found.status == 200 and found.json["results"][0]["document_id"] == f"d{n}", (n, found.body[:300])
    listed = server.get("/v1/collections/default").json["documents"]
    assert listed == len(acknowledged), (listed, len(acknowledged))


def put_until_refused(server, first, most=400, kib=150):
    acknowledged = []
    for n in range(first, first + most):
        got = server.post("/v1/knowledge/documents", document(n, kib))
        if got.status != 201:
            return acknowledged, got
        acknowledged.append(n)
    raise AssertionError("the disk never became full")


def check_refusal(got):
    assert got.status == 507, (got.status, got.body[:400])
    assert got.headers["content-type"].startswith("application/problem+json") and "retry-after" in got.headers, got.headers
    assert got.json["type"].endswith("disk-full"), got.json


def with_small_disk(binary, mib, env, run):
    if not can_mount():
        raise Skipped("this system lets nobody mount a disk for itself")
    p = SmallDisk(binary, mib)
    try:
        server = Server(p, env={"ANCHORAGE_LOG__LEVEL": "warn", **env})
        try:
            run(p, server)
        finally:
            if server.process.poll() is None:
                assert server.stop() == 0, server.log_text()[-2000:]
    finally:
        p.close()


def test_documents_are_refused_before_the_disk_is_full(binary):
    def run(p, s):
        little = s.get("/health").json["checks"]["disk"]
        assert little["status"] == "degraded" and "more is little" in little["detail"], little
        acknowledged, refused = put_until_refused(s, 0)
        check_refusal(refused)
        assert "storage.reserve_mb" in refused.json["detail"], refused.json
        assert acknowledged and p.free(s) > 12 * MIB, (len(acknowledged), p.free(s))
        check_all_there(s, acknowledged)
        asked = s.post("/v1/chat/query", {"question": f"number{acknowledged[0]}?"})
        assert asked.status == 200, asked.body[:300]
        health = s.get("/health")
        assert health.status == 200 and health.json["checks"]["disk"]["status"] == "degraded", health.json["checks"]["disk"]
        for method, path, body in (("PUT", "/v1/knowledge/documents/d0", {"text": "x"}), ("POST", "/v1/collections", {"name": "c"}),
                                   ("POST", "/v1/ingest", {"db_type": "folder", "connection_params": {"path": "/tmp"}})):
            check_refusal(s.request(method, path, body=body))
        # what makes room is done
        gone = acknowledged.pop()
        assert s.request("DELETE", f"/v1/knowledge/documents/d{gone}").status in (200, 204)
        check_all_there(s, acknowledged)
    with_small_disk(binary, 48, {"ANCHORAGE_STORAGE__RESERVE_MB": "16"}, run)


def test_a_full_disk_refuses_and_recovers_by_itself(binary):
    def run(p, s):
        acknowledged = []
        for n in range(5):
            assert s.post("/v1/knowledge/documents", document(n, 50)).status == 201
            acknowledged.append(n)
        first = 5
        for leave in (0, 20000, 100000, 300000, 700000):
            ballast = p.fill(s, leave)
            taken, refused = put_until_refused(s, first)
            acknowledged += taken
            first += len(taken) + 1
            check_refusal(refused)
            check_all_there(s, acknowledged)
            ballast.unlink()
            again = wait_for("room", lambda: (lambda got: got if got.status == 201 else None)(
                s.post("/v1/knowledge/documents", document(first, 50))))
            assert again.status == 201
            acknowledged.append(first)
            first += 1
            assert s.get("/health").json["checks"]["database"]["status"] == "healthy"
        check_all_there(s, acknowledged)
        # as sound on the disk as in memory
        copy = p.home / "copy"
        assert s.stop is not None
        shutil.copytree(p.seen(s), copy, ignore=shutil.ignore_patterns("*.sock", "lock"))
        p.binary, p.env["ANCHORAGE_DATA_DIR"] = p.real, str(copy)
        report = json.loads(p.run("doctor", "--json").stdout)
        assert all(c["status"] != "wrong" for c in report["checks"] if c["check"] in ("catalog", "data folder")), report
    with_small_disk(binary, 40, {"ANCHORAGE_STORAGE__RESERVE_MB": "0"}, run)

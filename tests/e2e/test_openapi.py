"""The interface against its own description: schemathesis asks every operation for what fits and for what does not.

SCHEMATHESIS names its program; else it is where scripts/setup.sh puts it.
"""
import json
import os
import pathlib
import subprocess

import fake_reranker
from harness import ROOT, Server, place, wait_for

HOME = pathlib.Path(os.environ.get("ANCHORAGE_TEST_HOME", pathlib.Path.home() / ".cache" / "anchorage-test"))
PROGRAM = os.environ.get("SCHEMATHESIS", str(HOME / "schemathesis" / "bin" / "schemathesis"))
SETTINGS = ROOT / "tests" / "e2e" / "openapi"
KEY = "correct-horse-battery"
SECONDS = 300
# a feed has no end, and a WebSocket is asked for by hand (test_events.py)
ENDLESS = ("GET /v1/events/ws", "GET /ws/events", "GET /v1/events/stream")


def fill(s, headers, folder):
    """Something of each kind, so that paths lead somewhere; those with "-gone" are there to be deleted."""
    def post(path, body, *expected):
        got = s.post(path, body, headers=headers)
        assert got.status in expected, (path, got.status, got.body[:300])
        return got.json

    text = "The ferry leaves at noon. The harbour closes in winter."
    for name in ("kept", "kept-gone"):
        post("/v1/collections", {"name": name}, 201)
        post("/v1/chat/conversations", {"id": name}, 201)
        post("/v1/knowledge/documents", {"id": name, "text": text, "title": "Ferries"}, 201)
    post("/v1/knowledge/documents", {"id": "kept", "text": text + " It opens in March."}, 200)
    broken = [{"id": f"broken-{i}", "content_base64": "AAECAwQFBgcICQ==", "content_type": "application/pdf"} for i in range(40)]
    batch = post("/v1/knowledge/documents/batch?wait=true", {"documents": [{"text": text}, *broken]}, 200)
    sync = post("/v1/knowledge/sync", {}, 202)
    answer = post("/v1/chat/query", {"question": "When does the ferry leave?"}, 200)
    (folder / "note.txt").write_text(text)
    paths = {"/v1/collections/": {"name": "kept"}, "/v1/chat/conversations/": {"id": "kept"},
            "/v1/knowledge/documents/{id}": {"id": "kept", "version": 1}, "/v1/ingest/": {"batch_id": batch["batch_id"]},
            "/v1/knowledge/sync/": {"batch_id": sync["batch_id"]}, "/v1/tracking/queries/": {"query_id": answer["query_id"]},
            "/v1/tracking/documents/": {"document_id": "kept"}}
    return {"paths": paths, "query_id": answer["query_id"], "folder": str(folder)}


def broke_itself(ran):
    """Whether the tool fell over an error of the interpreter's own while it made cases, and found nothing: CPython 3.11
    may raise this when the source of a lambda is parsed deep in a stack."""
    return "SystemError: AST constructor recursion depth mismatch" in ran.stdout and "Failures:" not in ran.stdout


def check(binary, arguments, key=None):
    """Runs it, once more where it fell over itself; what every operation answered, status by status."""
    for last in (False, True):
        answered = check_once(binary, arguments, key, last)
        if answered is not None:
            return answered
    raise AssertionError("no run came to an end")


def check_once(binary, arguments, key, last):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with place(binary) as p:
        folder, counts = p.home / "folder", p.home / "counts.json"
        folder.mkdir()
        reranker, env = fake_reranker.start()
        s = Server(p, env={**env, **({"ANCHORAGE_API_KEY": key} if key else {})})
        try:
            known = {**fill(s, headers, folder), "server": f"http://127.0.0.1:{s.port}", "headers": headers, "counts": str(counts)}
            command = [PROGRAM, "--config-file", str(SETTINGS / "schemathesis.toml"), "run",
                       known["server"] + "/openapi.json", "--checks", "all", "--workers", "2",
                       *(word for name in ENDLESS for word in ("--exclude-path", name.split()[1])), *arguments]
            if key:
                command += ["--header", f"Authorization: Bearer {key}"]
            # its folder is the server's, so that nothing is left behind
            ran = subprocess.run(command, cwd=p.home, timeout=SECONDS, capture_output=True, text=True,
                                 env={**os.environ, "KNOWN": json.dumps(known), "SCHEMATHESIS_HOOKS": str(SETTINGS / "hooks.py")})
            if ran.returncode != 0 and not last and broke_itself(ran):
                print("        (the tool fell over the interpreter: it runs once more)")
                return None
            assert ran.returncode == 0, ran.stdout[-60000:] + ran.stderr[-2000:]
            assert s.get("/livez").status == 200
        finally:
            reranker.close()
            assert s.stop() == 0
        return {name: {int(k): n for k, n in statuses.items()} for name, statuses in json.loads(counts.read_text()).items()}


def operations(binary):
    with place(binary) as p:
        s = Server(p)
        try:
            paths = s.get("/openapi.json").json["paths"]
        finally:
            assert s.stop() == 0
    return {f"{method.upper()} {path}": op for path, methods in paths.items() for method, op in methods.items()}


def test_every_operation_does_what_the_description_says(binary):
    answered = check(binary, ["--phases", "examples,coverage,fuzzing", "--max-examples", "3", "--seed", "1"])
    wrong = {}
    for name, op in operations(binary).items():
        statuses = answered.get(name, {})
        later = op.get("x-available") is False
        fits = 501 in statuses and min(statuses) >= 400 if later else any(200 <= status < 300 for status in statuses)
        fits |= name.endswith("/cancel") and 409 in statuses  # there is no batch that takes long enough
        if not fits and name not in ("GET /openapi.json", *ENDLESS):  # the first is read as the description itself
            wrong[name] = statuses
    assert not wrong, wrong


def test_operations_in_a_row_with_a_key(binary):
    # one answer's values go into the next request, so that what fits is not known before
    answered = check(binary, ["--phases", "stateful", "--max-examples", "25", "--seed", "2", "--exclude-checks",
                              "positive_data_acceptance,negative_data_rejection"], key=KEY)
    assert len(answered) > 20, answered

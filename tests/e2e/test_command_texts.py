"""What the command line says of itself: help, manual page, completion, progress on a terminal and in a pipe."""
import json
import os
import pty
import re
import select
import shutil
import subprocess

from harness import DEADLINE, ROOT, Server, place

COMMANDS = ("serve", "ask", "search", "ingest", "status", "collections", "documents", "batches", "dead-letters", "export", "import", "eval",
            "doctor", "model", "completion", "help", "version")


def test_help_of_every_command(binary):
    with place(binary) as p:
        top = p.run("--help")
        assert top.returncode == 0 and all(f"  {c} " in top.stdout for c in COMMANDS), top.stdout
        assert p.run().stdout == top.stdout and p.run("help").stdout == top.stdout
        for c in COMMANDS:
            got = p.run(c, "--help")
            assert got.returncode == 0 and "anchorage " + c in got.stdout, (c, got.stdout)
            assert "\nExamples:\n" in got.stdout and "\nExit codes:\n" in got.stdout, (c, got.stdout)
            assert p.run("help", c).stdout == got.stdout
        assert p.run("help", "fly").returncode == 2


def test_what_does_not_fit_is_named(binary):
    with place(binary) as p:
        for args, text in ((("fly",), "unknown command 'fly'"),
                           (("exprot",), "did you mean `export`?"),
                           (("--json", "status"), "the command comes first"),
                           (("export", "--outptu", "f"), "did you mean --output?"),
                           (("ingest", "--col", "x", "y"), "did you mean --collection?"),
                           (("import", "--jsno", "f"), "did you mean --json?"),
                           (("ask",), "question is missing"),
                           (("ask", "--nope", "x"), "unknown option '--nope'"),
                           (("ask", "--top-k", "many", "x"), "--top-k takes a number from 1 to 50, not 'many'"),
                           (("ask", "--mode=psychic", "x"), "auto|hybrid|semantic|keyword, not 'psychic'"),
                           (("ask", "--json=yes", "x"), "--json takes no value"),
                           (("ask", "x", "--model"), "--model needs a value"),
                           (("doctor", "x"), "`doctor` does not take 'x'"),
                           (("collections", "fly"), "list, show, create, set, delete"),
                           (("collections", "show"), "`collections show` needs NAME"),
                           (("collections", "show", "a", "b"), "`collections show` does not take 'b'"),
                           (("collections", "list", "--language", "en"), "--language does not go with `collections list`"),
                           (("collections", "set", "papers"), "what is to be set?"),
                           (("dead-letters", "replay"), "which ones?"),
                           (("dead-letters", "delete", "--all", "--batch", "x"), "exclude one another")):
            got = p.run(*args)
            assert got.returncode == 2 and text in got.stderr and got.stdout == "", (args, got)
        as_json = json.loads(p.run("doctor", "x", "--json").stderr)
        assert as_json["status"] == 400 and "does not take" in as_json["detail"], as_json
        many = p.run("ask", *["word"] * 2000, "--no-start")
        assert many.returncode == 4 and "no server runs" in many.stderr, many


def test_the_manual_page_is_what_the_tables_say(binary):
    with place(binary) as p:
        page = p.run("help", "--man")
        assert page.returncode == 0
        kept = (ROOT / "docs" / "anchorage.1").read_text()
        assert page.stdout == kept, "docs/anchorage.1 is old: anchorage help --man > docs/anchorage.1"
        for c in COMMANDS:
            assert re.search(rf"^\.SS anchorage {c.replace('-', '.{1,3}')}", kept, re.M), c
        if shutil.which("groff"):
            for device in ("utf8", "ascii"):
                got = subprocess.run(["groff", "-man", f"-T{device}", "-ww", "-z"], input=kept, text=True, capture_output=True)
                assert got.returncode == 0 and got.stderr == "", (device, got.stderr)


def complete(p, *words):
    """What bash offers for the last of the words."""
    script = ('eval "$(anchorage completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_anchorage; printf "%s\\n" "${COMPREPLY[@]}"')
    tools = p.home / "bin"
    if not tools.exists():
        tools.mkdir()
        (tools / "anchorage").symlink_to(p.binary)
    got = subprocess.run(["bash", "-c", script, "bash", *words], env={**p.env, "PATH": f"{tools}:{os.environ['PATH']}"},
                         cwd=p.home, text=True, capture_output=True, timeout=DEADLINE)
    assert got.stderr == "", got.stderr
    return [line for line in got.stdout.splitlines() if line]


def test_completion(binary):
    with place(binary) as p:
        server = Server(p)
        try:
            for name in ("papers", "plans", "tools"):
                assert server.post("/v1/collections", {"name": name}).status == 201
            assert complete(p, "anchorage", "co") == ["collections", "completion"]
            assert complete(p, "anchorage", "collections", "s") == ["show", "set"]
            assert complete(p, "anchorage", "collections", "show", "p") == ["papers", "plans"]
            assert complete(p, "anchorage", "ask", "-c", "t") == ["tools"]
            assert complete(p, "anchorage", "ask", "--mode", "") == ["auto", "hybrid", "semantic", "keyword"]
            assert complete(p, "anchorage", "search", "--fu") == ["--full"]
            assert complete(p, "anchorage", "ingest", "--rows", "") == ["table", "document"]
            assert complete(p, "anchorage", "events", "list", "--severity", "w") == ["warning"]
            assert complete(p, "anchorage", "events", "follow", "-t", "document.") == \
                ["document.created", "document.updated", "document.deleted", "document.uploaded"]
            assert complete(p, "anchorage", "collections", "set", "papers", "--language", "f") == ["fr"]
            assert complete(p, "anchorage", "ask", "--model", "") == ["anchorage/extractive"]
            assert complete(p, "anchorage", "collections", "create", "x", "--model", "") == ["tiny-bert"]
            broken = server.post("/v1/knowledge/documents/batch?wait=true", {"documents": [{"id": "b"}]}).json
            assert complete(p, "anchorage", "batches", "show", "") == [broken["batch_id"]]
            assert complete(p, "anchorage", "dead-letters", "list", "--batch", "") == [broken["batch_id"]]
            letter = server.get("/v1/dead-letters").json["items"][0]["id"]
            assert complete(p, "anchorage", "dead-letters", "replay", "") == [letter]
            asked = server.post("/v1/chat/query", {"question": "What is there?"}).json
            assert complete(p, "anchorage", "ask", "--conversation", "") == [asked["conversation_id"]]
            assert "queries" in complete(p, "anchorage", "completion", "values", "")
            assert "--json" in complete(p, "anchorage", "batches", "list", "--")
            assert "--limit" not in complete(p, "anchorage", "batches", "watch", "--")
            assert complete(p, "anchorage", "help", "ex") == ["export"]
            (p.home / "plan.md").write_text("x")
            assert complete(p, "anchorage", "ingest", "pl") == ["plan.md"]
        finally:
            server.stop()
        assert complete(p, "anchorage", "collections", "show", "p") == []
        assert complete(p, "anchorage", "batches", "show", "") == []
        wrong = p.run("completion", "values", "boats")
        assert wrong.returncode == 2 and "'boats' is no kind of values" in wrong.stderr and "batches" in wrong.stderr, wrong
        for shell in ("bash", "zsh", "fish"):
            script = p.run("completion", shell)
            assert script.returncode == 0 and len(script.stdout) > 1000
            if shutil.which(shell):
                got = subprocess.run([shell, "-n"], input=script.stdout, text=True, capture_output=True)
                assert got.returncode == 0 and got.stderr == "", (shell, got.stderr)
            if shell == "zsh":  # without the blank zsh hands options of its own to the function, and nothing is found
                uses = re.findall(r"(.)_anchorage_values ([a-z-]+)", script.stdout)
                assert len(uses) > 10 and all(before == " " for before, _ in uses), uses


def on_a_terminal(p, *args):
    """Everything that a command prints with a terminal as its screen."""
    screen, end = pty.openpty()
    child = subprocess.Popen([p.binary, *args], env=p.env, cwd=p.home, stdin=subprocess.DEVNULL, stdout=end, stderr=end)
    os.close(end)
    seen = b""
    while True:
        ready, _, _ = select.select([screen], [], [], DEADLINE)
        try:
            more = os.read(screen, 65536) if ready else b""
        except OSError:
            more = b""
        if not more:
            break
        seen += more
    os.close(screen)
    child.wait(timeout=DEADLINE)
    return seen.decode()


def test_progress_on_a_terminal_and_in_a_pipe(binary):
    with place(binary) as p:
        docs = p.home / "docs"
        docs.mkdir()
        for i in range(40):
            (docs / f"{i}.txt").write_text(f"Document {i} is about number {i}.")
        seen = on_a_terminal(p, "ingest", str(docs))
        assert "█" in seen and " 40/40" in seen and "/s" in seen and "40 documents read" in seen, seen
        piped = p.run("ingest", str(docs))
        assert "█" not in piped.stderr and "\r" not in piped.stderr and "reading: 40 of 40" in piped.stderr, piped.stderr
        quiet = p.run("ingest", "--quiet", str(docs))
        assert quiet.returncode == 0 and quiet.stdout == "" and quiet.stderr == "", quiet
        (docs / "cut.pdf").write_bytes(b"%PDF-1.4\ncut")
        quiet = p.run("ingest", "--quiet", str(docs))
        assert quiet.returncode == 1 and quiet.stdout == "" and "cut.pdf" in quiet.stderr, quiet

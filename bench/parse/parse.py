"""parse.py - bytes of each format to text and structure: one core, real documents, a Python peer each.

Input is made of the shared documents and collections, tens of MB of each kind (PDF: an annual report). Ours and the peer
run by turns; the median of the rounds counts, in MB of the source (of DOCX: of its XML) a second of processor time. The
peers do less: their text is not normalised, and its structure is dropped where the library has none.
"""
import csv
import email
import email.policy
import gzip
import io
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
import unicodedata
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT.parent / "shared" / "data"))
ROUNDS = 5
SIZE = 24 << 20
PIECE = 2 << 20      # of one document, where documents are made
PEER_SIZE = 4 << 20  # of what a peer reads in a round; some are slow


def passages():
    with gzip.open(DATA / "scifact" / "corpus.jsonl.gz", "rt") as f:
        rows = [json.loads(line) for line in f]
    with open(DATA / "squad-dev-a" / "corpus.jsonl") as f:
        rows += [json.loads(line) for line in f]
    while True:
        yield from rows


def fill(size, one):
    """Pieces made of passages up to `size` bytes, each by `one` of its number, title and text."""
    out, n = [], 0
    for i, p in enumerate(passages()):
        piece = one(i, p.get("title", ""), p["text"])
        out.append(piece)
        n += len(piece.encode())
        if n >= size:
            return out


# ---- input -----------------------------------------------------------------------------------------------------------

def make_text(size):
    return "".join(fill(size, lambda i, title, text: f"{title}\n\n{textwrap.fill(text, 78)}\n\n")).encode()


def make_markdown(size):
    def one(i, title, text):
        words = text.split()
        words[3:4] = [f"**{w}**" for w in words[3:4]]
        words[8:9] = [f"[{w}](https://example.org/{i})" for w in words[8:9]]
        items = "\n".join(f"- {' '.join(words[k:k + 9])}" for k in range(0, min(len(words), 36), 9))
        code = f"```\nread({i});\n```\n\n" if i % 9 == 0 else ""
        table = f"| name | value |\n|---|---|\n| `n{i}` | {len(words)} |\n\n" if i % 5 == 0 else ""
        return f"## {title}\n\n{textwrap.fill(' '.join(words), 100)}\n\n{items if i % 3 == 0 else ''}\n\n{table}{code}"
    return "".join(fill(size, one)).encode()


def make_csv(size):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "title", "text", "words", "day", "share"])
    fill(size, lambda i, title, text: (writer.writerow([i, title, text, len(text.split()), f"2024-{i % 12 + 1:02}-01",
                                                        f"{i % 97 / 97:.4f}"]), text)[1])
    return out.getvalue().encode()


def make_json(size):
    return json.dumps([json.loads(p) for p in fill(size, lambda i, title, text: json.dumps(
        {"id": i, "title": title, "text": text, "words": len(text.split()), "tags": ["a", "b"]}))], ensure_ascii=False).encode()


def make_rtf(size):
    def escaped(text):
        out = []
        for c in text:
            if c in "\\{}":
                out.append("\\" + c)
            elif ord(c) < 128:
                out.append(c)
            else:
                out.append("".join(f"\\u{u if u < 32768 else u - 65536}?" for u in memoryview(c.encode("utf-16-le")).cast("H")))
        return "".join(out)
    body = "".join(fill(size, lambda i, title, text: f"\\pard\\b {escaped(title)}\\b0\\par\n\\pard\\fs22 {escaped(text)}\\par\n"))
    return ("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Times;}}\\f0\n" + body + "}").encode()


def make_mails(size):
    out = []
    for i, body in enumerate(fill(size, lambda i, title, text: f"{title}\n\n{text}\n\n" * 4)):
        mail = email.message.EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "Ann <ann@example.org>", "bo@example.org", f"Report {i}"
        mail["Date"] = "Tue, 03 Mar 2026 10:00:00 +0000"
        mail.set_content(body, cte="quoted-printable")
        mail.add_alternative("<html><body>" + "".join(f"<p>{p}</p>" for p in body.split("\n\n")) + "</body></html>",
                             subtype="html", cte="base64")
        out.append(mail.as_bytes())
    return out


def pieces(make):
    return [make(PIECE)] * (SIZE // PIECE)


def html_pages(size):
    pages = [p.read_bytes() for p in sorted((DATA / "documents" / "html").glob("*.html"))]
    return pages * max(1, size // sum(map(len, pages)))


def xml_of(document):
    with zipfile.ZipFile(io.BytesIO(document)) as z:
        return sum(i.file_size for i in z.infolist() if i.filename.endswith(".xml"))


# ---- peers -----------------------------------------------------------------------------------------------------------

def peer_text(document):
    text = unicodedata.normalize("NFC", document.decode())
    return sum(len(" ".join(p.split())) for p in text.split("\n\n"))


def peer_markdown():
    from markdown_it import MarkdownIt
    md = MarkdownIt("commonmark").enable("table")
    return "markdown-it-py", lambda d: sum(len(t.content) for t in md.parse(d.decode()) if t.type == "inline")


def peer_html():
    import lxml.html
    return "lxml", lambda d: len(lxml.html.fromstring(d).text_content())


def peer_csv(document):
    rows = csv.reader(io.StringIO(document.decode(), newline=""))
    return sum(len(" | ".join(row)) for row in rows)


def walk(value):
    if isinstance(value, dict):
        return sum(len(k) + walk(v) for k, v in value.items())
    if isinstance(value, list):
        return sum(map(walk, value))
    return len(str(value))


def peer_rtf():
    from striprtf.striprtf import rtf_to_text
    return "striprtf", lambda d: len(rtf_to_text(d.decode()))


def peer_mail(document):
    mail = email.message_from_bytes(document, policy=email.policy.default)
    return len(mail.get_body(("plain",)).get_content())


def peer_docx():
    import docx

    def read(document):
        d = docx.Document(io.BytesIO(document))
        return sum(len(p.text) for p in d.paragraphs) + sum(
            len(c.text) for t in d.tables for row in t.rows for c in row.cells)
    return "python-docx", read


def pdftotext(document):
    return len(subprocess.run(["pdftotext", "-", "-"], input=document, capture_output=True, check=True).stdout)


# ---- rounds ----------------------------------------------------------------------------------------------------------

def cpu_seconds():
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def rate_of_peer(read, documents, weigh):
    some, size = [], 0
    for d in documents:
        some.append(d)
        size += weigh(d)
        if size >= PEER_SIZE:
            break
    start = cpu_seconds()
    for d in some:
        read(d)
    return size / (cpu_seconds() - start) / 1e6


def rate_of_ours(program, name, files, size):
    out = subprocess.run([program, name, *files], capture_output=True, text=True)
    if out.returncode != 0:
        return None, out.stderr.strip()
    _, seconds, _, kind = out.stdout.rstrip("\n").split("\t")
    return size / float(seconds) / 1e6, kind


def measure(program, folder, figure, name, documents, peer, read, weigh=len):
    files = []
    for i, d in enumerate(documents):
        path = folder / f"{i}-{name}"
        path.write_bytes(d)
        files.append(str(path))
    size = sum(map(weigh, documents))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        rate, said = rate_of_ours(program, name, files, size)
        if rate is None:
            print(f"skipped: {figure}: {said}", flush=True)
            return
        ours.append(rate)
        theirs.append(rate_of_peer(read, documents, weigh))
    print(f"{figure}\tMB/s\tmore\t{statistics.median(ours):.4g}\t{peer}\t{statistics.median(theirs):.4g}", flush=True)
    for f in files:
        os.unlink(f)


def main():
    program, only = sys.argv[1], sys.argv[2:]
    if not (DATA / "documents").is_dir():
        print(f"skipped: there is no {DATA / 'documents'}")
        return 77
    documents = DATA / "documents"
    report = (documents / "pdf" / "10-K-uber-2021.pdf").read_bytes()
    docx = [p.read_bytes() for p in sorted((documents / "ohada-fr").glob("*.docx"))]
    figures = [
        ("plain text", "a.txt", lambda: pieces(make_text), lambda: ("Python: decode, NFC, split", peer_text), len),
        ("Markdown", "a.md", lambda: pieces(make_markdown), peer_markdown, len),
        ("HTML", "a.html", lambda: html_pages(SIZE), peer_html, len),
        ("CSV", "a.csv", lambda: pieces(make_csv), lambda: ("Python's csv", peer_csv), len),
        ("JSON", "a.json", lambda: pieces(make_json), lambda: ("Python's json", lambda d: walk(json.loads(d))), len),
        ("RTF", "a.rtf", lambda: pieces(make_rtf), peer_rtf, len),
        ("mail", "a.eml", lambda: make_mails(SIZE), lambda: ("Python's email", peer_mail), len),
        ("PDF", "a.pdf", lambda: [report], lambda: ("pdftotext alone", pdftotext), len),
        ("DOCX, of its XML", "a.docx", lambda: docx * 4, peer_docx, xml_of),
    ]
    with tempfile.TemporaryDirectory(prefix="anc-bench-") as folder:
        for figure, name, make, peer, weigh in figures:
            if only and not any(figure.lower().startswith(o.lower()) for o in only):
                continue
            try:
                called, read = peer()
            except ImportError as e:
                print(f"skipped: {figure}: {e}", flush=True)
                continue
            measure(program, pathlib.Path(folder), f"parse {figure}", name, make(), called, read, weigh)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Documents of every kind, from a folder to their text; what is broken named in plain words."""
import contextlib
import gzip
import json
import os
import pathlib
import re
import shutil
import unicodedata
import urllib.parse

from harness import ROOT, serving, wait_for
from make_documents import DOCUMENTS, PAGES
from test_batches import fits

DATA = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT.parent / "shared" / "data")) / "documents"
# kinds that this server does not read: their files are refused, and the refusal says what they look like
NOT_READ = {"DOCX", "ODT", "ODS", "XLSX", "EPUB", "an OpenDocument file", "gzip data"}


def plain(text):
    return re.sub(r"[\s|]+", " ", unicodedata.normalize("NFC", text)).strip()


def ingest(server, folder, collection, seconds=120):
    answer = server.post("/v1/ingest", {"db_type": "folder", "connection_params": {"path": str(folder)},
                                        "collection": collection})
    assert answer.status == 202, answer.body

    def seen():
        batch = fits(server.get(f"/v1/ingest/{answer.json['batch_id']}").json)
        over = batch["status"] in ("completed", "failed", "cancelled")
        return batch if over and batch["searchable_documents"] >= batch["processed_documents"] else None
    return wait_for("the documents of a folder", seen, seconds)


def text_of(server, collection, name):
    answer = server.get(f"/v1/knowledge/documents/{urllib.parse.quote(name, safe='')}/text?collection={collection}")
    return plain(answer.body.decode()) if answer.status == 200 else None


def letters_of(server, batch):
    """Dead letters of a batch: document to reason."""
    out, cursor = {}, ""
    while cursor is not None:
        page = server.get(f"/v1/dead-letters?batch_id={batch['batch_id']}&limit=100&cursor={cursor}").json
        out.update((item["document"], item["reason"]) for item in page["items"])
        cursor = page["next_cursor"]
    return out


def check_refusal(name, reason):
    """A reason names the file and is a sentence without words of ours."""
    assert name in reason and len(reason) > len(name) + 20, (name, reason)
    assert not re.search(r"0x[0-9a-f]{4}|\bassert|\berrno\b|ANC_|NULL|\.c:\d", reason), (name, reason)


def is_not_read(reason):
    found = re.search(r"looks like (.+), which cannot be read", reason)
    return found is not None and found.group(1) in NOT_READ


def test_one_document_of_each_kind(binary):
    with serving(binary) as server:
        folder = server.place.home / "kinds"
        folder.mkdir()
        for name, (content, _) in DOCUMENTS.items():
            (folder / name).write_bytes(content)
        batch = ingest(server, folder, "kinds")
        letters = letters_of(server, batch)
        assert batch["total_documents"] == len(DOCUMENTS), batch
        for name, (_, phrases) in DOCUMENTS.items():
            text = text_of(server, "kinds", name)
            if text is None:
                assert is_not_read(letters.get(name, "")), (name, letters.get(name))
                continue
            assert name not in letters, (name, letters[name])
            for phrase in phrases:
                assert plain(phrase) in text, (name, phrase, text[:500])
        again = ingest(server, folder, "kinds")
        assert again["processed_documents"] == 0 and again["skipped_documents"] == len(DOCUMENTS), again


def test_a_mail_and_what_it_has_attached(binary):
    with serving(binary) as server:
        folder = server.place.home / "mails"
        folder.mkdir()
        mail = DOCUMENTS["mail.eml"][0]
        (folder / "a.eml").write_bytes(mail)
        batch = ingest(server, folder, "mails")
        assert (batch["total_documents"], batch["processed_documents"]) == (1, 1), batch
        part = server.get("/v1/knowledge/documents/a.eml%23prices.csv?collection=mails").json
        assert part["parent"] == "a.eml" and part["uri"].endswith("a.eml#prices.csv"), part
        assert part["content_type"] == "text/csv", part
        assert "Hinge | 12 crowns" in server.get("/v1/knowledge/documents/a.eml%23prices.csv/text?collection=mails").body.decode()
        whole = server.get("/v1/knowledge/documents/a.eml?collection=mails").json
        assert whole["parent"] is None
        assert "door.png" in whole["found"]["attachments_unread"]["value"][0], whole["found"]
        found = server.post("/v1/search", {"query": "Hinge price", "collections": ["mails"], "mode": "keyword", "filters": {
            "field": "parent", "op": "eq", "value": "a.eml"}}).json
        assert [r["document_id"] for r in found["results"]] == ["a.eml#prices.csv"], found

        (folder / "a.eml").write_bytes(mail.replace(b"prices.csv", b"costs.csv"))
        ingest(server, folder, "mails")
        names = [d["document_id"] for d in server.get("/v1/knowledge/documents?collection=mails").json["items"]]
        assert names == ["a.eml", "a.eml#costs.csv"], names
        assert server.request("DELETE", "/v1/knowledge/documents/a.eml?collection=mails").status in (200, 204)
        assert server.get("/v1/knowledge/documents?collection=mails").json["items"] == []


def test_page_and_row_are_cited(binary):
    asked = [("What does the lighthouse lamp burn?", "tides.pdf", 3, None, PAGES[2][0]),
             ("What is the boathouse painted?", "tides.pdf", 2, None, PAGES[1][0]),
             ("What is the capacity of the Glacier depot?", "depots.csv", None, 7, "Glacier | Zermatt | 107 tonnes")]
    with serving(binary) as server:
        folder = server.place.home / "cited"
        folder.mkdir()
        for name in ("tides.pdf", "depots.csv"):
            (folder / name).write_bytes(DOCUMENTS[name][0])
        ingest(server, folder, "cited")
        for question, name, page, row, quote in asked:
            answer = server.post("/v1/chat/query", {"question": question, "collections": ["cited"], "mode": "keyword"}).json
            assert answer["citations"], (question, answer)
            citation = answer["citations"][0]
            source = {s["chunk_id"]: s for s in answer["sources"]}[citation["chunk_id"]]
            assert source["document_id"] == name and quote in citation["quote"], (question, answer)
            assert (citation["page"], citation["row"]) == (page, row), (question, citation)
        shown = server.place.run("ask", asked[2][0], "--collection", "cited")
        assert shown.returncode == 0 and "(row 7)" in shown.stdout, (shown.stdout, shown.stderr)


@contextlib.contextmanager
def the_documents(server):
    """The shared documents in a folder of their own, with what is packed in gzip unpacked beside it."""
    folder = server.place.home / "documents"
    shutil.copytree(DATA, folder)
    for path in folder.glob("awkward/*.gz"):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
    yield folder


def check_phrases(server, letters):
    for line in (DATA / "expected.jsonl").read_text().splitlines():
        row = json.loads(line)
        name, phrases = row["file"], row.get("must_contain", [])
        text = text_of(server, "documents", name)
        assert (text is None) == (name in letters), name
        if text is None:
            assert not phrases or is_not_read(letters[name]), (name, letters[name])
        for phrase in phrases if text is not None else []:
            assert plain(phrase) in text, (name, phrase)


def test_the_shared_documents(binary):
    if not DATA.is_dir():
        print("skipped: no", DATA)
        return
    with serving(binary) as server, the_documents(server) as folder:
        pid = server.process.pid
        batch = ingest(server, folder, "documents")
        letters = letters_of(server, batch)
        files = [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()]
        assert batch["total_documents"] == len(files), (batch, len(files))
        assert batch["failed_documents"] + batch["skipped_documents"] == len(letters), (batch, letters)
        for name in files:
            assert (text_of(server, "documents", name) is None) == (name in letters), name
            if name in letters:
                check_refusal(name, letters[name])
        check_phrases(server, letters)
        assert server.process.poll() is None and server.process.pid == pid
        assert server.get("/health").status == 200

"""Documents of every kind, from a folder to their text; what is broken named in plain words."""
import base64
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
from make_documents import DOCUMENTS, PAGES, workbook
from test_batches import ended, fits

DATA = pathlib.Path(os.environ.get("ANCHORAGE_TEST_DATA", ROOT.parent / "shared" / "data")) / "documents"
# kinds that this server does not read: their files are refused, and the refusal says what they look like
NOT_READ = {"gzip data"}


def plain(text):
    return re.sub(r"[\s|]+", " ", unicodedata.normalize("NFC", text)).strip()


def ingest(server, folder, collection, seconds=120, **settings):
    answer = server.post("/v1/ingest", {"db_type": "folder", "connection_params": {"path": str(folder)},
                                        "collection": collection, **settings})
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


def test_questions_about_the_examples_are_no_example(binary):
    with serving(binary) as server:
        ingest(server, ROOT / "examples", "examples")
        kept = server.get("/v1/knowledge/documents?collection=examples&limit=100").json["items"]
        assert len(kept) > 30 and not any("questions" in d["document_id"] for d in kept), [d["document_id"] for d in kept]


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


def test_a_download_without_a_name_has_the_ending_of_its_kind(binary):
    with serving(binary) as server:
        for name in ("page.html", "thing.json", "tides.pdf", "mail.eml", "rich.rtf", "rules.docx", "oil.odt", "tides.xlsx",
                     "stores.ods", "keeper.epub", "notices.xml"):
            kind = name.split(".")[1]
            put = server.put_document(id=kind, title="plain", content_base64=base64.b64encode(DOCUMENTS[name][0]).decode())
            assert put.status in (200, 201), (name, put.body)
            got = server.get(f"/v1/knowledge/documents/{kind}/raw").headers["content-disposition"]
            assert f'filename="plain.{kind}"' in got, (name, got)


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
        # the first one again, with what it had attached; the second once more
        assert server.post("/v1/knowledge/documents/a.eml/versions/1/restore?collection=mails").json["version"] == 3
        assert documents_of(server, "mails") == ["a.eml", "a.eml#prices.csv"], documents_of(server, "mails")
        assert "Hinge | 12 crowns" in server.get("/v1/knowledge/documents/a.eml%23prices.csv/text?collection=mails").body.decode()
        again = server.post("/v1/search", {"query": "Hinge price", "collections": ["mails"], "mode": "keyword"}).json
        assert "a.eml#prices.csv" in [r["document_id"] for r in again["results"]], again
        assert server.post("/v1/knowledge/documents/a.eml/versions/2/restore?collection=mails").json["version"] == 4
        assert documents_of(server, "mails") == ["a.eml", "a.eml#costs.csv"], documents_of(server, "mails")
        assert server.request("DELETE", "/v1/knowledge/documents/a.eml?collection=mails").status in (200, 204)
        assert server.get("/v1/knowledge/documents?collection=mails").json["items"] == []


def test_page_and_row_are_cited(binary):
    asked = [("What does the lighthouse lamp burn?", "tides.pdf", 3, None, PAGES[2][0]),
             ("What is the boathouse painted?", "tides.pdf", 2, None, PAGES[1][0]),
             ("What is the capacity of the Glacier depot?", "depots.csv", None, 7, "Glacier | Zermatt | 107 tonnes"),
             ("What is in row 7 of depots.csv?", "depots.csv", None, 7, "Glacier | Zermatt | 107 tonnes"),
             ("Que contient la ligne 7 de depots.csv ?", "depots.csv", None, 7, "Glacier | Zermatt | 107 tonnes"),
             ("What is the voltage of the saw?", "kit.json", None, 2, "saw | 36 V |"),
             ("What is on page 3 of tides.pdf?", "tides.pdf", 3, None, PAGES[2][0]),
             ("Was steht auf Seite 2 von tides.pdf?", "tides.pdf", 2, None, PAGES[1][0])]
    with serving(binary) as server:
        folder = server.place.home / "cited"
        folder.mkdir()
        for name in ("tides.pdf", "depots.csv"):
            (folder / name).write_bytes(DOCUMENTS[name][0])
        (folder / "kit.json").write_text(json.dumps({"tools": [{"name": "drill", "voltage": "18 V", "owner": "Kim"},
                                                               {"name": "saw", "voltage": "36 V"}], "location": "shed 4"}))
        ingest(server, folder, "cited")
        for question, name, page, row, quote in asked:
            answer = server.post("/v1/chat/query", {"question": question, "collections": ["cited"], "mode": "keyword"}).json
            assert answer["citations"], (question, answer)
            citation = answer["citations"][0]
            source = {s["chunk_id"]: s for s in answer["sources"]}[citation["chunk_id"]]
            assert source["document_id"] == name and quote in citation["quote"], (question, answer)
            assert (citation["page"], citation["row"]) == (page, row), (question, citation)
            assert "location" not in answer["answer"], answer
        shown = server.place.run("ask", asked[2][0], "--collection", "cited")
        assert shown.returncode == 0 and "(row 7)" in shown.stdout, (shown.stdout, shown.stderr)


PLANT = (("Machines", [["Machine", "Hall", "State"], ["Lathe", "North", "running"], ["Drill", None, "broken"], ["Press", "South", "running"]], ["B2:B3"]),
         ("Empty", [], []),
         ("Tools", [["Tool", "Place"], ["Hammer", "Box 1"], ["Saw", "Box 2"]], []),
         ("Invoices", [["Invoice", "Customer", "Status"]] + [[f"A-{i}", f"C{i}", "overdue" if i % 3 == 0 else "paid"] for i in range(1, 61)], []))


def test_sheets_are_named_and_rows_counted(binary):
    hammer, saw = "Tool: Hammer; Place: Box 1 [1]", "Tool: Saw; Place: Box 2 [1]"
    asked = [("What is in row 2 of the sheet Machines?", "Machine: Drill; Hall: North; State: broken [1]"),
             ("In which hall is the drill?", "Machine: Drill; Hall: North; State: broken [1]"),
             ("What is in row 1 of the Tools sheet?", hammer),
             ("Que contient la ligne 1 de la feuille Tools ?", hammer),
             ("Was steht in Zeile 2 von Blatt Tools?", saw),
             ("¿Qué hay en la fila 1 de la hoja Tools?", hammer),
             ("Cosa c'è nella riga 1 del foglio Tools?", hammer),
             ("O que está na linha 1 da folha Tools?", hammer),
             ("What is in the last row of sheet 3 of plant.xlsx?", saw),
             ("What is on sheet 3 of plant.xlsx?", f"Tools: {hammer} {saw}"),
             ("Que contient l'onglet « Tools » de plant.xlsx ?", f"Tools: {hammer} {saw}"),
             ("What is on sheet 2 of plant.xlsx?", None),
             ("What is in row 9 of the sheet Tools?", None),
             ("How many invoices are overdue?", "20 of 60 rows: Invoice: A-3; Customer: C3; Status: overdue [1] "),
             ("How many overdue invoices are in the sheet Invoices?", "20 of 60 rows: Invoice: A-3; Customer: C3; Status: overdue [1] "),
             ("How many tools are in the sheet Tools?", "2 of 2 rows: Tool: Hammer; Place: Box 1 [1] Tool: Saw; Place: Box 2 [2]"),
             ("How many tools are there?", "2 of 2 rows: Tool: Hammer; Place: Box 1 [1] Tool: Saw; Place: Box 2 [2]"),
             ("How many machines are running?", "2 of 3 rows: Machine: Lathe; Hall: North; State: running [1] Machine: Press; Hall: South; State: running [2]"),
             ("Which machines are there?", "3 of 3 rows: Machine: Lathe; Hall: North; State: running [1] "),
             ("List all tools", "2 of 2 rows: Tool: Hammer; Place: Box 1 [1] Tool: Saw; Place: Box 2 [2]"),
             ("Which machines are broken or running?", "3 of 3 rows: Machine: Lathe; Hall: North; State: running [1] "),
             ("Which machines are running?", "2 of 3 rows: Machine: Lathe; Hall: North; State: running [1] Machine: Press; Hall: South; State: running [2]"),
             ("What is in row 9999999999 of the sheet Tools?", None),
             ("How many invoices are not overdue?", None),
             ("How many invoices are cancelled?", None)]
    with serving(binary) as server:
        folder = server.place.home / "plant"
        folder.mkdir()
        (folder / "plant.xlsx").write_bytes(workbook(*PLANT))
        ingest(server, folder, "plant")
        for question, wanted in asked:
            answer = server.post("/v1/chat/query", {"question": question, "collections": ["plant"], "mode": "keyword"}).json
            told = answer["answer"]
            if wanted is None:
                assert answer["no_answer"] and not answer["citations"], (question, told)
                continue
            assert told.startswith(wanted) if wanted.endswith(" ") else told == wanted, (question, told)
            for citation in answer["citations"]:
                source = answer["sources"][citation["marker"] - 1]
                text = server.get("/v1/knowledge/documents/plant.xlsx/text?collection=plant").body
                assert text[citation["start"]:citation["end"]].decode() == citation["quote"], (question, citation, source)
                assert citation["row"], (question, citation)
        counted = server.post("/v1/chat/query", {"question": "How many invoices are overdue?", "collections": ["plant"]}).json
        assert [c["row"] for c in counted["citations"]] == list(range(3, 61, 3)) and "…" not in counted["answer"], counted
        few = server.post("/v1/chat/query", {"question": "How many invoices are overdue?", "collections": ["plant"], "top_k": 5}).json
        assert [c["row"] for c in few["citations"]] == [3, 6, 9, 12, 15] and few["answer"].endswith(" … and 15 more"), few
        # another table that has an answer of its own: then none is given
        (folder / "old.csv").write_text("Invoice,Status\nB-1,overdue\nB-2,paid\n")
        ingest(server, folder, "plant")
        both = server.post("/v1/chat/query", {"question": "How many invoices are overdue?", "collections": ["plant"]}).json
        assert "rows: " not in both["answer"], both
        one = server.post("/v1/chat/query", {"question": "How many invoices of old.csv are overdue?", "collections": ["plant"]}).json
        assert one["answer"] == "1 of 2 rows: Invoice: B-1; Status: overdue [1]", one


WAYS = "From,To,Leaves,Fare\nArdle,Port Cole,08:15,3.20\nPort Cole,Ardle,09:05,3.20\nArdle,Moss End,10:40,2.10\nPort Cole,Ardle,18:20,2.90\n"


def test_rows_of_the_way_that_is_asked_and_rows_that_answer_alike(binary):
    to_cole, first_back = "From: Ardle; To: Port Cole; Leaves: 08:15; Fare: 3.20", "From: Port Cole; To: Ardle; Leaves: 09:05; Fare: 3.20"
    last_back, moss = "From: Port Cole; To: Ardle; Leaves: 18:20; Fare: 2.90", "From: Ardle; To: Moss End; Leaves: 10:40; Fare: 2.10"
    asked = [("ways", "When does the train from Ardle to Port Cole leave?", [to_cole]),
             ("ways", "When does the train from Port Cole to Ardle leave?", [first_back, last_back]),
             ("ways", "Which trains leave Ardle?", [to_cole, moss]),
             ("ways", "When does the train from Moss End to Ardle leave?", None)]
    with serving(binary) as server:
        for name, file, text in (("ways", "trains.csv", WAYS),):
            folder = server.place.home / name
            folder.mkdir()
            (folder / file).write_text(text)
            ingest(server, folder, name)
        for collection, question, wanted in asked:
            answer = server.post("/v1/chat/query", {"question": question, "collections": [collection], "mode": "keyword"}).json
            if wanted is None:
                assert answer["no_answer"], (question, answer["answer"])
            else:
                assert re.sub(r" \[\d\]", "|", answer["answer"]) == "| ".join(wanted) + "|", (question, answer["answer"])


FIGURES = {
    "tools": ("tools.csv", "Tool,Kind,Price (EUR),Weight\nSaw,cutting,\"1,250.50\",12 kg\nDrill,power,49.50,2 kg\nAxe,cutting,49.50,3 kg\n"),
    "sales": ("sales.ndjson", "".join(json.dumps(r) + "\n" for r in (
        {"invoice": "A-1", "customer": {"name": "Orrin"}, "status": "overdue", "amount": 12.5},
        {"invoice": "A-2", "customer": {"name": "Bel"}, "status": "paid", "amount": 80, "note": None},
        {"invoice": "A-3", "customer": {"name": "Cato"}, "status": "overdue", "amount": 2.25}))),
    "rents": ("rents.json", json.dumps([{"flat": "North", "floor": "first", "rent": 900}, {"flat": "South", "floor": "first", "rent": 850}])),
    "orders": ("orders.json", json.dumps({"invoices": [
        {"number": n, "customer": {"name": who, "address": {"city": city}}, "amount": {"value": value, "currency": "EUR"}, "status": status, "tags": ["x", "y"]}
        for n, who, city, value, status in (("B-1", "Ada", "Rome", 120.5, "overdue"), ("B-2", "Bob", "Oslo", 80, "paid"), ("B-3", "Eve", "Oslo", 40, "overdue"))]})),
    "outils": ("outils.csv", "Outil;Prix\nScie;1 250,50 €\nPerceuse;49,50 €\nHache;50,00 €\n"),
    "parcels": ("parcels.csv", "Parcel,State\n" + "".join(f"P{i},{'late' if i % 5 == 0 else 'sent'}\n" for i in range(1, 4501)))}


def test_figures_of_columns_and_long_tables(binary):
    saw, drill, axe = ("Tool: Saw; Kind: cutting; Price (EUR): 1,250.50; Weight: 12 kg", "Tool: Drill; Kind: power; Price (EUR): 49.50; Weight: 2 kg",
                       "Tool: Axe; Kind: cutting; Price (EUR): 49.50; Weight: 3 kg")
    asked = [("tools", "What is the total price of the tools?", f"Total (Price (EUR)), 3 of 3 rows: 1,349.50. {saw} [1] {drill} [2] {axe} [3]"),
             ("tools", "What is the average weight of the cutting tools?", f"Average (Weight), 2 of 3 rows: 7.5 kg. {saw} [1] {axe} [2]"),
             ("tools", "Which tool costs the most?", f"Largest (Price (EUR)), 3 of 3 rows: 1,250.50. {saw} [1]"),
             ("tools", "Which tool is the cheapest?", f"Smallest (Price (EUR)), 3 of 3 rows: 49.50. {drill} [1] {axe} [2]"),
             ("tools", "Which tools cost more than 100 euros?", f"1 of 3 rows: {saw} [1]"),
             ("tools", "cutting tools over 2 kg", f"2 of 3 rows: {saw} [1] {axe} [2]"),
             ("tools", "tools over 50", None),
             ("sales", "invoices over 10", "2 of 3 rows: invoice: A-1; "),
             ("sales", "Who is overdue?", "2 of 3 rows: invoice: A-1; "),
             ("sales", "Who is not overdue?", None),
             ("tools", "What is the total weight of the boats?", None),
             ("tools", "What is the total weight per kind?", None),
             ("outils", "Quel est le prix total des outils ?", "Total (Prix), 3 lignes sur 3 : 1 350,00 €. "),
             ("outils", "Quel outil est le moins cher ?", "Minimum (Prix), 3 lignes sur 3 : 49,50 €. "),
             ("sales", "How many invoices are overdue?", "2 of 3 rows: invoice: A-1; "),
             ("sales", "What is the total amount of the overdue invoices?", "Total (amount), 2 of 3 rows: 14.75. invoice: A-1; "),
             ("orders", "How many invoices are overdue?", "2 of 3 rows: number: B-1; customer.name: Ada; customer.address.city: Rome; "),
             ("orders", "What is the total amount of the overdue invoices?", "Total (amount.value), 2 of 3 rows: 160.5. number: B-1; "),
             ("rents", "Which flat has the highest rent?", "Largest (rent), 2 of 2 rows: 900. flat: North; floor: first; rent: 900 [1]"),
             ("parcels", "How many parcels are late?", "900 of 4500 rows: Parcel: P5; State: late [1] ")]
    with serving(binary) as server:
        for collection, (name, text) in FIGURES.items():
            folder = server.place.home / collection
            folder.mkdir()
            (folder / name).write_text(text)
            ingest(server, folder, collection)
        for collection, question, wanted in asked:
            answer = server.post("/v1/chat/query", {"question": question, "collections": [collection], "mode": "keyword"}).json
            told = answer["answer"]
            if wanted is None:
                assert " rows: " not in told, (question, told)
                continue
            assert told.startswith(wanted) if wanted.endswith(" ") else told == wanted, (question, told)
            assert answer["citations"] and all(c["row"] for c in answer["citations"]), (question, answer)
        talk = {"question": asked[0][1], "collections": ["tools"], "mode": "keyword", "session_id": "talk"}
        assert "1,349.50" in server.post("/v1/chat/query", talk).json["answer"]
        assert "1,349.50" in server.get("/v1/chat/conversations/talk").json["messages"][0]["answer"]
        assert "1,349.50" not in json.dumps(server.get("/v1/events?type=query.completed&limit=100").json)
        assert server.request("DELETE", "/v1/knowledge/documents/tools.csv?collection=tools").status == 204
        turn = server.get("/v1/chat/conversations/talk").json["messages"][0]
        assert turn["withheld"] and "1,349.50" not in json.dumps(turn), turn


def test_rows_among_many_tables(binary):
    with serving(binary) as server:
        folder = server.place.home / "office"
        folder.mkdir()
        (folder / "stock.csv").write_text("SKU,Article,On hand\nB-1,Brake pad,2\nB-2,Chain,16\nB-3,Saddle,30\n")
        for i, thing in enumerate(("Boat", "Guest", "Room", "Key", "Van", "Desk", "Lamp", "Clock")):
            (folder / f"list-{i}.csv").write_text(f"Number,{thing},On hand\n{i}-1,First,{i}\n{i}-2,Second,{i + 20}\n")
        ingest(server, folder, "office")
        for question, wanted in (("How many articles are there in the stock list?", "3 of 3 rows: SKU: B-1; "),
                                 ("Which articles have more than 15 on hand?", "2 of 3 rows: SKU: B-2; Article: Chain; On hand: 16 [1] ")):
            answer = server.post("/v1/chat/query", {"question": question, "collections": ["office"]}).json["answer"]
            assert answer.startswith(wanted), (question, answer)


def test_words_that_are_misspelt(binary):
    with serving(binary) as server:
        assert server.put_document(id="boiler", title="The boiler", text="The warranty of the boiler is five years. Its pump hums.").status == 201
        meant = server.post("/v1/chat/query", {"question": "waranty of the boilr"}).json
        assert meant["answer"].startswith("The warranty of the boiler is five years."), meant
        assert meant["route"]["reason"].endswith("read as: warranty of the boiler"), meant["route"]
        assert server.post("/v1/chat/query", {"question": "waranty of the dishwasher"}).json["no_answer"]


def documents_of(server, collection):
    return [d["document_id"] for d in server.get(f"/v1/knowledge/documents?collection={collection}&limit=100").json["items"]]


def test_rows_become_documents(binary):
    with serving(binary) as server:
        folder = server.place.home / "tables"
        folder.mkdir()
        table, lines = folder / "depots.csv", folder / "parts.jsonl"
        table.write_bytes(DOCUMENTS["depots.csv"][0])
        lines.write_text('{"id": "h1", "name": "Hinge", "price": 12}\n{"id": "l1", "name": "Latch", "price": 30}\n')
        (folder / "notes.md").write_text("# Notes\n\nNo table.")
        first = ingest(server, folder, "rows", rows="document")
        assert (first["total_documents"], first["processed_documents"]) == (3 + 9 + 2, 14), first
        assert first["failed_documents"] == 0, first
        row = server.get("/v1/knowledge/documents/depots.csv%237?collection=rows").json
        assert row["parent"] == "depots.csv" and row["title"] == "depots.csv, row 7", row
        assert row["metadata"] == {"Depot": "Glacier", "City": "Zermatt", "Capacity": "107 tonnes"}, row
        assert text_of(server, "rows", "depots.csv#7") == "Depot: Glacier City: Zermatt Capacity: 107 tonnes"
        assert "9 rows" in text_of(server, "rows", "depots.csv")
        found = server.post("/v1/search", {"query": "latch hinge", "collections": ["rows"], "mode": "keyword", "filters": {
            "field": "price", "op": "gt", "value": 20}}).json
        assert [r["document_id"] for r in found["results"]] == ["parts.jsonl#l1"], found
        for question in ("What is in row 7 of depots.csv?", "Which depot is in Zermatt?"):
            answer = server.post("/v1/chat/query", {"question": question, "collections": ["rows"], "mode": "keyword"}).json
            assert answer["answer"] == "Depot: Glacier; City: Zermatt; Capacity: 107 tonnes [1]", answer
            assert answer["sources"][0]["document_id"] == "depots.csv#7", answer

        again = ingest(server, folder, "rows", rows="document")
        assert (again["total_documents"], again["skipped_documents"]) == (3, 3), again

        lines.write_text('{"id": "h1", "name": "Hinge", "price": 12}\n{"id": "b1", "name": "Bolt", "price": 2}\n')
        changed = ingest(server, folder, "rows", rows="document")
        assert (changed["processed_documents"], changed["skipped_documents"]) == (2, 3), changed
        assert [d for d in documents_of(server, "rows") if d.startswith("parts")] == [
            "parts.jsonl", "parts.jsonl#b1", "parts.jsonl#h1"]
        assert server.get("/v1/knowledge/documents/parts.jsonl%23h1?collection=rows").json["version"] == 1

        for number, there, price in ((1, ["h1", "l1"], 30), (2, ["b1", "h1"], 2)):
            back = server.post(f"/v1/knowledge/documents/parts.jsonl/versions/{number}/restore?collection=rows")
            assert back.status == 200 and back.json["version"] == 2 + number, back.body
            assert [d for d in documents_of(server, "rows") if d.startswith("parts.jsonl#")] == [f"parts.jsonl#{d}" for d in there]
            found = server.post("/v1/search", {"query": "latch bolt", "collections": ["rows"], "mode": "keyword"}).json["results"]
            assert [r["document_id"] for r in found if "#" in r["document_id"]] == [f"parts.jsonl#{'lb'[number - 1]}1"], found
            row = server.get(f"/v1/knowledge/documents/parts.jsonl%23{'lb'[number - 1]}1?collection=rows").json
            assert row["metadata"]["price"] == price and row["made_for"] and row["parent"] == "parts.jsonl", row
        again = ingest(server, folder, "rows", rows="document")
        assert again["processed_documents"] == 0, again

        path = "/v1/knowledge/documents/parts.jsonl/versions/1/restore?collection=rows&async=true"
        started = server.post(path, headers={"Idempotency-Key": "back"})
        assert started.status == 202 and started.json["status"] == "queued", started.body
        assert server.get("/v1/knowledge/documents/parts.jsonl?collection=rows").json["version"] == 5
        batch = ended(server, started.json["batch_id"])
        assert (batch["status"], batch["source"], batch["total_documents"]) == ("completed", "parts.jsonl, version 1", 2), batch
        assert [d for d in documents_of(server, "rows") if d.startswith("parts.jsonl#")] == ["parts.jsonl#h1", "parts.jsonl#l1"]
        row = server.get("/v1/knowledge/documents/parts.jsonl%23l1?collection=rows").json
        assert (row["metadata"]["price"], row["parent"], row["source"]) == (30, "parts.jsonl", "folder"), row
        assert server.post(path, headers={"Idempotency-Key": "back"}).json == started.json
        there = server.post(path)
        assert there.status == 200 and there.json["status"] == "unchanged", there.body
        back = server.post("/v1/knowledge/documents/parts.jsonl/versions/2/restore?collection=rows")
        assert back.status == 200, back.body

        whole = ingest(server, folder, "rows")
        assert whole["processed_documents"] >= 2, whole
        assert documents_of(server, "rows") == ["depots.csv", "notes.md", "parts.jsonl"]


def test_rows_that_fail_are_named(binary):
    with serving(binary) as server:
        folder = server.place.home / "tables"
        folder.mkdir()
        rows = ["a", "b" * 600, "c"]  # an id may have 512 bytes
        (folder / "t.jsonl").write_text("".join(json.dumps({"id": r, "text": f"Row {r[0]}."}) + "\n" for r in rows))
        (folder / "twice.csv").write_text("key,text\n1,x\n1,y\n")
        batch = ingest(server, folder, "rows", rows="document", id_field=None)
        letters = letters_of(server, batch)
        assert batch["failed_documents"] == 1 and list(letters) == ["t.jsonl#" + rows[1]], (batch, letters)
        assert "512" in letters["t.jsonl#" + rows[1]], letters
        server.request("DELETE", "/v1/knowledge/documents/t.jsonl?collection=rows")
        (folder / "t.jsonl").write_text('{"id": "a", "text": "Row a."}\n{"id": "b", "text"\n{"id": "c", "text": "Row c."}\n')
        batch = ingest(server, folder / "t.jsonl", "rows", rows="document", id_field="id")
        letters = letters_of(server, batch)
        assert batch["processed_documents"] == 3 and list(letters) == ["t.jsonl#line 2"], (batch, letters)
        assert [d for d in documents_of(server, "rows") if d.startswith("t.json")] == ["t.jsonl", "t.jsonl#a", "t.jsonl#c"]
        found = server.get("/v1/knowledge/documents/t.jsonl?collection=rows").json["found"]
        assert "1 of 3 records could not be read, first line 2" in found["unread"]["value"], found
        batch = ingest(server, folder, "keys", rows="document", id_field="key")
        letters = letters_of(server, batch)
        assert "rows 1 and 2 have the same in the column" in letters["twice.csv"], letters
        assert "no column" in letters["t.jsonl"], letters
        replay = server.post(f"/v1/ingest/{batch['batch_id']}/replay")
        assert replay.status == 202, replay.body
        refused = server.post("/v1/ingest", {"db_type": "folder", "connection_params": {"path": str(folder)}, "id_field": "key"})
        assert refused.status == 400 and "/rows" in refused.body.decode(), refused.body

        form = (b'--q\r\nContent-Disposition: form-data; name="rows"\r\n\r\ndocument\r\n--q\r\nContent-Disposition: form-data; '
                b'name="collection"\r\n\r\nsent\r\n--q\r\nContent-Disposition: form-data; name="file"; filename="d.csv"\r\n\r\n' +
                DOCUMENTS["depots.csv"][0] + b"\r\n--q--\r\n")
        sent = server.post("/v1/knowledge/documents/batch?wait=true", form,
                           headers={"Content-Type": "multipart/form-data; boundary=q"})
        assert sent.status == 200 and sent.json["processed_documents"] == 10, sent.body
        assert "d.csv#9" in documents_of(server, "sent")
        (folder / "one.csv").write_text("Name,Age\nAnn,31\n")
        told = server.place.run("ingest", str(folder / "one.csv"), "--collection", "cli", "--rows", "document")
        assert told.returncode == 0, (told.stdout, told.stderr)
        assert documents_of(server, "cli") == ["one.csv", "one.csv#1"]


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


def test_a_document_that_takes_too_long(binary):
    """Work on it ends at the deadline that is configured for documents, whatever step it is in, and nothing of it stays."""
    wide = "a," * 1_000_000 + "\n" + "1," * 1_000_000
    long = "\n\n".join(f"In year {n} the harbour was dredged, and {n * 7} boats came in." for n in range(100_000))
    with serving(binary, env={"ANCHORAGE_HTTP__LONG_TIMEOUT_MS": "300"}) as s:
        late = s.put_document(id="long", text=long)
        assert late.status == 504, late.body
        assert s.get("/v1/knowledge/documents/long").status == 404
        own = {"X-Timeout-Ms": "60000"}
        table = s.post("/v1/knowledge/documents", {"id": "table", "text": wide, "content_type": "text/csv"}, headers=own)
        assert table.status == 413 and "row 1 has more than 10000 columns" in table.json["detail"], table.body
        assert s.post("/v1/knowledge/documents", {"id": "small", "text": "Tea is served."}, headers=own).status == 201


def test_polite_frames_are_no_part_of_a_question(binary):
    opens, costs, leave = "The museum opens at ten in the morning.", "Entry costs seven euros for adults.", "Sick leave lasts up to 30 days."
    asked = [("Can you tell me when the museum opens?", opens), ("I would like to know when the museum opens, please", opens),
             ("Tell me what the entry costs", costs), ("Could you please tell me what entry costs?", costs),
             ("Tell me about sick leave", leave), ("Is it true that sick leave lasts 30 days?", leave),
             ("Can you tell me who the mayor is?", None), ("Tell me about dogs", None)]
    with serving(binary) as server:
        folder = server.place.home / "town"
        folder.mkdir()
        (folder / "museum.md").write_text(f"# Museum\n\n{opens} {costs}\n")
        (folder / "staff.md").write_text(f"# Staff\n\n{leave}\n\n# Children\n\nTell the office at least eight weeks ahead.\n")
        ingest(server, folder, "town")
        for question, wanted in asked:
            answer = server.post("/v1/chat/query", {"question": question, "collections": ["town"]}).json
            if wanted is None:
                assert answer["no_answer"], (question, answer["answer"])
            else:
                assert wanted in answer["answer"] and "Tell the office" not in answer["answer"], (question, answer["answer"])
        kept = server.get(f"/v1/chat/conversations/{answer['conversation_id']}").json
        assert "Tell me about dogs" in str(kept), kept


HIRE = """# Hiring terms

## Prices

| Boat | Half day | Day | Week |
|---|---|---|---|
| Canoe | 25 | 36 | 160 |
| Motor boat | 60 | 95 | 410 |

Life jackets cost 4 pounds a day.
"""

MINUTES = """# Meeting of 12 May 2025

| Month | Turnover | Lettings |
|---|---|---|
| January | 18,240 | 112 |
| February | 16,905 | 98 |
| April | 31,770 | 356 |
"""


def test_rows_of_prices_and_of_months(binary):
    canoe, april = "Boat: Canoe; Half day: 25; Day: 36; Week: 160 [1]", "Month: April; Turnover: 31,770; Lettings: 356 [1]"
    asked = [("What does a canoe cost per week?", canoe), ("How much is a canoe for a week?", canoe), ("What is the fee for a canoe per day?", canoe),
             ("Can you tell me what a canoe costs per week, please?", canoe), ("What does a sailing boat cost per day?", None),
             ("What was the turnover in April?", april), ("What was the turnover in May?", None), ("How many lettings in May?", None),
             ("What was the turnover in April 2024?", None)]
    with serving(binary) as server:
        folder = server.place.home / "boats"
        folder.mkdir()
        (folder / "hire.md").write_text(HIRE)
        (folder / "minutes.md").write_text(MINUTES)
        ingest(server, folder, "boats")
        for question, wanted in asked:
            answer = server.post("/v1/chat/query", {"question": question, "collections": ["boats"]}).json
            assert answer["no_answer"] if wanted is None else answer["answer"] == wanted, (question, answer["answer"])
        first = server.post("/v1/chat/query", {"question": "What was the turnover in April?", "collections": ["boats"]}).json
        then = server.post("/v1/chat/query", {"question": "and in May?", "collections": ["boats"], "conversation_id": first["conversation_id"]}).json
        assert then["no_answer"], then["answer"]
        for question in ("hello", "What documents are there?", "What does a canoe cost?"):
            refused = server.post("/v1/chat/query", {"question": question, "collections": ["nope"]})
            assert refused.status == 404 and "there is no collection 'nope'" in refused.body.decode(), (question, refused.body)


STATUTES = """# Satzung

## Beiträge

Der Jahresbeitrag beträgt für Erwachsene 140 Euro und für Kinder 60 Euro. Der Beitrag ist bis zum 15. Mai fällig. Bei Zahlungsverzug wird eine
Mahngebühr von 5 Euro erhoben.
"""

POTTERY = """# Handbook of the pottery

The kiln room opens at 7:00 and the yard at 8:30. The second branch in Leeds opens on 3 May. A deposit of 80 pounds is taken for each small wheel.
The deposit is paid back after the wheel has been returned clean.
"""


def test_what_is_told_of_something_else(binary):
    due = "Der Beitrag ist bis zum 15. Mai fällig."
    asked = [("Who works in the kiln room?", None), ("Which suppliers are in Leeds?", None), ("What is the deposit for a large wheel?", None),
             ("When must I return the wheel?", None), ("Who lives in Tulsa?", "Name: Bruno; Age: 25; City: Tulsa"),
             ("What is the deposit for a small wheel?", "80 pounds"), ("When does the yard open?", "8:30"),
             ("Was passiert bei Zahlungsverzug?", "Mahngebühr von 5 Euro"), ("Was kostet der Beitrag für Kinder?", "60 Euro")]
    with serving(binary) as server:
        folder = server.place.home / "told"
        folder.mkdir()
        (folder / "statutes.md").write_text(STATUTES)
        (folder / "pottery.md").write_text(POTTERY)
        (folder / "people.csv").write_text("Name,Age,City\nAlva,30,Boston\nBruno,25,Tulsa\n")
        (folder / "pass.md").write_text("# Travel\n\nShow a passport at the border.\n")
        ingest(server, folder, "told")
        for question, wanted in asked:
            answer = server.post("/v1/chat/query", {"question": question, "collections": ["told"]}).json
            assert answer["no_answer"] if wanted is None else wanted in answer["answer"], (question, answer["answer"])
        first = server.post("/v1/chat/query", {"question": "Wie hoch ist der Jahresbeitrag für Kinder?", "collections": ["told"]}).json
        then = server.post("/v1/chat/query", {"question": "bis wann ist er fällig?", "collections": ["told"], "conversation_id": first["conversation_id"]}).json
        assert due in then["answer"], then["answer"]

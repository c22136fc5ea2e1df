"""The command line's filters, the scores that it takes apart, and errors that name the option they came from."""
import json
from email.message import EmailMessage

from harness import place, serving


def filled(s):
    for name, year, tags, text in (("old", 2015, ["tax", "closed"], "The reduced rate of the tax was five percent."),
                                   ("new", 2021, ["tax"], "The reduced rate of the tax is seven percent."),
                                   ("vat", 2022, ["vat"], "The reduced rate of the vat is nine percent.")):
        got = s.post("/v1/knowledge/documents",
                     {"id": name, "title": f"Rates {name}", "text": text, "metadata": {"year": year, "tags": tags}})
        assert got.status == 201, got.body
    return s.place


def found(p, *options):
    got = p.run("search", "--json", "-m", "keyword", *options, "reduced rate")
    assert got.returncode == 0, got
    return sorted(r["document_id"] for r in json.loads(got.stdout)["results"])


def test_filters_of_the_command_line(binary):
    with serving(binary) as s:
        p = filled(s)
        assert found(p, "--filter", "year>=2020") == ["new", "vat"]
        assert found(p, "--filter", "year>=2020", "-f", "tags in tax, other") == ["new"]
        assert found(p, "-f", "title contains vat") == ["vat"]
        assert found(p, "-f", "tags not in closed,vat") == ["new"]
        assert found(p, "-f", "year exists", "--filters", '{"not":{"field":"tags","op":"eq","value":"vat"}}') == ["new", "old"]
        assert found(p, "--filters", '{"or":[{"field":"year","op":"lt","value":2016},{"field":"year","op":"gt","value":2021}]}') == ["old", "vat"]
        asked = p.run("ask", "-f", "year=2015", "What is the reduced rate of the tax?")
        assert asked.returncode == 0 and "five" in asked.stdout and "seven" not in asked.stdout, asked


def test_errors_name_the_option(binary):
    with serving(binary) as s:
        p = filled(s)
        for command, words, says in (
                (("search", "rate", "-f", "year 2020"), "'year 2020': '2020' is no operator", "--filter"),
                (("search", "rate", "-f", "year>="), "a value is missing behind >=", "--filter 'year>='"),
                (("search", "rate", "-f", "year>1", "-f", "created_at>soon"), "compared with a time", "--filter 'created_at>soon': "),
                (("ask", "rate", "-f", "title=7"), "compared with a string", "--filter 'title=7': "),
                (("search", "rate", "--filters", "{"), "is no JSON", "--filters"),
                (("search", "rate", "-f", "year>1", "--filters", '{"field":"a","op":"like","value":1}'), "no operator", "--filters at /op: "),
                (("ask", "rate", "-k", "51"), "1 to 50", "--top-k"),
                (("search", "rate", "-k", "1001"), "1 to 1000", "--top-k"),
                (("search", "rate", "-c", "no such"), "", "--collection: "),
                (("tracking", "queries", "--since", "soon"), "not an RFC 3339 time", "--since: ")):
            got = p.run(*command)
            assert got.returncode == 2 and words in got.stderr and says in got.stderr, (command, got)
            assert "/filters" not in got.stderr and "?since" not in got.stderr, got
        assert p.run("search", "rate", "-k", "1000").returncode == 0
        assert p.run("ask", "What is the reduced rate?", "-k", "50").returncode == 0
        told = p.run("search", "-f", "yaer>=2020", "rate")
        assert "--filter 'yaer>=2020': " in told.stderr and "yaer" in told.stderr, told
        told = p.run("ask", "-f", "yaer not in 2020", "What is the reduced rate?")
        assert "--filter 'yaer not in 2020': " in told.stderr, told


def test_scores_are_taken_apart(binary):
    with serving(binary) as s:
        p = filled(s)
        got = p.run("search", "--explain", "reduced rate of the vat")
        assert got.returncode == 0, got
        for part in ("relevance", "fused", "cosine", "BM25", "coverage", "reduced", "in text", "idf"):
            assert part in got.stdout, (part, got.stdout)
        hit = json.loads(p.run("search", "--explain", "--json", "reduced rate").stdout)["results"][0]
        assert hit["explain"]["bm25"]["terms"] and "relevance" in hit["explain"], hit
        assert "explain" not in json.loads(p.run("search", "--json", "reduced rate").stdout)["results"][0]


def test_a_url_without_a_scheme(binary):
    with serving(binary) as s:
        filled(s)
        with place(binary) as p:
            got = p.run("search", "--url", f"localhost:{s.port}", "reduced rate")
            assert got.returncode == 0 and "Rates" in got.stdout, got
            assert p.run("status", env={"ANCHORAGE_URL": f"127.0.0.1:{s.port}/"}).returncode == 0


def test_what_is_read_in_part_is_told(binary):
    with serving(binary) as s:
        docs = s.place.home / "some docs"
        docs.mkdir()
        (docs / "rows.ndjson").write_text('{"name":"a","price":1}\n{broken\n{"name":"b","price":2}\n')
        (docs / "tea.txt").write_text("Tea is served at four.\n")
        got = s.place.run("ingest", str(docs))
        assert "2 documents read" in got.stdout and "0 failed; 1 read in part" in got.stdout, got
        assert "rows.ndjson" in got.stderr and "could not be read" in got.stderr and "line 2" in got.stderr, got
        again = s.place.run("ingest", str(docs))
        assert "in part" not in again.stdout + again.stderr, again


def test_attachments_that_are_not_read_are_told(binary):
    with serving(binary) as s:
        docs = s.place.home / "mails"
        docs.mkdir()
        for name, attached in (("one.eml", ["plans.zip"]), ("many.eml", [f"{i}.zip" for i in range(9)]),
                               ("logo.eml", ["logo.png"])):
            mail = EmailMessage()
            mail["Subject"] = "The harbour"
            mail.set_content("The plans of the harbour are attached.")
            for one in attached:
                mail.add_attachment(b"PK\x05\x06" + bytes(18), maintype="application", subtype="zip", filename=one)
            (docs / name).write_bytes(mail.as_bytes())
        got = s.place.run("ingest", str(docs))
        assert "3 documents read" in got.stdout and "0 failed; 2 read in part" in got.stdout, got
        assert "  one.eml\n      an attachment is not read: 'one.eml#plans.zip': " in got.stderr, got
        assert got.stderr.count("an attachment is not read: 'many.eml#") == 5, got
        assert "and 4 more of its attachments are not read" in got.stderr, got


def test_a_title_is_printed_once(binary):
    with serving(binary) as s:
        text = "# Bike rates\n\nThe rental fee is seven euro a day.\n\n## Helmets\n\nA helmet costs two euro a day."
        got = s.post("/v1/knowledge/documents", {"id": "bikes", "text": text, "content_type": "text/markdown"})
        assert got.status == 201, got.body
        for args in (("ask", "What is the rental fee?"), ("search", "rental fee"), ("search", "helmet costs")):
            shown = s.place.run(*args)
            assert shown.returncode == 0 and "Bike rates" in shown.stdout, shown
            assert "› Bike rates" not in shown.stdout and "Bike rates › Bike" not in shown.stdout, shown.stdout

"""Searches from outside: filters and what they refuse, modes, languages, marks, explained scores, copies, neighbours."""
import math
import unicodedata

from harness import serving

DOCS = "/v1/knowledge/documents"


def put(s, id, text, **fields):
    answer = s.put_document(id=id, text=text, **fields)
    assert answer.status in (200, 201), answer.body


def search(s, query, params="", **fields):
    answer = s.post("/v1/search" + params, {"query": query, **fields})
    assert answer.status == 200, answer.body
    return answer.json


def ids(s, query, **fields):
    return [h["document_id"] for h in search(s, query, **fields)["results"]]


def condition(field, op, *value):
    return {"field": field, "op": op, **({"value": value[0]} if value else {})}


def test_filters_are_typed_and_nested(binary):
    with serving(binary) as s:
        put(s, "a", "Tax on income.", metadata={"year": 2020, "tags": ["tax", "law"], "author": {"name": "Ada"},
                                                "due": "2024-01-31T10:00:00+02:00", "draft": False})
        put(s, "b", "Tax on land.", metadata={"year": 2021.0, "tags": ["sea"], "due": "2024-01-31T08:00:00Z"})
        put(s, "c", "Tax on salt.", metadata={"year": "2020"})
        for tree, fit in (
                (condition("year", "eq", 2021), "b"), (condition("year", "eq", "2020"), "c"),
                (condition("year", "lte", 2020.5), "a"), (condition("tags", "contains", "tax"), "a"),
                (condition("author", "exists"), "a"), (condition("author.name", "prefix", "A"), "a"),
                (condition("due", "eq", "2024-01-31T08:00:00Z"), "ab"), (condition("due", "lt", "2024-02-01"), "ab"),
                (condition("draft", "ne", False), "bc"), (condition("year", "nin", [2020, "2020"]), "b"),
                ({"not": {"or": [condition("year", "eq", 2020), condition("tags", "exists")]}}, "c"),
                ({"and": [condition("created_at", "gte", "2020-01-01"), condition("document_id", "in", ["b", "c"])]}, "bc")):
            for mode in ("keyword", "semantic", "hybrid", "metadata"):
                found = ids(s, "tax", filters=tree, mode=mode)
                assert sorted(found) == list(fit), (tree, mode, found)
        for tree, pointer, named in (
                (condition("year", "like", 1), "/filters/op", ("year", '"like"')),
                ({"and": [condition("a", "eq", 1), condition("year", "in", 2020)]}, "/filters/and/1/value", ("year", "2020")),
                (condition("created_at", "gt", "yesterday"), "/filters/value", ("created_at", '"yesterday"')),
                (condition("year", "eq", None), "/filters/value", ("year", "null", "exists")),
                (condition("title", "eq", 3), "/filters/value", ("title", "3"))):
            answer = s.post("/v1/search", {"query": "tax", "filters": tree})
            fault = answer.json["errors"][0]
            assert answer.status == 400 and fault["pointer"] == pointer, answer.body
            assert all(n in fault["message"] for n in named), fault
        # a field that no document has: said, and no fault, as the next document may have it
        mistyped = {"and": [condition("yaer", "eq", 2020), {"or": [condition("tgas", "contains", "tax"), condition("year", "gt", 1)]}]}
        for path, body in (("/v1/search", {"query": "tax"}), ("/v1/chat/query", {"question": "What is a tax on?"})):
            answer = s.post(path, {**body, "filters": mistyped})
            assert answer.status == 200, answer.body
            told = [(w["pointer"], w["message"]) for w in answer.json["warnings"]]
            assert [pointer for pointer, _ in told] == ["/filters/and/0/field", "/filters/and/1/or/0/field"], told
            assert '"yaer"' in told[0][1] and '"tgas"' in told[1][1], told
            assert s.post(path, body).json["warnings"] == []
        for tree, at in ((condition("yaer", "ne", 1), ""), ({"not": condition("yaer", "eq", 1)}, "/not"),
                         ({"or": [condition("year", "gt", 1), condition("yaer", "eq", 1)]}, "/or/1")):
            told = search(s, "tax", filters=tree)
            assert told["results"] and [w["pointer"] for w in told["warnings"]] == [f"/filters{at}/field"], told
        assert search(s, "tax", filters=condition("yaer", "exists", False))["warnings"] == []
        asked = s.post("/v1/chat/query", {"question": "\U0001F600\U0001F600"})
        assert asked.status == 200 and asked.json["no_answer"] and asked.json["sources"] == [], asked.body
        assert s.post("/v1/search", {"query": "\U0001F600\U0001F600"}).status == 400
        unknown = s.post("/v1/search", {"query": "tax", "collections": ["default", "nowhere"]})
        assert unknown.status == 404 and unknown.json["errors"][0]["pointer"] == "/collections/1", unknown.body


def test_languages_and_marks(binary):
    with serving(binary) as s:
        put(s, "en", "The harbour master keeps the log. Taxes are paid in March.")
        put(s, "fr", "Les écoles de la ville ferment en août, et les impôts sont payés par les habitants.")
        for query, document in (("école", "fr"), ("ECOLES", "fr"), ("l'impôt", "fr"), ("tax", "en"), ("harb*", "en"),
                                ("+harb*", "en"), ('"harbour master"', "en"), ("+log -school", "en")):
            assert ids(s, query, mode="keyword") == [document], query
        assert ids(s, '+"master harbour"') == [] and ids(s, "log -harbour", mode="keyword") == []
        given_up = search(s, '"master harbour"', mode="keyword")
        assert given_up["relaxed"] and [h["document_id"] for h in given_up["results"]] == ["en"], given_up
        for query, part in (("", "blank"), ("?!", "no word"), ("-log", "only excludes"), ("w " * 1001, "1001 words"),
                            ("x" * 70000, "70000 bytes")):
            answer = s.post("/v1/search", {"query": query})
            assert answer.status == 400 and part in answer.json["detail"], answer.body
            assert answer.json["errors"][0]["pointer"] == "/query", answer.body
        assert s.post("/v1/search", {"query": "long " + "é" * 5000}).status == 200


def test_words_inside_of_words(binary):
    with serving(binary) as s:
        put(s, "code", "The server calls getUserName and findById for each request.")
        put(s, "farm", "A McDonald farm has an iPhone.")
        put(s, "miete", "Der Mietvertrag regelt die Kündigung der Wohnung und die Höhe der Nebenkosten.")
        put(s, "kasse", "Die Versicherung zahlt, wenn der Schaden rechtzeitig gemeldet und nicht verschwiegen wurde.")
        assert ids(s, "user", mode="keyword") == ids(s, "getUserName", mode="keyword") == ["code"]
        assert ids(s, "phone", mode="keyword") == ids(s, "donald", mode="keyword") == []
        assert ids(s, "Welche Verträge gibt es?", mode="keyword") == ["miete"]
        assert ids(s, "Was ist mit der Krankenversicherung?", mode="keyword") == ["kasse"]
        assert ids(s, '+"Vertrag"', mode="keyword") == []
        hit = search(s, "Vertrag", mode="keyword", explain=True)["results"][0]
        word = next(t for t in hit["explain"]["bm25"]["terms"] if t["tf"] > 0)
        assert hit["text"].encode()[word["matches"][0]["text_start"]:word["matches"][0]["text_end"]] == b"Mietvertrag", word


def check_explained(hit, text):
    """Scores add up, and offsets point at what they say."""
    e = hit["explain"]
    assert text[hit["start"]:hit["end"]].decode() == hit["text"], hit
    assert abs(sum(t["score"] for t in e["bm25"]["terms"]) - e["bm25"]["score"]) < 1e-4, e
    parts = sum(e["relevance"][p] for p in ("constant", "cosine", "coverage", "bm25"))
    assert abs(1 / (1 + math.exp(-parts)) - hit["score"]) < 1e-5, e
    fused = sum(e["fused"][side]["share"] * e["fused"][side]["scaled"] for side in ("keyword", "semantic"))
    assert abs(fused - hit["scores"]["fused"]) < 1e-5, e
    places = {"title": hit["title"].encode(), "heading": (hit["heading"] or "").encode(),
              "columns": (hit["columns"] or "").encode(), "text": text}
    for term in e["bm25"]["terms"]:
        assert len(term["matches"]) == term["tf"], term
        for m in term["matches"]:
            word = places[m["field"]][m["start"]:m["end"]].decode().lower()
            plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
            assert plain.startswith(term["term"].rstrip("*")[:4]), (term, word)
    for piece in hit.get("highlights", []):
        assert text[piece["start"]:piece["end"]].decode() == piece["text"], piece
        assert all(piece["start"] <= m["start"] < m["end"] <= piece["end"] for m in piece["marks"]), piece


def test_scores_are_explained(binary):
    rows = "\n".join(f"| Hawser {i} | {i * 3} |" for i in range(150))
    with serving(binary) as s:
        put(s, "a", f"# Prices\n\nHawsers of hémp are sold here.\n\n## Tariff\n\n| Article | Crowns |\n|---|---|\n{rows}\n",
            content_type="text/markdown")
        put(s, "b", "Ropes and hawsers are long.")
        text = {d: s.get(f"{DOCS}/{d}/text").body for d in "ab"}
        for query in ("hawser in crowns", "haws* prices", "hemp tariff"):
            for mode in ("keyword", "semantic", "hybrid"):
                hits = search(s, query, "?explain=true", mode=mode, highlight=True)["results"]
                assert hits
                for hit in hits:
                    check_explained(hit, text[hit["document_id"]])
        middle = search(s, "hawser 140 crowns", "?explain=true", mode="keyword")["results"][0]
        assert middle["columns"] == "Article | Crowns" and "Hawser 140 |" in middle["text"], middle
        places = {m["field"] for t in middle["explain"]["bm25"]["terms"] for m in t["matches"]}
        assert places == {"columns", "text"} or places == {"columns", "text", "heading"}, places


def test_copies_and_neighbours(binary):
    text = " ".join(f"Keeper {i} writes the hour of the tide into the log." for i in range(12))
    long = "\n\n".join(f"Paragraph {i} tells how lamp {i} was lit, who lit it, and how long it burnt that night." * 4 for i in range(12))
    with serving(binary) as s:
        assert s.post("/v1/collections", {"name": "cut", "chunking": {"max_tokens": 64}}).status == 201
        for i in range(3):
            put(s, f"copy{i}", text)
        put(s, "long", long, collection="cut")
        result = search(s, "keeper of the tide", collections=["default"])
        assert len(result["results"]) == 1 and result["duplicates"] == 2 == result["results"][0]["duplicates"], result
        stored = s.get(f"{DOCS}/long/text?collection=cut").body
        single = search(s, "lamp 5", collections=["cut"], top_k=3)["results"]
        joined = search(s, "lamp 5", collections=["cut"], top_k=3, join_neighbours=True, context_chunks=1)["results"]
        assert len(single) == 3 and all(h["first_chunk"] == h["last_chunk"] for h in single)
        assert any(h["last_chunk"] > h["first_chunk"] for h in joined)
        seen = set()
        for h in joined:
            assert stored[h["start"]:h["end"]].decode() == h["text"]
            chunks = set(range(h["first_chunk"], h["last_chunk"] + 1))
            assert not seen & chunks, "a chunk is in one passage only"
            seen |= chunks
        alone = s.post("/v1/search", {"query": "lamp", "context_chunks": 1})
        assert alone.status == 400 and alone.json["errors"][0]["pointer"] == "/context_chunks", alone.body

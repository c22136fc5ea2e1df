"""Models of collections from outside: one of their own, a change while they are searched, kills in the middle."""
import importlib.util
import json
import shutil
import time

from harness import ROOT, TINY_MODEL, Server, place, wait_for

DOCS = "/v1/knowledge/documents"
NARROW, TINY_DIMS, NARROW_DIMS, WINDOW = "narrow-bert", 64, 32, 64
MANY = 60


def make_models(p):
    """The tiny model, and one of other dimensions and a shorter window, in the place's own folder."""
    models = p.home / "models"
    shutil.copytree(ROOT / "tests" / "data" / TINY_MODEL, models / TINY_MODEL)
    (models / NARROW).mkdir()
    spec = importlib.util.spec_from_file_location("make_tiny_bert", models / TINY_MODEL / "make_tiny_bert.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    make.HIDDEN, make.POSITIONS, make.__file__ = NARROW_DIMS, WINDOW, str(models / NARROW / "make.py")
    make.main()
    p.env["ANCHORAGE_MODELS_DIR"] = str(models)


def put(s, id, text, collection="default"):
    answer = s.put_document(id=id, text=text, collection=collection)
    assert answer.status in (200, 201), answer.body


def story(i):
    words = ("battery", "honey", "garden", "piano", "museum", "invoice")
    return f"# Note {i}\n\n" + " ".join(f"The {words[i % 6]} of house {i} was seen by the doctor on day {k}." for k in range(12))


def fill(s, n=MANY):
    for i in range(n):
        put(s, f"n{i}", story(i))


def found(s, query, mode="semantic", **fields):
    answer = s.post("/v1/search", {"query": query, "mode": mode, **fields})
    assert answer.status == 200, answer.body
    return answer.json["results"]


def ask_for(s, model, collection="default"):
    answer = s.request("PATCH", f"/v1/collections/{collection}", {"embedding_model": model})
    assert answer.status == 200, answer.body
    return answer.json


def collection(s, name="default"):
    return s.get(f"/v1/collections/{name}").json


def model_of(s, name="default"):
    return collection(s, name)["model"].split("@")[0]


def test_collections_with_models_of_their_own(binary):
    with place(binary) as p:
        make_models(p)
        s = Server(p)
        made = s.post("/v1/collections", {"name": "short", "embedding_model": NARROW})
        assert made.status == 201 and made.json["embedding_model"] == NARROW and made.json["model"] is None, made.body
        put(s, "bees", "The queen bee lives in the hive and makes no honey.")
        put(s, "hives", "A hive gives honey in the summer.", collection="short")
        assert (model_of(s), model_of(s, "short")) == (TINY_MODEL, NARROW)
        both = {h["document_id"]: h["scores"]["semantic"] for h in found(s, "honey of the hive")}
        assert set(both) == {"bees", "hives"} and all(score > 0 for score in both.values()), both
        assert found(s, "honey", mode="hybrid", collections=["short"])[0]["document_id"] == "hives"

        listed = {m["id"]: m for m in s.get("/v1/models").json["data"]}
        assert listed["anchorage/short"]["kind"] == "answers", listed
        for name, dims in ((TINY_MODEL, TINY_DIMS), (NARROW, NARROW_DIMS)):
            assert listed[name]["kind"] == "embedding" and listed[name]["dimensions"] == dims, listed
        assert NARROW in s.get("/health").json["checks"]["embedder"]["detail"]
        for refused in (s.post("/v1/collections", {"name": "more", "embedding_model": "absent"}),
                        s.request("PATCH", "/v1/collections/short", {"embedding_model": "../" + NARROW})):
            fault = refused.json["errors"][0]
            assert refused.status == 400 and fault["pointer"] == "/embedding_model", refused.body
            assert TINY_MODEL in fault["message"] and NARROW in fault["message"], fault
        chunks = s.get(f"{DOCS}/hives/chunks?collection=short").json["items"]
        assert all(c["tokens"] <= WINDOW for c in chunks), chunks

        s.kill()
        s = Server(p)
        wait_for("the index", lambda: s.get("/readyz").status == 200)
        assert {h["document_id"] for h in found(s, "honey of the hive")} == {"bees", "hives"}
        s.stop()


def test_a_model_below_its_folder(binary):
    """The layout of old versions of sentence-transformers: modules.json says where the encoder is."""
    with place(binary) as p:
        make_models(p)
        old, other = p.home / "models" / "old", p.home / "models" / "other"
        for folder, path in ((old, "0_Transformer"), (other, "../" + TINY_MODEL)):
            folder.mkdir()
            modules = [{"idx": 0, "name": "0", "path": path, "type": "sentence_transformers.models.Transformer"},
                       {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"}]
            (folder / "modules.json").write_text(json.dumps(modules))
        shutil.copytree(p.home / "models" / TINY_MODEL, old / "0_Transformer")
        p.env["ANCHORAGE_MODEL__NAME"] = "old"
        s = Server(p)
        vectors = [s.post("/v1/embeddings", {"input": "Bees make honey.", "model": m}) for m in ("old", TINY_MODEL)]
        assert vectors[0].status == 200 and vectors[0].json["data"] == vectors[1].json["data"], vectors[0].body
        put(s, "bees", "The queen bee lives in the hive and makes no honey.")
        assert model_of(s) == "old" and found(s, "honey of the hive")
        refused = s.post("/v1/embeddings", {"input": "Bees make honey.", "model": "other"})
        assert refused.status == 400 and "is no folder of the model" in refused.json["detail"], refused.body
        s.stop()
        assert "models/old" in p.run("model", "list").stdout

        # what a folder says reaches no terminal as it is
        (other / "modules.json").unlink()
        (other / "config.json").write_text(json.dumps({"model_type": "\x1b[31mred\n"}))
        said = p.run("embed", "Bees make honey.", env={"ANCHORAGE_MODEL__NAME": "other"})
        assert said.returncode != 0 and "known are bert" in said.stderr and "\x1b" not in said.stderr, said.stderr
        assert "anchorage model list" in said.stderr and "model pull" not in said.stderr, said.stderr


def test_a_model_changes_while_it_is_searched(binary):
    with place(binary) as p:
        make_models(p)
        s = Server(p)
        fill(s)
        before = found(s, "the honey of the house", top_k=20)
        assert len(before) == 20
        now = ask_for(s, NARROW)
        assert now["model"].startswith(TINY_MODEL) and now["unembedded_documents"] == MANY, now
        left = MANY
        while model_of(s) != NARROW:
            assert len(found(s, "the honey of the house", top_k=20)) == 20
            row = collection(s)
            left = min(left, row["unembedded_documents"])
            if left < MANY // 2:
                put(s, "late", "A heron stands in the garden of the museum.")
        row = collection(s)
        assert row["unembedded_documents"] == row["embed_failed_documents"] == row["recut_failed_documents"] == 0, row
        assert all(c["tokens"] <= WINDOW for c in s.get(f"{DOCS}/n1/chunks").json["items"])
        put(s, "last", "The king of the island has an empire in the west.")
        assert found(s, "king island empire west")[0]["document_id"] == "last"
        assert all(h["scores"]["semantic"] is not None for h in found(s, "the honey of the house", mode="hybrid", top_k=20))

        ask_for(s, "")  # and back in the middle of going back
        wait_for("some documents", lambda: collection(s)["unembedded_documents"] < MANY)
        ask_for(s, NARROW)
        wait_for("the change", lambda: collection(s)["outdated_documents"] == 0 and collection(s)["unembedded_documents"] == 0)
        assert model_of(s) == NARROW and found(s, "king island empire west")[0]["document_id"] == "last"
        s.stop()


def test_what_is_put_while_a_model_changes_is_found_by_meaning_at_once(binary):
    with place(binary) as p:
        make_models(p)
        s = Server(p)
        fill(s)
        names = ("heron", "piano", "glacier", "lantern", "walnut", "ferry", "saffron", "anvil")

        def put_and_look(i):
            put(s, f"put{i}", f"The {names[i % 8]} of keeper {i} stands at gate {i * 7}.")
            hits = found(s, f"The {names[i % 8]} of keeper {i} stands at gate {i * 7}.",
                         filters={"field": "document_id", "op": "eq", "value": f"put{i}"})
            assert hits and hits[0]["scores"]["semantic"] is not None, (i, collection(s), hits)
            time.sleep(0.03)

        for model, first in ((NARROW, 0), (TINY_MODEL, 10000)):
            ask_for(s, model)
            end, i = time.monotonic() + 120, first
            while model_of(s) != model:
                assert time.monotonic() < end, collection(s)
                put_and_look(i)
                i += 1
            for _ in range(20):
                put_and_look(i)
                i += 1
            assert i > first + 21
        s.stop()


def test_a_change_of_model_goes_on_after_kills(binary):
    with place(binary) as p:
        make_models(p)
        s = Server(p)
        fill(s)
        ask_for(s, NARROW)
        for part in (3, 2):
            wait_for("some documents", lambda: collection(s)["unembedded_documents"] < MANY * part // 4 or model_of(s) == NARROW)
            s.kill()
            s = Server(p)
            wait_for("the index", lambda: s.get("/readyz").status == 200)
            assert len(found(s, "the honey of the house", top_k=20)) == 20
        wait_for("the change", lambda: model_of(s) == NARROW)
        for i in range(0, MANY, 7):
            hits = found(s, f"The honey of house {i}", filters={"field": "document_id", "op": "eq", "value": f"n{i}"})
            assert hits and all(h["scores"]["semantic"] is not None for h in hits), hits
        assert s.get("/v1/knowledge/stats").json["items"][0]["documents"] == MANY
        s.stop()

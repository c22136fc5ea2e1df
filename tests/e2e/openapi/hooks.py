"""What schemathesis is told beside the description: what is there to be found, rules that no JSON Schema says, and
a count of which operation answered what.

Loaded by schemathesis itself. KNOWN (JSON in the environment) has the server's address and key, the parameters of
paths that lead somewhere, the id of an answer, the folder that may be read, and the file that takes the counts.
"""
import atexit
import collections
import itertools
import json
import os
import re
import urllib.request

import schemathesis

KNOWN = json.loads(os.environ["KNOWN"])
# a deadline of a millisecond is met by 504, which says nothing of the rest
PATIENCE = "60000"

# Refusals of a request that fits its schema: each is a rule that the description has in words.
RULES = [
    r"is not a next_cursor of this list",
    r"bytes, at most|bytes; at most|bytes; 1 to",  # lengths are described in characters, and bounded in bytes too
    r"^\?(question|query): (is missing|was given more than once)",  # an address has no "one of"
    r"model \".*\" is not (known|one of)|provider \".*\" is not configured",
    r"the query is blank|there is no word in the query|the query only excludes|the query (has|marks) ",
    r"mode metadata finds documents by filters|mode metadata rates nothing",
    r"is compared with the (text|number) .*, but is no (text|number) in any document",  # which have what is not the description's to know
    r"document id: holds control characters",  # in an address, whose parts are any text
    r"/connection_params/path: is missing",
    r"^\?async: does not go with a version",
    r"context_chunks is \d+, which means something only together with join_neighbours",
    r"^/rows: is not \"document\": id_field",
    r"^bucket .* is too short: there are more than",
    r"comes behind a file; send it before",
    r"the pattern '.*' is empty, has an open",
    r"acl label \"",  # of a form, where labels are one text
    r"^/prompt_template: prompt template has \{passages\}",
    r"^/created_at: is missing: when the version",  # of a form, where a version is one text of JSON
    r"^If-Match: (is not the ETag|says another version)",
    r"JSON: .* too big (integer|real)",
    r"metadata: (more than|lists and objects)",
    r"says \".*\", but the address says",
    r"tokens a chunk: allowed are",  # the model's window is not the description's to know
    r"is base64 that was cut off",
    r"^/vectors_values: are \d+ bytes, which are no vectors",
    r"^/language: there is no language '[a-z]{2}'",  # the pattern says two letters, and not which
    r"there is no embedding model \"",  # which there are is not the description's to know
    r"^/dimensions: is \d+, and .* has \d+",  # nor how many components its vectors have
    r"there are more than 5000 of a",  # of the time since then, by the clock
    r"is stored as version|looks like binary data|cannot be read",
]
# Paths that another path's template has too: what is allowed there is allowed here as well.
SHADOWED = {"/v1/dead-letters/replay", "/v1/knowledge/documents/batch", "/v1/sources/inspect", "/v1/triggers/fire"}

asked = collections.Counter()
keys = itertools.count()
answered = collections.defaultdict(collections.Counter)


def name_of(case):
    return f"{case.operation.method.upper()} {case.operation.path}"


def is_good(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


# what may be left out, and mostly leads nowhere or asks for another state of things
LEFT_OUT = {"query": ("version", "expected_version", "collection", "collections", "cursor", "conversation_id", "model", "provider", "batch_id"),
            "headers": ("If-Match",),
            "body": ("id", "collection", "collections", "conversation_id", "model", "provider", "filters")}


def dead_letter():
    """One that is there now: others are tried again, or deleted."""
    request = urllib.request.Request(KNOWN["server"] + "/v1/dead-letters", headers=KNOWN["headers"])
    with urllib.request.urlopen(request, timeout=30) as answer:
        items = json.load(answer)["items"]
    return items[-1] if items else {"id": "none", "batch_id": "none"}


def path_parameters(case):
    if "/v1/dead-letters/{id}" in case.operation.path:
        return {"id": dead_letter()["id"]}
    if case.operation.path == "/v1/ingest/{batch_id}/replay":
        return {"batch_id": dead_letter()["batch_id"]}
    gone = "-gone" if case.operation.method.upper() == "DELETE" else ""
    for start, parameters in KNOWN["paths"].items():
        if case.operation.path.startswith(start):
            return {k: v + gone if isinstance(v, str) else v for k, v in parameters.items()}
    return {}


def lead_somewhere(case):
    """Every other request that fits asks for what is there."""
    for name, value in path_parameters(case).items():
        if name in case.path_parameters:
            case.path_parameters[name] = value
    for place, names in LEFT_OUT.items():
        members = getattr(case, place)
        for name in names if members and hasattr(members, "keys") else ():
            if name in members:
                del members[name]
    if case.operation.path == "/v1/search" and isinstance(case.body, dict):
        case.body["query" if "query" in case.body else "question"] = "ferry in winter"
        case.body["mode"] = "auto"
    if case.operation.path in ("/v1/embeddings", "/v1/rerank") and isinstance(case.body, dict):
        case.body.pop("dimensions", None)
        if "query" in case.body:
            case.body["query"] = "ferry in winter"
    if case.operation.path == "/v1/feedback" and isinstance(case.body, dict):
        case.body["query_id"] = KNOWN["query_id"]


@schemathesis.hook
def before_call(context, case, kwargs):
    asked[name_of(case)] += 1
    if case.headers and re.fullmatch(r"[1-9]\d{0,3}", str(case.headers.get("X-Timeout-Ms", ""))):
        case.headers["X-Timeout-Ms"] = PATIENCE
    if case.headers and 1 <= len(str(case.headers.get("Idempotency-Key", ""))) <= 255:
        case.headers["Idempotency-Key"] = f"{next(keys)}"
    if case.operation.path == "/v1/ingest" and isinstance(case.body, dict):
        keep_inside(case.body)
    if is_good(case) and asked[name_of(case)] % 2 == 0:
        lead_somewhere(case)


def keep_inside(body):
    """Nothing of this machine is read but the test's folder."""
    places = [(body, "table_or_collection"), (body.get("connection_params"), "path")]
    for place, name in places:
        if isinstance(place, dict) and isinstance(place.get(name), str) and place[name].startswith("/"):
            place[name] = KNOWN["folder"] + place[name] if len(place[name]) > 1 else KNOWN["folder"]


@schemathesis.hook
def after_call(context, case, response):
    if response.request.method == case.operation.method.upper():
        answered[name_of(case)][response.status_code] += 1


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """False: no failure after all."""
    kind = type(failure).__name__
    if "idempotent-replayed" in response.headers:  # the answer to an earlier request, which fitted
        return False
    if kind == "RejectedPositiveData" and response.status_code in (400, 415):
        detail = response.json()["detail"]
        # of a form, where a version is one text of JSON
        unknown = case.operation.path.endswith("/versions/{version}") and detail.endswith(": there is no such field")
        return not unknown and not any(re.search(rule, detail, re.DOTALL) for rule in RULES)
    if kind == "AllowHeaderMismatch":
        return case.operation.path not in SHADOWED
    if kind == "AcceptedNegativeData":  # unknown fields of the head mean nothing; and forms that fit are taken
        return not re.search("in header - object with unexpected|positive test case|in body - object with all required", failure.message)
    return True


@atexit.register
def write():
    if answered:
        with open(KNOWN["counts"], "w") as out:
            json.dump(answered, out)

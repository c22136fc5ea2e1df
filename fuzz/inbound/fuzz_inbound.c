/* fuzz_inbound.c - bytes of any kind as an event of another service: it is refused with a text, or it is one of ours,
 * and what is made of it keeps its promises. The first byte says what type the bus takes it for. */
#include <stdlib.h>

#include "base/str.h"
#include "ingest/domain/entry.h"
#include "ingest/domain/file_uri.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/inbound.h"

enum { MEMORY = 64 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* A path that nothing climbs out of. */
static void follow(anc_arena *mem, anc_str uri)
{
    anc_err err = {0};
    anc_str path, part;
    const anc_status status = ing_file_uri_read(uri, mem, &path, &err);
    if (status != ANC_OK) {
        must(err.text[0] != '\0');
        return;
    }
    must(path.len > 1 && path.ptr[0] == '/');
    must(anc_str_eq(ing_path_below(ANC_STR("/"), path), anc_str_sub(path, 1, path.len)));
    for (anc_str rest = path; anc_str_split(&rest, '/', &part);)
        must(!anc_str_starts(part, ANC_STR(".")));
}

/* Each line has a name, whatever the values say. */
static void read_entry(anc_arena *mem, anc_str payload)
{
    anc_err err = {0};
    ing_entry entry;
    anc_str line;
    if (ing_entry_read(payload, mem, &entry, &err) != ANC_OK) {
        must(err.text[0] != '\0');
        return;
    }
    must(anc_str_starts(entry.text, ANC_STR("Accounting entry: ")));
    for (anc_str rest = entry.text; anc_str_split(&rest, '\n', &line);)
        must(line.len == 0 || anc_str_find(line, ANC_STR(": ")) != SIZE_MAX);
}

static void act(anc_arena *mem, const ev_envelope *e)
{
    anc_err err = {0};
    ev_document_uploaded document;
    ev_accounting_entry_created entry;
    ANC_BUF(out, MEMORY);
    must(e->type != NULL && ev_envelope_write(e, &out, &err) == ANC_OK);
    if (e->type == ev_type_of(EV_DOCUMENT_UPLOADED)) {
        must(ev_inbound_payload(mem, e, EV_DOCUMENT_UPLOADED, &document, &err) == ANC_OK);
        follow(mem, document.uri);
    }
    if (e->type == ev_type_of(EV_ACCOUNTING_ENTRY_CREATED)) {
        must(ev_inbound_payload(mem, e, EV_ACCOUNTING_ENTRY_CREATED, &entry, &err) == ANC_OK);
        read_entry(mem, e->payload.text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const anc_str types[] = {ANC_STR_INIT(""), ANC_STR_INIT("document.uploaded"),
                                    ANC_STR_INIT("accounting.entry.created"),
                                    ANC_STR_INIT("user.created")};
    anc_err err = {0};
    ev_envelope e;
    ANC_ARENA(mem, MEMORY);
    if (mem == NULL || n == 0)
        return 0;
    const anc_str json = {(const char *)bytes + 1, n - 1};
    if (ev_inbound_read(mem, json, types[bytes[0] % ANC_COUNT(types)], &e, &err) == ANC_OK)
        act(mem, &e);
    else
        must(err.text[0] != '\0');
    return 0;
}

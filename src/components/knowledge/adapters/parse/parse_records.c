/* parse_records.c - lib/parse's records handed on in the port's words. */
#include <stdlib.h>

#include "parse/records.h"
#include "parse_impl.h"

typedef struct handover {
    const kno_record_sink *sink;
    kno_record_field *fields; /* owned, [cap]; used again for each record */
    size_t cap;
    const char *encoding; /* NULL: of no text */
    bool damaged;
} handover;

static kno_value_kind kind_of(prs_value_kind kind)
{
    switch (kind) {
    case PRS_VALUE_NUMBER:
        return KNO_VALUE_NUMBER;
    case PRS_VALUE_BOOL:
        return KNO_VALUE_BOOL;
    case PRS_VALUE_NULL:
        return KNO_VALUE_NULL;
    case PRS_VALUE_TEXT:
    default:
        return KNO_VALUE_TEXT;
    }
}

static anc_status on_record(void *self, uint64_t number, const prs_field *fields, size_t n,
                            anc_err *err)
{
    handover *h = self;
    if (n > h->cap) {
        kno_record_field *grown = realloc(h->fields, n * sizeof *grown);
        if (grown == NULL)
            return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a record of %zu values", n);
        h->fields = grown;
        h->cap = n;
    }
    for (size_t i = 0; i < n; i++)
        h->fields[i] = (kno_record_field){fields[i].name, fields[i].value, kind_of(fields[i].kind)};
    return h->sink->on_record(h->sink->arg, number, h->fields, n, err);
}

static anc_status on_broken(void *self, uint64_t line, anc_str why, anc_err *err)
{
    const handover *h = self;
    return h->sink->on_broken(h->sink->arg, line, why, err);
}

static void on_encoding(void *self, const char *encoding, bool damaged)
{
    handover *h = self;
    h->encoding = encoding;
    h->damaged = damaged;
}

/* One object alone is a document and no list of them. */
static bool holds_records(prs_kind kind, anc_str bytes)
{
    if (kind != PRS_JSON)
        return prs_has_records(kind);
    if (anc_str_starts(bytes, ANC_STR("\xEF\xBB\xBF")))
        bytes = anc_str_sub(bytes, 3, bytes.len);
    return anc_str_starts(anc_str_trim(bytes), ANC_STR("["));
}

anc_status kno_parse_records(void *self, krn_call *call, const kno_source *source,
                             const kno_record_sink *sink, kno_parsed *ret, bool *ret_has)
{
    (void)self;
    prs_kind kind;
    ANC_TRY(prs_detect(source->bytes, source->name, source->content_type, &kind, call->err));
    *ret = (kno_parsed){.content_type = anc_str_of(prs_kind_content_type(kind))};
    *ret_has = holds_records(kind, source->bytes);
    if (!*ret_has)
        return ANC_OK;
    handover h = {.sink = sink};
    const prs_record_sink to = {.record = on_record,
                                .broken = sink->on_broken != NULL ? on_broken : NULL,
                                .encoding = on_encoding,
                                .self = &h};
    const prs_limits limits = kno_parse_limits(call);
    const anc_status status = prs_records(kind, source->bytes, &limits, &to, call->err);
    free(h.fields);
    ANC_TRY(status);
    return kno_parse_damage(call, h.encoding, h.damaged, &ret->damage);
}

/* json_records.c - objects of JSON as records: the elements of a list, or values one behind the other.
 *
 * Names and values of a record are gathered in one buffer and become views when it is whole.
 */
#include <stdlib.h>
#include <string.h>

#include "json_impl.h"
#include "records_impl.h"

enum { PATH_BYTES = 16 << 10 };

typedef struct slot {
    size_t name_at, name_len, value_at, value_len;
    prs_value_kind kind;
} slot;

/* What is broken is read again from the next line on, but not forever: so often the text, and this much. */
enum { MOST_AGAIN = 4, LEAST_AGAIN = 1 << 20 };

typedef struct gatherer {
    prs_json *j;
    anc_err *err;
    anc_buf text; /* names and values of the record at hand */
    anc_buf path; /* "address.city" */
    slot *slots;  /* owned */
    size_t n, cap;
} gatherer;

static anc_status broken(const gatherer *g)
{
    return g->j->status;
}

static anc_status read_members(gatherer *g);
static anc_status read_list(gatherer *g);

/* A slot for a value under the path at hand. */
static anc_status begin_slot(gatherer *g, prs_value_kind kind, slot **ret)
{
    if (g->n >= PRS_RECORD_FIELDS)
        return ANC_FAIL(g->err, ANC_LIMIT, "JSON: a record has more than %d values",
                        PRS_RECORD_FIELDS);
    if (g->n == g->cap) {
        const size_t cap = g->cap > 0 ? g->cap * 2 : 32;
        slot *grown = realloc(g->slots, cap * sizeof *grown);
        if (grown == NULL)
            return ANC_FAIL(g->err, ANC_NO_MEMORY, "JSON: out of memory");
        g->slots = grown;
        g->cap = cap;
    }
    const anc_str path = g->path.len > 0 ? anc_buf_view(&g->path) : ANC_STR("value");
    slot *s = &g->slots[g->n++];
    *s = (slot){.name_at = g->text.len, .name_len = path.len, .kind = kind};
    (void)anc_buf_add(&g->text, path);
    s->value_at = g->text.len;
    *ret = s;
    return anc_buf_status(&g->text, "JSON: a record", g->err);
}

static prs_value_kind kind_of(const prs_json *j)
{
    switch (j->kind) {
    case PRS_JSON_NUMBER:
        return PRS_VALUE_NUMBER;
    case PRS_JSON_TRUE:
    case PRS_JSON_FALSE:
        return PRS_VALUE_BOOL;
    case PRS_JSON_NULL:
        return PRS_VALUE_NULL;
    case PRS_JSON_STRING:
    case PRS_JSON_NAME:
    case PRS_JSON_END:
    case PRS_JSON_OPEN_OBJECT:
    case PRS_JSON_CLOSE_OBJECT:
    case PRS_JSON_OPEN_ARRAY:
    case PRS_JSON_CLOSE_ARRAY:
        break;
    }
    return PRS_VALUE_TEXT;
}

static anc_status add_simple(gatherer *g)
{
    slot *s = NULL;
    ANC_TRY(begin_slot(g, kind_of(g->j), &s));
    (void)anc_buf_add(&g->text, prs_json_word(g->j));
    s->value_len = g->text.len - s->value_at;
    return anc_buf_status(&g->text, "JSON: a record", g->err);
}

/* Reads the value whose first token is at hand. */
static anc_status read_value(gatherer *g)
{
    if (g->j->kind == PRS_JSON_OPEN_OBJECT)
        return read_members(g);
    return g->j->kind == PRS_JSON_OPEN_ARRAY ? read_list(g) : add_simple(g);
}

/* Simple values of a list are one value; what else is in it follows under the same path. */
static anc_status read_list(gatherer *g)
{
    size_t open = SIZE_MAX; /* the slot that the list's simple values are gathered in */
    for (;;) {
        if (!prs_json_next(g->j))
            return broken(g);
        if (g->j->kind == PRS_JSON_CLOSE_ARRAY)
            return ANC_OK;
        if (!prs_json_is_simple(g->j)) {
            ANC_TRY(read_value(g));
            open = SIZE_MAX;
            continue;
        }
        const anc_str word = prs_json_word(g->j);
        if (word.len == 0)
            continue;
        slot *s = NULL;
        if (open == SIZE_MAX) {
            ANC_TRY(begin_slot(g, PRS_VALUE_TEXT, &s));
            open = g->n - 1;
        } else {
            s = &g->slots[open];
            (void)anc_buf_add(&g->text, ANC_STR(", "));
        }
        (void)anc_buf_add(&g->text, word);
        s->value_len = g->text.len - s->value_at;
        ANC_TRY(anc_buf_status(&g->text, "JSON: a record", g->err));
    }
}

static anc_status read_members(gatherer *g)
{
    const size_t outer = g->path.len;
    for (;;) {
        if (!prs_json_next(g->j))
            return broken(g);
        if (g->j->kind == PRS_JSON_CLOSE_OBJECT)
            return ANC_OK;
        if (outer > 0)
            (void)anc_buf_add_char(&g->path, '.');
        (void)anc_buf_add(&g->path, g->j->value);
        ANC_TRY(anc_buf_status(&g->path, "JSON: the path of a name", g->err));
        if (!prs_json_next(g->j))
            return broken(g);
        ANC_TRY(read_value(g));
        g->path.len = outer;
    }
}

/* Hands over what was gathered. */
static anc_status give(gatherer *g, prs_fields *fields, uint64_t number, const prs_limits *limits,
                       const prs_record_sink *sink)
{
    const anc_str text = anc_buf_view(&g->text);
    fields->n = 0;
    for (size_t i = 0; i < g->n; i++) {
        const slot *s = &g->slots[i];
        ANC_TRY(prs_fields_add(fields,
                               (prs_field){anc_str_sub(text, s->name_at, s->name_len),
                                           anc_str_sub(text, s->value_at, s->value_len), s->kind},
                               g->err));
    }
    return prs_fields_give(fields, number, limits, sink, g->err);
}

static anc_status read_record(gatherer *g, prs_fields *fields, uint64_t number,
                              const prs_limits *limits, const prs_record_sink *sink)
{
    anc_buf_clear(&g->text);
    anc_buf_clear(&g->path);
    g->n = 0;
    ANC_TRY(read_value(g));
    return give(g, fields, number, limits, sink);
}

/* Reads value after value; those of a list at the top one by one. */
static anc_status read_all(gatherer *g, prs_fields *fields, const prs_limits *limits,
                           const prs_record_sink *sink)
{
    for (uint64_t n = 0;;) {
        if (!prs_json_next(g->j))
            return broken(g);
        if (g->j->kind == PRS_JSON_END)
            return ANC_OK;
        if (g->j->place.depth == 1 && g->j->kind == PRS_JSON_OPEN_ARRAY)
            continue;
        if (g->j->kind == PRS_JSON_CLOSE_ARRAY)
            continue;
        ANC_TRY(read_record(g, fields, ++n, limits, sink));
    }
}

static anc_status fail_broken(uint64_t line, const anc_err *why, anc_err *err)
{
    return ANC_FAIL(err, why->code, "the record that begins in line %llu: %s",
                    (unsigned long long)line, why->text);
}

/* Reads value after value; what is broken is told of, where somebody listens. */
static anc_status read_lines(gatherer *g, prs_fields *fields, const prs_limits *limits,
                             const prs_record_sink *sink, anc_err *err)
{
    anc_err why = {.code = ANC_OK}, first = {.code = ANC_OK};
    uint64_t n = 0, first_line = 0;
    size_t again = 0;
    g->j->err = &why;
    for (;;) {
        const bool some = prs_json_next(g->j);
        const size_t from = g->j->from;
        const uint64_t line = prs_json_pass_lines(g->j);
        if (some && g->j->kind == PRS_JSON_END)
            break;
        const anc_status got = some ? read_record(g, fields, n + 1, limits, sink) : g->j->status;
        n += got == ANC_OK;
        if (got == ANC_OK)
            continue;
        if (g->j->status == ANC_OK)
            return got; /* not for the JSON's sake */
        again += g->j->broken_at > from ? g->j->broken_at - from : 0;
        const bool enough = again > g->j->text.len * MOST_AGAIN + LEAST_AGAIN;
        if (g->j->status != ANC_INVALID || sink->broken == NULL || enough)
            return fail_broken(line, &why, err);
        if (first.code == ANC_OK) {
            first = why;
            first_line = line;
        }
        if (limits->may_go_on != NULL)
            ANC_TRY(limits->may_go_on(limits->arg, err));
        ANC_TRY(sink->broken(sink->self, line, anc_str_of(why.text), err));
        (void)prs_json_resume(g->j, from);
        anc_err_clear(&why);
    }
    return n > 0 || first.code == ANC_OK ? ANC_OK : fail_broken(first_line, &first, err);
}

static anc_status read_records(anc_str text, bool lists, const prs_limits *limits,
                               const prs_record_sink *sink, anc_err *err)
{
    ANC_CLEANUP(prs_json_done) prs_json j;
    ANC_CLEANUP(prs_fields_done) prs_fields fields = {.n = 0};
    prs_json_open(&j, text, limits, err);
    gatherer g = {.j = &j,
                  .err = err,
                  .text = anc_buf_init(limits->text_bytes),
                  .path = anc_buf_init(PATH_BYTES)};
    const anc_status got =
        lists ? read_all(&g, &fields, limits, sink) : read_lines(&g, &fields, limits, sink, err);
    anc_buf_done(&g.text);
    anc_buf_done(&g.path);
    free(g.slots);
    return got;
}

anc_status prs_json_records(anc_str text, const prs_limits *limits, const prs_record_sink *sink,
                            anc_err *err)
{
    return read_records(text, true, limits, sink, err);
}

anc_status prs_ndjson_records(anc_str text, const prs_limits *limits, const prs_record_sink *sink,
                              anc_err *err)
{
    return read_records(text, false, limits, sink, err);
}

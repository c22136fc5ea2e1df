/* rows_back.c - the rows of an old version of a file, put again.
 *
 * By which columns they were named stands among what was found about the version. Its original is read once
 * more for their names before it is published, so that the publication retires the others, and again
 * behind it, to put them: a row is made for the version that is current. What a kill or a deadline leaves
 * out comes when the version is restored again, since those that are there are unchanged then. Where there are
 * too many for one call, somebody else takes them (`rows_to`) and puts them later.
 */
#include "knowledge/domain/limits.h"
#include "put_impl.h"
#include "json/json.h"

enum { ROW_ARENA_BYTES = 256 << 10 };

static anc_status remember(krn_call *call, const json_value *columns, kno_rows_wanted *ret)
{
    const size_t n = json_count(columns);
    if (n < 2)
        return ANC_OK;
    anc_str *names = anc_arena_alloc(call->mem, n, sizeof *names);
    if (names == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for columns");
    for (size_t i = 0; i < n; i++) {
        names[i] = anc_arena_copy(call->mem, json_str(json_element(columns, i), ANC_STR("")));
        if (names[i].ptr == NULL)
            return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for columns");
    }
    *ret = (kno_rows_wanted){.id_field = names[0],
                             .title_field = names[1],
                             .text_fields = names + 2,
                             .n_text_fields = n - 2};
    return ANC_OK;
}

anc_status kno_rows_remember(krn_call *call, anc_str found, kno_rows_wanted *ret)
{
    json_doc *doc = NULL;
    *ret = (kno_rows_wanted){.on_row = NULL};
    if (found.len == 0)
        return ANC_OK;
    ANC_TRY(json_parse(found, &doc, call->err));
    const json_value *columns = json_member(json_member(json_root(doc), "row_columns"), "value");
    const anc_status status = remember(call, columns, ret);
    json_doc_free(doc);
    return status;
}

/* ---- read again ----------------------------------------------------------------------------- */

/* Hands the rows of the old version out, by its settings, under the names that they have in `put`. */
static anc_status read_again(kno_put *put, const kno_version_record *old, anc_str original,
                             const kno_rows_wanted *wanted)
{
    const kno_document_input *input = put->input;
    const kno_rows_wanted *asked = put->rows;
    kno_document_input then = *input;
    then.uri = old->uri;
    then.name = old->name;
    const kno_source source = {
        .bytes = original, .content_type = old->content_type, .name = old->name};
    kno_parsed ignored;
    anc_str text = ANC_STR_NONE;
    put->input = &then;
    put->metadata = old->given.len > 0 ? old->given : ANC_STR("{}");
    put->rows = wanted;
    anc_map_free(put->parts.rows);
    put->parts.rows = NULL;
    anc_err why;
    anc_err_clear(&why);
    krn_call call = put->call;
    call.err = &why;
    const anc_status status = kno_put_rows(put, &call, &source, &ignored, &text);
    put->input = input;
    put->rows = asked;
    if (status != ANC_OK)
        return ANC_FAIL(put->call.err, status, "'%.*s', version %u: %s", ANC_FMT(put->name),
                        old->number, why.text);
    return ANC_OK;
}

static anc_status pass_over(void *arg, const kno_row *row, anc_err *err)
{
    const kno_put *put = arg;
    krn_call call = put->call;
    (void)row;
    call.err = err;
    return krn_call_check(put->kno->with.clock, &call);
}

anc_status kno_rows_name(kno_put *put, const kno_version_record *old, anc_str original)
{
    kno_rows_wanted wanted = *put->rows;
    wanted.on_row = pass_over;
    wanted.arg = put;
    return read_again(put, old, original, &wanted);
}

/* ---- put again ------------------------------------------------------------------------------- */

typedef struct bringing {
    kno_put *put;
    const kno_version_record *old;
    anc_arena *mem; /* of one row's result */
    uint64_t n;     /* rows that are there again */
} bringing;

static anc_status put_row(void *arg, const kno_row *row, anc_err *err)
{
    bringing *b = arg;
    kno_put *put = b->put;
    const kno_document_input input = {.collection = put->into,
                                      .id = row->id,
                                      .title = row->title,
                                      .uri = row->uri,
                                      .source = b->old->source,
                                      .content_type = ANC_STR("application/json"),
                                      .metadata = row->metadata,
                                      .keeps_acl = true,
                                      .content = row->content,
                                      .parent = row->parent,
                                      .made_for = row->made_for};
    kno_put_result result = {0};
    anc_err why;
    anc_err_clear(&why);
    krn_call call = put->call;
    call.err = &why;
    call.mem = b->mem;
    anc_arena_reset(b->mem);
    const anc_status status = kno_document_put(put->kno, &call, &input, false, &result);
    if (result.change_seq > put->change_seq)
        put->change_seq = result.change_seq; /* to be waited for */
    b->n += status == ANC_OK;
    if (status == ANC_OK)
        return ANC_OK;
    if (status == ANC_NOT_FOUND || status == ANC_CONFLICT)
        return ANC_FAIL(err, ANC_CONFLICT, "the document was changed meanwhile: %s", why.text);
    if (!kno_is_of_the_content(status))
        return ANC_FAIL(err, status, "%s", why.text);
    krn_log_write(put->kno->with.log, KRN_WARN, "knowledge", "a row was not put again",
                  KRN_STR("document_id", row->id), KRN_STR("reason", anc_str_of(why.text)));
    return ANC_OK;
}

static anc_status hand_row_out(void *arg, const kno_row *row, anc_err *err)
{
    const bringing *b = arg;
    const kno_rows_wanted *to = b->put->rows_to;
    kno_row own = *row;
    own.source = b->old->source;
    return to->on_row(to->arg, &own, err);
}

/* Whoever restores it is told what there is now. */
static anc_status is_not_whole(const bringing *b, anc_status status)
{
    anc_err *err = b->put->call.err;
    const anc_err why = *err;
    anc_err_clear(err);
    return ANC_FAIL(err, status,
                    "%.300s; the version is current again, with %llu of its rows: restore it once "
                    "more to go on",
                    why.text, (unsigned long long)b->n);
}

anc_status kno_rows_put(kno_put *put, const kno_version_record *old, anc_str original)
{
    ANC_ARENA(mem, ROW_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(put->call.err, ANC_NO_MEMORY, "no memory to put rows again");
    bringing b = {.put = put, .old = old, .mem = mem};
    kno_rows_wanted wanted = *put->rows;
    wanted.on_row = put->rows_to != NULL ? hand_row_out : put_row;
    wanted.arg = &b;
    const anc_status status = read_again(put, old, original, &wanted);
    return status == ANC_OK || put->rows_to != NULL ? status : is_not_whole(&b, status);
}

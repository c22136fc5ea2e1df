/* eval_answer.c - every question with gold answers asked, its answer and its citations checked.
 *
 * A citation is true when its source is among the answer's sources, and the bytes start..end of
 * that document's stored text are the quote, to the byte.
 */
#include <stdlib.h>
#include <string.h>

#include "eval_run.h"
#include "term.h"

enum { ARENA_BYTES = 256 << 20, TEXTS_BYTES = 1 << 30, MOST_CHARS = 400, MOST_SENTENCES = 2 };

typedef struct asking {
    cli_client *client;
    anc_arena *mem;   /* of one question */
    anc_arena *texts; /* stored texts, kept for the next citation of the same document */
    anc_map *known;   /* document id to index in `stored` */
    anc_str *stored;
    size_t n_stored, room;
    FILE *out;
    eval_answer_result result;
} asking;

static anc_status stored_text(asking *a, anc_str document_id, anc_str *ret, anc_err *err)
{
    uint64_t index;
    if (anc_map_find(a->known, document_id, &index)) {
        *ret = a->stored[index];
        return ANC_OK;
    }
    const anc_str path =
        anc_arena_printf(a->mem, "/v1/knowledge/documents/%.*s/text?collection=" EVAL_COLLECTION,
                         ANC_FMT(cli_encode(a->mem, document_id)));
    anc_str text;
    ANC_TRY(cli_call(a->client, "GET", path, ANC_STR_NONE, a->mem, &text, err));
    text = anc_arena_copy(a->texts, text);
    if (text.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(a->texts), "stored texts");
    if (a->n_stored == a->room) {
        const size_t room = a->room * 2 + 64;
        anc_str *more = realloc(a->stored, room * sizeof *more);
        if (more == NULL)
            return ANC_FAIL(err, ANC_NO_MEMORY, "stored texts");
        a->stored = more;
        a->room = room;
    }
    if (!anc_map_put(a->known, document_id, a->n_stored))
        return ANC_FAIL(err, ANC_NO_MEMORY, "stored texts");
    a->stored[a->n_stored++] = text;
    *ret = text;
    return ANC_OK;
}

static const json_value *source_of(const json_value *answer, const json_value *citation)
{
    const json_value *sources = json_member(answer, "sources");
    const anc_str chunk = json_str(json_member(citation, "chunk_id"), ANC_STR(""));
    for (size_t i = 0; i < json_count(sources); i++) {
        const json_value *s = json_element(sources, i);
        if (anc_str_eq(json_str(json_member(s, "chunk_id"), ANC_STR("")), chunk) &&
            json_int(json_member(s, "position"), -1) ==
                json_int(json_member(citation, "marker"), 0))
            return s;
    }
    return NULL;
}

static anc_status is_true(asking *a, const json_value *answer, const json_value *citation,
                          bool *ret, anc_err *err)
{
    const json_value *source = source_of(answer, citation);
    const int64_t start = json_int(json_member(citation, "start"), -1);
    const int64_t end = json_int(json_member(citation, "end"), -1);
    const anc_str quote = json_str(json_member(citation, "quote"), ANC_STR(""));
    anc_str text;
    *ret = false;
    if (source == NULL || start < 0 || end <= start)
        return ANC_OK;
    ANC_TRY(stored_text(a, json_str(json_member(source, "document_id"), ANC_STR("")), &text, err));
    *ret = (uint64_t)end <= text.len &&
           anc_str_eq(anc_str_sub(text, (size_t)start, (size_t)(end - start)), quote);
    return ANC_OK;
}

static anc_status check_citations(asking *a, const json_value *answer, anc_err *err)
{
    const json_value *citations = json_member(answer, "citations");
    for (size_t i = 0; i < json_count(citations); i++) {
        bool ok = false;
        ANC_TRY(is_true(a, answer, json_element(citations, i), &ok, err));
        a->result.citations++;
        a->result.citations_true += ok;
    }
    return ANC_OK;
}

/* The answer's text without its markers, and whether it keeps to the bounds of an extractive one:
 * every quoted sentence is one citation. */
static bool within_bounds(anc_arena *mem, anc_str answer, size_t n_citations)
{
    char *plain = anc_arena_alloc(mem, answer.len + 1, 1);
    size_t n = 0, chars = 0;
    if (plain == NULL)
        return false;
    for (size_t i = 0; i < answer.len; i++) {
        if (answer.ptr[i] == '[') {
            size_t j = i + 1;
            while (j < answer.len && answer.ptr[j] >= '0' && answer.ptr[j] <= '9')
                j++;
            if (j > i + 1 && j < answer.len && answer.ptr[j] == ']') {
                i = j;
                continue;
            }
        }
        plain[n++] = answer.ptr[i];
    }
    const anc_str text = anc_str_trim((anc_str){plain, n});
    for (size_t i = 0; i < text.len; i++)
        chars += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return chars <= MOST_CHARS && n_citations <= MOST_SENTENCES;
}

/* The citations as they came, with the document of each: a chunk's id alone cannot be cut apart, since
 * a document's may hold dots. */
static void write_citations(json_writer *w, const json_value *answer)
{
    const json_value *citations = json_member(answer, "citations");
    json_name(w, "citations");
    json_open_array(w);
    for (size_t i = 0; i < json_count(citations); i++) {
        const json_value *c = json_element(citations, i);
        json_open_object(w);
        json_put_int(w, "marker", json_int(json_member(c, "marker"), 0));
        json_put_str(w, "document_id",
                     json_str(json_member(source_of(answer, c), "document_id"), ANC_STR("")));
        json_put_str(w, "chunk_id", json_str(json_member(c, "chunk_id"), ANC_STR("")));
        json_put_int(w, "start", json_int(json_member(c, "start"), -1));
        json_put_int(w, "end", json_int(json_member(c, "end"), -1));
        json_put_str(w, "quote", json_str(json_member(c, "quote"), ANC_STR("")));
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_answer(asking *a, const eval_query *query, const json_value *answer, bool gold)
{
    ANC_BUF(line, 1 << 20);
    json_writer w = json_writer_of(&line);
    json_open_object(&w);
    json_put_str(&w, "_id", query->id);
    json_put_str(&w, "question", query->text);
    json_put_str(&w, "answer", json_str(json_member(answer, "answer"), ANC_STR("")));
    json_put_bool(&w, "with_gold", gold);
    write_citations(&w, answer);
    json_close_object(&w);
    (void)fprintf(a->out, "%.*s\n", ANC_FMT(anc_buf_view(&line)));
}

static anc_str make_body(anc_arena *mem, const eval_query *query)
{
    ANC_BUF(body, 1 << 20);
    json_writer w = json_writer_of(&body);
    json_open_object(&w);
    json_put_str(&w, "question", query->text);
    json_name(&w, "collections");
    json_open_array(&w);
    json_write_str(&w, ANC_STR(EVAL_COLLECTION));
    json_close_array(&w);
    json_put_str(&w, "model", ANC_STR("extractive"));
    json_close_object(&w);
    return anc_arena_copy(mem, anc_buf_view(&body));
}

static anc_status ask_one(asking *a, const eval_query *query, double *ret_ms, anc_err *err)
{
    CLI_JSON(doc);
    anc_str text;
    ANC_TRY(cli_call(a->client, "POST", ANC_STR("/v1/chat/query"), make_body(a->mem, query), a->mem,
                     &text, err));
    ANC_TRY(json_parse(text, &doc, err));
    const json_value *answer = json_root(doc);
    const anc_str said = json_str(json_member(answer, "answer"), ANC_STR(""));
    const bool gold = within_bounds(a->mem, said, json_count(json_member(answer, "citations"))) &&
                      eval_holds_gold(a->mem, query, said);
    a->result.asked++;
    a->result.with_gold += gold;
    *ret_ms = json_double(json_member(json_member(answer, "timings_ms"), "total"), 0);
    if (a->out != NULL)
        write_answer(a, query, answer, gold);
    return check_citations(a, answer, err);
}

static anc_status ask_all(asking *a, const eval_data *data, size_t limit, double *ms, anc_err *err)
{
    term_progress progress = term_progress_start("answers", a->client->cx->quiet);
    const size_t n = limit < data->n ? limit : data->n;
    for (size_t i = 0; i < n; i++) {
        if (data->queries[i].n_gold == 0)
            continue;
        anc_arena_reset(a->mem);
        ANC_TRY(ask_one(a, &data->queries[i], &ms[a->result.asked], err));
        const term_state state = term_count(i + 1, n);
        term_progress_show(&progress, &state);
    }
    const term_state state = term_count(n, n);
    term_progress_end(&progress, &state);
    a->result.ms_p50 = eval_percentile(ms, a->result.asked, 0.5);
    a->result.ms_p99 = eval_percentile(ms, a->result.asked, 0.99);
    return ANC_OK;
}

anc_status eval_answers(cli_client *client, const eval_data *data, size_t limit, FILE *out,
                        eval_answer_result *ret, anc_err *err)
{
    asking a = {.client = client,
                .mem = anc_arena_new(ARENA_BYTES),
                .texts = anc_arena_new(TEXTS_BYTES),
                .known = anc_map_new(),
                .out = out};
    double *ms = calloc(data->n + 1, sizeof *ms);
    anc_status status;
    if (a.mem == NULL || a.texts == NULL || a.known == NULL || ms == NULL)
        status = ANC_FAIL(err, ANC_NO_MEMORY, "the evaluation");
    else
        status = ask_all(&a, data, limit, ms, err);
    if (status == ANC_OK)
        *ret = a.result;
    anc_arena_free(a.mem);
    anc_arena_free(a.texts);
    anc_map_free(a.known);
    free(a.stored);
    free(ms);
    return status;
}

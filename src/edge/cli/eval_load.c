/* eval_load.c - the corpus put into the collection, several documents in flight. */
#include <string.h>

#include "eval_run.h"
#include "os/lines.h"
#include "term.h"

enum { LINE_BYTES = 64 << 20, PARALLEL = 4, ITEM_BYTES = 256 << 20 };

/* One document in flight. */
typedef struct slot {
    anc_arena *mem; /* owned by load_corpus */
    uint64_t line;
} slot;

typedef struct loading {
    cli_client *client;
    anc_str path;
    os_lines *lines;
    term_progress progress;
    uint64_t total, done;
    slot *free_slots[PARALLEL + 1];
    size_t n_free;
    anc_status status;
    anc_err *err;
} loading;

static void lines_cleanup(os_lines **lines)
{
    os_lines_close(*lines);
}

static anc_status count_lines(anc_str path, uint64_t *ret, anc_err *err)
{
    ANC_CLEANUP(lines_cleanup) os_lines *lines = NULL;
    anc_str line;
    bool end = false;
    uint64_t n = 0;
    ANC_TRY(os_lines_open(path, LINE_BYTES, &lines, err));
    for (;;) {
        ANC_TRY(os_lines_next(lines, &line, &end, err));
        if (end)
            break;
        n += anc_str_trim(line).len > 0;
    }
    *ret = n;
    return ANC_OK;
}

static anc_status make_body(const json_value *row, anc_arena *mem, anc_str *ret, anc_err *err)
{
    ANC_BUF(body, ITEM_BYTES);
    json_writer w = json_writer_of(&body);
    const anc_str text = json_str(json_member(row, "text"), ANC_STR(""));
    const anc_str title = json_str(json_member(row, "title"), ANC_STR(""));
    json_open_object(&w);
    json_put_str(&w, "id", json_str(json_member(row, "_id"), ANC_STR("")));
    json_put_str(&w, "collection", ANC_STR(EVAL_COLLECTION));
    if (title.len > 0)
        json_put_str(&w, "title", title);
    json_put_str(&w, "text", text);
    json_put_str(&w, "content_type", ANC_STR("text/plain"));
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&body, "a document of the corpus", err));
    *ret = anc_arena_copy(mem, anc_buf_view(&body));
    return ret->ptr != NULL ? ANC_OK : ANC_FAIL(err, anc_arena_refusal(mem), "a document");
}

/* A line that is no document is named by its file and number. */
static anc_status parse_row(const loading *l, anc_str line, uint64_t number, json_doc **ret,
                            anc_err *err)
{
    anc_err why = {0};
    CLI_JSON(doc);
    if (json_parse(line, &doc, &why) != ANC_OK)
        return ANC_FAIL(err, ANC_INVALID, "%.*s:%llu: %s", ANC_FMT(l->path),
                        (unsigned long long)number, why.text);
    const json_value *row = json_root(doc), *text = json_member(row, "text");
    if (json_kind_of(json_member(row, "_id")) != JSON_STRING ||
        (text != NULL && json_kind_of(text) != JSON_STRING))
        return ANC_FAIL(err, ANC_INVALID,
                        "%.*s:%llu: an object with the strings `_id` and `text` is expected",
                        ANC_FMT(l->path), (unsigned long long)number);
    *ret = doc;
    doc = NULL;
    return ANC_OK;
}

/* The next document that holds anything; an empty one cannot be found, so it is passed over. */
static anc_status next_request(loading *l, net_job *job, bool *ret_any, anc_err *err)
{
    anc_str line;
    bool end = false;
    *ret_any = false;
    for (;;) {
        ANC_TRY(os_lines_next(l->lines, &line, &end, err));
        if (end)
            return ANC_OK;
        if (anc_str_trim(line).len == 0)
            continue;
        CLI_JSON(doc);
        anc_str body;
        const uint64_t number = os_lines_number(l->lines);
        ANC_TRY(parse_row(l, line, number, &doc, err));
        const json_value *row = json_root(doc);
        if (anc_str_trim(json_str(json_member(row, "text"), ANC_STR(""))).len == 0 &&
            anc_str_trim(json_str(json_member(row, "title"), ANC_STR(""))).len == 0) {
            l->done++;
            continue;
        }
        slot *s = l->free_slots[--l->n_free];
        s->line = number;
        job->mem = s->mem;
        job->tag = s;
        ANC_TRY(make_body(row, job->mem, &body, err));
        ANC_TRY(cli_request_make(l->client, "POST", ANC_STR("/v1/knowledge/documents"), body,
                                 job->mem, &job->request, err));
        *ret_any = true;
        return ANC_OK;
    }
}

static bool next_job(void *arg, net_job *job)
{
    loading *l = arg;
    bool any = false;
    if (l->status != ANC_OK || l->n_free == 0)
        return false;
    l->status = next_request(l, job, &any, l->err);
    return l->status == ANC_OK && any;
}

static bool job_done(void *arg, void *tag, anc_status status, const net_response *response,
                     const anc_err *err)
{
    loading *l = arg;
    slot *s = tag;
    anc_err why = {0};
    const anc_status ended = status != ANC_OK ? status : cli_problem(response, &why);
    if (ended != ANC_OK && l->status == ANC_OK)
        l->status = ANC_FAIL(l->err, ended, "%.*s:%llu: %s", ANC_FMT(l->path),
                             (unsigned long long)s->line, status != ANC_OK ? err->text : why.text);
    anc_arena_reset(s->mem);
    l->free_slots[l->n_free++] = s;
    l->done++;
    const term_state state = term_count(l->done, l->total);
    term_progress_show(&l->progress, &state);
    return l->status == ANC_OK;
}

static anc_status load_corpus(loading *l, anc_str path, anc_err *err)
{
    slot slots[PARALLEL] = {{NULL, 0}};
    l->path = path;
    anc_status status = os_lines_open(path, LINE_BYTES, &l->lines, err);
    for (size_t i = 0; i < PARALLEL && status == ANC_OK; i++) {
        slots[i].mem = anc_arena_new(ITEM_BYTES);
        if (slots[i].mem == NULL)
            status = ANC_FAIL(err, ANC_NO_MEMORY, "loading");
        l->free_slots[l->n_free++] = &slots[i];
    }
    if (status == ANC_OK)
        status = net_client_run_many(l->client->net, PARALLEL, next_job, job_done, l, NULL);
    if (l->status != ANC_OK)
        status = l->status;
    else if (status != ANC_OK)
        (void)ANC_FAIL(err, status, "loading the corpus stopped");
    for (size_t i = 0; i < PARALLEL; i++)
        anc_arena_free(slots[i].mem);
    os_lines_close(l->lines);
    return status;
}

/* Documents in the collection; 0 when there is none of that name. */
static uint64_t documents_there(cli_client *client)
{
    CLI_JSON(doc);
    anc_err ignored = {0};
    if (cli_call_json(client, "GET", ANC_STR("/v1/collections/" EVAL_COLLECTION), ANC_STR_NONE,
                      &doc, &ignored) != ANC_OK)
        return 0;
    const int64_t n = json_int(json_member(json_root(doc), "documents"), 0);
    return n > 0 ? (uint64_t)n : 0;
}

static anc_status make_collection(cli_client *client, bool whole_document, anc_str language,
                                  anc_err *err)
{
    ANC_BUF(body, 4096);
    CLI_JSON(doc);
    json_writer w = json_writer_of(&body);
    json_open_object(&w);
    json_put_str(&w, "name", ANC_STR(EVAL_COLLECTION));
    if (language.len > 0)
        json_put_str(&w, "language", language);
    json_name(&w, "chunking");
    json_open_object(&w);
    json_put_str(&w, "strategy", whole_document ? ANC_STR("whole") : ANC_STR("structure"));
    json_close_object(&w);
    json_close_object(&w);
    return cli_call_json(client, "POST", ANC_STR("/v1/collections"), anc_buf_view(&body), &doc,
                         err);
}

anc_status eval_load(cli_client *client, const eval_data *data, bool whole_document,
                     anc_str language, uint64_t *ret_documents, anc_err *err)
{
    anc_str path;
    loading l = {.client = client, .err = err};
    ANC_TRY(eval_data_path(data, "corpus.jsonl", &path, err));
    ANC_TRY(count_lines(path, &l.total, err));
    *ret_documents = l.total;
    const uint64_t there = documents_there(client);
    if (there > 0 && there + l.total / 100 >= l.total)
        return ANC_OK; /* kept from an earlier run; documents without text are not stored */
    if (there == 0) {
        anc_err why = {0};
        const anc_status made = make_collection(client, whole_document, language, &why);
        if (made != ANC_OK && made != ANC_CONFLICT)
            return ANC_FAIL(err, made, "%s", why.text);
    }
    l.progress = term_progress_start("reading", client->cx->quiet);
    ANC_TRY(load_corpus(&l, path, err));
    const term_state state = term_count(l.done, l.total);
    term_progress_end(&l.progress, &state);
    return ANC_OK;
}

/* export_ahead.c - what an export asks for ahead, several at once, and writes in its order.
 *
 * Of a group of documents the newest versions are asked for side by side. Versions then queue, oldest first, and
 * when the queue is full the originals and vectors of all in it are asked for side by side, and written one after the
 * other. A document with more versions than one page holds is read page by page from the oldest one.
 */
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "list.h"

enum {
    QUEUE = 16,          /* versions that are asked for at once */
    PARALLEL = 8,        /* requests under way */
    PAGE_ROWS = 100,     /* versions */
    PAGES_MAX = 1 << 20, /* of one document */
    CURSOR_BYTES = 1 << 16,
    ANSWER_BYTES = 2 << 20, /* past it nothing is kept: it is asked for by itself */
    ARENA_BYTES = 2 * ANSWER_BYTES + (1 << 20)
};

/* ---- many requests -------------------------------------------------------------------------- */

typedef struct ask {
    anc_arena *mem; /* owned; path and answer lie in it. NULL: nothing is asked */
    anc_str path;
    export_answer answer;
} ask;

typedef struct asking {
    cli_client *client;
    ask *asks; /* [n] */
    size_t n, at;
} asking;

static void ask_done(ask *a)
{
    anc_arena_free(a->mem);
    *a = (ask){0};
}

static bool next_ask(void *arg, net_job *job)
{
    asking *all = arg;
    while (all->at < all->n && !cli_interrupted()) {
        ask *a = &all->asks[all->at++];
        export_answer *to = &a->answer;
        if (a->mem == NULL)
            continue;
        *job = (net_job){.tag = a, .mem = a->mem};
        to->status = cli_request_make(all->client, "GET", a->path, ANC_STR_NONE, a->mem,
                                      &job->request, &to->err);
        job->request.max_body_bytes = ANSWER_BYTES;
        if (to->status == ANC_OK)
            return true;
    }
    return false;
}

static bool take_answer(void *arg, void *tag, anc_status status, const net_response *response,
                        const anc_err *err)
{
    (void)arg;
    export_answer *to = &((ask *)tag)->answer;
    to->status = status;
    to->response = *response;
    if (status != ANC_OK)
        to->err = *err;
    return true;
}

static anc_status ask_all(exporting *x, ask *asks, size_t n)
{
    asking all = {.client = x->client, .asks = asks, .n = n};
    ANC_TRY(net_client_run_many(x->client->net, PARALLEL, next_ask, take_answer, &all, x->err));
    return cli_interrupted() ? ANC_FAIL(x->err, ANC_CANCELLED, "interrupted") : ANC_OK;
}

static anc_status too_little(exporting *x)
{
    return ANC_FAIL(x->err, ANC_NO_MEMORY, "what is asked for ahead");
}

/* ---- the queue ------------------------------------------------------------------------------ */

typedef struct queue {
    exporting *x;
    size_t n;
    const json_value *document[QUEUE], *version[QUEUE]; /* borrowed until it is written */
    ask asks[2 * QUEUE];                                /* of each its original, its vectors */
    const json_value *counted; /* the document whose version was written last */
} queue;

/* One that is too large for a line is read by itself when its turn has come, piece by piece. */
static bool goes_ahead(const json_value *version)
{
    return list_count(version, "bytes") <= ARCHIVE_PIECE_BYTES;
}

static anc_status make_ask(queue *q, size_t i, const char *what, ask *ret)
{
    ret->mem = anc_arena_new(ARENA_BYTES);
    if (ret->mem == NULL)
        return too_little(q->x);
    ret->path = export_path(ret->mem, q->document[i], q->version[i], what);
    return ret->path.ptr != NULL ? ANC_OK : too_little(q->x);
}

static anc_status fetch(queue *q)
{
    const bool with_vectors = !cli_given(q->x->client->cx, "no-vectors");
    for (size_t i = 0; i < q->n; i++) {
        if (!goes_ahead(q->version[i]))
            continue;
        ANC_TRY(make_ask(q, i, "raw", &q->asks[2 * i]));
        if (with_vectors)
            ANC_TRY(make_ask(q, i, "vectors", &q->asks[2 * i + 1]));
    }
    return ask_all(q->x, q->asks, 2 * q->n);
}

static anc_status write_one(queue *q, size_t i)
{
    exporting *x = q->x;
    const uint64_t before = x->versions;
    const export_given given = {&q->asks[2 * i].answer, &q->asks[2 * i + 1].answer};
    const bool is_given = q->asks[2 * i].mem != NULL;
    ANC_TRY(export_version(x, q->document[i], q->version[i], is_given ? &given : NULL));
    if (x->versions > before && q->counted != q->document[i]) {
        x->documents++;
        q->counted = q->document[i];
    }
    const term_state state = term_count(x->versions, x->total);
    term_progress_show(&x->progress, &state);
    return ANC_OK;
}

/* Whatever comes of it, the queue is empty afterwards. */
static anc_status write_queue(queue *q)
{
    anc_status status = fetch(q);
    for (size_t i = 0; i < q->n; i++) {
        if (status == ANC_OK)
            status = write_one(q, i);
        ask_done(&q->asks[2 * i]);
        ask_done(&q->asks[2 * i + 1]);
    }
    q->n = 0;
    return status;
}

static anc_status push(queue *q, const json_value *document, const json_value *version)
{
    q->document[q->n] = document;
    q->version[q->n++] = version;
    return q->n < QUEUE ? ANC_OK : write_queue(q);
}

/* ---- a document's versions ------------------------------------------------------------------- */

static anc_str versions_path(anc_arena *mem, const json_value *document)
{
    return anc_arena_printf(mem, "/v1/knowledge/documents/%.*s/versions?collection=%.*s",
                            ANC_FMT(cli_encode(mem, list_text(document, "document_id"))),
                            ANC_FMT(cli_encode(mem, list_text(document, "collection"))));
}

/* The versions of a page above `above`, oldest first; the newest of them in *above. */
static anc_status push_page(queue *q, const json_value *document, const json_doc *page,
                            uint64_t *above)
{
    const json_value *items = json_member(json_root(page), "items");
    for (size_t i = json_count(items); i > 0; i--) {
        const json_value *version = json_element(items, i - 1);
        const uint64_t number = list_count(version, "version");
        if (number <=
            *above) /* others were thrown away meanwhile, and the page begins further down */
            continue;
        *above = number;
        ANC_TRY(push(q, document, version));
    }
    return ANC_OK;
}

typedef struct pages {
    char (*cursors)[CLI_PLACE_BYTES]; /* owned [cap]; of each page but the newest */
    size_t n, cap;
} pages;

static anc_status note_page(pages *all, anc_str cursor, anc_err *err)
{
    if (all->n == all->cap) {
        const size_t cap = all->cap == 0 ? 16 : 2 * all->cap;
        void *more = cap <= PAGES_MAX ? realloc(all->cursors, cap * sizeof *all->cursors) : NULL;
        if (more == NULL)
            return ANC_FAIL(err, ANC_LIMIT, "a document has too many versions");
        all->cursors = more;
        all->cap = cap;
    }
    (void)snprintf(all->cursors[all->n++], CLI_PLACE_BYTES, "%.*s", ANC_FMT(cursor));
    return ANC_OK;
}

/* Finds where the pages begin behind the one at `cursor`. */
static anc_status find_pages(exporting *x, anc_str path, anc_str first, pages *all)
{
    ANC_BUF(cursor, CURSOR_BYTES);
    (void)anc_buf_add(&cursor, first);
    while (cursor.len > 0) {
        CLI_JSON(page);
        ANC_TRY(note_page(all, anc_buf_view(&cursor), x->err));
        ANC_TRY(list_page(x->client, path, PAGE_ROWS, &cursor, &page, x->err));
    }
    return ANC_OK;
}

static anc_status push_pages(queue *q, const json_value *document, anc_str path, const pages *all,
                             uint64_t *above)
{
    for (size_t i = all->n; i > 0; i--) {
        CLI_JSON(page);
        ANC_BUF(cursor, CURSOR_BYTES);
        (void)anc_buf_add(&cursor, anc_str_of(all->cursors[i - 1]));
        ANC_TRY(list_page(q->x->client, path, PAGE_ROWS, &cursor, &page, q->x->err));
        ANC_TRY(push_page(q, document, page, above));
        ANC_TRY(write_queue(q)); /* it borrows from the page */
    }
    return ANC_OK;
}

static anc_status push_older(queue *q, const json_value *document, anc_str cursor, uint64_t *above)
{
    ANC_ARENA(mem, ANSWER_BYTES);
    pages all = {0};
    const anc_str path = mem != NULL ? versions_path(mem, document) : ANC_STR_NONE;
    if (path.ptr == NULL)
        return too_little(q->x);
    anc_status status = find_pages(q->x, path, cursor, &all);
    if (status == ANC_OK)
        status = push_pages(q, document, path, &all, above);
    free(all.cursors);
    return status;
}

/* The newest page, as it was asked for ahead. */
static anc_status read_newest(exporting *x, const json_value *document, const ask *a,
                              json_doc **ret)
{
    ANC_BUF(cursor, CURSOR_BYTES);
    const export_answer *got = &a->answer;
    if (!export_kept(got)) {
        ANC_ARENA(mem, ANSWER_BYTES);
        const anc_str path = mem != NULL ? versions_path(mem, document) : ANC_STR_NONE;
        return path.ptr != NULL ? list_page(x->client, path, PAGE_ROWS, &cursor, ret, x->err)
                                : too_little(x);
    }
    return export_parse(got, ret, x->err);
}

static anc_status push_document(queue *q, const json_value *document, const ask *a, json_doc **page)
{
    uint64_t above = 0;
    ANC_TRY(read_newest(q->x, document, a, page));
    const anc_str cursor = list_text(json_root(*page), "next_cursor");
    if (cursor.len > 0)
        ANC_TRY(push_older(q, document, cursor, &above));
    return push_page(q, document, *page, &above);
}

/* ---- documents ------------------------------------------------------------------------------- */

static anc_status ask_versions(exporting *x, const json_value *documents, size_t from, ask *asks,
                               size_t n)
{
    for (size_t i = 0; i < n; i++) {
        asks[i].mem = anc_arena_new(ARENA_BYTES);
        if (asks[i].mem == NULL)
            return too_little(x);
        const anc_str path = versions_path(asks[i].mem, json_element(documents, from + i));
        asks[i].path = anc_arena_printf(asks[i].mem, "%.*s&limit=%d", ANC_FMT(path), PAGE_ROWS);
    }
    return ask_all(x, asks, n);
}

static anc_status export_group(exporting *x, const json_value *documents, size_t from, size_t n)
{
    ask asks[EXPORT_GROUP] = {0};
    json_doc *newest[EXPORT_GROUP] = {0};
    queue q = {.x = x};
    anc_status status = ask_versions(x, documents, from, asks, n);
    for (size_t i = 0; status == ANC_OK && i < n; i++) {
        status = push_document(&q, json_element(documents, from + i), &asks[i], &newest[i]);
        if (status == ANC_NOT_FOUND) { /* it was deleted meanwhile */
            anc_err_clear(x->err);
            status = ANC_OK;
        }
    }
    if (status == ANC_OK)
        status = write_queue(&q);
    for (size_t i = 0; i < n; i++) {
        ask_done(&asks[i]);
        json_doc_free(newest[i]);
    }
    return status;
}

anc_status export_documents(exporting *x, const json_value *documents)
{
    const size_t n = json_count(documents);
    for (size_t at = 0; at < n; at += EXPORT_GROUP)
        ANC_TRY(export_group(x, documents, at, n - at < EXPORT_GROUP ? n - at : EXPORT_GROUP));
    return ANC_OK;
}

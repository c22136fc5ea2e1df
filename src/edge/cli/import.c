/* import.c - `anchorage import`: what an export has is put back, a few versions at a time.
 *
 * Several documents are put side by side. The versions of one document follow each other, so one
 * waits until the one before it is there; meanwhile the file is read on, until AHEAD_BYTES of what cannot go yet are
 * held, the last of them whole: originals that came in pieces on disk, in the folder for temporary files, others in
 * memory. As many as are put side by side are held besides.
 * Collections come before all versions.
 */
#include <errno.h>
#include <string.h>

#include "import.h"
#include "list.h"
#include "os/clock.h"
#include "term.h"

enum {
    PARALLEL = 8, /* as many as the server works on, and some that are on their way there */
    PUTS = 32,
    REFUSED_KEPT = 2 * PUTS,
    KEY_BYTES = 2048,
    SHOWN_FAILURES = 20,
    SETTINGS_BYTES = 1 << 20,
    AHEAD_BYTES = 64 << 20 /* of versions that wait; no more are read then */
};

typedef enum slot_state { SLOT_FREE, SLOT_WAITS, SLOT_BUSY } slot_state;

/* A version that was read; they go in turn, the versions of a document one after the other. */
typedef struct import_slot {
    slot_state state;
    uint64_t turn;
} import_slot;

typedef struct importing {
    cli_client *client;
    import_file file;
    import_put puts[PUTS];
    import_slot slots[PUTS];
    uint64_t turns;
    json_doc *line; /* owned: read and not dealt with; NULL: none */

    /* documents of which a version was refused: the later ones are not put either */
    anc_buf refused[REFUSED_KEPT];
    size_t n_refused;

    uint64_t collections, total, created, updated, unchanged, failed;
    bool *found;      /* [n_given of the line] a --collection that the file has */
    bool complete;    /* the end line was there */
    bool dropped;     /* the server cannot go on: what is under way is let go */
    bool stopped;     /* interrupted: nothing more is begun */
    int64_t begun_ns; /* the first version; 0: none yet */
    term_progress progress;
    anc_status status;
    anc_err *err;
} importing;

static bool is_kind(const json_value *line, const char *kind)
{
    return anc_str_eq(list_text(line, "kind"), anc_str_of(kind));
}

static anc_status bad(importing *im, const char *why)
{
    return ANC_FAIL(im->err, ANC_INVALID, "%.*s, line %llu: %s", ANC_FMT(im->file.name),
                    (unsigned long long)im->file.number, why);
}

static anc_status next_line(importing *im)
{
    json_doc_free(im->line);
    im->line = NULL;
    return import_next(&im->file, &im->line, im->err);
}

static bool is_wanted(const importing *im, anc_str collection)
{
    const cli_context *cx = im->client->cx;
    anc_str name;
    if (!cli_given(cx, "collection"))
        return true;
    for (size_t at = 0; cli_next_value(cx, "collection", &at, &name);)
        if (anc_str_eq(name, collection))
            return true;
    return false;
}

static void note_found(importing *im, anc_str collection)
{
    anc_str name;
    for (size_t at = 0; cli_next_value(im->client->cx, "collection", &at, &name);)
        im->found[at - 1] = im->found[at - 1] || anc_str_eq(name, collection);
}

/* Of a file that was read to its end: collections that were asked for are in it. */
static anc_status check_found(const importing *im)
{
    anc_str name;
    for (size_t at = 0; cli_next_value(im->client->cx, "collection", &at, &name);)
        if (!im->found[at - 1])
            return ANC_FAIL(im->err, ANC_NOT_FOUND, "%.*s has no collection \"%.*s\"",
                            ANC_FMT(im->file.name), ANC_FMT(name));
    return ANC_OK;
}

/* ---- versions ------------------------------------------------------------------------------ */

static bool is_key_of(anc_str key, anc_str collection, anc_str id)
{
    return key.len == collection.len + 1 + id.len && anc_str_starts(key, collection) &&
           key.ptr[collection.len] == '\n' && anc_str_ends(key, id);
}

static bool is_refused(const importing *im, anc_str collection, anc_str id)
{
    for (size_t i = 0; i < REFUSED_KEPT; i++)
        if (is_key_of(anc_buf_view(&im->refused[i]), collection, id))
            return true;
    return false;
}

static bool is_under_way(const importing *im, anc_str collection, anc_str id)
{
    for (size_t i = 0; i < PUTS; i++)
        if (im->slots[i].state != SLOT_FREE && is_key_of(im->puts[i].key, collection, id))
            return true;
    return false;
}

static bool is_refused_key(const importing *im, anc_str key)
{
    for (size_t i = 0; i < REFUSED_KEPT; i++)
        if (anc_str_eq(anc_buf_view(&im->refused[i]), key))
            return true;
    return false;
}

static void count_failure(importing *im, anc_str id, uint64_t version, uint64_t line,
                          const char *why)
{
    if (im->failed++ >= SHOWN_FAILURES)
        return;
    (void)fputs(im->progress.drawn && im->progress.tty ? "\r\033[K" : "", stderr);
    (void)fprintf(stderr, "anchorage: line %llu, version %llu of ", (unsigned long long)line,
                  (unsigned long long)version);
    term_print_line(stderr, id, 100);
    (void)fprintf(stderr, ": %s\n", why);
}

/* A document that is refused does not stop the others; a server that cannot go on does. */
static bool stops(anc_status status)
{
    return status != ANC_INVALID && status != ANC_CONFLICT && status != ANC_LIMIT &&
           status != ANC_UNSUPPORTED && status != ANC_CORRUPT && status != ANC_FORBIDDEN;
}

static void put_failed(importing *im, const import_put *put, anc_status status, const char *why)
{
    if (stops(status)) {
        im->dropped = true;
        if (im->status == ANC_OK)
            im->status = ANC_FAIL(im->err, status, "%.*s, line %llu: %s", ANC_FMT(im->file.name),
                                  (unsigned long long)put->line, why);
        return;
    }
    anc_buf *kept = &im->refused[im->n_refused++ % REFUSED_KEPT];
    anc_buf_clear(kept);
    (void)anc_buf_add(kept, put->key);
    count_failure(im, put->id, put->version, put->line, why);
}

static void put_done(importing *im, const net_response *response)
{
    CLI_JSON(doc);
    if (json_parse(response->body, &doc, NULL) != ANC_OK)
        return;
    const anc_str status = list_text(json_root(doc), "status");
    if (anc_str_eq(status, ANC_STR("unchanged")))
        im->unchanged++;
    else if (anc_str_eq(status, ANC_STR("created")))
        im->created++;
    else
        im->updated++;
}

static uint64_t done_of(const importing *im)
{
    return im->created + im->updated + im->unchanged + im->failed;
}

/* By what was done since the first one was begun. */
static term_state state_of(const importing *im)
{
    const uint64_t done = done_of(im);
    const double seconds = (double)(os_mono_ns() - im->begun_ns) / 1e9;
    term_state state = term_count(done, im->total > done ? im->total : done);
    if (im->begun_ns == 0 || seconds < 1 || done == 0)
        return state;
    state.rate = (double)done / seconds;
    if (im->total > 0)
        state.left_s = (double)(state.total - done) / state.rate;
    return state;
}

static void show(importing *im)
{
    const term_state state = state_of(im);
    term_progress_show(&im->progress, &state);
}

static void let_go(importing *im, import_put *put)
{
    import_put_clear(put);
    im->slots[put - im->puts].state = SLOT_FREE;
}

static bool job_done(void *arg, void *tag, anc_status status, const net_response *response,
                     const anc_err *err)
{
    importing *im = arg;
    import_put *put = tag;
    anc_err why = {0};
    const anc_status ended = status != ANC_OK ? status : cli_problem(response, &why);
    if (ended == ANC_OK)
        put_done(im, response);
    else
        put_failed(im, put, ended, status != ANC_OK ? err->text : why.text);
    let_go(im, put);
    show(im);
    return !im->dropped;
}

/* Passes over versions that are not to be put. At the end the line at hand is one that is, or no
 * version. */
static anc_status find_version(importing *im)
{
    for (;;) {
        if (im->line == NULL && !im->file.ended)
            ANC_TRY(next_line(im));
        const json_value *line = json_root(im->line);
        if (im->line == NULL || !is_kind(line, "version"))
            return ANC_OK;
        const anc_str collection = list_text(line, "collection"),
                      id = list_text(line, "document_id");
        if (collection.len == 0 || id.len == 0 || list_count(line, "version") == 0)
            return bad(im, "a version needs collection, document_id and version");
        const bool wanted = is_wanted(im, collection);
        /* of a document under way it is not known yet whether it is refused */
        if (wanted && (is_under_way(im, collection, id) || !is_refused(im, collection, id)))
            return ANC_OK;
        if (wanted)
            count_failure(im, id, list_count(line, "version"), im->file.number,
                          "not put: an older version was refused");
        ANC_TRY(import_skip_content(&im->file, line, im->err));
        json_doc_free(im->line);
        im->line = NULL;
    }
}

/* Reads the next version into a free slot; *ret_any false: there is none, or no slot. */
static anc_status read_version(importing *im, bool *ret_any)
{
    size_t slot = 0;
    *ret_any = false;
    while (slot < PUTS && im->slots[slot].state != SLOT_FREE)
        slot++;
    if (slot == PUTS)
        return ANC_OK;
    ANC_TRY(find_version(im));
    const json_value *line = json_root(im->line);
    if (im->line == NULL || !is_kind(line, "version"))
        return ANC_OK;
    import_put *put = &im->puts[slot];
    ANC_TRY(import_put_make(put, im->client, &im->file, line, im->err));
    json_doc_free(im->line);
    im->line = NULL;
    im->slots[slot] = (import_slot){SLOT_WAITS, ++im->turns};
    *ret_any = true;
    return ANC_OK;
}

/* Whether a version of the same document was read before it. */
static bool is_behind(const importing *im, size_t slot)
{
    for (size_t i = 0; i < PUTS; i++)
        if (im->slots[i].state != SLOT_FREE && im->slots[i].turn < im->slots[slot].turn &&
            anc_str_eq(im->puts[i].key, im->puts[slot].key))
            return true;
    return false;
}

/* Whether more may be read: where none is ready, those that wait are behind one that is being put. */
static bool may_read(const importing *im)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < PUTS; i++)
        if (im->slots[i].state == SLOT_WAITS)
            bytes += import_put_bytes(&im->puts[i]);
    return bytes < AHEAD_BYTES;
}

/* The version that was read first of those that may go now; PUTS: none. */
static size_t find_ready(const importing *im)
{
    size_t best = PUTS;
    for (size_t i = 0; i < PUTS; i++)
        if (im->slots[i].state == SLOT_WAITS &&
            (best == PUTS || im->slots[i].turn < im->slots[best].turn) && !is_behind(im, i))
            best = i;
    return best;
}

/* What waits for a version that was refused since is not put either. */
static void drop_refused(importing *im)
{
    for (size_t i = 0; i < PUTS; i++) {
        import_put *put = &im->puts[i];
        if (im->slots[i].state != SLOT_WAITS || !is_refused_key(im, put->key))
            continue;
        count_failure(im, put->id, put->version, put->line,
                      "not put: an older version was refused");
        let_go(im, put);
    }
}

/* After a line that cannot be read no more are read; those before it are put. */
static bool next_job(void *arg, net_job *job)
{
    importing *im = arg;
    bool any = true;
    if (!im->stopped && cli_interrupted()) {
        im->stopped = true;
        if (im->status == ANC_OK)
            im->status =
                ANC_FAIL(im->err, ANC_CANCELLED,
                         "interrupted; what is there stays, and the import can be run again");
    }
    drop_refused(im);
    size_t ready = find_ready(im);
    while (ready == PUTS && any && im->status == ANC_OK && may_read(im)) {
        im->status = read_version(im, &any);
        drop_refused(im);
        ready = find_ready(im);
    }
    if (ready == PUTS || im->stopped || im->dropped)
        return false;
    import_put *put = &im->puts[ready];
    im->slots[ready].state = SLOT_BUSY;
    im->begun_ns = im->begun_ns == 0 ? os_mono_ns() : im->begun_ns;
    *job = (net_job){.tag = put, .request = put->request, .mem = put->mem};
    return true;
}

/* Puts the versions up to the next line of another kind. */
static anc_status put_versions(importing *im)
{
    anc_err why = {0};
    while (im->status == ANC_OK && (im->line == NULL || is_kind(json_root(im->line), "version")) &&
           !(im->line == NULL && im->file.ended)) {
        const anc_status status =
            net_client_run_many(im->client->net, PARALLEL, next_job, job_done, im, &why);
        if (im->status == ANC_OK && status != ANC_OK)
            im->status = ANC_FAIL(im->err, status, "%s", why.text);
    }
    return im->status;
}

/* ---- collections --------------------------------------------------------------------------- */

static const char *const settings[] = {"description",   "language",        "chunking",       "acl",
                                       "system_prompt", "prompt_template", "embedding_model"};

/* Nothing for what is empty: a file of before it could be set does not have it. */
static void dump_member(const json_value *from, const char *name, anc_buf *out)
{
    const json_value *member = json_member(from, name);
    anc_buf_clear(out);
    if (member != NULL && json_str(member, ANC_STR("set")).len > 0)
        json_dump(json_member(from, name), out);
}

static bool same_settings(const json_value *a, const json_value *b)
{
    ANC_BUF(one, SETTINGS_BYTES);
    ANC_BUF(other, SETTINGS_BYTES);
    for (size_t i = 0; i < ANC_COUNT(settings); i++) {
        dump_member(a, settings[i], &one);
        dump_member(b, settings[i], &other);
        if (!anc_str_eq(anc_buf_view(&one), anc_buf_view(&other)))
            return false;
    }
    return true;
}

static anc_status send_settings(importing *im, const char *method, anc_str path, bool with_name)
{
    const json_value *line = json_root(im->line);
    CLI_JSON(answer);
    ANC_BUF(body, SETTINGS_BYTES);
    ANC_BUF(member, SETTINGS_BYTES);
    json_writer w = json_writer_of(&body);
    json_open_object(&w);
    if (with_name)
        json_put_str(&w, "name", list_text(line, "name"));
    for (size_t i = 0; i < ANC_COUNT(settings); i++) {
        dump_member(line, settings[i], &member);
        if (member.len > 0)
            json_put_raw(&w, settings[i], anc_buf_view(&member));
    }
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&body, "a collection", im->err));
    return cli_call_json(im->client, method, path, anc_buf_view(&body), &answer, im->err);
}

/* An empty collection takes the settings of the file; one with documents keeps its own. */
static anc_status settle_settings(importing *im, anc_str path)
{
    CLI_JSON(there);
    const json_value *line = json_root(im->line);
    anc_err why = {0};
    const anc_status status = cli_call_json(im->client, "GET", path, ANC_STR_NONE, &there, &why);
    if (status == ANC_NOT_FOUND)
        return send_settings(im, "POST", ANC_STR("/v1/collections"), true);
    if (status != ANC_OK)
        return ANC_FAIL(im->err, status, "%s", why.text);
    if (same_settings(line, json_root(there)))
        return ANC_OK;
    if (list_count(json_root(there), "documents") == 0)
        return send_settings(im, "PATCH", path, false);
    (void)fprintf(stderr,
                  "anchorage: the collection %.*s is there with other settings and keeps them\n",
                  ANC_FMT(list_text(line, "name")));
    return ANC_OK;
}

static anc_status take_collection(importing *im)
{
    cli_context *cx = im->client->cx;
    const json_value *line = json_root(im->line);
    const anc_str name = list_text(line, "name");
    if (!is_wanted(im, name))
        return ANC_OK;
    note_found(im, name);
    const anc_str path =
        anc_arena_printf(cx->mem, "/v1/collections/%.*s", ANC_FMT(cli_encode(cx->mem, name)));
    const anc_status status = settle_settings(im, path);
    if (status != ANC_OK) {
        char text[sizeof im->err->text];
        (void)snprintf(text, sizeof text, "%s", im->err->text);
        return ANC_FAIL(im->err, status, "%.*s, line %llu, collection %.*s: %s",
                        ANC_FMT(im->file.name), (unsigned long long)im->file.number, ANC_FMT(name),
                        text);
    }
    im->collections++;
    if (cli_given(cx, "collection"))
        im->total += list_count(line, "versions");
    return ANC_OK;
}

/* ---- the file ------------------------------------------------------------------------------ */

static anc_status take_head(importing *im)
{
    ANC_TRY(next_line(im));
    const json_value *line = json_root(im->line);
    if (im->line == NULL)
        return ANC_FAIL(im->err, ANC_INVALID, "%.*s is empty", ANC_FMT(im->file.name));
    if (!is_kind(line, ARCHIVE_HEAD))
        return bad(im, "this is no file that `anchorage export` wrote");
    const int64_t format = json_int(json_member(line, "format"), 0);
    if (format < 1)
        return bad(im, "the format is not told");
    if (format > ARCHIVE_FORMAT)
        return ANC_FAIL(im->err, ANC_INVALID,
                        "%.*s, line 1: format %lld, written by version %.*s; this one knows format "
                        "%d: import it with a newer anchorage",
                        ANC_FMT(im->file.name), (long long)format,
                        ANC_FMT(list_text(line, "program")), ARCHIVE_FORMAT);
    if (!cli_given(im->client->cx, "collection"))
        im->total = list_count(line, "versions");
    return ANC_OK;
}

static anc_status take_all(importing *im)
{
    ANC_TRY(take_head(im));
    ANC_TRY(next_line(im));
    while (im->line != NULL && !im->complete) {
        const json_value *line = json_root(im->line);
        if (is_kind(line, "version")) {
            ANC_TRY(put_versions(im));
            continue;
        }
        if (is_kind(line, "collection"))
            ANC_TRY(take_collection(im));
        else if (is_kind(line, "end"))
            im->complete = list_count(line, "lines") == im->file.number;
        else
            return bad(im, "a line of this kind is not known");
        if (is_kind(line, "end") && !im->complete)
            return bad(im, "lines are missing before the last one");
        ANC_TRY(next_line(im));
    }
    if (im->line != NULL)
        return bad(im, "nothing should stand behind the end of the export");
    if (!im->complete)
        return ANC_FAIL(im->err, ANC_INVALID, "%.*s ends after line %llu: it was cut off there",
                        ANC_FMT(im->file.name), (unsigned long long)im->file.number);
    return check_found(im);
}

static void print_end(const importing *im)
{
    const cli_context *cx = im->client->cx;
    if (cx->json)
        (void)printf("{\"collections\":%llu,\"created\":%llu,\"updated\":%llu,\"unchanged\":%llu,"
                     "\"failed\":%llu,\"lines\":%llu,\"complete\":%s}\n",
                     (unsigned long long)im->collections, (unsigned long long)im->created,
                     (unsigned long long)im->updated, (unsigned long long)im->unchanged,
                     (unsigned long long)im->failed, (unsigned long long)im->file.number,
                     im->complete ? "true" : "false");
    else if (!cx->quiet)
        (void)printf("%llu versions put back (%llu documents are new), %llu unchanged, %llu "
                     "refused\n",
                     (unsigned long long)(im->created + im->updated),
                     (unsigned long long)im->created, (unsigned long long)im->unchanged,
                     (unsigned long long)im->failed);
}

static anc_status open_all(importing *im)
{
    const anc_str word = im->client->cx->words[0];
    const bool standard = anc_str_eq(word, ANC_STR("-"));
    im->file.name = standard ? ANC_STR("standard input") : word;
    im->found = anc_arena_alloc(im->client->cx->mem, im->client->cx->n_given, sizeof *im->found);
    if (im->found == NULL)
        return ANC_FAIL(im->err, ANC_NO_MEMORY, "an import");
    for (size_t i = 0; i < REFUSED_KEPT; i++)
        im->refused[i] = anc_buf_init(KEY_BYTES);
    for (size_t i = 0; i < PUTS; i++)
        ANC_TRY(import_put_open(&im->puts[i], im->err));
    return os_lines_open(standard ? ANC_STR("/dev/stdin") : word, ARCHIVE_LINE_BYTES,
                         &im->file.lines, im->err);
}

static void close_all(importing *im)
{
    for (size_t i = 0; i < PUTS; i++)
        import_put_close(&im->puts[i]);
    for (size_t i = 0; i < REFUSED_KEPT; i++)
        anc_buf_done(&im->refused[i]);
    json_doc_free(im->line);
    os_lines_close(im->file.lines);
}

static int run(cli_client *client)
{
    anc_err err = {0};
    importing im = {.client = client,
                    .progress =
                        term_progress_start("importing", client->cx->quiet || client->cx->json),
                    .err = &err};
    cli_interrupt_catch();
    anc_status status = open_all(&im);
    const bool opened = status == ANC_OK;
    if (opened)
        status = take_all(&im);
    const term_state state = state_of(&im);
    if (opened && im.progress.drawn)
        term_progress_end(&im.progress, &state);
    if (opened)
        print_end(&im);
    close_all(&im);
    if (status != ANC_OK)
        return cli_report(client->cx, status, &err);
    return im.failed > 0 ? CLI_FAILED : CLI_OK;
}

int cli_run_import(cli_context *cx)
{
    if (cx->n_words != 1)
        return cli_usage_error(cx, cx->n_words == 0 ? "a file is missing (`-`: standard input)"
                                                    : "one file at a time");
    return cli_with_server(cx, run);
}

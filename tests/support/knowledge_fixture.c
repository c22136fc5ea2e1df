/* knowledge_fixture.c - see the header. */
#include "knowledge_fixture.h"
#include "knowledge/domain/limits.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hash/sha256.h"
#include "kernel/domain/document_events.h"
#include "os/clock.h"
#include "os/file.h"
#include "support/test.h"

/* ---- writer -------------------------------------------------------------------------------- */

static anc_status writer_run(void *self, krn_call *call, krn_work_fn *work, void *arg)
{
    kno_fixture *f = self;
    pthread_mutex_lock(&f->lock);
    anc_status status = ANC_OK;
    if (f->commits_left == 0)
        status = ANC_FAIL(call->err, ANC_UNAVAILABLE, "the writer is dead");
    if (status == ANC_OK)
        status = db_begin(f->db, call->err);
    if (status == ANC_OK) {
        krn_tx tx = {.connection = f->db, .wall_ms = 1700000000000 + atomic_load(&f->ticks)};
        status = work(arg, &tx, call->err);
        if (status == ANC_OK)
            status = db_commit(f->db, call->err);
        if (status != ANC_OK)
            db_rollback(f->db);
    }
    if (status == ANC_OK) {
        f->commits++;
        if (f->commits_left > 0)
            f->commits_left--;
    }
    pthread_mutex_unlock(&f->lock);
    return status;
}

static krn_condition writer_condition(void *self, char out[KRN_CONDITION_TEXT])
{
    kno_fixture *f = self;
    pthread_mutex_lock(&f->lock);
    const bool dead = f->commits_left == 0;
    pthread_mutex_unlock(&f->lock);
    (void)snprintf(out, KRN_CONDITION_TEXT, "%s", dead ? "the writer is dead" : "");
    return dead ? KRN_STOPPED : KRN_SOUND;
}

static const krn_writer_ops writer_ops = {
    .name = "inline", .run = writer_run, .condition = writer_condition};

/* ---- outbox and change log ----------------------------------------------------------------- */

static anc_status event_append(void *self, krn_tx *tx, ev_type_id type, const void *payload,
                               const ev_context *context, anc_err *err)
{
    kno_fixture *f = self;
    assert_true(context->component.len > 0);
    anc_str document = ANC_STR_NONE, content = ANC_STR_NONE;
    int64_t added = 0, removed = 0, version = 0, changed = 0;
    if (type == EV_DOCUMENT_CREATED) {
        const ev_document_created *e = payload;
        content = e->content;
        document = e->document_id;
        added = e->chunks;
        version = e->version;
    } else if (type == EV_DOCUMENT_UPDATED) {
        const ev_document_updated *e = payload;
        content = e->content;
        document = e->document_id;
        added = e->chunks_added;
        removed = e->chunks_removed;
        version = e->version;
        changed = (int64_t)e->changed.n;
    } else if (type == EV_DOCUMENT_DELETED) {
        const ev_document_deleted *e = payload;
        document = e->document_id;
        version = e->version;
    } else if (type == EV_BATCH_STATUS) {
        const ev_batch_status *e = payload;
        document = e->status;
        version = (int64_t)e->total_documents;
        added = (int64_t)e->processed_documents;
        removed = (int64_t)e->failed_documents;
    } else if (type == EV_DOCUMENTS_INGESTED) {
        const ev_documents_ingested *e = payload;
        assert_int_equal(e->document_ids.n, e->count);
        added = e->count;
    } else if (type == EV_DEADLETTER_ADDED) {
        const ev_deadletter_added *e = payload;
        document = e->stage;
    }
    (void)snprintf(f->told, sizeof f->told, "%.*s", ANC_FMT(anc_str_sub(content, 0, 100)));
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO test_event(type, document, version, added, removed, changed)"
                       " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                       &s, err));
    db_bind_int(s, 1, type);
    db_bind_str(s, 2, document);
    db_bind_int(s, 3, version);
    db_bind_int(s, 4, added);
    db_bind_int(s, 5, removed);
    db_bind_int(s, 6, changed);
    return db_run(s, err);
}

static anc_status change_append(void *self, krn_tx *tx, const krn_change *change, uint64_t *ret_seq,
                                anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO test_change(op, collection, document, version)"
                       " VALUES(?1, ?2, ?3, ?4)",
                       &s, err));
    db_bind_int(s, 1, change->op);
    db_bind_str(s, 2, change->collection);
    db_bind_str(s, 3, change->document_id);
    db_bind_int(s, 4, change->version);
    ANC_TRY(db_run(s, err));
    *ret_seq = (uint64_t)db_last_rowid(tx->connection);
    return ANC_OK;
}

static const krn_outbox_ops outbox_ops = {.name = "table", .append = event_append};
static const krn_changes_ops changes_ops = {.name = "table", .append = change_append};

/* ---- clock --------------------------------------------------------------------------------- */

static int64_t mono_ns(void *self)
{
    const kno_fixture *f = self;
    return (f->stands_at_ns != 0 ? f->stands_at_ns : os_mono_ns()) + atomic_load(&f->later_ns);
}

static int64_t wall_ms(void *self)
{
    kno_fixture *f = self;
    return 1700000000000 + atomic_fetch_add(&f->ticks, 1);
}

static void chance(void *self, void *out, size_t n)
{
    kno_fixture *f = self;
    const uint64_t seed = (uint64_t)atomic_fetch_add(&f->ticks, 1) * 0x9e3779b97f4a7c15U;
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)out)[i] = (unsigned char)(seed >> (8 * (i % 8)));
}

static const krn_clock_ops clock_ops = {
    .name = "ticking", .mono_ns = mono_ns, .wall_ms = wall_ms, .random = chance};

/* ---- parser: paragraphs between empty lines, "# " headings, attachments --------------------- */

/* "@attach NAME TYPE\n" with the bytes behind it; of the type "self" it is the source again. */
static anc_status hand_over(krn_call *call, const kno_source *source, anc_str line,
                            const kno_block_sink *sink)
{
    anc_str rest = anc_str_sub(line, strlen("@attach "), line.len), name, type;
    (void)anc_str_split(&rest, ' ', &name);
    (void)anc_str_split(&rest, '\n', &type);
    const bool again = anc_str_eq(type, ANC_STR("self"));
    const kno_part part = {name, type, again ? source->bytes : rest};
    return sink->on_part(sink->arg, &part, call->err);
}

static anc_status parse(void *self, krn_call *call, const kno_source *source,
                        const kno_block_sink *sink, kno_parsed *ret)
{
    (void)self;
    if (anc_str_starts(source->content_type, ANC_STR("image/")))
        return ANC_FAIL(call->err, ANC_UNSUPPORTED, "'%.*s' is not understood",
                        ANC_FMT(source->content_type));
    if (anc_str_starts(source->bytes, ANC_STR("PICTURE")))
        return ANC_FAIL(call->err, ANC_UNSUPPORTED, "it looks like a picture");
    if (anc_str_starts(source->bytes, ANC_STR("BROKEN")))
        return ANC_FAIL(call->err, ANC_INVALID, "the bytes are broken");
    *ret = (kno_parsed){.content_type = ANC_STR("text/plain")};
    for (anc_str rest = source->bytes; rest.len > 0;) {
        const size_t end = anc_str_find(rest, ANC_STR("\n\n"));
        const anc_str part = anc_str_trim(anc_str_sub(rest, 0, end));
        rest = end == SIZE_MAX ? ANC_STR_NONE : anc_str_sub(rest, end + 2, rest.len);
        if (part.len == 0)
            continue;
        if (anc_str_starts(part, ANC_STR("@attach "))) {
            if (sink->on_part != NULL && ++ret->parts <= KNO_PARTS)
                ANC_TRY(hand_over(call, source, part, sink));
            continue;
        }
        const bool heading = anc_str_starts(part, ANC_STR("# "));
        const kno_block block = {.kind = heading ? KNO_HEADING : KNO_PARAGRAPH,
                                 .level = heading ? 1 : 0,
                                 .text = heading ? anc_str_sub(part, 2, part.len) : part};
        if (heading && ret->title.len == 0) {
            ret->title = anc_arena_copy(call->mem, block.text);
            if (ret->title.ptr == NULL)
                return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a title");
        }
        ANC_TRY(sink->on_block(sink->arg, &block, call->err));
    }
    return ANC_OK;
}

/* "ROWS\n", then a line of names and a line for each record, commas between; one that begins with '!' is
 * broken. */
static anc_status records(void *self, krn_call *call, const kno_source *source,
                          const kno_record_sink *sink, kno_parsed *ret, bool *ret_has)
{
    enum { MOST = 16 };
    (void)self;
    anc_str rest = source->bytes, line, names[MOST];
    size_t n_names = 0;
    *ret = (kno_parsed){.content_type = ANC_STR("text/csv")};
    *ret_has = anc_str_split(&rest, '\n', &line) && anc_str_eq(line, ANC_STR("ROWS"));
    if (!*ret_has || !anc_str_split(&rest, '\n', &line))
        return ANC_OK;
    while (n_names < MOST && anc_str_split(&line, ',', &names[n_names]))
        n_names++;
    uint64_t number = 0;
    for (uint64_t at = 3; anc_str_split(&rest, '\n', &line) && line.len > 0; at++) {
        kno_record_field fields[MOST];
        size_t n = 0;
        if (line.ptr[0] == '!') {
            ANC_TRY(sink->on_broken(sink->arg, at, anc_str_sub(line, 1, line.len), call->err));
            continue;
        }
        while (n < n_names && anc_str_split(&line, ',', &fields[n].value)) {
            fields[n].name = names[n];
            fields[n++].kind = KNO_VALUE_TEXT;
        }
        ANC_TRY(sink->on_record(sink->arg, ++number, fields, n, call->err));
    }
    return ANC_OK;
}

static bool holds_parts(void *self, anc_str content_type)
{
    (void)self;
    return anc_str_eq(content_type, ANC_STR("text/plain"));
}

static const kno_parser_ops parser_ops = {
    .name = "paragraphs", .parse = parse, .records = records, .holds_parts = holds_parts};

/* ---- embedding ----------------------------------------------------------------------------- */

emb_info_row emb_info(const emb_service *emb)
{
    return (emb_info_row){.available = emb->available,
                          .model = anc_str_of(emb->model != NULL ? emb->model : "fake"),
                          .revision = emb->available ? anc_str_of(emb->revision) : ANC_STR(""),
                          .dims = emb->available ? emb->dims : 0,
                          .max_tokens = emb->max_tokens,
                          .detail = ANC_STR("")};
}

anc_status emb_embed(emb_service *emb, krn_call *call, emb_kind kind, const anc_str *texts,
                     size_t n, float *out, emb_usage *ret_usage)
{
    assert_true(kind == EMB_PASSAGE_ONCE || kind == EMB_PASSAGE);
    (void)atomic_fetch_add(&emb->kept, kind == EMB_PASSAGE ? n : 0);
    assert_null(ret_usage);
    if (emb->on_embed != NULL)
        emb->on_embed(emb->arg);
    if (emb->fails)
        return ANC_FAIL(call->err, emb->failure != ANC_OK ? emb->failure : ANC_UNAVAILABLE,
                        "the model fails");
    for (size_t i = 0; i < n; i++) {
        unsigned char digest[ANC_SHA256_BYTES];
        ANC_TRY(anc_sha256_of(texts[i], digest, call->err));
        double sum = 0;
        for (uint32_t d = 0; d < emb->dims; d++) {
            const double v = (double)digest[d % sizeof digest] - 127.5;
            out[i * emb->dims + d] = (float)v;
            sum += v * v;
        }
        for (uint32_t d = 0; d < emb->dims; d++)
            out[i * emb->dims + d] /= (float)sqrt(sum);
    }
    atomic_fetch_add(&emb->embedded, n);
    return ANC_OK;
}

size_t emb_count_tokens(emb_service *emb, anc_str text, size_t max)
{
    (void)emb;
    size_t n = 0;
    bool inside = false;
    for (size_t i = 0; i < text.len && n <= max; i++) {
        const bool blank = text.ptr[i] == ' ' || text.ptr[i] == '\n';
        n += !blank && !inside;
        inside = !blank;
    }
    return n;
}

static bool is_asked(const emb_service *emb, anc_str model)
{
    const emb_info_row info = emb_info(emb);
    return anc_str_eq(model, info.model) || (info.available && anc_str_eq(model, info.revision));
}

anc_status emb_hold(emb_library *library, krn_call *call, anc_str model, emb_held *ret)
{
    emb_service *found = NULL;
    if (model.len == 0 || is_asked(library->configured, model))
        found = library->configured;
    for (size_t i = 0; found == NULL && i < FIXTURE_MODELS; i++)
        if (library->others[i].available && is_asked(&library->others[i], model))
            found = &library->others[i];
    if (found == NULL)
        return ANC_FAIL(call->err, ANC_INVALID,
                        "there is no embedding model \"%.*s\"; there are: fake", ANC_FMT(model));
    atomic_fetch_add(&library->held, 1);
    *ret = (emb_held){.emb = found, .library = library};
    return ANC_OK;
}

void emb_let_go(emb_held *held)
{
    if (held->library != NULL)
        atomic_fetch_sub(&held->library->held, 1);
    *held = (emb_held){0};
}

/* ---- opening and closing ------------------------------------------------------------------- */

static void must(anc_status status, const anc_err *err)
{
    if (status != ANC_OK)
        fail_msg("%s: %s", anc_status_info(status)->name, err->text);
}

fixture_disk_options fixture_disk;

static void open_all(kno_fixture *f)
{
    const db_options disk = {.vfs = fixture_disk.vfs};
    anc_err err;
    anc_err_clear(&err);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/catalog.db", f->folder);
    must(db_open(anc_str_of(path), &disk, &f->db, &err), &err);
    must(db_migrate(f->db, kno_migrations, kno_n_migrations, 1, &err), &err);
    must(db_exec(f->db,
                 fixture_disk.synced ? "PRAGMA cache_size=-1000"
                                     : "PRAGMA cache_size=-1000; PRAGMA synchronous=OFF",
                 &err),
         &err);
    must(db_exec(f->db,
                 "CREATE TABLE IF NOT EXISTS test_event(seq INTEGER PRIMARY KEY AUTOINCREMENT,"
                 " type, document, version, added, removed, changed);"
                 "CREATE TABLE IF NOT EXISTS test_change(seq INTEGER PRIMARY KEY AUTOINCREMENT,"
                 " op, collection, document, version)",
                 &err),
         &err);
    must(db_readers_open(anc_str_of(path), &disk, 4, &f->readers, &err), &err);
    must(kno_sqlite_open(f->readers, &f->sqlite, &f->options.catalog, &err), &err);
    (void)snprintf(path, sizeof path, "%s/raw", f->folder);
    must(kno_raw_files_open(&(kno_raw_files_options){.root = anc_str_of(path)}, &f->options.raw,
                            &err),
         &err);
    f->options.parser = (kno_parser){&parser_ops, f};
    f->options.writer = (krn_writer){&writer_ops, f};
    f->options.outbox = (krn_outbox){&outbox_ops, f};
    f->options.changes = (krn_changes){&changes_ops, f};
    f->options.clock = (krn_clock){&clock_ops, f};
    f->options.embedding = &f->emb;
    f->options.models = &f->library;
    f->library.configured = &f->emb;
    must(kno_service_open(&f->options, &f->kno, &err), &err);
}

static void close_all(kno_fixture *f)
{
    kno_service_close(f->kno);
    assert_int_equal(f->library.held, 0);
    f->options.raw.ops->close(f->options.raw.self);
    kno_sqlite_close(f->sqlite);
    db_readers_close(f->readers);
    db_close(f->db);
}

void fixture_open(kno_fixture *f)
{
    *f = (kno_fixture){.commits_left = -1};
    const char *tmp = getenv("TMPDIR");
    if (tmp == NULL) /* memory, where there is such a folder: the tests sync a lot */
        tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(f->folder, sizeof f->folder, "%.40s/anc-kno-XXXXXX", tmp);
    assert_non_null(mkdtemp(f->folder));
    pthread_mutex_init(&f->lock, NULL);
    f->labels[0] = ANC_STR("public");
    f->labels[1] = ANC_STR("user:admin");
    f->emb =
        (struct emb_service){.available = true, .revision = "fake@1", .dims = 8, .max_tokens = 64};
    f->library.others[0] = (struct emb_service){
        .model = "wide", .available = true, .revision = "wide@1", .dims = 16, .max_tokens = 128};
    f->library.others[1] = (struct emb_service){
        .model = "narrow", .available = true, .revision = "narrow@1", .dims = 4, .max_tokens = 24};
    f->mem = anc_arena_new((size_t)64 << 20);
    assert_non_null(f->mem);
    open_all(f);
    (void)fixture_call(f);
}

void fixture_close(kno_fixture *f)
{
    close_all(f);
    anc_err err;
    anc_err_clear(&err);
    must(os_folder_remove(anc_str_of(f->folder), &err), &err);
    anc_arena_free(f->mem);
    pthread_mutex_destroy(&f->lock);
}

void fixture_reopen(kno_fixture *f)
{
    close_all(f);
    f->commits_left = -1;
    open_all(f);
    (void)fixture_call(f);
}

krn_call fixture_thread_call(kno_fixture *f, anc_arena *mem, anc_err *err)
{
    anc_err_clear(err);
    return (krn_call){.mem = mem,
                      .err = err,
                      .deadline_ns = INT64_MAX,
                      .cancelled = &f->cancelled,
                      .principal = {.labels = f->labels, .n_labels = 2, .is_admin = true}};
}

krn_call *fixture_call(kno_fixture *f)
{
    anc_arena_reset(f->mem);
    f->call = fixture_thread_call(f, f->mem, &f->err);
    return &f->call;
}

static void let_other_come(void *arg)
{
    kno_fixture *f = arg;
    ANC_ARENA(mem, 64 << 20);
    anc_err err;
    krn_call call = fixture_thread_call(f, mem, &err);
    f->emb.on_embed = NULL;
    f->other_came = true;
    f->other(f, &call, f->other_arg);
}

void fixture_meanwhile(kno_fixture *f, fixture_caller *other, void *arg)
{
    f->other = other;
    f->other_arg = arg;
    f->other_came = false;
    f->emb.on_embed = let_other_come;
    f->emb.arg = f;
}

anc_status fixture_put(kno_fixture *f, const char *id, const char *text, kno_put_result *ret)
{
    const kno_document_input input = {.collection = ANC_STR("notes"),
                                      .make_collection = true,
                                      .id = anc_str_of(id),
                                      .source = ANC_STR("test"),
                                      .content = anc_str_of(text)};
    return kno_document_put(f->kno, fixture_call(f), &input, false, ret);
}

bool fixture_sweep(kno_fixture *f)
{
    for (int i = 0; i < 100000; i++) {
        const int64_t now = os_mono_ns();
        const int64_t next = kno_sweep_step(f->kno, now);
        if (next == now + KNO_SWEEP_EVERY_NS)
            return true;
        if (next > now)
            return false;
    }
    return false;
}

bool fixture_recut(kno_fixture *f)
{
    for (int i = 0; i < 100000; i++) {
        const int64_t now = os_mono_ns();
        const int64_t next = kno_recut_step(f->kno, now);
        if (next == now + KNO_RECUT_IDLE_NS)
            return true;
        if (next > now)
            return false;
    }
    return false;
}

bool fixture_backfill(kno_fixture *f)
{
    for (int i = 0; i < 100000; i++) {
        const int64_t now = os_mono_ns();
        const int64_t next = kno_backfill_step(f->kno, now);
        if (next == now + KNO_BACKFILL_IDLE_NS || next == now + KNO_CHANGING_NS)
            return true;
        if (next > now)
            return false;
    }
    return false;
}

bool fixture_settle(kno_fixture *f)
{
    for (int i = 0; i < 10; i++) {
        if (!fixture_backfill(f) || !fixture_recut(f))
            return false;
        if (fixture_count(f, "SELECT count(*) FROM kno_collection WHERE dropped = 0 AND (recut OR"
                             " (model_id IS NOT NULL AND model_id IS NOT target_id))") == 0)
            return fixture_backfill(f);
    }
    return false;
}

int fixture_setup(void **state)
{
    kno_fixture *f = malloc(sizeof *f);
    assert_non_null(f);
    fixture_open(f);
    *state = f;
    return 0;
}

int fixture_teardown(void **state)
{
    fixture_check(*state, false);
    fixture_close(*state);
    free(*state);
    return 0;
}

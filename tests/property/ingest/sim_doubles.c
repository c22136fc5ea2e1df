/* sim_doubles.c - what stands around the service: the writer, the outbox, the source, the spool, and the
 * knowledge component, inside whose put the world goes on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/domain/document_events.h"
#include "knowledge/knowledge.h"
#include "sim_world.h"
#include "support/test.h"

/* ---- writer -------------------------------------------------------------------------------------- */

static anc_status commit(world *w, krn_call *call, krn_work_fn *work, void *arg)
{
    const krn_clock clock = sim_clock(w->s);
    if (w->commits_left == 0)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "the process is dead");
    if (krn_now_ns(clock) >= call->deadline_ns)
        return ANC_FAIL(call->err, ANC_DEADLINE, "the deadline passed in the queue");
    if (sim_once_in(w, 80))
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "the writer's queue is full");
    ANC_TRY(db_begin(w->db, call->err));
    krn_tx tx = {.connection = w->db, .wall_ms = krn_wall_ms(clock)};
    w->expanded[0] = '\0';
    anc_status status = work(arg, &tx, call->err);
    if (status == ANC_OK && sim_once_in(w, 80))
        status = ANC_FAIL(call->err, ANC_IO, "the commit failed");
    if (status == ANC_OK)
        status = db_commit(w->db, call->err);
    if (status != ANC_OK) {
        db_rollback(w->db);
        return status;
    }
    w->commits++;
    w->commits_left -= w->commits_left > 0;
    sim_check_commit(w);
    return ANC_OK;
}

static anc_status run_work(void *self, krn_call *call, krn_work_fn *work, void *arg)
{
    const anc_status status = commit(self, call, work, arg);
    if (status != ANC_OK)
        sim_forget_turns(self);
    return status;
}

static krn_condition condition(void *self, char out[KRN_CONDITION_TEXT])
{
    (void)self;
    out[0] = '\0';
    return KRN_SOUND;
}

krn_writer sim_writer(world *w)
{
    static const krn_writer_ops ops = {
        .name = "simulated", .run = run_work, .condition = condition};
    return (krn_writer){&ops, w};
}

/* ---- outbox -------------------------------------------------------------------------------------- */

static anc_status append(void *self, krn_tx *tx, ev_type_id type, const void *payload,
                         const ev_context *context, anc_err *err)
{
    (void)self;
    (void)context;
    anc_str subject = ANC_STR(""), status = ANC_STR("");
    int64_t count = 1;
    if (type == EV_BATCH_STATUS) {
        subject = ((const ev_batch_status *)payload)->batch_id;
        status = ((const ev_batch_status *)payload)->status;
    } else if (type == EV_DOCUMENTS_INGESTED) {
        subject = ((const ev_documents_ingested *)payload)->batch_id;
        count = ((const ev_documents_ingested *)payload)->count;
    } else {
        subject = ((const ev_deadletter_added *)payload)->dead_letter_id;
    }
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "INSERT INTO sim_event VALUES(?1, ?2, ?3, ?4)", &s, err));
    db_bind_int(s, 1, type);
    db_bind_str(s, 2, subject);
    db_bind_str(s, 3, status);
    db_bind_int(s, 4, count);
    return db_run(s, err);
}

krn_outbox sim_outbox(world *w)
{
    static const krn_outbox_ops ops = {.name = "simulated", .append = append};
    return (krn_outbox){&ops, w};
}

/* ---- source: the path is its name and how many files it has, "f17/5" --------------------------------- */

static anc_status check_path(void *self, krn_call *call, anc_str path)
{
    (void)self;
    (void)call;
    (void)path;
    return ANC_OK;
}

static anc_status walk(void *self, krn_call *call, anc_str path, const ing_item_sink *sink)
{
    world *w = self;
    const size_t slash = anc_str_find(path, ANC_STR("/"));
    const int n = atoi(path.ptr + slash + 1);
    if (sim_once_in(w, 40))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "the folder went away");
    for (int i = 0; i < n; i++) {
        char name[64];
        if (sim_once_in(w, 60))
            return ANC_FAIL(call->err, ANC_IO, "the folder cannot be read to its end");
        (void)snprintf(name, sizeof name, "%.*s-%02d", (int)slash, path.ptr, i);
        const ing_item item = {.path = anc_str_of(name), .bytes = 100};
        ANC_TRY(sink->on_item(sink->arg, &item, call->err));
    }
    return ANC_OK;
}

static anc_status read_file(void *self, krn_call *call, anc_str path, anc_str item,
                            size_t max_bytes, ing_content *ret)
{
    world *w = self;
    (void)path;
    (void)max_bytes;
    if (sim_once_in(w, 60))
        return ANC_FAIL(call->err, ANC_IO, "the file cannot be read");
    *ret = (ing_content){.bytes = ANC_STR("text"), .uri = item};
    return ANC_OK;
}

ing_source sim_source(world *w)
{
    static const ing_source_ops ops = {
        .name = "simulated", .check = check_path, .walk = walk, .read = read_file};
    return (ing_source){&ops, w};
}

/* ---- spool ------------------------------------------------------------------------------------------- */

struct ing_segment {
    world *w;
    sim_segment *segment;
};

static sim_segment *segment_of(world *w, int64_t id)
{
    for (unsigned i = 0; i < w->n_segments; i++)
        if (w->segments[i].there && w->segments[i].id == id)
            return &w->segments[i];
    return NULL;
}

static anc_status create(void *self, int64_t id, ing_segment **ret, anc_err *err)
{
    world *w = self;
    if (w->commits_left == 0 || sim_once_in(w, 60))
        return ANC_FAIL(err, ANC_IO, "no segment can be made");
    assert_true(w->n_segments < SIM_SEGMENTS);
    ing_segment *handle = calloc(1, sizeof *handle);
    assert_non_null(handle);
    *handle = (ing_segment){w, &w->segments[w->n_segments++]};
    *handle->segment = (sim_segment){.id = id, .there = true};
    *ret = handle;
    return ANC_OK;
}

static uint64_t bytes_of(const ing_segment *s)
{
    return s->segment->len;
}

static uint64_t begin(ing_segment *s)
{
    return s->segment->len;
}

static anc_status add(ing_segment *s, anc_str bytes, anc_err *err)
{
    if (sim_once_in(s->w, 100))
        return ANC_FAIL(err, ANC_DISK_FULL, "the disk is full");
    char *grown = realloc(s->segment->bytes, s->segment->len + bytes.len + 1);
    assert_non_null(grown);
    memcpy(grown + s->segment->len, bytes.ptr, bytes.len);
    s->segment->bytes = grown;
    s->segment->len += bytes.len;
    return ANC_OK;
}

static anc_status sync_segment(ing_segment *s, anc_err *err)
{
    if (s->w->commits_left == 0 || sim_once_in(s->w, 60))
        return ANC_FAIL(err, ANC_IO, "the segment cannot be synced");
    s->segment->synced = s->segment->len;
    return ANC_OK;
}

static uint64_t close_segment(ing_segment *s)
{
    if (s == NULL)
        return 0;
    const uint64_t len = s->segment->len;
    free(s);
    return len;
}

static anc_status read_payload(void *self, krn_call *call, const ing_payload *payload, anc_str *ret)
{
    world *w = self;
    const sim_segment *s = segment_of(w, payload->segment);
    if (s == NULL) /* as a worker finds it that comes too late */
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "the segment is gone");
    if (s->synced < payload->at + payload->bytes)
        SIM_FAIL(w, "a payload was asked for that was never synced");
    *ret = anc_arena_copy(call->mem, (anc_str){s->bytes + payload->at, payload->bytes});
    return ANC_OK;
}

static anc_status remove_segment(void *self, int64_t id, uint64_t *ret_bytes, anc_err *err)
{
    world *w = self;
    sim_segment *s = segment_of(w, id);
    if (w->commits_left == 0)
        return ANC_FAIL(err, ANC_IO, "the process is dead");
    *ret_bytes = s != NULL ? s->len : 0;
    if (s != NULL)
        s->there = false;
    return ANC_OK;
}

static anc_status list(void *self, krn_call *call, ing_segment_row **ret, size_t *ret_n)
{
    const world *w = self;
    ing_segment_row *rows = anc_arena_alloc(call->mem, w->n_segments + 1, sizeof *rows);
    size_t n = 0;
    assert_non_null(rows);
    for (unsigned i = 0; i < w->n_segments; i++)
        if (w->segments[i].there)
            rows[n++] = (ing_segment_row){w->segments[i].id, w->segments[i].len};
    *ret = rows;
    *ret_n = n;
    return ANC_OK;
}

/* The disk is full now and then. */
static anc_status room(void *self, anc_err *err)
{
    world *w = self;
    if (!w->calm && sim_once_in(w, 60))
        return ANC_FAIL(err, ANC_DISK_FULL, "the disk is full");
    return ANC_OK;
}

ing_spool sim_spool(world *w)
{
    static const ing_spool_ops ops = {.name = "simulated",
                                      .room = room,
                                      .create = create,
                                      .begin = begin,
                                      .add = add,
                                      .bytes = bytes_of,
                                      .sync = sync_segment,
                                      .close = close_segment,
                                      .read = read_payload,
                                      .remove = remove_segment,
                                      .list = list};
    return (ing_spool){&ops, w};
}

void sim_spool_crash(world *w)
{
    for (unsigned i = 0; i < w->n_segments; i++)
        w->segments[i].len = w->segments[i].synced;
}

void sim_spool_free(world *w)
{
    for (unsigned i = 0; i < w->n_segments; i++)
        free(w->segments[i].bytes);
}

/* ---- knowledge ----------------------------------------------------------------------------------------- */

typedef struct publication {
    world *w;
    const kno_document_input *input;
    unsigned rows; /* handed out */
    kno_put_result put;
} publication;

static anc_status publish(void *arg, krn_tx *tx, anc_err *err)
{
    publication *p = arg;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "INSERT INTO sim_put(document) VALUES(?1)", &s, err));
    db_bind_str(s, 1, p->input->id);
    ANC_TRY(db_run(s, err));
    p->put.change_seq = (uint64_t)db_last_rowid(tx->connection);
    if (p->input->rows != NULL) {
        (void)snprintf(p->w->expanded, sizeof p->w->expanded, "%.*s", ANC_FMT(p->input->id));
        p->w->expanded_rows = p->rows;
    }
    return p->input->on_publish(p->input->on_publish_arg, tx, &p->put, err);
}

/* Other steps run while this document is read; sometimes so long that its lease is over. */
static void let_the_world_go_on(world *w)
{
    if (w->depth == 2 || w->calm)
        return;
    w->depth++;
    if (sim_once_in(w, 3))
        for (uint64_t n = sim_chance(w->s, 6); n > 0; n--)
            (void)sim_run_one(w->s);
    if (sim_once_in(w, 30)) {
        w->late++;
        sim_pass(w->s, (int64_t)SIM_LEASE_MS * 1200000);
        for (uint64_t n = sim_chance(w->s, 12); n > 0; n--)
            (void)sim_run_one(w->s);
    }
    w->depth--;
}

static anc_status outcome(world *w, krn_call *call)
{
    if (w->commits_left == 0)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "the process is dead");
    switch (w->calm ? 99 : sim_chance(w->s, 24)) {
    case 0:
    case 1:
        return ANC_FAIL(call->err, ANC_INVALID, "the document is broken");
    case 2:
        return ANC_FAIL(call->err, ANC_UNSUPPORTED, "a picture");
    case 3:
    case 4:
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "the model is busy");
    case 5:
        return ANC_FAIL(call->err, ANC_DEADLINE, "it takes too long");
    default:
        return ANC_OK;
    }
}

static bool is_known(world *w, anc_str document)
{
    anc_err err = {0};
    bool there = false;
    DB_STMT(s);
    ASSERT_OK(db_prepare(w->db, "SELECT 1 FROM sim_put WHERE document = ?1", &s, &err), &err);
    db_bind_str(s, 1, document);
    ASSERT_OK(db_step(s, &there, &err), &err);
    return there;
}

/* A file has as many rows each time that it is read; every fifth line of it is broken. */
static anc_status hand_out_rows(world *w, publication *p, anc_err *err)
{
    const kno_rows_wanted *to = p->input->rows;
    const anc_str file = p->input->id;
    const unsigned n = (unsigned char)file.ptr[file.len - 1] * 7U % (SIM_ROWS + 1);
    for (unsigned i = 0; i < n; i++) {
        char id[96];
        const bool broken = i % 5 == 4;
        (void)snprintf(id, sizeof id, broken ? "%.*s#line %u" : "%.*s#%u", ANC_FMT(file), i);
        const kno_row row = {.number = i + 1,
                             .parent = file,
                             .made_for = ANC_STR("version"),
                             .id = anc_str_of(id),
                             .title = ANC_STR("a row"),
                             .uri = ANC_STR(""),
                             .content = ANC_STR("{\"a\":1}"),
                             .metadata = ANC_STR("{}")};
        const kno_broken_row line = {
            .line = i + 1, .parent = file, .id = row.id, .why = ANC_STR("it is no record")};
        ANC_TRY(broken ? to->on_broken(to->arg, &line, err) : to->on_row(to->arg, &row, err));
        p->rows++;
        if (sim_once_in(w, 8))
            let_the_world_go_on(w);
    }
    w->ahead += sim_number(w, "SELECT count(*) FROM ing_children") > 0;
    return to->on_end(to->arg, err);
}

/* The worlds' settings are sound. */
anc_status kno_settings_check(krn_call *call, const kno_document_input *input)
{
    (void)call;
    (void)input;
    return ANC_OK;
}

anc_status kno_moment(kno_service *kno, krn_call *call, uint64_t *ret)
{
    (void)kno;
    (void)call;
    *ret = 1; /* no collection is deleted in this world */
    return ANC_OK;
}

anc_status kno_document_put(kno_service *kno, krn_call *call, const kno_document_input *input,
                            bool must_be_new, kno_put_result *ret)
{
    world *w = kno->w;
    publication p = {
        .w = w,
        .input = input,
        .put = {
            .collection = input->collection, .document_id = input->id, .version = 1, .chunks = 1}};
    assert_false(must_be_new);
    w->puts++;
    let_the_world_go_on(w);
    *input->stage = KNO_STAGE_PARSE;
    ANC_TRY(outcome(w, call));
    if (is_known(w, input->id)) { /* two replays of one dead letter */
        p.put.status = KNO_UNCHANGED;
        *ret = p.put;
        return ANC_OK;
    }
    if (input->rows != NULL)
        ANC_TRY(hand_out_rows(w, &p, call->err));
    const krn_call own = {.mem = call->mem,
                          .err = call->err,
                          .deadline_ns = INT64_MAX,
                          .cancelled = call->cancelled,
                          .principal = call->principal};
    krn_call writing = own;
    ANC_TRY(krn_writer_run(sim_writer(w), &writing, publish, &p));
    *ret = p.put;
    return ANC_OK;
}

anc_status kno_document_find(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                             kno_document *ret)
{
    (void)kno;
    (void)collection;
    (void)ret;
    return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no document '%.*s'", ANC_FMT(id));
}

/* batches_ports.h - the batch ports over an adapter, and changes made through them. */
#ifndef ANC_TESTS_CONTRACT_BATCHES_PORTS_H
#define ANC_TESTS_CONTRACT_BATCHES_PORTS_H

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "support/ingest_fixture.h"
#include "support/test.h"

typedef struct ports {
    ing_fixture f;
    ing_batch_store store;
    ing_batch_writer writer;
    ing_item_writer items;
} ports;

static inline int setup(void **state)
{
    ports *p = malloc(sizeof *p);
    assert_non_null(p);
    ingest_open(&p->f);
    p->store = ing_sqlite_store(p->f.k.readers);
    p->writer = ing_sqlite_writer();
    p->items = ing_sqlite_items();
    *state = p;
    return 0;
}

static inline int teardown(void **state)
{
    ports *p = *state;
    ingest_close(&p->f);
    free(p);
    return 0;
}

enum {
    INSERT,
    LIST_BEGIN,
    LIST_ADD,
    MOVE,
    ANNOUNCED,
    LETTER_REMOVE,
    PRUNE,
    CLAIM,
    FINISH,
    RENEW,
    RELEASE,
    TAKE_BACK,
    BEGIN_CHILDREN,
    ADD_CHILDREN
};

/* One change of a batch, and what came of it. */
typedef struct change {
    ports *p;
    int what;
    ing_batch_record batch;
    int64_t key;
    const ing_item *items;
    size_t n;
    ing_phase to;
    anc_str error;
    int64_t ordinal;
    bool closed;
    ing_keep keep;
    ing_lease lease;
    ing_item_result result;
    int64_t now_ms;

    ing_batch_record after;
    ing_item item;
    ing_counts counts;
    bool due, more;
    size_t taken;
} change;

static inline anc_status write_items(change *c, krn_tx *tx, anc_err *err)
{
    const ing_item_writer w = c->p->items;
    switch (c->what) {
    case CLAIM:
        return w.ops->claim(w.self, tx, &c->lease, c->p->f.k.mem, &c->item, &c->counts, err);
    case FINISH:
        return w.ops->finish(w.self, tx, &c->lease, &c->result, &c->counts, &c->due, err);
    case RENEW:
        return w.ops->renew(w.self, tx, &c->lease, err);
    case RELEASE:
        return w.ops->release(w.self, tx, &c->lease, &c->counts, err);
    case BEGIN_CHILDREN:
        return w.ops->children_begin(w.self, tx, &c->lease, &c->ordinal, err);
    case ADD_CHILDREN:
        return w.ops->children_add(w.self, tx, &c->lease, c->ordinal, c->items, c->n, err);
    case TAKE_BACK:
    default:
        return w.ops->take_back(w.self, tx, c->now_ms, c->lease.owner, 10, &c->taken, err);
    }
}

static inline anc_status write_change(void *arg, krn_tx *tx, anc_err *err)
{
    change *c = arg;
    const ing_batch_writer w = c->p->writer;
    anc_arena *mem = c->p->f.k.mem;
    switch (c->what) {
    case INSERT:
        return w.ops->insert(w.self, tx, &c->batch, &c->key, err);
    case LIST_BEGIN:
        return w.ops->list_begin(w.self, tx, c->key, err);
    case LIST_ADD:
        return w.ops->list_add(w.self, tx, c->key, c->items, c->n, err);
    case MOVE:
        return w.ops->move(w.self, tx, c->key, c->to, c->error, mem, &c->after, err);
    case ANNOUNCED:
        return w.ops->announced(w.self, tx, c->key, c->ordinal, c->closed, err);
    case LETTER_REMOVE:
        return w.ops->letter_remove(w.self, tx, c->error, err);
    case PRUNE:
        return w.ops->prune(w.self, tx, &c->keep, c->n, &c->more, err);
    default:
        return write_items(c, tx, err);
    }
}

static inline anc_status make(ports *p, change *c)
{
    c->p = p;
    anc_err_clear(&p->f.k.err);
    return krn_writer_run(p->f.k.options.writer, &p->f.k.call, write_change, c);
}

static const anc_str labels[] = {ANC_STR_INIT("group:a"), ANC_STR_INIT("public")};

static inline ing_batch_record insert(ports *p, const char *id)
{
    change c = {.what = INSERT,
                .batch = {.id = anc_str_of(id),
                          .collection = ANC_STR("notes"),
                          .path = ANC_STR("/x"),
                          .labels = labels,
                          .n_labels = 2}};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    ing_batch_record b;
    ASSERT_OK(p->store.ops->find(p->store.self, &p->f.k.call, anc_str_of(id), &b), &p->f.k.err);
    return b;
}

static inline void list_three(ports *p, int64_t key)
{
    const ing_item items[] = {{.ordinal = 0, .path = ANC_STR("a"), .bytes = 10},
                              {.ordinal = 1, .path = ANC_STR("b"), .bytes = 20},
                              {.ordinal = 2, .path = ANC_STR("c"), .bytes = 30}};
    change c = {.what = LIST_ADD, .key = key, .items = items, .n = 3};
    ASSERT_OK(make(p, &c), &p->f.k.err);
}

static inline void list_more(ports *p, int64_t key, const char *path)
{
    const ing_item item = {.ordinal = -1, .path = anc_str_of(path), .bytes = 1};
    change c = {.what = LIST_ADD, .key = key, .items = &item, .n = 1};
    ASSERT_OK(make(p, &c), &p->f.k.err);
}

static inline ing_batch_record move(ports *p, int64_t key, ing_phase to)
{
    change c = {.what = MOVE, .key = key, .to = to};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    return c.after;
}

/* A batch that is processing, with three items. */
static inline int64_t processing(ports *p, const char *id)
{
    const ing_batch_record b = insert(p, id);
    list_three(p, b.key);
    (void)move(p, b.key, ING_PHASE_PROCESSING);
    return b.key;
}

static inline change claim(ports *p, int64_t key, int64_t owner, int64_t until_ms)
{
    change c = {.what = CLAIM, .lease = {.batch = key, .owner = owner, .until_ms = until_ms}};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    assert_true(ing_counts_fit(&c.counts));
    return c;
}

/* The lease that a claim gave. */
static inline ing_lease lease_of(const change *claimed)
{
    ing_lease lease = claimed->lease;
    lease.ordinal = claimed->item.ordinal;
    lease.claims = claimed->item.claims;
    return lease;
}

static inline bool prune(ports *p, ing_keep keep, size_t limit)
{
    change c = {.what = PRUNE, .keep = keep, .n = limit};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    return c.more;
}

#endif

/* caring.c - what people ask for an index: everything looked at, everything made as fast as it gets. */
#include <stdio.h>

#include "os/clock.h"
#include "shelves_impl.h"

/* Work that somebody waits for. */
typedef struct caring {
    srch_shelves *store;
    krn_call *call;
    void (*found)(void *arg, anc_str what);
    void *arg;
    anc_str folder;   /* of the index at hand */
    char first[1024]; /* line of it */
} caring;

static anc_status may_go_on(void *arg)
{
    const caring *c = arg;
    if (atomic_load_explicit(c->call->cancelled, memory_order_relaxed))
        return ANC_FAIL(c->call->err, ANC_CANCELLED, "whoever asked has gone");
    if (os_mono_ns() > c->call->deadline_ns)
        return ANC_FAIL(c->call->err, ANC_DEADLINE, "the time for the work on the index is over");
    if (atomic_load(&c->store->mending) > 0)
        return ANC_FAIL(c->call->err, ANC_UNAVAILABLE,
                        "a part of the index was found damaged meanwhile; try again");
    return ANC_OK;
}

/* ---- verify ----------------------------------------------------------------------------------- */

static void tell(void *arg, anc_str what)
{
    enum { LINE_BYTES = 1024 };
    caring *c = arg;
    ANC_BUF(line, LINE_BYTES);
    (void)anc_buf_printf(&line, "%.*s: %.*s", ANC_FMT(c->folder),
                         ANC_FMT(anc_str_sub(what, 0, 700)));
    if (c->first[0] == '\0')
        (void)snprintf(c->first, sizeof c->first, "%.*s", ANC_FMT(anc_buf_view(&line)));
    c->found(c->arg, anc_buf_view(&line));
}

static anc_status verify_one(caring *c, srch_shelf *s, uint64_t *ret_n)
{
    const eng_verify_options options = {.found = tell, .may_go_on = may_go_on, .arg = c};
    uint64_t n = 0;
    c->folder = anc_str_of(s->place.name);
    c->first[0] = '\0';
    ANC_TRY(eng_verify(s->index, &options, &n, c->call->err));
    *ret_n += n;
    if (eng_stats(s->index).damaged > 0)
        srch_shelf_mend(c->store, s, c->first);
    else if (n > 0) /* of a manifest, which the next save writes anew */
        srch_shelf_changed(s);
    return ANC_OK;
}

anc_status srch_shelves_verify(void *self, krn_call *call, void (*found)(void *arg, anc_str what),
                               void *arg, uint64_t *ret_n)
{
    caring c = {.store = self, .call = call, .found = found, .arg = arg};
    srch_shelf **shelves = NULL;
    size_t n = 0;
    *ret_n = 0;
    anc_status status = srch_shelves_list(self, call, true, &shelves, &n, NULL);
    for (size_t i = 0; i < n; i++) {
        if (status == ANC_OK)
            status = verify_one(&c, shelves[i], ret_n);
        srch_shelf_unref(shelves[i]);
    }
    return status;
}

/* ---- optimize --------------------------------------------------------------------------------- */

static anc_status optimize_one(caring *c, srch_shelf *s)
{
    const eng_tidy_options options = {
        .pool = c->store->helpers, .all = true, .may_go_on = may_go_on, .arg = c};
    bool did = false;
    const anc_status status = eng_tidy(s->index, &options, &did, c->call->err);
    if (status == ANC_CORRUPT)
        srch_shelf_mend(c->store, s, c->call->err->text);
    if (did)
        srch_shelf_changed(s);
    return status;
}

anc_status srch_shelves_optimize(void *self, krn_call *call)
{
    srch_shelves *store = self;
    caring c = {.store = store, .call = call};
    srch_shelf **shelves = NULL;
    size_t n = 0;
    (void)atomic_fetch_add(&store->optimizing, 1); /* what goes on beside ends */
    anc_status status = srch_shelves_list(store, call, false, &shelves, &n, NULL);
    for (size_t i = 0; i < n; i++) {
        if (status == ANC_OK)
            status = optimize_one(&c, shelves[i]);
        srch_shelf_unref(shelves[i]);
    }
    (void)atomic_fetch_sub(&store->optimizing, 1);
    return status == ANC_OK ? srch_shelves_save_now(store, call) : status;
}

/* library.c - models loaded on first use, held while they are used, unloaded to make room.
 *
 *   free ──load──▶ loading ──▶ ready ──(nobody holds it, room is needed)──▶ free
 *                     └── failed ──▶ free
 *
 * One lock guards the places and is never held while a model is loaded or closed. Who asks for a model
 * that another thread loads waits for that to end, no longer than its call has time.
 */
#include "embedding/app/library_service.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "embedding/app/embedding_service.h"
#include "keeper_impl.h"

#define WAIT_SLICE_NS INT64_C(20000000) /* a caller that leaves is noticed so soon */
enum { DIGEST_HEX = 16 /* behind the '@' of a revision */ };

typedef enum place_state { PLACE_FREE, PLACE_LOADING, PLACE_READY } place_state;

/* Under the lock, but for the name and the service of a place that is held. */
typedef struct place {
    place_state state;
    char name[EMB_MODEL_NAME_MAX + 1];
    unsigned holders;
    uint64_t used; /* the tick of its last use */
    uint64_t bytes;
    emb_service *emb; /* owned */
} place;

struct emb_library {
    emb_library_options with;
    pthread_mutex_t lock;
    pthread_cond_t ended; /* some load */
    uint64_t tick;
    place places[EMB_LIBRARY_MOST];
};

anc_status emb_library_open(const emb_library_options *options, emb_library **ret, anc_err *err)
{
    emb_library *lib = calloc(1, sizeof *lib);
    if (lib == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the library of models");
    lib->with = *options;
    if (lib->with.most > EMB_LIBRARY_MOST)
        lib->with.most = EMB_LIBRARY_MOST;
    (void)pthread_mutex_init(&lib->lock, NULL);
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&lib->ended, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    *ret = lib;
    return ANC_OK;
}

void emb_library_close(emb_library *lib)
{
    if (lib == NULL)
        return;
    for (size_t i = 0; i < EMB_LIBRARY_MOST; i++)
        emb_service_close(lib->places[i].emb);
    if (lib->with.source.ops != NULL)
        lib->with.source.ops->close(lib->with.source.self);
    (void)pthread_cond_destroy(&lib->ended);
    (void)pthread_mutex_destroy(&lib->lock);
    free(lib);
}

/* ---- names ---------------------------------------------------------------------------------- */

/* The name in front of a revision's digest; ptr NULL: it is no revision. */
static anc_str name_of_revision(anc_str model)
{
    if (model.len <= DIGEST_HEX + 1 || model.ptr[model.len - DIGEST_HEX - 1] != '@')
        return ANC_STR_NONE;
    for (size_t i = model.len - DIGEST_HEX; i < model.len; i++)
        if (strchr("0123456789abcdef", model.ptr[i]) == NULL)
            return ANC_STR_NONE;
    return anc_str_sub(model, 0, model.len - DIGEST_HEX - 1);
}

static anc_status list_source(emb_library *lib, krn_call *call, emb_source_row **ret, size_t *ret_n)
{
    const emb_encoder_source source = lib->with.source;
    *ret = NULL;
    *ret_n = 0;
    return source.ops != NULL ? source.ops->list(source.self, call, ret, ret_n) : ANC_OK;
}

static anc_status no_such_model(emb_library *lib, krn_call *call, anc_str name,
                                const emb_source_row *rows, size_t n)
{
    const anc_str configured = emb_info(lib->with.configured).model;
    ANC_BUF(known, 600);
    (void)anc_buf_add(&known, configured);
    for (size_t i = 0; i < n; i++)
        if (!anc_str_eq(rows[i].name, configured))
            (void)anc_buf_printf(&known, "%s%.*s", anc_buf_view(&known).len > 0 ? ", " : "",
                                 ANC_FMT(rows[i].name));
    return ANC_FAIL(call->err, ANC_INVALID,
                    "there is no embedding model \"%.*s\"; there are: %.*s; `anchorage model pull` "
                    "fetches others",
                    ANC_FMT(anc_str_sub(name, 0, 120)), ANC_FMT(anc_buf_view(&known)));
}

/* Bytes of an installed model's weights. */
static anc_status find_bytes(emb_library *lib, krn_call *call, anc_str name, uint64_t *ret)
{
    emb_source_row *rows = NULL;
    size_t n = 0;
    ANC_TRY(list_source(lib, call, &rows, &n));
    for (size_t i = 0; i < n && name.len <= EMB_MODEL_NAME_MAX; i++)
        if (anc_str_eq(rows[i].name, name)) {
            *ret = rows[i].bytes;
            return ANC_OK;
        }
    return no_such_model(lib, call, name, rows, n);
}

/* ---- places, under the lock ----------------------------------------------------------------- */

static place *find_place(emb_library *lib, anc_str name)
{
    for (size_t i = 0; i < EMB_LIBRARY_MOST; i++)
        if (lib->places[i].state != PLACE_FREE && anc_str_eq(anc_str_of(lib->places[i].name), name))
            return &lib->places[i];
    return NULL;
}

static bool fits(const emb_library *lib, uint64_t bytes)
{
    unsigned n = 1;
    for (size_t i = 0; i < EMB_LIBRARY_MOST; i++)
        if (lib->places[i].state != PLACE_FREE) {
            n++;
            bytes += lib->places[i].bytes;
        }
    return n <= lib->with.most && bytes <= lib->with.most_bytes;
}

/* Takes out the model whose last use is longest ago, of those that nobody holds; NULL: all are held. */
static emb_service *take_out_oldest(emb_library *lib)
{
    place *oldest = NULL;
    for (size_t i = 0; i < EMB_LIBRARY_MOST; i++) {
        place *p = &lib->places[i];
        if (p->state == PLACE_READY && p->holders == 0 &&
            (oldest == NULL || p->used < oldest->used))
            oldest = p;
    }
    emb_service *emb = oldest != NULL ? oldest->emb : NULL;
    if (oldest != NULL)
        *oldest = (place){.state = PLACE_FREE};
    return emb;
}

typedef struct room {
    emb_service *gone[EMB_LIBRARY_MOST]; /* to be closed outside of the lock */
    size_t n;
    place *taken; /* in state loading; NULL: there is no room */
} room;

static void make_room(emb_library *lib, anc_str name, uint64_t bytes, room *ret)
{
    emb_service *gone = NULL;
    while (!fits(lib, bytes) && (gone = take_out_oldest(lib)) != NULL)
        ret->gone[ret->n++] = gone;
    for (size_t i = 0; fits(lib, bytes) && ret->taken == NULL && i < EMB_LIBRARY_MOST; i++)
        if (lib->places[i].state == PLACE_FREE)
            ret->taken = &lib->places[i];
    if (ret->taken == NULL)
        return;
    *ret->taken =
        (place){.state = PLACE_LOADING, .holders = 1, .used = ++lib->tick, .bytes = bytes};
    memcpy(ret->taken->name, name.ptr, name.len);
}

/* ---- loading -------------------------------------------------------------------------------- */

static anc_status open_service(emb_library *lib, krn_call *call, anc_str name, emb_service **ret)
{
    const emb_encoder_source source = lib->with.source;
    emb_service_options options = {.model = name,
                                   .cache_bytes = lib->with.cache_bytes,
                                   .keeper = lib->with.keeper,
                                   .clock = lib->with.clock,
                                   .feed = lib->with.feed,
                                   .metrics = lib->with.metrics,
                                   .call = call};
    ANC_TRY(source.ops->open(source.self, call, name, &options.encoder));
    const anc_status status = emb_service_open(&options, ret, call->err);
    if (status != ANC_OK)
        emb_encoder_close(&options.encoder);
    return status;
}

static anc_status no_room(emb_library *lib, krn_call *call, anc_str name, uint64_t bytes)
{
    if (bytes > lib->with.most_bytes)
        return ANC_FAIL(
            call->err, ANC_INVALID,
            "the model %.*s has %llu MiB of weights, models beside the configured one may "
            "have %llu together (model.most_mb)",
            ANC_FMT(name), (unsigned long long)(bytes >> 20),
            (unsigned long long)(lib->with.most_bytes >> 20));
    return ANC_FAIL(call->err, ANC_UNAVAILABLE,
                    "no room for the model %.*s: as many as may be loaded are in use "
                    "(model.most_loaded, model.most_mb)",
                    ANC_FMT(name));
}

/* Fills the place that was taken, for the one who asked first. */
static anc_status load(emb_library *lib, krn_call *call, place *p)
{
    emb_service *emb = NULL;
    const anc_str name = anc_str_of(p->name);
    const anc_status status = open_service(lib, call, name, &emb);
    (void)pthread_mutex_lock(&lib->lock);
    if (status == ANC_OK) {
        p->emb = emb;
        p->state = PLACE_READY;
    } else {
        *p = (place){.state = PLACE_FREE};
    }
    (void)pthread_cond_broadcast(&lib->ended);
    (void)pthread_mutex_unlock(&lib->lock);
    if (status == ANC_OK)
        krn_log_write(lib->with.log, KRN_INFO, "embedding", "model loaded",
                      KRN_STR("model", emb_info(emb).model),
                      KRN_STR("detail", emb_info(emb).detail));
    return status;
}

/* Under the lock: until some load ended, for a slice of the call's time. */
static void wait_a_while(emb_library *lib, const krn_call *call)
{
    const int64_t now_ns = krn_now_ns(lib->with.clock);
    const int64_t left_ns = call->deadline_ns - now_ns;
    const int64_t until_ns = now_ns + (left_ns < WAIT_SLICE_NS ? left_ns : WAIT_SLICE_NS);
    const struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000),
                                   .tv_nsec = (long)(until_ns % 1000000000)};
    (void)pthread_cond_timedwait(&lib->ended, &lib->lock, &until);
}

/* The place of a model that is ready, counted for the caller; NULL: it is not there. */
static anc_status hold_ready(emb_library *lib, krn_call *call, anc_str name, place **ret)
{
    anc_status status = ANC_OK;
    (void)pthread_mutex_lock(&lib->lock);
    place *p = find_place(lib, name);
    while (status == ANC_OK && p != NULL && p->state == PLACE_LOADING) {
        status = krn_call_check(lib->with.clock, call);
        if (status == ANC_OK)
            wait_a_while(lib, call);
        p = find_place(lib, name);
    }
    if (status == ANC_OK && p != NULL) {
        p->holders++;
        p->used = ++lib->tick;
        *ret = p;
    }
    (void)pthread_mutex_unlock(&lib->lock);
    return status;
}

static anc_status hold_named(emb_library *lib, krn_call *call, anc_str name, emb_held *ret)
{
    place *p = NULL;
    uint64_t bytes = 0;
    for (;;) {
        ANC_TRY(hold_ready(lib, call, name, &p));
        if (p != NULL)
            break;
        room space = {.n = 0};
        ANC_TRY(find_bytes(lib, call, name, &bytes));
        (void)pthread_mutex_lock(&lib->lock);
        const bool raced = find_place(lib, name) != NULL;
        if (!raced)
            make_room(lib, name, bytes, &space);
        (void)pthread_mutex_unlock(&lib->lock);
        for (size_t i = 0; i < space.n; i++)
            emb_service_close(space.gone[i]);
        if (raced)
            continue;
        p = space.taken;
        if (p == NULL)
            return no_room(lib, call, name, bytes);
        ANC_TRY(load(lib, call, p));
        break;
    }
    *ret = (emb_held){.emb = p->emb, .library = lib, .place = p};
    return ANC_OK;
}

/* ---- what others ask ------------------------------------------------------------------------ */

void emb_let_go(emb_held *held)
{
    emb_library *lib = held->library;
    if (lib != NULL) {
        (void)pthread_mutex_lock(&lib->lock);
        ((place *)held->place)->holders--;
        (void)pthread_mutex_unlock(&lib->lock);
    }
    *held = (emb_held){0};
}

static anc_status hold_configured(emb_library *lib, krn_call *call, anc_str model, emb_held *ret)
{
    const emb_info_row info = emb_info(lib->with.configured);
    if (model.len > 0 && !info.available)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "%.*s", ANC_FMT(info.detail));
    *ret = (emb_held){.emb = lib->with.configured};
    return ANC_OK;
}

anc_status emb_hold(emb_library *lib, krn_call *call, anc_str model, emb_held *ret)
{
    const emb_info_row info = emb_info(lib->with.configured);
    if (model.len == 0 || anc_str_eq(model, info.model) ||
        (info.available && anc_str_eq(model, info.revision)))
        return hold_configured(lib, call, model, ret);
    const anc_str named = name_of_revision(model);
    emb_held held = {0};
    if (named.ptr == NULL)
        ANC_TRY(hold_named(lib, call, model, &held));
    else if (anc_str_eq(named, info.model))
        ANC_TRY(hold_configured(lib, call, named, &held));
    else
        ANC_TRY(hold_named(lib, call, named, &held));
    if (named.ptr != NULL && !anc_str_eq(emb_info(held.emb).revision, model)) {
        const anc_str now = emb_info(held.emb).revision;
        const anc_status status =
            ANC_FAIL(call->err, ANC_UNAVAILABLE,
                     "the vectors of %.*s were made by another revision than %.*s",
                     ANC_FMT(anc_str_sub(model, 0, 120)), ANC_FMT(now));
        emb_let_go(&held);
        return status;
    }
    *ret = held;
    return ANC_OK;
}

/* ---- lists ---------------------------------------------------------------------------------- */

static void describe_loaded(emb_listed *row, const emb_service *emb)
{
    const emb_info_row info = emb_info(emb);
    row->loaded = info.available;
    row->revision = info.revision;
    row->dims = info.dims;
    row->max_tokens = info.available ? info.max_tokens : 0;
    row->precision = info.available ? info.precision : ANC_STR("");
}

/* What is loaded now is copied under the lock: it may go afterwards. */
static anc_status look_at_place(emb_library *lib, krn_call *call, emb_listed *row)
{
    (void)pthread_mutex_lock(&lib->lock);
    const place *p = find_place(lib, row->name);
    if (p != NULL && p->state == PLACE_READY)
        describe_loaded(row, p->emb);
    row->revision = anc_arena_copy(call->mem, row->revision);
    (void)pthread_mutex_unlock(&lib->lock);
    if (row->revision.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for the list of models");
    return ANC_OK;
}

anc_status emb_library_list(emb_library *lib, krn_call *call, emb_listed **ret, size_t *ret_n)
{
    emb_source_row *found = NULL;
    size_t n_found = 0, n = 0;
    const emb_info_row info = emb_info(lib->with.configured);
    ANC_TRY(list_source(lib, call, &found, &n_found));
    emb_listed *rows = anc_arena_alloc(call->mem, n_found + 1, sizeof *rows);
    if (rows == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for the list of models");
    if (info.model.len > 0) {
        rows[n] = (emb_listed){.name = info.model, .configured = true, .revision = ANC_STR("")};
        describe_loaded(&rows[n++], lib->with.configured);
    }
    for (size_t i = 0; i < n_found; i++) {
        if (n > 0 && anc_str_eq(found[i].name, info.model)) {
            rows[0].installed = true;
            rows[0].bytes = found[i].bytes;
            continue;
        }
        rows[n] = (emb_listed){.name = found[i].name,
                               .installed = true,
                               .bytes = found[i].bytes,
                               .revision = ANC_STR("")};
        ANC_TRY(look_at_place(lib, call, &rows[n]));
        n++;
    }
    *ret = rows;
    *ret_n = n;
    return ANC_OK;
}

void emb_library_describe(emb_library *lib, anc_buf *out)
{
    size_t n = 0;
    (void)pthread_mutex_lock(&lib->lock);
    for (size_t i = 0; i < EMB_LIBRARY_MOST; i++)
        if (lib->places[i].state == PLACE_READY)
            (void)anc_buf_printf(out, "%s%.*s", n++ > 0 ? "; " : "",
                                 ANC_FMT(emb_info(lib->places[i].emb).detail));
    (void)pthread_mutex_unlock(&lib->lock);
}

/* Of models beside the configured one. */
static uint64_t clear_loaded(emb_library *lib, uint64_t (*clear)(emb_service *emb))
{
    uint64_t n = 0;
    (void)pthread_mutex_lock(&lib->lock);
    for (size_t i = 0; i < EMB_LIBRARY_MOST; i++)
        if (lib->places[i].state == PLACE_READY)
            n += clear(lib->places[i].emb);
    (void)pthread_mutex_unlock(&lib->lock);
    return n;
}

void emb_forget_passages(emb_library *lib)
{
    (void)emb_cache_clear_passages(lib->with.configured);
    (void)clear_loaded(lib, emb_cache_clear_passages);
}

anc_status emb_forget(emb_library *lib, krn_call *call, uint64_t *ret_n)
{
    uint64_t kept = 0;
    const uint64_t n = emb_cache_clear(lib->with.configured) + clear_loaded(lib, emb_cache_clear);
    ANC_TRY(emb_keeper_forget(lib->with.keeper, call, &kept));
    *ret_n = n > kept ? n : kept;
    return ANC_OK;
}

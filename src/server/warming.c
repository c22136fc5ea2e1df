/* warming.c - after a start, the questions that were asked most are embedded, so that who asks them first need not wait.
 *
 * A step, once the index is read and what an earlier start kept is in the cache: it asks the tracking for the questions,
 * then embeds a few at a time, each alone, so that a question that comes meanwhile waits for one at most. It ends with the
 * list, with its time, or where the model does not answer.
 */
#include "house_impl.h"

enum { ARENA_BYTES = 32 << 20, AT_ONCE = 4, TEXT_ARENA_BYTES = 1 << 20, DAYS = 30 };
#define LOOK_NS ((int64_t)100000000)

typedef struct warming {
    anc_str *questions; /* [n] in the arena, as this */
    size_t n, at;
    uint64_t embedded, known, refused;
    int64_t begun_ns;
    bool listed;
    krn_series *made, *had;
} warming;

static krn_call call_of(const srv_house *h, const warming *w, anc_arena *mem, anc_err *err)
{
    return (krn_call){.mem = mem,
                      .err = err,
                      .deadline_ns = w->begun_ns + h->o.config->model.warm_up_ms * 1000000,
                      .cancelled = &h->stopping,
                      .principal = {.is_admin = true}};
}

static anc_status list(srv_house *h, warming *w, anc_err *err)
{
    const int64_t since_ms = krn_wall_ms(h->clock) - DAYS * (int64_t)86400000;
    krn_call call = call_of(h, w, h->warming, err);
    w->listed = true;
    return trk_most_asked(h->trk, &call, since_ms, (size_t)h->o.config->model.warm_up,
                          &w->questions, &w->n);
}

/* A question that cannot be asked any more is left out; where the model is not there, there is no use in going on. */
static anc_status embed_next(srv_house *h, warming *w, anc_err *err)
{
    bool known = false;
    ANC_ARENA(mem, TEXT_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for a question");
    krn_call call = call_of(h, w, mem, err);
    const anc_status status = srch_expect(h->srch, &call, w->questions[w->at], &known);
    if (status == ANC_INVALID || status == ANC_LIMIT) {
        anc_err_clear(err);
        w->refused++;
    } else if (status != ANC_OK) {
        return status;
    } else {
        w->known += known;
        w->embedded += !known;
        krn_count(known ? w->had : w->made, 1);
    }
    w->at++;
    return ANC_OK;
}

static void tell(const srv_house *h, const warming *w, anc_status status, const anc_err *err)
{
    const int64_t took_ns = krn_now_ns(h->clock) - w->begun_ns;
    if (w->n == 0 && status == ANC_OK)
        return;
    krn_log_write(h->log, KRN_INFO, "embedding",
                  status == ANC_OK ? "the most asked questions are embedded"
                                   : "not all of the most asked questions are embedded",
                  KRN_INT("questions", w->n), KRN_INT("embedded", w->embedded),
                  KRN_INT("known", w->known), KRN_INT("refused", w->refused),
                  KRN_REAL("took_ms", (double)took_ns / 1e6),
                  KRN_STR("reason", anc_str_of(err->text)));
}

static anc_status piece(srv_house *h, warming *w, anc_err *err)
{
    if (!w->listed) {
        w->begun_ns = krn_now_ns(h->clock);
        ANC_TRY(list(h, w, err));
    }
    for (size_t i = 0; i < AT_ONCE && w->at < w->n; i++)
        ANC_TRY(embed_next(h, w, err));
    return ANC_OK;
}

static int64_t step(void *arg, int64_t now_ns)
{
    srv_house *h = arg;
    warming *w = h->warm;
    anc_err err = {0};
    if (h->warming == NULL)
        return INT64_MAX;
    if (!srch_ready(h->srch) || !emb_info(h->emb).available || !emb_keeper_has_read(h->keeper))
        return now_ns + LOOK_NS;
    const anc_status status = piece(h, w, &err);
    if (atomic_load(&h->stopping))
        return INT64_MAX;
    if (status == ANC_OK && w->at < w->n)
        return now_ns;
    tell(h, w, status, &err);
    srv_warming_close(h);
    return INT64_MAX;
}

static bool is(anc_str choice, const char *word)
{
    return anc_str_eq(choice, anc_str_of(word));
}

anc_status srv_warming_open(srv_house *h, anc_err *err)
{
    uint32_t id;
    const srv_config *c = h->o.config;
    const krn_metrics m = h->metrics;
    if (c->model.warm_up == 0 || c->model.cache_mb == 0 || is(c->tracking.enabled, "false") ||
        is(c->privacy.keep_texts, "false") ||
        (!emb_info(h->emb).available && c->model.remote.url.len == 0))
        return ANC_OK;
    h->warming = anc_arena_new(ARENA_BYTES);
    warming *w = h->warming != NULL ? anc_arena_alloc(h->warming, 1, sizeof *w) : NULL;
    if (w == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the most asked questions");
    w->made = m.ops->counter(m.self, "anchorage_embedding_warm_up_total", "vector=\"made\"",
                             "Most asked questions whose vector was made after the start, or was "
                             "kept from before");
    w->had = m.ops->counter(m.self, "anchorage_embedding_warm_up_total", "vector=\"kept\"",
                            "Most asked questions whose vector was made after the start, or was "
                            "kept from before");
    h->warm = w;
    return h->scheduler.ops->add(h->scheduler.self, "warm-up", step, h, &id, err);
}

void srv_warming_close(srv_house *h)
{
    anc_arena_free(h->warming);
    h->warming = NULL;
    h->warm = NULL;
}

/* tracking.c - the rows of the house for the tracking: its file, its step, and who else knows users. */
#include "house_impl.h"

enum {
    BLANK_AT_ONCE = 500,
    FORGET_AT_ONCE = 500,
    CONVERSATIONS_AT_ONCE = 100,
    ASIDES = 16,
    PLACES_BYTES = 16 << 10
};

static const int64_t DAY_MS = 86400000;

static bool is_off(anc_str choice)
{
    return anc_str_eq(choice, ANC_STR("false"));
}

/* ---- places that know users ---- */

/* Those that the caller has under the user's name. */
static anc_status erase_named(const srv_house *h, krn_call *call, anc_str user_id, uint64_t *ret_n)
{
    trk_forms f;
    ANC_TRY(trk_forms_of(call, &h->veil, user_id, &f));
    for (size_t i = 0; i < f.n_chats; i++) {
        const anc_status status = rag_conversation_erase(h->rag, call, f.chats[i]);
        *ret_n += status == ANC_OK;
        if (status != ANC_OK && status != ANC_NOT_FOUND)
            return status;
        anc_err_clear(call->err);
    }
    return ANC_OK;
}

/* As the user would do it, so that others are told of each, though not whose it was. */
static anc_status erase_conversations(void *arg, krn_call *call, anc_str user_id, uint64_t *ret_n)
{
    const srv_house *h = arg;
    size_t n = CONVERSATIONS_AT_ONCE;
    krn_call as_user = *call;
    as_user.principal.user_id = user_id;
    while (n == CONVERSATIONS_AT_ONCE) {
        rag_conversation *items;
        ANC_TRY(krn_call_check(h->clock, call));
        ANC_TRY(rag_conversation_list(h->rag, &as_user, NULL, CONVERSATIONS_AT_ONCE, &items, &n));
        for (size_t i = 0; i < n; i++)
            ANC_TRY(rag_conversation_erase(h->rag, &as_user, items[i].id));
        *ret_n += n;
    }
    return erase_named(h, call, user_id, ret_n);
}

/* Vectors are not any user's: all go. */
static anc_status erase_vectors(void *arg, krn_call *call, anc_str user_id, uint64_t *ret_n)
{
    const srv_house *h = arg;
    (void)user_id;
    return emb_forget(h->library, call, ret_n);
}

typedef struct forgetting {
    krn_replies replies;
    anc_str user_id;
    size_t removed;
} forgetting;

static anc_status forget_some(void *arg, krn_tx *tx, anc_err *err)
{
    forgetting *f = arg;
    return f->replies.ops->forget(f->replies.self, tx, f->user_id, FORGET_AT_ONCE, &f->removed,
                                  err);
}

static anc_status forget_form(const srv_house *h, krn_call *call, anc_str user_id, uint64_t *ret_n)
{
    forgetting f = {.replies = krn_sqlite_replies(h->catalog), .user_id = user_id};
    do {
        ANC_TRY(krn_call_check(h->clock, call));
        ANC_TRY(krn_writer_run(h->writer, call, forget_some, &f));
        *ret_n += f.removed;
    } while (f.removed == FORGET_AT_ONCE);
    return ANC_OK;
}

/* Those in memory, then those in the catalog, which are under either form of the user's id. */
static anc_status erase_kept_answers(void *arg, krn_call *call, anc_str user_id, uint64_t *ret_n)
{
    const srv_house *h = arg;
    trk_forms f;
    ANC_TRY(trk_forms_of(call, &h->veil, user_id, &f));
    *ret_n = http_edge_forget(h->edge, user_id);
    for (size_t i = 0; i < f.n_users; i++)
        ANC_TRY(forget_form(h, call, f.users[i], ret_n));
    return ANC_OK;
}

static anc_status erase_identity(void *arg, krn_call *call, anc_str user_id, uint64_t *ret_n)
{
    const srv_house *h = arg;
    return idn_user_erase(h->idn, call, user_id, ret_n);
}

typedef struct blanking {
    krn_outbox outbox;
    ev_person person;
    uint64_t after, last;
    size_t changed;
} blanking;

static anc_status blank_some(void *arg, krn_tx *tx, anc_err *err)
{
    blanking *b = arg;
    return b->outbox.ops->blank(b->outbox.self, tx, &b->person, b->after, BLANK_AT_ONCE, &b->last,
                                &b->changed, err);
}

/* After the events, which bring some to the feed: its history is not any user's, all of it goes. */
static anc_status erase_history(void *arg, krn_call *call, anc_str user_id, uint64_t *ret_n)
{
    const srv_house *h = arg;
    (void)call;
    (void)user_id;
    *ret_n = h->live != NULL ? liv_forget(h->live) : 0;
    return ANC_OK;
}

static void map_cleanup(anc_map **map)
{
    anc_map_free(*map);
}

/* The last of the catalog, whose log is emptied then. A piece a transaction, so that what others write goes on beside it. */
static anc_status erase_events(void *arg, krn_call *call, anc_str user_id, uint64_t *ret_n)
{
    const srv_house *h = arg;
    ANC_CLEANUP(map_cleanup) anc_map *queries = anc_map_new();
    trk_forms f;
    ANC_TRY(trk_forms_of(call, &h->veil, user_id, &f));
    anc_str also[TRK_USER_FORMS + TRK_CHAT_FORMS];
    size_t n = 0;
    for (size_t i = 1; i < f.n_users; i++)
        also[n++] = f.users[i];
    for (size_t i = 0; i < f.n_chats; i++)
        also[n++] = f.chats[i];
    blanking b = {.outbox = h->outbox,
                  .person = {.user_id = user_id, .also = also, .n_also = n, .queries = queries}};
    if (queries == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "the queries of a user");
    do {
        ANC_TRY(krn_call_check(h->clock, call));
        ANC_TRY(krn_writer_run(h->writer, call, blank_some, &b));
        *ret_n += b.changed;
        b.after = b.last;
    } while (b.last > 0);
    return krn_sqlite_scrub(h->catalog, call);
}

/* ---- who holds what was announced ---- */

static anc_status add_holder(srv_house *h, trk_holder *ret, const char *name, anc_str what,
                             anc_err *err)
{
    *ret = (trk_holder){anc_str_of(name), what};
    return what.ptr != NULL ? ANC_OK : ANC_FAIL(err, anc_arena_refusal(h->mem), "who holds events");
}

static anc_str held_by(srv_house *h, const char *bus)
{
    const srv_config *c = h->o.config;
    if (anc_str_eq(anc_str_of(bus), ANC_STR("redis")))
        return anc_arena_printf(h->mem,
                                "what was announced, until newer events push it out: a stream "
                                "keeps about %lld (bus.redis.max_events); of events of other "
                                "services those that were set aside, about 10000",
                                (long long)c->bus.redis.max_events);
    return anc_arena_printf(h->mem, "what was announced, as long as that broker's topics keep it "
                                    "(7 days where they were made from here), and events of other "
                                    "services that were set aside (14 days)");
}

/* "shop:events:user.created, …": where other services send events of these types. `kafka` NULL: on streams. */
static anc_str places_of(srv_house *h, anc_str prefix, const krn_bus_kafka_options *kafka,
                         const srv_strs *types)
{
    ANC_BUF(names, PLACES_BYTES);
    for (size_t i = 0; i < types->n; i++)
        (void)anc_buf_printf(
            &names, "%s%.*s%s%.*s", i > 0 ? ", " : "", ANC_FMT(prefix),
            kafka != NULL ? "" : "events:",
            ANC_FMT(kafka != NULL ? krn_bus_kafka_name(kafka, types->items[i]) : types->items[i]));
    return names.refused ? ANC_STR_NONE : anc_arena_copy(h->mem, anc_buf_view(&names));
}

/* Events that other services sent and that were handled here; ptr NULL when there is no room. */
static anc_str sent_by_others(srv_house *h, const char *bus)
{
    const srv_config *c = h->o.config;
    const bool redis = anc_str_eq(anc_str_of(bus), ANC_STR("redis"));
    const krn_bus_kafka_options kafka = srv_kafka_options(c);
    const anc_str places = redis ? places_of(h, c->bus.redis.prefix, NULL, &c->bus.redis.inbound)
                                 : places_of(h, c->bus.kafka.prefix, &kafka, &c->bus.kafka.inbound);
    if (places.ptr == NULL)
        return ANC_STR_NONE;
    if (redis)
        return anc_arena_printf(h->mem,
                                "what other services sent, also when it was handled: on the "
                                "streams %.*s, until every group has handled it and it is %lld s "
                                "old (bus.redis.keep_handled_s)",
                                ANC_FMT(places), (long long)c->bus.redis.keep_handled_s);
    return anc_arena_printf(h->mem,
                            "what other services sent, also when it was handled: on the topics "
                            "%.*s, as long as the broker keeps them (retention.ms of each topic; 7 "
                            "days where that is the broker's own default)",
                            ANC_FMT(places));
}

static anc_status add_buses(srv_house *h, trk_holder *out, size_t *n, anc_err *err)
{
    for (size_t i = 0; i < h->n_outside; i++) {
        const char *bus = h->outside[i].bus.ops->name;
        const bool redis = anc_str_eq(anc_str_of(bus), ANC_STR("redis"));
        const srv_config *c = h->o.config;
        const srv_strs *inbound = redis ? &c->bus.redis.inbound : &c->bus.kafka.inbound;
        ANC_TRY(add_holder(h, &out[(*n)++], bus, held_by(h, bus), err));
        if (inbound->n > 0)
            ANC_TRY(add_holder(h, &out[(*n)++], redis ? "redis_inbound" : "kafka_inbound",
                               sent_by_others(h, bus), err));
    }
    return ANC_OK;
}

static anc_status list_holders(srv_house *h, trk_holder *out, size_t *ret_n, anc_err *err)
{
    size_t n = 0;
    ANC_TRY(add_buses(h, out, &n, err));
    ANC_TRY(add_holder(h, &out[n++], "watchers",
                       anc_arena_printf(h->mem, "what the live feed has shown them"), err));
    ANC_TRY(add_holder(h, &out[n++], "logs",
                       anc_arena_printf(h->mem,
                                        "lines on standard error name users%s; whoever keeps them "
                                        "says for how long",
                                        h->veil.on ? " where they were written before "
                                                     "privacy.hash_user_ids was on"
                                                   : ""),
                       err));
    anc_str asides[ASIDES];
    size_t n_asides = 0;
    anc_err why = {0};
    if (srv_tracking_asides(h, asides, ASIDES, &n_asides, &why) != ANC_OK) {
        krn_log_write(h->log, KRN_WARN, "tracking",
                      "whether query logs lie set aside in the data folder is not known",
                      KRN_STR("reason", anc_str_of(why.text)));
        n_asides = 0;
    }
    for (size_t i = 0; i < n_asides; i++)
        ANC_TRY(add_holder(h, &out[n++], asides[i].ptr,
                           ANC_STR("a damaged query log, set aside in the data folder: as it was, "
                                   "until somebody removes the file"),
                           err));
    *ret_n = n;
    return ANC_OK;
}

/* ---- opening ---- */

static void wake(void *arg)
{
    const srv_house *h = arg;
    h->scheduler.ops->wake(h->scheduler.self, h->trk_step);
}

static anc_status read_prices(srv_house *h, trk_price *out, size_t *ret_n, anc_err *err)
{
    const srv_strs *rows = &h->o.config->tracking.prices;
    for (size_t i = 0; i < rows->n; i++) {
        anc_err why = {0};
        if (i == TRK_PRICES_MAX || trk_price_read(rows->items[i], &out[i], &why) != ANC_OK)
            return ANC_FAIL(err, ANC_INVALID, "tracking.prices: %s",
                            i == TRK_PRICES_MAX ? "there are too many" : why.text);
    }
    *ret_n = rows->n;
    return ANC_OK;
}

static anc_status forget_place(void *arg, krn_tx *tx, anc_err *err)
{
    const srv_house *h = arg;
    return h->outbox.ops->cursor_set(h->outbox.self, tx, ANC_STR("tracking"), KRN_CURSOR_NONE, err);
}

/* Nothing waits for a tracking that is off. */
static anc_status leave(srv_house *h, anc_err *err)
{
    const atomic_bool never = false;
    krn_call call = {.mem = h->mem, .err = err, .deadline_ns = INT64_MAX, .cancelled = &never};
    return krn_writer_run(h->writer, &call, forget_place, h);
}

static anc_status open_service(srv_house *h, const trk_repository *repository, anc_err *err)
{
    const srv_config *c = h->o.config;
    trk_price prices[TRK_PRICES_MAX];
    trk_holder *holders = anc_arena_alloc(h->mem, 2 * SRV_OUTSIDE + 2 + ASIDES, sizeof *holders);
    /* events last, and who shows them: what goes before is told in events too */
    const trk_place places[] = {{"conversations", erase_conversations, h, false},
                                {"cached_vectors", erase_vectors, h, true},
                                {"kept_answers", erase_kept_answers, h, false},
                                {"identities", erase_identity, h, false},
                                {"events", erase_events, h, false},
                                {"feed_history", erase_history, h, true}};
    trk_service_options options = {
        .repository = *repository,
        .outbox = h->outbox,
        .writer = h->writer,
        .clock = h->clock,
        .log = h->log,
        .metrics = h->metrics,
        .prices = prices,
        .leave_texts_out = is_off(c->privacy.keep_texts),
        .veil = h->veil,
        .keep_queries_ms = c->tracking.keep_days * DAY_MS,
        .keep_documents_ms = c->tracking.keep_documents_days * DAY_MS,
        .keep_rollups_ms = c->tracking.keep_rollups_days * DAY_MS,
        .places = places,
        .n_places = ANC_COUNT(places),
        .holders = holders,
        .open_left = srv_tracking_left_open,
        .close_left = srv_tracking_left_close,
        .left_arg = h,
        .on_damage = srv_tracking_damaged,
        .damage_arg = h,
    };
    if (holders == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the tracking");
    ANC_TRY(read_prices(h, prices, &options.n_prices, err));
    ANC_TRY(list_holders(h, holders, &options.n_holders, err));
    return trk_service_open(&options, &h->trk, err);
}

static void wake_searches(void *arg)
{
    const srv_house *h = arg;
    h->scheduler.ops->wake(h->scheduler.self, h->searches_step);
}

anc_status srv_tracking_open(srv_house *h, anc_err *err)
{
    trk_repository repository = {0};
    const bool on = !is_off(h->o.config->tracking.enabled);
    if (on)
        ANC_TRY(srv_tracking_file_open(h, &repository, err));
    ANC_TRY(open_service(h, &repository, err));
    ANC_TRY(h->scheduler.ops->add(h->scheduler.self, "searches", rag_searches_step, h->rag,
                                  &h->searches_step, err));
    rag_searches_listen(h->rag, wake_searches, h);
    if (!on)
        return leave(h, err);
    ANC_TRY(trk_service_begin(h->trk, err));
    ANC_TRY(
        h->scheduler.ops->add(h->scheduler.self, "tracking", trk_step, h->trk, &h->trk_step, err));
    return h->outbox.ops->listen(h->outbox.self, wake, h, err);
}

void srv_tracking_close(srv_house *h)
{
    trk_service_close(h->trk);
    trk_sqlite_close(h->trk_store);
}

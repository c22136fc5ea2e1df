/* conversations.c - conversations made, listed, read and deleted by their users.
 *
 * A conversation belongs to the user who began it; to anybody else it is not there. A reader that
 * comes right after an answer may be ahead of the writer: when turns of the conversation are on
 * their way, an empty closure is run behind them first.
 */
#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "base/utf8.h"
#include "kernel/domain/query_events.h"
#include "rag/domain/question.h"
#include "service_impl.h"

enum { LIST_MAX = 1000 };

anc_status rag_conversation_id_check(anc_str id, const char *pointer, anc_err *err)
{
    bool plain = anc_utf8_valid(id);
    for (size_t i = 0; i < id.len; i++)
        plain &= (unsigned char)id.ptr[i] >= 0x20 && id.ptr[i] != 0x7f;
    if (id.len == 0 || id.len > RAG_ID_MAX || !plain)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer,
                              "%s has %zu bytes; 1 to %d without control characters are allowed",
                              pointer + 1, id.len, RAG_ID_MAX);
    return ANC_OK;
}

static anc_status do_nothing(void *arg, krn_tx *tx, anc_err *err)
{
    (void)arg;
    (void)tx;
    (void)err;
    return ANC_OK;
}

static anc_status catch_up(rag_service *rag, krn_call *call, anc_str id)
{
    if (atomic_load(rag_pending_slot(rag, id)) == 0)
        return ANC_OK;
    return krn_writer_run(rag->with.writer, call, do_nothing, NULL);
}

static anc_status not_found(krn_call *call, anc_str id)
{
    anc_err_clear(call->err);
    return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no conversation \"%.*s\"",
                    ANC_FMT(anc_str_sub(id, 0, RAG_ID_MAX)));
}

anc_status rag_conversation_look(rag_service *rag, krn_call *call, anc_str id,
                                 rag_conversation_record *ret, rag_ownership *ret_whose)
{
    const rag_conversation_store store = rag->with.conversations;
    rag_conversation_record found;
    ANC_TRY(catch_up(rag, call, id));
    const anc_status status = store.ops->find(store.self, call, id, &found);
    if (status == ANC_NOT_FOUND) {
        anc_err_clear(call->err);
        *ret_whose = RAG_NOBODYS;
        return ANC_OK;
    }
    ANC_TRY(status);
    const bool own = anc_str_eq(found.user_id, call->principal.user_id);
    *ret_whose = own ? RAG_OWN : RAG_ANOTHERS;
    if (own)
        *ret = found;
    return ANC_OK;
}

anc_status rag_conversation_get(rag_service *rag, krn_call *call, anc_str id,
                                rag_conversation_record *ret)
{
    rag_ownership whose;
    ANC_TRY(rag_conversation_look(rag, call, id, ret, &whose));
    return whose == RAG_OWN ? ANC_OK : not_found(call, id);
}

static rag_conversation conversation_of(const rag_conversation_record *r)
{
    return (rag_conversation){
        .id = r->id,
        .title = r->title,
        .user_id = r->user_id,
        .created_ms = r->created_ms,
        .updated_ms = r->updated_ms,
        .messages = r->messages,
    };
}

typedef struct creation {
    rag_service *rag;
    krn_call *call;
    rag_conversation_record record;
} creation;

ev_context rag_event_context(const krn_call *call)
{
    return (ev_context){.component = ANC_STR("rag"),
                        .trace_id = call->trace_id,
                        .user_id = krn_told_user(&call->principal)};
}

anc_str rag_user_or_none(const krn_call *call)
{
    const anc_str user = krn_told_user(&call->principal);
    return user.len != 0 ? user : ANC_STR_NONE;
}

anc_status rag_conversation_begin(rag_service *rag, krn_tx *tx, const krn_call *call, anc_str id,
                                  anc_str title, anc_err *err)
{
    const rag_conversation_store store = rag->with.conversations;
    const rag_conversation_record record = {.id = id,
                                            .title = title,
                                            .user_id = call->principal.user_id,
                                            .created_ms = tx->wall_ms,
                                            .updated_ms = tx->wall_ms};
    ANC_TRY(store.ops->create(store.self, tx, &record, err));
    const ev_conversation_created event = {.conversation_id = id,
                                           .user_id = rag_user_or_none(call)};
    const ev_context context = rag_event_context(call);
    return krn_outbox_append(rag->with.outbox, tx, EV_CONVERSATION_CREATED, &event, &context, err);
}

anc_status rag_conversation_ensure(rag_service *rag, krn_tx *tx, const krn_call *call, anc_str id,
                                   anc_str title, anc_err *err)
{
    const anc_status status = rag_conversation_begin(rag, tx, call, id, title, err);
    if (status != ANC_CONFLICT)
        return status;
    anc_err_clear(err);
    return ANC_OK;
}

static anc_status create(void *arg, krn_tx *tx, anc_err *err)
{
    creation *c = arg;
    c->record.created_ms = c->record.updated_ms = tx->wall_ms;
    return rag_conversation_begin(c->rag, tx, c->call, c->record.id, c->record.title, err);
}

anc_status rag_conversation_create(rag_service *rag, krn_call *call, anc_str id, anc_str title,
                                   rag_conversation *ret)
{
    char made[ANC_UUID_TEXT + 1];
    if (id.len == 0) {
        krn_id_new(rag->with.clock, made);
        id = (anc_str){made, ANC_UUID_TEXT};
    }
    ANC_TRY(rag_conversation_id_check(id, "/id", call->err));
    if (!anc_utf8_valid(title) || anc_utf8_count(title) > 200)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/title",
                              "title has %zu bytes; at most 200 characters of UTF-8 are allowed",
                              title.len);
    creation c = {
        .rag = rag,
        .call = call,
        .record = {.id = anc_arena_copy(call->mem, id),
                   .title = anc_arena_copy(call->mem, title),
                   .user_id = call->principal.user_id},
    };
    if (c.record.id.ptr == NULL || c.record.title.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a conversation");
    ANC_TRY(krn_writer_run(rag->with.writer, call, create, &c));
    *ret = conversation_of(&c.record);
    return ANC_OK;
}

static size_t bounded(size_t limit)
{
    return limit == 0 || limit > LIST_MAX ? LIST_MAX : limit;
}

anc_status rag_conversation_list(rag_service *rag, krn_call *call,
                                 const rag_conversation_mark *mark, size_t limit,
                                 rag_conversation **ret, size_t *ret_n)
{
    const rag_conversation_mark start = {INT64_MAX, ANC_STR_INIT("")};
    const rag_conversation_mark *from = mark != NULL ? mark : &start;
    const rag_conversation_store store = rag->with.conversations;
    rag_conversation_record *records;
    size_t n;
    ANC_TRY(store.ops->list(store.self, call, call->principal.user_id, from->updated_ms, from->id,
                            bounded(limit), &records, &n));
    rag_conversation *list = anc_arena_alloc(call->mem, n, sizeof *list);
    if (list == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu conversations",
                        n);
    for (size_t i = 0; i < n; i++)
        list[i] = conversation_of(&records[i]);
    *ret = list;
    *ret_n = n;
    return ANC_OK;
}

anc_status rag_conversation_find(rag_service *rag, krn_call *call, anc_str id,
                                 rag_conversation *ret)
{
    rag_conversation_record found;
    ANC_TRY(rag_conversation_get(rag, call, id, &found));
    *ret = conversation_of(&found);
    return ANC_OK;
}

anc_status rag_message_list(rag_service *rag, krn_call *call, anc_str conversation_id,
                            uint64_t before, size_t limit, rag_message **ret, size_t *ret_n)
{
    const rag_conversation_store store = rag->with.conversations;
    rag_conversation_record found;
    rag_message_record *records;
    size_t n;
    ANC_TRY(rag_conversation_get(rag, call, conversation_id, &found));
    ANC_TRY(store.ops->messages(store.self, call, conversation_id, before, bounded(limit), &records,
                                &n));
    rag_message *list = anc_arena_alloc(call->mem, n, sizeof *list);
    if (list == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu messages", n);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(rag_kept_read(rag, call, &records[i], &list[i]));
    *ret = list;
    *ret_n = n;
    return ANC_OK;
}

typedef struct deletion {
    rag_service *rag;
    krn_call *call;
    anc_str id;
    anc_str told_id;
    bool erases; /* nobody is told whose it was */
} deletion;

static anc_status delete_it(void *arg, krn_tx *tx, anc_err *err)
{
    const deletion *d = arg;
    const rag_conversation_store store = d->rag->with.conversations;
    ANC_TRY(store.ops->remove(store.self, tx, d->id, d->call->principal.user_id, err));
    const ev_conversation_deleted event = {.conversation_id = d->told_id,
                                           .user_id = d->erases ? ANC_STR_NONE
                                                                : rag_user_or_none(d->call)};
    ev_context context = rag_event_context(d->call);
    if (d->erases)
        context.user_id = ANC_STR_NONE;
    return krn_outbox_append(d->rag->with.outbox, tx, EV_CONVERSATION_DELETED, &event, &context,
                             err);
}

anc_status rag_conversation_delete(rag_service *rag, krn_call *call, anc_str id)
{
    rag_conversation_record found;
    ANC_TRY(rag_conversation_get(rag, call, id, &found));
    deletion d = {rag, call, found.id, found.id, false};
    return krn_writer_run(rag->with.writer, call, delete_it, &d);
}

enum { ONCE_BYTES = 16 };

anc_status rag_conversation_erase(rag_service *rag, krn_call *call, anc_str id)
{
    const krn_clock clock = rag->with.clock;
    rag_conversation_record found;
    unsigned char random[ONCE_BYTES];
    char once[2 * ONCE_BYTES + 1], room[KRN_VEILED_BYTES];
    krn_veil veil = rag->with.config.veil;
    ANC_TRY(rag_conversation_get(rag, call, id, &found));
    if (veil.key.len == 0) { /* nothing was ever hidden: a key that nobody has */
        clock.ops->random(clock.self, random, sizeof random);
        anc_hex_text(random, sizeof random, once);
        veil.key = anc_str_of(once);
    }
    const anc_str hidden = krn_veil_conversation_hash(&veil, found.id, room);
    if (hidden.ptr == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "the id of a conversation");
    deletion d = {rag, call, found.id, hidden, true};
    return krn_writer_run(rag->with.writer, call, delete_it, &d);
}

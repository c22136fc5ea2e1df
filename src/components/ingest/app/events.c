/* events.c - what events of other services bring: a document each.
 *
 * The event is taken into the inbox in the transaction that makes the version current; where nothing changed,
 * in one of its own. So one that comes again finds itself there, whenever a kill came between.
 */
#include "ingest/domain/entry.h"
#include "ingest/domain/file_uri.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/ids.h"
#include "service_impl.h"

#define MAX_FILE_BYTES ((size_t)256 << 20)
#define MAX_WEB_BYTES  ((size_t)64 << 20) /* is copied while it comes */

typedef struct arriving {
    ing_service *ing;
    krn_inbox_event event;
    ev_arrival arrival;
} arriving;

/* ---- once ---- */

static anc_status take(void *arg, krn_tx *tx, anc_err *err)
{
    arriving *a = arg;
    const krn_inbox inbox = a->ing->with.inbox;
    return inbox.ops->take(inbox.self, tx, &a->event, &a->arrival, err);
}

/* In the transaction that makes the version current, which is undone where another thread was first. */
static anc_status take_published(void *arg, krn_tx *tx, const kno_put_result *put, anc_err *err)
{
    arriving *a = arg;
    (void)put;
    ANC_TRY(take(a, tx, err));
    if (a->arrival != EV_ARRIVED_NEW)
        return ANC_FAIL(err, ANC_CONFLICT, "the event took effect meanwhile, or a newer one did");
    return ANC_OK;
}

static anc_status put(arriving *a, krn_call *call, kno_document_input *input)
{
    ing_service *ing = a->ing;
    kno_put_result put = {0};
    input->make_collection = true;
    input->keeps_acl = true;
    input->source = ANC_STR("event");
    input->on_publish = take_published;
    input->on_publish_arg = a;
    const anc_status status = kno_document_put(ing->with.knowledge, call, input, false, &put);
    if (status == ANC_CONFLICT && a->arrival != EV_ARRIVED_NEW) {
        anc_err_clear(call->err);
        return ANC_OK;
    }
    if (status != ANC_OK || put.status != KNO_UNCHANGED)
        return status;
    return krn_writer_run(ing->with.writer, call, take, a);
}

/* What the event is about; whether it comes too late, or again. A document without an id would be another one
 * each time. */
static anc_status begin(ing_service *ing, krn_call *call, const ev_envelope *event,
                        anc_str collection, anc_str document, arriving *ret)
{
    const krn_inbox inbox = ing->with.inbox;
    if (document.len == 0)
        return ANC_FAIL(call->err, ANC_INVALID, "the %s is empty", event->type->key);
    arriving a = {.ing = ing, .event = {.event = event, .kind = ANC_STR("document")}};
    a.event.key = anc_arena_printf(call->mem, "%.*s/%.*s", ANC_FMT(collection), ANC_FMT(document));
    if (a.event.key.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for an event");
    ANC_TRY(inbox.ops->look(inbox.self, call, &a.event, &a.arrival));
    *ret = a;
    return ANC_OK;
}

/* ---- document.uploaded ---- */

static anc_str last_part(anc_str path)
{
    anc_str part = ANC_STR_NONE;
    while (anc_str_split(&path, '/', &part)) {
        /* to the last one */
    }
    return part;
}

static anc_status fetch_web(const ing_service *ing, krn_call *call, anc_str uri,
                            kno_document_input *input)
{
    const ing_web web = ing->with.web;
    ing_web_uri u;
    ing_content content;
    ANC_TRY(ing_web_uri_read(uri, &u, call->err));
    if (web.ops == NULL)
        return ANC_FAIL_FIELD(call->err, ANC_FORBIDDEN, "/payload/uri",
                              "\"%.*s://%.*s…\" is not read here: no host is named that events may "
                              "name documents on (ingest.event_hosts)",
                              ANC_FMT(u.scheme), ANC_FMT(anc_str_sub(u.host, 0, 200)));
    ANC_TRY(web.ops->fetch(web.self, call, uri, MAX_WEB_BYTES, &content));
    input->content = content.bytes;
    input->name = u.name;
    return ANC_OK;
}

static anc_status fetch(const ing_service *ing, krn_call *call, anc_str uri,
                        kno_document_input *input)
{
    const ing_source source = ing->with.folder;
    anc_str path;
    ing_content content;
    if (ing_is_web_uri(uri))
        return fetch_web(ing, call, uri, input);
    ANC_TRY(ing_file_uri_read(uri, call->mem, &path, call->err));
    for (size_t i = 0; i < ing->with.n_event_folders; i++) {
        const anc_str folder = ing->with.event_folders[i];
        const anc_str item = ing_path_below(folder, path);
        if (item.len == 0)
            continue;
        ANC_TRY(source.ops->pick(source.self, call, folder, item, MAX_FILE_BYTES, &content));
        input->content = content.bytes;
        input->modified_ms = content.modified_ms;
        input->name = last_part(path);
        return ANC_OK;
    }
    return ANC_FAIL_FIELD(call->err, ANC_FORBIDDEN, "/payload/uri",
                          "%.*s lies in none of the folders that events may name files in "
                          "(ingest.event_folders)",
                          ANC_FMT(anc_str_sub(path, 0, 300)));
}

anc_status ing_document_uploaded(ing_service *ing, krn_call *call, const ev_envelope *event,
                                 ev_arrival *ret)
{
    ev_document_uploaded payload;
    arriving a;
    ANC_TRY(ev_inbound_payload(call->mem, event, EV_DOCUMENT_UPLOADED, &payload, call->err));
    if (payload.content.ptr == NULL && payload.uri.len == 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/payload/content",
                              "content or uri is wanted, there is neither");
    kno_document_input input = {.collection = payload.collection.len > 0 ? payload.collection
                                                                         : ANC_STR("default"),
                                .id = payload.document_id,
                                .title = payload.title,
                                .metadata = payload.metadata.text,
                                .content = payload.content};
    ANC_TRY(ing_uri_without_user(payload.uri, call->mem, &input.uri, call->err));
    ANC_TRY(begin(ing, call, event, input.collection, input.id, &a));
    if (a.arrival == EV_ARRIVED_NEW && payload.content.ptr == NULL)
        ANC_TRY(fetch(ing, call, payload.uri, &input));
    if (a.arrival == EV_ARRIVED_NEW)
        ANC_TRY(put(&a, call, &input));
    *ret = a.arrival;
    return ANC_OK;
}

/* ---- accounting.entry.created ---- */

anc_status ing_entry_created(ing_service *ing, krn_call *call, const ev_envelope *event,
                             ev_arrival *ret)
{
    ev_accounting_entry_created payload;
    ing_entry entry;
    arriving a;
    ANC_TRY(ev_inbound_payload(call->mem, event, EV_ACCOUNTING_ENTRY_CREATED, &payload, call->err));
    ANC_TRY(ing_entry_read(event->payload.text, call->mem, &entry, call->err));
    kno_document_input input = {.collection = ANC_STR("accounting"),
                                .id = payload.entry_id,
                                .title = entry.title,
                                .content_type = ANC_STR("text/plain"),
                                .metadata = event->payload.text,
                                .content = entry.text};
    ANC_TRY(begin(ing, call, event, input.collection, input.id, &a));
    if (a.arrival == EV_ARRIVED_NEW)
        ANC_TRY(put(&a, call, &input));
    *ret = a.arrival;
    return ANC_OK;
}

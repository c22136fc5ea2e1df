/* follow_walk.c - documents brought up to date one by one, and walks over many of them.
 *
 * A failure that may pass ends the page, which is tried again from the same document. One that will not
 * pass, or one document that failed MAX_TRIES times in a row, concerns that document alone (left_out.c).
 */
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "service_impl.h"

enum { PAGE = 32, MAX_TRIES = 8 };

/* ---- one document ----------------------------------------------------------------------------- */

/* Whether the same thing may go well when it is tried again later. */
static bool may_pass(anc_status status)
{
    return anc_status_info(status)->retry_may_help;
}

static void tell_left_out(const srch_service *srch, anc_str document_id, const char *why)
{
    enum { MESSAGE_BYTES = 700 };
    ANC_BUF(message, MESSAGE_BYTES);
    const ev_context context = {.component = ANC_STR("search"), .aggregate_id = document_id};
    if (anc_buf_printf(&message, "document %.*s is not in the index: %s",
                       ANC_FMT(anc_str_sub(document_id, 0, 128)), why))
        krn_feed_error(srch->config.feed, &context, ANC_STR("document_not_indexed"),
                       anc_buf_view(&message),
                       ANC_STR("put the document again; `anchorage doctor` says what is damaged"));
}

static anc_status give_up(srch_service *srch, krn_call *call, srch_into into, anc_str collection,
                          anc_str document_id, anc_status status)
{
    krn_log_write(srch->config.log, KRN_ERROR, "search", "document not indexed",
                  KRN_STR("collection", collection), KRN_STR("document_id", document_id),
                  KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                  KRN_STR("error", anc_str_of(call->err->text)));
    (void)anc_err_told(call->err, call->err->text); /* from here on others read it */
    srch_detail_set(srch, "document %.*s of %.*s is not indexed: %s",
                    ANC_FMT(anc_str_sub(document_id, 0, 60)), ANC_FMT(collection), call->err->text);
    tell_left_out(srch, document_id, call->err->text);
    krn_count(srch->series.failed, 1);
    srch_left_out_add(srch, collection, document_id, may_pass(status), call->err->text);
    anc_err_clear(call->err);
    return srch_remove_document(srch, call, into, collection, document_id);
}

/* Counts a failure of a document that may pass; whether to try again. */
static bool try_again(srch_follow_state *f, anc_str collection, anc_str document_id)
{
    const uint64_t name = anc_hash64(document_id) ^ anc_hash64(collection) * 31;
    f->tries = f->failing == name ? f->tries + 1 : 1;
    f->failing = name;
    return f->tries < MAX_TRIES;
}

/* `call` has an arena of its own for the page; the document gets the follower's. */
anc_status srch_handle_document(srch_service *srch, krn_call *call, srch_into into,
                                anc_str collection, anc_str document_id)
{
    krn_call own = *call;
    own.mem = srch->follow.mem;
    anc_arena_reset(own.mem);
    const anc_status status = srch_sync_document(srch, &own, into, collection, document_id);
    if (status == ANC_OK && into != SRCH_INTO_NEXT)
        srch_left_out_drop(srch, collection, document_id);
    if (status == ANC_OK || status == ANC_CANCELLED)
        return status;
    if (may_pass(status) && try_again(&srch->follow, collection, document_id))
        return status;
    return give_up(srch, &own, into, collection, document_id, status);
}

/* ---- walking ---------------------------------------------------------------------------------- */

void srch_walk_begin(srch_walk *walk, uint64_t target, anc_str collection)
{
    *walk = (srch_walk){.going = true, .target = target, .collection_len = collection.len};
    memcpy(walk->collection, collection.ptr != NULL ? collection.ptr : "", collection.len);
}

static anc_status walk_passed(srch_walk *walk, const kno_walk_row *row, anc_err *err)
{
    if (row->collection.len > sizeof walk->collection ||
        row->document_id.len > sizeof walk->document)
        return ANC_FAIL(err, ANC_BUG, "a document id of %zu bytes", row->document_id.len);
    memcpy(walk->collection, row->collection.ptr, row->collection.len);
    memcpy(walk->document, row->document_id.ptr, row->document_id.len);
    walk->collection_len = row->collection.len;
    walk->document_len = row->document_id.len;
    walk->done++;
    return ANC_OK;
}

/* Whether the index that is searched has the document as it is. */
static bool is_there(srch_service *srch, const kno_walk_row *row)
{
    const srch_index index = srch->slots[atomic_load(&srch->shown)].index;
    uint32_t version = 0;
    return index.ops->find(index.self, row->collection, row->document_id, &version) &&
           version == row->version;
}

static anc_status walk_page(srch_service *srch, krn_call *call, srch_walk *walk, anc_str only,
                            srch_into into, bool missing, bool *ret_end)
{
    const kno_walk_row after = {.collection = {walk->collection, walk->collection_len},
                                .document_id = {walk->document, walk->document_len}};
    kno_walk_row *rows = NULL;
    size_t n = 0;
    ANC_TRY(kno_walk(srch->config.knowledge, call, &after, PAGE, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        if (only.len > 0 && !anc_str_eq(rows[i].collection, only)) {
            *ret_end = true;
            return ANC_OK;
        }
        if (!missing || !is_there(srch, &rows[i]))
            ANC_TRY(
                srch_handle_document(srch, call, into, rows[i].collection, rows[i].document_id));
        ANC_TRY(walk_passed(walk, &rows[i], call->err));
    }
    *ret_end = n < PAGE;
    return ANC_OK;
}

anc_status srch_walk_page(srch_service *srch, krn_call *call, srch_walk *walk, anc_str only,
                          srch_into into, bool *ret_end)
{
    return walk_page(srch, call, walk, only, into, false, ret_end);
}

anc_status srch_mending_page(srch_service *srch, krn_call *call, bool *ret_end)
{
    return walk_page(srch, call, &srch->follow.mending, ANC_STR_NONE, SRCH_INTO_ALL, true, ret_end);
}

/* left_out.c - documents that the follower went on without, since they could not be read for a while.
 *
 * When nothing else is to be done they are read again every so often, one a step, until it goes well: a
 * disk that comes back brings them back by itself. There is room for so many names; with more than that
 * the index is built anew once one of them can be read.
 */
#include <string.h>

#include "service_impl.h"

#define RETRY_NS INT64_C(15000000000)

static void forget(srch_left_out *left, size_t at)
{
    left->n--;
    memmove(&left->rows[at], &left->rows[at + 1], (left->n - at) * sizeof left->rows[0]);
}

static bool is_there(const srch_left_out *left, anc_str collection, anc_str document_id)
{
    for (size_t i = 0; i < left->n; i++)
        if (anc_str_eq(collection,
                       (anc_str){left->rows[i].collection, left->rows[i].collection_len}) &&
            anc_str_eq(document_id, (anc_str){left->rows[i].document, left->rows[i].document_len}))
            return true;
    return false;
}

void srch_left_out_add(srch_left_out *left, anc_str collection, anc_str document_id, int64_t now_ns)
{
    if (is_there(left, collection, document_id))
        return;
    if (left->n == SRCH_LEFT_OUT_MAX || collection.len > sizeof left->rows[0].collection ||
        document_id.len > sizeof left->rows[0].document) {
        left->more = true;
        return;
    }
    if (left->n == 0)
        left->due_ns = now_ns + RETRY_NS;
    memcpy(left->rows[left->n].collection, collection.ptr, collection.len);
    memcpy(left->rows[left->n].document, document_id.ptr, document_id.len);
    left->rows[left->n].collection_len = collection.len;
    left->rows[left->n].document_len = document_id.len;
    left->n++;
}

static anc_status read_again(srch_service *srch, krn_call *call, const srch_left_out *left)
{
    const anc_str collection = {left->rows[0].collection, left->rows[0].collection_len};
    const anc_str document_id = {left->rows[0].document, left->rows[0].document_len};
    return srch_sync_document(srch, call, collection, document_id);
}

anc_status srch_left_out_step(srch_service *srch, krn_call *call, int64_t now_ns, int64_t *ret_next)
{
    srch_left_out *left = &srch->follow.left;
    if (left->n == 0)
        return ANC_OK;
    if (now_ns < left->due_ns) {
        *ret_next = left->due_ns < *ret_next ? left->due_ns : *ret_next;
        return ANC_OK;
    }
    const anc_status status = read_again(srch, call, left);
    if (status == ANC_CANCELLED)
        return status;
    if (status != ANC_OK && anc_status_info(status)->retry_may_help) {
        anc_err_clear(call->err);
        left->due_ns = now_ns + RETRY_NS;
        return ANC_OK;
    }
    forget(left, 0); /* read, or damaged: then it waits for a change of its own */
    if (status == ANC_OK && left->more) {
        left->more = false;
        srch_rebuild(srch);
    }
    anc_err_clear(call->err);
    *ret_next = now_ns;
    return ANC_OK;
}

/* double_ingest.c - the ingest component, answered from memory. */
#include <stdlib.h>
#include <string.h>

#include "support/service_doubles_impl.h"

struct ing_service {
    int nothing;
};

ing_service *double_ing(void)
{
    static ing_service one;
    return &one;
}

bool ing_state_parse(anc_str s, ing_state *ret)
{
    for (int i = ING_QUEUED; i <= ING_CANCELLED; i++)
        if (double_is(s, ing_state_name((ing_state)i))) {
            *ret = (ing_state)i;
            return true;
        }
    return false;
}

const char *ing_state_name(ing_state state)
{
    static const char *const names[] = {"queued", "processing", "completed", "failed", "cancelled"};
    return names[state];
}

static ing_batch batch_of(anc_str id, ing_state state, uint64_t done)
{
    return (ing_batch){.id = id,
                       .state = state,
                       .collection = ANC_STR("default"),
                       .source = ANC_STR("/papers"),
                       .total = 3,
                       .waiting = 3 - done,
                       .processed = done,
                       .slowest_stage = ANC_STR("embed"),
                       .searchable = done,
                       .eta_s = state == ING_COMPLETED ? 0 : -1,
                       .created_ms = 1700000000000,
                       .updated_ms = 1700000001000,
                       .completed_ms = state == ING_COMPLETED ? 1700000002000 : 0,
                       .revision = done + 1};
}

anc_status ing_folder_start(ing_service *ing, krn_call *call, const ing_folder_request *request,
                            ing_batch *ret)
{
    (void)ing;
    if (anc_str_starts(request->path, ANC_STR("/no/")))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no %.*s", ANC_FMT(request->path));
    (void)pthread_mutex_lock(&doubles.lock);
    double_keep(doubles.path, sizeof doubles.path, request->path);
    double_keep(doubles.glob, sizeof doubles.glob,
                request->n_globs > 0 ? request->globs[request->n_globs - 1] : ANC_STR(""));
    double_keep(doubles.collection, sizeof doubles.collection, request->collection);
    (void)pthread_mutex_unlock(&doubles.lock);
    atomic_fetch_add(&doubles.puts, 1);
    *ret = batch_of(anc_str_starts(request->path, ANC_STR("/forever")) ? ANC_STR("forever")
                                                                       : ANC_STR("b-1"),
                    ING_QUEUED, 0);
    return ANC_OK;
}

anc_status ing_batch_find(ing_service *ing, krn_call *call, anc_str id, ing_batch *ret)
{
    (void)ing;
    if (double_is(id, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no batch nope");
    const int looks = atomic_fetch_add(&doubles.looks, 1);
    const uint64_t done = looks < 3 ? (uint64_t)looks : 3;
    if (double_is(id, "forever"))
        *ret = batch_of(ANC_STR("forever"), ING_PROCESSING, 1);
    else
        *ret = batch_of(anc_arena_copy(call->mem, id), done < 3 ? ING_PROCESSING : ING_COMPLETED,
                        done);
    return ANC_OK;
}

anc_status ing_batch_list(ing_service *ing, krn_call *call, anc_str before, const ing_state *states,
                          size_t n_states, size_t limit, ing_batch **ret, size_t *ret_n)
{
    (void)ing;
    bool wanted = n_states == 0;
    for (size_t i = 0; i < n_states; i++)
        wanted = wanted || states[i] == ING_COMPLETED;
    *ret = anc_arena_alloc(call->mem, 1, sizeof **ret);
    *ret_n = *ret != NULL && before.len == 0 && limit > 0 && wanted;
    if (*ret_n > 0)
        **ret = batch_of(ANC_STR("b-1"), ING_COMPLETED, 3);
    return ANC_OK;
}

anc_status ing_batch_cancel(ing_service *ing, krn_call *call, anc_str id, ing_batch *ret)
{
    (void)ing;
    if (double_is(id, "ended"))
        return ANC_FAIL(call->err, ANC_CONFLICT, "batch ended has ended");
    *ret = batch_of(id, ING_CANCELLED, 1);
    return ANC_OK;
}

anc_status ing_dead_letter_list(ing_service *ing, krn_call *call, anc_str batch_id, anc_str before,
                                size_t limit, ing_dead_letter **ret, size_t *ret_n)
{
    (void)ing;
    *ret = anc_arena_alloc(call->mem, 1, sizeof **ret);
    *ret_n = *ret != NULL && before.len == 0 && limit > 0;
    if (*ret_n > 0)
        **ret = (ing_dead_letter){.id = ANC_STR("f-1"),
                                  .batch_id = batch_id,
                                  .collection = ANC_STR("default"),
                                  .document = ANC_STR("broken.html"),
                                  .source = ANC_STR("/papers/broken.html"),
                                  .bytes = 12,
                                  .stage = ANC_STR("parse"),
                                  .reason = ANC_STR("it is broken"),
                                  .attempts = 2,
                                  .at_ms = 1700000000000};
    return ANC_OK;
}

static anc_status find_letter(krn_call *call, anc_str id)
{
    if (double_is(id, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no dead letter nope");
    atomic_fetch_add(&doubles.puts, 1);
    return ANC_OK;
}

anc_status ing_dead_letter_delete(ing_service *ing, krn_call *call, anc_str id)
{
    (void)ing;
    return find_letter(call, id);
}

anc_status ing_dead_letter_replay(ing_service *ing, krn_call *call, anc_str id, ing_batch *ret)
{
    (void)ing;
    *ret = batch_of(ANC_STR("b-2"), ING_QUEUED, 0);
    return find_letter(call, id);
}

anc_status ing_batch_replay(ing_service *ing, krn_call *call, anc_str batch_id, ing_batch *ret)
{
    (void)ing;
    if (double_is(batch_id, "clean"))
        return ANC_FAIL(call->err, ANC_CONFLICT, "nothing of the batch is a dead letter");
    *ret = batch_of(ANC_STR("b-2"), ING_QUEUED, 0);
    return find_letter(call, batch_id);
}

anc_status ing_dead_letter_replay_all(ing_service *ing, krn_call *call, size_t limit,
                                      ing_batch **ret, size_t *ret_n)
{
    (void)ing;
    *ret = anc_arena_alloc(call->mem, 1, sizeof **ret);
    *ret_n = *ret != NULL && limit > 0;
    if (*ret_n > 0)
        **ret = batch_of(ANC_STR("b-3"), ING_QUEUED, 0);
    return ANC_OK;
}

size_t ing_active(const ing_service *ing)
{
    (void)ing;
    return 0;
}

/* ---- uploads: what came is kept as one text ------------------------------------------------ */

struct ing_upload {
    uint64_t documents;
};

anc_status ing_upload_open(ing_service *ing, krn_call *call, const ing_upload_request *request,
                           ing_upload **ret)
{
    (void)ing;
    if (double_is(request->collection, "full"))
        return ANC_FAIL(call->err, ANC_DISK_FULL, "the disk is full");
    *ret = calloc(1, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "an upload");
    (void)pthread_mutex_lock(&doubles.lock);
    double_keep(doubles.collection, sizeof doubles.collection, request->collection);
    double_keep(doubles.metadata, sizeof doubles.metadata, request->metadata);
    double_keep(doubles.acl, sizeof doubles.acl,
                request->n_acl > 0 ? request->acl[request->n_acl - 1] : ANC_STR(""));
    doubles.upload_len = 0;
    doubles.upload[0] = '\0';
    doubles.content_len = 0;
    (void)pthread_mutex_unlock(&doubles.lock);
    return ANC_OK;
}

static void keep_sent(anc_str text)
{
    (void)pthread_mutex_lock(&doubles.lock);
    const size_t room = sizeof doubles.upload - 1 - doubles.upload_len;
    const size_t n = text.len < room ? text.len : room;
    memcpy(doubles.upload + doubles.upload_len, text.ptr != NULL ? text.ptr : "", n);
    doubles.upload_len += n;
    doubles.upload[doubles.upload_len] = '\0';
    (void)pthread_mutex_unlock(&doubles.lock);
}

anc_status ing_upload_begin(ing_upload *upload, krn_call *call, ing_upload_kind kind, anc_str name,
                            anc_str content_type)
{
    (void)upload;
    (void)call;
    (void)content_type;
    keep_sent(kind == ING_UPLOAD_RECORD ? ANC_STR("<") : ANC_STR("<<"));
    keep_sent(name);
    keep_sent(ANC_STR("|"));
    return ANC_OK;
}

anc_status ing_upload_add(ing_upload *upload, krn_call *call, anc_str bytes)
{
    (void)upload;
    if (anc_str_find(bytes, ANC_STR("DISK-FULL")) != SIZE_MAX)
        return ANC_FAIL(call->err, ANC_DISK_FULL, "the disk is full");
    keep_sent(bytes);
    (void)pthread_mutex_lock(&doubles.lock);
    doubles.content_len += bytes.len;
    (void)pthread_mutex_unlock(&doubles.lock);
    return ANC_OK;
}

anc_status ing_upload_finish(ing_upload *upload, krn_call *call)
{
    (void)call;
    upload->documents++;
    keep_sent(ANC_STR(">"));
    return ANC_OK;
}

anc_status ing_upload_row(ing_upload *upload, krn_call *call, const struct kno_row *row)
{
    ANC_TRY(ing_upload_begin(upload, call, ING_UPLOAD_ROW, row->id, ANC_STR("")));
    ANC_TRY(ing_upload_add(upload, call, row->content));
    return ing_upload_finish(upload, call);
}

anc_status ing_upload_flush(ing_upload *upload, krn_call *call)
{
    (void)upload;
    (void)call;
    return ANC_OK;
}

anc_status ing_upload_end(ing_upload *upload, krn_call *call, anc_str broken, ing_batch *ret)
{
    if (upload->documents == 0)
        return ANC_FAIL(call->err, ANC_INVALID, "there is no document");
    if (broken.ptr != NULL) {
        keep_sent(ANC_STR("BROKEN "));
        keep_sent(broken);
        atomic_fetch_add(&doubles.broken_uploads, 1);
    }
    atomic_fetch_add(&doubles.puts, 1);
    *ret = batch_of(ANC_STR("b-9"), ING_QUEUED, 0);
    return ANC_OK;
}

anc_status ing_upload_discard(ing_upload *upload, krn_call *call)
{
    (void)upload;
    (void)call;
    atomic_fetch_add(&doubles.discarded_uploads, 1);
    return ANC_OK;
}

void ing_upload_close(ing_upload *upload)
{
    free(upload);
}

uint64_t ing_upload_documents(const ing_upload *upload)
{
    return upload->documents;
}

bool ing_upload_room(const ing_service *ing)
{
    (void)ing;
    return atomic_load(&doubles.room);
}

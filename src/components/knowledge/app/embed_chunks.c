/* embed_chunks.c - the texts that go through the model, and their vectors. */
#include <string.h>

#include "base/map.h"
#include "knowledge/domain/half.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/title_line.h"
#include "service_impl.h"

enum { BATCH = 64, BATCH_ARENA_BYTES = 64 << 20 };

/* What goes through the model for a chunk, in `mem`. */
static anc_status text_of(anc_arena *mem, anc_str title, anc_str text, const kno_chunk_record *k,
                          anc_str *ret, anc_err *err)
{
    ANC_BUF(out, KNO_TEXT_BYTES + KNO_TITLE_LINE_BYTES);
    const anc_str passage = anc_str_sub(text, k->start, k->end - k->start);
    ANC_TRY(kno_chunk_embed_text(title, k->heading, k->columns, passage, &out, err));
    const anc_str copy = anc_arena_copy(mem, anc_buf_view(&out));
    if (copy.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the text of a chunk");
    *ret = copy;
    return ANC_OK;
}

/* Which of the chunks to embed: those not known, each digest once. */
static anc_status choose(krn_call *call, const kno_chunk_record *chunks, const bool *known,
                         size_t n, size_t *out, size_t *ret_n)
{
    anc_map *seen = anc_map_new();
    if (seen == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to compare %zu chunks", n);
    size_t chosen = 0;
    bool room = true;
    for (size_t i = 0; room && i < n; i++) {
        const anc_str key = {(const char *)chunks[i].digest.bytes, sizeof chunks[i].digest.bytes};
        uint64_t first;
        if (known[i] || anc_map_find(seen, key, &first))
            continue;
        room = anc_map_put(seen, key, i);
        out[chosen++] = i;
    }
    anc_map_free(seen);
    if (!room)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to compare %zu chunks", n);
    *ret_n = chosen;
    return ANC_OK;
}

static anc_status embed_batch(emb_service *model, krn_call *call, anc_str title, anc_str text,
                              const kno_chunk_record *chunks, const size_t *chosen, size_t n,
                              uint32_t dims, emb_kind kind, unsigned char *out)
{
    ANC_ARENA(mem, BATCH_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to embed %zu chunks", n);
    anc_str *texts = anc_arena_alloc(mem, n, sizeof *texts);
    float *vectors = anc_arena_alloc(mem, n * dims, sizeof *vectors);
    if (texts == NULL || vectors == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(mem), "no room to embed %zu chunks", n);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(text_of(mem, title, text, &chunks[chosen[i]], &texts[i], call->err));
    krn_call inner = *call;
    inner.mem = mem;
    ANC_TRY(emb_embed(model, &inner, kind, texts, n, vectors, NULL));
    kno_half_pack(vectors, n * dims, out);
    return ANC_OK;
}

anc_status kno_embed_chunks(kno_service *kno, krn_call *call, emb_service *model, anc_str title,
                            anc_str text, const kno_chunk_record *chunks, const bool *known,
                            size_t n, const kno_embed_watch *watch, kno_vectors *ret)
{
    const emb_info_row info = emb_info(model);
    size_t *chosen = anc_arena_alloc(call->mem, n, sizeof *chosen);
    if (chosen == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room to embed %zu chunks", n);
    size_t count = 0;
    ANC_TRY(choose(call, chunks, known, n, chosen, &count));
    kno_digest *digests = anc_arena_alloc(call->mem, count, sizeof *digests);
    unsigned char *bytes = anc_arena_alloc(call->mem, count, (size_t)info.dims * 2);
    if (digests == NULL || bytes == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu vectors", count);
    const emb_kind kind = watch != NULL && watch->keeps ? EMB_PASSAGE : EMB_PASSAGE_ONCE;
    for (size_t at = 0; at < count; at += BATCH) {
        const size_t part = count - at < BATCH ? count - at : BATCH;
        ANC_TRY(krn_call_check(kno->with.clock, call));
        ANC_TRY(embed_batch(model, call, title, text, chunks, chosen + at, part, info.dims, kind,
                            bytes + at * info.dims * 2));
        if (watch != NULL)
            ANC_TRY(watch->on_block(watch->arg, chosen[at + part - 1] + 1));
    }
    for (size_t i = 0; i < count; i++)
        digests[i] = chunks[chosen[i]].digest;
    krn_count(kno->count.embedded, count);
    *ret = (kno_vectors){
        .model = info.revision, .dims = info.dims, .digests = digests, .bytes = bytes, .n = count};
    return ANC_OK;
}

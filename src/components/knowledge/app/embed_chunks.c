/* embed_chunks.c - the texts that go through the model, and their vectors. */
#include <string.h>

#include "base/map.h"
#include "base/utf8.h"
#include "knowledge/domain/half.h"
#include "service_impl.h"

enum { BATCH = 64, BATCH_ARENA_BYTES = 64 << 20 };

anc_str kno_embed_text(anc_arena *mem, anc_str title_line, anc_str passage)
{
    if (title_line.len == 0)
        return anc_arena_copy(mem, passage);
    return anc_arena_printf(mem, "%.*s\n%.*s", ANC_FMT(title_line), ANC_FMT(passage));
}

anc_str kno_title_line(kno_service *kno, anc_str title)
{
    const size_t most = emb_info(kno->with.embedding).max_tokens / 4;
    anc_str line = title;
    while (line.len > 0 && emb_count_tokens(kno->with.embedding, line, most) > most)
        line = anc_str_sub(line, 0, anc_utf8_floor(line, line.len * 3 / 4));
    return anc_str_trim(line);
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

static anc_status embed_batch(kno_service *kno, krn_call *call, anc_str title_line, anc_str text,
                              const kno_chunk_record *chunks, const size_t *chosen, size_t n,
                              uint32_t dims, unsigned char *out)
{
    ANC_ARENA(mem, BATCH_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to embed %zu chunks", n);
    anc_str *texts = anc_arena_alloc(mem, n, sizeof *texts);
    float *vectors = anc_arena_alloc(mem, n * dims, sizeof *vectors);
    if (texts == NULL || vectors == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(mem), "no room to embed %zu chunks", n);
    for (size_t i = 0; i < n; i++) {
        const kno_chunk_record *k = &chunks[chosen[i]];
        texts[i] = kno_embed_text(mem, title_line, anc_str_sub(text, k->start, k->end - k->start));
        if (texts[i].ptr == NULL)
            return ANC_FAIL(call->err, anc_arena_refusal(mem), "no room for the text of a chunk");
    }
    krn_call inner = *call;
    inner.mem = mem;
    ANC_TRY(emb_embed(kno->with.embedding, &inner, EMB_PASSAGE, texts, n, vectors, NULL));
    kno_half_pack(vectors, n * dims, out);
    return ANC_OK;
}

anc_status kno_embed_chunks(kno_service *kno, krn_call *call, anc_str title_line, anc_str text,
                            const kno_chunk_record *chunks, const bool *known, size_t n,
                            kno_vectors *ret)
{
    const emb_info_row info = emb_info(kno->with.embedding);
    size_t *chosen = anc_arena_alloc(call->mem, n, sizeof *chosen);
    if (chosen == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room to embed %zu chunks", n);
    size_t count = 0;
    ANC_TRY(choose(call, chunks, known, n, chosen, &count));
    kno_digest *digests = anc_arena_alloc(call->mem, count, sizeof *digests);
    unsigned char *bytes = anc_arena_alloc(call->mem, count, (size_t)info.dims * 2);
    if (digests == NULL || bytes == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu vectors", count);
    for (size_t at = 0; at < count; at += BATCH) {
        const size_t part = count - at < BATCH ? count - at : BATCH;
        ANC_TRY(krn_call_check(kno->with.clock, call));
        ANC_TRY(embed_batch(kno, call, title_line, text, chunks, chosen + at, part, info.dims,
                            bytes + at * info.dims * 2));
    }
    for (size_t i = 0; i < count; i++)
        digests[i] = chunks[chosen[i]].digest;
    krn_count(kno->count.embedded, count);
    *ret = (kno_vectors){
        .model = info.revision, .dims = info.dims, .digests = digests, .bytes = bytes, .n = count};
    return ANC_OK;
}

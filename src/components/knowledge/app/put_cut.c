/* put_cut.c - the extracted text cut into chunks, each with the digest of what is embedded. */
#include "base/str.h"
#include "hash/sha256.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"

typedef struct cutter {
    kno_put *put;
    size_t max_tokens;
    size_t cap;
} cutter;

static anc_status add_chunk(cutter *c, uint64_t start, uint64_t end)
{
    kno_put *put = c->put;
    if (put->n_chunks == KNO_MAX_CHUNKS)
        return ANC_FAIL(put->call.err, ANC_LIMIT,
                        "'%.*s' has more than %d chunks, the limit of "
                        "one document",
                        ANC_FMT(put->name), KNO_MAX_CHUNKS);
    const anc_str passage = anc_str_sub(put->view.bytes, start, end - start);
    kno_chunk_record *k = &put->chunks[put->n_chunks];
    *k = (kno_chunk_record){.ordinal = (uint32_t)put->n_chunks++, .start = start, .end = end};
    k->tokens = (uint32_t)emb_count_tokens(put->kno->with.embedding, passage, 100000);
    ANC_ARENA(mem, 16 << 20);
    if (mem == NULL)
        return ANC_FAIL(put->call.err, ANC_NO_MEMORY, "no memory");
    const anc_str text = kno_embed_text(mem, put->title_line, passage);
    if (text.ptr == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(mem), "no room for a chunk");
    return anc_sha256_of(text, k->digest.bytes, put->call.err);
}

anc_status kno_put_cut(kno_put *put)
{
    kno_put_stage_is(put, KNO_STAGE_CHUNK);
    put->title_line = kno_title_line(put->kno, put->version.title);
    put->chunks = anc_arena_alloc(put->call.mem, put->n_blocks, sizeof *put->chunks);
    if (put->chunks == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for the chunks");
    cutter c = {.put = put};
    for (size_t i = 0; i < put->n_blocks; i++)
        ANC_TRY(add_chunk(&c, put->blocks[i].start, put->blocks[i].end));
    return ANC_OK;
}

/* put_cut.c - the extracted text cut into chunks, each with the digest of what is embedded. */
#include <string.h>

#include "hash/sha256.h"
#include "knowledge/domain/chunker.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/places.h"
#include "knowledge/domain/title_line.h"
#include "put_impl.h"

/* Special tokens that a model of the BERT family puts around every text. */
enum { SPECIAL_TOKENS = 2, MOST_TOKENS = 1 << 20 };

typedef struct cut {
    kno_put *put;
    size_t cap;   /* of put->chunks */
    anc_buf text; /* what is kept of a chunk or embedded of it; used again for each */
} cut;

static size_t count_tokens(void *self, anc_str text)
{
    const kno_put *put = self;
    return emb_count_tokens(put->cut_with.emb, text, MOST_TOKENS);
}

static kno_chunk_record *next_chunk(cut *c)
{
    kno_put *put = c->put;
    if (put->n_chunks == c->cap) {
        const size_t cap = c->cap == 0 ? 16 : 2 * c->cap;
        kno_chunk_record *chunks = anc_arena_alloc(put->call.mem, cap, sizeof *chunks);
        if (chunks == NULL)
            return NULL;
        if (put->n_chunks > 0)
            memcpy(chunks, put->chunks, put->n_chunks * sizeof *chunks);
        put->chunks = chunks;
        c->cap = cap;
    }
    return &put->chunks[put->n_chunks++];
}

/* A copy of `line`; that of the chunk before is used again where it is the same. */
static anc_status keep_line(const kno_put *put, anc_str line, anc_str before, anc_str *ret,
                            anc_err *err)
{
    *ret = ANC_STR_NONE;
    if (line.len == 0)
        return ANC_OK;
    *ret = anc_str_eq(before, line) ? before : anc_arena_copy(put->call.mem, line);
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(put->call.mem), "no room for a heading");
    return ANC_OK;
}

static anc_status keep_places(cut *c, kno_chunk_record *k, anc_err *err)
{
    const kno_put *put = c->put;
    anc_buf_clear(&c->text);
    kno_places_write(put->blocks, put->n_blocks, k->start, k->end, &c->text);
    ANC_TRY(anc_buf_status(&c->text, "the places of a chunk", err));
    k->places = anc_arena_copy(put->call.mem, anc_buf_view(&c->text));
    if (k->places.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(put->call.mem), "no room for the places of a chunk");
    return ANC_OK;
}

static anc_status on_chunk(void *self, const kno_chunk_span *span, anc_err *err)
{
    cut *c = self;
    kno_put *put = c->put;
    kno_chunk_record *k = next_chunk(c);
    if (k == NULL)
        return ANC_FAIL(err, anc_arena_refusal(put->call.mem), "no room for the chunks of '%.*s'",
                        ANC_FMT(put->name));
    *k = (kno_chunk_record){.ordinal = span->ordinal,
                            .page = span->page,
                            .tokens = span->tokens,
                            .start = span->start,
                            .end = span->end};
    const kno_chunk_record none = {0};
    const kno_chunk_record *before = put->n_chunks > 1 ? k - 1 : &none;
    ANC_TRY(keep_line(put, span->heading, before->heading, &k->heading, err));
    ANC_TRY(keep_line(put, span->columns, before->columns, &k->columns, err));
    ANC_TRY(keep_places(c, k, err));
    const anc_str passage = anc_str_sub(put->view.bytes, k->start, k->end - k->start);
    anc_buf_clear(&c->text);
    ANC_TRY(
        kno_chunk_embed_text(put->version.title, k->heading, k->columns, passage, &c->text, err));
    return anc_sha256_of(anc_buf_view(&c->text), k->digest.bytes, err);
}

static anc_status feed(kno_put *put, kno_chunker *chunker)
{
    anc_err *err = put->call.err;
    for (size_t i = 0; i < put->n_blocks; i++) {
        const kno_block_span *span = &put->blocks[i];
        const kno_block block = {
            .kind = (kno_block_kind)span->kind,
            .level = span->level,
            .page = span->page,
            .header = span->header,
            .continues = span->continues,
            .start = span->start,
            .text = anc_str_sub(put->view.bytes, span->start, span->end - span->start)};
        ANC_TRY(krn_call_check(put->kno->with.clock, &put->call));
        ANC_TRY(kno_chunker_add(chunker, &block, err));
    }
    return kno_chunker_end(chunker, err);
}

/* The chunker knows no name of the document. */
static anc_status refuse_chunks(const kno_put *put)
{
    anc_err_clear(put->call.err);
    return ANC_FAIL(put->call.err, ANC_LIMIT,
                    "'%.*s' has more than %d chunks, the limit of one document: send it in parts",
                    ANC_FMT(kno_put_known_as(put)), KNO_CHUNKS);
}

anc_status kno_put_cut(kno_put *put)
{
    kno_put_stage_is(put, KNO_STAGE_CHUNK);
    const kno_collection_record *as = &put->collection;
    ANC_TRY(kno_model_of(put->kno, &put->call, as, &put->cut_with));
    const uint32_t window = emb_info(put->cut_with.emb).max_tokens;
    const bool own = as->chunk_tokens != 0 && as->chunk_tokens < window;
    cut c = {.put = put, .text = anc_buf_init(KNO_TEXT_BYTES + KNO_TITLE_LINE_BYTES)};
    const kno_chunker_options options = {
        .strategy = as->chunking == KNO_CHUNK_WHOLE ? KNO_BY_DOCUMENT : KNO_BY_STRUCTURE,
        .window_tokens = own ? as->chunk_tokens : window,
        .special_tokens = SPECIAL_TOKENS,
        .max_chunks = KNO_CHUNKS,
        .overlap_sentences = as->overlap_sentences,
        .title = put->version.title,
        .count = count_tokens,
        .count_self = put,
        .emit = on_chunk,
        .emit_self = &c};
    kno_chunker *chunker = kno_chunker_new(put->call.mem, &options);
    if (chunker == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for a chunker");
    const anc_status status = feed(put, chunker);
    anc_buf_done(&c.text);
    emb_let_go(&put->cut_with);
    return status == ANC_LIMIT && put->n_chunks == KNO_CHUNKS ? refuse_chunks(put) : status;
}

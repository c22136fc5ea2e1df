/* wordpiece.c - words cut into the longest known pieces. */
#include <stdlib.h>
#include <string.h>

#include "tokenizer_impl.h"

static const uint32_t hash_start = 0x811c9dc5, hash_factor = 0x01000193; /* of FNV-1a */

enum { MIN_SLOTS = 16, BYTES_MAX = 1 << 28 };

static const anc_str continues = ANC_STR_INIT("##");

/* FNV-1a, carried on from `hash`. */
static uint32_t hash_more(uint32_t hash, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * hash_factor;
    return hash;
}

/* FNV leaves the low bits weak; a slot is chosen by mixed ones. */
static uint32_t slot_of(uint32_t hash, uint32_t mask)
{
    return (hash ^ hash >> 15) * 0x9E3779B1u >> 7 & mask;
}

inf_tokenizer *inf_tokenizer_new(size_t pieces, inf_word_rules rules)
{
    size_t slots = MIN_SLOTS;
    while (slots < 2 * pieces)
        slots *= 2;
    inf_tokenizer *tok = calloc(1, sizeof *tok);
    if (tok == NULL)
        return NULL;
    tok->slots = calloc(slots, sizeof *tok->slots);
    if (tok->slots == NULL) {
        free(tok);
        return NULL;
    }
    tok->mask = (uint32_t)(slots - 1);
    tok->rules = rules;
    tok->bytes = anc_buf_init(BYTES_MAX);
    return tok;
}

void inf_tokenizer_close(inf_tokenizer *tok)
{
    if (tok == NULL)
        return;
    inf_unigram_free(tok->unigram);
    anc_buf_done(&tok->bytes);
    free(tok->slots);
    free(tok);
}

/* The slot of `prefix` + `rest` with this hash, or the free one where it would go. */
static inf_piece *find_slot(const inf_tokenizer *tok, uint32_t hash, anc_str prefix, anc_str rest)
{
    const size_t len = prefix.len + rest.len;
    for (uint32_t i = slot_of(hash, tok->mask);; i = (i + 1) & tok->mask) {
        inf_piece *slot = &tok->slots[i];
        if (slot->len == 0)
            return slot;
        if (slot->hash != hash || slot->len != len)
            continue;
        const char *bytes = tok->bytes.ptr + slot->at;
        if (memcmp(bytes, prefix.ptr, prefix.len) == 0 &&
            memcmp(bytes + prefix.len, rest.ptr, rest.len) == 0)
            return slot;
    }
}

bool inf_tokenizer_add(inf_tokenizer *tok, anc_str piece, uint32_t id)
{
    if (id >= tok->size)
        tok->size = id + 1;
    if (piece.len == 0 || piece.len > INF_PIECE_MAX_BYTES)
        return true;
    const uint32_t hash = hash_more(hash_start, piece.ptr, piece.len);
    inf_piece *slot = find_slot(tok, hash, ANC_STR(""), piece);
    if (slot->len == 0) {
        if (tok->pieces >= tok->mask / 2 + 1)
            return false;
        const size_t at = tok->bytes.len;
        if (!anc_buf_add(&tok->bytes, piece))
            return false;
        *slot = (inf_piece){.hash = hash, .at = (uint32_t)at, .len = (uint32_t)piece.len};
        tok->pieces++;
    }
    slot->id = id;
    const size_t plain = anc_str_starts(piece, continues) ? piece.len - continues.len : piece.len;
    if (plain > tok->longest)
        tok->longest = plain;
    return true;
}

bool inf_tokenizer_find(const inf_tokenizer *tok, anc_str piece, uint32_t *ret)
{
    if (piece.len == 0)
        return false;
    const uint32_t hash = hash_more(hash_start, piece.ptr, piece.len);
    const inf_piece *slot = find_slot(tok, hash, ANC_STR(""), piece);
    if (slot->len == 0)
        return false;
    *ret = slot->id;
    return true;
}

/* The longest piece that `word` has from character `first` on: one past its last character, or
 * `first` when there is none. */
static size_t longest_piece(const inf_tokenizer *tok, const inf_word *word, size_t first,
                            uint32_t *ret_id)
{
    uint32_t hashes[INF_WORD_MAX_CHARS];
    const size_t start = first > 0 ? word->end[first - 1] : 0;
    const anc_str prefix = first > 0 ? continues : ANC_STR("");
    uint32_t hash = hash_more(hash_start, prefix.ptr, prefix.len);
    size_t last = first, at = start;
    while (last < word->chars && word->end[last] - start <= tok->longest) {
        hash = hash_more(hash, word->bytes + at, word->end[last] - at);
        at = word->end[last];
        hashes[last++] = hash;
    }
    for (; last > first; last--) {
        const anc_str rest = {word->bytes + start, word->end[last - 1] - start};
        const inf_piece *slot = find_slot(tok, hashes[last - 1], prefix, rest);
        if (slot->len != 0) {
            *ret_id = slot->id;
            return last;
        }
    }
    return first;
}

/* The ids of one word; their count, at least 1. */
static size_t cut_word(const inf_tokenizer *tok, const inf_word *word,
                       uint32_t ids[INF_WORD_MAX_CHARS])
{
    size_t n = 0;
    ids[0] = tok->unk;
    if (word->chars > INF_WORD_MAX_CHARS)
        return 1;
    for (size_t at = 0; at < word->chars;) {
        const size_t end = longest_piece(tok, word, at, &ids[n]);
        if (end == at) {
            ids[0] = tok->unk;
            return 1;
        }
        at = end;
        n++;
    }
    return n;
}

size_t inf_wordpiece_take(const inf_tokenizer *tok, anc_str text, size_t max, uint32_t *ids,
                          bool *ret_more)
{
    inf_words words = inf_words_of(text, tok->rules);
    inf_word word;
    uint32_t pieces[INF_WORD_MAX_CHARS];
    size_t n = 0;
    bool more = false;
    while (!more && inf_words_next(&words, &word)) {
        const size_t got = cut_word(tok, &word, pieces);
        const size_t fit = got < max - n ? got : max - n;
        if (ids != NULL)
            memcpy(ids + n, pieces, fit * sizeof *ids);
        n += fit;
        more = fit < got;
    }
    *ret_more = more;
    return n;
}

/* tokenizer_impl.h - the two kinds of tokenizer, and the vocabulary of WordPiece: a hash table from
 * pieces to ids.
 *
 * Open addressing, linear probing, at most half full, no deletion. Pieces lie one behind the other
 * in `bytes`, those that continue a word with their "##". The hash runs over a piece from its first
 * byte on, so the hashes of all beginnings of a word come from one pass.
 */
#ifndef ANC_INFER_TOKENIZER_IMPL_H
#define ANC_INFER_TOKENIZER_IMPL_H

#include "infer/tokenizer.h"
#include "unigram_impl.h"
#include "words_impl.h"
#include "json/json.h"

enum { INF_VOCABULARY_MAX = 1 << 22, INF_PIECE_MAX_BYTES = INF_WORD_MAX_BYTES };

/* The special tokens around a text and between the two of a pair. */
enum { INF_BETWEEN_MAX = 2 };

typedef struct inf_frame {
    uint32_t first, last;
    uint32_t between[INF_BETWEEN_MAX];
    size_t n_between;
    uint8_t second; /* type of the second text and of `last` behind it */
} inf_frame;

typedef struct inf_piece {
    uint32_t hash;
    uint32_t at;  /* of its bytes */
    uint32_t len; /* 0: the slot is free */
    uint32_t id;
} inf_piece;

struct inf_tokenizer {
    inf_unigram *unigram; /* owned; NULL: WordPiece, and what follows is in use */
    inf_word_rules rules;
    inf_piece *slots; /* owned: [mask + 1] */
    uint32_t mask;
    uint32_t pieces; /* slots in use */
    uint32_t size;   /* greatest id + 1; of both kinds */
    size_t longest;  /* bytes of the longest piece, "##" not counted */
    anc_buf bytes;   /* owned */
    uint32_t unk;
    inf_frame frame; /* of both kinds */
};

/* An empty tokenizer with room for `pieces` pieces. NULL when memory is out. */
inf_tokenizer *inf_tokenizer_new(size_t pieces, inf_word_rules rules)
    ANC_OWNED_BY_CALLER(inf_tokenizer_close);

/* Adds a piece, or gives a known one another id; empty and over-long ones are left out, since no
 * text can hold them. At most as many as there is room for. False when memory is out. */
bool inf_tokenizer_add(inf_tokenizer *tok, anc_str piece, uint32_t id) ANC_MUST_CHECK;

/* The id of a whole piece ("[CLS]", "##ing"). */
bool inf_tokenizer_find(const inf_tokenizer *tok, anc_str piece, uint32_t *ret);

/* At most `max` pieces of `text` into `ids` (NULL: only counted); their count. Says in `ret_more`
 * whether there are others. */
size_t inf_wordpiece_take(const inf_tokenizer *tok, anc_str text, size_t max, uint32_t *ids,
                          bool *ret_more);

/* What a tokenizer.json says in `post_processor` (a json_value; NULL or null: nothing) about the
 * special tokens, else [CLS] and [SEP] by name (WordPiece only). CORRUPT, UNSUPPORTED. */
anc_status inf_frame_of_json(inf_tokenizer *tok, const json_value *post_processor,
                             anc_err *err) ANC_MUST_CHECK;

/* The frame by the names of its tokens; `twice`: two of them stand between the texts of a pair, and
 * types are all 0. CORRUPT names one that the vocabulary lacks. */
anc_status inf_frame_of_names(inf_tokenizer *tok, anc_str first, anc_str last, bool twice,
                              anc_err *err) ANC_MUST_CHECK;

#endif

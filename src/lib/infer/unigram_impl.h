/* unigram_impl.h - a text as the pieces whose scores have the greatest sum (SentencePiece's unigram
 * model as tokenizer.json has it).
 *
 * The text is normalised (steps_impl.h), its spaces become the mark of a word's beginning, it is cut
 * into words there, and each word into pieces by the best path (lattice_impl.h).
 */
#ifndef ANC_INFER_UNIGRAM_IMPL_H
#define ANC_INFER_UNIGRAM_IMPL_H

#include "infer/tokenizer.h"
#include "steps_impl.h"
#include "trie_impl.h"

enum { INF_UNIGRAM_PIECE_MAX_BYTES = 256, INF_BYTE_VALUES = 256 };

typedef enum inf_prepend { INF_PREPEND_ALWAYS, INF_PREPEND_FIRST, INF_PREPEND_NEVER } inf_prepend;

/* How a normalised text becomes words. */
typedef struct inf_word_marks {
    bool blanks;         /* words end at blanks, which go (WhitespaceSplit) */
    uint32_t mark;       /* stands for a space, mostly U+2581; 0: none does */
    inf_prepend prepend; /* where a text, or with `blanks` a word, is given a mark in front */
    bool split;          /* each mark begins a word */
} inf_word_marks;

typedef struct inf_unigram {
    inf_steps steps;
    inf_word_marks marks;
    inf_trie pieces; /* all that a text may hold: no special tokens */
    double *scores;  /* owned: of each id */
    uint32_t size;   /* ids */
    uint32_t unk;
    double unk_score;
    bool bytes; /* what no piece covers is given as the ids of its bytes */
    uint32_t byte_ids[INF_BYTE_VALUES];
} inf_unigram;

void inf_unigram_free(inf_unigram *u); /* NULL is a no-op */

/* From the root of a tokenizer.json whose model is "Unigram". CORRUPT, UNSUPPORTED, NO_MEMORY. */
anc_status inf_unigram_of_json(const json_value *root, inf_unigram **ret,
                               anc_err *err) ANC_MUST_CHECK;

/* As inf_wordpiece_take. */
size_t inf_unigram_take(const inf_unigram *u, anc_str text, size_t max, uint32_t *ids,
                        bool *ret_more);

#endif

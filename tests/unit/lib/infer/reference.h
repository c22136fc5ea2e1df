/* reference.h - the texts, token ids and vectors that the original libraries gave. */
#ifndef ANC_TESTS_UNIT_LIB_INFER_REFERENCE_H
#define ANC_TESTS_UNIT_LIB_INFER_REFERENCE_H

#include "base/str.h"

typedef struct reference_text {
    anc_str kind, text;
    uint32_t *ids;
    size_t n_ids;
} reference_text;

/* Rows of minilm-reference/texts.jsonl with the ids of `tokens` (a tokens.jsonl of the same
 * order), both paths complete. The number of rows; 0 when a file cannot be read. */
size_t reference_read(anc_arena *mem, const char *texts, const char *tokens, reference_text **ret);

typedef struct reference_pair {
    anc_str a, b;
    uint32_t *ids;
    uint8_t *types;
    size_t n_ids;
} reference_pair;

/* Rows of tiny-models/pairs.jsonl with the ids and types of `tokens`; as above. */
size_t reference_read_pairs(anc_arena *mem, const char *pairs, const char *tokens,
                            reference_pair **ret);

/* All floats of a file; NULL when it cannot be read. */
const float *reference_floats(anc_arena *mem, const char *path, size_t *ret_n);

#endif

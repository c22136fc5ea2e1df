/* tokenizer_reference.h - tokenizers against the ids that the original libraries gave. */
#ifndef ANC_TESTS_UNIT_LIB_INFER_TOKENIZER_REFERENCE_H
#define ANC_TESTS_UNIT_LIB_INFER_TOKENIZER_REFERENCE_H

#include "base/base.h"

/* Every id of minilm-reference/texts.jsonl with `prefix` in front, by the tokenizer of the folder
 * `model`, against the file `tokens`; but for the text where the original reads the names of
 * special tokens as those tokens. Skips where there is no data. */
void compare_texts(const char *model, const char *tokens, const char *prefix, size_t window);

/* The same with a folder of tiny-models, and with a cross-encoder's: ids and types of all pairs. */
void compare_small(const char *folder, const char *prefix);
void compare_pairs(const char *folder);

#endif

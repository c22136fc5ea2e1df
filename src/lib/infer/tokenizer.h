/* tokenizer.h - WordPiece: a text as the token ids that a BERT model reads.
 *
 * The text is cut into words (words_impl.h) and each word into the longest pieces that the
 * vocabulary has, from the left; a word that cannot be cut so, or of more than 100 characters, is
 * [UNK]. Literals such as "[SEP]" in a text are plain text. Immutable after opening: any thread.
 */
#ifndef ANC_INFER_TOKENIZER_H
#define ANC_INFER_TOKENIZER_H

#include "base/str.h"

typedef struct inf_tokenizer inf_tokenizer;

void inf_tokenizer_close(inf_tokenizer *tok); /* NULL is a no-op */

/* Reads `folder`/tokenizer.json, or where there is none vocab.txt with the flags of
 * tokenizer_config.json (lower case without it). NOT_FOUND, CORRUPT, UNSUPPORTED (another kind of
 * tokenizer), NO_MEMORY; the text names the file. */
anc_status inf_tokenizer_open(anc_str folder, inf_tokenizer **ret, anc_err *err) ANC_MUST_CHECK;

/* The same from a tokenizer.json, or a vocab.txt, in memory. */
anc_status inf_tokenizer_of_json(anc_str json, inf_tokenizer **ret, anc_err *err) ANC_MUST_CHECK;
anc_status inf_tokenizer_of_vocab(anc_str vocab, bool lower, inf_tokenizer **ret,
                                  anc_err *err) ANC_MUST_CHECK;

/* One more than the greatest id. */
uint32_t inf_tokenizer_size(const inf_tokenizer *tok);

/* [CLS] pieces [SEP] in `ids`, cut so that all is at most `max` (>= 2) long; the count. Says in
 * `ret_cut` (may be NULL) whether pieces were left out. */
size_t inf_tokenizer_encode(const inf_tokenizer *tok, anc_str text, size_t max, uint32_t *ids,
                            bool *ret_cut);

/* Pieces of `text` without [CLS] and [SEP]; counting stops at `max` + 1. */
size_t inf_tokenizer_count(const inf_tokenizer *tok, anc_str text, size_t max);

#endif

/* tokenizer.h - a text, or a pair of texts, as the token ids that a model of the BERT family reads.
 *
 * WordPiece: the text is cut into words (words_impl.h) and each word into the longest pieces that
 * the vocabulary has, from the left; a word that cannot be cut so, or of more than 100 characters,
 * is [UNK]. Unigram (XLM-RoBERTa): the pieces whose scores have the greatest sum (unigram_impl.h);
 * unknown neighbours are one <unk>. The tokens that stand around a text, here called [CLS] and
 * [SEP], are those that the model's files name (<s> and </s> of MPNet and XLM-RoBERTa). Literals
 * such as "[SEP]" in a text are plain text. Time is linear in the text; memory is bounded whatever
 * its length (a few kilobytes on the stack, at most about 7 MB for a word of one long run).
 * Immutable after opening: any thread.
 */
#ifndef ANC_INFER_TOKENIZER_H
#define ANC_INFER_TOKENIZER_H

#include "base/str.h"

typedef struct inf_tokenizer inf_tokenizer;

void inf_tokenizer_close(inf_tokenizer *tok); /* NULL is a no-op */

/* Reads `folder`/tokenizer.json, or where there is none vocab.txt with the flags and special tokens
 * of tokenizer_config.json and special_tokens_map.json (lower case, [CLS], [SEP], [UNK] where they
 * do not say). NOT_FOUND, CORRUPT, UNSUPPORTED (another kind of tokenizer), NO_MEMORY; the text
 * names the file. */
anc_status inf_tokenizer_open(anc_str folder, inf_tokenizer **ret, anc_err *err) ANC_MUST_CHECK;

/* The same from a tokenizer.json, or a vocab.txt, in memory. */
anc_status inf_tokenizer_of_json(anc_str json, inf_tokenizer **ret, anc_err *err) ANC_MUST_CHECK;
anc_status inf_tokenizer_of_vocab(anc_str vocab, bool lower, inf_tokenizer **ret,
                                  anc_err *err) ANC_MUST_CHECK;

/* Before its first use: texts are made lower case whatever the tokenizer's own files say; marks stay as those have it.
 * UNSUPPORTED of Unigram. */
anc_status inf_tokenizer_lower(inf_tokenizer *tok, anc_err *err) ANC_MUST_CHECK;

/* One more than the greatest id. */
uint32_t inf_tokenizer_size(const inf_tokenizer *tok);

/* [CLS] pieces [SEP] in `ids`, cut so that all is at most `max` long, of which nothing but [CLS] stays below 2; the
 * count. Says in `ret_cut` (may be NULL) whether pieces were left out. */
size_t inf_tokenizer_encode(const inf_tokenizer *tok, anc_str text, size_t max, uint32_t *ids,
                            bool *ret_cut);

/* [CLS] a [SEP] b [SEP], or what the model's files have in place of it (XLM-RoBERTa and MPNet:
 * <s> a </s> </s> b </s>), in `ids`, and in `types` 0 or 1 of each: 1 for `b` and what is behind it
 * where the model tells the two apart. So that all is at most `max` (>= INF_PAIR_MIN) long the
 * longer text is cut, and where that is not enough both are cut to halves, the odd piece to the
 * longer, to `b` when they are equal. An empty `b` (of no bytes) is no pair: [CLS] a [SEP], as the
 * original library has it. The count. */
enum { INF_PAIR_MIN = 5 };
size_t inf_tokenizer_encode_pair(const inf_tokenizer *tok, anc_str a, anc_str b, size_t max,
                                 uint32_t *ids, uint8_t *types, bool *ret_cut);

/* Pieces of `text` without [CLS] and [SEP]; counting stops at `max` + 1. */
size_t inf_tokenizer_count(const inf_tokenizer *tok, anc_str text, size_t max);

#endif

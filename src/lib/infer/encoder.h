/* encoder.h - texts to vectors, and pairs of texts to scores, by an encoder of the BERT family on the CPU, from a model
 * folder as it is published: BERT, DistilBERT, MPNet and XLM-RoBERTa; of BERT and XLM-RoBERTa also those with a
 * sequence classification of one label, which judge a pair (cross-encoders).
 *
 * A folder holds config.json, model.safetensors, and tokenizer.json or vocab.txt; where they are
 * there, sentence_bert_config.json gives the window (else tokenizer_config.json), 1_Pooling/config.json the pooling
 * (else the mean; a folder that modules.json names takes its place and must be there), modules.json whether vectors go through a matrix and whether they are divided by their length (else
 * they are), and config_sentence_transformers.json the prefixes of queries and passages and in truncate_dim how many
 * values of each vector are kept (Matryoshka).
 *
 * The layers' matrices are packed into memory (products.h says how), in f32, bf16 or int8, and may be kept in a file beside
 * the model; rows of the tables of embeddings are read from model.safetensors for every text, which stays open. No file is
 * mapped: of model.safetensors the open one counts where it is replaced or removed, and cut in place, texts fail with
 * CORRUPT. Any thread, any number at once.
 */
#ifndef ANC_INFER_ENCODER_H
#define ANC_INFER_ENCODER_H

#include "base/arena.h"
#include "base/status.h"
#include "infer/products.h"
#include "infer/turns.h"
#include "os/thread.h"

typedef struct inf_encoder inf_encoder;

typedef enum inf_kind { INF_PASSAGE, INF_QUERY } inf_kind; /* which prefix stands before a text */

/* Texts are borrowed while it opens. */
typedef struct inf_encoder_options {
    anc_str query_prefix;   /* ptr NULL: as the folder says */
    anc_str passage_prefix; /* likewise; a word ends where a prefix ends */
    bool unit_length;       /* also where the folder says that vectors keep their length */
    uint32_t
        dims; /* as many values of each vector, before its length is made 1; 0: as the folder says */
    const inf_kernels *kernels; /* NULL: the best for this CPU */
    inf_precision
        precision; /* of the matrices; of INF_INT8 the last of each layer is in bf16 where the CPU has
                     * fast products of it, else in f32 unless rows are wide (products.h) */
    const inf_product *product; /* of that precision; NULL: the best for this CPU */
    anc_str
        digest; /* names the bytes of the model, at most 128: the packed matrices are then kept in a file of the
                     * folder, made where it is not there, for the next opening; empty: they are not */
    inf_check
        unchanged; /* asked when the files have been read, before anything is kept under the digest: anything but OK
                          * ends the opening with that status */
} inf_encoder_options;

typedef struct inf_encoder_info {
    bool scores;         /* judges pairs: only inf_encoder_score; else only inf_encoder_encode */
    uint32_t dims;       /* 1 where it scores */
    uint32_t max_tokens; /* of a passage, special tokens included, its prefix not; of a pair */
    uint32_t layers;
    bool kept;           /* the packed matrices are in a file of the folder */
    const char *kernels; /* name of the set in use; literal */
    inf_precision precision;
    const char
        *product; /* name of the level of its products; that of the kernels for f32; literal */
} inf_encoder_info;

typedef struct inf_usage {
    uint64_t tokens;    /* run through the model, special tokens included */
    uint64_t truncated; /* texts that were cut at the window */
} inf_usage;

/* `options` may be NULL. Blocks for tenths of a second, where weights are packed for seconds. NOT_FOUND, CORRUPT,
 * UNSUPPORTED, NO_MEMORY, IO, INVALID (more dims than the model has, dims of a model that scores, a long prefix); the text
 * names the file, and where it is about a tensor also that, its shape and the one expected. */
anc_status inf_encoder_open(anc_str folder, const inf_encoder_options *options, inf_encoder **ret,
                            anc_err *err) ANC_MUST_CHECK;
void inf_encoder_close(inf_encoder *enc); /* after the last call; NULL is a no-op */

/* Names, below the folder, of the files that opening reads where they are there, in `mem`; always in the same order.
 * Errors of the small files as inf_encoder_open. */
anc_status inf_encoder_files(anc_arena *mem, anc_str folder, anc_str **ret, size_t *ret_n,
                             anc_err *err) ANC_MUST_CHECK;

/* The path of the file of the weights, in `mem`: in the folder, or below it where modules.json says so; it may not be
 * there. CORRUPT: modules.json is none. */
anc_status inf_encoder_weights(anc_arena *mem, anc_str folder, anc_str *ret,
                               anc_err *err) ANC_MUST_CHECK;

/* Whether the model is a cross-encoder, by its small files alone. Errors of those as inf_encoder_open. */
anc_status inf_encoder_scores(anc_str folder, bool *ret, anc_err *err) ANC_MUST_CHECK;

/* Any thread. */
inf_encoder_info inf_encoder_about(const inf_encoder *enc);

/* Vectors of `texts` [n] in `out` [n * dims], row-major. What a text gives does not depend on the
 * texts beside it beyond rounding. Blocks are shared out over `pool` and this thread; NULL: this
 * thread alone; `check` is asked between blocks (some 250 tokens a thread). `ret_usage` may be NULL. Blocks for
 * milliseconds to minutes. NO_MEMORY, INVALID where the model scores pairs, CORRUPT or IO where its file was cut or cannot
 * be read any more (the text names it), or what `check` said; `out` is then undefined. */
anc_status inf_encoder_encode(inf_encoder *enc, inf_kind kind, const anc_str *texts, size_t n,
                              os_pool *pool, inf_check check, float *out, inf_usage *ret_usage,
                              anc_err *err) ANC_MUST_CHECK;

typedef struct inf_pair {
    anc_str query, passage;
} inf_pair;

/* What the model thinks of each pair in `out` [n]: the greater, the better the passage answers; as the model gives it, not
 * brought into 0 to 1. A pair that does not fit the window is cut, the longer text first. All else as for
 * inf_encoder_encode. INVALID where the model gives vectors. */
anc_status inf_encoder_score(inf_encoder *enc, const inf_pair *pairs, size_t n, os_pool *pool,
                             inf_check check, float *out, inf_usage *ret_usage,
                             anc_err *err) ANC_MUST_CHECK;

/* The same, beside what others ask of the models of this process: blocks run as their turn comes, and with the blocks of
 * others. Also what inf_turns_run says. */
anc_status inf_encoder_encode_in_turn(inf_encoder *enc, inf_kind kind, const anc_str *texts,
                                      size_t n, const inf_turn *turn, float *out,
                                      inf_usage *ret_usage, anc_err *err) ANC_MUST_CHECK;
anc_status inf_encoder_score_in_turn(inf_encoder *enc, const inf_pair *pairs, size_t n,
                                     const inf_turn *turn, float *out, inf_usage *ret_usage,
                                     anc_err *err) ANC_MUST_CHECK;

/* Tokens of `text` without the special ones; counting stops at `max` + 1. Any thread. */
size_t inf_encoder_count_tokens(const inf_encoder *enc, anc_str text, size_t max);

#endif

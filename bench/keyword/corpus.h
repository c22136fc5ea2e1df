/* corpus.h - passages and queries as words that every engine takes alike, in files.
 *
 *   vocabulary   the words, a line each; word i stands in line i
 *   passages     per passage: uint32 words of the title, uint32 words in all, then the words as uint32 numbers
 *   queries-N    per query: N words as uint32 numbers
 *
 * Numbers as the machine has them. Passage i has the key "i".
 */
#ifndef ANC_BENCH_KEYWORD_CORPUS_H
#define ANC_BENCH_KEYWORD_CORPUS_H

#include "base/base.h"

enum {
    CORPUS_QUERIES = 500, /* of each length */
    CORPUS_LENGTHS = 3,   /* 2, 4, 8 words */
    CORPUS_MAX_WORDS = 8,
    CORPUS_MAX_PASSAGE = 1024 /* words: more are left out */
};

typedef struct corpus_passage {
    uint32_t n_title;
    uint32_t n; /* the title's among them */
    const uint32_t *words;
} corpus_passage;

typedef struct corpus {
    anc_str *words; /* [n_words] */
    size_t n_words;
    corpus_passage *passages; /* [n_passages] */
    size_t n_passages;
    const uint32_t *queries[CORPUS_LENGTHS]; /* [n_queries * words] */
    size_t n_queries[CORPUS_LENGTHS];
} corpus;

static inline unsigned corpus_words_of(size_t length)
{
    return 2u << length;
}

/* Makes the files in a folder that is there: so many passages of the shared collections (keyword.c says how). */
void corpus_make(size_t n_passages, const char *folder);

/* Reads them; it all lives as long as the program. */
corpus corpus_read(const char *folder);

/* Writes the first places of every query of a length as lines of passage numbers, in `folder`/`name`-N. */
void corpus_write_hits(const char *folder, const char *name, unsigned words, const uint32_t *hits,
                       size_t n_queries, size_t top);

#endif

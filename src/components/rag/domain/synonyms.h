/* synonyms.h - words of a question and the names of columns that answer them ("how old" and "Age").
 *
 * English, French and German, and for prices and measures also Spanish, Italian and Portuguese, each with each: a
 * question in one of them may be put to a table in another. Only names of columns are read so; in a sentence these
 * words mean too many other things.
 */
#ifndef ANC_RAG_DOMAIN_SYNONYMS_H
#define ANC_RAG_DOMAIN_SYNONYMS_H

#include "rag/domain/words.h"

enum {
    RAG_SYNONYMS_MAX = 32,      /* pairs of lists, so that a set of them is one number */
    RAG_SYNONYM_PRICE = 1 << 2, /* the pair that is about what something costs */
    RAG_SYNONYM_SIZE = 1 << 10, /* about how large something is */
    RAG_SYNONYM_PHONE = 1 << 5, /* about numbers to ring */
    RAG_SYNONYM_WEIGHT = 1 << 7,
    RAG_SYNONYM_HEIGHT = 1 << 8,
    RAG_SYNONYM_LENGTH = 1 << 9, /* in space or time */
    RAG_SYNONYM_WIDTH = 1 << 25,
    RAG_SYNONYM_DEPTH = 1 << 26,
    RAG_SYNONYM_SPEED = 1 << 27,
    RAG_SYNONYM_LENGTHS =
        RAG_SYNONYM_HEIGHT | RAG_SYNONYM_LENGTH | RAG_SYNONYM_WIDTH | RAG_SYNONYM_DEPTH,
    RAG_SYNONYM_PAY = 1 << 14, /* about what somebody earns */
};

typedef struct rag_synonyms {
    rag_words asked[RAG_SYNONYMS_MAX]; /* words of questions, by pair */
    rag_words named[RAG_SYNONYMS_MAX]; /* words of columns' names */
    size_t n;
} rag_synonyms;

/* The table with its words read as `language`, as those that they are compared with. LIMIT or NO_MEMORY when
 * `mem` is full. */
anc_status rag_synonyms_of(anc_arena *mem, txt_language language, rag_synonyms *ret,
                           anc_err *err) ANC_MUST_CHECK;

/* The pairs (a bit for each) whose questions, or whose columns' names, have the word of that key. */
uint32_t rag_synonyms_asked(const rag_synonyms *s, uint64_t key);
uint32_t rag_synonyms_named(const rag_synonyms *s, uint64_t key);

#endif

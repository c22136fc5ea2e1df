/* words.h - the postings of one word of a query in one block: of a term, of several readings of the
 * word, of all forms that begin so. Private to the engine.
 */
#ifndef ANC_ENGINE_WORDS_H
#define ANC_ENGINE_WORDS_H

#include "places.h"
#include "search.h"

/* One list of postings; `chunk` and `tf` are good while `more`. */
typedef struct eng_source {
    const eng_block *block;
    uint64_t languages; /* of the documents that count; 0: all do */
    bool is_form, more;
    uint32_t chunk, tf;
    union {
        eng_postings *postings; /* in the arena */
        eng_places places;
    } at;
} eng_source;

/* Postings of a term that all count: they may be walked as they are. */
static inline bool eng_source_is_plain(const eng_source *s)
{
    return !s->is_form && s->languages == 0;
}

typedef struct eng_sources {
    eng_source *items; /* [n] in the arena */
    size_t n;
} eng_sources;

/* At the first posting of each list of the terms [n] that the block has. LIMIT or NO_MEMORY. */
anc_status eng_sources_open(const eng_run *run, const eng_block *b, const eng_term_fact *terms,
                            size_t n, eng_sources *ret) ANC_MUST_CHECK;

void eng_source_next(eng_source *s);

/* Adds up in tf[chunk - start] what the lists say of the chunks [start, end), and moves past them. `tf`
 * is zeroed first; windows ascend. */
void eng_sources_sum(eng_sources *sources, uint32_t start, uint32_t end, uint32_t *tf);

/* Fills df and idf of the terms, which become words: run->words. */
anc_status eng_words_weigh(eng_run *run, eng_result *result) ANC_MUST_CHECK;

#endif

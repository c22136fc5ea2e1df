/* reading.h - the words of a question as the terms that an index has.
 *
 * A collection can hold documents in several languages, and a word only meets the stem of its own. So a
 * word is read in each of them: "écoles" is ecole to English, ecol to French, and what stands in a
 * document of either is found. The readings of a word count as one word, and each is one in documents
 * of its languages only: "notes" is not to French, which must not find the English "not".
 * Words inside of a word (text/analyze.h) are words of their own behind it, worth half of one.
 */
#ifndef ANC_SEARCH_DOMAIN_READING_H
#define ANC_SEARCH_DOMAIN_READING_H

#include "search/domain/marks.h"
#include "text/language.h"

/* All readings together; in a longer question fewer languages are tried. */
enum { SRCH_MAX_QUERY_TERMS = 4096 };

typedef struct srch_query_term {
    anc_str text;
    float weight;
    bool is_stop;  /* scored only where the whole query is stop words */
    bool begins;   /* every word that begins with `text`, whatever its ending */
    uint32_t word; /* readings of one word stand side by side and share a number; 0: the only one */
    uint32_t languages; /* bits of txt_language: it is that word in their documents; 0: in all */
} srch_query_term;

/* Which words there are, and which of them are function words, is for languages[0] to say. `wishes`: as
 * for srch_demands_of; where they do not bind, what was given as the beginning of a word is looked for
 * as a word too. In `mem`; `ret_words` counts words. LIMIT or NO_MEMORY from the arena. */
anc_status srch_words_read(anc_arena *mem, const srch_marked *marked, const txt_language *languages,
                           size_t n_languages, bool wishes, srch_query_term **ret, size_t *ret_n,
                           size_t *ret_words, anc_err *err) ANC_MUST_CHECK;

#endif

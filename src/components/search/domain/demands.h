/* demands.h - a query's marks as conditions on passages, in the terms of one collection's languages.
 *
 * A marked word that is one word asks for its stem, so +tax finds taxes, and so does a single word in
 * quotes without a sign: people put them around names and doubtful words. Everything else, a code with a
 * hyphen too, is a phrase of forms: the words as written but for case and accents, one behind the other,
 * elided articles left out ("l'eau" and "d'eau" are both eau). Where a collection has several
 * languages, each of them may read the mark in its own way.
 */
#ifndef ANC_SEARCH_DOMAIN_DEMANDS_H
#define ANC_SEARCH_DOMAIN_DEMANDS_H

#include "search/domain/marks.h"
#include "text/language.h"

typedef enum srch_wording_kind {
    SRCH_HAS_TERM,   /* the term words[0] */
    SRCH_HAS_PHRASE, /* the forms words [n_words], each right behind the other */
    SRCH_HAS_PREFIX  /* a form that begins with words[0] */
} srch_wording_kind;

typedef struct srch_wording {
    srch_wording_kind kind;
    anc_str *words; /* [n_words] */
    size_t n_words;
    uint32_t languages; /* of a term: bits of txt_language, in whose documents it is; 0: in all */
} srch_wording;

/* A condition on a passage and its title. */
typedef struct srch_demand {
    srch_wording *any; /* [n_any] one of these is there */
    size_t n_any;
    bool excluded; /* none of them is there */
} srch_demand;

typedef struct srch_demands {
    srch_demand *items;
    size_t n;
    size_t words; /* of all marks, for a limit on the query */
} srch_demands;

/* In `mem`. A mark without words, and a function word to exclude, demand nothing. `wishes`: whether
 * unsigned marks bind. LIMIT or NO_MEMORY from the arena. */
anc_status srch_demands_of(anc_arena *mem, const srch_marked *marked, const txt_language *languages,
                           size_t n_languages, bool wishes, srch_demands *ret,
                           anc_err *err) ANC_MUST_CHECK;

#endif

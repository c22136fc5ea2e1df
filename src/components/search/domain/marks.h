/* marks.h - what a query says about its own words.
 *
 *   "some words"     a phrase: looked for as it stands, given up where nobody wrote it
 *   +word            must be in the passage or its title, whatever its ending
 *   -word            must not
 *   +"some words"    as a phrase, and must
 *   -"some words"    as a phrase, and must not
 *   begin*           some word that begins so; also with + and -
 *
 * People ask in sentences, so what only looks like a mark is text: a sign stands at the start of a word
 * and before a letter (well-known, a - b, -5, +33) or a year (-2020), a word to exclude has two letters or more (tar -x),
 * quotes come in pairs around words (5" pipe), a star ends a word of three letters or more. The quotes
 * are "…", “…” and «…».
 */
#ifndef ANC_SEARCH_DOMAIN_MARKS_H
#define ANC_SEARCH_DOMAIN_MARKS_H

#include "base/arena.h"

enum { SRCH_MAX_MARKS = 64 };

typedef enum srch_mark_kind {
    SRCH_MARK_WISH, /* without a sign: binds where anything has it */
    SRCH_MARK_MUST,
    SRCH_MARK_MUST_NOT
} srch_mark_kind;

typedef struct srch_mark {
    srch_mark_kind kind;
    bool quoted;  /* a phrase, even of one word */
    bool prefix;  /* the beginning of a word */
    anc_str text; /* view into the query: no sign, quotes or star */
    size_t at;    /* byte of srch_marked.words where it stands; of what is excluded: 0 */
} srch_mark;

typedef struct srch_marked {
    anc_str words; /* what is searched as words and by meaning: signs and excluded words left out */
    srch_mark *marks;
    size_t n;
} srch_marked;

/* Reads `query`, valid UTF-8, which has to outlive the result. Without signs `words` is the query
 * itself. INVALID with "/query" past SRCH_MAX_MARKS; LIMIT or NO_MEMORY from the arena. */
anc_status srch_marks_read(anc_arena *mem, anc_str query, srch_marked *ret,
                           anc_err *err) ANC_MUST_CHECK;

#endif

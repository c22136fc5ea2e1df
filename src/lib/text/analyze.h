/* analyze.h - a text as the terms it can be found by (libstemmer and utf8proc behind this header).
 *
 * A word is a run of letters, digits and marks. It is folded (normalize.h), stemmed by its
 * language and freed of accents, in this order. Elided articles are dropped (l'eau, dell'arte),
 * the English 's too. What people type as one thing stays findable as one thing: codes, numbers,
 * dates, addresses and URLs give the whole and its parts, the whole at the position of the first
 * part. In the whole a code of letters and digits loses its hyphens (E-42 is e42), an acronym its
 * points (U.S.A. is usa), a number its thousands separators; a decimal comma becomes a point.
 * Scripts without spaces give overlapping pairs of characters.
 * Who asks for it gets the words inside of a word as well: of an identifier (getUserName), of a German
 * compound (Mietvertrag), behind it and at its position.
 *
 * The same text, language and options always give the same terms, so a question and a document
 * meet. Terms are at most TXT_TERM_BYTES long; what is longer is cut.
 */
#ifndef ANC_TEXT_ANALYZE_H
#define ANC_TEXT_ANALYZE_H

#include "base/arena.h"
#include "text/language.h"

enum { TXT_TERM_BYTES = 64 };

typedef struct txt_term {
    anc_str text;      /* in the arena, terminated */
    anc_str form;      /* the same with its ending, as phrases are compared; may be `text` itself */
    uint32_t position; /* counts words from 0; a whole and its first part share one */
    uint32_t start;    /* bytes of the analysed text that the term stands for */
    uint32_t end;
    bool stop;  /* a function word of the language */
    bool whole; /* a joined form whose parts follow */
    bool inner; /* a word inside of the one before it; its form is empty: no phrase has it */
} txt_term;

typedef struct txt_analyze_options {
    bool keep_endings; /* no stemming */
    bool parts_only;   /* no joined forms */
    bool inner_words;  /* words inside of words too */
} txt_analyze_options;

/* The terms of `text` (valid UTF-8, below 4 GiB) in order of position, `options` may be NULL.
 * LIMIT or NO_MEMORY when the arena is full. */
anc_status txt_analyze(anc_arena *mem, anc_str text, txt_language language,
                       const txt_analyze_options *options, txt_term **ret_terms, size_t *ret_count,
                       anc_err *err) ANC_MUST_CHECK;

#endif

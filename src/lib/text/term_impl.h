/* term_impl.h - one word made into a term: folded, flagged, stemmed, freed of accents. */
#ifndef ANC_TEXT_TERM_IMPL_H
#define ANC_TEXT_TERM_IMPL_H

#include "text/analyze.h"

struct sb_stemmer;

typedef struct txt_termer {
    struct sb_stemmer *stemmer; /* owned; NULL where words keep their endings */
    txt_language language;
} txt_termer;

/* NO_MEMORY when the stemmer cannot be made. */
anc_status txt_termer_init(txt_termer *t, txt_language language, bool stem,
                           anc_err *err) ANC_MUST_CHECK;
void txt_termer_done(txt_termer *t);

typedef struct txt_made {
    char text[TXT_TERM_BYTES]; /* stemmed */
    char form[TXT_TERM_BYTES]; /* with its ending */
    size_t len, form_len;
    bool stop; /* a function word */
} txt_made;

/* What `raw` becomes; len is 0 when nothing is left of it. Words with digits or signs keep their
 * endings. */
void txt_term_make(const txt_termer *t, anc_str raw, txt_made *ret);

enum { TXT_INNER_WORDS = 6 };

/* A word inside of another one, which stands in its bytes [start, end). */
typedef struct txt_inner {
    txt_made made;
    size_t start, end;
} txt_inner;

/* The words inside of `raw`, of which `form` was made; 0 where there are none. */
size_t txt_inner_words(const txt_termer *t, anc_str raw, anc_str form,
                       txt_inner ret[TXT_INNER_WORDS]);

/* Whether a word before an apostrophe is elided (l', qu', dell') and means nothing by itself. */
bool txt_is_elision(txt_language language, anc_str word);

/* Whether a word behind an apostrophe is an ending (boat's, they're). */
bool txt_is_contraction(txt_language language, anc_str word);

#endif

/* steps_impl.h - a text normalised as a tokenizer.json says, one code point at a time.
 *
 * Each step takes from the one before it, so no copy of the text is made. Bytes that are not UTF-8
 * count as U+FFFD each.
 */
#ifndef ANC_INFER_STEPS_IMPL_H
#define ANC_INFER_STEPS_IMPL_H

#include "charsmap_impl.h"
#include "text/unicode.h"
#include "json/json.h"

enum { INF_STEPS_MAX = 12, INF_PATTERN_MAX = 16, INF_CONTENT_MAX_BYTES = 64 };
enum { INF_STRIPS_MAX = 2, INF_GROWTH_MAX = 16 };

typedef enum inf_step_kind {
    INF_STEP_MAP,     /* Precompiled */
    INF_STEP_FORM,    /* NFC, NFD, NFKC, NFKD; one in all */
    INF_STEP_LOWER,   /* Lowercase */
    INF_STEP_UNMARK,  /* StripAccents: marks go */
    INF_STEP_STRIP,   /* blanks at the ends go */
    INF_STEP_REPLACE, /* a text by another */
    INF_STEP_RUN,     /* `least` or more of one code point by a text */
} inf_step_kind;

typedef struct inf_step {
    inf_step_kind kind;
    txt_form form;
    bool left, right;                  /* of STRIP */
    uint32_t pattern[INF_PATTERN_MAX]; /* of REPLACE; pattern[0] of RUN */
    size_t n_pattern;
    size_t least;                        /* of RUN: 1 to INF_PATTERN_MAX */
    char content[INF_CONTENT_MAX_BYTES]; /* UTF-8 */
    size_t n_content;
} inf_step;

typedef struct inf_steps {
    inf_step step[INF_STEPS_MAX];
    size_t n;
    inf_charsmap *map; /* owned; NULL without a step MAP */
    bool has_form;
    size_t
        strips; /* steps STRIP that take blanks from the right: each looks ahead through those before */
    size_t growth; /* how many times longer all steps REPLACE and RUN may make a text */
} inf_steps;

void inf_steps_done(inf_steps *steps);

/* A `normalizer` of a tokenizer.json; null or NULL: no steps. UNSUPPORTED names what is not known;
 * CORRUPT, NO_MEMORY. To be given to inf_steps_done whatever comes back. */
anc_status inf_steps_of_json(const json_value *normalizer, inf_steps *ret,
                             anc_err *err) ANC_MUST_CHECK;

/* Where one step is. */
typedef struct inf_stage {
    uint32_t queue[INF_PATTERN_MAX]; /* taken from the step before, not yet given */
    uint32_t n;
    uint32_t singles; /* of the queue: they belong to a cluster that is mapped one by one */
    uint32_t last;    /* of the cluster that goes on, 0: none does */
    int32_t state;    /* of the clusters */
    bool begun;       /* something was given; not of MAP, FORM and LOWER */
    size_t inner;     /* of STRIP: so many blanks are known not to be the end */
    anc_str out;      /* given before anything else */
} inf_stage;

/* The run that a step FORM is in. */
typedef struct inf_run {
    uint32_t out[TXT_RUN_FORMED];
    uint32_t n, next;
} inf_run;

typedef struct inf_chars {
    const inf_steps *steps; /* borrowed */
    anc_str text;           /* borrowed */
    size_t at;
    bool cut_left; /* a step took the first characters away (as the original, MAP not counted) */
    inf_stage stages[INF_STEPS_MAX];
    inf_run run; /* last: it is copied only where there is a step FORM */
} inf_chars;

void inf_chars_begin(inf_chars *chars, const inf_steps *steps, anc_str text);

/* The next code point; false at the end. */
bool inf_chars_next(inf_chars *chars, uint32_t *ret);

#endif

/* docx_impl.h - the parts of a DOCX reader: styles, lists, equations, the body. */
#ifndef ANC_PARSE_DOCX_IMPL_H
#define ANC_PARSE_DOCX_IMPL_H

#include "base/map.h"
#include "flow_impl.h"
#include "opc_impl.h"
#include "xml_impl.h"

enum {
    PRS_DOCX_LEVELS = 9,     /* of lists and outlines */
    PRS_DOCX_NO_OUTLINE = 9, /* as the format itself says it */
    PRS_DOCX_NO_LIST = 0     /* the same of numId */
};

/* Prefixes of the format, with the namespaces of its two forms. */
extern const prs_xml_space prs_docx_spaces[];
extern const size_t prs_docx_n_spaces;

/* Whether a property that may be said without a value holds. */
bool prs_docx_is_on(anc_str value);

enum { PRS_DOCX_SIGN = 4 };

/* The sign that `hex`, a code point, stands for in a font: its UTF-8 in `out`. Gives its bytes; 0: no
 * sign that text has. */
size_t prs_docx_sign(anc_str hex, anc_str font, char out[PRS_DOCX_SIGN]);

/* ---- styles ----------------------------------------------------------------------------------- */

typedef struct prs_docx_style {
    uint32_t based_on;        /* its number from 1; 0: none */
    uint32_t list;            /* numId; UINT32_MAX: not said */
    uint8_t outline;          /* 0 to 8, PRS_DOCX_NO_OUTLINE; UINT8_MAX: not said */
    uint8_t level;            /* of the list; UINT8_MAX: not said */
    bool defined, is_heading; /* is_heading: by its name, `outline` says which */
    bool is_title;
} prs_docx_style;

typedef struct prs_docx_styles {
    anc_map *numbers;       /* owned: id of a style to its number, from 1 */
    prs_docx_style *styles; /* owned: [n] */
    uint32_t n, cap;
} prs_docx_styles;

void prs_docx_styles_done(prs_docx_styles *s);
bool prs_docx_read_styles(prs_archive *a, const char *name, prs_docx_styles *ret) ANC_MUST_CHECK;

/* What a paragraph of the style (an id; may be unknown) is, bases included. */
prs_docx_style prs_docx_style_of(const prs_docx_styles *s, anc_str id);

/* ---- lists ------------------------------------------------------------------------------------ */

typedef struct prs_docx_lists prs_docx_lists;

void prs_docx_lists_free(prs_docx_lists *l); /* NULL is a no-op */

/* Reads the definitions; `name` "" gives none. `*ret` is set and to be freed in any case. */
bool prs_docx_read_lists(prs_archive *a, const char *name, prs_docx_lists **ret) ANC_MUST_CHECK;

/* Counts one item more of the list `number` at `level` and appends its mark: "3.", "a)", "-" for a
 * bullet, nothing where it has none. False when there is no such list. */
bool prs_docx_next_mark(prs_docx_lists *l, uint32_t number, unsigned level, anc_buf *mark);

/* ---- equations -------------------------------------------------------------------------------- */

enum { PRS_DOCX_MATH_DEPTH = 32 };

typedef enum prs_docx_math_part {
    PRS_MATH_OTHER,
    PRS_MATH_NUMERATOR,
    PRS_MATH_DENOMINATOR,
    PRS_MATH_ABOVE,
    PRS_MATH_BELOW,
    PRS_MATH_ROOT,
    PRS_MATH_DEGREE,
    PRS_MATH_BRACKETS,
    PRS_MATH_SUM,
    PRS_MATH_ROW
} prs_docx_math_part;

/* An equation as a line: "mλ/a", "x^2", "√(a+b)". */
typedef struct prs_docx_math {
    anc_buf text;
    struct {
        prs_docx_math_part part;
        size_t from;
        char open[8], close[8], sign[8]; /* of brackets and sums */
    } parts[PRS_DOCX_MATH_DEPTH];
    unsigned depth;
} prs_docx_math;

void prs_docx_math_begin(prs_docx_math *m, prs_docx_math_part part);
void prs_docx_math_end(prs_docx_math *m);
void prs_docx_math_text(prs_docx_math *m, anc_str text);
/* Signs of the innermost brackets or sum. */
void prs_docx_math_sign(prs_docx_math *m, char which, anc_str sign); /* which: '(', ')' or 'S' */

/* ---- the body --------------------------------------------------------------------------------- */

typedef struct prs_docx {
    prs_archive *a;
    prs_emitter *e;
    prs_docx_styles styles;
    prs_docx_lists *lists; /* owned */
    anc_map *notes;        /* owned: "f12" or "e3" to where its text begins in note_texts */
    anc_buf note_texts;    /* each terminated */
    bool pages;            /* the breaks that Word left are all there */
} prs_docx;

/* Sets d->pages. */
bool prs_docx_find_pages(prs_docx *d, const char *main) ANC_MUST_CHECK;

/* Reads notes ('f' at the foot, 'e' at the end) into `d`. */
bool prs_docx_read_notes(prs_docx *d, const char *name, char kind) ANC_MUST_CHECK;
bool prs_docx_read_body(prs_docx *d, const char *name) ANC_MUST_CHECK;

#endif

/* html_impl.h - elements and attributes by what they mean to a reader of text. */
#ifndef ANC_PARSE_HTML_IMPL_H
#define ANC_PARSE_HTML_IMPL_H

#include "base/str.h"

typedef enum prs_tag {
    PRS_TAG_INLINE,
    PRS_TAG_BLOCK,
    PRS_TAG_DROP,   /* never text */
    PRS_TAG_CHROME, /* about the page, not of it */
    PRS_TAG_EDGE,   /* chrome too, except inside the main content */
    PRS_TAG_FORM,
    PRS_TAG_HEADING,
    PRS_TAG_LIST,
    PRS_TAG_ITEM,
    PRS_TAG_TERM,
    PRS_TAG_DEFINITION,
    PRS_TAG_TABLE,
    PRS_TAG_HEADER_ROWS,
    PRS_TAG_ROW,
    PRS_TAG_CELL,
    PRS_TAG_CODE,
    PRS_TAG_QUOTE,
    PRS_TAG_BREAK,
    PRS_TAG_TITLE,
    PRS_TAG_MAIN,
    PRS_TAG_ARTICLE
} prs_tag;

prs_tag prs_tag_of(const char *name); /* in lower case */

typedef enum prs_place { PRS_PLACE_NORMAL, PRS_PLACE_HIDDEN, PRS_PLACE_MAIN } prs_place;

/* What an attribute says about its element. */
prs_place prs_place_of(const char *name, const char *value);

/* What the parser comes to: an element that begins or ends, or text. */
enum { PRS_HTML_START = 'S', PRS_HTML_END = 'E', PRS_HTML_TEXT = 'T' };

typedef struct prs_html_event {
    char kind;
    prs_tag tag;
    prs_place place; /* of a start */
    char letters[2]; /* of a start: the first of its name */
    uint8_t columns; /* of a cell: over how many it goes */
    uint16_t rows;   /* the same; PRS_CELL_TO_THE_END */
    anc_str text;
} prs_html_event;

enum { PRS_CELLS = 64, PRS_CELL_BYTES = 200, PRS_CELL_TO_THE_END = 65534 };

/* What an attribute of a cell says about its columns and rows. */
void prs_cell_span(const char *name, const char *value, prs_html_event *cell);

/* What reaches down from a cell above. */
typedef struct prs_cell_below {
    unsigned rows;     /* still to come; PRS_CELL_TO_THE_END stays */
    unsigned char len; /* of its text; UINT8_MAX: too long to be said again */
    char text[PRS_CELL_BYTES];
} prs_cell_below;

/* Where in a table's row one is, and what reaches into it from above: up to PRS_CELLS columns; those behind
 * have no cells of more than one row. The emitter's open block is the row. */
typedef struct prs_cells {
    unsigned column, written, open;
    unsigned count; /* cells of the row so far, those from above too */
    bool own;       /* the row has one of its own */
    prs_cell_below below[PRS_CELLS];
} prs_cells;

struct prs_emitter;

void prs_cells_begin_table(prs_cells *c);
void prs_cells_begin_row(prs_cells *c);
bool prs_cells_enter(prs_cells *c, struct prs_emitter *e, const prs_html_event *cell);
void prs_cells_text(prs_cells *c, anc_str text); /* of the cell that was entered last */
bool prs_cells_end_row(prs_cells *c, struct prs_emitter *e);

/* A page's events in order, as long as they are not too many. */
typedef struct prs_tape {
    anc_buf bytes; /* owned */
    bool full;     /* some were left out; it is empty then */
} prs_tape;

void prs_tape_init(prs_tape *tape);
void prs_tape_done(prs_tape *tape);
void prs_tape_add(prs_tape *tape, const prs_html_event *event);

/* The next event; false at the end. Begin with `rest` the tape's bytes. */
bool prs_tape_next(anc_str *rest, prs_html_event *ret);

/* What a page's bytes go through before libxml2 sees them: tags of more than 64 KiB or 1,000 attributes lose
 * what is behind that. Begin with zeros. */
typedef struct prs_html_guard {
    unsigned where;
    unsigned attributes, dashes, matched, n_name;
    size_t bytes; /* of the tag */
    char name[8], quote;
    bool slash, fresh, cutting, closing;
} prs_html_guard;

/* Cuts what is kept next off `s`; nothing at the end of `s`. Good until the next call. */
anc_str prs_html_guard_take(prs_html_guard *g, anc_str *s);

#endif

/* pdf_impl.h - what the readers of a PDF's boxes share: a page of words, cut into rows.
 *
 *   pdf.c         the child that reads the file, and what its failures mean
 *   pdf_boxes.c   its output, piece by piece, into pages of words
 *   pdf_rows.c    words of a page into rows of cells, in reading order
 *   pdf_gaps.c    columns that stand one blank apart
 *   pdf_edges.c   headers and footers that repeat from page to page
 *   pdf_lines.c   rows of one cell: headings, list items, lines of a paragraph
 *   pdf_header.c  the row of a table that names its columns
 *   pdf_names.c   whether it is unlike the rows below
 *   pdf_table.c   the rows of a table, its empty cells, and where it goes on
 *   pdf_text.c    pages into blocks
 *
 * Lengths are points (1/72 inch), y grows downwards.
 */
#ifndef ANC_PARSE_PDF_IMPL_H
#define ANC_PARSE_PDF_IMPL_H

#include "parse_impl.h"

enum {
    PRS_PDF_PAGE_WORDS = 200000, /* on one page */
    PRS_PDF_AHEAD = 4,    /* pages that are known before a page is read, and remembered after */
    PRS_PDF_EDGE_ROWS = 3 /* at the top and at the bottom, that may be headers and footers */
};

typedef struct prs_box {
    float x0, y0, x1, y1;
} prs_box;

typedef struct prs_pdf_word {
    prs_box box;
    uint32_t at, len; /* in the page's text */
    uint32_t line, block;
    bool apart; /* begins a cell, however near it is to the word before */
} prs_pdf_word;

/* Words that stand together: a line of prose, or a cell. */
typedef struct prs_pdf_cell {
    prs_box box;
    uint32_t first, n; /* words */
    uint32_t line, block;
    float size; /* height of its type */
    bool right_to_left, upright;
    bool tight; /* so near to the cell before it in its row that they are one */
} prs_pdf_cell;

typedef struct prs_pdf_row {
    uint32_t first, n; /* cells */
    uint32_t columns;  /* cells that stand apart */
    uint32_t order;
    float y0, y1;
    bool dropped; /* a header or footer that repeats */
    bool apart;   /* the first of those: no text goes on over it */
} prs_pdf_row;

/* What the program took for one block. */
typedef struct prs_pdf_block {
    prs_box box;
    float leading; /* the usual distance from line to line; 0 with one line */
    float size;    /* of its largest word */
    uint32_t lines, words;
} prs_pdf_block;

/* A row at the edge of a page, to be compared with those of other pages. */
typedef struct prs_pdf_edge {
    uint64_t words; /* digest of the text with its numbers masked; 0: there is no such row */
    uint32_t numbers[4];
    unsigned n_numbers;
    uint32_t row;
    float y;
    bool only_numbers;
} prs_pdf_edge;

typedef struct prs_pdf_page {
    uint32_t number; /* from 1 */
    float width, height;
    float body;  /* size of its running text; 0 with little text */
    float right; /* where the text of several lines ends */
    anc_buf text;
    prs_pdf_word *words;
    prs_pdf_cell *cells;
    prs_pdf_row *rows; /* in reading order */
    prs_pdf_block *blocks;
    size_t n_words, n_cells, n_rows, n_blocks;
    size_t cap_words, cap_cells, cap_rows, cap_blocks;
    prs_pdf_edge edges[2 * PRS_PDF_EDGE_ROWS];
} prs_pdf_page;

void prs_pdf_page_clear(prs_pdf_page *page); /* memory kept */
void prs_pdf_page_done(prs_pdf_page *page);

/* Room for one more element in an array that grows; false when memory is out. */
bool prs_pdf_room(void *array, size_t *cap, size_t n, size_t element);

anc_str prs_pdf_word_text(const prs_pdf_page *page, const prs_pdf_word *word);

/* ---- pdf_boxes.c ------------------------------------------------------------------------------ */

/* What is read of a page or of the document, as it comes. False when the emitter has failed. */
typedef struct prs_pdf_listener {
    bool (*page)(void *self); /* `page` of the reader is complete */
    bool (*property)(void *self, anc_str name,
                     anc_str value); /* "title", "Author", …, as written */
    void *self;
} prs_pdf_listener;

typedef struct prs_pdf_boxes {
    prs_emitter *e;
    prs_pdf_listener to;
    prs_pdf_page *page; /* being filled; the listener may put another one here */
    anc_buf line;       /* begun and not ended */
    size_t last_line;   /* where the last line end of a word that holds some stands in it */
    anc_buf value;      /* what a tag holds, unescaped */
    uint32_t pages, lines, blocks;
    bool in_page;
} prs_pdf_boxes;

void prs_pdf_boxes_init(prs_pdf_boxes *b, prs_emitter *e, const prs_pdf_listener *to,
                        prs_pdf_page *page);
void prs_pdf_boxes_done(prs_pdf_boxes *b);
bool prs_pdf_boxes_feed(prs_pdf_boxes *b, anc_str bytes);

/* ---- pdf_rows.c ------------------------------------------------------------------------------- */

/* Fills cells, rows and blocks from the words. False when memory is out. */
bool prs_pdf_rows(prs_pdf_page *page);

/* Appends the text of a cell to `out`: words with blanks where there are gaps. */
void prs_pdf_cell_text(const prs_pdf_page *page, const prs_pdf_cell *cell, anc_buf *out);

/* ---- pdf_header.c ----------------------------------------------------------------------------- */

/* Whether row `at`, the first of several with cells, names the columns; `cell` is room for a text. */
bool prs_pdf_is_header(const prs_pdf_page *page, size_t at, anc_buf *cell);

/* ---- pdf_names.c ------------------------------------------------------------------------------ */

/* Whether the cells of row `at` are names of at least three columns that the rows below stand in, none of them said
 * again there; where they are not `apart` from those for another reason, also whether they are unlike what one
 * of the columns holds. `cell` is room for a text. */
bool prs_pdf_are_names(const prs_pdf_page *page, size_t at, bool apart, anc_buf *cell);

/* ---- pdf_table.c ------------------------------------------------------------------------------ */

enum { PRS_PDF_COLUMNS = 48 }; /* of a table whose empty cells are found */

/* The table at hand. */
typedef struct prs_pdf_table {
    prs_emitter *e;
    anc_buf names; /* the row that names its columns, as it is written; empty: there is none */
    unsigned n;    /* columns whose place is known; 0: of none */
    float x0[PRS_PDF_COLUMNS], x1[PRS_PDF_COLUMNS];
    uint32_t page;     /* that its last row is on */
    bool is_open;      /* nothing else was written behind that */
    anc_buf cell, row; /* the texts at hand */
} prs_pdf_table;

void prs_pdf_table_init(prs_pdf_table *t, prs_emitter *e);
void prs_pdf_table_done(prs_pdf_table *t);

/* Writes row `at` of the page, unless it says the names of the columns again on another page. False when the emitter
 * has failed. */
bool prs_pdf_table_row(prs_pdf_table *t, const prs_pdf_page *page, size_t at);

/* Something else than a row is written. */
void prs_pdf_table_end(prs_pdf_table *t);

/* Whether a block is of running text: several lines of several words. */
bool prs_pdf_is_prose(const prs_pdf_block *block);

/* ---- pdf_gaps.c ------------------------------------------------------------------------------- */

/* Marks as `apart` the words that begin a cell by the columns of the rows around, though they stand as near to the
 * word before as the words of one cell do. The rows are in the order of their cells, those sorted by x. */
void prs_pdf_mark_columns(prs_pdf_page *page);

/* ---- pdf_edges.c ------------------------------------------------------------------------------ */

void prs_pdf_edges(prs_pdf_page *page); /* fills `edges` from the rows */

/* Marks as dropped the rows of `page` that repeat on others. `others` are the pages around it, some
 * NULL; `seen` remembers what was kept once. */
typedef struct prs_pdf_seen {
    uint64_t words[32];
    unsigned n;
} prs_pdf_seen;
void prs_pdf_drop_edges(prs_pdf_page *page, const prs_pdf_page *const *others, size_t n,
                        prs_pdf_seen *seen);

/* ---- pdf_lines.c ------------------------------------------------------------------------------ */

enum { PRS_PDF_SIZES = 200, PRS_PDF_COMPOUNDS = 64 << 10, PRS_PDF_LIST_DEPTH = 8 };

/* What was written last into the open block, so that the next line can be seen to go on with it. */
typedef struct prs_pdf_last {
    prs_box box;
    float size, right; /* where its block ends */
    uint32_t page, block;
    bool ends_sentence, ends_list, ends_unspaced, hyphen, full;
} prs_pdf_last;

typedef struct prs_pdf_lines {
    prs_emitter *e;
    prs_pdf_last last;
    uint64_t sizes[PRS_PDF_SIZES]; /* bytes of text set in each size, of half points */
    unsigned char
        compounds[PRS_PDF_COMPOUNDS / 8]; /* words with a hyphen that stood in a line, by digest */
    anc_buf text;                         /* of the line at hand */
    anc_buf word;                         /* the letters before a hyphen at a line's end */
    float marks[PRS_PDF_LIST_DEPTH];      /* where the marks of the open lists stand */
    unsigned depth;
    float item_x; /* where the text of the open item begins */
} prs_pdf_lines;

void prs_pdf_lines_init(prs_pdf_lines *l, prs_emitter *e);
void prs_pdf_lines_done(prs_pdf_lines *l);

/* Counts the sizes and compounds of a page, before any of it is written; fills page->body. */
void prs_pdf_lines_learn(prs_pdf_lines *l, prs_pdf_page *page);

/* Writes a row as a line of text. `before` and `after` are the rows around it in reading order, NULL
 * at the page's ends. */
bool prs_pdf_line(prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_row *row,
                  const prs_pdf_row *before, const prs_pdf_row *after);

/* Whether a row of several cells is a line after all: a mark or a number and what it marks. */
bool prs_pdf_is_marked_line(prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_row *row);

/* Ends the open block; what follows is no list. */
bool prs_pdf_lines_close(prs_pdf_lines *l);

/* ---- pdf_text.c ------------------------------------------------------------------------------- */

typedef struct prs_pdf_reader prs_pdf_reader;

/* Takes the program's output piece by piece. NULL when memory is out; the emitter then says so. */
prs_pdf_reader *prs_pdf_reader_new(prs_emitter *e);
void prs_pdf_reader_free(prs_pdf_reader *r);
bool prs_pdf_reader_feed(prs_pdf_reader *r, anc_str bytes);
uint32_t prs_pdf_reader_pages(const prs_pdf_reader *r); /* that have come whole */
bool prs_pdf_reader_end(prs_pdf_reader *r);             /* INVALID when no page had text */

/* Appends what is wrong with a file, in plain words, of what pdftotext complained about it. */
void prs_pdf_say_damage(const char *complaint, anc_buf *out);

#endif

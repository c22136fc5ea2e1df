/* pointer.h - a question that says where to look: "What is in row 7 of depots.csv?".
 *
 * Row and page are known in English, French and German, and by their words in Spanish, Italian and
 * Portuguese: "row 7", "line no. 7", "ligne 7", "7e ligne", "Zeile 7", "7. Zeile", "page 3", "Folie 3",
 * "page three", "the last page", "pages 2 and 3", "rows 3 to 5". Pages of slides are slides. Sheets of a workbook are
 * said by number or name, in these six languages: "sheet 2", "the first sheet", "the sheet Machines", "the Machines sheet",
 * "onglet « Machines »", "Blatt Maschinen". Rows count as citations count them, from 1 behind the row that names the columns.
 * Which document is meant is said by its file name, its path or the end of it, or by words of its title or file name.
 */
#ifndef ANC_RAG_DOMAIN_POINTER_H
#define ANC_RAG_DOMAIN_POINTER_H

#include "base/arena.h"
#include "text/language.h"

#define RAG_POINTS_LAST UINT32_MAX

enum { RAG_POINTS_ALSO = 4 };

typedef enum rag_pointed {
    RAG_POINTS_NOWHERE,
    RAG_POINTS_PAGE,
    RAG_POINTS_ROW,
    RAG_POINTS_SHEET /* the whole of it: no row is said */
} rag_pointed;

typedef struct rag_pointer {
    rag_pointed kind;
    uint32_t
        number; /* from 1; 0 where "page 0" or "page -3" is said; RAG_POINTS_LAST: the last there is */
    uint32_t until;                 /* the last that is meant, `number` where one is */
    uint32_t also[RAG_POINTS_ALSO]; /* [n_also]: "pages 2, 5 and 9" has 5 and 9 */
    size_t n_also;
    size_t start, end; /* bytes of the question: "row 7" */
    size_t of_start,
        of_end;   /* bytes of what follows up to the clause's end: "of the depots table" */
    anc_str file; /* "depots.csv", anywhere in the question; empty: none */
    /* "sheet 2", "the sheet Machines", besides a row or alone: 0 and empty where none is said, RAG_POINTS_LAST the last */
    uint32_t sheet_number;
    anc_str sheet;
    size_t sheet_start, sheet_end; /* bytes of that */
} rag_pointer;

/* The first row or page that the question gives the number of. Borrows `question`. */
rag_pointer rag_pointer_of(anc_str question);

/* Whether a name ends as those of files do. */
bool rag_pointer_is_file(anc_str name);

/* The last part of a path. */
anc_str rag_pointer_last_part(anc_str path);

/* Whether a document of that title and uri (or id) is the one that is meant: its file name is the one that was
 * given; without one, what follows "row 7 of" are words of its name, or the question has all words of its
 * name. `mem` is scratch. */
anc_status rag_pointer_names(anc_arena *mem, anc_str question, const rag_pointer *p, anc_str title,
                             anc_str uri, bool *ret, anc_err *err) ANC_MUST_CHECK;

/* The longest word behind "row 7 of" that may be of the document's name: what to look for it by; empty: none. */
anc_str rag_pointer_word(anc_str question, const rag_pointer *p);

/* Whether the question says nothing of which document is meant. */
anc_status rag_pointer_is_open(anc_arena *mem, anc_str question, const rag_pointer *p, bool *ret,
                               anc_err *err) ANC_MUST_CHECK;

/* What the question asks besides, without the words that say where to look; empty when that is all, or when it has
 * only a verb of its own ("what does page 3 dwell on?"): then what stands there is wanted. In `mem`. */
anc_status rag_pointer_rest(anc_arena *mem, anc_str question, const rag_pointer *p, anc_str title,
                            anc_str uri, anc_str *ret, anc_err *err) ANC_MUST_CHECK;

/* "On which page is the course described?", "auf welcher Seite steht der Preis?": what is looked for ("the course"),
 * in `mem`, and whether pages or rows are counted; empty: the question asks for neither. */
anc_status rag_pointer_sought(anc_arena *mem, anc_str question, rag_pointed *ret_kind, anc_str *ret,
                              anc_err *err) ANC_MUST_CHECK;

/* "Page ", "Seite ", "Ligne ": what stands before its number in an answer to a question in `language`. */
const char *rag_pointer_label(rag_pointed kind, txt_language language);

/* "What is on page 3?", then "which document?", then `reply`, "two-columns.pdf" or "the receipt": the question that
 * is meant, in `mem`. Empty: `before` names no row or page, or a file, or the reply is another question. */
anc_status rag_pointer_complete(anc_arena *mem, anc_str before, anc_str reply, anc_str *ret,
                                anc_err *err) ANC_MUST_CHECK;

/* Of a document that is a row of a file: its number as its title ends with it ("depots.csv, row 7"), or its
 * uri ("depots.csv#7"); 0: it is none. */
uint32_t rag_pointer_row_of(anc_str title, anc_str uri);

#endif

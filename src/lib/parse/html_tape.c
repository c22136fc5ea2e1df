/* html_tape.c - what happened in the first reading of a page, kept as bytes for the second.
 *
 *   start   'S' tag place first-letter second-letter, of a cell also columns and rows in two bytes
 *   end     'E' tag
 *   text    'T' length in four bytes, the bytes
 */
#include "html_impl.h"

#include <string.h>

enum { START_BYTES = 5, CELL_BYTES = 8, END_BYTES = 2, TEXT_BYTES = 5, TAPE_BYTES = 16 << 20 };

void prs_tape_init(prs_tape *tape)
{
    *tape = (prs_tape){.bytes = anc_buf_init(TAPE_BYTES)};
}

void prs_tape_done(prs_tape *tape)
{
    anc_buf_done(&tape->bytes);
}

void prs_tape_add(prs_tape *tape, const prs_html_event *e)
{
    const uint32_t n = (uint32_t)e->text.len;
    char front[CELL_BYTES] = {e->kind,       (char)e->tag,  (char)e->place,
                              e->letters[0], e->letters[1], (char)e->columns};
    memcpy(front + 6, &e->rows, sizeof e->rows);
    size_t len = e->kind == PRS_HTML_END  ? END_BYTES
                 : e->tag == PRS_TAG_CELL ? CELL_BYTES
                                          : START_BYTES;
    if (e->kind == PRS_HTML_TEXT) {
        memcpy(front + 1, &n, sizeof n);
        len = TEXT_BYTES;
    }
    tape->full = tape->full || !anc_buf_add(&tape->bytes, (anc_str){front, len}) ||
                 (n > 0 && !anc_buf_add(&tape->bytes, e->text));
    if (tape->full)
        anc_buf_done(&tape->bytes);
}

bool prs_tape_next(anc_str *rest, prs_html_event *ret)
{
    uint32_t n = 0;
    if (rest->len == 0)
        return false;
    *ret = (prs_html_event){.kind = rest->ptr[0]};
    size_t len = END_BYTES;
    if (ret->kind == PRS_HTML_TEXT) {
        memcpy(&n, rest->ptr + 1, sizeof n);
        ret->text = anc_str_sub(*rest, TEXT_BYTES, n);
        len = TEXT_BYTES + n;
    } else {
        ret->tag = (prs_tag)rest->ptr[1];
    }
    if (ret->kind == PRS_HTML_START) {
        ret->place = (prs_place)rest->ptr[2];
        ret->letters[0] = rest->ptr[3];
        ret->letters[1] = rest->ptr[4];
        len = START_BYTES;
    }
    if (ret->kind == PRS_HTML_START && ret->tag == PRS_TAG_CELL) {
        ret->columns = (uint8_t)rest->ptr[5];
        memcpy(&ret->rows, rest->ptr + 6, sizeof ret->rows);
        len = CELL_BYTES;
    }
    *rest = anc_str_sub(*rest, len, rest->len);
    return true;
}

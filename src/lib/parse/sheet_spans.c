/* sheet_spans.c - cells of sheets that are one over several rows: what stands in one is said again in each row that
 * has cells of its own, as long as it is short. */
#include "sheet_impl.h"

#include <string.h>

void prs_sheet_spans_begin_sheet(prs_sheet_spans *s)
{
    s->n = s->at = 0;
    s->row = 0;
}

void prs_sheet_spans_begin_row(prs_sheet_spans *s, uint64_t row)
{
    size_t kept = 0;
    s->at = 0;
    s->row = row;
    for (size_t i = 0; i < s->n; i++)
        if (s->items[i].last >= row)
            s->items[kept++] = s->items[i];
    s->n = kept;
}

void prs_sheet_spans_add(prs_sheet_spans *s, uint32_t column, uint64_t last)
{
    size_t at = s->n;
    if (s->n == PRS_SHEET_SPANS || last <= s->row)
        return;
    for (; at > 0 && s->items[at - 1].column > column; at--)
        s->items[at] = s->items[at - 1];
    s->items[at] = (prs_sheet_span){.column = column, .first = s->row, .last = last};
    s->n++;
}

void prs_sheet_spans_note(prs_sheet_spans *s, uint32_t column, prs_value_kind kind, anc_str text)
{
    text = anc_str_trim(text);
    if (text.len > PRS_SHEET_SPAN_BYTES)
        return;
    for (size_t i = 0; i < s->n && s->items[i].column <= column; i++) {
        prs_sheet_span *span = &s->items[i];
        if (span->column != column || span->first != s->row)
            continue;
        span->kind = kind;
        span->len = (unsigned char)text.len;
        memcpy(span->text, text.ptr, text.len);
    }
}

bool prs_sheet_spans_reach(prs_sheet_spans *s, prs_sheet_row *row, uint32_t column, prs_emitter *e)
{
    for (; s->at < s->n && s->items[s->at].column < column; s->at++) {
        const prs_sheet_span *span = &s->items[s->at];
        if (span->first < s->row &&
            !prs_sheet_row_add(row, span->column, span->kind, (anc_str){span->text, span->len}, e))
            return false;
    }
    return true;
}

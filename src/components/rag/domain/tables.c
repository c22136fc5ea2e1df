/* tables.c - tables found in the text that parsers write of them: a row a line, cells between bars.
 *
 * The first row of a table names its columns when it looks like names: no figures, few words a cell,
 * each with a capital; and when what stands below looks different: figures, or longer cells. A table
 * without such a line has no names, and its rows are read as they are.
 */
#include "rag/domain/tables.h"

#include "base/str.h"
#include "base/utf8.h"

enum { NAME_MAX_CHARS = 40, NAME_MAX_BLANKS = 4 };

bool rag_cell_next(anc_str row, size_t *cursor, anc_str *ret)
{
    if (*cursor > row.len)
        return false;
    const anc_str rest = anc_str_sub(row, *cursor, row.len);
    const size_t bar = anc_str_find(rest, ANC_STR("|"));
    const size_t len = bar == SIZE_MAX ? rest.len : bar;
    *cursor += len + 1;
    *ret = anc_str_trim(anc_str_sub(rest, 0, len));
    return true;
}

size_t rag_cell_count(anc_str line)
{
    size_t n = 0;
    size_t cursor = 0;
    anc_str cell;
    while (rag_cell_next(line, &cursor, &cell))
        n++;
    return n;
}

static bool has_digit(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            return true;
    return false;
}

static size_t blanks_in(anc_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] == ' ';
    return n;
}

static bool looks_like_names(anc_str row)
{
    size_t cursor = 0;
    anc_str cell;
    while (rag_cell_next(row, &cursor, &cell)) {
        const bool small = cell.len > 0 && cell.ptr[0] >= 'a' && cell.ptr[0] <= 'z';
        if (small || has_digit(cell) || anc_utf8_count(cell) > NAME_MAX_CHARS ||
            blanks_in(cell) > NAME_MAX_BLANKS)
            return false;
    }
    return true;
}

/* Whether the rows [first + 1, end) differ from the first as values do from their columns' names. */
static bool differ_below(const rag_units *units, const rag_passage *passage, size_t first,
                         size_t end)
{
    size_t bytes = 0;
    for (size_t i = first + 1; i < end; i++) {
        const rag_unit *u = &units->items[i];
        const anc_str row = anc_str_sub(passage->text, u->start, u->end - u->start);
        if (has_digit(row))
            return true;
        bytes += row.len;
    }
    const size_t head = units->items[first].end - units->items[first].start;
    return 2 * bytes > 3 * head * (end - first - 1);
}

/* Behind the rows that follow `first` line by line with as many cells. */
static size_t table_end(const rag_units *units, size_t first)
{
    size_t end = first + 1;
    while (end < units->n && units->items[end].line_start &&
           units->items[end].cells == units->items[first].cells)
        end++;
    return end;
}

void rag_tables_find(rag_units *units, size_t from, const rag_passage *passage)
{
    for (size_t i = from; i < units->n; i++) {
        rag_unit *u = &units->items[i];
        const size_t cells =
            rag_cell_count(anc_str_sub(passage->text, u->start, u->end - u->start));
        u->cells = u->line_start && cells > 1 ? (uint32_t)cells : 0;
    }
    for (size_t i = from; i < units->n;) {
        const size_t end = units->items[i].cells > 0 ? table_end(units, i) : i + 1;
        rag_unit *first = &units->items[i];
        const anc_str row = anc_str_sub(passage->text, first->start, first->end - first->start);
        if (end > i + 1 && looks_like_names(row) && differ_below(units, passage, i, end)) {
            first->kind = RAG_UNIT_COLUMNS;
            for (size_t k = i + 1; k < end; k++)
                units->items[k].columns = (uint32_t)i;
        }
        i = end;
    }
}

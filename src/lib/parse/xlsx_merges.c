/* xlsx_merges.c - which cells of a worksheet are one over several rows.
 *
 * A file says it behind the rows, so the entry is unpacked once before it is read: for the name of the element alone,
 * and only where that is somewhere for what the elements say. What is unpacked so counts once against the limits.
 */
#include "sheet_impl.h"
#include "xlsx_impl.h"

#include <stdlib.h>
#include <string.h>

enum { MERGE = 1, REFERENCE };
enum { MERGES_MAX = 65536 };

static const prs_xml_space spaces[] = {
    {"x", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"},
    {"x", "http://purl.oclc.org/ooxml/spreadsheetml/main"},
};
static const prs_xml_name names[] = {{"x:mergeCell", MERGE}, {"ref", REFERENCE}};
static const prs_xml_table table = {spaces, ANC_COUNT(spaces), names, ANC_COUNT(names)};

/* ---- whether there are any ----------------------------------------------------------------------- */

static const char sought[] = "mergeCell";

enum { SOUGHT = sizeof sought - 1 };

typedef struct looking {
    char kept[SOUGHT]; /* the last bytes of the piece before */
    size_t n;
    bool found;
} looking;

static bool look_at(void *self, anc_str piece)
{
    looking *l = self;
    char seam[2 * SOUGHT];
    const anc_str needle = {sought, SOUGHT};
    const anc_str head = anc_str_sub(piece, 0, SOUGHT);
    memcpy(seam, l->kept, l->n);
    memcpy(seam + l->n, head.ptr, head.len);
    const anc_str both = {seam, l->n + head.len};
    l->found = anc_str_find(both, needle) != SIZE_MAX || anc_str_find(piece, needle) != SIZE_MAX;
    const anc_str from = piece.len >= SOUGHT ? piece : both;
    l->n = from.len < SOUGHT ? from.len : SOUGHT;
    memcpy(l->kept, from.ptr + from.len - l->n, l->n);
    return !l->found;
}

/* ---- what they say ------------------------------------------------------------------------------- */

typedef struct reader {
    prs_xlsx_merges *merges;
    prs_emitter *e;
} reader;

/* Column from 0 and row from 1 of "BC7"; false: it is none. */
static bool read_cell(anc_str reference, uint32_t *ret_column, uint64_t *ret_row)
{
    uint32_t column = 0;
    size_t i = 0;
    for (; i < reference.len && i < 4; i++) {
        const char c = (char)(reference.ptr[i] & ~0x20);
        if (c < 'A' || c > 'Z')
            break;
        column = column * 26 + (uint32_t)(c - 'A') + 1;
    }
    *ret_column = column - 1;
    return column > 0 && anc_str_to_u64(anc_str_sub(reference, i, reference.len), ret_row);
}

static bool on_merge(void *self, unsigned id, const prs_xml_attributes *a)
{
    reader *r = self;
    prs_xlsx_merges *m = r->merges;
    const anc_str range = prs_xml_attribute(a, REFERENCE);
    const size_t colon = anc_str_find(range, ANC_STR(":"));
    prs_xlsx_merge one;
    uint32_t last_column;
    if (id != MERGE || colon == SIZE_MAX || m->n == MERGES_MAX ||
        !read_cell(anc_str_sub(range, 0, colon), &one.column, &one.first) ||
        !read_cell(anc_str_sub(range, colon + 1, range.len), &last_column, &one.last) ||
        one.last <= one.first)
        return true;
    if (m->n == m->cap) {
        const size_t cap = m->cap > 0 ? 2 * m->cap : 64;
        prs_xlsx_merge *grown = realloc(m->items, cap * sizeof *grown);
        if (grown == NULL)
            return prs_emit_fail(
                r->e, ANC_FAIL(r->e->err, ANC_NO_MEMORY, "merged cells of a sheet: out of memory"));
        m->items = grown;
        m->cap = cap;
    }
    m->items[m->n++] = one;
    return true;
}

static int by_first_row(const void *a, const void *b)
{
    const prs_xlsx_merge *x = a;
    const prs_xlsx_merge *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

bool prs_xlsx_merges_read(prs_archive *a, const char *name, prs_xlsx_merges *ret)
{
    prs_emitter *e = a->e;
    const uint64_t unpacked = e->unpacked;
    looking l = {.n = 0};
    reader r = {ret, e};
    const prs_xml_handler handler = {.start = on_merge, .self = &r};
    ret->n = ret->at = 0;
    if (!prs_archive_read(a, name, look_at, &l) && !l.found)
        return false;
    e->unpacked = unpacked;
    if (!l.found)
        return true;
    const bool ok = prs_xml_read_entry(&table, &handler, a, name);
    e->unpacked = unpacked;
    if (ret->n > 0)
        qsort(ret->items, ret->n, sizeof *ret->items, by_first_row);
    return ok;
}

void prs_xlsx_merges_done(prs_xlsx_merges *m)
{
    free(m->items);
    *m = (prs_xlsx_merges){.items = NULL};
}

void prs_xlsx_merges_begin_row(prs_xlsx_merges *m, uint64_t row, prs_sheet_spans *spans)
{
    prs_sheet_spans_begin_row(spans, row);
    for (; m->at < m->n && m->items[m->at].first <= row; m->at++)
        if (m->items[m->at].first == row)
            prs_sheet_spans_add(spans, m->items[m->at].column, m->items[m->at].last);
}

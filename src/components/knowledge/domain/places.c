/* places.c - see places.h. */
#include "knowledge/domain/places.h"

uint32_t kno_row_after(const kno_block_span *before, const kno_block *block)
{
    if (block->kind != KNO_TABLE_ROW)
        return block->record;
    const bool inside = before != NULL && before->kind == KNO_TABLE_ROW;
    if (block->continues)
        return inside ? before->row : 0;
    if (block->header)
        return 0;
    return inside ? before->row + 1 : 1;
}

/* ---- written ------------------------------------------------------------------------------- */

static void add_number(anc_buf *out, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        (void)anc_buf_add_char(out, (char)(0x80 | (n & 0x7F)));
    (void)anc_buf_add_char(out, (char)n);
}

/* The span that byte `at` stands in, or the first behind it. */
static size_t span_at(const kno_block_span *spans, size_t n, uint64_t at)
{
    size_t from = 0, to = n;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (spans[middle].end <= at)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

void kno_places_write(const kno_block_span *spans, size_t n, uint64_t start, uint64_t end,
                      anc_buf *out)
{
    kno_mark last = {.at = start};
    for (size_t i = span_at(spans, n, start); i < n && spans[i].start < end; i++) {
        const kno_block_span *s = &spans[i];
        if (s->page == last.page && s->row == last.row)
            continue;
        const uint64_t at = s->start > start ? s->start : start;
        add_number(out, at - last.at);
        add_number(out, s->page);
        add_number(out, s->row);
        last = (kno_mark){at, s->page, s->row};
    }
}

/* ---- read ---------------------------------------------------------------------------------- */

static bool read_number(anc_str *bytes, uint64_t *ret)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < bytes->len && i < 9; i++) {
        const unsigned char c = (unsigned char)bytes->ptr[i];
        n |= (uint64_t)(c & 0x7F) << (7 * i);
        if (c < 0x80) {
            *bytes = anc_str_sub(*bytes, i + 1, bytes->len);
            *ret = n;
            return true;
        }
    }
    return false;
}

static bool read_mark(anc_str *bytes, uint64_t before, kno_mark *ret)
{
    uint64_t gap, page, row;
    if (!read_number(bytes, &gap) || !read_number(bytes, &page) || !read_number(bytes, &row) ||
        page > UINT32_MAX || row > UINT32_MAX)
        return false;
    *ret = (kno_mark){before + gap, (uint32_t)page, (uint32_t)row};
    return true;
}

anc_status kno_places_read(anc_str bytes, uint64_t start, anc_arena *mem, kno_mark **ret,
                           size_t *ret_n, anc_err *err)
{
    size_t ends = 0, n = 0;
    for (size_t i = 0; i < bytes.len; i++)
        ends += ((unsigned char)bytes.ptr[i] & 0x80) == 0;
    kno_mark *marks = anc_arena_alloc(mem, ends / 3 + 1, sizeof *marks);
    if (marks == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the places of a chunk");
    for (uint64_t at = start; bytes.len > 0; at = marks[n++].at)
        if (n > ends / 3 || !read_mark(&bytes, at, &marks[n]))
            return ANC_FAIL(err, ANC_CORRUPT, "the places of a chunk do not decode");
    *ret = marks;
    *ret_n = n;
    return ANC_OK;
}

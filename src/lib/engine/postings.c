/* postings.c - lists opened, read through, and written. */
#include "postings.h"

#include <string.h>

#include "pages.h"

/* ---- reading ---------------------------------------------------------------------------------- */

/* Where the list of `row` ends: where that of the next row of its table [n] begins, or with the section. */
static uint64_t end_of(const eng_block_term *rows, size_t n, const eng_block_term *row,
                       uint64_t bytes)
{
    return (size_t)(row - rows) + 1 < n ? row[1].postings_at : bytes;
}

static bool is_good(const eng_pages *pages, uint64_t at, uint64_t end)
{
    return pages == NULL || eng_pages_good(pages, at, end - at);
}

eng_postings eng_postings_of(const eng_block *b, const eng_block_term *term)
{
    const uint64_t end = end_of(b->terms.ptr, b->terms.n, term, b->postings.n);
    if (!is_good(b->posting_pages, term->postings_at, end))
        return (eng_postings){.chunk = UINT32_MAX};
    return (eng_postings){.at = b->postings.ptr + term->postings_at,
                          .end = b->postings.ptr + end,
                          .left = term->df,
                          .chunks = eng_block_chunks(b),
                          .chunk = UINT32_MAX};
}

eng_places eng_places_of(const eng_block *b, const eng_block_term *form)
{
    const uint64_t end = end_of(b->forms.ptr, b->forms.n, form, b->places.n);
    if (!is_good(b->place_pages, form->postings_at, end))
        return (eng_places){.chunk = UINT32_MAX};
    return (eng_places){.at = b->places.ptr + form->postings_at,
                        .end = b->places.ptr + end,
                        .left = form->df,
                        .chunks = eng_block_chunks(b),
                        .chunk = UINT32_MAX};
}

/* Varints end with a byte below 0x80. */
uint32_t eng_places_count(const eng_places *p)
{
    uint32_t n = 0;
    for (size_t i = 0; i < p->bytes; i++)
        n += p->first[i] < 0x80 ? 1 : 0;
    return n;
}

const char *eng_postings_fault(const eng_block *b, const eng_block_term *term)
{
    eng_postings p = eng_postings_of(b, term);
    uint32_t before = UINT32_MAX, n = 0;
    while (eng_postings_next(&p)) {
        if (n > 0 && p.chunk <= before)
            return "postings do not ascend";
        if (p.tf == 0)
            return "a posting counts nothing";
        before = p.chunk;
        n++;
    }
    if (n != term->df)
        return "there are fewer postings than the term has chunks";
    return p.at != p.end ? "postings end before their list does" : NULL;
}

static const char *positions_fault(const eng_places *p)
{
    eng_positions q = eng_positions_of(p);
    uint32_t before = UINT32_MAX;
    if (p->bytes == 0)
        return "a form stands nowhere in a chunk that has it";
    while (eng_positions_next(&q)) {
        if (before != UINT32_MAX && q.position < before)
            return "positions do not ascend";
        before = q.position;
    }
    return NULL;
}

const char *eng_places_fault(const eng_block *b, const eng_block_term *form)
{
    eng_places p = eng_places_of(b, form);
    uint32_t before = UINT32_MAX, n = 0;
    while (eng_places_next(&p)) {
        const char *fault = positions_fault(&p);
        if (fault != NULL)
            return fault;
        if (n > 0 && p.chunk <= before)
            return "places do not ascend";
        before = p.chunk;
        n++;
    }
    if (n != form->df)
        return "there are fewer places than the form has chunks";
    return p.at != p.end ? "places end before their list does" : NULL;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static unsigned char *put_varint(unsigned char *at, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        *at++ = (unsigned char)(v | 0x80);
    *at++ = (unsigned char)v;
    return at;
}

bool eng_builder_posting(eng_builder *builder, uint32_t chunk, uint32_t tf)
{
    enum { MOST_BYTES = 10 };
    eng_block *b = builder->block;
    if (!ENG_ROOM(b->postings, MOST_BYTES))
        return false;
    const uint32_t gap = chunk - builder->last_chunk; /* wraps: -1 stands before the first */
    unsigned char *at = b->postings.ptr + b->postings.n;
    at = put_varint(at, (uint64_t)gap << 1 | (tf == 1 ? 1u : 0u));
    if (tf != 1)
        at = put_varint(at, tf);
    b->postings.n = (size_t)(at - b->postings.ptr);
    builder->last_chunk = chunk;
    b->terms.ptr[b->terms.n - 1].df++;
    b->n_postings++;
    return true;
}

/* Writes the head of a chunk's places; `bytes` of positions come next. */
static unsigned char *begin_places(eng_builder *builder, uint32_t chunk, size_t bytes)
{
    enum { MOST_HEAD_BYTES = 15 };
    eng_block *b = builder->block;
    if (!ENG_ROOM(b->places, MOST_HEAD_BYTES + bytes))
        return NULL;
    const uint32_t gap = chunk - builder->last_chunk; /* as in eng_builder_posting */
    unsigned char *at = put_varint(b->places.ptr + b->places.n, gap);
    builder->last_chunk = chunk;
    b->forms.ptr[b->forms.n - 1].df++;
    return put_varint(at, bytes);
}

static size_t varint_bytes(uint64_t v)
{
    size_t n = 1;
    for (; v >= 0x80; v >>= 7)
        n++;
    return n;
}

bool eng_builder_places(eng_builder *builder, uint32_t chunk, const uint32_t *positions, size_t n)
{
    eng_block *b = builder->block;
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += varint_bytes(positions[i] - (i > 0 ? positions[i - 1] : UINT32_MAX));
    unsigned char *at = begin_places(builder, chunk, bytes);
    if (at == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        at = put_varint(at, positions[i] - (i > 0 ? positions[i - 1] : UINT32_MAX));
    b->places.n = (size_t)(at - b->places.ptr);
    return true;
}

bool eng_builder_places_copy(eng_builder *builder, uint32_t chunk, const eng_places *from)
{
    eng_block *b = builder->block;
    unsigned char *at = begin_places(builder, chunk, from->bytes);
    if (at == NULL)
        return false;
    memcpy(at, from->first, from->bytes);
    b->places.n = (size_t)(at - b->places.ptr) + from->bytes;
    return true;
}

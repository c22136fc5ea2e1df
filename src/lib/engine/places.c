/* places.c - lists of places opened, read through, and written. */
#include "places.h"

#include <string.h>

/* ---- reading ---------------------------------------------------------------------------------- */

eng_places eng_places_of(const eng_block *b, const eng_block_term *form)
{
    const eng_list_place list = eng_block_list(b->forms.ptr, b->forms.n, form, b->places.n);
    if (b->place_pages != NULL && !eng_pages_good(b->place_pages, list.at, list.bytes))
        return (eng_places){.chunk = UINT32_MAX};
    return (eng_places){.at = b->places.ptr + list.at,
                        .end = b->places.ptr + list.at + list.bytes,
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

/* Writes the head of a chunk's places; `bytes` of positions come next. */
static unsigned char *begin_places(eng_builder *builder, uint32_t chunk, size_t bytes)
{
    enum { MOST_HEAD_BYTES = 15 };
    eng_block *b = builder->block;
    if (!ENG_ROOM(b->places, MOST_HEAD_BYTES + bytes))
        return NULL;
    const uint32_t gap = chunk - builder->last_chunk; /* wraps: -1 stands before the first */
    unsigned char *at = eng_put_varint(b->places.ptr + b->places.n, gap);
    builder->last_chunk = chunk;
    b->forms.ptr[b->forms.n - 1].df++;
    return eng_put_varint(at, bytes);
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
        at = eng_put_varint(at, positions[i] - (i > 0 ? positions[i - 1] : UINT32_MAX));
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

bool eng_builder_places_rest(eng_builder *builder, uint32_t first, eng_places *from)
{
    eng_block *b = builder->block;
    if (!eng_builder_places_copy(builder, first + from->chunk, from))
        return false;
    const unsigned char *const rest = from->at, *end = rest;
    for (; eng_places_next(from); end = from->at) {
        b->forms.ptr[b->forms.n - 1].df++;
        builder->last_chunk = first + from->chunk;
    }
    const size_t bytes = (size_t)(end - rest);
    if (!ENG_ROOM(b->places, bytes))
        return false;
    if (bytes > 0)
        memcpy(b->places.ptr + b->places.n, rest, bytes);
    b->places.n += bytes;
    return true;
}

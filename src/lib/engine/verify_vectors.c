/* verify_vectors.c - vectors, and whether bits and graph are made of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "simd.h"
#include "verify.h"

/* A vector of unit length, as far as halves can tell. */
static bool is_unit(const uint16_t *half, uint32_t dims)
{
    double square = 0;
    for (uint32_t d = 0; d < dims; d++)
        square += (double)eng_half_to_float(half[d]) * (double)eng_half_to_float(half[d]);
    return isfinite(square) && fabs(sqrt(square) - 1) < 0.02;
}

static bool bits_fit(const eng_bits *bits, const uint16_t *half, uint32_t chunk)
{
    const uint64_t *row = bits->rows + (size_t)chunk * bits->words;
    for (uint32_t d = 0; d < bits->dims; d++)
        if ((eng_half_to_float(half[d]) > bits->means[d]) != ((row[d / 64] >> (d % 64) & 1) != 0))
            return false;
    return true;
}

/* What is wrong with the links of a vector; NULL when nothing is. */
static const char *links_fault(const eng_block *b, uint32_t chunk)
{
    const uint32_t *links = eng_graph_links(b->graph, chunk);
    for (uint32_t i = 0; i < ENG_GRAPH_LINKS && links[i] != ENG_GRAPH_NONE; i++) {
        if (links[i] >= b->graph->n)
            return "a link leads nowhere";
        if (links[i] == chunk)
            return "a link leads to where it is";
        if (!eng_block_has_vector(b, links[i]) || !eng_block_has_vector(b, chunk))
            return "a link leads to or from no vector";
        for (uint32_t k = 0; k < i; k++)
            if (links[k] == links[i])
                return "there are two links to one vector";
    }
    return NULL;
}

static anc_status verify_each(eng_report *r, const eng_block *b, uint8_t *codes)
{
    for (uint32_t c = 0; c < eng_block_chunks(b); c++) {
        ANC_TRY(eng_report_may_go_on(r, c));
        const char *fault = b->graph != NULL ? links_fault(b, c) : NULL;
        if (fault != NULL)
            eng_report_add(r, "graph, chunk %u: %s", c, fault);
        const uint16_t *half = eng_block_has_vector(b, c) ? eng_block_vector(b, c) : NULL;
        if (half == NULL)
            continue;
        if (!is_unit(half, b->dims))
            eng_report_add(r, "the vector of chunk %u is not of unit length", c);
        if (b->bits.n > 0 && !bits_fit(&b->bits, half, c))
            eng_report_add(r, "the bits of chunk %u are not those of its vector", c);
        if (b->graph == NULL)
            continue;
        eng_codes_of(half, b->dims, b->graph->scale, codes);
        if (memcmp(codes, eng_graph_codes(b->graph, c), b->graph->code_bytes) != 0)
            eng_report_add(r, "the codes of chunk %u are not those of its vector", c);
    }
    return ANC_OK;
}

/* Rows ascend, are vectors, and have no link to themselves; the rest of them is checked with the structure. */
static void verify_upper(eng_report *r, const eng_block *b)
{
    const eng_graph *g = b->graph;
    for (uint32_t row = 0; row < g->n_up; row++) {
        if ((row > 0 && g->up_node[row - 1] >= g->up_node[row]) ||
            !eng_block_has_vector(b, g->up_node[row]))
            eng_report_add(r, "graph: row %u above the ground is out of order", row);
        const uint64_t end = row + 1 < g->n_up ? g->up_first[row + 1] : g->n_up_links;
        for (uint64_t i = g->up_first[row]; i < end; i++)
            if (g->up_links[i] == row)
                eng_report_add(r, "graph: a link of row %u above the ground leads to where it is",
                               row);
    }
}

anc_status eng_verify_vectors(eng_report *r, const eng_block *b, anc_err *err)
{
    if (b->n_vectors == 0)
        return ANC_OK;
    uint8_t *codes = malloc(eng_codes_bytes(b->dims));
    if (codes == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to verify an index");
    if (b->graph != NULL)
        verify_upper(r, b);
    const anc_status status = verify_each(r, b, codes);
    free(codes);
    return status;
}

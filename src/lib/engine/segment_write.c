/* segment_write.c - a block written down. The sums are computed first, so that the file is written from its first
 * byte to its last.
 */
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "output.h"
#include "segment.h"

typedef struct view {
    const void *bytes;
    uint64_t n;
} view;

/* What a file is made of. */
typedef struct plan {
    eng_segment_head head;
    view views[ENG_SECTIONS];
    uint32_t *sums; /* owned */
} plan;

static void view_graph(const eng_graph *g, view *views)
{
    views[ENG_SECTION_GRAPH_RECORDS] = (view){g->records, (uint64_t)g->n * g->stride};
    views[ENG_SECTION_GRAPH_UP_NODE] = (view){g->up_node, g->n_up * sizeof(uint32_t)};
    views[ENG_SECTION_GRAPH_UP_FIRST] = (view){g->up_first, g->n_up * sizeof(uint32_t)};
    views[ENG_SECTION_GRAPH_UP_LINKS] = (view){g->up_links, g->n_up_links * sizeof(uint32_t)};
}

static void view_block(const eng_block *b, view *views)
{
#define X(name, member) \
    views[ENG_SECTION_##name] = (view){b->member.ptr, b->member.n * sizeof *b->member.ptr};
    ENG_ARRAY_SECTIONS(X)
#undef X
    if (b->bits.n > 0) {
        views[ENG_SECTION_BITS_MEANS] = (view){b->bits.means, b->bits.dims * sizeof(float)};
        views[ENG_SECTION_BITS_ROWS] =
            (view){b->bits.rows, (uint64_t)b->bits.n * b->bits.words * sizeof(uint64_t)};
    }
    if (b->graph != NULL)
        view_graph(b->graph, views);
}

static uint64_t aligned(uint64_t at, uint64_t to)
{
    return (at + to - 1) / to * to;
}

/* Where everything stands; no sums yet. */
static void lay_out(const eng_block *b, plan *p)
{
    uint64_t at = sizeof p->head, pages = 0;
    memset(p, 0, sizeof *p);
    view_block(b, p->views);
    for (unsigned i = 0; i < ENG_SECTIONS; i++) {
        eng_segment_section *s = &p->head.sections[i];
        const bool large = eng_section_is_large(i);
        if (i == ENG_SECTION_SUMS)
            p->views[i].n = pages * sizeof(uint32_t);
        at = aligned(at, large ? ENG_LARGE_ALIGN : ENG_SMALL_ALIGN);
        s->number = i + 1;
        s->at = at;
        s->bytes = p->views[i].n;
        s->first_page = large ? (uint32_t)pages : 0;
        pages += large ? (s->bytes + ENG_PAGE_BYTES - 1) / ENG_PAGE_BYTES : 0;
        at += s->bytes;
    }
    p->head.header.bytes = at;
}

uint64_t eng_segment_bytes(const eng_block *b)
{
    plan p;
    lay_out(b, &p);
    return p.head.header.bytes;
}

static void describe_graph(const eng_graph *g, eng_segment_header *h)
{
    h->graph_n = g->n;
    h->graph_code_bytes = g->code_bytes;
    h->graph_stride = g->stride;
    h->graph_scale = g->scale;
    h->graph_entry = g->entry;
    h->graph_top = g->top;
    h->graph_n_up = g->n_up;
    memcpy(h->graph_recalls, g->recalls, sizeof h->graph_recalls);
}

static void describe(const eng_block *b, eng_segment_header *h)
{
    memcpy(h->magic, ENG_SEGMENT_MAGIC, sizeof h->magic);
    h->version = ENG_SEGMENT_VERSION;
    h->chunks = b->ordinals.n;
    h->vectors = b->n_vectors;
    h->postings = b->n_postings;
    h->length = b->length;
    h->impact_mean = b->impact_mean;
    h->documents = b->documents.n;
    h->dims = b->dims;
    h->n_sections = ENG_SECTIONS;
    if (b->graph != NULL)
        describe_graph(b->graph, h);
}

static uint32_t sum_of(const view *v, uint64_t from, uint64_t n)
{
    if (n == 0)
        return 0;
    return anc_crc32c(0, (anc_str){(const char *)v->bytes + from, (size_t)n});
}

static bool add_sums(plan *p)
{
    view *sums = &p->views[ENG_SECTION_SUMS];
    size_t page = 0;
    p->sums = calloc((size_t)(sums->n / sizeof *p->sums) + 1, sizeof *p->sums);
    if (p->sums == NULL)
        return false;
    sums->bytes = p->sums;
    for (unsigned i = 0; i < ENG_SECTIONS; i++) {
        const view *v = &p->views[i];
        for (uint64_t at = 0; eng_section_is_large(i) && at < v->n; at += ENG_PAGE_BYTES)
            p->sums[page++] =
                sum_of(v, at, v->n - at < ENG_PAGE_BYTES ? v->n - at : ENG_PAGE_BYTES);
    }
    for (unsigned i = 0; i < ENG_SECTIONS; i++)
        if (!eng_section_is_large(i))
            p->head.sections[i].crc = sum_of(&p->views[i], 0, p->views[i].n);
    p->head.header.crc = eng_segment_sum(&p->head);
    return true;
}

static anc_status put_all(eng_output *out, const plan *p)
{
    static const char zeros[ENG_LARGE_ALIGN];
    ANC_TRY(eng_output_put(out, &p->head, sizeof p->head));
    for (unsigned i = 0; i < ENG_SECTIONS; i++) {
        ANC_TRY(eng_output_put(out, zeros, p->head.sections[i].at - out->at));
        ANC_TRY(eng_output_put(out, p->views[i].bytes, p->views[i].n));
    }
    return eng_output_sync(out);
}

anc_status eng_segment_write(const eng_disk *disk, anc_str path, const eng_block *b,
                             const eng_tidy_options *options, uint32_t *ret_crc, anc_err *err)
{
    plan p;
    eng_output out;
    lay_out(b, &p);
    describe(b, &p.head.header);
    if (!add_sums(&p))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to write %.*s", ANC_FMT(path));
    anc_status status = eng_output_open(disk, path, options, &out, err);
    if (status == ANC_OK) {
        status = put_all(&out, &p);
        eng_output_close(&out);
        if (status != ANC_OK)
            (void)disk->remove(disk->self, path, NULL);
    }
    free(p.sums);
    *ret_crc = p.head.header.crc;
    return status;
}

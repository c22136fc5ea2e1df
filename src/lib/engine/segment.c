/* segment.c - a segment's life: mapped, its head checked, its tables given to a block. */
#include "segment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "codes.h"

const char *eng_section_name(unsigned section)
{
    static const char *const names[ENG_SECTIONS] = {
#define X(name, member) #member,
        ENG_ARRAY_SECTIONS(X) ENG_OTHER_SECTIONS(X)
#undef X
    };
    return section < ENG_SECTIONS ? names[section] : "head";
}

bool eng_section_is_large(unsigned section)
{
    return section == ENG_SECTION_VECTORS || section == ENG_SECTION_POSTINGS ||
           section == ENG_SECTION_PLACES || section == ENG_SECTION_BITS_ROWS ||
           section == ENG_SECTION_GRAPH_RECORDS;
}

uint32_t eng_segment_sum(const eng_segment_head *head)
{
    eng_segment_head copy = *head;
    copy.header.crc = 0;
    return anc_crc32c(0, (anc_str){(const char *)&copy, sizeof copy});
}

/* ---- the head --------------------------------------------------------------------------------- */

static const char *header_fault(const eng_segment_head *head, uint64_t file_bytes)
{
    const eng_segment_header *h = &head->header;
    if (memcmp(h->magic, ENG_SEGMENT_MAGIC, sizeof h->magic) != 0)
        return "it is no segment";
    if (h->version != ENG_SEGMENT_VERSION)
        return "its format is of another version";
    if (eng_segment_sum(head) != h->crc)
        return "the sum of its head does not fit";
    if (h->bytes != file_bytes)
        return "it has another length than it says";
    if (h->n_sections != ENG_SECTIONS || h->dims > ENG_MAX_DIMS || h->chunks > INT32_MAX ||
        h->documents >= UINT32_MAX || h->vectors > h->chunks || !(h->impact_mean >= 0) ||
        isinf(h->impact_mean))
        return "its counts are out of range";
    return NULL;
}

/* Sections follow each other, aligned, within the file; the sums are those of the large ones. */
static const char *sections_fault(const eng_segment_head *head)
{
    uint64_t end = sizeof *head, pages = 0;
    for (unsigned i = 0; i < ENG_SECTIONS; i++) {
        const eng_segment_section *s = &head->sections[i];
        const bool large = eng_section_is_large(i);
        if (s->number != i + 1 || s->at < end || s->at > head->header.bytes ||
            s->bytes > head->header.bytes - s->at ||
            s->at % (large ? ENG_LARGE_ALIGN : ENG_SMALL_ALIGN) != 0)
            return "its sections are not where they should be";
        if (large && s->first_page != pages)
            return "its pages are miscounted";
        pages += large ? (s->bytes + ENG_PAGE_BYTES - 1) / ENG_PAGE_BYTES : 0;
        end = s->at + s->bytes;
    }
    return head->sections[ENG_SECTION_SUMS].bytes != pages * sizeof(uint32_t)
               ? "its pages are miscounted"
               : NULL;
}

static const char *graph_fault(const eng_segment_header *h)
{
    if (h->graph_n == 0)
        return h->graph_n_up == 0 ? NULL : "its graph is out of range";
    return h->graph_n != h->chunks || h->vectors == 0 ||
                   h->graph_code_bytes != eng_codes_bytes(h->dims) ||
                   h->graph_stride !=
                       h->graph_code_bytes + ENG_GRAPH_LINKS * (uint32_t)sizeof(uint32_t) ||
                   h->graph_n_up > h->graph_n
               ? "its graph is out of range"
               : NULL;
}

/* Each section has as many rows as the counts say. */
static const char *lengths_fault(const eng_segment_head *head)
{
    const eng_segment_header *h = &head->header;
    const eng_segment_section *s = head->sections;
    const bool has_vectors = h->vectors > 0;
    const uint64_t words = ((uint64_t)h->dims + 63) / 64;
    const bool has_bits = s[ENG_SECTION_BITS_ROWS].bytes > 0;
    const struct {
        unsigned section;
        uint64_t bytes;
    } wanted[] = {
        {ENG_SECTION_DOCUMENTS, h->documents * sizeof(eng_block_document)},
        {ENG_SECTION_ORDINALS, h->chunks * sizeof(uint32_t)},
        {ENG_SECTION_LENGTHS, h->chunks * sizeof(uint32_t)},
        {ENG_SECTION_DOCUMENT_OF, h->chunks * sizeof(uint32_t)},
        {ENG_SECTION_HAS_VECTOR, has_vectors ? (h->chunks + 63) / 64 * sizeof(uint64_t) : 0},
        {ENG_SECTION_VECTORS, has_vectors ? h->chunks * h->dims * sizeof(uint16_t) : 0},
        {ENG_SECTION_BITS_MEANS, has_bits ? h->dims * sizeof(float) : 0},
        {ENG_SECTION_BITS_ROWS, has_bits ? h->chunks * words * sizeof(uint64_t) : 0},
        {ENG_SECTION_GRAPH_RECORDS, (uint64_t)h->graph_n * h->graph_stride},
        {ENG_SECTION_GRAPH_UP_NODE, h->graph_n_up * sizeof(uint32_t)},
        {ENG_SECTION_GRAPH_UP_FIRST, h->graph_n_up * sizeof(uint32_t)},
    };
    for (size_t i = 0; i < ANC_COUNT(wanted); i++)
        if (s[wanted[i].section].bytes != wanted[i].bytes)
            return "a section has another length than its counts say";
    return has_vectors && h->dims == 0 ? "its counts are out of range" : graph_fault(h);
}

static const char *head_fault(const os_map *map)
{
    const eng_segment_head *head = (const void *)map->bytes;
    if (map->len < sizeof *head)
        return "it is too short";
    const char *fault = header_fault(head, map->len);
    if (fault == NULL)
        fault = sections_fault(head);
    return fault != NULL ? fault : lengths_fault(head);
}

/* ---- the block -------------------------------------------------------------------------------- */

/* Where a section stands; NULL where it is empty. */
static void *bytes_of(const eng_segment *s, unsigned section)
{
    const eng_segment_section *row = &s->head->sections[section];
    return row->bytes > 0 ? (void *)(uintptr_t)(s->map.bytes + row->at) : NULL;
}

static bool make_pages(eng_segment *s)
{
    const uint64_t all = s->head->sections[ENG_SECTION_SUMS].bytes / sizeof(uint32_t);
    const uint32_t *sums = bytes_of(s, ENG_SECTION_SUMS);
    size_t n = 0, words = 0;
    s->checked = calloc((size_t)all / 64 + ENG_LARGE_SECTIONS + 1, sizeof *s->checked);
    for (unsigned i = 0; i < ENG_SECTIONS && s->checked != NULL; i++) {
        const eng_segment_section *row = &s->head->sections[i];
        if (!eng_section_is_large(i))
            continue;
        const uint64_t pages = (row->bytes + ENG_PAGE_BYTES - 1) / ENG_PAGE_BYTES;
        s->pages[n++] = (eng_pages){.segment = s,
                                    .section = i,
                                    .bytes = bytes_of(s, i),
                                    .n = row->bytes,
                                    .sums = sums != NULL ? sums + row->first_page : NULL,
                                    .checked = s->checked + words};
        words += (size_t)(pages + 63) / 64;
    }
    return s->checked != NULL;
}

static const eng_pages *pages_of(const eng_segment *s, unsigned section)
{
    size_t i = 0;
    while (s->pages[i].section != section)
        i++;
    return &s->pages[i];
}

static bool attach_graph(eng_block *b, const eng_segment *s)
{
    const eng_segment_header *h = &s->head->header;
    if (h->graph_n == 0)
        return true;
    b->graph = calloc(1, sizeof *b->graph);
    if (b->graph == NULL)
        return false;
    *b->graph = (eng_graph){.n = h->graph_n,
                            .dims = h->dims,
                            .code_bytes = h->graph_code_bytes,
                            .stride = h->graph_stride,
                            .scale = h->graph_scale,
                            .entry = h->graph_entry,
                            .top = h->graph_top,
                            .n_up = h->graph_n_up,
                            .n_up_links = s->head->sections[ENG_SECTION_GRAPH_UP_LINKS].bytes /
                                          sizeof(uint32_t),
                            .records = bytes_of(s, ENG_SECTION_GRAPH_RECORDS),
                            .up_node = bytes_of(s, ENG_SECTION_GRAPH_UP_NODE),
                            .up_first = bytes_of(s, ENG_SECTION_GRAPH_UP_FIRST),
                            .up_links = bytes_of(s, ENG_SECTION_GRAPH_UP_LINKS),
                            .pages = pages_of(s, ENG_SECTION_GRAPH_RECORDS)};
    memcpy(b->graph->recalls, h->graph_recalls, sizeof h->graph_recalls);
    return true;
}

/* Takes `s` over when it succeeds. */
static eng_block *block_of(eng_segment *s)
{
    const eng_segment_header *h = &s->head->header;
    eng_block *b = calloc(1, sizeof *b);
    if (b == NULL || !attach_graph(b, s)) {
        free(b);
        return NULL;
    }
    atomic_init(&b->refs, 1);
    b->dims = h->dims;
    b->length = h->length;
    b->n_vectors = h->vectors;
    b->n_postings = h->postings;
    b->impact_mean = h->impact_mean;
#define X(name, member)                              \
    b->member.ptr = bytes_of(s, ENG_SECTION_##name); \
    b->member.n = (size_t)(s->head->sections[ENG_SECTION_##name].bytes / sizeof *b->member.ptr);
    ENG_ARRAY_SECTIONS(X)
#undef X
    if (s->head->sections[ENG_SECTION_BITS_ROWS].bytes > 0)
        b->bits = (eng_bits){.n = (uint32_t)h->chunks,
                             .dims = h->dims,
                             .words = (h->dims + 63) / 64,
                             .means = bytes_of(s, ENG_SECTION_BITS_MEANS),
                             .rows = bytes_of(s, ENG_SECTION_BITS_ROWS),
                             .pages = pages_of(s, ENG_SECTION_BITS_ROWS)};
    b->vector_pages = pages_of(s, ENG_SECTION_VECTORS);
    b->posting_pages = pages_of(s, ENG_SECTION_POSTINGS);
    b->place_pages = pages_of(s, ENG_SECTION_PLACES);
    b->segment = s;
    return b;
}

anc_status eng_segment_open(const eng_disk *disk, anc_str path, uint64_t number, eng_block **ret,
                            anc_err *err)
{
    eng_segment *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to open %.*s", ANC_FMT(path));
    *s = (eng_segment){.disk = disk, .number = number};
    (void)pthread_mutex_init(&s->checking, NULL);
    (void)pthread_mutex_init(&s->lock, NULL);
    anc_status status = disk->map(disk->self, path, &s->map, err);
    const char *fault = status == ANC_OK ? head_fault(&s->map) : NULL;
    if (fault != NULL)
        status = ANC_FAIL(err, ANC_CORRUPT, "%.*s: %s", ANC_FMT(path), fault);
    if (status == ANC_OK) {
        s->head = (const void *)s->map.bytes;
        *ret = make_pages(s) ? block_of(s) : NULL;
        if (*ret == NULL)
            status = ANC_FAIL(err, ANC_NO_MEMORY, "no memory to open %.*s", ANC_FMT(path));
    }
    if (status != ANC_OK)
        eng_segment_close(s);
    return status;
}

void eng_segment_close(eng_segment *segment)
{
    if (segment == NULL)
        return;
    segment->disk->unmap(segment->disk->self, &segment->map);
    (void)pthread_mutex_destroy(&segment->checking);
    (void)pthread_mutex_destroy(&segment->lock);
    free(segment->checked);
    free(segment);
}

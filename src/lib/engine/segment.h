/* segment.h - a block as a file: a header, a table, and the block's tables one after the other, mapped and used
 * as they stand. docs/formats/segment.md says it byte by byte.
 *
 * Opening reads the header and the table of sections. Small sections are checked together, sums and structure,
 * before the block is first used; the large ones page by page (pages.h). What does not fit marks the segment
 * damaged: whoever reads goes on with nothing there, and asks eng_block_fault at the end.
 */
#ifndef ANC_ENGINE_SEGMENT_H
#define ANC_ENGINE_SEGMENT_H

#include <pthread.h>

#include "block.h"
#include "engine/disk.h"

/* Tables of a block that are arrays of its rows, in the order of their numbers. */
#define ENG_ARRAY_SECTIONS(X)       \
    X(DOCUMENTS, documents)         \
    X(SLOTS, slots)                 \
    X(FIELDS, fields)               \
    X(ORDINALS, ordinals)           \
    X(LENGTHS, lengths)             \
    X(DOCUMENT_OF, document_of)     \
    X(HAS_VECTOR, has_vector)       \
    X(VECTORS, vectors)             \
    X(TERMS, terms)                 \
    X(POSTINGS, postings)           \
    X(FORMS, forms)                 \
    X(PLACES, places)               \
    X(COLUMNS, columns)             \
    X(DISTINCT, distinct)           \
    X(HOLDERS, holders)             \
    X(NAMES, names)                 \
    X(LABELS, labels)               \
    X(ACCESS, access)               \
    X(ACCESS_LABELS, access_labels) \
    X(TEXT, text)
#define ENG_OTHER_SECTIONS(X)         \
    X(BITS_MEANS, bits_means)         \
    X(BITS_ROWS, bits_rows)           \
    X(GRAPH_RECORDS, graph_records)   \
    X(GRAPH_UP_NODE, graph_up_node)   \
    X(GRAPH_UP_FIRST, graph_up_first) \
    X(GRAPH_UP_LINKS, graph_up_links) \
    X(SUMS, sums)

/* The number in a file is one more. */
typedef enum eng_section {
#define X(name, member) ENG_SECTION_##name,
    ENG_ARRAY_SECTIONS(X) ENG_OTHER_SECTIONS(X)
#undef X
        ENG_SECTIONS
} eng_section;

const char *eng_section_name(unsigned section);
bool eng_section_is_large(unsigned section); /* checked page by page */

/* ---- the file --------------------------------------------------------------------------------- */

#define ENG_SEGMENT_MAGIC "ANCSEG\r\n"
enum { ENG_SEGMENT_VERSION = 1, ENG_SMALL_ALIGN = 64, ENG_LARGE_ALIGN = 4096 };

typedef struct eng_segment_header {
    char magic[8];
    uint32_t version;
    uint32_t crc;   /* of header and table, this being 0 */
    uint64_t bytes; /* of the file */
    uint64_t chunks, vectors, postings, length, documents;
    uint32_t dims;
    uint32_t n_sections;
    uint32_t graph_n; /* 0: no graph, and the next six are 0 */
    uint32_t graph_code_bytes, graph_stride;
    float graph_scale;
    uint32_t graph_entry, graph_top, graph_n_up;
    uint32_t reserved;
    uint16_t graph_recalls[ENG_GRAPH_DEPTHS];
    double impact_mean; /* of the postings */
} eng_segment_header;

typedef struct eng_segment_section {
    uint32_t number; /* eng_section + 1 */
    uint32_t crc;    /* of a small section; 0 of a large one */
    uint64_t at, bytes;
    uint32_t first_page; /* row of the sums, of a large section; 0 of a small one */
    uint32_t reserved;
} eng_segment_section;

typedef struct eng_segment_head {
    eng_segment_header header;
    eng_segment_section sections[ENG_SECTIONS];
} eng_segment_head;

static_assert(sizeof(eng_segment_header) == 136 && sizeof(eng_segment_section) == 32 &&
                  sizeof(eng_segment_head) == 136 + 32 * ENG_SECTIONS,
              "a segment's head");
static_assert(offsetof(eng_segment_header, dims) == 64 &&
                  offsetof(eng_segment_header, graph_recalls) == 104,
              "a segment's head");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are used as they stand");

uint32_t eng_segment_sum(const eng_segment_head *head); /* what header.crc should be */

/* Bytes of the file that a block becomes. */
uint64_t eng_segment_bytes(const eng_block *b);

/* Writes a block that is in memory as a new file and syncs it, not its name; gives the sum of its head. What was
 * written before a failure is removed. NO_MEMORY; what may_go_on answered; as the disk says. */
anc_status eng_segment_write(const eng_disk *disk, anc_str path, const eng_block *b,
                             const eng_tidy_options *options, uint32_t *ret_crc,
                             anc_err *err) ANC_MUST_CHECK;

/* ---- opened ----------------------------------------------------------------------------------- */

enum { ENG_LARGE_SECTIONS = 5 };

struct eng_segment {
    const eng_disk *disk;         /* borrowed */
    uint64_t number;              /* of its name */
    os_map map;                   /* owned */
    const eng_segment_head *head; /* of the map */
    /* held while the small sections are read for the first time; before `lock` */
    pthread_mutex_t checking;
    pthread_mutex_t lock;
    atomic_int core;     /* eng_core */
    atomic_bool damaged; /* set last */
    const char *what;    /* under lock, like the next two: what was found first */
    unsigned section;
    uint64_t at; /* byte of the file */
    eng_pages pages[ENG_LARGE_SECTIONS];
    atomic_uint_least64_t *checked; /* owned: the bits of all pages */
};

typedef enum eng_core { ENG_CORE_UNREAD, ENG_CORE_GOOD, ENG_CORE_DAMAGED } eng_core;

/* Maps the file `path`, called `number`, as a block. NOT_FOUND; CORRUPT names what is wrong with its head; NO_MEMORY;
 * as the disk says. */
anc_status eng_segment_open(const eng_disk *disk, anc_str path, uint64_t number, eng_block **ret,
                            anc_err *err) ANC_MUST_CHECK;
void eng_segment_close(eng_segment *segment); /* NULL is a no-op */

/* Remembers what is wrong, unless something was before: `at` is a byte of the section. */
void eng_segment_damaged(eng_segment *segment, unsigned section, uint64_t at, const char *what);

/* eng_block_ready, where it is not known yet: one thread looks, the others wait for it. */
bool eng_segment_first_check(const eng_block *b);

/* Reads the small sections, whatever is known of them; whether all is well. */
bool eng_segment_check(const eng_block *b);

/* Whether all but its large tables may be used; what they point to within the block is then where it should be. Comes
 * before every use of a block. */
static inline bool eng_block_ready(const eng_block *b)
{
    return b->segment == NULL ||
           atomic_load_explicit(&b->segment->core, memory_order_acquire) == ENG_CORE_GOOD ||
           eng_segment_first_check(b);
}

/* Whether something wrong was met in the block so far. */
bool eng_block_is_damaged(const eng_block *b);

/* OK, or CORRUPT with file, section and byte when the block is known to be damaged. */
anc_status eng_block_fault(const eng_block *b, anc_err *err) ANC_MUST_CHECK;

/* What is wrong with the small sections of a block, such that a reader could be led astray: NULL when nothing is.
 * *ret_section says where. */
const char *eng_structure_fault(const eng_block *b, unsigned *ret_section);

#endif

/* block.h - what a document is made of once it was parsed, and how its text is laid out.
 *
 * The extracted text is all blocks one behind the other with kno_block_separator between. Offsets
 * are bytes of that text.
 */
#ifndef ANC_KNOWLEDGE_DOMAIN_BLOCK_H
#define ANC_KNOWLEDGE_DOMAIN_BLOCK_H

#include "base/base.h"

typedef enum kno_block_kind {
    KNO_HEADING, /* level 1 to 6 */
    KNO_PARAGRAPH,
    KNO_LIST_ITEM,
    KNO_TABLE_ROW, /* cells with " | " between */
    KNO_CODE,
    KNO_QUOTE
} kno_block_kind;

typedef struct kno_block {
    kno_block_kind kind;
    unsigned level;
    uint32_t page;   /* 0 where there is none */
    uint32_t record; /* its number in a file of records, from 1; 0: it is none */
    bool header;     /* a table row that names the columns */
    bool continues;  /* more of the block before, nothing between */
    uint64_t start;  /* offset of `text` */
    anc_str text;    /* valid UTF-8, not empty */
} kno_block;

/* The same piece without its text, for a second pass over the text. */
typedef struct kno_block_span {
    uint64_t start, end;
    uint32_t page;
    uint32_t row; /* of its table, or the record's, from 1; 0: none */
    uint8_t kind; /* kno_block_kind */
    uint8_t level;
    bool header, continues;
} kno_block_span;

/* What stands between a block and the one before it: nothing inside a block, a line break between
 * items of a list and rows of a table, else a blank line. */
static inline anc_str kno_block_separator(kno_block_kind before, const kno_block *block)
{
    if (block->continues)
        return ANC_STR_NONE;
    const bool rows =
        before == block->kind && (block->kind == KNO_LIST_ITEM || block->kind == KNO_TABLE_ROW);
    return rows ? ANC_STR("\n") : ANC_STR("\n\n");
}

#endif

/* block.h - a document's text as it comes out of a parser: pieces with their role. */
#ifndef ANC_KNOWLEDGE_DOMAIN_BLOCK_H
#define ANC_KNOWLEDGE_DOMAIN_BLOCK_H

#include "base/base.h"

typedef enum kno_block_kind {
    KNO_BLOCK_HEADING, /* level 1 to 6 */
    KNO_BLOCK_PARAGRAPH,
    KNO_BLOCK_LIST_ITEM, /* level: depth from 1 */
    KNO_BLOCK_TABLE_ROW,
    KNO_BLOCK_CODE,
    KNO_BLOCK_QUOTE
} kno_block_kind;

typedef struct kno_block {
    kno_block_kind kind;
    uint32_t level;
    uint32_t page;  /* from 1; 0: none */
    bool header;    /* a row that names the columns of the rows below it */
    bool continues; /* more of the block before, set right behind it */
    anc_str text;   /* valid UTF-8, not empty */
} kno_block;

/* A whole block where it stands in the extracted text. */
typedef struct kno_block_span {
    uint64_t start, end; /* bytes */
    uint32_t page;
    uint8_t kind; /* kno_block_kind */
    uint8_t level;
    bool header;
} kno_block_span;

#endif

/* limits.h - how much of anything a catalog takes. An error that comes from one of these says its
 * name and its number. */
#ifndef ANC_KNOWLEDGE_DOMAIN_LIMITS_H
#define ANC_KNOWLEDGE_DOMAIN_LIMITS_H

enum {
    KNO_SOURCE_BYTES = 256 << 20, /* of a document's original */
    KNO_TEXT_BYTES = 64 << 20,    /* of its extracted text */
    KNO_BLOCKS = 1000000,         /* of a version: paragraphs, items, rows */
    KNO_CHUNKS = 50000,           /* of a version */
    KNO_FILE_TWINS = 64,          /* documents of one file of a folder, that are looked at */
    KNO_PARTS = 1000,             /* that a document has attached */
    KNO_PARTS_DEPTH = 4,          /* documents attached to one another */
    KNO_DESCRIPTION_BYTES = 4096,
    KNO_PROMPT_BYTES = 16 << 10,
    KNO_SOURCE_NAME_BYTES = 64,
    KNO_CONTENT_TYPE_BYTES = 256,
    KNO_TITLE_BYTES = 1024,
    KNO_URI_BYTES = 4096,
    KNO_METADATA_BYTES = 64 << 10,
    KNO_METADATA_FIELDS = 256,
    KNO_METADATA_VALUES = 1024, /* of all fields together, lists and what is in them counted */
    KNO_METADATA_DEPTH = 4,     /* the object itself is the first */
    KNO_METADATA_NAME_BYTES = 128,
    KNO_ACL_LABELS = 64,
    KNO_LABEL_BYTES = 256,
    KNO_CHUNK_TOKENS_MIN = 32,
    KNO_OVERLAP_SENTENCES = 4
};

#endif

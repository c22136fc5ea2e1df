/* title_line.h - what is embedded and indexed of a chunk: a line that says where it stands, and its
 * text. A pure function of what the catalog keeps, so that vectors can be made again at any time. */
#ifndef ANC_KNOWLEDGE_DOMAIN_TITLE_LINE_H
#define ANC_KNOWLEDGE_DOMAIN_TITLE_LINE_H

#include "base/str.h"

enum {
    KNO_TITLE_PART_BYTES = 256,
    KNO_TITLE_LINE_BYTES = 2 * KNO_TITLE_PART_BYTES + 8,
    KNO_COLUMNS_EMBEDDED = 256 /* bytes of a header row that are embedded */
};

/* Writes "title > A > B" and gives its length. `heading` is the path "A > B", `text` the chunk's;
 * either may be empty. A heading that the title or the beginning of the text says already is left
 * out. Title and path are cut to KNO_TITLE_PART_BYTES each, the path at its front. */
size_t kno_title_line(anc_str title, anc_str heading, anc_str text, char out[KNO_TITLE_LINE_BYTES]);

/* The first cells of a header row, at most KNO_COLUMNS_EMBEDDED bytes: the names of many columns say less of a row than
 * its cells do. Empty where its first alone is longer. */
anc_str kno_columns_embedded(anc_str columns);

/* Appends the title line, what is embedded of `columns` (the header row of the table that the text continues) and the
 * text, with line breaks between; what is empty is left out. LIMIT or NO_MEMORY when `out` cannot hold
 * it. */
anc_status kno_chunk_embed_text(anc_str title, anc_str heading, anc_str columns, anc_str text,
                                anc_buf *out, anc_err *err) ANC_MUST_CHECK;

#endif

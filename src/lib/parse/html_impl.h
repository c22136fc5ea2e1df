/* html_impl.h - elements and attributes by what they mean to a reader of text. */
#ifndef ANC_PARSE_HTML_IMPL_H
#define ANC_PARSE_HTML_IMPL_H

#include "base/str.h"

typedef enum prs_tag {
    PRS_TAG_INLINE,
    PRS_TAG_BLOCK,
    PRS_TAG_DROP,   /* never text */
    PRS_TAG_CHROME, /* about the page, not of it */
    PRS_TAG_EDGE,   /* chrome too, except inside the main content */
    PRS_TAG_FORM,
    PRS_TAG_HEADING,
    PRS_TAG_LIST,
    PRS_TAG_ITEM,
    PRS_TAG_TERM,
    PRS_TAG_DEFINITION,
    PRS_TAG_TABLE,
    PRS_TAG_HEADER_ROWS,
    PRS_TAG_ROW,
    PRS_TAG_CELL,
    PRS_TAG_CODE,
    PRS_TAG_QUOTE,
    PRS_TAG_BREAK,
    PRS_TAG_TITLE,
    PRS_TAG_MAIN,
    PRS_TAG_ARTICLE
} prs_tag;

prs_tag prs_tag_of(const char *name); /* in lower case */

typedef enum prs_place { PRS_PLACE_NORMAL, PRS_PLACE_HIDDEN, PRS_PLACE_MAIN } prs_place;

/* What an attribute says about its element. */
prs_place prs_place_of(const char *name, const char *value);

#endif

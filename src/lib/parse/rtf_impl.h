/* rtf_impl.h - the control words of RTF that a reader of text must know. */
#ifndef ANC_PARSE_RTF_IMPL_H
#define ANC_PARSE_RTF_IMPL_H

#include "base/str.h"

typedef enum prs_rtf_act {
    PRS_RTF_NONE,  /* unknown: looks only, and destinations behind "\*" */
    PRS_RTF_CHAR,  /* stands for the code point `value` */
    PRS_RTF_BREAK, /* a line end inside a paragraph */
    PRS_RTF_PARAGRAPH,
    PRS_RTF_CELL,
    PRS_RTF_ROW,
    PRS_RTF_ROW_BEGINS,
    PRS_RTF_ROW_IS_HEADER,
    PRS_RTF_IN_TABLE,
    PRS_RTF_RESET, /* of the paragraph's properties */
    PRS_RTF_OUTLINE,
    PRS_RTF_STYLE,
    PRS_RTF_LIST,
    PRS_RTF_LIST_LEVEL,
    PRS_RTF_UNICODE,
    PRS_RTF_UNICODE_SKIP,
    PRS_RTF_BINARY,
    PRS_RTF_CODEPAGE,
    PRS_RTF_FONT,
    PRS_RTF_FONT_CHARSET,
    PRS_RTF_HIDDEN,
    PRS_RTF_PLAIN,
    PRS_RTF_YEAR,
    PRS_RTF_MONTH,
    PRS_RTF_DAY,
    PRS_RTF_HOUR,
    PRS_RTF_MINUTE,
    /* destinations: the rest of the group is something else than text */
    PRS_RTF_SKIP,
    PRS_RTF_FONTS,
    PRS_RTF_STYLES,
    PRS_RTF_INFO,
    PRS_RTF_TITLE,
    PRS_RTF_AUTHOR,
    PRS_RTF_SUBJECT,
    PRS_RTF_KEYWORDS,
    PRS_RTF_CREATED,
    PRS_RTF_MODIFIED,
    PRS_RTF_MARK, /* of a list item */
    PRS_RTF_NOTE, /* at the foot: text in brackets */
    PRS_RTF_TEXT  /* text though it stands behind "\*" */
} prs_rtf_act;

typedef struct prs_rtf_word {
    anc_str name;
    prs_rtf_act act;
    uint32_t value;
} prs_rtf_word;

/* The row of a control word; that of PRS_RTF_NONE for an unknown one. */
const prs_rtf_word *prs_rtf_find(anc_str name);

/* The name that iconv knows a Windows code page by; NULL for Windows-1252. */
const char *prs_rtf_codepage(uint32_t number, char out[16]);

/* The code page of a font's \fcharset; 0 where the document's own holds. */
uint32_t prs_rtf_charset_page(uint32_t charset);

#endif

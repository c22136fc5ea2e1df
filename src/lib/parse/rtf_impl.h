/* rtf_impl.h - the parts of an RTF reader: control words, the state of reading, text into blocks. */
#ifndef ANC_PARSE_RTF_IMPL_H
#define ANC_PARSE_RTF_IMPL_H

#include "parse_impl.h"

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

/* ---- the state ------------------------------------------------------------------------------- */

enum {
    PRS_RTF_GROUPS = 1000,
    PRS_RTF_RUN_BYTES = 16 << 10,
    PRS_RTF_MAX_FONTS = 512,
    PRS_RTF_MAX_STYLES = 512,
    PRS_RTF_NO_OUTLINE = 9
};

/* What a group saves and gives back. */
typedef struct prs_rtf_group {
    prs_rtf_act destination; /* PRS_RTF_NONE: text */
    uint32_t page;           /* code page */
    unsigned outline, list_level;
    unsigned unicode_skip; /* characters behind \u that say the same for old readers */
    bool hidden, in_table, in_list;
} prs_rtf_group;

typedef struct prs_rtf_date {
    unsigned year, month, day, hour, minute;
} prs_rtf_date;

/* An RTF that is being read. */
typedef struct prs_rtf {
    prs_emitter *e;
    anc_str rest;
    prs_rtf_group groups[PRS_RTF_GROUPS];
    unsigned depth;   /* groups[depth] is the innermost */
    bool starred;     /* "\*" stands before the next word */
    unsigned to_skip; /* characters, behind \u */
    uint32_t high;    /* the first half of a pair of surrogates */
    anc_buf run;      /* bytes not yet decoded */
    anc_buf value;    /* of a property, a mark or a name of a style */
    anc_buf mark;
    anc_buf decoded;
    uint32_t default_page;
    uint16_t font_pages[PRS_RTF_MAX_FONTS];   /* 0: the document's */
    uint8_t style_levels[PRS_RTF_MAX_STYLES]; /* of headings, from 1; 0: none */
    unsigned font, style;                     /* that is being described */
    unsigned style_outline;
    unsigned cells; /* ended in the open row, and not yet written */
    bool in_row, row_is_header;
    prs_rtf_date when;
} prs_rtf;

/* ---- text (rtf_text.c); false: the emitter has failed ---------------------------------------- */

prs_rtf_group *prs_rtf_inner(prs_rtf *r);

bool prs_rtf_add_byte(prs_rtf *r, char c); /* in the group's code page */
bool prs_rtf_add_code_point(prs_rtf *r, uint32_t c);
bool prs_rtf_add_unicode(prs_rtf *r, int32_t number); /* "\u-10179": 16 bits with a sign */
bool prs_rtf_flush(prs_rtf *r);                       /* takes the bytes that were gathered */

bool prs_rtf_end_paragraph(prs_rtf *r);
bool prs_rtf_end_cell(prs_rtf *r);
bool prs_rtf_end_row(prs_rtf *r);

void prs_rtf_reset_paragraph(prs_rtf *r);
/* Of the group, or of what is being described. A number past the bounds is 0, or no outline. */
void prs_rtf_use_style(prs_rtf *r, int32_t number);
void prs_rtf_set_outline(prs_rtf *r, int32_t number);
void prs_rtf_use_font(prs_rtf *r, int32_t number);

#endif

/* odf_impl.h - what all OpenDocument files share: protection, properties, styles and lists. */
#ifndef ANC_PARSE_ODF_IMPL_H
#define ANC_PARSE_ODF_IMPL_H

#include "base/map.h"
#include "flow_impl.h"
#include "xml_impl.h"

enum { PRS_ODF_LEVELS = 10, PRS_ODF_AFFIX = 24 };

/* The namespaces of the format, by the prefixes that it uses itself. */
extern const prs_xml_space prs_odf_spaces[];
extern const size_t prs_odf_n_spaces;

/* Fails when the document is protected by a password. */
bool prs_odf_check(prs_archive *a) ANC_MUST_CHECK;

/* Emits title and properties. */
bool prs_odf_properties(prs_archive *a) ANC_MUST_CHECK;

/* ---- styles ----------------------------------------------------------------------------------- */

typedef struct prs_odf_level {
    prs_number_form form;
    bool defined;
    uint32_t start, shown; /* shown: how many levels the number has */
    char before[PRS_ODF_AFFIX], behind[PRS_ODF_AFFIX];
} prs_odf_level;

typedef struct prs_odf_list {
    prs_odf_level levels[PRS_ODF_LEVELS];
    uint32_t counts[PRS_ODF_LEVELS];
    bool begun[PRS_ODF_LEVELS];
} prs_odf_list;

/* Of a paragraph. */
typedef struct prs_odf_style {
    uint32_t parent, list; /* numbers from 1; 0: none */
} prs_odf_style;

typedef struct prs_odf_styles {
    anc_map *style_numbers, *list_numbers; /* owned; the outline is the list "" */
    prs_odf_style *styles;                 /* owned */
    prs_odf_list *lists;                   /* owned */
    uint32_t n_styles, n_lists, cap_styles, cap_lists;
    uint32_t title; /* number of the style "Title"; 0: there is none */
    /* while they are read */
    uint32_t open_list;
} prs_odf_styles;

bool prs_odf_styles_init(prs_odf_styles *s, prs_emitter *e) ANC_MUST_CHECK;
void prs_odf_styles_done(prs_odf_styles *s);

/* Reads styles.xml; none is no failure. */
bool prs_odf_read_styles(prs_archive *a, prs_odf_styles *s) ANC_MUST_CHECK;

/* Names that a reader of content has in its own table, for the styles that stand there too; it hands
 * their elements on. */
#define PRS_ODF_STYLE_NAMES                                                                        \
    {"style:style", PRS_ODF_STYLE}, {"text:list-style", PRS_ODF_LIST},                             \
        {"text:outline-style", PRS_ODF_OUTLINE}, {"text:list-level-style-number", PRS_ODF_NUMBER}, \
        {"text:outline-level-style", PRS_ODF_NUMBER},                                              \
        {"text:list-level-style-bullet", PRS_ODF_BULLET},                                          \
        {"text:list-level-style-image", PRS_ODF_BULLET}, {"style:name", PRS_ODF_NAME},             \
        {"style:family", PRS_ODF_FAMILY}, {"style:parent-style-name", PRS_ODF_PARENT},             \
        {"style:list-style-name", PRS_ODF_LIST_NAME}, {"text:level", PRS_ODF_LEVEL},               \
        {"style:num-format", PRS_ODF_FORM}, {"style:num-prefix", PRS_ODF_BEFORE},                  \
        {"style:num-suffix", PRS_ODF_BEHIND}, {"text:start-value", PRS_ODF_START},                 \
    {                                                                                              \
        "text:display-levels", PRS_ODF_SHOWN                                                       \
    }

enum {
    PRS_ODF_STYLE = 1,
    PRS_ODF_LIST,
    PRS_ODF_OUTLINE,
    PRS_ODF_NUMBER,
    PRS_ODF_BULLET,
    PRS_ODF_NAME,
    PRS_ODF_FAMILY,
    PRS_ODF_PARENT,
    PRS_ODF_LIST_NAME,
    PRS_ODF_LEVEL,
    PRS_ODF_FORM,
    PRS_ODF_BEFORE,
    PRS_ODF_BEHIND,
    PRS_ODF_START,
    PRS_ODF_SHOWN,
    PRS_ODF_NAMES /* the first number that is free */
};

bool prs_odf_start_style(prs_odf_styles *s, prs_emitter *e, unsigned id,
                         const prs_xml_attributes *a) ANC_MUST_CHECK;
void prs_odf_end_style(prs_odf_styles *s, unsigned id);

/* The number of a list, or of a paragraph's style; 0 for an unknown one. */
uint32_t prs_odf_find_list(const prs_odf_styles *s, anc_str name);
uint32_t prs_odf_find_style(const prs_odf_styles *s, anc_str name);

/* The list that a style, or one that it is made of, names. */
uint32_t prs_odf_list_of(const prs_odf_styles *s, uint32_t style);
bool prs_odf_is_title(const prs_odf_styles *s, uint32_t style);

/* Begins the numbers of a level and of all below it anew. */
void prs_odf_restart(prs_odf_styles *s, uint32_t list, unsigned level);

/* Counts one more, from `start` where that is not 0, and appends the mark: "3.", "-" for a bullet, nothing
 * where the level has none. A list that is not known has bullets. */
void prs_odf_next_mark(prs_odf_styles *s, uint32_t list, unsigned level, uint32_t start,
                       anc_buf *mark);

#endif

/* html_tags.c - what each element means to a reader of text. */
#include "html_impl.h"

#include <string.h>

typedef struct tag_row {
    const char *name;
    prs_tag tag;
} tag_row;

/* Sorted by name. What is not here is inline. */
static const tag_row rows[] = {
    {"address", PRS_TAG_BLOCK},  {"annotation", PRS_TAG_DROP},   {"article", PRS_TAG_ARTICLE},
    {"aside", PRS_TAG_CHROME},   {"audio", PRS_TAG_DROP},        {"blockquote", PRS_TAG_QUOTE},
    {"body", PRS_TAG_BLOCK},     {"br", PRS_TAG_BREAK},          {"button", PRS_TAG_DROP},
    {"canvas", PRS_TAG_DROP},    {"caption", PRS_TAG_BLOCK},     {"center", PRS_TAG_BLOCK},
    {"colgroup", PRS_TAG_BLOCK}, {"datalist", PRS_TAG_DROP},     {"dd", PRS_TAG_DEFINITION},
    {"details", PRS_TAG_BLOCK},  {"dialog", PRS_TAG_DROP},       {"dir", PRS_TAG_LIST},
    {"div", PRS_TAG_BLOCK},      {"dl", PRS_TAG_BLOCK},          {"dt", PRS_TAG_TERM},
    {"fieldset", PRS_TAG_BLOCK}, {"figcaption", PRS_TAG_BLOCK},  {"figure", PRS_TAG_BLOCK},
    {"footer", PRS_TAG_EDGE},    {"form", PRS_TAG_FORM},         {"h1", PRS_TAG_HEADING},
    {"h2", PRS_TAG_HEADING},     {"h3", PRS_TAG_HEADING},        {"h4", PRS_TAG_HEADING},
    {"h5", PRS_TAG_HEADING},     {"h6", PRS_TAG_HEADING},        {"header", PRS_TAG_EDGE},
    {"hgroup", PRS_TAG_BLOCK},   {"hr", PRS_TAG_BLOCK},          {"html", PRS_TAG_BLOCK},
    {"iframe", PRS_TAG_DROP},    {"input", PRS_TAG_DROP},        {"legend", PRS_TAG_BLOCK},
    {"li", PRS_TAG_ITEM},        {"listing", PRS_TAG_CODE},      {"main", PRS_TAG_MAIN},
    {"map", PRS_TAG_DROP},       {"menu", PRS_TAG_LIST},         {"nav", PRS_TAG_CHROME},
    {"noscript", PRS_TAG_DROP},  {"object", PRS_TAG_DROP},       {"ol", PRS_TAG_LIST},
    {"p", PRS_TAG_BLOCK},        {"pre", PRS_TAG_CODE},          {"script", PRS_TAG_DROP},
    {"search", PRS_TAG_BLOCK},   {"section", PRS_TAG_BLOCK},     {"select", PRS_TAG_DROP},
    {"style", PRS_TAG_DROP},     {"summary", PRS_TAG_BLOCK},     {"svg", PRS_TAG_DROP},
    {"table", PRS_TAG_TABLE},    {"tbody", PRS_TAG_BLOCK},       {"td", PRS_TAG_CELL},
    {"template", PRS_TAG_DROP},  {"textarea", PRS_TAG_DROP},     {"tfoot", PRS_TAG_BLOCK},
    {"th", PRS_TAG_CELL},        {"thead", PRS_TAG_HEADER_ROWS}, {"title", PRS_TAG_TITLE},
    {"tr", PRS_TAG_ROW},         {"ul", PRS_TAG_LIST},           {"video", PRS_TAG_DROP},
    {"xmp", PRS_TAG_CODE},
};

prs_tag prs_tag_of(const char *name)
{
    size_t low = 0, high = ANC_COUNT(rows);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(name, rows[middle].name);
        if (order == 0)
            return rows[middle].tag;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return PRS_TAG_INLINE;
}

static bool is_word_of(anc_str words, const char *const *list, size_t n)
{
    anc_str word;
    while (anc_str_split(&words, ' ', &word))
        for (size_t i = 0; i < n; i++)
            if (anc_str_eq_nocase(word, anc_str_of(list[i])))
                return true;
    return false;
}

prs_place prs_place_of(const char *name, const char *value)
{
    static const char *const roles[] = {"navigation", "banner",  "contentinfo", "search",
                                        "menu",       "menubar", "dialog",      "alertdialog"};
    /* What the most read of all wikis and common style sheets call things that are not text. */
    static const char *const classes[] = {"mw-editsection",  "noprint",  "navbox",
                                          "mw-jump-link",    "catlinks", "mw-portlet",
                                          "visually-hidden", "sr-only"};
    const anc_str v = anc_str_of(value);
    if (strcmp(name, "hidden") == 0)
        return PRS_PLACE_HIDDEN;
    if (strcmp(name, "aria-hidden") == 0 && anc_str_eq_nocase(v, ANC_STR("true")))
        return PRS_PLACE_HIDDEN;
    if (strcmp(name, "role") == 0 && anc_str_eq_nocase(v, ANC_STR("main")))
        return PRS_PLACE_MAIN;
    if (strcmp(name, "role") == 0 && is_word_of(v, roles, ANC_COUNT(roles)))
        return PRS_PLACE_HIDDEN;
    if (strcmp(name, "class") == 0 && is_word_of(v, classes, ANC_COUNT(classes)))
        return PRS_PLACE_HIDDEN;
    return PRS_PLACE_NORMAL;
}

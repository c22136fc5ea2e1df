/* docx_styles.c - which styles of a DOCX are headings, titles and lists, whatever they are called in the
 * language of the one who wrote it. */
#include "docx_impl.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_STYLES = 20000, MAX_BASES = 20 };

enum { STYLE = 1, TYPE, ID, NAME, BASED_ON, OUTLINE, NUMBERS, LEVEL, VAL };

static const prs_xml_name names[] = {
    {"w:style", STYLE},   {"w:type", TYPE},        {"w:styleId", ID},
    {"w:name", NAME},     {"w:basedOn", BASED_ON}, {"w:outlineLvl", OUTLINE},
    {"w:numId", NUMBERS}, {"w:ilvl", LEVEL},       {"w:val", VAL}};

typedef struct reading {
    prs_archive *a;
    prs_docx_styles *s;
    uint32_t open; /* number of the style that is being read; 0: none */
} reading;

void prs_docx_styles_done(prs_docx_styles *s)
{
    anc_map_free(s->numbers);
    free(s->styles);
    *s = (prs_docx_styles){.n = 0};
}

static bool out_of_memory(prs_emitter *e)
{
    return prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "styles: out of memory"));
}

/* The number of the style called `id`, which may be defined later. */
static bool number_of(reading *r, anc_str id, uint32_t *ret)
{
    prs_docx_styles *s = r->s;
    uint64_t found;
    if (anc_map_find(s->numbers, id, &found)) {
        *ret = (uint32_t)found;
        return true;
    }
    if (s->n == MAX_STYLES)
        return prs_emit_fail(r->a->e, ANC_FAIL(r->a->e->err, ANC_LIMIT,
                                               "document: more than %d styles", MAX_STYLES));
    if (s->n == s->cap) {
        const uint32_t cap = s->cap > 0 ? s->cap * 2 : 64;
        prs_docx_style *grown = realloc(s->styles, cap * sizeof *grown);
        if (grown == NULL)
            return out_of_memory(r->a->e);
        s->styles = grown;
        s->cap = cap;
    }
    if (!anc_map_put(s->numbers, id, s->n + 1))
        return out_of_memory(r->a->e);
    s->styles[s->n++] =
        (prs_docx_style){.list = UINT32_MAX, .outline = UINT8_MAX, .level = UINT8_MAX};
    *ret = s->n;
    return true;
}

/* Built-in styles have English names in every language: "heading 2", "Title". */
static void take_name(prs_docx_style *style, anc_str name)
{
    const anc_str prefix = ANC_STR("heading ");
    if (anc_str_eq_nocase(anc_str_sub(name, 0, prefix.len), prefix) && name.len == prefix.len + 1 &&
        name.ptr[prefix.len] >= '1' && name.ptr[prefix.len] <= '9') {
        style->is_heading = true;
        if (style->outline == UINT8_MAX)
            style->outline = (uint8_t)(name.ptr[prefix.len] - '1');
    }
    style->is_title = anc_str_eq_nocase(name, ANC_STR("title"));
}

static bool take_property(reading *r, unsigned id, const prs_xml_attributes *a)
{
    prs_docx_style *style = &r->s->styles[r->open - 1];
    uint32_t n;
    if (id == NAME)
        take_name(style, prs_xml_attribute(a, VAL));
    else if (id == BASED_ON) {
        if (!number_of(r, prs_xml_attribute(a, VAL), &n))
            return false;
        r->s->styles[r->open - 1].based_on = n;
    } else if (id == OUTLINE && prs_xml_number(a, VAL, &n))
        style->outline = n < PRS_DOCX_NO_OUTLINE ? (uint8_t)n : PRS_DOCX_NO_OUTLINE;
    else if (id == NUMBERS && prs_xml_number(a, VAL, &n))
        style->list = n;
    else if (id == LEVEL && prs_xml_number(a, VAL, &n))
        style->level = n < PRS_DOCX_LEVELS ? (uint8_t)n : PRS_DOCX_LEVELS - 1;
    return true;
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    reading *r = self;
    if (id == STYLE) {
        r->open = 0;
        const anc_str type = prs_xml_attribute(a, TYPE);
        if (type.len > 0 && !anc_str_eq(type, ANC_STR("paragraph")))
            return true;
        if (!number_of(r, prs_xml_attribute(a, ID), &r->open))
            return false;
        r->s->styles[r->open - 1].defined = true;
        return true;
    }
    return r->open == 0 || take_property(r, id, a);
}

static bool on_end(void *self, unsigned id)
{
    if (id == STYLE)
        ((reading *)self)->open = 0;
    return true;
}

bool prs_docx_read_styles(prs_archive *a, const char *name, prs_docx_styles *ret)
{
    const prs_xml_table table = {prs_docx_spaces, prs_docx_n_spaces, names, ANC_COUNT(names)};
    reading r = {.a = a, .s = ret};
    const prs_xml_handler handler = {.start = on_start, .end = on_end, .self = &r};
    ret->numbers = anc_map_new();
    if (ret->numbers == NULL)
        return out_of_memory(a->e);
    return name[0] == '\0' || prs_xml_read_entry(&table, &handler, a, name);
}

/* A style that is not defined is known by its id alone: "Heading2". */
static prs_docx_style guess(anc_str id)
{
    prs_docx_style style = {.list = UINT32_MAX, .outline = UINT8_MAX, .level = UINT8_MAX};
    const anc_str prefix = ANC_STR("heading");
    const anc_str digit = anc_str_trim(anc_str_sub(id, prefix.len, id.len));
    if (anc_str_eq_nocase(anc_str_sub(id, 0, prefix.len), prefix) && digit.len == 1 &&
        digit.ptr[0] >= '1' && digit.ptr[0] <= '9')
        style.outline = (uint8_t)(digit.ptr[0] - '1');
    style.is_title = anc_str_eq_nocase(id, ANC_STR("title"));
    return style;
}

prs_docx_style prs_docx_style_of(const prs_docx_styles *s, anc_str id)
{
    uint64_t number;
    if (id.len == 0 || !anc_map_find(s->numbers, id, &number) || !s->styles[number - 1].defined)
        return guess(id);
    prs_docx_style style = s->styles[number - 1];
    uint32_t base = style.based_on;
    for (unsigned i = 0; base > 0 && i < MAX_BASES; i++) {
        const prs_docx_style *b = &s->styles[base - 1];
        style.outline = style.outline == UINT8_MAX ? b->outline : style.outline;
        style.list = style.list == UINT32_MAX ? b->list : style.list;
        style.level = style.level == UINT8_MAX ? b->level : style.level;
        base = b->based_on;
    }
    return style;
}

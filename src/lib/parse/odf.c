/* odf.c - protection, properties and styles of OpenDocument files. */
#include "odf_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "properties_impl.h"

enum { MAX_STYLES = 50000, MAX_LISTS = 10000, MAX_PARENTS = 20 };

const prs_xml_space prs_odf_spaces[] = {
    {"office", "urn:oasis:names:tc:opendocument:xmlns:office:1.0"},
    {"text", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"},
    {"table", "urn:oasis:names:tc:opendocument:xmlns:table:1.0"},
    {"style", "urn:oasis:names:tc:opendocument:xmlns:style:1.0"},
    {"draw", "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"},
    {"svg", "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"},
    {"manifest", "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"}};
const size_t prs_odf_n_spaces = ANC_COUNT(prs_odf_spaces);

/* ---- the whole ---------------------------------------------------------------------------------- */

enum { ENCRYPTION = 1 };

static bool find_encryption(void *self, unsigned id, const prs_xml_attributes *a)
{
    (void)a;
    *(bool *)self |= id == ENCRYPTION;
    return id != ENCRYPTION;
}

bool prs_odf_check(prs_archive *a)
{
    static const prs_xml_name names[] = {{"manifest:encryption-data", ENCRYPTION}};
    const prs_xml_table table = {prs_odf_spaces, prs_odf_n_spaces, names, ANC_COUNT(names)};
    bool encrypted = false;
    const prs_xml_handler handler = {.start = find_encryption, .self = &encrypted};
    if (!prs_archive_has(a, "META-INF/manifest.xml"))
        return a->e->status == ANC_OK;
    if (!prs_xml_read_entry(&table, &handler, a, "META-INF/manifest.xml"))
        return false;
    return !encrypted ||
           prs_emit_fail(a->e, ANC_FAIL(a->e->err, ANC_INVALID, "it is protected by a password"));
}

bool prs_odf_properties(prs_archive *a)
{
    return prs_archive_has(a, "meta.xml") ? prs_read_properties(a, "meta.xml", NULL)
                                          : a->e->status == ANC_OK;
}

/* ---- styles ------------------------------------------------------------------------------------- */

static bool out_of_memory(prs_emitter *e)
{
    return prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "styles: out of memory"));
}

bool prs_odf_styles_init(prs_odf_styles *s, prs_emitter *e)
{
    *s = (prs_odf_styles){.style_numbers = anc_map_new(), .list_numbers = anc_map_new()};
    return (s->style_numbers != NULL && s->list_numbers != NULL) || out_of_memory(e);
}

void prs_odf_styles_done(prs_odf_styles *s)
{
    anc_map_free(s->style_numbers);
    anc_map_free(s->list_numbers);
    free(s->styles);
    free(s->lists);
    *s = (prs_odf_styles){.n_styles = 0};
}

/* Makes room for one more of `n` things of `size` bytes. */
static bool grow(prs_emitter *e, void **things, uint32_t n, uint32_t *cap, size_t size,
                 uint32_t max)
{
    if (n < *cap)
        return true;
    if (n >= max)
        return prs_emit_fail(e, ANC_FAIL(e->err, ANC_LIMIT, "document: more than %u styles", max));
    const uint32_t more = *cap > 0 ? *cap * 2 : 16;
    void *grown = realloc(*things, more * size);
    if (grown == NULL)
        return out_of_memory(e);
    *things = grown;
    *cap = more;
    return true;
}

/* The number of a style, which may be defined later. */
static bool style_number(prs_odf_styles *s, prs_emitter *e, anc_str name, uint32_t *ret)
{
    uint64_t found;
    if (anc_map_find(s->style_numbers, name, &found)) {
        *ret = (uint32_t)found;
        return true;
    }
    void *things = s->styles;
    if (!grow(e, &things, s->n_styles, &s->cap_styles, sizeof *s->styles, MAX_STYLES))
        return false;
    s->styles = things;
    if (!anc_map_put(s->style_numbers, name, s->n_styles + 1))
        return out_of_memory(e);
    s->styles[s->n_styles++] = (prs_odf_style){.parent = 0};
    *ret = s->n_styles;
    if (anc_str_eq(name, ANC_STR("Title")))
        s->title = *ret;
    return true;
}

/* The number of a list, which may be defined later. */
static bool list_number(prs_odf_styles *s, prs_emitter *e, anc_str name, uint32_t *ret)
{
    uint64_t found;
    if (anc_map_find(s->list_numbers, name, &found)) {
        *ret = (uint32_t)found;
        return true;
    }
    void *things = s->lists;
    if (!grow(e, &things, s->n_lists, &s->cap_lists, sizeof *s->lists, MAX_LISTS))
        return false;
    s->lists = things;
    if (!anc_map_put(s->list_numbers, name, s->n_lists + 1))
        return out_of_memory(e);
    s->lists[s->n_lists++] = (prs_odf_list){.counts = {0}};
    *ret = s->n_lists;
    return true;
}

static bool start_style(prs_odf_styles *s, prs_emitter *e, const prs_xml_attributes *a)
{
    if (!anc_str_eq(prs_xml_attribute(a, PRS_ODF_FAMILY), ANC_STR("paragraph")))
        return true;
    const anc_str parent = prs_xml_attribute(a, PRS_ODF_PARENT);
    const anc_str list = prs_xml_attribute(a, PRS_ODF_LIST_NAME);
    uint32_t number, parent_number = 0, list_of = 0;
    if (!style_number(s, e, prs_xml_attribute(a, PRS_ODF_NAME), &number) ||
        (parent.len > 0 && !style_number(s, e, parent, &parent_number)) ||
        (list.len > 0 && !list_number(s, e, list, &list_of)))
        return false;
    s->styles[number - 1] = (prs_odf_style){.parent = parent_number, .list = list_of};
    return true;
}

static prs_number_form form_of(anc_str said)
{
    static const struct {
        char said;
        prs_number_form form;
    } rows[] = {{'1', PRS_NUMBER_DECIMAL},
                {'a', PRS_NUMBER_LOWER_LETTER},
                {'A', PRS_NUMBER_UPPER_LETTER},
                {'i', PRS_NUMBER_LOWER_ROMAN},
                {'I', PRS_NUMBER_UPPER_ROMAN}};
    for (size_t i = 0; i < ANC_COUNT(rows) && said.len > 0; i++)
        if (said.ptr[0] == rows[i].said)
            return rows[i].form;
    return said.len > 0 ? PRS_NUMBER_DECIMAL : PRS_NUMBER_NONE;
}

static void copy_affix(char to[PRS_ODF_AFFIX], anc_str s)
{
    const size_t n = anc_utf8_floor(s, s.len < PRS_ODF_AFFIX ? s.len : PRS_ODF_AFFIX - 1);
    if (n > 0)
        memcpy(to, s.ptr, n);
    to[n] = '\0';
}

static void start_level(prs_odf_styles *s, unsigned id, const prs_xml_attributes *a)
{
    uint32_t n;
    if (s->open_list == 0 || !prs_xml_number(a, PRS_ODF_LEVEL, &n) || n < 1 || n > PRS_ODF_LEVELS)
        return;
    prs_odf_level *level = &s->lists[s->open_list - 1].levels[n - 1];
    *level = (prs_odf_level){.defined = true, .start = 1, .shown = 1};
    level->form =
        id == PRS_ODF_BULLET ? PRS_NUMBER_BULLET : form_of(prs_xml_attribute(a, PRS_ODF_FORM));
    copy_affix(level->before, prs_xml_attribute(a, PRS_ODF_BEFORE));
    copy_affix(level->behind, prs_xml_attribute(a, PRS_ODF_BEHIND));
    (void)prs_xml_number(a, PRS_ODF_START, &level->start);
    (void)prs_xml_number(a, PRS_ODF_SHOWN, &level->shown);
}

bool prs_odf_start_style(prs_odf_styles *s, prs_emitter *e, unsigned id,
                         const prs_xml_attributes *a)
{
    if (id == PRS_ODF_STYLE)
        return start_style(s, e, a);
    if (id == PRS_ODF_LIST)
        return list_number(s, e, prs_xml_attribute(a, PRS_ODF_NAME), &s->open_list);
    if (id == PRS_ODF_OUTLINE)
        return list_number(s, e, ANC_STR_NONE, &s->open_list);
    if (id == PRS_ODF_NUMBER || id == PRS_ODF_BULLET)
        start_level(s, id, a);
    return true;
}

void prs_odf_end_style(prs_odf_styles *s, unsigned id)
{
    if (id == PRS_ODF_LIST || id == PRS_ODF_OUTLINE)
        s->open_list = 0;
}

typedef struct reading {
    prs_odf_styles *s;
    prs_emitter *e;
} reading;

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    const reading *r = self;
    return prs_odf_start_style(r->s, r->e, id, a);
}

static bool on_end(void *self, unsigned id)
{
    prs_odf_end_style(((reading *)self)->s, id);
    return true;
}

bool prs_odf_read_styles(prs_archive *a, prs_odf_styles *s)
{
    static const prs_xml_name names[] = {PRS_ODF_STYLE_NAMES};
    const prs_xml_table table = {prs_odf_spaces, prs_odf_n_spaces, names, ANC_COUNT(names)};
    reading r = {s, a->e};
    const prs_xml_handler handler = {.start = on_start, .end = on_end, .self = &r};
    return prs_archive_has(a, "styles.xml") ? prs_xml_read_entry(&table, &handler, a, "styles.xml")
                                            : a->e->status == ANC_OK;
}

/* ---- use of styles ------------------------------------------------------------------------------ */

uint32_t prs_odf_find_list(const prs_odf_styles *s, anc_str name)
{
    uint64_t found;
    return anc_map_find(s->list_numbers, name, &found) ? (uint32_t)found : 0;
}

uint32_t prs_odf_find_style(const prs_odf_styles *s, anc_str name)
{
    uint64_t found;
    return anc_map_find(s->style_numbers, name, &found) ? (uint32_t)found : 0;
}

uint32_t prs_odf_list_of(const prs_odf_styles *s, uint32_t style)
{
    for (unsigned i = 0; style > 0 && i < MAX_PARENTS; i++) {
        if (s->styles[style - 1].list > 0)
            return s->styles[style - 1].list;
        style = s->styles[style - 1].parent;
    }
    return 0;
}

bool prs_odf_is_title(const prs_odf_styles *s, uint32_t style)
{
    for (unsigned i = 0; style > 0 && i < MAX_PARENTS; i++) {
        if (style == s->title)
            return true;
        style = s->styles[style - 1].parent;
    }
    return false;
}

void prs_odf_restart(prs_odf_styles *s, uint32_t list, unsigned level)
{
    for (unsigned i = level; list > 0 && i < PRS_ODF_LEVELS; i++)
        s->lists[list - 1].begun[i] = false;
}

void prs_odf_next_mark(prs_odf_styles *s, uint32_t list, unsigned level, uint32_t start,
                       anc_buf *mark)
{
    if (list == 0 || !s->lists[list - 1].levels[level].defined) {
        (void)anc_buf_add_char(mark, '-');
        return;
    }
    prs_odf_list *l = &s->lists[list - 1];
    const prs_odf_level *v = &l->levels[level];
    l->counts[level] = start > 0 ? start : l->begun[level] ? l->counts[level] + 1 : v->start;
    l->begun[level] = true;
    prs_odf_restart(s, list, level + 1);
    if (v->form == PRS_NUMBER_BULLET) {
        (void)anc_buf_add_char(mark, '-');
        return;
    }
    if (v->form == PRS_NUMBER_NONE)
        return;
    (void)anc_buf_add(mark, anc_str_of(v->before));
    const unsigned shown = v->shown > 0 && v->shown <= level + 1 ? (unsigned)v->shown : 1;
    for (unsigned i = level + 1 - shown; i <= level; i++) {
        const prs_odf_level *of = &l->levels[i];
        if (of->form == PRS_NUMBER_NONE || of->form == PRS_NUMBER_BULLET)
            continue;
        prs_number_add(of->form, l->begun[i] ? l->counts[i] : of->start, mark);
        if (i < level)
            (void)anc_buf_add_char(mark, '.');
    }
    (void)anc_buf_add(mark, anc_str_of(v->behind));
}

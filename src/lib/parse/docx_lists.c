/* docx_lists.c - the numbers of a DOCX: definitions of lists, and their counters while it is read.
 *
 * A paragraph names a list, a list names a definition; lists of one definition count on, unless they
 * say where they begin.
 */
#include "docx_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_LISTS = 20000,
    MAX_DEFINITIONS = 10000,
    TEXT_BYTES = 4 << 20, /* of all forms of marks */
    NOT_SAID = -1
};

typedef struct level {
    prs_number_form form;
    bool as_decimals; /* the levels above too */
    uint32_t start;
    uint32_t text_at, text_len; /* "%1.%2" in texts */
} level;

typedef struct definition {
    level levels[PRS_DOCX_LEVELS];
    uint32_t counts[PRS_DOCX_LEVELS];
    bool begun[PRS_DOCX_LEVELS];
} definition;

typedef struct list {
    uint32_t definition;             /* its number from 1; 0: none */
    int64_t starts[PRS_DOCX_LEVELS]; /* NOT_SAID where the definition's holds */
    bool begun;
} list;

struct prs_docx_lists {
    definition *definitions; /* owned */
    list *lists;             /* owned */
    uint32_t n_definitions, n_lists, cap_definitions, cap_lists;
    anc_map *definition_numbers, *list_numbers; /* owned: ids as written */
    anc_buf texts;
};

enum {
    ABSTRACT = 1,
    ABSTRACT_ID,
    LEVEL,
    ILVL,
    START,
    FORMAT,
    TEXT,
    LEGAL,
    NUM,
    NUM_ID,
    OVERRIDE,
    START_OVERRIDE,
    VAL
};

static const prs_xml_name names[] = {{"w:abstractNum", ABSTRACT},
                                     {"w:abstractNumId", ABSTRACT_ID},
                                     {"w:lvl", LEVEL},
                                     {"w:ilvl", ILVL},
                                     {"w:start", START},
                                     {"w:numFmt", FORMAT},
                                     {"w:lvlText", TEXT},
                                     {"w:isLgl", LEGAL},
                                     {"w:num", NUM},
                                     {"w:numId", NUM_ID},
                                     {"w:lvlOverride", OVERRIDE},
                                     {"w:startOverride", START_OVERRIDE},
                                     {"w:val", VAL}};

/* What is being read is kept by its number: the arrays move as they grow. */
typedef struct reading {
    prs_archive *a;
    prs_docx_lists *l;
    uint32_t definition, list; /* from 1; 0: none */
    unsigned level;            /* from 1, of the definition; 0: none */
    unsigned overridden;
} reading;

void prs_docx_lists_free(prs_docx_lists *l)
{
    if (l == NULL)
        return;
    free(l->definitions);
    free(l->lists);
    anc_map_free(l->definition_numbers);
    anc_map_free(l->list_numbers);
    anc_buf_done(&l->texts);
    free(l);
}

/* ---- reading the definitions ------------------------------------------------------------------ */

static bool out_of_memory(prs_emitter *e)
{
    return prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "lists: out of memory"));
}

/* Makes room for one more of `n` things of `size` bytes. */
static bool grow(prs_emitter *e, void **things, uint32_t n, uint32_t *cap, size_t size,
                 uint32_t max)
{
    if (n < *cap)
        return true;
    if (n >= max)
        return prs_emit_fail(e, ANC_FAIL(e->err, ANC_LIMIT, "document: more than %u lists", max));
    const uint32_t more = *cap > 0 ? *cap * 2 : 16;
    void *grown = realloc(*things, more * size);
    if (grown == NULL)
        return out_of_memory(e);
    *things = grown;
    *cap = more;
    return true;
}

static bool begin_definition(reading *r, anc_str id)
{
    prs_docx_lists *l = r->l;
    void *things = l->definitions;
    if (!grow(r->a->e, &things, l->n_definitions, &l->cap_definitions, sizeof *l->definitions,
              MAX_DEFINITIONS))
        return false;
    l->definitions = things;
    if (!anc_map_put(l->definition_numbers, id, l->n_definitions + 1))
        return out_of_memory(r->a->e);
    definition *d = &l->definitions[l->n_definitions++];
    *d = (definition){.counts = {0}};
    for (size_t i = 0; i < PRS_DOCX_LEVELS; i++)
        d->levels[i].start = 1;
    r->definition = l->n_definitions;
    r->level = 0;
    return true;
}

static bool begin_list(reading *r, anc_str id)
{
    prs_docx_lists *l = r->l;
    void *things = l->lists;
    if (!grow(r->a->e, &things, l->n_lists, &l->cap_lists, sizeof *l->lists, MAX_LISTS))
        return false;
    l->lists = things;
    if (!anc_map_put(l->list_numbers, id, l->n_lists + 1))
        return out_of_memory(r->a->e);
    list *begun = &l->lists[l->n_lists++];
    *begun = (list){.definition = 0};
    for (size_t i = 0; i < PRS_DOCX_LEVELS; i++)
        begun->starts[i] = NOT_SAID;
    r->list = l->n_lists;
    r->overridden = 0;
    return true;
}

static prs_number_form form_of(anc_str name)
{
    static const struct {
        anc_str name;
        prs_number_form form;
    } rows[] = {{ANC_STR_INIT("bullet"), PRS_NUMBER_BULLET},
                {ANC_STR_INIT("none"), PRS_NUMBER_NONE},
                {ANC_STR_INIT("lowerLetter"), PRS_NUMBER_LOWER_LETTER},
                {ANC_STR_INIT("upperLetter"), PRS_NUMBER_UPPER_LETTER},
                {ANC_STR_INIT("lowerRoman"), PRS_NUMBER_LOWER_ROMAN},
                {ANC_STR_INIT("upperRoman"), PRS_NUMBER_UPPER_ROMAN},
                {ANC_STR_INIT("decimalZero"), PRS_NUMBER_PADDED}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_eq(name, rows[i].name))
            return rows[i].form;
    return PRS_NUMBER_DECIMAL;
}

static level *level_of(const reading *r)
{
    return &r->l->definitions[r->definition - 1].levels[r->level - 1];
}

static bool take_text(reading *r, anc_str text)
{
    level_of(r)->text_at = (uint32_t)r->l->texts.len;
    level_of(r)->text_len = (uint32_t)text.len;
    (void)anc_buf_add(&r->l->texts, text);
    return !r->l->texts.refused ||
           prs_emit_fail(r->a->e, anc_buf_status(&r->l->texts, "lists", r->a->e->err));
}

/* What is inside a level of a definition, or what a list says in its stead. */
static bool take_level(reading *r, unsigned id, const prs_xml_attributes *a)
{
    uint32_t n;
    if (id == START && prs_xml_number(a, VAL, &n))
        level_of(r)->start = n;
    else if (id == FORMAT)
        level_of(r)->form = form_of(prs_xml_attribute(a, VAL));
    else if (id == LEGAL)
        level_of(r)->as_decimals = prs_docx_is_on(prs_xml_attribute(a, VAL));
    else if (id == TEXT)
        return take_text(r, prs_xml_attribute(a, VAL));
    return true;
}

/* What is inside a list. */
static bool take_list(reading *r, unsigned id, const prs_xml_attributes *a)
{
    list *taken = &r->l->lists[r->list - 1];
    uint64_t number;
    uint32_t n;
    if (id == ABSTRACT_ID &&
        anc_map_find(r->l->definition_numbers, prs_xml_attribute(a, VAL), &number))
        taken->definition = (uint32_t)number;
    else if (id == OVERRIDE && prs_xml_number(a, ILVL, &n))
        r->overridden = n < PRS_DOCX_LEVELS ? n : PRS_DOCX_LEVELS - 1;
    else if (id == START_OVERRIDE && prs_xml_number(a, VAL, &n))
        taken->starts[r->overridden] = n;
    return true;
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    reading *r = self;
    uint32_t n;
    if ((id == ABSTRACT || id == NUM) && (r->definition > 0 || r->list > 0)) {
        prs_emitter *e = r->a->e;
        return prs_emit_fail(
            e, ANC_FAIL(e->err, ANC_INVALID, "document: a list is defined inside another one"));
    }
    if (id == ABSTRACT)
        return begin_definition(r, prs_xml_attribute(a, ABSTRACT_ID));
    if (id == NUM)
        return begin_list(r, prs_xml_attribute(a, NUM_ID));
    if (id == LEVEL && r->definition > 0 && prs_xml_number(a, ILVL, &n)) {
        r->level = n < PRS_DOCX_LEVELS ? n + 1 : 0;
        return true;
    }
    if (r->level > 0)
        return take_level(r, id, a);
    return r->list == 0 || take_list(r, id, a);
}

static bool on_end(void *self, unsigned id)
{
    reading *r = self;
    if (id == ABSTRACT)
        r->definition = 0;
    if (id == NUM)
        r->list = 0;
    if (id == LEVEL || id == ABSTRACT)
        r->level = 0;
    return true;
}

bool prs_docx_read_lists(prs_archive *a, const char *name, prs_docx_lists **ret)
{
    const prs_xml_table table = {prs_docx_spaces, prs_docx_n_spaces, names, ANC_COUNT(names)};
    prs_docx_lists *l = calloc(1, sizeof *l);
    *ret = l;
    if (l == NULL)
        return out_of_memory(a->e);
    l->texts = anc_buf_init(TEXT_BYTES);
    l->definition_numbers = anc_map_new();
    l->list_numbers = anc_map_new();
    if (l->definition_numbers == NULL || l->list_numbers == NULL)
        return out_of_memory(a->e);
    reading r = {.a = a, .l = l};
    const prs_xml_handler handler = {.start = on_start, .end = on_end, .self = &r};
    return name[0] == '\0' || prs_xml_read_entry(&table, &handler, a, name);
}

/* ---- counting --------------------------------------------------------------------------------- */

/* Counts one more on `at`; levels below begin anew, levels above that were passed over begin. */
static void count(definition *d, list *l, unsigned at)
{
    if (!l->begun) {
        l->begun = true;
        for (unsigned i = 0; i < PRS_DOCX_LEVELS; i++)
            if (l->starts[i] != NOT_SAID) {
                d->levels[i].start = (uint32_t)l->starts[i];
                d->begun[i] = false;
            }
    }
    for (unsigned i = 0; i < at; i++)
        if (!d->begun[i]) {
            d->begun[i] = true;
            d->counts[i] = d->levels[i].start;
        }
    d->counts[at] = d->begun[at] ? d->counts[at] + 1 : d->levels[at].start;
    d->begun[at] = true;
    for (unsigned i = at + 1; i < PRS_DOCX_LEVELS; i++)
        d->begun[i] = false;
}

bool prs_docx_next_mark(prs_docx_lists *l, uint32_t number, unsigned at, anc_buf *mark)
{
    char id[16];
    uint64_t found;
    const int n = snprintf(id, sizeof id, "%u", number);
    if (!anc_map_find(l->list_numbers, (anc_str){id, (size_t)n}, &found))
        return false;
    list *named = &l->lists[found - 1];
    if (named->definition == 0)
        return false;
    definition *d = &l->definitions[named->definition - 1];
    const level *v = &d->levels[at];
    count(d, named, at);
    if (v->form == PRS_NUMBER_BULLET)
        return anc_buf_add_char(mark, '-');
    const anc_str text = anc_str_sub(anc_buf_view(&l->texts), v->text_at, v->text_len);
    for (size_t i = 0; i < text.len; i++) {
        const unsigned k = text.ptr[i] == '%' && i + 1 < text.len
                               ? (unsigned)(text.ptr[i + 1] - '1')
                               : PRS_DOCX_LEVELS;
        if (k >= PRS_DOCX_LEVELS) {
            (void)anc_buf_add_char(mark, text.ptr[i]);
            continue;
        }
        i++;
        const prs_number_form of = d->levels[k].form;
        if (of != PRS_NUMBER_BULLET && of != PRS_NUMBER_NONE)
            prs_number_add(v->as_decimals ? PRS_NUMBER_DECIMAL : of,
                           d->begun[k] ? d->counts[k] : d->levels[k].start, mark);
    }
    return true;
}

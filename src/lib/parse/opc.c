/* opc.c - relationships and properties of Office documents. */
#include "opc_impl.h"

#include <stdio.h>
#include <string.h>

#include "xml_impl.h"

enum { VALUE_BYTES = 8 << 10 };

/* ---- relationships ------------------------------------------------------------------------------ */

enum { RELATIONSHIP = 1, ID, TYPE, TARGET, MODE };

static const prs_xml_space relation_spaces[] = {
    {"r", "http://schemas.openxmlformats.org/package/2006/relationships"},
    {"r", "http://purl.oclc.org/ooxml/package/relationships"}};

static const prs_xml_name relation_names[] = {{"r:Relationship", RELATIONSHIP},
                                              {"Id", ID},
                                              {"Type", TYPE},
                                              {"Target", TARGET},
                                              {"TargetMode", MODE}};

static const prs_xml_table relation_table = {relation_spaces, ANC_COUNT(relation_spaces),
                                             relation_names, ANC_COUNT(relation_names)};

typedef struct relations {
    const char *part;
    prs_opc_take take;
    void *self;
    anc_buf target;
} relations;

static anc_str last_step(anc_str address)
{
    size_t at = address.len;
    while (at > 0 && address.ptr[at - 1] != '/')
        at--;
    return anc_str_sub(address, at, address.len);
}

static bool take_relation(void *self, unsigned id, const prs_xml_attributes *a)
{
    relations *r = self;
    if (id != RELATIONSHIP || anc_str_eq(prs_xml_attribute(a, MODE), ANC_STR("External")) ||
        !prs_archive_resolve(anc_str_of(r->part), prs_xml_attribute(a, TARGET), &r->target))
        return true;
    const prs_opc_relation found = {.id = prs_xml_attribute(a, ID),
                                    .type = last_step(prs_xml_attribute(a, TYPE)),
                                    .target = anc_buf_view(&r->target)};
    return r->take(r->self, &found);
}

bool prs_opc_relations(prs_archive *a, const char *part, prs_opc_take take, void *self)
{
    char name[PRS_OPC_NAME_BYTES + 16];
    const size_t n_part = strlen(part);
    const size_t n_file = last_step(anc_str_of(part)).len;
    if (n_part > PRS_OPC_NAME_BYTES)
        return a->e->status == ANC_OK;
    (void)snprintf(name, sizeof name, "%.*s_rels/%s.rels", (int)(n_part - n_file), part,
                   part + n_part - n_file);
    if (!prs_archive_has(a, name))
        return a->e->status == ANC_OK;
    relations r = {
        .part = part, .take = take, .self = self, .target = anc_buf_init(PRS_OPC_NAME_BYTES)};
    const prs_xml_handler handler = {.start = take_relation, .self = &r};
    const bool ok = prs_xml_read_entry(&relation_table, &handler, a, name);
    anc_buf_done(&r.target);
    return ok;
}

typedef struct wanted {
    prs_archive *a;
    anc_str type;
    anc_buf *out;
} wanted;

static bool take_target(void *self, const prs_opc_relation *relation)
{
    const wanted *w = self;
    if (!anc_str_eq(relation->type, w->type) || !prs_archive_has(w->a, relation->target.ptr))
        return true;
    (void)anc_buf_add(w->out, relation->target);
    return false;
}

bool prs_opc_target(prs_archive *a, const char *part, const char *type, const char *otherwise,
                    anc_buf *out)
{
    wanted w = {a, anc_str_of(type), out};
    anc_buf_clear(out);
    if (!prs_opc_relations(a, part, take_target, &w))
        return false;
    if (out->len == 0 && prs_archive_has(a, otherwise))
        (void)anc_buf_add(out, anc_str_of(otherwise));
    return !out->refused || prs_emit_fail(a->e, anc_buf_status(out, "archive: a name", a->e->err));
}

/* ---- properties --------------------------------------------------------------------------------- */

enum { TITLE = 1, AUTHOR, SUBJECT, KEYWORDS, CREATED, MODIFIED, PROPERTIES };

static const prs_xml_space property_spaces[] = {
    {"dc", "http://purl.org/dc/elements/1.1/"},
    {"dcterms", "http://purl.org/dc/terms/"},
    {"cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"},
    {"cp", "http://purl.oclc.org/ooxml/package/metadata/core-properties"}};

static const prs_xml_name property_names[] = {
    {"dc:title", TITLE},       {"dc:creator", AUTHOR},       {"dc:subject", SUBJECT},
    {"cp:keywords", KEYWORDS}, {"dcterms:created", CREATED}, {"dcterms:modified", MODIFIED}};

static const prs_xml_table property_table = {property_spaces, ANC_COUNT(property_spaces),
                                             property_names, ANC_COUNT(property_names)};

/* The value of the property that is being read; the first of each name holds. */
typedef struct properties {
    anc_buf values[PROPERTIES];
    anc_buf *to; /* NULL: between them */
} properties;

static bool begin_property(void *self, unsigned id, const prs_xml_attributes *a)
{
    properties *p = self;
    (void)a;
    p->to = id > 0 && p->values[id].len == 0 ? &p->values[id] : NULL;
    return true;
}

static bool add_to_property(void *self, anc_str text)
{
    properties *p = self;
    if (p->to != NULL)
        (void)anc_buf_add(p->to, anc_str_sub(text, 0, p->to->max - p->to->len));
    return true;
}

static bool end_property(void *self, unsigned id)
{
    (void)id;
    ((properties *)self)->to = NULL;
    return true;
}

/* Whether it begins as a date in RFC 3339 does; a time without a zone is taken for one in UTC. */
static bool is_date(anc_str s)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    for (size_t i = 0; i < sizeof form - 1; i++) {
        const char c = i < s.len ? s.ptr[i] : '\0';
        if (form[i] == 'd' ? c < '0' || c > '9' : c != form[i])
            return false;
    }
    return true;
}

static bool emit_date(prs_emitter *e, const char *name, anc_str value)
{
    char date[64];
    value = anc_str_trim(value);
    if (!is_date(value) || value.len > 40)
        return true;
    const char last = value.ptr[value.len - 1];
    const bool zoned = last == 'Z' || (value.len > 6 && value.ptr[value.len - 3] == ':' &&
                                       strchr("+-", value.ptr[value.len - 6]) != NULL);
    const int n = snprintf(date, sizeof date, "%.*s%s", ANC_FMT(value), zoned ? "" : "Z");
    return prs_emit_property(e, anc_str_of(name), (anc_str){date, (size_t)n});
}

static bool emit_properties(prs_emitter *e, const properties *p)
{
    return prs_emit_title(e, anc_buf_view(&p->values[TITLE])) &&
           prs_emit_property(e, ANC_STR("author"), anc_buf_view(&p->values[AUTHOR])) &&
           prs_emit_property(e, ANC_STR("subject"), anc_buf_view(&p->values[SUBJECT])) &&
           prs_emit_property(e, ANC_STR("keywords"), anc_buf_view(&p->values[KEYWORDS])) &&
           emit_date(e, "created", anc_buf_view(&p->values[CREATED])) &&
           emit_date(e, "modified", anc_buf_view(&p->values[MODIFIED]));
}

bool prs_opc_properties(prs_archive *a)
{
    ANC_BUF(name, PRS_OPC_NAME_BYTES);
    if (!prs_opc_target(a, "", "core-properties", "docProps/core.xml", &name))
        return false;
    if (name.len == 0)
        return true;
    properties p = {.to = NULL};
    for (size_t i = 0; i < PROPERTIES; i++)
        p.values[i] = anc_buf_init(VALUE_BYTES);
    const prs_xml_handler handler = {begin_property, add_to_property, end_property, &p};
    const bool ok =
        prs_xml_read_entry(&property_table, &handler, a, name.ptr) && emit_properties(a->e, &p);
    for (size_t i = 0; i < PROPERTIES; i++)
        anc_buf_done(&p.values[i]);
    return ok;
}

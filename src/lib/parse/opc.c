/* opc.c - relationships and properties of Office documents. */
#include "opc_impl.h"

#include <stdio.h>
#include <string.h>

#include "properties_impl.h"
#include "xml_impl.h"

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
    prs_emitter *e;
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
    if (id != RELATIONSHIP || anc_str_eq(prs_xml_attribute(a, MODE), ANC_STR("External")))
        return true;
    if (!prs_archive_resolve(anc_str_of(r->part), prs_xml_attribute(a, TARGET), &r->target))
        return !r->target.starved || prs_emit_fail(r->e, ANC_FAIL(r->e->err, ANC_NO_MEMORY,
                                                                  "%s: out of memory", r->part));
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
    relations r = {.e = a->e,
                   .part = part,
                   .take = take,
                   .self = self,
                   .target = anc_buf_init(PRS_OPC_NAME_BYTES)};
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

bool prs_opc_properties(prs_archive *a, const char *program)
{
    ANC_BUF(name, PRS_OPC_NAME_BYTES);
    if (!prs_opc_target(a, "", "core-properties", "docProps/core.xml", &name))
        return false;
    return name.len == 0 || prs_read_properties(a, name.ptr, program);
}

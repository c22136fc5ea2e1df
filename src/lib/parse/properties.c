/* properties.c - title, author and dates out of the files that Office documents keep them in. */
#include "properties_impl.h"

#include <stdio.h>
#include <string.h>

#include "xml_impl.h"

enum { VALUE_BYTES = 8 << 10 };

/* FIRST_AUTHOR: where AUTHOR is the one who wrote last. */
enum { TITLE = 1, AUTHOR, FIRST_AUTHOR, SUBJECT, KEYWORDS, CREATED, MODIFIED, PROPERTIES };

static const prs_xml_space property_spaces[] = {
    {"dc", "http://purl.org/dc/elements/1.1/"},
    {"dcterms", "http://purl.org/dc/terms/"},
    {"cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"},
    {"cp", "http://purl.oclc.org/ooxml/package/metadata/core-properties"},
    {"meta", "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"}};

static const prs_xml_name property_names[] = {{"dc:title", TITLE},
                                              {"dc:creator", AUTHOR},
                                              {"meta:initial-creator", FIRST_AUTHOR},
                                              {"dc:subject", SUBJECT},
                                              {"cp:keywords", KEYWORDS},
                                              {"meta:keyword", KEYWORDS},
                                              {"dcterms:created", CREATED},
                                              {"meta:creation-date", CREATED},
                                              {"dcterms:modified", MODIFIED},
                                              {"dc:date", MODIFIED}};

static const prs_xml_table property_table = {property_spaces, ANC_COUNT(property_spaces),
                                             property_names, ANC_COUNT(property_names)};

/* The first of each name holds, but keywords may be many. */
typedef struct properties {
    anc_buf values[PROPERTIES];
    anc_buf *to; /* NULL: between them */
} properties;

static bool add_to_property(void *self, anc_str text)
{
    properties *p = self;
    if (p->to != NULL)
        (void)anc_buf_add(p->to, anc_str_sub(text, 0, p->to->max - p->to->len));
    return true;
}

static bool begin_property(void *self, unsigned id, const prs_xml_attributes *a)
{
    properties *p = self;
    (void)a;
    p->to = id > 0 && (p->values[id].len == 0 || id == KEYWORDS) ? &p->values[id] : NULL;
    return p->to == NULL || p->to->len == 0 || add_to_property(p, ANC_STR(", "));
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

static bool emit_properties(prs_emitter *e, const properties *p, const char *program)
{
    anc_str title = anc_buf_view(&p->values[TITLE]);
    if (program != NULL && anc_str_find(title, anc_str_of(program)) != SIZE_MAX)
        title = ANC_STR_NONE;
    const unsigned author = p->values[FIRST_AUTHOR].len > 0 ? FIRST_AUTHOR : AUTHOR;
    return prs_emit_title(e, title) &&
           prs_emit_property(e, ANC_STR("author"), anc_buf_view(&p->values[author])) &&
           prs_emit_property(e, ANC_STR("subject"), anc_buf_view(&p->values[SUBJECT])) &&
           prs_emit_property(e, ANC_STR("keywords"), anc_buf_view(&p->values[KEYWORDS])) &&
           emit_date(e, "created", anc_buf_view(&p->values[CREATED])) &&
           emit_date(e, "modified", anc_buf_view(&p->values[MODIFIED]));
}

bool prs_read_properties(prs_archive *a, const char *name, const char *program)
{
    properties p = {.to = NULL};
    for (size_t i = 0; i < PROPERTIES; i++)
        p.values[i] = anc_buf_init(VALUE_BYTES);
    const prs_xml_handler handler = {begin_property, add_to_property, end_property, &p};
    const bool whole = prs_xml_read_entry(&property_table, &handler, a, name);
    bool ok = whole || prs_emit_spare(a->e, "what it says of itself");
    for (size_t i = 0; i < PROPERTIES && ok; i++)
        ok = !p.values[i].starved ||
             prs_emit_fail(a->e, ANC_FAIL(a->e->err, ANC_NO_MEMORY, "%s: out of memory", name));
    ok = ok && (!whole || emit_properties(a->e, &p, program));
    for (size_t i = 0; i < PROPERTIES; i++)
        anc_buf_done(&p.values[i]);
    return ok;
}

/* xml.c - libxml2's push parser, and names turned into numbers.
 *
 * libxml2 keeps each name once, so a name is known again by its address: the table's names are
 * entered first, and every element and attribute is found by two pointers.
 */
#include "xml_impl.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
    STEP_BYTES = 32 << 10,
    MAX_ATTRIBUTES =
        1000, /* of an element, namespaces too: libxml2 compares each with all before it */
    MAX_DECLARED = 1000,       /* attributes in a document's own type: the same */
    SLOTS = 2 * PRS_XML_NAMES, /* a power of two */
    START_BYTES = 4,           /* by which libxml2 knows UTF-16 and the like */
    WHY_BYTES = 200,
    ENTITY_BYTES = 8
};

typedef struct slot {
    const xmlChar *local, *uri; /* in libxml2's dictionary; uri NULL: none */
    unsigned id;
} slot;

/* A tag that has not ended yet, as it lies with libxml2. */
typedef struct held_tag {
    unsigned long at; /* in the document */
    size_t looked_at;
    unsigned attributes;
    char quote; /* that is open; '\0': none */
} held_tag;

typedef struct prs_xml {
    const prs_xml_table *table;
    const prs_xml_handler *handler;
    const char *what;
    prs_emitter *e;
    xmlParserCtxtPtr parser; /* owned by the reading; NULL before the first bytes */
    char start[START_BYTES];
    size_t n_start;
    bool stopped; /* the handler has enough, or the emitter has failed */
    bool malformed, too_large, starved;
    int line;
    char why[WHY_BYTES];
    unsigned depth, declared;
    held_tag held;
    xmlEntity entity; /* that HTML has a name for and the document uses */
    char entity_text[ENTITY_BYTES];
    slot slots[SLOTS];
} prs_xml;

/* ---- names ------------------------------------------------------------------------------------ */

static size_t place_of(const xmlChar *local, const xmlChar *uri)
{
    const uint64_t mixed =
        ((uint64_t)(uintptr_t)local ^ (uint64_t)(uintptr_t)uri << 1) * 0x9E3779B97F4A7C15U;
    return (size_t)(mixed >> 40) % SLOTS;
}

static bool enter(prs_xml *x, anc_str local, const char *uri, unsigned id)
{
    xmlDictPtr dict = x->parser->dict;
    const slot s = {.local = xmlDictLookup(dict, (const xmlChar *)local.ptr, (int)local.len),
                    .uri = uri != NULL ? xmlDictLookup(dict, (const xmlChar *)uri, -1) : NULL,
                    .id = id};
    if (s.local == NULL || (uri != NULL && s.uri == NULL))
        return false;
    size_t i = place_of(s.local, s.uri);
    while (x->slots[i].id != 0)
        i = (i + 1) % SLOTS;
    x->slots[i] = s;
    return true;
}

static bool enter_table(prs_xml *x)
{
    const prs_xml_table *t = x->table;
    for (size_t i = 0; i < t->n_names; i++) {
        const anc_str name = anc_str_of(t->names[i].name);
        const size_t colon = anc_str_find(name, ANC_STR(":"));
        if (colon == SIZE_MAX) {
            if (!enter(x, name, NULL, t->names[i].id))
                return false;
            continue;
        }
        for (size_t k = 0; k < t->n_spaces; k++)
            if (anc_str_eq(anc_str_of(t->spaces[k].prefix), anc_str_sub(name, 0, colon)) &&
                !enter(x, anc_str_sub(name, colon + 1, name.len), t->spaces[k].uri, t->names[i].id))
                return false;
    }
    return true;
}

static unsigned id_of(const prs_xml *x, const xmlChar *local, const xmlChar *uri)
{
    size_t i = place_of(local, uri);
    while (x->slots[i].id != 0 && (x->slots[i].local != local || x->slots[i].uri != uri))
        i = (i + 1) % SLOTS;
    return x->slots[i].id;
}

anc_str prs_xml_attribute(const prs_xml_attributes *a, unsigned id)
{
    for (unsigned i = 0; i < a->n; i++) {
        const xmlChar **at = a->at + (size_t)i * 5; /* local, prefix, namespace, value, its end */
        if (id_of(a->x, at[0], at[2]) == id)
            return (anc_str){(const char *)at[3], (size_t)(at[4] - at[3])};
    }
    return ANC_STR_NONE;
}

anc_str prs_xml_attribute_at(const prs_xml_attributes *a, unsigned i, anc_str *ret_name)
{
    const xmlChar **at = a->at + (size_t)i * 5;
    *ret_name = anc_str_of((const char *)at[0]);
    return (anc_str){(const char *)at[3], (size_t)(at[4] - at[3])};
}

bool prs_xml_number(const prs_xml_attributes *a, unsigned id, uint32_t *ret)
{
    uint64_t n;
    if (!anc_str_to_u64(anc_str_trim(prs_xml_attribute(a, id)), &n) || n > UINT32_MAX)
        return false;
    *ret = (uint32_t)n;
    return true;
}

/* ---- what libxml2 calls ------------------------------------------------------------------- */

static void stop(prs_xml *x)
{
    x->stopped = true;
    xmlStopParser(x->parser);
}

static void refuse_attributes(prs_xml *x, unsigned most, const char *where)
{
    (void)prs_emit_fail(x->e, ANC_FAIL(x->e->err, ANC_LIMIT, "%s: more than %u attributes %s",
                                       x->what, most, where));
    stop(x);
}

static void on_start(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                     int n_spaces, const xmlChar **spaces, int n, int n_default,
                     const xmlChar **attributes)
{
    prs_xml *x = user;
    (void)prefix;
    (void)spaces;
    (void)n_default;
    if (x->stopped)
        return;
    if (++x->depth > x->e->limits.depth) {
        (void)prs_emit_fail(x->e,
                            ANC_FAIL(x->e->err, ANC_LIMIT, "%s: elements more than %u levels deep",
                                     x->what, x->e->limits.depth));
        stop(x);
        return;
    }
    if (n > MAX_ATTRIBUTES || n_spaces > MAX_ATTRIBUTES) {
        refuse_attributes(x, MAX_ATTRIBUTES, "of one element");
        return;
    }
    const prs_xml_attributes given = {x, attributes, n > 0 ? (unsigned)n : 0,
                                      anc_str_of((const char *)local)};
    if (!x->handler->start(x->handler->self, id_of(x, local, uri), &given))
        stop(x);
}

static void on_end(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    prs_xml *x = user;
    (void)prefix;
    if (x->stopped)
        return;
    x->depth -= x->depth > 0;
    if (x->handler->end != NULL && !x->handler->end(x->handler->self, id_of(x, local, uri)))
        stop(x);
}

static void on_text(void *user, const xmlChar *text, int n)
{
    prs_xml *x = user;
    if (x->stopped || x->handler->text == NULL || n <= 0)
        return;
    if (!x->handler->text(x->handler->self, (anc_str){(const char *)text, (size_t)n}))
        stop(x);
}

static void refuse_entities(prs_xml *x)
{
    if (x->stopped)
        return;
    (void)prs_emit_fail(x->e, ANC_FAIL(x->e->err, ANC_INVALID,
                                       "%s: declares entities, which are not expanded", x->what));
    stop(x);
}

static void on_entity(void *user, const xmlChar *name, int type, const xmlChar *public_id,
                      const xmlChar *system_id, xmlChar *content)
{
    (void)name;
    (void)type;
    (void)public_id;
    (void)system_id;
    (void)content;
    refuse_entities(user);
}

static void on_unparsed_entity(void *user, const xmlChar *name, const xmlChar *public_id,
                               const xmlChar *system_id, const xmlChar *notation)
{
    (void)name;
    (void)public_id;
    (void)system_id;
    (void)notation;
    refuse_entities(user);
}

static void on_attribute_declared(void *user, const xmlChar *element, const xmlChar *name, int type,
                                  int def, const xmlChar *value, xmlEnumerationPtr tree)
{
    prs_xml *x = user;
    (void)element;
    (void)name;
    (void)type;
    (void)def;
    (void)value;
    xmlFreeEnumeration(tree);
    if (!x->stopped && ++x->declared > MAX_DECLARED)
        refuse_attributes(x, MAX_DECLARED, "declared");
}

/* What HTML names, many write in XML too ("&nbsp;"); all else must be declared. In text libxml2 takes a
 * predefined entity as it is, in a value only the first byte of one. */
static xmlEntityPtr on_entity_named(void *user, const xmlChar *name)
{
    prs_xml *x = user;
    const htmlEntityDesc *known = htmlEntityLookup(name);
    if (known == NULL)
        return NULL;
    const size_t n = anc_utf8_put(known->value, x->entity_text);
    x->entity_text[n] = '\0';
    x->entity = (xmlEntity){.type = XML_ENTITY_DECL,
                            .name = (const xmlChar *)known->name,
                            .orig = (xmlChar *)x->entity_text,
                            .content = (xmlChar *)x->entity_text,
                            .length = (int)n,
                            .etype = x->parser->instate == XML_PARSER_ATTRIBUTE_VALUE
                                         ? XML_INTERNAL_GENERAL_ENTITY
                                         : XML_INTERNAL_PREDEFINED_ENTITY};
    return &x->entity;
}

/* What is wrong in words of our own, where it is something that happens often. */
static const char *in_words(int code)
{
    switch (code) {
    case XML_ERR_DOCUMENT_EMPTY:
        return "there is nothing in it";
    case XML_ERR_DOCUMENT_END:
    case XML_ERR_TAG_NOT_FINISHED:
    case XML_ERR_GT_REQUIRED:
    case XML_ERR_LTSLASH_REQUIRED:
    case XML_ERR_CDATA_NOT_FINISHED:
    case XML_ERR_COMMENT_NOT_FINISHED:
        return "it ends too early";
    case XML_ERR_TAG_NAME_MISMATCH:
        return "an element is closed that was not opened";
    case XML_ERR_INVALID_CHAR:
        return "a character that XML does not allow";
    case XML_ERR_INVALID_ENCODING:
    case XML_I18N_CONV_FAILED:
        return "bytes that are not in its encoding";
    case XML_ERR_UNKNOWN_ENCODING:
    case XML_ERR_UNSUPPORTED_ENCODING:
        return "its encoding is not known";
    case XML_ERR_UNDECLARED_ENTITY:
    case XML_WAR_UNDECLARED_ENTITY:
        return "an entity that is not declared";
    default:
        return NULL;
    }
}

/* Whether the error is one of libxml2's own limits, which all have one code with other things. */
static bool is_too_large(const char *said)
{
    static const char *const words[] = {"Huge input lookup", "too big", "too long", "too large",
                                        "too many"};
    for (size_t i = 0; i < ANC_COUNT(words); i++)
        if (strstr(said, words[i]) != NULL)
            return true;
    return false;
}

/* Notes the first error that is one for XML itself; namespaces out of order are read as they are. */
static void on_error(void *user, xmlErrorPtr error)
{
    prs_xml *x = user;
    if (error->code == XML_ERR_NO_MEMORY)
        x->starved = true;
    if (x->stopped || x->malformed || error->level != XML_ERR_FATAL)
        return;
    const char *said = error->message != NULL ? error->message : "it is broken";
    x->too_large = is_too_large(said);
    const char *words = x->too_large ? "a tag, a comment or a name is larger than can be read"
                                     : in_words(error->code);
    x->malformed = true;
    x->line = error->line;
    (void)snprintf(x->why, sizeof x->why, "%.*s",
                   words != NULL ? (int)strlen(words) : (int)strcspn(said, "\n"),
                   words != NULL ? words : said);
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool begin(prs_xml *x)
{
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                         .startElementNs = on_start,
                         .endElementNs = on_end,
                         .characters = on_text,
                         .cdataBlock = on_text,
                         .ignorableWhitespace = on_text,
                         .entityDecl = on_entity,
                         .unparsedEntityDecl = on_unparsed_entity,
                         .attributeDecl = on_attribute_declared,
                         .getEntity = on_entity_named,
                         .serror = on_error};
    x->parser = xmlCreatePushParserCtxt(&sax, x, x->start, (int)x->n_start, NULL);
    if (x->parser == NULL || !enter_table(x)) {
        x->starved = true;
        return false;
    }
    /* with XML_PARSE_NOENT "&amp;" in an attribute arrives as "&" */
    (void)xmlCtxtUseOptions(x->parser, XML_PARSE_NONET | XML_PARSE_NOENT);
    return true;
}

/* Looks at the tag that libxml2 keeps until it has all of it: one of too many attributes is refused before
 * they are compared. */
static void look_at_held(prs_xml *x)
{
    const xmlParserInput *in = x->parser->input;
    if (x->stopped || in == NULL || in->end - in->cur < STEP_BYTES || in->cur[0] != '<' ||
        in->cur[1] == '!' || in->cur[1] == '?')
        return;
    const size_t n = (size_t)(in->end - in->cur);
    const unsigned long at = in->consumed + (unsigned long)(in->cur - in->base);
    if (x->held.at != at || x->held.looked_at > n)
        x->held = (held_tag){.at = at};
    for (; x->held.looked_at < n; x->held.looked_at++) {
        const char c = (char)in->cur[x->held.looked_at];
        if (x->held.quote != '\0')
            x->held.quote = c == x->held.quote ? '\0' : x->held.quote;
        else if (c == '"' || c == '\'')
            x->held.quote = c;
        else if (c == '=')
            x->held.attributes++;
    }
    if (x->held.attributes > 2 * MAX_ATTRIBUTES)
        refuse_attributes(x, MAX_ATTRIBUTES, "of one element");
}

/* Takes bytes; false when there is no sense in going on. What comes behind an error in the XML is
 * passed over, so that a checksum at the end can still be compared. */
static bool push(void *self, anc_str bytes)
{
    prs_xml *x = self;
    while (x->parser == NULL && bytes.len > 0) {
        x->start[x->n_start++] = bytes.ptr[0];
        bytes = anc_str_sub(bytes, 1, bytes.len);
        if (x->n_start == START_BYTES && !begin(x))
            return false;
    }
    if (bytes.len > 0 && !x->malformed) {
        (void)xmlParseChunk(x->parser, bytes.ptr, (int)bytes.len, 0);
        look_at_held(x);
    }
    return !x->stopped && !x->starved;
}

/* Ends the reading of which `ok` says whether all bytes arrived. */
static bool finish(prs_xml *x, bool ok)
{
    if (ok && x->parser == NULL)
        ok = begin(x);
    if (ok && !x->malformed)
        (void)xmlParseChunk(x->parser, NULL, 0, 1);
    if (x->parser != NULL) {
        if (x->parser->myDoc != NULL)
            xmlFreeDoc(x->parser->myDoc);
        x->parser->myDoc = NULL;
        xmlFreeParserCtxt(x->parser);
    }
    if (x->starved)
        return prs_emit_fail(x->e,
                             ANC_FAIL(x->e->err, ANC_NO_MEMORY, "%s: out of memory", x->what));
    if (x->e->status != ANC_OK)
        return false;
    if (x->malformed && !x->stopped && x->too_large)
        return prs_emit_fail(
            x->e, ANC_FAIL(x->e->err, ANC_LIMIT, "%s: line %d: %s", x->what, x->line, x->why));
    if (x->malformed && !x->stopped)
        return prs_emit_fail(x->e,
                             ANC_FAIL(x->e->err, ANC_INVALID, "%s is not well-formed: line %d: %s",
                                      x->what, x->line, x->why));
    return true;
}

bool prs_xml_read(const prs_xml_table *table, const prs_xml_handler *handler, const char *what,
                  anc_str bytes, prs_emitter *e)
{
    prs_xml x = {.table = table, .handler = handler, .what = what, .e = e};
    bool ok = e->status == ANC_OK;
    while (ok && bytes.len > 0) {
        ok = prs_emit_ask(e) && push(&x, anc_str_sub(bytes, 0, STEP_BYTES));
        bytes = anc_str_sub(bytes, STEP_BYTES, bytes.len);
    }
    return finish(&x, ok);
}

bool prs_xml_read_entry(const prs_xml_table *table, const prs_xml_handler *handler, prs_archive *a,
                        const char *name)
{
    prs_xml x = {.table = table, .handler = handler, .what = name, .e = a->e};
    return finish(&x, prs_archive_read(a, name, push, &x));
}

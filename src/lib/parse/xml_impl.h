/* xml_impl.h - XML pushed through libxml2 as events; no tree is built.
 *
 * A caller names the elements and attributes that it knows in a table ("w:p" with w bound to one or
 * more namespaces) and gets their numbers; all others are 0. Nothing is loaded from outside, and a
 * document that declares entities is refused.
 */
#ifndef ANC_PARSE_XML_IMPL_H
#define ANC_PARSE_XML_IMPL_H

#include "archive_impl.h"

/* A prefix of the table and a namespace that it stands for: any number of rows a prefix. */
typedef struct prs_xml_space {
    const char *prefix, *uri;
} prs_xml_space;

/* "w:p", or "Target" for what has no namespace; the id is not 0. */
typedef struct prs_xml_name {
    const char *name;
    unsigned id;
} prs_xml_name;

typedef struct prs_xml_table {
    const prs_xml_space *spaces;
    size_t n_spaces;
    const prs_xml_name *names;
    size_t n_names; /* at most PRS_XML_NAMES when each is counted once for each of its namespaces */
} prs_xml_table;

enum { PRS_XML_NAMES = 512 };

/* The attributes of the element that begins; good during the call. */
typedef struct prs_xml_attributes {
    struct prs_xml *x;
    const unsigned char **at;
    unsigned n;
    anc_str element; /* its own name, without prefix: for what no table knows */
} prs_xml_attributes;

/* Attribute `i` (< n) by its own name, without prefix; its value. */
anc_str prs_xml_attribute_at(const prs_xml_attributes *a, unsigned i, anc_str *ret_name);

/* The value of an attribute by its number in the table; empty when it is not there. */
anc_str prs_xml_attribute(const prs_xml_attributes *a, unsigned id);

/* True and the number when the attribute is there and is one, 0 to 2^32 - 1. */
bool prs_xml_number(const prs_xml_attributes *a, unsigned id, uint32_t *ret);

/* What takes the events; each gives false to end the reading, which is then no failure unless the
 * emitter has failed. */
typedef struct prs_xml_handler {
    bool (*start)(void *self, unsigned id, const prs_xml_attributes *attributes);
    bool (*text)(void *self, anc_str text); /* in pieces of any size; may be NULL */
    bool (*end)(void *self, unsigned id);   /* may be NULL */
    void *self;
} prs_xml_handler;

/* Reads an XML document, called `what` in errors. False when the emitter has failed: INVALID with the
 * line for what is not well-formed or declares entities, LIMIT for elements too deep. */
bool prs_xml_read(const prs_xml_table *table, const prs_xml_handler *handler, const char *what,
                  anc_str bytes, prs_emitter *e) ANC_MUST_CHECK;

/* Decoded text behind the declaration of XML, whose word about the encoding no longer holds. */
anc_str prs_xml_content(anc_str text);

/* Reads an entry of an archive. Damage of the entry is said before that of the XML in it. */
bool prs_xml_read_entry(const prs_xml_table *table, const prs_xml_handler *handler, prs_archive *a,
                        const char *name) ANC_MUST_CHECK;

#endif

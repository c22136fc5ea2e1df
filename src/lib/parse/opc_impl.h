/* opc_impl.h - what all Office documents in archives share: parts that point to parts by relationships
 * ("_rels/.rels"), and what the document says of itself ("docProps/core.xml"). */
#ifndef ANC_PARSE_OPC_IMPL_H
#define ANC_PARSE_OPC_IMPL_H

#include "archive_impl.h"

enum { PRS_OPC_NAME_BYTES = 1000 };

/* A relationship of a part to an entry of the archive. Views good during the call. */
typedef struct prs_opc_relation {
    anc_str id;     /* "rId3" */
    anc_str type;   /* the last step of its address: "styles", "slide" */
    anc_str target; /* the entry's name, terminated */
} prs_opc_relation;

/* Gives false to end the reading, which is then no failure unless the emitter has failed. */
typedef bool (*prs_opc_take)(void *self, const prs_opc_relation *relation);

/* Hands over the relationships of an entry ("word/document.xml"; "" for the archive itself) to what is
 * inside the archive; a target that climbs out of it is passed over. No list is an empty list. */
bool prs_opc_relations(prs_archive *a, const char *part, prs_opc_take take,
                       void *self) ANC_MUST_CHECK;

/* Sets `out` to the first entry that `part` points to as `type`, else to `otherwise` where there is such
 * an entry, else to nothing. */
bool prs_opc_target(prs_archive *a, const char *part, const char *type, const char *otherwise,
                    anc_buf *out) ANC_MUST_CHECK;

/* Emits title and properties of the document. None are no failure. A title in which the name of the
 * `program` stands is one that it gave itself, and none; NULL: it gives none. */
bool prs_opc_properties(prs_archive *a, const char *program) ANC_MUST_CHECK;

#endif

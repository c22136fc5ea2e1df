/* properties_impl.h - what Office documents say of themselves, in Dublin Core and the words of their own
 * formats. */
#ifndef ANC_PARSE_PROPERTIES_IMPL_H
#define ANC_PARSE_PROPERTIES_IMPL_H

#include "archive_impl.h"

/* Emits title and properties that stand in the entry: "docProps/core.xml", "meta.xml". A title in which
 * the name of the `program` stands is one that it gave itself, and none; NULL: it gives none. */
bool prs_read_properties(prs_archive *a, const char *name, const char *program) ANC_MUST_CHECK;

#endif

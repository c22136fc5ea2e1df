/* zips.h - small archives made in a test, so that nothing packed lies in the tree. */
#ifndef ANC_TESTS_PARSE_ZIPS_H
#define ANC_TESTS_PARSE_ZIPS_H

#include "base/str.h"

typedef struct zips_entry {
    const char *name;
    anc_str content;
    bool stored;          /* as it is, not deflated */
    const char *password; /* NULL: none */
} zips_entry;

/* Appends an archive with these entries, up to the first without a name, in this order. */
void zips_make(const zips_entry *entries, size_t n, anc_buf *out);

#endif

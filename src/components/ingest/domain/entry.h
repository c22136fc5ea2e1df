/* entry.h - an accounting entry as a small document, so that questions find it. */
#ifndef ANC_INGEST_DOMAIN_ENTRY_H
#define ANC_INGEST_DOMAIN_ENTRY_H

#include "base/arena.h"

typedef struct ing_entry {
    anc_str title; /* its label, else "Accounting entry <id>" */
    anc_str text; /* a line for each member: "Amount: 1249.5"; what is null or nested is left out */
} ing_entry;

/* `payload` is the one of an accounting.entry.created that fits its type: an object with an entry_id, and what
 * else the sender says. Results are in `mem`. INVALID for a date that is no day of a calendar (2026-02-28) and no
 * RFC 3339 instant; none, or an empty one, is taken. */
anc_status ing_entry_read(anc_str payload, anc_arena *mem, ing_entry *ret,
                          anc_err *err) ANC_MUST_CHECK;

#endif

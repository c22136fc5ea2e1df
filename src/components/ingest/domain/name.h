/* name.h - names of files, which are bytes, as text. */
#ifndef ANC_INGEST_DOMAIN_NAME_H
#define ANC_INGEST_DOMAIN_NAME_H

#include "base/arena.h"

/* The name itself where it is UTF-8 without control characters; else a copy in `mem` with every byte that is not, or is of
 * one, and every '%', as "%E9". ptr NULL: no room. */
anc_str ing_name_text(anc_arena *mem, anc_str name);

#endif

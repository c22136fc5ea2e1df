/* load.h - versions of documents on their way in. */
#ifndef ANC_ENGINE_LOAD_H
#define ANC_ENGINE_LOAD_H

#include "block.h"

/* The block of what was added; the load may then only be freed. NULL when memory is out. */
eng_block *eng_load_seal(eng_load *load) ANC_MUST_CHECK;

#endif

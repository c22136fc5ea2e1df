/* parse_local.h - the parser port on lib/parse: PDF in a child, all else in this process. */
#ifndef ANC_KNOWLEDGE_ADAPTERS_PARSE_PARSE_LOCAL_H
#define ANC_KNOWLEDGE_ADAPTERS_PARSE_PARSE_LOCAL_H

#include "knowledge/ports/parser.h"

/* Has no state; any number of threads. */
kno_parser kno_parse_local(void);

#endif

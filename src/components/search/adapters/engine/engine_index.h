/* engine_index.h - adapter of search/ports/index.h: the search engine in this process. */
#ifndef ANC_SEARCH_ADAPTERS_ENGINE_ENGINE_INDEX_H
#define ANC_SEARCH_ADAPTERS_ENGINE_ENGINE_INDEX_H

#include "search/ports/index.h"

/* A srch_index_open_fn. The index is empty. */
anc_status srch_engine_index_open(const srch_index_options *options, srch_index *ret,
                                  anc_err *err) ANC_MUST_CHECK;

#endif

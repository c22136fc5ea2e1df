/* watermark.h - adapter of search/ports/watermark.h: a condition variable of this process. */
#ifndef ANC_SEARCH_ADAPTERS_THREADS_WATERMARK_H
#define ANC_SEARCH_ADAPTERS_THREADS_WATERMARK_H

#include "search/ports/watermark.h"

/* Stands at 0. NO_MEMORY. */
anc_status srch_threads_watermark_open(srch_watermark *ret, anc_err *err) ANC_MUST_CHECK;

#endif

/* value.h - typed values of documents: what filters compare. */
#ifndef ANC_SEARCH_DOMAIN_VALUE_H
#define ANC_SEARCH_DOMAIN_VALUE_H

#include "base/base.h"

typedef enum srch_kind {
    SRCH_STRING,
    SRCH_INT,
    SRCH_REAL,
    SRCH_BOOL,
    SRCH_TIME /* an instant, Unix milliseconds */
} srch_kind;

typedef struct srch_value {
    srch_kind kind;
    anc_str str;     /* SRCH_STRING */
    int64_t integer; /* SRCH_INT, SRCH_BOOL (0 or 1), SRCH_TIME */
    double real;     /* SRCH_REAL */
} srch_value;

#endif

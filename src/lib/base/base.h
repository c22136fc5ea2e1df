/* base.h - attributes and the string view that every layer speaks.
 *
 * Nothing here allocates. A view does not own its bytes: it is good as long as what it points into.
 */
#ifndef ANC_BASE_BASE_H
#define ANC_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ANC_MUST_CHECK         __attribute__((warn_unused_result))
#define ANC_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define ANC_CLEANUP(fn)        __attribute__((cleanup(fn)))
#define ANC_UNUSED             __attribute__((unused))
#define ANC_COUNT(a)           (sizeof(a) / sizeof((a)[0]))

/* A function that returns something the caller must hand to `release`. */
#define ANC_OWNED_BY_CALLER(release) __attribute__((malloc, warn_unused_result))

typedef struct anc_str {
    const char *ptr; /* bytes, mostly UTF-8, not terminated; may be NULL when len is 0 */
    size_t len;      /* bytes */
} anc_str;

#define ANC_STR(literal) ((anc_str){(literal), sizeof(literal) - 1})
#define ANC_STR_NONE     ((anc_str){NULL, 0})
#define ANC_STR_INIT(literal)          \
    {                                  \
        (literal), sizeof(literal) - 1 \
    } /* for a static table's row */

/* For printf's "%.*s". Views are far shorter than INT_MAX wherever a text for people is made. */
#define ANC_FMT(s) (int)(s).len, ((s).ptr != NULL ? (s).ptr : "")

#endif

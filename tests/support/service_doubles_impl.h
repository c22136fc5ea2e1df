/* service_doubles_impl.h - what the doubles of the components share. */
#ifndef ANC_TESTS_SUPPORT_SERVICE_DOUBLES_IMPL_H
#define ANC_TESTS_SUPPORT_SERVICE_DOUBLES_IMPL_H

#include "support/service_doubles.h"

/* A copy, cut to what fits. */
void double_keep(char *out, size_t size, anc_str s);
bool double_is(anc_str s, const char *text);

/* Waits until it is released, the caller left, or the deadline passed. */
anc_status double_hold(krn_call *call);
/* The same, whatever the caller does. */
void double_hold_on(void);

/* What was asked last, for the test to look at. */
void double_keep_filters(const json_value *filters);
/* NOT_FOUND for "nope". */
anc_status double_check_collections(krn_call *call, const anc_str *names, size_t n);

#endif

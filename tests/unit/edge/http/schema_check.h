/* schema_check.h - whether an answer is what the interface's own description says. */
#ifndef ANC_TESTS_HTTP_SCHEMA_CHECK_H
#define ANC_TESTS_HTTP_SCHEMA_CHECK_H

#include "json/json.h"

/* Fails the test, naming the place, when `body` does not fit the schema of that operation's answer:
 * kinds, required members, and no member that is not described. */
void schema_check_answer(anc_str openapi, const char *method, const char *path, int status,
                         anc_str body);

#endif

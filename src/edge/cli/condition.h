/* condition.h - a condition of `--filter`, such as `year>=2020`, as the interface's filters have it. Private.
 *
 *   FIELD = != > >= < <= VALUE     also eq ne gt gte lt lte
 *   FIELD in A, B    FIELD not in A, B
 *   FIELD contains VALUE    FIELD prefix TEXT
 *   FIELD exists    FIELD not exists
 *
 * A value is a number, true or false where it reads so, else a text; in double quotes it is a text whatever it
 * reads like, and a field or a value in quotes may hold what else would end it. The list of `in` may stand in
 * brackets.
 */
#ifndef ANC_EDGE_CLI_CONDITION_H
#define ANC_EDGE_CLI_CONDITION_H

#include "base/base.h"
#include "json/json.h"

/* Writes {"field", "op", "value"}. INVALID says what is wrong with `text` without repeating it; then nothing
 * that `w` holds is of use. */
anc_status cli_condition_write(anc_str text, json_writer *w, anc_err *err) ANC_MUST_CHECK;

#endif

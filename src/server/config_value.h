/* config_value.h - one key set from one text, wherever the text came from. Private. */
#ifndef ANC_SERVER_CONFIG_VALUE_H
#define ANC_SERVER_CONFIG_VALUE_H

#include "config_table.h"

/* Where environment variables are looked up: the process's own, then the .env file's. */
typedef struct srv_env {
    const char *const *process; /* NAME=VALUE, NULL at the end */
    const char *const *dotenv;  /* the same; may be NULL */
} srv_env;

/* The value of `name`; ptr NULL when it is not set. */
anc_str srv_env_find(const srv_env *env, anc_str name);

/* Sets row's key in `config` from `text`. `origin` ("anchorage.yaml:12", "ANCHORAGE_HTTP__PORT")
 * opens the message of a value that does not fit. */
anc_status srv_value_set(srv_config *config, const srv_row *row, anc_str text, anc_str origin,
                         const srv_env *env, anc_err *err) ANC_MUST_CHECK;

/* The text of a value in force, for people; secrets only as set or not set. */
void srv_value_show(const srv_config *config, const srv_row *row, anc_buf *out);

/* What is allowed, for a message: "a whole number from 1 to 50". */
void srv_value_allowed(const srv_row *row, anc_buf *out);

#endif

/* config_env.h - the variables that begin with ANCHORAGE_: keys by their names, and names that are
 * none. Private.
 *
 * "http.port" is ANCHORAGE_HTTP__PORT. A name that is no key and nothing else of ours is a mistake to
 * be told, since whoever set it believes that it works. Not ours to judge: what a cluster sets for a
 * service that is called anchorage (ANCHORAGE_SERVICE_HOST, ANCHORAGE_PORT=tcp://…), and names that a
 * secret of the configuration refers to (api_key: env:ANCHORAGE_MY_KEY).
 */
#ifndef ANC_SERVER_CONFIG_ENV_H
#define ANC_SERVER_CONFIG_ENV_H

#include "config_value.h"

enum { SRV_ENV_NAME_MAX = 128 };

void srv_env_name(const char *key, anc_buf *out);

/* Sets what `vars` name. `where` is told in messages. */
anc_status srv_env_apply(srv_config *config, const char *const *vars, const char *where,
                         const srv_env *env, anc_err *err) ANC_MUST_CHECK;

/* INVALID names the first of `vars` that is unknown, and the nearest that is known. When every source
 * has been applied. */
anc_status srv_env_check(const srv_config *config, const char *const *vars, const char *where,
                         anc_err *err) ANC_MUST_CHECK;

#endif

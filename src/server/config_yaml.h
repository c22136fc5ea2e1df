/* config_yaml.h - the YAML file as a walk over its leaves. Private. */
#ifndef ANC_SERVER_CONFIG_YAML_H
#define ANC_SERVER_CONFIG_YAML_H

#include "config_value.h"

/* Sets every key of the YAML text `content` of `file` in `config`. A duplicate key, an unknown one,
 * a mapping where a value is due and the reverse are INVALID with file and line. */
anc_status srv_yaml_apply(srv_config *config, anc_str file, anc_str content, const srv_env *env,
                          anc_err *err) ANC_MUST_CHECK;

#endif

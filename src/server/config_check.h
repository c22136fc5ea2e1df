/* config_check.h - what is checked of every configuration once all of its sources were read. Private. */
#ifndef ANC_SERVER_CONFIG_CHECK_H
#define ANC_SERVER_CONFIG_CHECK_H

#include "server/config.h"

/* INVALID for a type of event among those that buses are to read which nobody here knows, and for other names of topics
 * that do not fit: names where it stands, the type or item, and those that are known. */
anc_status srv_config_check_types(const srv_config *config, anc_err *err) ANC_MUST_CHECK;

/* INVALID for vectors that are to be kept where texts are not. */
anc_status srv_config_check_privacy(const srv_config *config, anc_err *err) ANC_MUST_CHECK;

#endif

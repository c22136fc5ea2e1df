/* examine.h - what a configuration names, opened and looked at one after the other. Private. */
#ifndef ANC_SERVER_EXAMINE_H
#define ANC_SERVER_EXAMINE_H

#include "edge/cli/cli.h"
#include "server/config.h"

/* Tells `found` what was found: model, lock, catalog, language model. Nothing is changed but
 * what is made of a model beside it, where that is not there yet (docs/formats/model-folder.md). Blocks for
 * as long as the catalog and the weights take to be read. */
void srv_examine(const srv_config *config, cli_found_fn *found, void *arg);

#endif

/* models.h - model folders for commands: without a server, since none is needed. Private. */
#ifndef ANC_EDGE_CLI_MODELS_H
#define ANC_EDGE_CLI_MODELS_H

#include "context.h"

/* The folder of an installed model, in the context's arena; NOT_FOUND says how to get it. */
anc_status cli_model_folder(cli_context *cx, anc_str name, anc_str *ret,
                            anc_err *err) ANC_MUST_CHECK;

#endif

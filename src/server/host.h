/* host.h - what the composition root does for the command line. */
#ifndef ANC_SERVER_HOST_H
#define ANC_SERVER_HOST_H

#include "edge/cli/cli.h"

cli_host srv_host(void);

#endif

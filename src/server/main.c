/* main.c - the command line and the server behind it, in one binary. */
#include <stdio.h>

#include "host.h"
#include "os/file.h"

int main(int argc, char **argv)
{
    const cli_host host = srv_host();
    anc_err err = {0};
    if (os_maps_guard(&err) != ANC_OK)
        (void)fprintf(stderr, "anchorage: %s\n", err.text);
    return cli_main(argc, argv, &host);
}

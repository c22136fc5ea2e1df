/* main.c - the command line and the server behind it, in one binary. */
#include <stdio.h>

#include "host.h"

int main(int argc, char **argv)
{
    const cli_host host = srv_host();
    return cli_main(argc, argv, &host);
}

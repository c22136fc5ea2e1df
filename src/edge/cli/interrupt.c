/* interrupt.c - Ctrl-C noticed by a command that has something to leave in order. */
#include <signal.h>

#include "client.h"

static atomic_bool asked;

/* The default is back by then (SA_RESETHAND), so that the second one ends the process. */
static void on_signal(int number)
{
    (void)number;
    atomic_store(&asked, true);
}

void cli_interrupt_catch(void)
{
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&act.sa_mask);
    (void)sigaction(SIGINT, &act, NULL);
    (void)sigaction(SIGTERM, &act, NULL);
}

bool cli_interrupted(void)
{
    return atomic_load(&asked);
}

const atomic_bool *cli_interrupt_flag(void)
{
    return &asked;
}

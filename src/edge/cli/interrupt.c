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

/* Where the process has a handler of its own (a server that reads its examples), that one stays. */
static void catch_one(int number)
{
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}, present;
    (void)sigemptyset(&act.sa_mask);
    if (sigaction(number, NULL, &present) == 0 && present.sa_handler == SIG_DFL)
        (void)sigaction(number, &act, NULL);
}

void cli_interrupt_catch(void)
{
    catch_one(SIGINT);
    catch_one(SIGTERM);
}

bool cli_interrupted(void)
{
    return atomic_load(&asked);
}

const atomic_bool *cli_interrupt_flag(void)
{
    return &asked;
}

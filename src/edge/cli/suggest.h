/* suggest.h - the name that somebody meant who wrote another. Private. */
#ifndef ANC_EDGE_CLI_SUGGEST_H
#define ANC_EDGE_CLI_SUGGEST_H

#include "base/str.h"

typedef struct cli_guess {
    anc_str given;
    const char *name;  /* the nearest so far; NULL: none is near */
    unsigned distance; /* letters; what is farther is not near */
} cli_guess;

cli_guess cli_guess_of(anc_str given);
void cli_guess_try(cli_guess *guess, const char *name);

#endif

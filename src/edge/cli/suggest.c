/* suggest.c - the name that somebody meant who wrote another: by letters left out, added, changed or
 * swapped. */
#include "suggest.h"

enum { NAME_MAX_BYTES = 32 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment; both at most NAME_MAX_BYTES long. */
static unsigned distance(anc_str a, anc_str b)
{
    unsigned rows[NAME_MAX_BYTES + 1][NAME_MAX_BYTES + 1];
    for (size_t i = 0; i <= a.len; i++)
        rows[i][0] = (unsigned)i;
    for (size_t k = 0; k <= b.len; k++)
        rows[0][k] = (unsigned)k;
    for (size_t i = 1; i <= a.len; i++) {
        for (size_t k = 1; k <= b.len; k++) {
            const unsigned changed = rows[i - 1][k - 1] + (a.ptr[i - 1] != b.ptr[k - 1]);
            unsigned best = least(changed, 1 + least(rows[i - 1][k], rows[i][k - 1]));
            if (i > 1 && k > 1 && a.ptr[i - 1] == b.ptr[k - 2] && a.ptr[i - 2] == b.ptr[k - 1])
                best = least(best, rows[i - 2][k - 2] + 1);
            rows[i][k] = best;
        }
    }
    return rows[a.len][b.len];
}

cli_guess cli_guess_of(anc_str given)
{
    return (cli_guess){.given = given, .distance = 1 + (unsigned)(given.len / 4)};
}

void cli_guess_try(cli_guess *guess, const char *name)
{
    const anc_str whole = anc_str_of(name);
    if (guess->given.len < 2 || guess->given.len > NAME_MAX_BYTES || whole.len > NAME_MAX_BYTES)
        return;
    /* a name that was cut short counts as one letter off */
    const unsigned off = anc_str_starts(whole, guess->given) ? 1 : distance(guess->given, whole);
    if (off > guess->distance || (off == guess->distance && guess->name != NULL))
        return;
    guess->name = name;
    guess->distance = off;
}

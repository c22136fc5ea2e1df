/* dates.c - a text read as tokens: numbers, words, single signs. A date is a short run of them.
 *
 * Only the last few tokens are kept. Each number or name may complete a date that began a few tokens
 * before, and the first one that is complete is the answer.
 */
#include "knowledge/domain/dates.h"

#include <string.h>

#include "base/str.h"

enum { WINDOW = 8, NAME_BYTES = 12 };

typedef enum token_kind { TOKEN_NUMBER, TOKEN_WORD, TOKEN_SIGN } token_kind;

typedef struct token {
    token_kind kind;
    unsigned digits, number;
    unsigned month; /* of a word; 0: it is none */
    bool filler;    /* "de", "of", "the" */
    char sign;
    bool apart; /* white space before it */
} token;

/* Folded to ASCII: accents are dropped by the reader. A name counts from four letters on where it is
 * cut, so "sept" and "janv" are found. */
static const struct {
    const char *name;
    unsigned month;
} months[] = {
    {"january", 1},    {"february", 2},   {"march", 3},     {"april", 4},      {"may", 5},
    {"june", 6},       {"july", 7},       {"august", 8},    {"september", 9},  {"october", 10},
    {"november", 11},  {"december", 12},  {"jan", 1},       {"feb", 2},        {"mar", 3},
    {"apr", 4},        {"jun", 6},        {"jul", 7},       {"aug", 8},        {"sep", 9},
    {"sept", 9},       {"oct", 10},       {"nov", 11},      {"dec", 12},       {"janvier", 1},
    {"fevrier", 2},    {"mars", 3},       {"avril", 4},     {"mai", 5},        {"juin", 6},
    {"juillet", 7},    {"aout", 8},       {"septembre", 9}, {"octobre", 10},   {"novembre", 11},
    {"decembre", 12},  {"gennaio", 1},    {"febbraio", 2},  {"marzo", 3},      {"aprile", 4},
    {"maggio", 5},     {"giugno", 6},     {"luglio", 7},    {"agosto", 8},     {"settembre", 9},
    {"ottobre", 10},   {"dicembre", 12},  {"enero", 1},     {"febrero", 2},    {"abril", 4},
    {"mayo", 5},       {"junio", 6},      {"julio", 7},     {"septiembre", 9}, {"octubre", 10},
    {"noviembre", 11}, {"diciembre", 12}, {"januar", 1},    {"februar", 2},    {"marz", 3},
    {"juni", 6},       {"juli", 7},       {"oktober", 10},  {"dezember", 12},  {"janeiro", 1},
    {"fevereiro", 2},  {"marco", 3},      {"maio", 5},      {"junho", 6},      {"julho", 7},
    {"setembro", 9},   {"outubro", 10},   {"novembro", 11}, {"dezembro", 12},  {"novembre", 11},
};

static unsigned month_of(const char *word, size_t n)
{
    for (size_t i = 0; i < ANC_COUNT(months); i++)
        if (strlen(months[i].name) == n && memcmp(months[i].name, word, n) == 0)
            return months[i].month;
    return 0;
}

static bool is_filler(const char *word, size_t n)
{
    static const char *const fillers[] = {"de", "of", "the", "er", "st", "nd", "rd", "th"};
    for (size_t i = 0; i < ANC_COUNT(fillers); i++)
        if (strlen(fillers[i]) == n && memcmp(fillers[i], word, n) == 0)
            return true;
    return false;
}

static bool is_day(unsigned year, unsigned month, unsigned day)
{
    static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1800 || year > 2199 || month < 1 || month > 12 || day < 1)
        return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths[month - 1] + (month == 2 && leap ? 1U : 0U);
}

static bool take(unsigned year, unsigned month, unsigned day, kno_date *ret)
{
    if (!is_day(year, month, day))
        return false;
    *ret = (kno_date){year, month, day};
    return true;
}

/* ---- tokens -------------------------------------------------------------------------------- */

/* The base letter of a two-byte letter with an accent, lower case; 0 for others. */
static char without_accent(unsigned char first, unsigned char second)
{
    static const char *const rows = "aaaaaaaceeeeiiiidnooooo-ouuuuyps";
    if (first != 0xC3 || second < 0x80 || second > 0xBF)
        return 0;
    const char c = rows[(second - 0x80) % 32];
    return c == '-' ? 0 : c;
}

/* The letter at `at` in lower case without its accent, and its bytes; 0 where there is no letter of
 * these languages. */
static char letter_at(anc_str text, size_t at, size_t *bytes)
{
    const unsigned char c = (unsigned char)text.ptr[at];
    *bytes = 1;
    if (c >= 'a' && c <= 'z')
        return (char)c;
    if (c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    if (c < 0xC0 || at + 1 >= text.len)
        return 0;
    *bytes = 2;
    return without_accent(c, (unsigned char)text.ptr[at + 1]);
}

static size_t read_number(anc_str text, size_t at, token *ret)
{
    *ret = (token){.kind = TOKEN_NUMBER};
    for (; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++) {
        ret->digits++;
        if (ret->digits <= 4)
            ret->number = ret->number * 10 + (unsigned)(text.ptr[at] - '0');
    }
    return at;
}

static size_t read_word(anc_str text, size_t at, token *ret)
{
    char name[NAME_BYTES];
    size_t n = 0, bytes;
    for (; at < text.len; at += bytes) {
        const char c = letter_at(text, at, &bytes);
        if (c == 0)
            break;
        if (n < NAME_BYTES)
            name[n] = c;
        n++;
    }
    *ret = (token){.kind = TOKEN_WORD};
    if (n <= NAME_BYTES) {
        ret->month = month_of(name, n);
        ret->filler = is_filler(name, n);
    }
    return at;
}

/* ---- dates --------------------------------------------------------------------------------- */

static bool is_year(const token *t)
{
    return t->kind == TOKEN_NUMBER && t->digits == 4;
}

static bool is_short(const token *t)
{
    return t->kind == TOKEN_NUMBER && t->digits <= 2;
}

static bool is_sign(const token *t, char sign)
{
    return t->kind == TOKEN_SIGN && t->sign == sign && !t->apart;
}

/* Numbers with the same sign between, ended by the last of `t` [n]. */
static bool numeric(const token *t, size_t n, bool day_first, kno_date *ret)
{
    if (n < 5 || t[n - 1].kind != TOKEN_NUMBER || t[n - 1].apart || t[n - 3].apart)
        return false;
    const token *a = &t[n - 5], *b = &t[n - 3], *c = &t[n - 1];
    const char sign = t[n - 2].sign;
    if (!is_sign(&t[n - 2], sign) || !is_sign(&t[n - 4], sign) || !is_short(b))
        return false;
    if (n > 5 && t[n - 6].kind == TOKEN_SIGN && t[n - 6].sign == sign && !a->apart)
        return false; /* a part of something longer: 1.2.3.2024 */
    if (is_year(a) && is_short(c) && (sign == '-' || sign == '/'))
        return take(a->number, b->number, c->number, ret);
    if (!is_short(a) || !is_year(c))
        return false;
    if (sign == '.' || sign == '-')
        return take(c->number, b->number, a->number, ret);
    if (sign != '/')
        return false;
    const bool european = is_day(c->number, b->number, a->number);
    const bool american = is_day(c->number, a->number, b->number);
    if (european && (day_first || !american))
        return take(c->number, b->number, a->number, ret);
    return american && take(c->number, a->number, b->number, ret);
}

/* The tokens before t[n - 1] that say nothing, passed over: "de", a full stop, a comma. */
static size_t pass_fillers(const token *t, size_t n)
{
    while (n > 0 && (t[n - 1].filler || (t[n - 1].kind == TOKEN_SIGN &&
                                         (t[n - 1].sign == '.' || t[n - 1].sign == ','))))
        n--;
    return n;
}

/* A day, a month's name and a year, ended by the last of `t` [n]. */
static bool named(const token *t, size_t n, kno_date *ret)
{
    if (n < 3 || !is_year(&t[n - 1]))
        return false;
    const unsigned year = t[n - 1].number;
    size_t at = pass_fillers(t, n - 1);
    if (at < 2)
        return false;
    const token *second = &t[at - 1];
    at = pass_fillers(t, at - 1);
    if (at < 1)
        return false;
    const token *first = &t[at - 1];
    if (second->month != 0 && is_short(first)) /* 5 March 2024 */
        return take(year, second->month, first->number, ret);
    if (first->month != 0 && is_short(second)) /* March 5, 2024 */
        return take(year, first->month, second->number, ret);
    return false;
}

bool kno_first_date(anc_str text, bool day_first, kno_date *ret)
{
    token seen[WINDOW];
    size_t n = 0;
    bool apart = true;
    for (size_t at = 0, next; at < text.len; at = next) {
        token t = {.kind = TOKEN_SIGN, .sign = text.ptr[at]};
        size_t bytes;
        next = at + 1;
        if (text.ptr[at] == ' ' || text.ptr[at] == '\n' || text.ptr[at] == '\t') {
            apart = true;
            continue;
        }
        if (text.ptr[at] >= '0' && text.ptr[at] <= '9')
            next = read_number(text, at, &t);
        else if (letter_at(text, at, &bytes) != 0)
            next = read_word(text, at, &t);
        t.apart = apart;
        apart = false;
        if (n == WINDOW) {
            memmove(seen, seen + 1, (WINDOW - 1) * sizeof *seen);
            n--;
        }
        seen[n++] = t;
        if (t.kind == TOKEN_NUMBER && (numeric(seen, n, day_first, ret) || named(seen, n, ret)))
            return true;
    }
    return false;
}

/* charset_latin.c - which of the encodings that share most of their letters with Windows-1252 a text is in.
 *
 * Looked at are the bytes above ASCII that stand between two letters. Each language has a few letters beside
 * those of ASCII; one whose letters are nearly all that there is, is the text's, as long as no language of
 * Windows-1252 explains it as well.
 */
#include "parse_impl.h"

#include <string.h>

enum {
    LEAST = 12,
    MANY = 36,
    OTHER = 5,
    EXPLAINED = 97,
    EXPLAINED_LESS = 80,
    EXPLAINED_AS_WELL = 90,
    HARDLY_EXPLAINED = 75
};

typedef struct language {
    const char *charset; /* NULL: Windows-1252 */
    const char *letters; /* small ones */
} language;

/* Where two encodings write a language's letters alike, the one before the other is meant. */
static const language languages[] = {
    {NULL, "\xE0\xE2\xE7\xE8\xE9\xEA\xEB\xEE\xEF\xF4\xF9\xFB\xFC\x9C\xE6"}, /* French */
    {NULL, "\xE4\xF6\xFC\xDF\xE9"},                                         /* German */
    {NULL, "\xE1\xE9\xED\xF3\xFA\xF1\xFC"},                                 /* Spanish */
    {NULL, "\xE0\xE8\xE9\xED\xEF\xF2\xF3\xFA\xFC\xE7"},                     /* Catalan */
    {NULL, "\xE0\xE1\xE2\xE3\xE7\xE9\xEA\xED\xF3\xF4\xF5\xFA\xFC"},         /* Portuguese */
    {NULL, "\xE0\xE8\xE9\xEC\xED\xF2\xF3\xF9\xFA"},                         /* Italian */
    {NULL, "\xE4\xE5\xE6\xE9\xF6\xF8"},                                     /* of the North */
    {NULL, "\xE1\xE6\xE9\xED\xF0\xF3\xF6\xFA\xFD\xFE"},                     /* Icelandic */
    {NULL, "\xE4\xE5\xF5\xF6\xFC\x9A\x9E"},                                 /* Finnish, Estonian */
    {NULL, "\xE8\xE9\xEA\xEB\xEF\xF6\xFC"},                                 /* Dutch */
    {"windows-1250", "\xB9\xEA\xB3\x9C\xE6\xF1\xF3\xBF\x9F"},               /* Polish */
    {"windows-1250", "\xE1\xE9\xEC\xED\xF3\xF9\xFA\xFD\xF8\xE8\xEF\xF2\x9A\x9D\x9E"}, /* Czech */
    {"windows-1250",
     "\xE1\xE4\xE9\xED\xF3\xF4\xFA\xFD\xBE\xE5\xE0\xE8\xEF\xF2\x9A\x9D\x9E"}, /* Slovak */
    {"windows-1250", "\xE1\xE9\xED\xF3\xF6\xF5\xFA\xFC\xFB"},                 /* Hungarian */
    {"windows-1250", "\xE3\xE2\xEE\xBA\xFE"},                                 /* Romanian */
    {"windows-1250", "\xE8\xE6\x9A\x9E\xF0"}, /* Croatian, Slovene */
    {"iso-8859-2", "\xB1\xEA\xB3\xB6\xE6\xF1\xF3\xBF\xBC"},
    {"iso-8859-2", "\xE1\xE9\xEC\xED\xF3\xF9\xFA\xFD\xF8\xE8\xEF\xF2\xB9\xBB\xBE"},
    {"iso-8859-2", "\xE1\xE4\xE9\xED\xF3\xF4\xFA\xFD\xB5\xE5\xE0\xE8\xEF\xF2\xB9\xBB\xBE"},
    {"iso-8859-2", "\xE8\xE6\xB9\xBE\xF0"},
    {"windows-1254", "\xE7\xF0\xFD\xF6\xFE\xFC\xE2\xEE"}, /* Turkish */
};

/* The bytes inside words, each counted as a small letter where all of these encodings pair it with one. */
typedef struct count {
    size_t of[256], all, letters;
    bool holes; /* bytes that Windows-1252 has nothing for */
} count;

static bool is_letter(unsigned char c)
{
    return c >= 0xC0 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Signs that stand between letters in any language: dashes, apostrophes, soft hyphens. */
static bool is_sign(unsigned char c)
{
    return c == 0x85 || (c >= 0x91 && c <= 0x97) || c == 0xA0 || c == 0xAD || c == 0xB7;
}

static count count_letters(anc_str s)
{
    count c = {.all = 0};
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char b = (unsigned char)s.ptr[i];
        c.letters += b < 0x80 && is_letter(b);
        c.holes |= b == 0x81 || b == 0x8D || b == 0x8F || b == 0x90 || b == 0x9D;
        if (b < 0x80 || is_sign(b) || i == 0 || i + 1 == s.len ||
            !is_letter((unsigned char)s.ptr[i - 1]) || !is_letter((unsigned char)s.ptr[i + 1]))
            continue;
        c.of[b >= 0xC0 && b <= 0xDE ? b + 0x20U : b]++;
        c.all++;
    }
    return c;
}

/* What Windows-1250 and its like write as Windows-1252 does. */
static const char *const shared = "\xDF\xE1\xE2\xE4\xE7\xE9\xEB\xED\xEE\xF3\xF4\xF6\xFA\xFC\xFD";

/* How much of it the letters explain, in hundredths. */
static size_t explained(const count *c, const char *letters)
{
    size_t n = 0;
    for (const char *l = letters; *l != '\0'; l++)
        n += c->of[(unsigned char)*l];
    return n * 100 / c->all;
}

const char *prs_guess_latin(anc_str s, bool *ret_doubtful)
{
    const count c = count_letters(s);
    const char *best = NULL;
    size_t most = 0, western = 0;
    *ret_doubtful = c.holes;
    if (c.all < LEAST)
        return NULL;
    for (size_t i = 0; i < ANC_COUNT(languages); i++) {
        const language *l = &languages[i];
        const size_t n = explained(&c, l->letters);
        if (l->charset == NULL) {
            western = n > western ? n : western;
        } else if (n > most) {
            most = n;
            best = l->charset;
        }
    }
    const size_t well = c.all < MANY ? EXPLAINED_LESS : EXPLAINED_AS_WELL;
    if (most >= EXPLAINED && western <= well && explained(&c, shared) <= 100 - OTHER)
        return best;
    *ret_doubtful |= western < HARDLY_EXPLAINED || c.all > c.letters;
    return NULL;
}

/* charset.c - which encoding bytes without a declaration are in, where their statistics are clear.
 *
 * Looked at are the first SAMPLE_BYTES. Encodings of two bytes are told by how their bytes pair and by
 * the kana or the common characters among the pairs; those of Cyrillic and Greek by the share of the ten
 * most frequent letters; those with Latin letters by their languages (charset_latin.c). In doubt nothing is
 * said, and the text counts as Windows-1252.
 */
#include "parse_impl.h"

#include <string.h>

#include "base/utf8.h"

enum {
    SAMPLE_BYTES = 64 << 10,
    MIN_PAIRS = 2,
    MIN_PAIRS_KANJI = 4,
    MIN_PAIRS_KOREAN = 20,
    MIN_CYRILLIC = 6,
    MIN_PAIRS_BIG5 = 8,
    MIN_UNITS = 8
};

/* Whether `u` is of a script that many texts are in. */
static bool is_of_a_script(unsigned u)
{
    static const unsigned short ranges[][2] = {
        {'\t', '\r'},     {0x20, 0x7E},     {0xA0, 0x17F},    {0x370, 0x52F},
        {0x590, 0x6FF},   {0xE00, 0xE7F},   {0x2010, 0x203F}, {0x20A0, 0x20BF},
        {0x3000, 0x30FF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xFF00, 0xFFEF}};
    for (size_t i = 0; i < ANC_COUNT(ranges); i++)
        if (u >= ranges[i][0] && u <= ranges[i][1])
            return true;
    return false;
}

/* Whether `s` reads well as units of two bytes, the high one at `high` (0 or 1). Blanks and line ends show as
 * NUL bytes there; where a language has hardly any, as Japanese, kana are half of it. What is UTF-8 too must
 * be of a script that shows as controls at every other place, as Cyrillic. */
static bool reads_as_utf16(anc_str s, size_t high, bool utf8)
{
    size_t units = 0, strange = 0, kana = 0, zeros = 0, others = 0, low = 0;
    for (size_t i = 0; i + 1 < s.len; i += 2) {
        const unsigned char h = (unsigned char)s.ptr[i + high],
                            l = (unsigned char)s.ptr[i + 1 - high];
        const unsigned u = (unsigned)h << 8 | l;
        units++;
        zeros += h == 0;
        others += l == 0;
        low += h >= 1 && h <= 6;
        kana += u >= 0x3000 && u <= 0x30FF;
        strange += !is_of_a_script(u);
    }
    return units >= MIN_UNITS && strange * 50 <= units && others * 20 <= units &&
           (utf8 ? zeros > 0 && low * 2 >= units : zeros * 25 >= units || kana * 4 >= units);
}

static bool is_utf8_but_for_its_end(anc_str s)
{
    return anc_utf8_valid_prefix(s) + 4 > s.len;
}

/* UTF-16 shows as NUL bytes at every other place, since most of a text is ASCII, blanks at least. */
const char *prs_guess_utf16(anc_str bytes)
{
    const anc_str s = anc_str_sub(bytes, 0, SAMPLE_BYTES);
    size_t zeros[2] = {0, 0};
    for (size_t i = 0; i < s.len; i++)
        zeros[i % 2] += s.ptr[i] == '\0';
    const size_t both = zeros[0] + zeros[1];
    if (bytes.len >= 4 && bytes.len % 2 == 0 && both * 5 >= s.len) {
        if (zeros[0] * 20 < both)
            return "UTF-16LE";
        return zeros[1] * 20 < both ? "UTF-16BE" : NULL;
    }
    const bool utf8 = both * 5 < s.len && is_utf8_but_for_its_end(s);
    if (utf8 && both == 0)
        return NULL;
    if (reads_as_utf16(s, 1, utf8))
        return "UTF-16LE";
    return reads_as_utf16(s, 0, utf8) ? "UTF-16BE" : NULL;
}

/* What the bytes are as pairs of one of the encodings of two bytes. */
typedef struct pairs {
    size_t all, broken;
    size_t kana;   /* and Japanese full stops */
    size_t common; /* of the more frequent half of the characters */
    size_t hangul;
    size_t runs; /* of pairs without a break */
} pairs;

static bool between(unsigned char c, unsigned low, unsigned high)
{
    return c >= low && c <= high;
}

static pairs count_shift_jis(anc_str s)
{
    pairs p = {0};
    bool in_run = false;
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];
        const bool single = c < 0x80 || between(c, 0xA1, 0xDF); /* ASCII, narrow katakana */
        p.runs += !single && !in_run;
        in_run = !single;
        if (single)
            continue;
        if (i + 1 == s.len)
            break;
        const unsigned char d = (unsigned char)s.ptr[++i];
        const bool lead = between(c, 0x81, 0x9F) || between(c, 0xE0, 0xFC);
        p.all++;
        p.broken += !lead || !(between(d, 0x40, 0x7E) || between(d, 0x80, 0xFC));
        p.kana += (c == 0x82 && between(d, 0x9F, 0xF1)) || (c == 0x83 && between(d, 0x40, 0x96)) ||
                  (c == 0x81 && between(d, 0x41, 0x42));
        p.common += between(c, 0x81, 0x98);
    }
    return p;
}

/* Two bytes, both from 0xA1 on: EUC-JP, EUC-KR, and GB 2312, the core of GB 18030. */
static pairs count_euc(anc_str s)
{
    pairs p = {0};
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];
        if (c < 0x80)
            continue;
        if (i + 1 == s.len)
            break;
        const unsigned char d = (unsigned char)s.ptr[i + 1];
        p.all++;
        if (c < 0xA1 || d < 0xA1) {
            p.broken++;
            continue;
        }
        i++;
        p.kana += c == 0xA4 || c == 0xA5 || (c == 0xA1 && between(d, 0xA2, 0xA3));
        p.common += between(c, 0xB0, 0xD7) || between(c, 0xA1, 0xA3);
        p.hangul += between(c, 0xB0, 0xC8);
    }
    return p;
}

/* Of Big5 the more frequent half of the characters, and its full stops; about half of all pairs end in ASCII. */
static bool is_big5(anc_str s)
{
    size_t all = 0, common = 0, ascii = 0;
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];
        if (c < 0x80)
            continue;
        const unsigned char d = i + 1 < s.len ? (unsigned char)s.ptr[i + 1] : 0xA1;
        if (!between(c, 0xA1, 0xF9) || !(between(d, 0x40, 0x7E) || between(d, 0xA1, 0xFE)))
            return false;
        i++;
        all++;
        common += between(c, 0xA4, 0xC6) || c == 0xA1;
        ascii += d < 0x80;
    }
    return all >= MIN_PAIRS_BIG5 && common * 10 >= all * 9 && ascii * 6 >= all &&
           ascii * 10 <= all * 8;
}

/* GB 18030 beyond its core: pairs whose second byte is lower, and four bytes with digits. */
static bool is_gb18030(anc_str s)
{
    size_t all = 0, common = 0;
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];
        if (c < 0x80)
            continue;
        const unsigned char d = i + 1 < s.len ? (unsigned char)s.ptr[i + 1] : 0xA1;
        const bool four = between(d, 0x30, 0x39) && i + 3 < s.len &&
                          between((unsigned char)s.ptr[i + 2], 0x81, 0xFE) &&
                          between((unsigned char)s.ptr[i + 3], 0x30, 0x39);
        if (!between(c, 0x81, 0xFE) || (!four && (d < 0x40 || d == 0x7F || d == 0xFF)))
            return false;
        i += four ? 3 : 1;
        all++;
        common += d >= 0xA1 && (between(c, 0xB0, 0xD7) || between(c, 0xA1, 0xA3));
    }
    return all >= MIN_PAIRS_KANJI && common * 10 >= all * 7;
}

/* The ten most frequent letters of Russian, о е а и н т с р в л, as each encoding writes them; those of
 * Greek, whose two encodings differ in signs alone, and of Hebrew. */
typedef struct cyrillic {
    const char *name;
    unsigned char frequent[10];
} cyrillic;

static const cyrillic cyrillics[] = {
    {"windows-1251", {0xEE, 0xE5, 0xE0, 0xE8, 0xED, 0xF2, 0xF1, 0xF0, 0xE2, 0xEB}},
    {"KOI8-R", {0xCF, 0xC5, 0xC1, 0xC9, 0xCE, 0xD4, 0xD3, 0xD2, 0xD7, 0xCC}},
    {"ISO-8859-5", {0xDE, 0xD5, 0xD0, 0xD8, 0xDD, 0xE2, 0xE1, 0xE0, 0xD2, 0xDB}},
    {"windows-1253", {0xE1, 0xEF, 0xE9, 0xE5, 0xF4, 0xF3, 0xED, 0xE7, 0xF5, 0xF1}},
    {"windows-1255", {0xE9, 0xE5, 0xE4, 0xEC, 0xE0, 0xF8, 0xFA, 0xE1, 0xF9, 0xEE}},
    {"CP866", {0xAE, 0xA5, 0xA0, 0xA8, 0xAD, 0xE2, 0xE1, 0xE0, 0xA2, 0xAB}},
};

static const char *guess_cyrillic(anc_str s)
{
    size_t of[256] = {0}, high = 0, runs = 0;
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];
        of[c]++;
        high += c >= 0x80;
        runs += c >= 0x80 && (i == 0 || (unsigned char)s.ptr[i - 1] < 0x80);
    }
    /* whole words of high bytes, not accents between ASCII letters */
    if (high < MIN_CYRILLIC || high < 3 * runs)
        return NULL;
    const cyrillic *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < ANC_COUNT(cyrillics); i++) {
        size_t n = 0;
        for (size_t k = 0; k < ANC_COUNT(cyrillics[i].frequent); k++)
            n += of[cyrillics[i].frequent[k]];
        if (n > most) {
            most = n;
            best = &cyrillics[i];
        }
    }
    return best != NULL && most * 2 > high ? best->name : NULL;
}

/* ISO-8859-7 has the capital with an accent that begins many sentences where Windows-1253 has a sign. */
static const char *which_greek(anc_str s)
{
    size_t iso = 0, windows = 0;
    for (size_t i = 0; i + 1 < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];
        const bool begins =
            (unsigned char)s.ptr[i + 1] >= 0xE1 && (i == 0 || (unsigned char)s.ptr[i - 1] <= ' ');
        iso += c == 0xB6 && begins;
        windows += between(c, 0x80, 0x9F) || (c == 0xA2 && begins);
    }
    return iso > windows ? "iso-8859-7" : "windows-1253";
}

const char *prs_guess_charset(anc_str bytes, bool *ret_doubtful)
{
    const anc_str s = anc_str_sub(bytes, 0, SAMPLE_BYTES);
    const pairs sjis = count_shift_jis(s), euc = count_euc(s);
    if (euc.all >= MIN_PAIRS && euc.broken * 50 <= euc.all && euc.kana * 4 > euc.all)
        return "EUC-JP";
    if (sjis.all >= MIN_PAIRS && sjis.broken * 50 <= sjis.all && sjis.kana * 4 > sjis.all)
        return "CP932";
    const char *cyrillic_name = guess_cyrillic(s);
    if (cyrillic_name != NULL)
        return strcmp(cyrillic_name, "windows-1253") == 0 ? which_greek(s) : cyrillic_name;
    /* names of kanji alone; an apostrophe of Windows-1252 and a letter are a pair too, but single */
    if (sjis.all >= MIN_PAIRS_KANJI && sjis.broken == 0 && sjis.common * 10 > sjis.all * 6 &&
        sjis.runs * 18 < sjis.all * 10)
        return "CP932";
    if (is_big5(s))
        return "big5";
    if (euc.all < MIN_PAIRS || euc.broken * 50 > euc.all || euc.common * 10 < euc.all * 7)
        return is_gb18030(s) ? "GB18030" : prs_guess_latin(s, ret_doubtful);
    return euc.all >= MIN_PAIRS_KOREAN && euc.hangul * 100 > euc.common * 85 ? "CP949" : "GB18030";
}

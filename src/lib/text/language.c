/* language.c - which of six languages a text is in.
 *
 * Three kinds of evidence are added up over a few thousand bytes: function words (worth the less,
 * the more languages share them), endings and letter groups, and letters with marks. One question
 * has few words, so all three are needed there; in a document the first alone would do. Weights
 * were set by hand and held against labelled questions.
 */
#include "text/language.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "chars_impl.h"

static const double OPENING = 3.0;

enum {
    SAMPLE_BYTES = 3000,
    LONGEST_WORD = 48,
    FEW_WORDS = 10,    /* a question */
    SOME_WORDS = 40,   /* a few sentences */
    KINDS_OF_PROSE = 4 /* of function words, that these have at least */
};

typedef struct evidence {
    double score[TXT_LANGUAGE_COUNT];   /* of letters */
    double spoken[TXT_LANGUAGE_COUNT];  /* of function words */
    uint64_t kinds[TXT_LANGUAGE_COUNT]; /* of them, a bit for each; two may share one */
    size_t words;
} evidence;

/* A group of letters in a word between two blanks: " be", "in", "end ". Weights in the order
 * en fr it es de pt, in tenths. */
typedef struct hint {
    const char *letters;
    signed char tenths[6];
} hint;

static const hint hints[] = {
    {"th", {6, 1, -3, -4, 1, -3}},      {"wh", {8, -4, -4, -4, -4, -4}},
    {"ght", {8, -4, -4, -4, -4, -4}},   {"ing ", {8, -2, -3, -3, -1, -3}},
    {"ed ", {5, -2, -2, -2, -1, -2}},   {"ck", {4, -1, -4, -4, 4, -4}},
    {"sh", {4, -2, -4, -3, 0, -3}},     {"oo", {4, -4, -2, -4, -2, -4}},
    {"ly ", {5, -3, -4, -4, -4, -4}},   {"y ", {3, -2, -4, -1, -4, -4}},
    {"ee", {4, -4, -3, -1, 2, -3}},     {"ow", {4, -4, -4, -4, -4, -4}},
    {"tion", {3, 3, -4, -4, 2, -4}},    {"ness ", {6, -4, -4, -4, -2, -4}},
    {" kn", {5, -4, -4, -4, 2, -4}},    {"eau", {-2, 8, -4, -4, -3, -4}},
    {"eux", {-4, 8, -4, -4, -4, -4}},   {"oux ", {-4, 8, -4, -4, -4, -4}},
    {"aux ", {-4, 8, -4, -4, -4, -4}},  {"ou", {3, 5, -4, -4, -3, 1}},
    {"oi", {-1, 4, 0, 0, -3, 1}},       {"ai", {1, 4, 0, 0, -1, 1}},
    {"que ", {-2, 4, -4, 4, -4, 4}},    {"ement ", {1, 6, -4, -4, -4, -4}},
    {"ez ", {-4, 4, -4, 2, -3, 1}},     {"ette ", {-1, 5, 1, -4, 0, -4}},
    {"euse", {-3, 6, -4, -4, 0, -4}},   {"eur ", {-2, 6, -4, -4, -1, -4}},
    {"zion", {-4, -4, 9, -4, -3, -4}},  {"gli", {0, 0, 5, -1, 0, -1}},
    {"che ", {-1, 4, 6, 0, 1, -1}},     {"ghi", {-1, -3, 5, -2, -1, -3}},
    {"zz", {-1, -3, 5, -3, -3, -4}},    {"tt", {1, 2, 3, -4, 3, -4}},
    {"ggi", {0, -2, 6, -4, -2, -4}},    {"cch", {-4, -2, 7, -4, -4, -4}},
    {"sci", {0, 0, 3, 0, -3, 0}},       {"i ", {-2, 0, 3, -3, -3, -2}},
    {"o ", {-2, -3, 3, 3, -3, 3}},      {"a ", {-1, -1, 2, 2, -2, 2}},
    {"zza ", {-3, -4, 7, -4, -4, -4}},  {"ll", {1, 1, 1, 2, 1, -4}},
    {"dad ", {-3, -4, -4, 8, -4, -4}},  {"ado ", {-3, -4, -1, 5, -4, 4}},
    {"uer", {-1, 0, -1, 4, 2, -2}},     {"uel", {-1, 1, 0, 4, -1, -1}},
    {"ie", {1, 2, 1, 2, 4, -2}},        {"os ", {-2, -2, -4, 4, -3, 4}},
    {"as ", {-1, -2, -4, 3, -1, 3}},    {"aje ", {-4, -3, -4, 7, -4, -3}},
    {"mente ", {-4, -3, 3, 3, -4, 3}},  {"iento", {-4, -4, -2, 8, -4, -4}},
    {"lh", {-4, -4, -4, -4, -2, 6}},    {"nh", {-2, -3, -4, -3, 0, 5}},
    {"dade ", {-4, -4, -4, -4, -4, 9}}, {"agem ", {-4, -4, -4, -4, -4, 8}},
    {"ei", {1, 1, 0, 0, 4, 4}},         {"em ", {0, -3, -4, -4, 1, 4}},
    {"am ", {0, -3, -4, -4, 1, 3}},     {"ss", {1, 1, 1, -4, 1, 1}},
    {"sch", {-1, -3, 1, -4, 8, -4}},    {"ch", {1, 1, 1, 1, 3, 1}},
    {"ung ", {-1, -4, -4, -4, 8, -4}},  {"keit", {-4, -4, -4, -4, 9, -4}},
    {"heit", {-4, -4, -4, -4, 8, -4}},  {"lich", {-3, -3, -4, -4, 8, -3}},
    {"tz", {-2, -4, -4, -4, 6, -4}},    {"en ", {0, -2, -4, 1, 4, -3}},
    {" ge", {-1, -1, -1, -1, 3, -1}},   {" ver", {-1, 0, 0, 0, 4, 0}},
    {"pf", {-3, -4, -4, -4, 5, -4}},    {"eu", {-2, 3, -2, -2, 3, 2}},
    {"k", {2, -4, -4, -4, 3, -4}},      {"w", {3, -4, -4, -4, 3, -4}},
    {"x ", {0, 4, -4, -3, -3, -3}},     {"j", {-1, 2, -4, 2, 0, 1}},
    {"z ", {-2, 0, -4, 2, 2, 1}},       {"qu", {1, 3, 2, 3, -3, 2}},
};

/* Letters with marks and signs, weights as above. */
static const struct {
    uint32_t letter;
    signed char tenths[6];
} marked[] = {
    {0xA1, {-9, -9, -9, 30, -9, -9}}, {0xBF, {-9, -9, -9, 30, -9, -9}},
    {0xDF, {-9, -9, -9, -9, 30, -9}}, {0xE0, {-4, 8, 8, -4, -6, 6}},
    {0xE1, {-6, -8, -8, 9, -9, 9}},   {0xE2, {-4, 8, -9, -9, -8, 8}},
    {0xE3, {-9, -9, -9, -9, -9, 30}}, {0xE4, {-6, -9, -9, -9, 20, -9}},
    {0xE7, {-5, 10, -9, -9, -9, 14}}, {0xE8, {-4, 12, 10, -9, -9, -9}},
    {0xE9, {-2, 9, 1, 5, -6, 5}},     {0xEA, {-4, 12, -9, -9, -9, 8}},
    {0xEB, {-2, 5, -9, -9, -4, -9}},  {0xEC, {-9, -9, 20, -9, -9, -9}},
    {0xED, {-6, -9, -6, 10, -9, 8}},  {0xEE, {-4, 12, -4, -9, -9, -9}},
    {0xEF, {-1, 7, -4, -3, -5, -4}},  {0xF1, {-4, -9, -9, 25, -9, -9}},
    {0xF2, {-9, -9, 20, -9, -9, -9}}, {0xF3, {-6, -9, -6, 10, -9, 8}},
    {0xF4, {-4, 10, -9, -9, -9, 9}},  {0xF5, {-9, -9, -9, -9, -9, 30}},
    {0xF6, {-5, -9, -9, -9, 15, -9}}, {0xF9, {-6, 10, 12, -9, -9, -9}},
    {0xFA, {-6, -9, -6, 10, -9, 7}},  {0xFB, {-4, 12, -9, -9, -9, -9}},
    {0xFC, {-5, -6, -9, 2, 16, -4}},  {0x153, {-4, 20, -9, -9, -9, -9}},
};

/* How a question opens in one language alone, though each word is of several: worth a function word of its own. */
static const struct {
    const char *words;
    txt_language language;
} openings[] = {
    {"qui a ", TXT_FR},    {"qui est ", TXT_FR},  {"qui sont ", TXT_FR}, {"qui va ", TXT_FR},
    {"qui peut ", TXT_FR}, {"qui fait ", TXT_FR}, {"par qui ", TXT_FR},  {"de qui ", TXT_FR},
    {"chi ha ", TXT_IT},   {"chi ", TXT_IT},      {"wer hat ", TXT_DE},  {"wer ist ", TXT_DE},
    {"quem ", TXT_PT},     {"quien ", TXT_ES},
};

const char *txt_language_code(txt_language language)
{
    static const char *const codes[TXT_LANGUAGE_COUNT] = {
#define X(name, code, stemmer) code,
        TXT_LANGUAGE_MAP(X)
#undef X
    };
    return (size_t)language < TXT_LANGUAGE_COUNT ? codes[language] : codes[TXT_UND];
}

bool txt_language_find(anc_str code, txt_language *ret)
{
    if (anc_str_eq_nocase(code, ANC_STR("none"))) {
        *ret = TXT_UND;
        return true;
    }
    if (code.len > 3 && (code.ptr[2] == '-' || code.ptr[2] == '_'))
        code.len = 2;
    for (int i = 0; i < TXT_LANGUAGE_COUNT; i++)
        if (anc_str_eq_nocase(code, anc_str_of(txt_language_code((txt_language)i)))) {
            *ret = (txt_language)i;
            return true;
        }
    return false;
}

/* ISO 639-1, each code with a blank behind it. */
static const char codes_of_iso[] =
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu "
    "cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he "
    "hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko "
    "kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd "
    "ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se "
    "sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty "
    "ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ";

bool txt_language_is_code(anc_str code)
{
    for (const char *at = codes_of_iso; code.len == 2 && *at != '\0'; at += 3)
        if (memcmp(at, code.ptr, 2) == 0)
            return true;
    return false;
}

static void add_tenths(evidence *e, const signed char tenths[6])
{
    for (int i = 0; i < 6; i++)
        e->score[TXT_EN + i] += tenths[i] / 10.0;
}

static void weigh_function_word(evidence *e, anc_str word)
{
    bool holds[TXT_LANGUAGE_COUNT] = {false};
    int sharers = 0;
    for (int i = TXT_EN; i < TXT_LANGUAGE_COUNT; i++) {
        holds[i] = txt_is_stop_word((txt_language)i, word);
        sharers += holds[i];
    }
    static const double worth[] = {0, 3.0, 1.6, 1.0, 0.6, 0.4, 0.3};
    for (int i = TXT_EN; i < TXT_LANGUAGE_COUNT; i++)
        if (holds[i]) {
            e->spoken[i] += worth[sharers];
            e->kinds[i] |= UINT64_C(1) << (anc_hash64(word) & 63);
        }
}

static void weigh_letters(evidence *e, anc_str word)
{
    char padded[LONGEST_WORD + 2];
    padded[0] = ' ';
    memcpy(padded + 1, word.ptr, word.len);
    padded[word.len + 1] = ' ';
    const anc_str s = {padded, word.len + 2};
    for (size_t i = 0; i < ANC_COUNT(hints); i++)
        if (anc_str_find(s, anc_str_of(hints[i].letters)) != SIZE_MAX)
            add_tenths(e, hints[i].tenths);
}

static void weigh_marked(evidence *e, uint32_t c)
{
    for (size_t i = 0; i < ANC_COUNT(marked); i++)
        if (marked[i].letter == c)
            add_tenths(e, marked[i].tenths);
}

/* Weighs the word at the front of `s`, and gives its length; 0 when a sign stands there. An
 * apostrophe ends a word, but English negations are kept in one piece by their lists' last part. */
static size_t weigh_word(evidence *e, anc_str s)
{
    char folded[LONGEST_WORD * 2];
    size_t n = 0, bytes;
    for (; n < s.len; n += bytes) {
        const uint32_t c = anc_utf8_at(s, n, &bytes);
        const txt_class class = txt_class_of(c);
        if (class != TXT_CHAR_LETTER && class != TXT_CHAR_MARK)
            break;
    }
    if (n == 0 || n > LONGEST_WORD)
        return n;
    const anc_str word = {folded,
                          txt_map(TXT_MAP_FOLD, anc_str_sub(s, 0, n), folded, LONGEST_WORD)};
    for (size_t i = 0; i < word.len; i += bytes) {
        const uint32_t c = anc_utf8_at(word, i, &bytes);
        if (c >= 0x80)
            weigh_marked(e, c);
    }
    e->words++;
    weigh_function_word(e, word);
    weigh_letters(e, word);
    return n;
}

static void weigh(evidence *e, anc_str s)
{
    size_t bytes;
    while (s.len > 0) {
        size_t n = weigh_word(e, s);
        if (n == 0) {
            const uint32_t c = anc_utf8_at(s, 0, &bytes);
            if (c == 0xA1 || c == 0xBF)
                weigh_marked(e, c);
            n = bytes;
        }
        s = anc_str_sub(s, n, s.len);
    }
}

/* Of a question; a longer text has evidence enough. */
static void weigh_opening(evidence *e, anc_str s)
{
    if (e->words > FEW_WORDS)
        return;
    for (size_t i = 0; i < ANC_COUNT(openings); i++) {
        const anc_str words = anc_str_of(openings[i].words);
        if (anc_str_eq_nocase(anc_str_sub(s, 0, words.len), words)) {
            e->score[openings[i].language] += OPENING;
            return;
        }
    }
}

/* Sentences have function words of several kinds. "Los Angeles", or the "d" of a file of records, is one that
 * comes by chance, however often it does. */
static double score_of(const evidence *e, int language)
{
    const int kinds = __builtin_popcountll(e->kinds[language]);
    const bool chance =
        (e->words > FEW_WORDS && kinds < 2) || (e->words > SOME_WORDS && kinds < KINDS_OF_PROSE);
    return e->score[language] + (chance ? 0 : e->spoken[language]);
}

/* The more words there are, the further apart two languages must be: a list of names drifts to one of them a
 * little with each. */
static double least_lead(const evidence *e)
{
    const size_t beyond = e->words > FEW_WORDS ? e->words - FEW_WORDS : 0;
    return 0.5 + 0.05 * (double)beyond;
}

txt_language txt_language_detect(anc_str text)
{
    evidence e = {.words = 0};
    const size_t third = text.len / 3;
    if (text.len <= SAMPLE_BYTES)
        weigh(&e, text);
    for (size_t i = 0; i < 3 && text.len > SAMPLE_BYTES; i++) {
        const size_t from = anc_utf8_floor(text, i * third);
        const size_t to = anc_utf8_floor(text, from + SAMPLE_BYTES / 3);
        weigh(&e, anc_str_sub(text, from, to - from));
    }
    weigh_opening(&e, text);
    double score[TXT_LANGUAGE_COUNT];
    int best = TXT_EN, second = TXT_UND;
    for (int i = TXT_EN; i < TXT_LANGUAGE_COUNT; i++) {
        score[i] = score_of(&e, i);
        if (score[i] > score[best])
            best = i;
    }
    for (int i = TXT_EN; i < TXT_LANGUAGE_COUNT; i++)
        if (i != best && (second == TXT_UND || score[i] > score[second]))
            second = i;
    const bool sure = score[best] >= 1.0 && score[best] - score[second] >= least_lead(&e);
    return sure ? (txt_language)best : TXT_UND;
}

/* scripts.c - languages that their letters give away.
 *
 * The letters of a sample are counted by script. Where most are not Latin, the script with most of them says which
 * languages there can be, and letters that only one of these writes with say which it is. Japanese is told from
 * Chinese by its kana, which no Chinese text has.
 */
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "chars_impl.h"
#include "text/language.h"

enum {
    SAMPLE_BYTES = 3000,
    LANGUAGES_OF_ONE = 6, /* script, at most */
    SIGN_IN_LETTERS = 3,  /* an ideograph or a kana says as much as so many letters */
    LETTERS_FOR_ONE = 400 /* of a text, at most, for one that only its language has */
};

typedef enum script {
    LATIN,
    CYRILLIC,
    GREEK,
    HEBREW,
    ARABIC,
    DEVANAGARI,
    BENGALI,
    GURMUKHI,
    GUJARATI,
    TAMIL,
    TELUGU,
    KANNADA,
    MALAYALAM,
    SINHALA,
    THAI,
    LAO,
    TIBETAN,
    BURMESE,
    GEORGIAN,
    ARMENIAN,
    ETHIOPIC,
    KHMER,
    HANGUL,
    KANA,
    HAN,
    SCRIPTS
} script;

typedef struct block {
    uint32_t first, last;
    script script;
} block;

/* Ascending. */
static const block blocks[] = {
    {0x41, 0x24F, LATIN},     {0x370, 0x3FF, GREEK},      {0x400, 0x52F, CYRILLIC},
    {0x531, 0x58F, ARMENIAN}, {0x5D0, 0x5F2, HEBREW},     {0x620, 0x6D3, ARABIC},
    {0x6FA, 0x77F, ARABIC},   {0x900, 0x97F, DEVANAGARI}, {0x980, 0x9FF, BENGALI},
    {0xA00, 0xA7F, GURMUKHI}, {0xA80, 0xAFF, GUJARATI},   {0xB80, 0xBFF, TAMIL},
    {0xC00, 0xC7F, TELUGU},   {0xC80, 0xCFF, KANNADA},    {0xD00, 0xD7F, MALAYALAM},
    {0xD80, 0xDFF, SINHALA},  {0xE00, 0xE7F, THAI},       {0xE80, 0xEFF, LAO},
    {0xF00, 0xFFF, TIBETAN},  {0x1000, 0x109F, BURMESE},  {0x10A0, 0x10FF, GEORGIAN},
    {0x1100, 0x11FF, HANGUL}, {0x1200, 0x139F, ETHIOPIC}, {0x1780, 0x17FF, KHMER},
    {0x1E00, 0x1EFF, LATIN},  {0x1F00, 0x1FFF, GREEK},    {0x3041, 0x30FF, KANA},
    {0x3400, 0x4DBF, HAN},    {0x4E00, 0x9FFF, HAN},      {0xAC00, 0xD7A3, HANGUL},
    {0xF900, 0xFAFF, HAN},    {0xFB1D, 0xFB4F, HEBREW},   {0xFB50, 0xFDFF, ARABIC},
    {0xFE70, 0xFEFC, ARABIC}, {0xFF66, 0xFF9D, KANA},     {0x20000, 0x323AF, HAN},
};

/* Letters that a language of a script has and the first one of that script has not. */
typedef struct letter {
    uint32_t code;
    const char *language;
} letter;

static const letter letters[] = {
    {0x404, "uk"},
    {0x406, "uk"},
    {0x407, "uk"},
    {0x454, "uk"},
    {0x456, "uk"},
    {0x457, "uk"},
    {0x490, "uk"},
    {0x491, "uk"},
    {0x40E, "be"},
    {0x45E, "be"},
    {0x402, "sr"},
    {0x408, "sr"},
    {0x409, "sr"},
    {0x40A, "sr"},
    {0x40B, "sr"},
    {0x40F, "sr"},
    {0x452, "sr"},
    {0x458, "sr"},
    {0x459, "sr"},
    {0x45A, "sr"},
    {0x45B, "sr"},
    {0x45F, "sr"},
    {0x403, "mk"},
    {0x405, "mk"},
    {0x40C, "mk"},
    {0x453, "mk"},
    {0x455, "mk"},
    {0x45C, "mk"},
    {0x4D8, "kk"},
    {0x4D9, "kk"},
    {0x49A, "kk"},
    {0x49B, "kk"},
    {0x67E, "fa"},
    {0x686, "fa"},
    {0x698, "fa"},
    {0x6A9, "fa"},
    {0x6AF, "fa"},
    {0x6CC, "fa"},
    {0x679, "ur"},
    {0x688, "ur"},
    {0x691, "ur"},
    {0x6BA, "ur"},
    {0x6BE, "ur"},
    {0x6C1, "ur"},
    {0x6D2, "ur"},
    {0x5F0, "yi"},
    {0x5F1, "yi"},
    {0x5F2, "yi"},
    {0x933, "mr"},
    /* as only Japan writes them: for texts of names, which have no kana */
    {0x5186, "ja"},
    {0x56F3, "ja"},
    {0x58F2, "ja"},
    {0x5B9F, "ja"},
    {0x5BFE, "ja"},
    {0x5E83, "ja"},
    {0x5FB3, "ja"},
    {0x5FDC, "ja"},
    {0x6804, "ja"},
    {0x691C, "ja"},
    {0x6C17, "ja"},
    {0x6CA2, "ja"},
    {0x6E08, "ja"},
    {0x767A, "ja"},
    {0x770C, "ja"},
    {0x7D4C, "ja"},
    {0x8AAD, "ja"},
    {0x8FBA, "ja"},
    {0x8FBC, "ja"},
    {0x99C5, "ja"},
    {0x9F62, "ja"},
};

typedef struct sample {
    size_t of[SCRIPTS];
    size_t special[sizeof letters / sizeof *letters];
    size_t hard_sign, russian; /* what tells Bulgarian from Russian */
} sample;

static bool find_script(uint32_t c, script *ret)
{
    size_t low = 0;
    size_t high = ANC_COUNT(blocks);
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (blocks[mid].last < c)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == ANC_COUNT(blocks) || c < blocks[low].first)
        return false;
    *ret = blocks[low].script;
    return true;
}

static void count_letter(sample *s, uint32_t c)
{
    const txt_class class = txt_class_of(c);
    script found;
    if ((class != TXT_CHAR_LETTER && class != TXT_CHAR_UNSPACED) || !find_script(c, &found))
        return;
    s->of[found]++;
    s->hard_sign += c == 0x42A || c == 0x44A;
    s->russian += c == 0x42B || c == 0x44B || c == 0x42D || c == 0x44D || c == 0x401 || c == 0x451;
    for (size_t i = 0; i < ANC_COUNT(letters); i++)
        s->special[i] += letters[i].code == c;
}

static void count_letters(sample *s, anc_str text)
{
    size_t bytes;
    for (size_t i = 0; i < text.len; i += bytes)
        count_letter(s, anc_utf8_at(text, i, &bytes));
}

/* The languages of each script, that of most speakers first. Those further on write with letters of those before
 * them, never the other way round. */
static const char *const languages[SCRIPTS][LANGUAGES_OF_ONE + 1] = {
    [LATIN] = {"und"},
    [CYRILLIC] = {"ru", "uk", "sr", "mk", "be", "kk"},
    [GREEK] = {"el"},
    [HEBREW] = {"he", "yi"},
    [ARABIC] = {"ar", "fa", "ur"},
    [DEVANAGARI] = {"hi", "mr"},
    [BENGALI] = {"bn"},
    [GURMUKHI] = {"pa"},
    [GUJARATI] = {"gu"},
    [TAMIL] = {"ta"},
    [TELUGU] = {"te"},
    [KANNADA] = {"kn"},
    [MALAYALAM] = {"ml"},
    [SINHALA] = {"si"},
    [THAI] = {"th"},
    [LAO] = {"lo"},
    [TIBETAN] = {"bo"},
    [BURMESE] = {"my"},
    [GEORGIAN] = {"ka"},
    [ARMENIAN] = {"hy"},
    [ETHIOPIC] = {"am"},
    [KHMER] = {"km"},
    [HANGUL] = {"ko"},
    [KANA] = {"ja"},
    [HAN] = {"zh", "ja"},
};

static size_t letters_of(const sample *s, const char *language)
{
    size_t own = 0;
    for (size_t i = 0; i < ANC_COUNT(letters); i++)
        own += strcmp(letters[i].language, language) == 0 ? s->special[i] : 0;
    return own;
}

/* The last of a script's languages that has letters of its own there, more than a quotation has; the first
 * where none has. */
static const char *of_script(const sample *s, script found)
{
    const char *best = languages[found][0];
    if (found == CYRILLIC && s->hard_sign > 0 && s->russian == 0)
        return "bg";
    for (size_t k = 1; languages[found][k] != NULL; k++) {
        const size_t own = letters_of(s, languages[found][k]);
        if (own > 0 && own * LETTERS_FOR_ONE >= s->of[found])
            best = languages[found][k];
    }
    return best;
}

const char *txt_language_guess(anc_str text)
{
    sample s = {.russian = 0};
    const size_t third = text.len / 3;
    if (text.len <= SAMPLE_BYTES)
        count_letters(&s, text);
    for (size_t i = 0; i < 3 && text.len > SAMPLE_BYTES; i++) {
        const size_t from = anc_utf8_floor(text, i * third);
        const size_t to = anc_utf8_floor(text, from + SAMPLE_BYTES / 3);
        count_letters(&s, anc_str_sub(text, from, to - from));
    }
    if (s.of[KANA] > 0) { /* a Japanese text is written with both */
        s.of[KANA] += s.of[HAN];
        s.of[HAN] = 0;
    }
    script most = CYRILLIC;
    size_t others = 0;
    for (int i = CYRILLIC; i < SCRIPTS; i++) {
        others += s.of[i];
        most = s.of[i] > s.of[most] ? (script)i : most;
    }
    const size_t weight = most == KANA || most == HAN ? SIGN_IN_LETTERS : 1;
    return others > 0 && others * weight > s.of[LATIN]
               ? of_script(&s, most)
               : txt_language_code(txt_language_detect(text));
}

/* words.c - terms of the text library, reduced to what comparing needs. */
#include "rag/domain/words.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/forms.h"
#include "text/analyze.h"

/* Upper-case letters of the Latin, Greek and Cyrillic blocks that the six languages write with. */
static bool is_capital(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z';
    if (c < 0x100)
        return c >= 0xc0 && c <= 0xde && c != 0xd7;
    if (c < 0x180)
        return (c & 1) == 0;
    return (c >= 0x391 && c <= 0x3a9) || (c >= 0x400 && c <= 0x42f);
}

/* Letters and digits of a word as runs ("A9", "A-9"), hashed; 0 unless it has both. Two codes of one
 * shape name two things of a kind. */
static uint32_t code_of(anc_str word)
{
    char shape[16];
    size_t n = 0;
    bool letter = false;
    bool digit = false;
    for (size_t i = 0; i < word.len; i++) {
        const char c = word.ptr[i];
        const bool d = c >= '0' && c <= '9';
        const bool l = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const char kind = d ? '9' : l ? 'A' : c;
        digit |= d;
        letter |= l;
        if (n > 0 && shape[n - 1] == kind)
            continue;
        if (n == sizeof shape)
            return 0;
        shape[n++] = kind;
    }
    return letter && digit ? (uint32_t)anc_hash64((anc_str){shape, n}) | 1 : 0;
}

/* A German verb's stem is "schick" in "schicken", and the stemmer leaves "schickt" as it is. Verbs that begin a sentence
 * have a capital too, so nouns lose their "t" with them: both forms of one do. */
static anc_str unconjugated(anc_str stem, txt_language language)
{
    enum { LETTERS_MIN = 5 };
    if (language != TXT_DE || stem.len < LETTERS_MIN || stem.ptr[stem.len - 1] != 't')
        return stem;
    stem.len--;
    return stem.ptr[stem.len - 1] == 'e' ? anc_str_sub(stem, 0, stem.len - 1) : stem;
}

/* Of German: behind a "u" the "s" is a word's own ("Status"), save of the few that do bend. */
static bool is_german_ending(anc_str stem)
{
    static const char own[] =
        "andreas carlos elias etwas jonas lukas marcos markos nicolas nikolas";
    static const anc_str bent[] = {ANC_STR_INIT("akkus"), ANC_STR_INIT("menus"),
                                   ANC_STR_INIT("gurus")};
    bool bends = strchr("aeioy", stem.ptr[stem.len - 2]) != NULL && !rag_is_any_of(stem, own);
    for (size_t i = 0; i < ANC_COUNT(bent); i++)
        bends |= anc_str_ends(stem, bent[i]);
    return bends;
}

static bool is_french_ending(anc_str stem)
{
    static const char own[] = "paris";
    return strchr("aiou", stem.ptr[stem.len - 2]) != NULL && !rag_is_any_of(stem, own);
}

/* Behind a vowel the German and the French stemmer leave the "s" of a genitive or a plural ("des Studios", "les vélos"). It
 * goes from words whose own it is as well ("Preis", "devis"), alike in all their forms; but not where what is left is another
 * word ("Andreas", "etwas", "Paris"). */
static anc_str undeclined(anc_str stem, txt_language language)
{
    enum { LETTERS_MIN = 5 };
    if ((language != TXT_DE && language != TXT_FR) || stem.len < LETTERS_MIN ||
        stem.ptr[stem.len - 1] != 's')
        return stem;
    const bool bends = language == TXT_DE ? is_german_ending(stem) : is_french_ending(stem);
    return bends ? anc_str_sub(stem, 0, stem.len - 1) : stem;
}

static bool has_small_letter(anc_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= 'a' && text.ptr[i] <= 'z')
            return true;
    return false;
}

/* "IT", "WHO": in capitals they are names, and no function words; where all is in capitals that says nothing. */
static bool is_acronym(anc_str text, anc_str written)
{
    static const anc_str acronyms[] = {ANC_STR_INIT("IT"), ANC_STR_INIT("WHO"), ANC_STR_INIT("AI")};
    for (size_t i = 0; i < ANC_COUNT(acronyms); i++)
        if (anc_str_eq(acronyms[i], written))
            return has_small_letter(text);
    return false;
}

/* "In May": the month, and no function word. */
static bool is_may(anc_str written, uint32_t start, txt_language language)
{
    return language == TXT_EN && start > 0 && anc_str_eq(written, ANC_STR("May"));
}

static rag_word word_of(anc_str text, txt_language language, const txt_term *term)
{
    size_t bytes;
    const uint32_t first = anc_utf8_at(text, term->start, &bytes);
    const anc_str written = anc_str_sub(text, term->start, term->end - term->start);
    const bool acronym =
        term->stop && (is_acronym(text, written) || is_may(written, term->start, language));
    const anc_str base = acronym              ? written
                         : language == TXT_EN ? rag_form_of(written)
                                              : ANC_STR("");
    return (rag_word){
        .key = anc_hash64(base.len > 0 ? base
                                       : undeclined(unconjugated(term->text, language), language)),
        .start = term->start,
        .end = term->end,
        .position = term->position,
        .stop = term->stop && !acronym,
        .whole = term->whole,
        .capital = is_capital(first),
        .digits = first >= '0' && first <= '9',
        .code = code_of(written),
    };
}

anc_status rag_words_of(anc_arena *mem, anc_str text, txt_language language, rag_words *ret,
                        anc_err *err)
{
    txt_term *terms;
    size_t n;
    ANC_TRY(txt_analyze(mem, text, language, NULL, &terms, &n, err));
    rag_word *words = anc_arena_alloc(mem, n, sizeof *words);
    if (words == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu words", n);
    for (size_t i = 0; i < n; i++)
        words[i] = word_of(text, language, &terms[i]);
    *ret = (rag_words){words, n};
    return ANC_OK;
}

uint64_t rag_year_of(anc_str word)
{
    enum { DIGITS = 4, FIRST = 1000, LAST = 2100 };
    uint64_t year;
    return word.len == DIGITS && anc_str_to_u64(word, &year) && year >= FIRST && year <= LAST ? year
                                                                                              : 0;
}

static bool is_among(anc_str text, const char *list, char separator)
{
    anc_str rest = anc_str_of(list);
    for (anc_str one; text.len > 0 && anc_str_split(&rest, separator, &one);)
        if (one.len == text.len && anc_str_eq_nocase(one, text))
            return true;
    return false;
}

bool rag_is_any_of(anc_str word, const char *words)
{
    return is_among(word, words, ' ');
}

bool rag_is_phrase_of(anc_str text, const char *phrases)
{
    return is_among(text, phrases, '|');
}

bool rag_begins_with_any(anc_str text, const char *beginnings)
{
    anc_str rest = anc_str_of(beginnings);
    for (anc_str one; anc_str_split(&rest, '|', &one);)
        if (anc_str_eq_nocase(anc_str_sub(text, 0, one.len), one))
            return true;
    return false;
}

anc_status rag_plain_words(anc_arena *mem, anc_str text, txt_language language, rag_words *ret,
                           anc_err *err)
{
    rag_words all;
    ANC_TRY(rag_words_of(mem, text, language, &all, err));
    rag_word *plain = anc_arena_alloc(mem, all.n, sizeof *plain);
    size_t n = 0;
    if (plain == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu words", all.n);
    for (size_t i = 0; i < all.n; i++)
        if (!all.items[i].whole)
            plain[n++] = all.items[i];
    *ret = (rag_words){plain, n};
    return ANC_OK;
}

anc_str rag_word_text(anc_str text, const rag_word *word)
{
    return anc_str_sub(text, word->start, word->end - word->start);
}

size_t rag_words_at(rag_words words, size_t at)
{
    size_t low = 0;
    size_t high = words.n;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (words.items[mid].start < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

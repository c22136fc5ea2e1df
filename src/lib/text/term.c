/* term.c - one word made into a term.
 *
 * Accents come off last: the stemmers read them (été, etait), people do not always type them.
 * Only Latin, Greek and Cyrillic lose their marks; elsewhere marks are vowels.
 */
#include "term_impl.h"

#include <libstemmer.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "chars_impl.h"

static const char *const algorithms[TXT_LANGUAGE_COUNT] = {
#define X(name, code, stemmer) stemmer,
    TXT_LANGUAGE_MAP(X)
#undef X
};

static const char *const french_elisions[] = {"c", "d",      "j",  "jusqu",  "l", "lorsqu", "m",
                                              "n", "puisqu", "qu", "quoiqu", "s", "t"};
static const char *const italian_elisions[] = {
    "agl", "all", "anch", "c", "ch", "coll", "com",  "cos", "d",    "dagl", "dall", "degl", "dell",
    "dov", "gl",  "l",    "m", "n",  "nell", "negl", "s",   "sugl", "sull", "t",    "un",   "v"};
static const char *const contractions[] = {"d", "ll", "m", "re", "s", "ve"};

static bool is_one_of(anc_str word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq_nocase(word, anc_str_of(list[i])))
            return true;
    return false;
}

bool txt_is_elision(txt_language language, anc_str word)
{
    if (language == TXT_IT)
        return is_one_of(word, italian_elisions, ANC_COUNT(italian_elisions));
    return (language == TXT_FR || language == TXT_UND) &&
           is_one_of(word, french_elisions, ANC_COUNT(french_elisions));
}

bool txt_is_contraction(txt_language language, anc_str word)
{
    if (language == TXT_EN)
        return is_one_of(word, contractions, ANC_COUNT(contractions));
    return (language == TXT_UND || language == TXT_DE) && anc_str_eq_nocase(word, ANC_STR("s"));
}

anc_status txt_termer_init(txt_termer *t, txt_language language, bool stem, anc_err *err)
{
    const char *name = (size_t)language < TXT_LANGUAGE_COUNT ? algorithms[language] : NULL;
    *t = (txt_termer){.language = language};
    if (!stem || name == NULL)
        return ANC_OK;
    t->stemmer = sb_stemmer_new(name, NULL);
    if (t->stemmer == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "text analysis: no stemmer for %s", name);
    return ANC_OK;
}

void txt_termer_done(txt_termer *t)
{
    sb_stemmer_delete(t->stemmer);
    t->stemmer = NULL;
}

/* Folds `raw` into `out` [TXT_PIECE_BYTES]; a typographic apostrophe becomes a plain one. */
static size_t fold_word(anc_str raw, char *out, bool *ret_ascii)
{
    raw.len = anc_utf8_floor(raw, raw.len < TXT_PIECE_BYTES ? raw.len : TXT_PIECE_BYTES);
    size_t n = 0;
    *ret_ascii = true;
    for (; n < raw.len && (unsigned char)raw.ptr[n] < 0x80; n++)
        out[n] = (char)(raw.ptr[n] >= 'A' && raw.ptr[n] <= 'Z' ? raw.ptr[n] + 32 : raw.ptr[n]);
    if (n == raw.len)
        return n;
    *ret_ascii = false;
    n = txt_map(TXT_MAP_FOLD, raw, out, TXT_PIECE_BYTES);
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        if (n - i >= 3 && memcmp(out + i, "\xE2\x80\x99", 3) == 0) {
            out[len++] = '\'';
            i += 2;
        } else {
            out[len++] = out[i];
        }
    }
    return len;
}

static bool is_all_letters(anc_str word)
{
    size_t bytes;
    for (size_t i = 0; i < word.len; i += bytes) {
        const txt_class c = txt_class_of(anc_utf8_at(word, i, &bytes));
        if (c != TXT_CHAR_LETTER && c != TXT_CHAR_MARK)
            return false;
    }
    return true;
}

static bool loses_marks(anc_str word)
{
    size_t bytes;
    for (size_t i = 0; i < word.len; i += bytes) {
        const uint32_t c = anc_utf8_at(word, i, &bytes);
        if (c > 0x52F && (c < 0x1E00 || c > 0x1FFF))
            return false;
    }
    return true;
}

/* Letters that have no mark to lose, by what people type instead. */
static size_t plain_letters(const char *word, size_t n, char *out)
{
    static const struct {
        char letter[3], plain[3];
    } rows[] = {{"\xC5\x93", "oe"}, {"\xC3\xA6", "ae"}, {"\xC3\xB8", "o"},
                {"\xC5\x82", "l"},  {"\xC4\x91", "d"},  {"\xC4\xB1", "i"}};
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        size_t r = 0;
        while (r < ANC_COUNT(rows) && (n - i < 2 || memcmp(word + i, rows[r].letter, 2) != 0))
            r++;
        if (r == ANC_COUNT(rows)) {
            out[len++] = word[i];
            continue;
        }
        for (const char *p = rows[r].plain; *p != '\0'; p++)
            out[len++] = *p;
        i++;
    }
    return len;
}

/* `word` freed of accents where it is not plain ASCII, cut to what a term may have; its length. */
static size_t finish(anc_str word, bool ascii, char out[TXT_TERM_BYTES])
{
    char unmarked[TXT_PIECE_BYTES], plain[TXT_PIECE_BYTES];
    if (!ascii && loses_marks(word)) {
        const size_t n = txt_map(TXT_MAP_UNMARK, word, unmarked, sizeof unmarked);
        word = (anc_str){plain, plain_letters(unmarked, n, plain)};
    }
    word.len = anc_utf8_floor(word, word.len < TXT_TERM_BYTES ? word.len : TXT_TERM_BYTES);
    if (word.len > 0)
        memcpy(out, word.ptr, word.len);
    return word.len;
}

void txt_term_make(const txt_termer *t, anc_str raw, txt_made *ret)
{
    char folded[TXT_PIECE_BYTES];
    bool ascii;
    const anc_str word = {folded, fold_word(raw, folded, &ascii)};
    anc_str stem = word;
    ret->stop = txt_is_stop_word(t->language, word);
    ret->form_len = finish(word, ascii, ret->form);
    if (t->stemmer != NULL && word.len <= TXT_TERM_BYTES && is_all_letters(word)) {
        const sb_symbol *made =
            sb_stemmer_stem(t->stemmer, (const sb_symbol *)word.ptr, (int)word.len);
        if (made != NULL)
            stem = (anc_str){(const char *)made, (size_t)sb_stemmer_length(t->stemmer)};
    }
    ret->len = finish(stem, ascii, ret->text);
}

/* language.h - the six languages that are known by more than their letters, and others by these.
 *
 * Everything here is a pure function of its arguments.
 */
#ifndef ANC_TEXT_LANGUAGE_H
#define ANC_TEXT_LANGUAGE_H

#include "base/base.h"

/* name, ISO 639-1 code, Snowball algorithm */
#define TXT_LANGUAGE_MAP(X) \
    X(UND, "und", NULL)     \
    X(EN, "en", "english")  \
    X(FR, "fr", "french")   \
    X(IT, "it", "italian")  \
    X(ES, "es", "spanish")  \
    X(DE, "de", "german")   \
    X(PT, "pt", "portuguese")

typedef enum txt_language {
#define X(name, code, stemmer) TXT_##name,
    TXT_LANGUAGE_MAP(X)
#undef X
        TXT_LANGUAGE_COUNT
} txt_language;

/* "en", …; "und" for TXT_UND and for unknown numbers. */
const char *txt_language_code(txt_language language);

/* The language of a code ("fr", "fr-CA", "FR_fr"); "und" and "none" are TXT_UND. False for codes
 * that are not known; `ret` is then untouched. */
bool txt_language_find(anc_str code, txt_language *ret);

/* Whether it is a code of ISO 639-1 as that writes it ("en", "sv", "ja": small letters): a language that there is,
 * which says nothing of how much is known about it here. */
bool txt_language_is_code(anc_str code);

/* The language that valid UTF-8 is written in, from a question of a few words to a whole document
 * (of which a few thousand bytes are read). TXT_UND where nothing speaks for one of them. */
txt_language txt_language_detect(anc_str text);

/* The code of the language that valid UTF-8 is written in: one of the six, else one that its script gives away
 * ("ja", "ru", "ar", …; of scripts that several languages share, the letters that only one has decide, else the
 * one with most speakers). "und" where nothing speaks for any. */
const char *txt_language_guess(anc_str text);

typedef struct txt_word_list {
    const char *const *words; /* sorted by bytes; static */
    size_t count;
} txt_word_list;

/* The function words of a language, case folded, with accents; none for TXT_UND. */
txt_word_list txt_stop_words(txt_language language);

/* Whether `word` (case folded, accents kept) is among them. */
bool txt_is_stop_word(txt_language language, anc_str word);

#endif

/* sentence_words_impl.h - what the word before a full stop, or the one behind it, says about it. */
#ifndef ANC_TEXT_SENTENCE_WORDS_IMPL_H
#define ANC_TEXT_SENTENCE_WORDS_IMPL_H

#include "base/base.h"

typedef enum txt_stop_word_kind {
    TXT_WORD_PLAIN,     /* a full stop behind it ends the sentence */
    TXT_WORD_TITLE,     /* "Dr.", "e.g.": never ends one */
    TXT_WORD_NUMBERING, /* "Fig.", "pp.": not before a number */
    TXT_WORD_CLOSING    /* "Inc.", "Jr.": only before a word that begins sentences */
} txt_stop_word_kind;

/* `word` as it stands before the full stop, in any case. */
txt_stop_word_kind txt_word_before_stop(anc_str word);

/* Whether a capitalised `word` begins sentences and no names: "The", "Il", "Es". */
bool txt_begins_sentences(anc_str word);

/* A month or another noun that follows a German ordinal: "am 3. Oktober". */
bool txt_follows_ordinal(anc_str word);

#endif

/* spoken.h - a question as words with their places, and the runs in it that follow-ups are about. */
#ifndef ANC_RAG_DOMAIN_SPOKEN_H
#define ANC_RAG_DOMAIN_SPOKEN_H

#include "rag/domain/words.h"

/* A text with its plain words (no joined forms). */
typedef struct rag_spoken {
    anc_str text;
    txt_language language;
    rag_words words;
} rag_spoken;

/* Words [first, last); none where first == last. */
typedef struct rag_run {
    size_t first, last;
} rag_run;

anc_status rag_spoken_of(anc_arena *mem, anc_str text, rag_spoken *ret,
                         anc_err *err) ANC_MUST_CHECK;

/* The same of a question, whose function words tell its language; of those that they may be of, the one spoken
 * `before` (TXT_UND: none was). */
anc_status rag_spoken_after(anc_arena *mem, anc_str text, txt_language before, rag_spoken *ret,
                            anc_err *err) ANC_MUST_CHECK;

/* The same of a text that is too short to tell its language. */
anc_status rag_spoken_as(anc_arena *mem, anc_str text, txt_language language, rag_spoken *ret,
                         anc_err *err) ANC_MUST_CHECK;

anc_str rag_spoken_word(const rag_spoken *s, size_t i);
anc_str rag_spoken_run(const rag_spoken *s, rag_run run); /* from its first byte to its last */

/* Nothing but blanks, hyphens and apostrophes between word i and the next. */
bool rag_spoken_joined(const rag_spoken *s, size_t i);

bool rag_spoken_is_article(const rag_spoken *s, size_t i);     /* the, a, le, la, du, … */
bool rag_spoken_is_preposition(const rag_spoken *s, size_t i); /* in, of, for, en, pour, … */
bool rag_spoken_is_of(const rag_spoken *s, size_t i);          /* of, de, du, … */
bool rag_spoken_is_asking(const rag_spoken *s, size_t i);      /* why, is, does, quel, est, … */
bool rag_spoken_is_pronoun(const rag_spoken *s, size_t i);     /* it, they, il, cela, its, … */
bool rag_spoken_is_plural(const rag_spoken *s, size_t i);      /* they, them, ils, … */
bool rag_spoken_is_person(const rag_spoken *s, size_t i);      /* he, she, her, … */
bool rag_spoken_is_thing(const rag_spoken *s, size_t i);       /* it, its, this, … */
bool rag_spoken_is_there(const rag_spoken *s, size_t i);       /* there, y: of a place */
bool rag_spoken_is_calendar(const rag_spoken *s, size_t i);    /* a day, a month */

bool rag_spoken_is_noun(const rag_spoken *s, size_t i); /* none of these, and no function word */

bool rag_spoken_is_having(const rag_spoken *s, size_t i); /* tiene, hanno, tem, … */

/* "¿Cuánto cuesta?", "quantos lugares tem?": a question word and a verb, of what is left out in Spanish, Italian and Portuguese. */
bool rag_spoken_has_no_subject(const rag_spoken *s);

/* Words that are no function words, asking words or pronouns. */
size_t rag_spoken_content(const rag_spoken *s, size_t first);

/* Walks the runs of words with capitals, with figures that follow ("Skep 2"), without what only begins
 * the sentence: start with *cursor = 0; false at the end. */
bool rag_spoken_name_next(const rag_spoken *s, size_t *cursor, rag_run *ret);
/* "France" of "in France". */
bool rag_spoken_is_of_place(const rag_spoken *s, rag_run run);
/* The last of them that is no place, else the last; false: there is none. */
bool rag_spoken_last_name(const rag_spoken *s, rag_run *ret);

/* The run with the nouns behind it that it goes with: "Skep 2 warranty", without the verb of the question. */
rag_run rag_spoken_with_noun(const rag_spoken *s, rag_run run);

/* From the first content word behind an article, else the first at all, to the end of the phrase, without the verb
 * behind it ("made of?"); false: there is none. */
bool rag_spoken_topic(const rag_spoken *s, rag_run *ret);

/* Who or what does it, between the helping verb and the verb, without its article: "interns" of "do interns receive"; false:
 * no such is found. */
bool rag_spoken_subject(const rag_spoken *s, rag_run *ret);

/* The run with the article before it. */
rag_run rag_spoken_with_article(const rag_spoken *s, rag_run run);

#endif

/* kinds.h - whether a name in a question or an answer is a person's or a thing's.
 *
 * By how it is written, what stands around it and a list of nouns that name things; no list of people. What
 * cannot be told may be either.
 */
#ifndef ANC_RAG_DOMAIN_KINDS_H
#define ANC_RAG_DOMAIN_KINDS_H

#include "rag/domain/spoken.h"

typedef enum rag_kind { RAG_KIND_THING, RAG_KIND_EITHER, RAG_KIND_PERSON } rag_kind;

/* What agrees with "il", "elle", "ils" and "elles"; of English words and of "l'": any. */
typedef enum rag_gender { RAG_GENDER_ANY, RAG_MASCULINE, RAG_FEMININE, RAG_PLURAL } rag_gender;

/* "CEO", "PDG": what somebody is, and no name. */
bool rag_is_office_in_short(anc_str word);

/* "Treasurer", "Kapitän": an office that somebody holds. */
bool rag_is_office(anc_str word);

/* Of the run of a name (rag_spoken_name_next) in a question. */
rag_kind rag_kind_asked(const rag_spoken *s, rag_run name);

/* Whether that run of an answer may be a person's name; `who`: the question before it asked for one, so that
 * one word is enough. Labels of fields ("First Name:") and columns are none. */
bool rag_kind_told_person(const rag_spoken *s, rag_run name, bool who);

/* Whether a question asks for a person ("who", "qui"). */
bool rag_asks_who(const rag_spoken *s);

/* "Who is", "qui est": what follows is a person, or what a person is. */
bool rag_asks_who_is(const rag_spoken *s);

/* Whether a question has a word that goes with persons only: "née", "birthday". */
bool rag_has_word_of_life(const rag_spoken *s);

/* Whether word `i` is a noun of things that have names: museum, bureau. */
bool rag_is_thing_noun(const rag_spoken *s, size_t i);

/* By the article before the run; any where none says it. */
rag_gender rag_gender_of(const rag_spoken *s, rag_run run);

/* Of a pronoun; any of one that does not say it. */
rag_gender rag_gender_of_pronoun(const rag_spoken *s, size_t i);

/* What stands in brackets behind a pronoun at word `i` of a question that was made to stand alone; false: nothing
 * does. */
bool rag_gloss_at(const rag_spoken *s, size_t i, rag_run *ret);

/* "Volunteers" of "the voucher for volunteers": who is many in a phrase whose first noun is one; else the phrase. */
rag_run rag_many_within(const rag_spoken *s, rag_run phrase);

#endif

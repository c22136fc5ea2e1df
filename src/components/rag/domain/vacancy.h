/* vacancy.h - where in a question another thing has room: a pronoun with what it stood for, a subject that is left out, a
 * time, and the verb that a question ends with.
 */
#ifndef ANC_RAG_DOMAIN_VACANCY_H
#define ANC_RAG_DOMAIN_VACANCY_H

#include "rag/domain/spoken.h"

/* "Cost" of "what does a car to Mull cost?". */
bool rag_ends_with_verb(const rag_spoken *s);

/* Whether word `i` says when, and is no thing: "samstags", "sábado". */
bool rag_is_time(const rag_spoken *s, size_t i);

/* Whether the part begins with a preposition; the Portuguese "a" of "e a caução?" is none, that of "e a cavalo?" is. */
bool rag_begins_linked(const rag_spoken *part);

/* The last time said in a question, with its article or preposition; false: none is. */
bool rag_find_time(const rag_spoken *before, rag_run *ret);

/* "Da quando lavora nel caseificio?": a Spanish, Italian or Portuguese question that says neither who nor what does it:
 * what it has stands behind a preposition, or for "there". */
bool rag_lacks_subject(const rag_spoken *s);

/* The bytes of "sie (Annegret Pohl)", and of what stands for a subject that is left out, "matura (il pecorino)", where
 * `part`, of which `bare` are the words without article, may stand instead; false: nowhere. A name that is no person's
 * is left, where what follows may be asked of it ("and the warranty?"). */
bool rag_find_glossed(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                      uint32_t *ret_start, uint32_t *ret_end);

/* "A car to Mull" of "what does a car to Mull cost?", of which a word without an article takes the place, "bicycles";
 * false: the question or the part is none such. */
bool rag_find_between(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret);

/* The thing of which the question's verb tells, with its article, which a thing with an article may take the place of: "parking"
 * of "what does parking cost?", "l'entrée" of "combien coûte l'entrée de la piscine ?"; false: there is none, or the part is no
 * thing but asks more of it ("the price"). */
bool rag_find_subject_of_verb(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                              rag_run *ret);

/* "A car" of "what is the fare for a car?", of which one of another kind ("a bicycle", "bicycles") takes the place; false:
 * neither is such. */
bool rag_find_indefinite(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                         rag_run *ret);

/* "D'entrée" of "quel est le prix d'entrée à la piscine ?": of what it is asked, with its preposition, where a thing with an
 * article may stand instead; false: nothing is asked of anything. */
bool rag_find_asked_of(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                       rag_run *ret);

/* "The service charge" of "how much is the service charge of unit 14?", with its article, of which another thing that is asked
 * of the unit, "the rent", takes the place; false: nothing is asked of anything, or the part may be what it is asked of. */
bool rag_find_head(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret);

/* Whether the part is no answer to what is asked before `head`: "the rent" after "how long is the lease …?". */
bool rag_asks_other_kind(const rag_spoken *part, const rag_spoken *before, rag_run head);

/* "À" of "a ligação à eletricidade", where the whole takes the place of what does it in `before`. */
bool rag_names_with(const rag_spoken *part, size_t i, const rag_spoken *before);

/* "Na Ribeira" after "quantos lugares tem o parque do Mercado Velho?": the same of another place. */
bool rag_is_where_it_is_had(const rag_spoken *part, const rag_spoken *before);

/* "Treasurer" of "who is the treasurer of the club?", of which another office takes the place; false: neither is one. */
bool rag_find_office(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret);

/* "Flood damage" after how long something of a name lasts: a matter, which does not take the name's place. */
bool rag_is_matter(const rag_spoken *part, rag_run bare, const rag_spoken *before);

#endif

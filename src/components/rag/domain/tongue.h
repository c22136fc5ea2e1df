/* tongue.h - function words of six languages by what they do in a question.
 *
 * What a word does depends on the language: "was" asks in German, "die" is an article there, "son" is a verb in
 * Spanish. English and French, which share no such word, are read as one.
 */
#ifndef ANC_RAG_DOMAIN_TONGUE_H
#define ANC_RAG_DOMAIN_TONGUE_H

#include "text/language.h"

typedef enum rag_word_role {
    RAG_WORD_ARTICLE,     /* der, el, il, o, … */
    RAG_WORD_PREPOSITION, /* in, para, nel, do, … */
    RAG_WORD_GENITIVE,    /* von, del, della, do: what stands between a thing and whose it is */
    RAG_WORD_OF_PLACE,    /* in, en, a, em: before a place */
    RAG_WORD_ASKING,      /* question words, and the verbs and adverbs that go with them */
    RAG_WORD_PRONOUN,     /* sie, su, suo, ele, dort, … */
    RAG_WORD_THING,       /* of these what no person is: it, es, eso, isso */
    RAG_WORD_PLURAL,      /* of these what is several, in English and French: they, ils */
    RAG_WORD_PERSON,      /* and who is one person: he, her, lui */
    RAG_WORD_THERE,       /* dort, damit, allí, lì, lá */
    RAG_WORD_CLITIC,      /* articles that are pronouns before a verb: la, lo, o */
    RAG_WORD_WHO,         /* wer, quién, chi, quem */
    RAG_WORD_COPULA,      /* ist, es, è, é */
    RAG_WORD_TELLING, /* cuesta, costa, custa: words of questions that none of the other languages has */
    RAG_WORD_COUNT
} rag_word_role;

/* Which of masculine, feminine, neuter and plural a word may be of. */
enum { RAG_MAY_HE = 1, RAG_MAY_SHE = 2, RAG_MAY_IT = 4, RAG_MAY_MANY = 8, RAG_MAY_ANY = 15 };

/* Whether it is one of the four that have a table of their own: German, Spanish, Italian and Portuguese. */
bool rag_tongue_knows(txt_language language);

/* Whether `word` does that in the language; one that is not known is read as English and French are. */
bool rag_tongue_has(txt_language language, rag_word_role role, anc_str word);

/* Of an article, a contraction or a pronoun; RAG_MAY_ANY of other words. */
unsigned rag_tongue_gender(txt_language language, anc_str word);

/* Whether two words are one preposition, with or without an article in them: "no" and "na", "al" and "alla", "à" and "aux". */
bool rag_tongue_contracts_alike(anc_str a, anc_str b);

/* "for", "pour", "für", … and "of", "pour", "von", …: what joins a part to a question where nothing else does. */
const char *rag_tongue_for(txt_language language);
const char *rag_tongue_of(txt_language language);

#endif

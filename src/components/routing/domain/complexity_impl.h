/* complexity_impl.h - the word lists. */
#ifndef ANC_ROUTING_DOMAIN_COMPLEXITY_IMPL_H
#define ANC_ROUTING_DOMAIN_COMPLEXITY_IMPL_H

#include "complexity.h"

enum { RTE_LANGUAGES = 5 };

/* Words and groups of words in lower case, separated by '|'. */
typedef struct rte_words {
    const char *common; /* tells the language, counts for nothing else */
    const char *parts[RTE_WORD_PARTS];
} rte_words;

extern const rte_words rte_word_lists[RTE_LANGUAGES];

#endif

/* engine_help.h - documents of plain words for the engine's tests. */
#ifndef ANC_TESTS_UNIT_LIB_ENGINE_ENGINE_HELP_H
#define ANC_TESTS_UNIT_LIB_ENGINE_ENGINE_HELP_H

#include <string.h>

#include "base/str.h"
#include "engine/engine.h"

enum { HELP_WORDS = 64 };

/* Words at blanks; a word that begins with '.' is a stop word (without its dot); "term/form" is a term
 * with a form of its own, else the term is its form. */
static inline size_t help_terms(const char *words, eng_place place, eng_term *out)
{
    size_t n = 0;
    anc_str rest = anc_str_of(words), part;
    while (anc_str_split(&rest, ' ', &part)) {
        if (part.len == 0)
            continue;
        const bool stop = part.ptr[0] == '.';
        const anc_str word = stop ? anc_str_sub(part, 1, part.len) : part;
        const size_t slash = anc_str_find(word, ANC_STR("/"));
        const bool apart = slash != SIZE_MAX;
        out[n] = (eng_term){.text = apart ? anc_str_sub(word, 0, slash) : word,
                            .place = place,
                            .position = (uint32_t)n,
                            .is_stop = stop,
                            .form = apart ? anc_str_sub(word, slash + 1, word.len) : word};
        n++;
    }
    return n;
}

static inline size_t help_query(const char *words, eng_query_term *out)
{
    eng_term terms[HELP_WORDS];
    const size_t n = help_terms(words, ENG_TEXT, terms);
    for (size_t i = 0; i < n; i++)
        out[i] = (eng_query_term){.text = terms[i].text, .weight = 1, .is_stop = terms[i].is_stop};
    return n;
}

static inline anc_status help_add(eng_load *load, uint32_t ordinal, const char *title,
                                  const char *words, const float *vector, anc_err *err)
{
    eng_term terms[2 * HELP_WORDS];
    size_t n = help_terms(title, ENG_TITLE, terms);
    n += help_terms(words, ENG_TEXT, terms + n);
    const eng_chunk chunk = {.ordinal = ordinal, .terms = terms, .n_terms = n, .vector = vector};
    return eng_load_add(load, &chunk, err);
}

/* A document of one chunk, labelled "public". */
static inline anc_status help_publish(eng_index *index, const char *key, uint32_t version,
                                      const char *title, const char *words, const float *vector,
                                      anc_err *err)
{
    const anc_str label = ANC_STR("public");
    const eng_document document = {
        .key = anc_str_of(key), .version = version, .labels = &label, .n_labels = 1};
    eng_load *load = NULL;
    ANC_TRY(eng_load_open(index, &document, &load, err));
    const anc_status added = help_add(load, 0, title, words, vector, err);
    if (added != ANC_OK) {
        eng_load_abort(load);
        return added;
    }
    return eng_publish(index, load, err);
}

#endif

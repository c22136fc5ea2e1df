/* example.c - the engine from outside, with engine.h alone: what a program does that keeps documents in a folder and
 * finds them by words and by vectors. Built and run with the tests.
 *
 * Words come prepared: here they are what stands between blanks; lib/text knows more. Vectors come as unit vectors, from
 * whatever model; here they are made up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "engine/engine.h"
#include "os/file.h"

enum { DIMS = 3, WORDS = 32, TOP = 10, ARENA_BYTES = 4 << 20 };

typedef struct text {
    const char *key, *words;
    float vector[DIMS];
    int64_t year;
} text;

static const text texts[] = {
    {"lamp", "the keeper lit the lamp at dusk", {1, 0, 0}, 1987},
    {"boat", "a boat without a lamp at night", {0.8f, 0.6f, 0}, 1994},
    {"bread", "bread is baked before dawn", {0, 0, 1}, 1994},
};

static const anc_str everybody = ANC_STR_INIT("public");

/* One document of one chunk: a term and a form a word, positions by count. */
static anc_status put(eng_index *index, const text *t, anc_err *err)
{
    eng_term terms[WORDS];
    eng_load *load = NULL;
    anc_str rest = anc_str_of(t->words), word;
    size_t n = 0;
    for (; n < WORDS && anc_str_split(&rest, ' ', &word); n++)
        terms[n] =
            (eng_term){.text = word, .form = word, .place = ENG_TEXT, .position = (uint32_t)n};
    const eng_field year = {.name = ANC_STR("year"),
                            .value = {.kind = ENG_INT, .integer = t->year}};
    const eng_document document = {.key = anc_str_of(t->key),
                                   .version = 1,
                                   .fields = &year,
                                   .n_fields = 1,
                                   .labels = &everybody,
                                   .n_labels = 1};
    const eng_chunk chunk = {.terms = terms, .n_terms = n, .vector = t->vector};
    ANC_TRY(eng_load_open(index, &document, &load, err));
    const anc_status status = eng_load_add(load, &chunk, err);
    if (status != ANC_OK) {
        eng_load_abort(load);
        return status;
    }
    return eng_publish(index, load, err);
}

/* "lamp" by words and what is near to it by vectors, of documents since 1990; *ret_best lives in `mem`. */
static anc_status ask(eng_index *index, anc_arena *mem, anc_str *ret_best, anc_err *err)
{
    const eng_query_term lamp = {.text = ANC_STR("lamp"), .weight = 1};
    const eng_value since = {.kind = ENG_INT, .integer = 1990};
    const eng_filter filter = {
        .op = ENG_GTE, .field = ANC_STR("year"), .values = &since, .n_values = 1};
    const eng_query query = {.terms = &lamp,
                             .n_terms = 1,
                             .vector = texts[0].vector,
                             .dims = DIMS,
                             .labels = &everybody, /* who asks; without labels nothing is seen */
                             .n_labels = 1,
                             .filter = &filter,
                             .k_keyword = TOP,
                             .k_semantic = TOP};
    eng_result result;
    eng_snapshot *snapshot = eng_snapshot_acquire(index);
    const anc_status status = eng_search(snapshot, &query, mem, &result, err);
    *ret_best = ANC_STR_NONE;
    for (size_t i = 0; status == ANC_OK && i < result.n; i++) {
        const eng_candidate *c = &result.candidates[i];
        printf("%.*s: bm25 %.3f, cosine %.3f\n", ANC_FMT(c->document), c->bm25, c->cosine);
        if (i == 0)
            *ret_best = anc_arena_copy(mem, c->document); /* the key dies with the snapshot */
    }
    eng_snapshot_release(snapshot);
    return status;
}

/* Written, saved, closed; opened again and searched. */
static anc_status keep_and_ask(anc_str folder, anc_arena *mem, anc_str *ret_best, anc_err *err)
{
    const eng_options options = {.dims = DIMS, .folder = folder};
    eng_index *index;
    ANC_TRY(eng_index_open(&options, &index, err));
    anc_status status = ANC_OK;
    for (size_t i = 0; i < ANC_COUNT(texts) && status == ANC_OK; i++)
        status = put(index, &texts[i], err);
    if (status == ANC_OK)
        status = eng_save(index, &(eng_tidy_options){0}, err);
    eng_index_close(index);
    ANC_TRY(status);
    ANC_TRY(eng_index_open(&options, &index, err));
    status = ask(index, mem, ret_best, err);
    eng_index_close(index);
    return status;
}

int main(void)
{
    char folder[] = "/tmp/engine-example-XXXXXX";
    anc_err err = {0};
    anc_str best = ANC_STR_NONE;
    anc_arena *mem = anc_arena_new(ARENA_BYTES);
    if (mem == NULL || mkdtemp(folder) == NULL)
        return 1;
    const anc_status status = keep_and_ask(anc_str_of(folder), mem, &best, &err);
    if (status != ANC_OK)
        (void)fprintf(stderr, "%s\n", err.text);
    const bool good = status == ANC_OK && anc_str_eq(best, ANC_STR("boat"));
    anc_arena_free(mem);
    return os_folder_remove(anc_str_of(folder), NULL) == ANC_OK && good ? 0 : 1;
}

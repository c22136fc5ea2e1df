/* tokenizer_reference.c - tokenizers against the ids that the original libraries gave. */
#include "tokenizer_reference.h"

#include <stdio.h>
#include <string.h>

#include "infer/tokenizer.h"

#include "reference.h"
#include "support/places.h"
#include "support/test.h"

enum { WINDOW = 64 };

/* `a` then `b`, which may hold NUL bytes. */
static anc_str joined(anc_arena *mem, anc_str a, anc_str b)
{
    char *p = anc_arena_alloc(mem, a.len + b.len + 1, 1);
    assert_non_null(p);
    memcpy(p, a.ptr, a.len);
    memcpy(p + a.len, b.ptr, b.len);
    return (anc_str){p, a.len + b.len};
}

void compare_texts(const char *model, const char *tokens, const char *prefix, size_t window)
{
    char texts[PLACE_MAX];
    anc_err err = {0};
    reference_text *refs = NULL;
    inf_tokenizer *tok = NULL;
    uint32_t ids[512];
    if (place_in_data(texts, "minilm-reference/texts.jsonl") == NULL)
        skip();
    ANC_ARENA(mem, 64 << 20);
    const size_t n = reference_read(mem, texts, tokens, &refs);
    assert_true(n > 60);
    ASSERT_OK(inf_tokenizer_open(anc_str_of(model), &tok, &err), &err);
    for (size_t i = 0; i < n; i++) {
        if (anc_str_eq(refs[i].kind, ANC_STR("special-token-literals")))
            continue;
        const anc_str given = joined(mem, anc_str_of(prefix), refs[i].text);
        const size_t got = inf_tokenizer_encode(tok, given, window, ids, NULL);
        if (got != refs[i].n_ids || memcmp(ids, refs[i].ids, got * sizeof *ids) != 0)
            fail_msg("text %zu (%.*s): %zu ids, expected %zu", i, ANC_FMT(refs[i].kind), got,
                     refs[i].n_ids);
    }
    inf_tokenizer_close(tok);
}

void compare_small(const char *folder, const char *prefix)
{
    char model[PLACE_MAX], tokens[PLACE_MAX];
    if (place_in_data(model, folder) == NULL)
        skip();
    (void)snprintf(tokens, sizeof tokens, "%.4000s/tokens.jsonl", model);
    compare_texts(model, tokens, prefix, WINDOW);
}

void compare_pairs(const char *folder)
{
    char model[PLACE_MAX], tokens[PLACE_MAX], pairs[PLACE_MAX];
    anc_err err = {0};
    reference_pair *refs = NULL;
    inf_tokenizer *tok = NULL;
    uint32_t ids[WINDOW];
    uint8_t types[WINDOW];
    if (place_in_data(model, folder) == NULL ||
        place_in_data(pairs, "tiny-models/pairs.jsonl") == NULL)
        skip();
    (void)snprintf(tokens, sizeof tokens, "%.4000s/tokens.jsonl", model);
    ANC_ARENA(mem, 64 << 20);
    const size_t n = reference_read_pairs(mem, pairs, tokens, &refs);
    assert_true(n > 60);
    ASSERT_OK(inf_tokenizer_open(anc_str_of(model), &tok, &err), &err);
    for (size_t i = 0; i < n; i++) {
        const size_t got =
            inf_tokenizer_encode_pair(tok, refs[i].a, refs[i].b, WINDOW, ids, types, NULL);
        if (got != refs[i].n_ids || memcmp(ids, refs[i].ids, got * sizeof *ids) != 0 ||
            memcmp(types, refs[i].types, got) != 0)
            fail_msg("pair %zu: %zu ids, expected %zu", i, got, refs[i].n_ids);
    }
    inf_tokenizer_close(tok);
}

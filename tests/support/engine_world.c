/* engine_world.c - everything derived from a number by a small generator. */
#include "support/engine_world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "support/test.h"

enum { KEY_BYTES = 24, WORDS = 9, CHUNKS = 3, QUESTIONS = 12, FIELDS = 6, VOCABULARY = 40 };

static uint32_t chance(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static anc_str key_of(uint32_t number, char *out)
{
    return (anc_str){out, (size_t)snprintf(out, KEY_BYTES, "document %u", number)};
}

static void vector_of(uint64_t *seed, float *ret)
{
    double square = 0;
    for (int i = 0; i < ENGINE_WORLD_DIMS; i++) {
        ret[i] = (float)chance(seed, 2001) / 1000 - 1;
        square += (double)ret[i] * (double)ret[i];
    }
    for (int i = 0; i < ENGINE_WORLD_DIMS; i++)
        ret[i] = (float)((double)ret[i] / sqrt(square));
}

/* Few words are frequent, most are rare. */
static void word_of(uint64_t *seed, char *out)
{
    const uint32_t most = 1 + chance(seed, VOCABULARY);
    (void)snprintf(out, KEY_BYTES, "word%u", chance(seed, most));
}

static anc_status add_chunk(eng_load *load, uint64_t *seed, uint32_t ordinal, anc_err *err)
{
    char words[WORDS][KEY_BYTES], forms[WORDS][KEY_BYTES + 2];
    float vector[ENGINE_WORLD_DIMS];
    eng_term terms[WORDS];
    for (uint32_t i = 0; i < WORDS; i++) {
        word_of(seed, words[i]);
        (void)snprintf(forms[i], sizeof forms[i], "%.*s%.*s", KEY_BYTES - 1, words[i],
                       (int)chance(seed, 3), "es");
        terms[i] = (eng_term){.text = anc_str_of(words[i]),
                              .place = i < 2 ? ENG_TITLE : ENG_TEXT,
                              .position = i < 2 ? i : i - 2,
                              .is_stop = anc_str_eq(anc_str_of(words[i]), ANC_STR("word1")),
                              .form = anc_str_of(forms[i])};
    }
    vector_of(seed, vector);
    const eng_chunk chunk = {.ordinal = ordinal,
                             .terms = terms,
                             .n_terms = WORDS - chance(seed, 3),
                             .vector = chance(seed, 10) != 0 ? vector : NULL};
    return eng_load_add(load, &chunk, err);
}

anc_status engine_world_put(eng_index *index, uint32_t number, uint32_t version, anc_err *err)
{
    char key[KEY_BYTES];
    uint64_t seed = number * UINT64_C(1000003) + version;
    static const anc_str labels[] = {ANC_STR_INIT("public"), ANC_STR_INIT("few")};
    const anc_str kind = chance(&seed, 2) == 0 ? ANC_STR("report") : ANC_STR("letter");
    const eng_field fields[FIELDS] = {
        {.name = ANC_STR("n"), .value = {.kind = ENG_INT, .integer = number}},
        {.name = ANC_STR("kind"), .value = {.kind = ENG_STRING, .str = kind}},
        {.name = ANC_STR("weight"), .value = {.kind = ENG_REAL, .real = chance(&seed, 100) / 8.0}},
        {.name = ANC_STR("open"), .value = {.kind = ENG_BOOL, .integer = chance(&seed, 2)}},
        {.name = ANC_STR("at"), .value = {.kind = ENG_TIME, .integer = chance(&seed, 1000)}},
        {.name = ANC_STR("tags"), .value = {.kind = ENG_STRING, .str = kind}, .in_list = true}};
    const eng_document d = {.key = key_of(number, key),
                            .version = version,
                            .language = chance(&seed, 3),
                            .fields = fields,
                            .n_fields = 1 + chance(&seed, FIELDS),
                            .labels = labels,
                            .n_labels = 1 + chance(&seed, 2)};
    eng_load *load = NULL;
    ANC_TRY(eng_load_open(index, &d, &load, err));
    const uint32_t n = 1 + chance(&seed, CHUNKS);
    for (uint32_t c = 0; c < n; c++) {
        const anc_status status = add_chunk(load, &seed, c * 2, err);
        if (status != ANC_OK) {
            eng_load_abort(load);
            return status;
        }
    }
    return eng_publish(index, load, err);
}

anc_status engine_world_drop(eng_index *index, uint32_t number, anc_err *err)
{
    char key[KEY_BYTES];
    return eng_delete(index, key_of(number, key), err);
}

uint32_t engine_world_version(const eng_snapshot *s, uint32_t number)
{
    char key[KEY_BYTES];
    uint32_t version = 0;
    return eng_document_find(s, key_of(number, key), &version) ? version : 0;
}

/* ---- asking ----------------------------------------------------------------------------------- */

static void add(uint64_t *sum, const void *bytes, size_t n)
{
    *sum = (*sum ^ anc_hash64((anc_str){bytes, n})) * UINT64_C(0x9E3779B97F4A7C15);
}

static void add_result(uint64_t *sum, const eng_result *r)
{
    add(sum, &r->n_keyword, sizeof r->n_keyword);
    add(sum, &r->n_semantic, sizeof r->n_semantic);
    for (size_t i = 0; i < r->n; i++) {
        const eng_candidate *c = &r->candidates[i];
        add(sum, c->document.ptr, c->document.len);
        add(sum, &c->version, sizeof c->version);
        add(sum, &c->ordinal, sizeof c->ordinal);
        add(sum, &c->bm25, sizeof c->bm25);
        if (!isnan(c->cosine))
            add(sum, &c->cosine, sizeof c->cosine);
    }
    for (size_t i = 0; i < r->n_documents; i++) {
        add(sum, r->documents[i].document.ptr, r->documents[i].document.len);
        add(sum, &r->documents[i].order, sizeof r->documents[i].order);
    }
    for (size_t i = 0; i < r->n_terms; i++)
        add(sum, &r->terms[i].df, sizeof r->terms[i].df);
    add(sum, &r->live_chunks, sizeof r->live_chunks);
    add(sum, &r->mean_length, sizeof r->mean_length);
}

static anc_status ask(const eng_snapshot *s, anc_arena *mem, uint32_t question, uint64_t *sum,
                      anc_err *err)
{
    uint64_t seed = question + 77;
    char words[4][KEY_BYTES];
    float vector[ENGINE_WORLD_DIMS];
    eng_query_term terms[3];
    for (size_t i = 0; i < ANC_COUNT(words); i++)
        word_of(&seed, words[i]);
    for (size_t i = 0; i < ANC_COUNT(terms); i++)
        terms[i] = (eng_query_term){.text = anc_str_of(words[i]),
                                    .weight = 1,
                                    .begins = question % 4 == 3 && i == 0,
                                    .languages = question % 3 == 2 ? 3 : 0};
    vector_of(&seed, vector);
    const anc_str label = question % 2 == 0 ? ANC_STR("public") : ANC_STR("few");
    const eng_value limit = {.kind = ENG_INT, .integer = 5 + question * 7};
    const eng_value kind = {.kind = ENG_STRING, .str = ANC_STR("report")};
    const eng_filter leaves[] = {
        {.op = ENG_LT, .field = ANC_STR("n"), .values = &limit, .n_values = 1},
        {.op = ENG_CONTAINS, .field = ANC_STR("tags"), .values = &kind, .n_values = 1}};
    const eng_filter filter = {.op = ENG_OR, .children = leaves, .n_children = 2};
    const anc_str phrase[] = {anc_str_of(words[0]), anc_str_of(words[3])};
    const eng_wording wordings[] = {{ENG_HAS_PHRASE, phrase, 2, 0}, {ENG_HAS_PREFIX, phrase, 1, 0}};
    const eng_demand demand = {wordings, question % 5 == 1 ? 1 : 2, question % 5 == 1};
    const eng_query q = {.terms = terms,
                         .n_terms = ANC_COUNT(terms),
                         .vector = vector,
                         .dims = ENGINE_WORLD_DIMS,
                         .labels = &label,
                         .n_labels = 1,
                         .filter = question % 3 == 1 ? &filter : NULL,
                         .demands = &demand,
                         .n_demands = question % 5 < 2 ? 1 : 0,
                         .k_keyword = 20,
                         .k_semantic = 20,
                         .k_documents = 10,
                         .order_by = ANC_STR("at"),
                         .explain = question % 4 == 0};
    eng_result r;
    ANC_TRY(eng_search(s, &q, mem, &r, err));
    add_result(sum, &r);
    return ANC_OK;
}

anc_status engine_world_answers(const eng_snapshot *s, uint64_t *ret, anc_err *err)
{
    ANC_ARENA(mem, 64 << 20);
    *ret = 1;
    for (uint32_t q = 0; q < QUESTIONS; q++) {
        ANC_TRY(ask(s, mem, q, ret, err));
        anc_arena_reset(mem);
    }
    return ANC_OK;
}

uint64_t engine_world_sum(eng_index *index)
{
    anc_err err = {0};
    uint64_t sum = 0;
    eng_snapshot *s = eng_snapshot_acquire(index);
    ASSERT_OK(engine_world_answers(s, &sum, &err), &err);
    eng_snapshot_release(s);
    return sum;
}

/* test_engine_keyword.c - the best chunks by words are those that scoring every chunk gives: lists long enough
 * for packs and windows, words as unequal as in a language, long chunks among short ones, titles that count more or not,
 * deletes, several blocks, lists of any length.
 */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "engine/engine.h"
#include "postings.h"

enum {
    DOCUMENTS = 5,
    CHUNKS = 2600, /* a document */
    WORDS = 10,    /* most of a chunk */
    VOCABULARY = 300,
    QUERIES = 60,
    TERMS = 8,
    MANY_TIMES = 40, /* each word of a chunk, of some */
    MOST = DOCUMENTS * CHUNKS
};

static uint64_t seed;

static uint32_t chance(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % n);
}

/* The first words are in every third chunk, the last ones in hardly any. */
static uint16_t any_word(void)
{
    const double u = (chance(1000000) + 1) / 1000000.0;
    const int w = (int)(VOCABULARY * u * u * u);
    return (uint16_t)(w < VOCABULARY ? w : VOCABULARY - 1);
}

static uint16_t words[DOCUMENTS][CHUNKS][WORDS];
static uint8_t lengths[DOCUMENTS][CHUNKS]; /* words, */
static uint8_t times[DOCUMENTS][CHUNKS];   /* each so often, */
static uint8_t titles[DOCUMENTS][CHUNKS];  /* so many of all these in the title */
static uint32_t title_weight;
static bool alive[DOCUMENTS];
static char names[VOCABULARY][16];

static anc_str word(uint16_t w)
{
    return anc_str_of(names[w]);
}

static void publish(eng_index *index, size_t d, anc_err *err)
{
    const anc_str label = ANC_STR("public");
    char key[8];
    (void)snprintf(key, sizeof key, "d%zu", d);
    const eng_document document = {.key = anc_str_of(key),
                                   .version = 1,
                                   .title_weight = title_weight,
                                   .labels = &label,
                                   .n_labels = 1};
    eng_load *load;
    ASSERT_OK(eng_load_open(index, &document, &load, err), err);
    for (uint32_t c = 0; c < CHUNKS; c++) {
        eng_term terms[WORDS * MANY_TIMES];
        const uint32_t length = lengths[d][c], n = length * times[d][c];
        for (uint32_t i = 0; i < n; i++)
            terms[i] = (eng_term){.text = word(words[d][c][i % length]),
                                  .place = i < titles[d][c] ? ENG_TITLE : ENG_TEXT,
                                  .position = i};
        const eng_chunk chunk = {.ordinal = c, .terms = terms, .n_terms = n};
        ASSERT_OK(eng_load_add(load, &chunk, err), err);
    }
    ASSERT_OK(eng_publish(index, load, err), err);
}

static void invent(size_t d)
{
    alive[d] = true;
    for (size_t c = 0; c < CHUNKS; c++) {
        lengths[d][c] = (uint8_t)(1 + chance(WORDS));
        times[d][c] = (uint8_t)(chance(50) == 0 ? 1 + chance(MANY_TIMES) : 1);
        titles[d][c] = (uint8_t)chance(4);
        for (size_t i = 0; i < lengths[d][c]; i++)
            words[d][c][i] = i > 0 && chance(5) == 0 ? words[d][c][i - 1] : any_word();
    }
}

/* ---- the slow way ----------------------------------------------------------------------------- */

static uint32_t count_of(size_t d, size_t c, uint16_t w)
{
    const size_t length = lengths[d][c];
    uint32_t n = 0;
    for (size_t i = 0; i < length * times[d][c]; i++)
        if (words[d][c][i % length] == w)
            n += i < titles[d][c] ? title_weight : 1;
    return n;
}

static double length_of(size_t d, size_t c)
{
    const uint32_t n = (uint32_t)lengths[d][c] * times[d][c];
    const uint32_t in_title = titles[d][c] < n ? titles[d][c] : n;
    return n + (title_weight - 1.0) * in_title;
}

static double mean_length(void)
{
    double sum = 0, n = 0;
    for (size_t d = 0; d < DOCUMENTS; d++)
        for (size_t c = 0; alive[d] && c < CHUNKS; c++) {
            sum += length_of(d, c);
            n++;
        }
    return n > 0 ? sum / n : 1;
}

static double score_of(const eng_result *r, const uint16_t *terms, size_t n, double mean, size_t d,
                       size_t c)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double tf = count_of(d, c, terms[i]);
        const double norm = ENG_K1 * (1 - ENG_B + ENG_B * length_of(d, c) / mean);
        sum += tf > 0 ? r->terms[i].weight * r->terms[i].idf * tf / (tf + norm) : 0;
    }
    return sum;
}

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

static void compare(const eng_result *r, const uint16_t *terms, size_t n, size_t k)
{
    static double all[MOST];
    const double mean = mean_length();
    size_t matching = 0;
    for (size_t d = 0; d < DOCUMENTS; d++)
        for (size_t c = 0; alive[d] && c < CHUNKS; c++) {
            const double s = score_of(r, terms, n, mean, d, c);
            if (s > 0)
                all[matching++] = s;
        }
    qsort(all, matching, sizeof *all, descending);
    assert_int_equal(r->n_keyword, matching < k ? matching : k);
    for (size_t i = 0; i < r->n_keyword; i++) {
        const eng_candidate *e = &r->candidates[i];
        const size_t d = (size_t)(e->document.ptr[1] - '0');
        assert_true(fabs(e->bm25 - all[i]) < 1e-5);
        assert_true(fabs(e->bm25 - score_of(r, terms, n, mean, d, e->ordinal)) < 1e-5);
        assert_true(i == 0 || r->candidates[i - 1].bm25 >= e->bm25);
    }
}

static void ask(eng_index *index, anc_arena *mem, anc_err *err)
{
    const anc_str label = ANC_STR("public");
    const uint32_t ks[] = {1, 10, 10, 100, 3000};
    uint16_t numbers[TERMS];
    eng_query_term terms[TERMS];
    size_t n = 1 + chance(TERMS), kept = 0;
    for (size_t i = 0; i < n; i++) {
        numbers[kept] = chance(2) == 0 ? any_word() : (uint16_t)chance(VOCABULARY);
        bool twice = false;
        for (size_t j = 0; j < kept; j++)
            twice = twice || numbers[j] == numbers[kept];
        terms[kept] = (eng_query_term){.text = word(numbers[kept]),
                                       .weight = chance(3) == 0 ? 0.5f + (float)chance(4) : 1};
        kept += twice ? 0 : 1;
    }
    const eng_query query = {.terms = terms,
                             .n_terms = kept,
                             .labels = &label,
                             .n_labels = 1,
                             .k_keyword = ks[chance(ANC_COUNT(ks))]};
    eng_result r;
    eng_snapshot *s = eng_snapshot_acquire(index);
    ASSERT_OK(eng_search(s, &query, mem, &r, err), err);
    compare(&r, numbers, kept, query.k_keyword);
    eng_snapshot_release(s);
    anc_arena_reset(mem);
}

static void run_seed(uint64_t start)
{
    ANC_ARENA(mem, 64 << 20);
    anc_err err = {0};
    eng_index *index;
    seed = start;
    memset(alive, 0, sizeof alive);
    ASSERT_OK(eng_index_open(&(eng_options){0}, &index, &err), &err);
    for (size_t d = 0; d < DOCUMENTS; d++) {
        invent(d);
        publish(index, d, &err);
    }
    for (int round = 0; round < 3; round++) {
        bool did;
        for (int q = 0; q < QUERIES / 3; q++)
            ask(index, mem, &err);
        if (round == 0) {
            alive[1] = false;
            ASSERT_OK(eng_delete(index, ANC_STR("d1"), &err), &err);
        } else {
            ASSERT_OK(eng_tidy(index, &(eng_tidy_options){.all = true}, &did, &err), &err);
        }
    }
    eng_index_close(index);
}

static void same_as_scoring_everything(void **state)
{
    (void)state;
    for (int w = 0; w < VOCABULARY; w++)
        (void)snprintf(names[w], sizeof names[w], "w%d", w);
    for (uint64_t start = 1; start <= 2; start++) {
        title_weight = start == 1 ? 1 : 5;
        run_seed(start);
    }
}

/* ---- counts ----------------------------------------------------------------------------------- */

enum { KEPT = 900 }; /* documents of one chunk; every other one has a second word */

static uint64_t df_of(eng_index *index, anc_arena *mem, const char *text, anc_err *err)
{
    const anc_str label = ANC_STR("public");
    const eng_query_term term = {.text = anc_str_of(text), .weight = 1};
    const eng_query query = {
        .terms = &term, .n_terms = 1, .labels = &label, .n_labels = 1, .k_keyword = 1};
    eng_result r;
    eng_snapshot *s = eng_snapshot_acquire(index);
    ASSERT_OK(eng_search(s, &query, mem, &r, err), err);
    const uint64_t df = r.terms[0].df;
    eng_snapshot_release(s);
    anc_arena_reset(mem);
    return df;
}

/* Asked now and then, after one or after a hundred documents died. */
static void counts_follow_what_dies(void **state)
{
    (void)state;
    ANC_ARENA(mem, 16 << 20);
    anc_err err = {0};
    eng_index *index;
    eng_load *load = NULL;
    const anc_str label = ANC_STR("public");
    const eng_term terms[] = {{.text = ANC_STR("all"), .place = ENG_TEXT},
                              {.text = ANC_STR("some"), .place = ENG_TEXT, .position = 1}};
    uint64_t all = KEPT, some = KEPT / 2;
    char key[16];
    ASSERT_OK(eng_index_open(&(eng_options){0}, &index, &err), &err);
    for (size_t i = 0; i < KEPT; i++) {
        (void)snprintf(key, sizeof key, "%zu", i);
        const eng_document d = {
            .key = anc_str_of(key), .version = 1, .labels = &label, .n_labels = 1};
        ASSERT_OK(load == NULL ? eng_load_open(index, &d, &load, &err)
                               : eng_load_next(load, &d, &err),
                  &err);
        const eng_chunk chunk = {.terms = terms, .n_terms = i % 2 == 0 ? 1 : 2};
        ASSERT_OK(eng_load_add(load, &chunk, &err), &err);
    }
    ASSERT_OK(eng_publish(index, load, &err), &err);
    for (size_t i = 0, wait = 1; all > KEPT / 2 + 1; i++) {
        (void)snprintf(key, sizeof key, "%zu", i * 7 % KEPT);
        some -= i * 7 % KEPT % 2;
        all--;
        ASSERT_OK(eng_delete(index, anc_str_of(key), &err), &err);
        if (--wait > 0)
            continue;
        assert_int_equal(df_of(index, mem, "all", &err), all);
        assert_int_equal(chance(2) == 0 ? df_of(index, mem, "some", &err) : some, some);
        wait = chance(4) == 0 ? 1 + chance(100) : 1 + chance(3);
    }
    eng_index_close(index);
}

/* ---- packs ------------------------------------------------------------------------------------ */

static void packs_keep_their_numbers(void **state)
{
    (void)state;
    uint32_t numbers[ENG_PACK], back[ENG_PACK];
    unsigned char bytes[ENG_PACK * 4];
    for (unsigned bits = 0; bits <= 32; bits++)
        for (int round = 0; round < 3; round++) {
            for (size_t i = 0; i < ENG_PACK; i++)
                numbers[i] =
                    bits == 0 ? 0 : (uint32_t)((uint64_t)chance(1u << 30) * 7919) >> (32 - bits);
            if (bits > 0)
                numbers[chance(ENG_PACK)] |= UINT32_C(1) << (bits - 1);
            assert_int_equal(eng_pack_bits(numbers), bits);
            memset(bytes, 0xee, sizeof bytes);
            eng_pack(numbers, bits, bytes);
            for (size_t i = eng_pack_bytes(bits); i < sizeof bytes; i++)
                assert_int_equal(bytes[i], 0xee);
            eng_unpack(bytes, bits, back);
            assert_memory_equal(back, numbers, sizeof numbers);
        }
}

/* A list of every length around those of packs: read through, and sought in. */
static void lists_are_read_as_they_were_written(void **state)
{
    (void)state;
    static uint32_t chunks[ENG_PACK * 5], tfs[ENG_PACK * 5];
    eng_norms norms = {.mean = 1};
    for (uint32_t n = 1; n < ENG_PACK * 5; n += n < 140 ? 1 : 61) {
        uint32_t chunk = chance(3);
        for (uint32_t i = 0; i < n; i++) {
            chunks[i] = chunk;
            tfs[i] = chance(4) == 0 ? 1 + chance(1000) : 1;
            chunk += 1 + chance(chance(20) == 0 ? 1u << 20 : 9);
        }
        unsigned char *bytes = malloc(eng_postings_most(n));
        assert_non_null(bytes);
        const size_t len = (size_t)(eng_postings_write(chunks, tfs, n, &norms, bytes) - bytes);
        assert_true(len <= eng_postings_most(n));
        eng_postings p;
        eng_postings_open(&p, bytes, len, n, chunk);
        assert_null(eng_postings_fault(&p, n, NULL, NULL));
        eng_postings_open(&p, bytes, len, n, chunk);
        for (uint32_t i = 0; i < n; i++) {
            assert_true(eng_postings_next(&p));
            assert_int_equal(p.chunk, chunks[i]);
            assert_int_equal(p.tf, tfs[i]);
        }
        assert_false(eng_postings_next(&p));
        eng_postings_open(&p, bytes, len, n, chunk);
        for (uint32_t i = 0; i < n; i += 1 + chance(200)) {
            const uint32_t to = chance(2) == 0 || i == 0 ? chunks[i] : chunks[i - 1] + 1;
            assert_true(eng_postings_seek(&p, to));
            assert_int_equal(p.chunk, chunks[i]);
            assert_int_equal(eng_postings_tfs(&p)[p.i - 1], tfs[i]);
            assert_true(p.chunk != to || p.tf == tfs[i]);
            assert_true(eng_postings_impact(&p, chunks[i], chunks[i] + 1) > 0);
        }
        assert_false(eng_postings_seek(&p, chunks[n - 1] + 1));
        free(bytes);
    }
}

/* Cut, changed, of another number: a list may be shorter or another one, but its chunks never descend and are all
 * there, and nothing is read behind it. */
static void read_strange_list(const unsigned char *bytes, size_t len, uint32_t df, uint32_t limit)
{
    eng_postings p;
    uint32_t before = 0, n = 0;
    unsigned char *exact = malloc(len + 1);
    assert_non_null(exact);
    memcpy(exact + 1, bytes, len);
    eng_postings_open(&p, exact + 1, len, df, limit);
    for (; eng_postings_next(&p); n++) {
        assert_true(p.chunk >= before && p.chunk < limit);
        before = p.chunk;
    }
    assert_true(n <= df);
    eng_postings_open(&p, exact + 1, len, df, limit);
    (void)eng_postings_impact(&p, 0, limit);
    for (uint32_t to = 0; eng_postings_seek(&p, to); to = p.chunk + 1 + chance(limit / 8 + 1)) {
        assert_true(p.chunk >= to && p.chunk < limit);
        (void)eng_postings_impact(&p, p.chunk, p.chunk + 9);
    }
    free(exact);
}

static void strange_bytes_lead_nowhere(void **state)
{
    (void)state;
    static uint32_t chunks[ENG_PACK * 6], tfs[ENG_PACK * 6];
    eng_norms norms = {.mean = 1};
    for (int round = 0; round < 600; round++) {
        uint32_t chunk = chance(3);
        const uint32_t n = 1 + chance(round % 2 == 0 ? 100 : 700);
        for (uint32_t i = 0; i < n; i++, chunk += 1 + chance(9)) {
            chunks[i] = chunk;
            tfs[i] = 1 + chance(3);
        }
        unsigned char *bytes = malloc(eng_postings_most(n));
        assert_non_null(bytes);
        const size_t len = (size_t)(eng_postings_write(chunks, tfs, n, &norms, bytes) - bytes);
        assert_true(len <= eng_postings_most(n));
        read_strange_list(bytes, chance((uint32_t)len + 1), n, chunk);
        read_strange_list(bytes, len, chance(2 * n), chunk);
        read_strange_list(bytes, len, n, 1 + chance(chunk));
        for (uint32_t i = 1 + chance(9); i > 0; i--)
            bytes[chance(chance(2) == 0 ? (uint32_t)len : 1 + (uint32_t)len / 8)] =
                (unsigned char)chance(256);
        read_strange_list(bytes, len, n, chunk);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_keep_their_numbers),
        cmocka_unit_test(lists_are_read_as_they_were_written),
        cmocka_unit_test(strange_bytes_lead_nowhere),
        cmocka_unit_test(same_as_scoring_everything),
        cmocka_unit_test(counts_follow_what_dies),
    };
    return cmocka_run_group_tests_name("engine keyword", tests, NULL, NULL);
}

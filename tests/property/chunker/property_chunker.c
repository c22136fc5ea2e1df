/* property_chunker.c - what holds for the chunks of every document, drawn from a seed. */
#include "support/test.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "knowledge/domain/chunker.h"
#include "knowledge/domain/title_line.h"
#include "support/words.h"
#include "text/normalize.h"

enum { ROUNDS = 120, MOST_CHUNKS = 20000, MOST_BLOCKS = 1000, WINDOW_LEAST = 32, SPECIAL = 2 };

typedef struct drawn_chunk {
    uint64_t start, end;
    uint32_t tokens;
    char heading[1024], columns[1024];
    size_t heading_len, columns_len;
} drawn_chunk;

typedef struct drawn_block {
    kno_block_kind kind;
    uint64_t start, end;
    size_t tokens;
    size_t header; /* the header row of its table, if there is one before it; else SIZE_MAX */
} drawn_block;

typedef struct document {
    anc_buf text;
    uint64_t seed;
    kno_chunker *chunker;
    kno_block_kind last;
    drawn_chunk *chunks;
    size_t n_chunks;
    drawn_block blocks[MOST_BLOCKS];
    size_t n_blocks;
} document;

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *seed >> 33;
}

static anc_status keep(void *self, const kno_chunk_span *c, anc_err *err)
{
    document *d = self;
    (void)err;
    assert_true(d->n_chunks < MOST_CHUNKS && c->ordinal == d->n_chunks);
    drawn_chunk *k = &d->chunks[d->n_chunks++];
    *k = (drawn_chunk){
        .start = c->start, .end = c->end, .tokens = c->tokens, .heading_len = c->heading.len};
    memcpy(k->heading, c->heading.ptr, c->heading.len);
    assert_true(c->columns.len <= sizeof k->columns);
    k->columns_len = c->columns.len;
    memcpy(k->columns, c->columns.ptr, c->columns.len);
    return ANC_OK;
}

static void draw_sentence(uint64_t *seed, anc_buf *out)
{
    static const char *const words[] = {
        "anchor", "the", "tide,",          "of",  "storm;", "\xC3\xA9t\xC3\xA9",
        "a",      "3.5", "harbour-master", "Dr.", "chain:", "rope"};
    static const char *const wide[] = {"\xE6\x9D\xB1", "\xE4\xBA\xAC", "\xE6\xB5\xB7"};
    const uint64_t kind = next(seed) % 40;
    const uint64_t n = 1 + next(seed) % (kind == 0 ? 200 : 18);
    for (uint64_t i = 0; i < n; i++) {
        if (kind == 1)
            (void)anc_buf_add(out, anc_str_of(wide[next(seed) % ANC_COUNT(wide)]));
        else if (kind == 2)
            (void)anc_buf_add(out, ANC_STR("x\xC3\xA9xxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
        else
            (void)anc_buf_printf(out, "%s%s", i > 0 ? " " : "",
                                 words[next(seed) % ANC_COUNT(words)]);
    }
    (void)anc_buf_add(out, ANC_STR(". "));
}

/* Adds a block to the text and to the chunker, in one to three pieces. */
static void add_block(document *d, kno_block block, anc_str text)
{
    anc_err err = {0};
    if (d->text.len > 0)
        (void)anc_buf_add(&d->text, kno_block_separator(d->last, &block));
    d->last = block.kind;
    assert_true(d->n_blocks < MOST_BLOCKS);
    drawn_block *drawn = &d->blocks[d->n_blocks];
    const bool in_table = d->n_blocks > 0 && drawn[-1].kind == KNO_TABLE_ROW;
    *drawn = (drawn_block){.kind = block.kind,
                           .start = d->text.len,
                           .end = d->text.len + text.len,
                           .tokens = count_words(NULL, text),
                           .header = SIZE_MAX};
    if (block.kind == KNO_TABLE_ROW && in_table)
        drawn->header = drawn[-1].header;
    if (block.header)
        drawn->header = d->n_blocks;
    d->n_blocks++;
    for (bool first = true; text.len > 0; first = false) {
        size_t n = text.len;
        if (n > 200 && next(&d->seed) % 8 == 0)
            n = anc_utf8_floor(text, n / 2);
        block.continues = !first;
        block.start = d->text.len;
        block.text = anc_str_sub(text, 0, n);
        (void)anc_buf_add(&d->text, block.text);
        ASSERT_OK(kno_chunker_add(d->chunker, &block, &err), &err);
        text = anc_str_sub(text, n, text.len);
    }
}

/* A header and some rows of a few words each. */
static void draw_table(document *d)
{
    const uint64_t rows = 2 + next(&d->seed) % 30, columns = 1 + next(&d->seed) % 9;
    for (uint64_t r = 0; r < rows; r++) {
        ANC_BUF(text, 1 << 16);
        for (uint64_t c = 0; c < columns; c++)
            (void)anc_buf_printf(&text, "%s%s %u", c > 0 ? " | " : "", r == 0 ? "Column" : "cell",
                                 (unsigned)(next(&d->seed) % 1000));
        add_block(d, (kno_block){.kind = KNO_TABLE_ROW, .header = r == 0}, anc_buf_view(&text));
    }
}

static void draw_block(document *d)
{
    if (next(&d->seed) % 12 == 0) {
        draw_table(d);
        return;
    }
    ANC_BUF(text, 1 << 20);
    static const kno_block_kind kinds[] = {KNO_HEADING,   KNO_PARAGRAPH, KNO_PARAGRAPH,
                                           KNO_PARAGRAPH, KNO_LIST_ITEM, KNO_TABLE_ROW,
                                           KNO_CODE,      KNO_QUOTE};
    kno_block block = {.kind = kinds[next(&d->seed) % ANC_COUNT(kinds)]};
    uint64_t sentences = 1 + next(&d->seed) % 9;
    if (block.kind == KNO_HEADING) {
        block.level = 1 + (unsigned)(next(&d->seed) % 6);
        (void)anc_buf_printf(&text, "Heading %u", (unsigned)(next(&d->seed) % 100));
        sentences = 0;
    }
    block.header = block.kind == KNO_TABLE_ROW && next(&d->seed) % 3 == 0;
    for (uint64_t i = 0; i < sentences; i++) {
        draw_sentence(&d->seed, &text);
        if (block.kind == KNO_TABLE_ROW)
            (void)anc_buf_add(&text, ANC_STR("| "));
        else if (block.kind == KNO_CODE)
            (void)anc_buf_add_char(&text, '\n');
    }
    add_block(d, block, txt_trim(anc_buf_view(&text)));
}

typedef struct setting {
    size_t window;
    unsigned overlap;
    anc_str title;
} setting;

static kno_chunker_options options_of(const setting *s, document *d)
{
    return (kno_chunker_options){.window_tokens = s->window,
                                 .special_tokens = SPECIAL,
                                 .max_chunks = MOST_CHUNKS,
                                 .overlap_sentences = s->overlap,
                                 .title = s->title,
                                 .count = count_words,
                                 .emit = keep,
                                 .emit_self = d};
}

static void check(const document *d, const setting *s)
{
    const anc_str text = anc_buf_view(&d->text);
    uint64_t end = 0;
    for (size_t i = 0; i < d->n_chunks; i++) {
        const drawn_chunk *c = &d->chunks[i];
        const anc_str chunk = anc_str_sub(text, (size_t)c->start, (size_t)(c->end - c->start));
        assert_true(c->start < c->end && c->end <= text.len);
        assert_true(anc_utf8_valid(chunk) && txt_trim(chunk).len == chunk.len);
        if (s->overlap == 0)
            assert_true(c->start >= end);
        if (i > 0)
            assert_true(c->start > c[-1].start && c->end > c[-1].end);
        if (c->start > end)
            assert_int_equal(txt_trim(anc_str_sub(text, (size_t)end, (size_t)(c->start - end))).len,
                             0);
        end = c->end;
        ANC_BUF(whole, 1 << 20);
        anc_err err = {0};
        ASSERT_OK(kno_chunk_embed_text(s->title, (anc_str){c->heading, c->heading_len},
                                       (anc_str){c->columns, c->columns_len}, chunk, &whole, &err),
                  &err);
        assert_true(c->tokens >= count_words(NULL, chunk));
        if (s->window >= 128) /* below that a long title may leave less than the least share */
            assert_true(count_words(NULL, anc_buf_view(&whole)) + SPECIAL <= s->window);
    }
    assert_int_equal(txt_trim(anc_str_sub(text, (size_t)end, text.len)).len, 0);
}

/* The chunk that byte `at` stands in; the last one where sentences are repeated. */
static const drawn_chunk *chunk_at(const document *d, uint64_t at)
{
    for (size_t i = d->n_chunks; i-- > 0;)
        if (d->chunks[i].start <= at && at < d->chunks[i].end)
            return &d->chunks[i];
    return NULL;
}

/* Short items and rows are whole, and a chunk that begins in the middle of a table knows its columns. */
static void check_structure(const document *d, const setting *s)
{
    const anc_str text = anc_buf_view(&d->text);
    for (size_t i = 0; i < d->n_blocks; i++) {
        const drawn_block *b = &d->blocks[i];
        const bool item = b->kind == KNO_LIST_ITEM || b->kind == KNO_TABLE_ROW;
        if (!item || b->tokens > s->window / 8)
            continue;
        const drawn_chunk *c = chunk_at(d, b->start);
        assert_non_null(c);
        assert_true(c->end >= b->end);
        const bool continued = b->kind == KNO_TABLE_ROW && b->header != SIZE_MAX && b->header != i;
        if (!continued || c->start != b->start)
            continue;
        const drawn_block *h = &d->blocks[b->header];
        const anc_str header = anc_str_sub(text, h->start, h->end - h->start);
        assert_true(anc_str_starts(header, (anc_str){c->columns, c->columns_len}));
        if (h->tokens <= s->window / 16)
            assert_int_equal(c->columns_len, header.len);
    }
    for (size_t i = 0; i < d->n_chunks; i++) {
        bool row = false;
        for (size_t k = 0; k < d->n_blocks && !row; k++)
            row = d->blocks[k].start <= d->chunks[i].start &&
                  d->chunks[i].start < d->blocks[k].end && d->blocks[k].kind == KNO_TABLE_ROW;
        assert_true(row || d->chunks[i].columns_len == 0);
    }
}

static void chunks_cover_and_fit(void **state)
{
    (void)state;
    document d = {.text = anc_buf_init(1 << 24), .seed = 5};
    d.chunks = test_malloc(MOST_CHUNKS * sizeof *d.chunks);
    ANC_ARENA(mem, 1 << 22);
    static const anc_str titles[] = {ANC_STR_INIT(""), ANC_STR_INIT("Rules of the harbour"),
                                     ANC_STR_INIT("Heading 7")};
    for (int round = 0; round < ROUNDS; round++) {
        const setting s = {.window = WINDOW_LEAST + next(&d.seed) % 300,
                           .overlap = (unsigned)(next(&d.seed) % 3),
                           .title = titles[round % 3]};
        const kno_chunker_options how = options_of(&s, &d);
        anc_err err = {0};
        d.chunker = kno_chunker_new(mem, &how);
        d.n_chunks = d.n_blocks = 0;
        anc_buf_clear(&d.text);
        const uint64_t blocks = next(&d.seed) % 60;
        for (uint64_t i = 0; i < blocks; i++)
            draw_block(&d);
        ASSERT_OK(kno_chunker_end(d.chunker, &err), &err);
        check(&d, &s);
        check_structure(&d, &s);
        anc_arena_reset(mem);
    }
    test_free(d.chunks);
    anc_buf_done(&d.text);
}

/* How many chunks of `a` have a text that no chunk of `b` has. */
static size_t new_chunks(const document *a, const document *b)
{
    anc_map *known = anc_map_new();
    size_t n = 0;
    for (size_t i = 0; i < b->n_chunks; i++)
        assert_true(anc_map_put(known,
                                anc_str_sub(anc_buf_view(&b->text), (size_t)b->chunks[i].start,
                                            (size_t)(b->chunks[i].end - b->chunks[i].start)),
                                1));
    for (size_t i = 0; i < a->n_chunks; i++) {
        uint64_t one;
        n += !anc_map_find(known,
                           anc_str_sub(anc_buf_view(&a->text), (size_t)a->chunks[i].start,
                                       (size_t)(a->chunks[i].end - a->chunks[i].start)),
                           &one);
    }
    anc_map_free(known);
    return n;
}

/* Three hundred paragraphs without a heading; `edited` gets a sentence more. */
static void draw_paragraphs(document *d, uint64_t seed, size_t edited)
{
    const setting s = {.window = 128};
    ANC_ARENA(mem, 1 << 22);
    const kno_chunker_options how = options_of(&s, d);
    anc_err err = {0};
    d->chunker = kno_chunker_new(mem, &how);
    d->seed = 1; /* cuts no pieces */
    for (size_t i = 0; i < 300; i++) {
        ANC_BUF(text, 1 << 20);
        const uint64_t sentences = 1 + next(&seed) % 6;
        for (uint64_t k = 0; k < sentences; k++)
            (void)anc_buf_printf(&text, "Sentence %u of the %u ropes on board holds %u knots. ",
                                 (unsigned)k, (unsigned)i, (unsigned)(next(&seed) % 1000));
        if (i == edited)
            (void)anc_buf_add(&text, ANC_STR("And here is one more that nobody expected to see."));
        kno_block block = {.kind = KNO_PARAGRAPH, .start = d->text.len};
        if (i > 0)
            (void)anc_buf_add(&d->text, ANC_STR("\n\n"));
        block.start = d->text.len;
        block.text = txt_trim(anc_buf_view(&text));
        (void)anc_buf_add(&d->text, block.text);
        ASSERT_OK(kno_chunker_add(d->chunker, &block, &err), &err);
    }
    ASSERT_OK(kno_chunker_end(d->chunker, &err), &err);
}

static void an_edit_moves_its_neighbours_only(void **state)
{
    (void)state;
    size_t moved = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        document before = {.text = anc_buf_init(1 << 24)}, after = {.text = anc_buf_init(1 << 24)};
        before.chunks = test_malloc(MOST_CHUNKS * sizeof *before.chunks);
        after.chunks = test_malloc(MOST_CHUNKS * sizeof *after.chunks);
        draw_paragraphs(&before, seed, SIZE_MAX);
        draw_paragraphs(&after, seed, 20);
        assert_true(before.n_chunks > 80);
        const size_t changed = new_chunks(&after, &before);
        assert_true(changed >= 1 && changed <= 30);
        moved += changed;
        test_free(before.chunks);
        test_free(after.chunks);
        anc_buf_done(&before.text);
        anc_buf_done(&after.text);
    }
    print_message("%zu chunks moved by 10 edits\n", moved);
    assert_true(moved <= 10 * 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_cover_and_fit),
        cmocka_unit_test(an_edit_moves_its_neighbours_only),
    };
    return cmocka_run_group_tests_name("chunker", tests, NULL, NULL);
}

/* test_places.c - pages and rows of a chunk: counted, written as bytes, read back. */
#include "knowledge/domain/places.h"
#include "support/test.h"

#define ROW(...)                           \
    {                                      \
        .kind = KNO_TABLE_ROW, __VA_ARGS__ \
    }
#define HEADER                                \
    {                                         \
        .kind = KNO_TABLE_ROW, .header = true \
    }
#define PARAGRAPH             \
    {                         \
        .kind = KNO_PARAGRAPH \
    }
#define MAX_BLOCKS 8

static const struct row {
    const char *name;
    kno_block blocks[MAX_BLOCKS];
    size_t n;
    uint32_t rows[MAX_BLOCKS];
} rows[] = {
    {"no table", {PARAGRAPH, PARAGRAPH}, 2, {0, 0}},
    {"with columns", {HEADER, ROW(), ROW()}, 3, {0, 1, 2}},
    {"without columns", {ROW(), ROW()}, 2, {1, 2}},
    {"a row in pieces", {HEADER, ROW(), ROW(.continues = true), ROW()}, 4, {0, 1, 1, 2}},
    {"columns in pieces", {HEADER, ROW(.continues = true), ROW()}, 3, {0, 0, 1}},
    {"two tables", {ROW(), PARAGRAPH, ROW()}, 3, {1, 0, 1}},
    {"records",
     {{.kind = KNO_PARAGRAPH, .record = 1},
      {.kind = KNO_PARAGRAPH, .record = 3},
      {.kind = KNO_PARAGRAPH, .record = 3, .continues = true}},
     3,
     {1, 3, 3}},
    {"two tables that touch", {HEADER, ROW(), HEADER, ROW()}, 4, {0, 1, 0, 1}},
};

static void numbers(void **state)
{
    const struct row *r = *state;
    kno_block_span spans[MAX_BLOCKS] = {{0}};
    for (size_t i = 0; i < r->n; i++) {
        const kno_block *b = &r->blocks[i];
        spans[i] = (kno_block_span){.row = kno_row_after(i > 0 ? &spans[i - 1] : NULL, b),
                                    .kind = (uint8_t)b->kind};
        assert_int_equal(spans[i].row, r->rows[i]);
    }
}

/* A page of text, a page with the end of it and a table, whose rows are long or short. */
static const kno_block_span document[] = {
    {.start = 0, .end = 100, .page = 1, .kind = KNO_PARAGRAPH},
    {.start = 102, .end = 300, .page = 1, .kind = KNO_PARAGRAPH},
    {.start = 302, .end = 400, .page = 2, .kind = KNO_PARAGRAPH},
    {.start = 402, .end = 410, .page = 2, .kind = KNO_TABLE_ROW, .header = true},
    {.start = 411, .end = 20000, .page = 2, .row = 1, .kind = KNO_TABLE_ROW},
    {.start = 20001, .end = 20007, .page = 70000, .row = 2, .kind = KNO_TABLE_ROW},
};

static const struct cut {
    const char *name;
    uint64_t start, end;
    size_t n;
    kno_mark marks[4];
} cuts[] = {
    {"one page", 0, 250, 1, {{0, 1, 0}}},
    {"from the middle", 50, 250, 1, {{50, 1, 0}}},
    {"over two pages", 150, 400, 2, {{150, 1, 0}, {302, 2, 0}}},
    {"into the table", 302, 5000, 2, {{302, 2, 0}, {411, 2, 1}}},
    {"inside a row", 700, 900, 1, {{700, 2, 1}}},
    {"rows", 411, 20007, 2, {{411, 2, 1}, {20001, 70000, 2}}},
    {"between blocks", 301, 302, 0, {{0, 0, 0}}},
    {"behind the end", 20007, 20007, 0, {{0, 0, 0}}},
};

static void places(void **state)
{
    const struct cut *c = *state;
    ANC_BUF(bytes, 1024);
    ANC_ARENA(mem, 1 << 16);
    anc_err err;
    anc_err_clear(&err);
    kno_mark *marks = NULL;
    size_t n = 0;
    kno_places_write(document, ANC_COUNT(document), c->start, c->end, &bytes);
    ASSERT_OK(kno_places_read(anc_buf_view(&bytes), c->start, mem, &marks, &n, &err), &err);
    assert_int_equal(n, c->n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(marks[i].at, c->marks[i].at);
        assert_int_equal(marks[i].page, c->marks[i].page);
        assert_int_equal(marks[i].row, c->marks[i].row);
    }
    for (size_t cut = 1; cut + 1 < bytes.len; cut++) { /* cut short: what is whole, or refused */
        anc_err_clear(&err);
        const anc_status status = kno_places_read(anc_str_sub(anc_buf_view(&bytes), 0, cut),
                                                  c->start, mem, &marks, &n, &err);
        assert_true(status == ANC_CORRUPT || (status == ANC_OK && n < c->n));
    }
}

static void text_without_pages_has_none(void **state)
{
    (void)state;
    const kno_block_span spans[] = {{.start = 0, .end = 10}, {.start = 12, .end = 20}};
    ANC_BUF(bytes, 64);
    kno_places_write(spans, 2, 0, 20, &bytes);
    assert_int_equal(bytes.len, 0);
}

static void damaged_bytes_are_refused(void **state)
{
    (void)state;
    static const anc_str damaged[] = {
        ANC_STR_INIT("\x01"), ANC_STR_INIT("\x01\x01\x01\x01"),
        ANC_STR_INIT("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x01"),
        ANC_STR_INIT("\x01\xFF\xFF\xFF\xFF\x7F\x01")};
    for (size_t i = 0; i < ANC_COUNT(damaged); i++) {
        ANC_ARENA(mem, 1 << 16);
        anc_err err;
        anc_err_clear(&err);
        kno_mark *marks;
        size_t n;
        assert_int_equal(kno_places_read(damaged[i], 0, mem, &marks, &n, &err), ANC_CORRUPT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(text_without_pages_has_none),
                                       cmocka_unit_test(damaged_bytes_are_refused)};
    int failed = RUN_TABLE("numbers", rows, numbers);
    failed += RUN_TABLE("places", cuts, places);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}

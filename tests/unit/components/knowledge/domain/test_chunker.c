/* test_chunker.c - where chunks begin and end, and what is said above them. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "knowledge/domain/chunker.h"
#include "knowledge/domain/title_line.h"
#include "support/words.h"

#include "base/str.h"

typedef struct source_block {
    kno_block_kind kind;
    unsigned level;
    bool header;
    const char *text;
} source_block;

typedef struct chunker_row {
    const char *name;
    kno_strategy strategy;
    size_t window;
    unsigned overlap;
    const char *title;
    source_block blocks[8];
    const char *chunks; /* "[path] text" each, '\n' in texts as '~', '|' between chunks */
} chunker_row;

#define TEN    "w1 w2 w3 w4 w5 w6 w7 w8 w9 w10."
#define TWENTY "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a18 a19 a20."

static const chunker_row rows[] = {
    {"nothing", KNO_BY_STRUCTURE, 42, 0, "", {{0}}, ""},
    {"one paragraph",
     KNO_BY_STRUCTURE,
     42,
     0,
     "",
     {{KNO_PARAGRAPH, 0, false, "One. Two."}},
     "[] One. Two."},
    {"sentences are packed",
     KNO_BY_STRUCTURE,
     42,
     0,
     "",
     {{KNO_PARAGRAPH, 0, false, TEN " B" TEN " C" TEN " D" TEN " E" TEN}},
     "[] " TEN " B" TEN " C" TEN " D" TEN "|[] E" TEN},
    {"the title takes its room",
     KNO_BY_STRUCTURE,
     42,
     0,
     "Ten words that are the title of it now see",
     {{KNO_PARAGRAPH, 0, false, TEN " B" TEN " C" TEN " D" TEN}},
     "[] " TEN " B" TEN " C" TEN "|[] D" TEN},
    {"overlap",
     KNO_BY_STRUCTURE,
     42,
     1,
     "",
     {{KNO_PARAGRAPH, 0, false, TEN " B" TEN " C" TEN " D" TEN " E" TEN}},
     "[] " TEN " B" TEN " C" TEN " D" TEN "|[] D" TEN " E" TEN},
    {"a heading begins a chunk",
     KNO_BY_STRUCTURE,
     66,
     0,
     "",
     {{KNO_HEADING, 1, false, "A"},
      {KNO_PARAGRAPH, 0, false, TEN " " TEN},
      {KNO_HEADING, 2, false, "B"},
      {KNO_PARAGRAPH, 0, false, TEN}},
     "[A] A~~" TEN " " TEN "|[A > B] B~~" TEN},
    {"not when what is open is tiny",
     KNO_BY_STRUCTURE,
     66,
     0,
     "",
     {{KNO_HEADING, 1, false, "A"},
      {KNO_PARAGRAPH, 0, false, "Tiny."},
      {KNO_HEADING, 2, false, "B"},
      {KNO_PARAGRAPH, 0, false, TEN}},
     "[A] A~~Tiny.~~B~~" TEN},
    {"headings alone stay together",
     KNO_BY_STRUCTURE,
     66,
     0,
     "",
     {{KNO_HEADING, 1, false, "A"}, {KNO_HEADING, 2, false, "B"}, {KNO_PARAGRAPH, 0, false, TEN}},
     "[A > B] A~~B~~" TEN},
    {"a heading goes with its text",
     KNO_BY_STRUCTURE,
     34,
     0,
     "",
     {{KNO_PARAGRAPH, 0, false, "t1 t2 t3."},
      {KNO_HEADING, 1, false, "A"},
      {KNO_PARAGRAPH, 0, false, TWENTY " " TEN}},
     "[] t1 t2 t3.|[A] A~~" TWENTY " " TEN},
    {"sections that end",
     KNO_BY_STRUCTURE,
     40,
     0,
     "",
     {{KNO_HEADING, 1, false, "A"},
      {KNO_HEADING, 3, false, "C"},
      {KNO_PARAGRAPH, 0, false, TWENTY},
      {KNO_HEADING, 2, false, "B"},
      {KNO_PARAGRAPH, 0, false, TWENTY}},
     "[A > C] A~~C~~" TWENTY "|[A > B] B~~" TWENTY},
    {"a paragraph that does not fit begins a chunk",
     KNO_BY_STRUCTURE,
     42,
     0,
     "",
     {{KNO_PARAGRAPH, 0, false, TWENTY}, {KNO_PARAGRAPH, 0, false, TWENTY " " TEN}},
     "[] " TWENTY "|[] " TWENTY " " TEN},
    {"items are not torn",
     KNO_BY_STRUCTURE,
     42,
     0,
     "",
     {{KNO_LIST_ITEM, 1, false, "- " TWENTY},
      {KNO_LIST_ITEM, 1, false, "- C" TEN},
      {KNO_LIST_ITEM, 1, false, "- One. " TEN}},
     "[] - " TWENTY "~- C" TEN "|[] - One. " TEN},
    {"a table knows its columns",
     KNO_BY_STRUCTURE,
     42,
     0,
     "",
     {{KNO_TABLE_ROW, 0, true, "K | V"},
      {KNO_TABLE_ROW, 0, false, TWENTY},
      {KNO_TABLE_ROW, 0, false, TWENTY}},
     "[] K | V~" TWENTY "|[](K | V) " TWENTY},
    {"also where they take more than their share",
     KNO_BY_STRUCTURE,
     42,
     0,
     "",
     {{KNO_TABLE_ROW, 0, true, TEN " | " TEN " | V"},
      {KNO_TABLE_ROW, 0, false, TWENTY},
      {KNO_TABLE_ROW, 0, false, TWENTY}},
     "[] " TEN " | " TEN " | V|[](" TEN " | " TEN " | V) " TWENTY "|[](" TEN " | " TEN
     " | V) " TWENTY},
    {"a long sentence is cut at clauses",
     KNO_BY_STRUCTURE,
     34,
     0,
     "",
     {{KNO_PARAGRAPH, 0, false,
       "b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20, c1 c2 c3 c4 c5 "
       "c6 c7 c8 c9 c10 c11 c12 c13 c14 c15"}},
     "[] b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20,|[] c1 c2 c3 c4 c5 "
     "c6 c7 c8 c9 c10 c11 c12 c13 c14 c15"},
    {"and at words",
     KNO_BY_STRUCTURE,
     34,
     0,
     "Title",
     {{KNO_PARAGRAPH, 0, false,
       "b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20 c1 c2 c3 c4 c5 "
       "c6 c7 c8 c9 c10 c11 c12 c13 c14 c15"}},
     "[] b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20 c1 c2 c3 c4 c5 "
     "c6 c7 c8 c9 c10 c11|[] c12 c13 c14 c15"},
    {"whole documents are cut off",
     KNO_BY_DOCUMENT,
     34,
     0,
     "",
     {{KNO_HEADING, 1, false, "A"},
      {KNO_PARAGRAPH, 0, false, TEN " " TEN},
      {KNO_PARAGRAPH, 0, false, TWENTY}},
     "[] A~~" TEN " " TEN "~~a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11"},
};

typedef struct seen {
    anc_buf *text; /* the extracted text */
    anc_buf out;
} seen;

static anc_status on_chunk(void *self, const kno_chunk_span *chunk, anc_err *err)
{
    seen *s = self;
    (void)err;
    anc_str text = anc_str_sub(anc_buf_view(s->text), (size_t)chunk->start,
                               (size_t)(chunk->end - chunk->start));
    (void)anc_buf_printf(&s->out, "%s[%.*s]", chunk->ordinal > 0 ? "|" : "",
                         ANC_FMT(chunk->heading));
    if (chunk->columns.len > 0)
        (void)anc_buf_printf(&s->out, "(%.*s)", ANC_FMT(chunk->columns));
    (void)anc_buf_add_char(&s->out, ' ');
    for (size_t i = 0; i < text.len; i++)
        (void)anc_buf_add_char(&s->out, text.ptr[i] == '\n' ? '~' : text.ptr[i]);
    return ANC_OK;
}

static void chunks(void **state)
{
    const chunker_row *row = *state;
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(text, 1 << 20);
    seen s = {.text = &text, .out = anc_buf_init(1 << 20)};
    const kno_chunker_options how = {.strategy = row->strategy,
                                     .window_tokens = row->window,
                                     .special_tokens = 2,
                                     .max_chunks = 100,
                                     .overlap_sentences = row->overlap,
                                     .title = anc_str_of(row->title),
                                     .count = count_words,
                                     .emit = on_chunk,
                                     .emit_self = &s};
    kno_chunker *c = kno_chunker_new(mem, &how);
    assert_non_null(c);
    for (size_t i = 0; i < ANC_COUNT(row->blocks) && row->blocks[i].text != NULL; i++) {
        const source_block *b = &row->blocks[i];
        kno_block block = {
            .kind = b->kind, .level = b->level, .header = b->header, .text = anc_str_of(b->text)};
        if (i > 0)
            (void)anc_buf_add(&text, kno_block_separator(b[-1].kind, &block));
        block.start = text.len;
        (void)anc_buf_add(&text, block.text);
        ASSERT_OK(kno_chunker_add(c, &block, &err), &err);
    }
    ASSERT_OK(kno_chunker_end(c, &err), &err);
    assert_string_equal(s.out.ptr != NULL ? s.out.ptr : "", row->chunks);
    anc_buf_done(&s.out);
}

static anc_status ignore(void *self, const kno_chunk_span *chunk, anc_err *err)
{
    (void)self;
    (void)chunk;
    (void)err;
    return ANC_OK;
}

static void too_many_chunks_are_named(void **state)
{
    (void)state;
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 20);
    const kno_chunker_options how = {
        .window_tokens = 32, .max_chunks = 3, .count = count_words, .emit = ignore};
    kno_chunker *c = kno_chunker_new(mem, &how);
    anc_status got = ANC_OK;
    const kno_block block = {.kind = KNO_PARAGRAPH, .text = ANC_STR(TWENTY " " TWENTY)};
    for (int i = 0; i < 5 && got == ANC_OK; i++)
        got = kno_chunker_add(c, &block, &err);
    assert_int_equal(got, ANC_LIMIT);
    assert_string_equal(err.text, "document: more than 3 chunks");
}

typedef struct line_row {
    const char *name, *title, *heading, *text, *line;
} line_row;

static const line_row line_rows[] = {
    {"nothing", "", "", "x", ""},
    {"title", "T", "", "x", "T"},
    {"path", "T", "A > B", "x", "T > A > B"},
    {"path alone", "", "A > B", "x", "A > B"},
    {"the text says its heading", "T", "A > B", "B\n\nx", "T > A"},
    {"the first heading is the title", "A", "A > B", "x", "A > B"},
};

static void title_lines(void **state)
{
    const line_row *row = *state;
    char line[KNO_TITLE_LINE_BYTES + 1];
    const size_t n = kno_title_line(anc_str_of(row->title), anc_str_of(row->heading),
                                    anc_str_of(row->text), line);
    line[n] = '\0';
    assert_string_equal(line, row->line);
    ANC_BUF(out, 1000);
    ANC_BUF(wanted, 1000);
    anc_err err = {0};
    ASSERT_OK(kno_chunk_embed_text(anc_str_of(row->title), anc_str_of(row->heading), ANC_STR_NONE,
                                   anc_str_of(row->text), &out, &err),
              &err);
    (void)anc_buf_printf(&wanted, "%s%s%s", row->line, n > 0 ? "\n" : "", row->text);
    assert_string_equal(out.ptr, wanted.ptr);
}

/* The names of many columns: as many whole ones as there is room for. */
static void long_columns_are_embedded_in_part(void **state)
{
    (void)state;
    ANC_BUF(columns, 1000);
    for (int i = 0; i < 30; i++)
        (void)anc_buf_printf(&columns, "%scolumn %d", i > 0 ? " | " : "", 10 + i);
    const anc_str all = anc_buf_view(&columns);
    const anc_str part = kno_columns_embedded(all);
    assert_true(all.len > KNO_COLUMNS_EMBEDDED && part.len <= KNO_COLUMNS_EMBEDDED);
    assert_true(anc_str_ends(part, ANC_STR("column 30")) && anc_str_starts(all, part));
    assert_true(anc_str_eq(kno_columns_embedded(part), part));
    for (size_t i = 0; i < columns.len; i++)
        columns.ptr[i] = columns.ptr[i] == '|' ? '-' : columns.ptr[i];
    assert_int_equal(kno_columns_embedded(anc_buf_view(&columns)).len, 0);
}

static void long_titles_are_cut(void **state)
{
    (void)state;
    char line[KNO_TITLE_LINE_BYTES];
    ANC_BUF(title, 10000);
    ANC_BUF(path, 10000);
    for (int i = 0; i < 100; i++) {
        (void)anc_buf_add(&title, ANC_STR("w\xC3\xB6rter "));
        (void)anc_buf_printf(&path,
                             "%sS\xC3\xA9"
                             "ction %d",
                             i > 0 ? " > " : "", i);
    }
    const size_t n = kno_title_line(anc_buf_view(&title), anc_buf_view(&path), ANC_STR_NONE, line);
    assert_true(n <= KNO_TITLE_LINE_BYTES);
    assert_true(anc_str_ends((anc_str){line, n}, ANC_STR("ction 99")));
    assert_true(anc_str_find((anc_str){line, n}, ANC_STR("ction 1 ")) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_many_chunks_are_named),
        cmocka_unit_test(long_columns_are_embedded_in_part),
        cmocka_unit_test(long_titles_are_cut),
    };
    int failed = RUN_TABLE("chunker", rows, chunks);
    failed += RUN_TABLE("title line", line_rows, title_lines);
    failed += cmocka_run_group_tests_name("limits", tests, NULL, NULL);
    return failed;
}

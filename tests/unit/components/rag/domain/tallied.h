/* tallied.h - a question put to the rows of a table, which are counted or measured for it. */
#ifndef ANC_TESTS_RAG_TALLIED_H
#define ANC_TESTS_RAG_TALLIED_H

#include "support/test.h"

#include <stdio.h>

#include "base/str.h"
#include "rag/domain/tally.h"

enum { ROWS_MAX = 12 };

typedef struct tally_row {
    const char *name, *question, *title, *heading, *table;
    size_t n;           /* 0: it cannot be said */
    const char *rows;   /* "x.x": which */
    const char *figure; /* NULL: rows are counted */
} tally_row;

static char figure[64]; /* of the last answer */

/* Goes through the rows as often as it takes; `is` [table->n] which the answer stands on. */
static inline rag_tally_answer tallied(const char *question, const rag_tally_table *table,
                                       const anc_str *rows, size_t n, bool *is)
{
    ANC_ARENA(mem, 64 << 20);
    ANC_ARENA(scratch, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_tally *t;
    rag_tally_row row;
    rag_tally_answer answer = {.n = 0};
    bool may = false;
    ASSERT_OK(rag_tally_new(mem, anc_str_of(question), table, &t, &err), &err);
    for (size_t i = 0; i < n && !rag_tally_is_full(t); i++) {
        anc_arena_reset(scratch);
        ASSERT_OK(rag_tally_look(t, scratch, rows[i], &err), &err);
    }
    ASSERT_OK(rag_tally_settle(t, &may, &err), &err);
    for (size_t i = 0; i < n && may && !rag_tally_is_full(t); i++) {
        anc_arena_reset(scratch);
        ASSERT_OK(rag_tally_take(t, scratch, rows[i], &row, &err), &err);
        for (size_t k = 0; row == RAG_ROW_ANEW && k < i; k++)
            is[k] = false;
        is[i] = row != RAG_ROW_OUT;
    }
    if (may)
        rag_tally_end(t, &answer);
    answer.column = ANC_STR("");
    (void)snprintf(figure, sizeof figure, "%.*s", ANC_FMT(answer.figure));
    return answer;
}

/* A table as text: the names of its columns, then its rows; or records with an empty line between them. */
static inline size_t read_table(const char *text, rag_tally_table *table, anc_str *lines)
{
    anc_str rest = anc_str_of(text);
    size_t n = 0;
    if (anc_str_find(rest, ANC_STR(": ")) == SIZE_MAX) {
        (void)anc_str_split(&rest, '\n', &table->columns);
        while (n < ROWS_MAX && anc_str_split(&rest, '\n', &lines[n]))
            n++;
        return n;
    }
    while (n < ROWS_MAX && rest.len > 0) {
        const size_t end = anc_str_find(rest, ANC_STR("\n\n"));
        lines[n++] = anc_str_sub(rest, 0, end);
        rest = end == SIZE_MAX ? ANC_STR("") : anc_str_sub(rest, end + 2, rest.len);
    }
    return n;
}

static inline void rows_are_counted(void **state)
{
    const tally_row *row = *state;
    anc_str lines[ROWS_MAX];
    bool is[ROWS_MAX] = {false};
    rag_tally_table table = {.title = anc_str_of(row->title),
                             .uri = anc_str_of(row->title),
                             .heading = anc_str_of(row->heading)};
    const size_t n = read_table(row->table, &table, lines);
    table.named = anc_str_find(anc_str_of(row->question), table.title) != SIZE_MAX;
    const rag_tally_answer answer = tallied(row->question, &table, lines, n, is);
    if (answer.n != row->n)
        fail_msg("%zu instead of %zu", answer.n, row->n);
    for (size_t i = 0; answer.n > 0 && i < n; i++)
        assert_int_equal(is[i], row->rows[i] == 'x');
    if (answer.n > 0)
        assert_string_equal(figure, row->figure != NULL ? row->figure : "");
}

#endif

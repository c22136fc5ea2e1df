/* blocks.c - see blocks.h. */
#include "blocks.h"

#include "support/test.h"

#include <string.h>

#include "base/utf8.h"

static anc_status add_block(void *self, const prs_block *b, anc_err *err)
{
    static const char *const names[] = {
        [PRS_HEADING] = "h",     [PRS_PARAGRAPH] = "p", [PRS_LIST_ITEM] = "li",
        [PRS_TABLE_ROW] = "row", [PRS_CODE] = "code",   [PRS_QUOTE] = "quote"};
    (void)err;
    assert_true(b->text.len > 0 && b->text.len <= PRS_PIECE_BYTES && anc_utf8_valid(b->text));
    (void)anc_buf_add(self, anc_str_of(names[b->kind]));
    if (b->level > 0)
        (void)anc_buf_printf(self, "%u", b->level);
    if (b->record > 0)
        (void)anc_buf_printf(self, "#%u", b->record);
    (void)anc_buf_printf(self, "%s%s %.*s\n", b->header ? "*" : "", b->continues ? "+" : "",
                         ANC_FMT(b->text));
    return ANC_OK;
}

static anc_status add_title(void *self, anc_str title, anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(self, "title %.*s\n", ANC_FMT(title));
    return ANC_OK;
}

static anc_status add_property(void *self, anc_str name, anc_str value, anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(self, "%.*s=%.*s\n", ANC_FMT(name), ANC_FMT(value));
    return ANC_OK;
}

static anc_status add_attachment(void *self, const prs_attachment *a, anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(self, "attachment %.*s (%.*s): %.*s\n", ANC_FMT(a->name),
                         ANC_FMT(a->content_type), ANC_FMT(a->bytes));
    return ANC_OK;
}

static void check(prs_kind kind, const blocks_row *row, bool all)
{
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = add_block,
                           .title = add_title,
                           .property = all ? add_property : NULL,
                           .attachment = all ? add_attachment : NULL,
                           .self = &out};
    ASSERT_OK(prs_parse(kind, row->source, &limits, &sink, &result, &err), &err);
    assert_string_equal(out.ptr != NULL ? out.ptr : "", row->lines);
}

void check_blocks(prs_kind kind, const blocks_row *row)
{
    check(kind, row, false);
}

void check_document(prs_kind kind, const blocks_row *row)
{
    check(kind, row, true);
}

void check_refusal(prs_kind kind, anc_status status, const blocks_row *row)
{
    ANC_BUF(out, 16 << 20);
    anc_err err = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = add_block, .self = &out};
    assert_int_equal(prs_parse(kind, row->source, &limits, &sink, &result, &err), status);
    if (strstr(err.text, row->lines) == NULL)
        fail_msg("the error is \"%s\"", err.text);
}

anc_status write_record(void *self, uint64_t number, const prs_field *fields, size_t n,
                        anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(self, "%llu:", (unsigned long long)number);
    for (size_t i = 0; i < n; i++)
        (void)anc_buf_printf(self, " %.*s=%.*s(%d)", ANC_FMT(fields[i].name),
                             ANC_FMT(fields[i].value), fields[i].kind);
    (void)anc_buf_add_char(self, '\n');
    return ANC_OK;
}

static anc_status ignore_block(void *self, const prs_block *block, anc_err *err)
{
    (void)self;
    (void)block;
    (void)err;
    return ANC_OK;
}

void check_is_read(prs_kind kind, anc_str source)
{
    anc_err err = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = ignore_block};
    ASSERT_OK(prs_parse(kind, source, &limits, &sink, &result, &err), &err);
}

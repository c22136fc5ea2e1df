/* test_pdf.c - whole files through pdftotext: text, and each failure by its name. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/file.h"
#include "parse/parse.h"
#include "pdf_impl.h"
#include "support/places.h"

/* One page that says `text`, without the table of its parts at the end: readers find them anyway. */
#define PDF(text)                                                                                \
    "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"                                 \
    "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"                                     \
    "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<<" \
    "/F 5 0 R>>>>>>\nendobj\n"                                                                   \
    "4 0 obj\n<</Length 60>>\nstream\nBT /F 12 Tf 72 700 Td (" text ") Tj ET\nendstream\n"       \
    "endobj\n5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\nendobj\n"                 \
    "trailer\n<</Root 1 0 R/Size 6>>\n%%EOF\n"

static anc_status on_block(void *self, const prs_block *b, anc_err *err)
{
    (void)err;
    assert_true(b->page >= 1);
    (void)anc_buf_printf(self, "%.*s\n", ANC_FMT(b->text));
    return ANC_OK;
}

static anc_status read_pdf(anc_str bytes, const prs_limits *limits, anc_buf *out, anc_err *err)
{
    const prs_sink sink = {.block = on_block, .self = out};
    prs_result result;
    return prs_parse(PRS_PDF, bytes, limits, &sink, &result, err);
}

typedef struct pdf_row {
    const char *name;
    anc_str source;
    anc_status status;
    const char *text; /* of the document, or in the error */
} pdf_row;

static const pdf_row rows[] = {
    {"a page", ANC_STR_INIT(PDF("Hello, reader.")), ANC_OK, "Hello, reader.\n"},
    {"junk before it", ANC_STR_INIT("\xFF\xFEjunk\r\n\r\n" PDF("Hello.")), ANC_OK, "Hello.\n"},
    {"a page without text", ANC_STR_INIT(PDF("")), ANC_INVALID, "no text layer"},
    {"cut short", ANC_STR_INIT("%PDF-1.4\n1 0 obj\n<</Type/Cat"), ANC_INVALID, "cut short"},
    {"pages that lead back to themselves",
     ANC_STR_INIT("%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
                  "2 0 obj\n<</Type/Pages/Kids[2 0 R]/Count 1>>\nendobj\nxref\n0 3\n"
                  "0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n"
                  "trailer<</Size 3/Root 1 0 R>>\nstartxref\n105\n%%EOF\n"),
     ANC_INVALID, "this PDF is damaged: the list of its pages is broken"},
    {"damaged", ANC_STR_INIT("%PDF-1.4\nnothing in here\n%%EOF\n"), ANC_INVALID,
     "this PDF is damaged: "},
    {"nothing", ANC_STR_INIT(""), ANC_INVALID, "cut short"},
};

static const struct complaint_row {
    const char *name, *complaint, *said;
} complaint_rows[] = {
    {"a key",
     "Syntax Error (1234): Dictionary key must be a name object\nSyntax Error: Couldn't find it\n",
     "this PDF is damaged: a part of it is broken, first near byte 1234"},
    {"no list", "Syntax Error: Couldn't find trailer dictionary\n",
     "this PDF is damaged: the list of its parts is missing"},
    {"no pages", "Syntax Error: Couldn't read page catalog\n",
     "this PDF is damaged: the list of its pages cannot be found"},
    {"no reason", "", "this PDF is damaged: its reader gave up without a reason"},
    {"a place that is none", "Syntax Error (x): y\n",
     "this PDF is damaged: a part of it is broken"},
};

static void complaints_in_plain_words(void **state)
{
    const struct complaint_row *row = *state;
    ANC_BUF(out, 1000);
    prs_pdf_say_damage(row->complaint, &out);
    assert_string_equal(out.ptr, row->said);
}

static void files_end_as_text_or_by_name(void **state)
{
    const pdf_row *row = *state;
    const prs_limits limits = prs_limits_default();
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    const anc_status got = read_pdf(row->source, &limits, &out, &err);
    if (row->status == ANC_OK) {
        ASSERT_OK(got, &err);
        assert_string_equal(out.ptr, row->text);
    } else {
        assert_int_equal(got, row->status);
        assert_non_null(strstr(err.text, row->text));
    }
}

static anc_status no_more(void *arg, anc_err *err)
{
    (void)arg;
    return ANC_FAIL(err, ANC_CANCELLED, "nobody waits");
}

typedef struct limit_row {
    const char *name;
    size_t text_bytes, child_bytes;
    unsigned child_ms;
    bool stopped;
    anc_status status;
    const char *text;
} limit_row;

static const limit_row limit_rows[] = {
    {"time", 1 << 20, 1 << 30, 1, false, ANC_LIMIT, "more than 1 seconds"},
    {"memory", 1 << 20, 8 << 20, 60000, false, ANC_LIMIT, "8 MiB of memory"},
    {"text", 4, 1 << 30, 60000, false, ANC_LIMIT, "the limit of 4 bytes"},
    {"stopped", 1 << 20, 1 << 30, 60000, true, ANC_CANCELLED, "nobody waits"},
};

/* A page of many words. */
static void large_pdf(anc_buf *out)
{
    (void)anc_buf_add(out,
                      ANC_STR("%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
                              "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
                              "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 "
                              "0 R/Resources<</Font<</F 5 0 R>>>>>>\nendobj\n"
                              "5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\nendobj\n"
                              "4 0 obj\n<</Length 120000>>\nstream\n"));
    for (int i = 0; i < 3000; i++)
        (void)anc_buf_printf(out, "BT /F 12 Tf %d %d Td (word%d) Tj ET\n", i % 500, i % 700, i);
    (void)anc_buf_add(out, ANC_STR("endstream\nendobj\ntrailer\n<</Root 1 0 R/Size 6>>\n%%EOF\n"));
}

static void limits_have_names(void **state)
{
    const limit_row *row = *state;
    prs_limits limits = prs_limits_default();
    ANC_BUF(source, 64 << 20);
    ANC_BUF(out, 16 << 20);
    anc_err err = {0};
    large_pdf(&source);
    limits.text_bytes = row->text_bytes;
    limits.child_bytes = row->child_bytes;
    limits.child_ms = row->child_ms;
    limits.may_go_on = row->stopped ? no_more : NULL;
    const anc_status got = read_pdf(anc_buf_view(&source), &limits, &out, &err);
    if (got != row->status || strstr(err.text, row->text) == NULL)
        fail_msg("%s: %s", anc_status_info(got)->name, err.text);
}

enum { FORMS = 9, OF_EACH = 10 };

/* One page of a few bytes, drawn by forms that draw ten others each: a thousand million drawings. */
static void busy_pdf(anc_buf *out)
{
    (void)anc_buf_add(out,
                      ANC_STR("%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
                              "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
                              "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 "
                              "0 R/Resources<</XObject<</N 10 0 R>>>>>>\nendobj\n"
                              "4 0 obj\n<</Length 5>>\nstream\n/N Do\nendstream\nendobj\n"));
    for (int i = 0; i < FORMS; i++) {
        (void)anc_buf_printf(out,
                             "%d 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources"
                             "<</XObject<</N %d 0 R>>>>/Length %d>>\nstream\n",
                             10 + i, 11 + i, OF_EACH * 6);
        for (int k = 0; k < OF_EACH; k++)
            (void)anc_buf_add(out, ANC_STR("/N Do\n"));
        (void)anc_buf_add(out, ANC_STR("endstream\nendobj\n"));
    }
    (void)anc_buf_printf(
        out,
        "%d 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 9>>\nstream\n"
        "0 0 m 0 w\nendstream\nendobj\ntrailer\n<</Root 1 0 R/Size %d>>\n%%%%EOF\n",
        10 + FORMS, 11 + FORMS);
}

static void a_file_made_to_keep_its_reader_busy_is_refused(void **state)
{
    (void)state;
    prs_limits limits = prs_limits_default();
    ANC_BUF(source, 1 << 20);
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    busy_pdf(&source);
    assert_true(limits.child_first_ms > 0 && limits.child_first_ms < limits.child_ms / 10);
    limits.child_first_ms = 300;
    limits.child_ms = 20000;
    assert_int_equal(read_pdf(anc_buf_view(&source), &limits, &out, &err), ANC_LIMIT);
    if (strstr(err.text, "of processor time for 0 pages") == NULL)
        fail_msg("%s", err.text);
}

static void a_password_is_asked_for(void **state)
{
    (void)state;
    char path[PLACE_MAX];
    const prs_limits limits = prs_limits_default();
    anc_str bytes = {0};
    anc_err err = {0};
    if (place_in_data(path, "documents/pdf/encrypted-needs-password.pdf") == NULL)
        skip(); /* jumps: nothing may be held here */
    ANC_BUF(out, 1 << 20);
    ANC_ARENA(mem, 16 << 20);
    ASSERT_OK(os_file_read(mem, anc_str_of(path), 8 << 20, &bytes, &err), &err);
    assert_int_equal(read_pdf(bytes, &limits, &out, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "needs a password"));
}

int main(void)
{
    if (access("/usr/bin/pdftotext", X_OK) != 0) {
        (void)printf("skipped: no pdftotext\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_is_asked_for),
        cmocka_unit_test(a_file_made_to_keep_its_reader_busy_is_refused),
    };
    int failed = RUN_TABLE("files", rows, files_end_as_text_or_by_name);
    failed += RUN_TABLE("complaints", complaint_rows, complaints_in_plain_words);
    failed += RUN_TABLE("limits", limit_rows, limits_have_names);
    failed += cmocka_run_group_tests_name("pdf", tests, NULL, NULL);
    return failed;
}

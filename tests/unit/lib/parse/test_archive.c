/* test_archive.c - archives opened and unpacked, damage and bombs by name, names that climb out, and
 * what kind of document an archive is. */
#include "support/test.h"

#include <string.h>

#include "archive_impl.h"
#include "zips.h"

enum { ARCHIVE_BYTES = 8 << 20 };

static const zips_entry two[] = {{"a.xml", ANC_STR_INIT("<a/>"), false, NULL},
                                 {"Word/B.xml", ANC_STR_INIT("<b/>"), true, NULL}};

typedef struct opened {
    anc_buf bytes;
    anc_err err;
    prs_emitter e;
    prs_archive a;
    bool ok;
} opened;

static void open_limited(opened *o, const prs_limits *limits)
{
    prs_emitter_init(&o->e, limits, NULL, &o->err);
    o->ok = prs_archive_open(anc_buf_view(&o->bytes), &o->e, &o->a);
}

static void make(opened *o, const zips_entry *entries, size_t n)
{
    *o = (opened){.bytes = anc_buf_init(ARCHIVE_BYTES)};
    zips_make(entries, n, &o->bytes);
}

static void done(opened *o)
{
    prs_archive_done(&o->a);
    prs_emitter_done(&o->e);
    anc_buf_done(&o->bytes);
}

static void entries_are_read_by_name(void **state)
{
    (void)state;
    const prs_limits limits = prs_limits_default();
    ANC_BUF(out, 100);
    opened o;
    make(&o, two, 2);
    open_limited(&o, &limits);
    assert_true(o.ok);
    assert_true(prs_archive_has(&o.a, "a.xml"));
    assert_true(prs_archive_has(&o.a, "word/b.xml"));
    assert_false(prs_archive_has(&o.a, "b.xml"));
    assert_true(anc_str_eq(prs_archive_name(&o.a, 1), ANC_STR("Word/B.xml")));
    assert_null(prs_archive_name(&o.a, 2).ptr);
    assert_true(prs_archive_load(&o.a, "a.xml", &out) &&
                prs_archive_load(&o.a, "word/b.xml", &out));
    assert_string_equal(out.ptr, "<a/><b/>");
    assert_false(prs_archive_load(&o.a, "c.xml", &out));
    assert_int_equal(o.e.status, ANC_INVALID);
    assert_string_equal(o.err.text, "the file holds no c.xml");
    done(&o);
}

/* ---- damage --------------------------------------------------------------------------------------- */

typedef struct damage_row {
    const char *name;
    size_t cut;     /* bytes that are kept; 0: all */
    anc_str damage; /* the first of these bytes that is found is changed */
    const char *password;
    anc_status status;
    const char *text;
} damage_row;

static const damage_row damages[] = {
    {"cut short", 60, ANC_STR_INIT(""), NULL, ANC_INVALID, "it is cut short"},
    {"a flipped byte", 0, ANC_STR_INIT("stored text"), NULL, ANC_INVALID,
     "the file is damaged: x does not match its checksum"},
    {"a broken directory", 0, ANC_STR_INIT("PK\x01\x02"), NULL, ANC_INVALID,
     "the list of what it holds is broken"},
    {"a password", 0, ANC_STR_INIT(""), "secret", ANC_INVALID, "it is protected by a password"},
};

static void damage_is_said(void **state)
{
    const damage_row *row = *state;
    const zips_entry entry = {"x", ANC_STR("some stored text"), true, row->password};
    const prs_limits limits = prs_limits_default();
    ANC_BUF(out, 100);
    opened o;
    make(&o, &entry, 1);
    if (row->cut > 0)
        o.bytes.len = row->cut;
    if (row->damage.len > 0) {
        const size_t at = anc_str_find(anc_buf_view(&o.bytes), row->damage);
        assert_true(at != SIZE_MAX);
        o.bytes.ptr[at] ^= 1;
    }
    open_limited(&o, &limits);
    assert_false(o.ok && prs_archive_load(&o.a, "x", &out));
    assert_int_equal(o.e.status, row->status);
    if (strstr(o.err.text, row->text) == NULL)
        fail_msg("the error is \"%s\"", o.err.text);
    done(&o);
}

/* Behind the entry's name, in byte 31, its deflated bytes begin: a block of a kind that is not there. */
static void what_does_not_unpack_is_said(void **state)
{
    (void)state;
    const zips_entry entry = {"x", ANC_STR("text text text text text"), false, NULL};
    const prs_limits limits = prs_limits_default();
    ANC_BUF(out, 100);
    opened o;
    make(&o, &entry, 1);
    o.bytes.ptr[31] = '\x07';
    open_limited(&o, &limits);
    assert_true(o.ok);
    assert_false(prs_archive_load(&o.a, "x", &out));
    assert_int_equal(o.e.status, ANC_INVALID);
    assert_string_equal(o.err.text, "the file is damaged: x does not unpack");
    done(&o);
}

/* ---- bombs ---------------------------------------------------------------------------------------- */

static bool count_bytes(void *self, anc_str piece)
{
    *(size_t *)self += piece.len;
    return true;
}

typedef struct bomb_row {
    const char *name;
    size_t unpacked; /* zeros in the entry */
    size_t limit;
    unsigned ratio;
    const char *text;
} bomb_row;

static const bomb_row bombs[] = {
    {"a ratio", 6 << 20, 100 << 20, 200, "x: unpacks to more than 200 times its size"},
    {"in all", 6 << 20, 5 << 20, 5000, "x: unpacks to more than 5242880 bytes"},
};

static void bombs_end_early(void **state)
{
    const bomb_row *row = *state;
    ANC_BUF(zeros, 8 << 20);
    assert_true(anc_buf_reserve(&zeros, row->unpacked));
    memset(zeros.ptr, 0, row->unpacked);
    zeros.len = row->unpacked;
    const zips_entry entry = {"x", anc_buf_view(&zeros), false, NULL};
    prs_limits limits = prs_limits_default();
    limits.unpacked_bytes = row->limit;
    limits.ratio = row->ratio;
    size_t n = 0;
    opened o;
    make(&o, &entry, 1);
    open_limited(&o, &limits);
    assert_true(o.ok);
    assert_false(prs_archive_read(&o.a, "x", count_bytes, &n));
    assert_int_equal(o.e.status, ANC_LIMIT);
    assert_string_equal(o.err.text, row->text);
    assert_true(n < row->unpacked);
    done(&o);
}

/* The end of an archive that promises 2^40 entries, in its long form and without it 65,535. */
static void a_directory_has_an_end(void **state)
{
    static const anc_str ends[] = {
        ANC_STR_INIT("PK\x05\x06\0\0\0\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0\0\0"),
        ANC_STR_INIT(
            "PK\x06\x06\x2C\0\0\0\0\0\0\0\x2D\0\x2D\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1"
            "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0PK\x06\x07\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0"
            "PK\x05\x06\0\0\0\0\1\0\1\0\0\0\0\0\0\0\0\0\0\0")};
    (void)state;
    const prs_limits limits = prs_limits_default();
    for (size_t i = 0; i < ANC_COUNT(ends); i++) {
        opened o = {.bytes = anc_buf_init(1000)};
        (void)anc_buf_add(&o.bytes, ends[i]);
        open_limited(&o, &limits);
        assert_false(o.ok);
        assert_int_equal(o.e.status, ANC_LIMIT);
        assert_non_null(strstr(o.err.text, "more than 65534 entries"));
        done(&o);
    }
}

/* ---- names ---------------------------------------------------------------------------------------- */

typedef struct path_row {
    const char *name;
    const char *base, *target;
    const char *path; /* NULL: none */
} path_row;

static const path_row paths[] = {
    {"beside", "word/document.xml", "styles.xml", "word/styles.xml"},
    {"in a folder", "word/document.xml", "media/a.png", "word/media/a.png"},
    {"one up", "ppt/slides/slide1.xml", "../notes/n.xml", "ppt/notes/n.xml"},
    {"from the root", "word/document.xml", "/word/x.xml", "word/x.xml"},
    {"dots", "a/b/c", "./.././d", "a/d"},
    {"escaped", "OEBPS/x.opf", "a%20b%C3%A9.xhtml#part", "OEBPS/a b\xC3\xA9.xhtml"},
    {"a sign that is no escape", "x", "100%.xml", "100%.xml"},
    {"climbs out", "word/document.xml", "../../evil", NULL},
    {"climbs out by escapes", "a", "%2E%2E/evil", NULL},
    {"climbs out of the root", "a", "/../evil", NULL},
    {"an address", "a", "http://example.org/x", NULL},
    {"nothing", "a", "#top", NULL},
    {"a zero", "a", "x%00y", "x%00y"},
    {"not UTF-8", "a", "x%FF", NULL},
};

static void names_in_names(void **state)
{
    const path_row *row = *state;
    ANC_BUF(out, 60);
    const bool ok = prs_archive_resolve(anc_str_of(row->base), anc_str_of(row->target), &out);
    assert_int_equal(ok, row->path != NULL);
    assert_string_equal(ok ? out.ptr : "", row->path != NULL ? row->path : "");
}

static void long_names_are_none(void **state)
{
    (void)state;
    ANC_BUF(out, 10);
    assert_false(prs_archive_resolve(ANC_STR("folder/x"), ANC_STR("long-name"), &out));
    assert_int_equal(out.len, 0);
}

/* ---- kinds ---------------------------------------------------------------------------------------- */

#define TYPES(main)                                                                            \
    {                                                                                          \
        "[Content_Types].xml",                                                                 \
            ANC_STR_INIT("<Types><Override ContentType=\"x." main "\"/></Types>"), false, NULL \
    }

typedef struct sign_row {
    const char *name;
    zips_entry entries[3];
    const char *what;
} sign_row;

static const sign_row signs[] = {
    {"nothing known", {{"a.txt", ANC_STR_INIT("x"), false, NULL}}, "a ZIP archive"},
    {"empty", {{NULL, ANC_STR_INIT(""), false, NULL}}, "a ZIP archive"},
    {"docx", {TYPES("wordprocessingml.document.main+xml")}, "DOCX"},
    {"xlsx", {TYPES("spreadsheetml.sheet.main+xml")}, "XLSX"},
    {"pptx", {TYPES("presentationml.slideshow.main+xml")}, "PPTX"},
    {"a workbook inside a text",
     {{"xl/workbook.xml", ANC_STR_INIT("x"), false, NULL},
      TYPES("wordprocessingml.document.main+xml")},
     "DOCX"},
    {"by names", {{"ppt/presentation.xml", ANC_STR_INIT("x"), false, NULL}}, "PPTX"},
    {"epub", {{"mimetype", ANC_STR_INIT("application/epub+zip"), true, NULL}}, "EPUB"},
    {"odt",
     {{"mimetype", ANC_STR_INIT("application/vnd.oasis.opendocument.text\n"), true, NULL}},
     "ODT"},
    {"ods",
     {{"content.xml", ANC_STR_INIT("x"), false, NULL},
      {"mimetype", ANC_STR_INIT("application/vnd.oasis.opendocument.spreadsheet"), false, NULL}},
     "ODS"},
    {"odp",
     {{"mimetype", ANC_STR_INIT("application/vnd.oasis.opendocument.presentation"), true, NULL}},
     "an OpenDocument presentation"},
    {"jar", {{"META-INF/MANIFEST.MF", ANC_STR_INIT("x"), false, NULL}}, "a Java archive"},
};

static void kinds_are_told(void **state)
{
    const sign_row *row = *state;
    prs_kind kind = PRS_KINDS;
    anc_err err = {0};
    ANC_BUF(bytes, ARCHIVE_BYTES);
    zips_make(row->entries, 3, &bytes);
    const anc_status got =
        prs_detect(anc_buf_view(&bytes), ANC_STR("x"), ANC_STR_NONE, &kind, &err);
    if (got == ANC_OK) {
        assert_string_equal(prs_kind_name(kind), row->what);
    } else {
        assert_int_equal(got, ANC_UNSUPPORTED);
        assert_non_null(strstr(err.text, row->what));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_read_by_name),
        cmocka_unit_test(what_does_not_unpack_is_said),
        cmocka_unit_test(a_directory_has_an_end),
        cmocka_unit_test(long_names_are_none),
    };
    int failed = RUN_TABLE("damage", damages, damage_is_said);
    failed += RUN_TABLE("bombs", bombs, bombs_end_early);
    failed += RUN_TABLE("paths", paths, names_in_names);
    failed += RUN_TABLE("kinds", signs, kinds_are_told);
    failed += cmocka_run_group_tests_name("archive", tests, NULL, NULL);
    return failed;
}

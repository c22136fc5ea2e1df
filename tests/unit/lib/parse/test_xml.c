/* test_xml.c - XML as events with numbers for names; what is malformed, too deep, or a bomb. */
#include "support/test.h"

#include <string.h>

#include "xml_impl.h"
#include "zips.h"

enum { P = 1, R, VAL, ID, PLAIN };

static const prs_xml_space spaces[] = {{"w", "urn:w"}, {"w", "urn:w-strict"}, {"r", "urn:r"}};
static const prs_xml_name names[] = {
    {"w:p", P}, {"w:r", R}, {"w:val", VAL}, {"r:id", ID}, {"plain", PLAIN}};
static const prs_xml_table table = {spaces, ANC_COUNT(spaces), names, ANC_COUNT(names)};

typedef struct seen {
    anc_buf lines;
    size_t stop_after; /* elements; 0: never */
    size_t elements;
} seen;

static bool start(void *self, unsigned id, const prs_xml_attributes *a)
{
    static const unsigned ids[] = {VAL, ID, PLAIN};
    seen *s = self;
    uint32_t number;
    (void)anc_buf_printf(&s->lines, "<%u", id);
    for (size_t i = 0; i < ANC_COUNT(ids); i++) {
        const anc_str value = prs_xml_attribute(a, ids[i]);
        if (value.len > 0)
            (void)anc_buf_printf(&s->lines, " %u=%.*s", ids[i], ANC_FMT(value));
    }
    if (prs_xml_number(a, VAL, &number))
        (void)anc_buf_printf(&s->lines, "#%u", number);
    (void)anc_buf_add_char(&s->lines, '>');
    return ++s->elements != s->stop_after;
}

static bool text(void *self, anc_str t)
{
    return anc_buf_add(&((seen *)self)->lines, t);
}

static bool end(void *self, unsigned id)
{
    return anc_buf_printf(&((seen *)self)->lines, "</%u>", id);
}

static anc_status read_xml(anc_str source, const prs_limits *limits, seen *s, anc_err *err)
{
    const prs_xml_handler handler = {start, text, end, s};
    ANC_CLEANUP(prs_emitter_done) prs_emitter e;
    prs_emitter_init(&e, limits, NULL, err);
    const bool ok = prs_xml_read(&table, &handler, "x.xml", source, &e);
    assert_int_equal(ok, e.status == ANC_OK);
    return e.status;
}

typedef struct xml_row {
    const char *name;
    anc_str source;
    anc_status status;
    const char *lines; /* or what the error holds */
} xml_row;

#define UTF16(c) c "\0"

static const xml_row rows[] = {
    {"names with numbers",
     ANC_STR_INIT(
         "<w:p xmlns:w='urn:w' xmlns:r='urn:r' w:val='12' r:id='a' id='b'><w:r>x</w:r></w:p>"),
     ANC_OK, "<1 3=12 4=a#12><2>x</2></1>"},
    {"another prefix", ANC_STR_INIT("<p xmlns='urn:w-strict' xmlns:q='urn:w' q:val='v'/>"), ANC_OK,
     "<1 3=v></1>"},
    {"names that are not known",
     ANC_STR_INIT(
         "<w:p xmlns:w='urn:other'><p/><plain plain='1' xmlns:q='urn:r' q:plain='2'/></w:p>"),
     ANC_OK, "<0><0></0><5 5=1></5></0>"},
    {"numbers that are none", ANC_STR_INIT("<p xmlns='urn:w' xmlns:w='urn:w' w:val='-1'/>"), ANC_OK,
     "<1 3=-1></1>"},
    {"texts",
     ANC_STR_INIT(
         "<plain plain='a&amp;b&#233;'>&lt;<![CDATA[<&]]><!-- c --><?pi x?>&#x41; </plain>"),
     ANC_OK, "<5 5=a&b\xC3\xA9><<&A </5>"},
    {"a byte order mark", ANC_STR_INIT("\xEF\xBB\xBF<plain>x</plain>"), ANC_OK, "<5>x</5>"},
    {"UTF-16",
     ANC_STR_INIT("\xFF\xFE" UTF16("<") UTF16("a") UTF16(">") "\xE9\0" UTF16("<") UTF16("/")
                      UTF16("a") UTF16(">")),
     ANC_OK, "<0>\xC3\xA9</0>"},
    {"Latin-1", ANC_STR_INIT("<?xml version='1.0' encoding='iso-8859-1'?><a>\xE9</a>"), ANC_OK,
     "<0>\xC3\xA9</0>"},
    {"a prefix that is not declared", ANC_STR_INIT("<a><x:b/></a>"), ANC_OK, "<0><0></0></0>"},
    {"a document type alone",
     ANC_STR_INIT("<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a>x</a>"), ANC_OK, "<0>x</0>"},
    {"nothing", ANC_STR_INIT(""), ANC_INVALID,
     "x.xml is not well-formed: line 1: it ends too early"},
    {"one byte", ANC_STR_INIT("<"), ANC_INVALID, "x.xml is not well-formed: line 1"},
    {"cut short", ANC_STR_INIT("<a>\n<b>text"), ANC_INVALID, "line 2: it ends too early"},
    {"cut inside a tag", ANC_STR_INIT("<a>\n\n<b at='1"), ANC_INVALID,
     "x.xml is not well-formed: line"},
    {"crossed", ANC_STR_INIT("<a><b></a></b>"), ANC_INVALID, "is closed that was not opened"},
    {"a control", ANC_STR_INIT("<a>\x01</a>"), ANC_INVALID, "a character that XML does not allow"},
    {"bytes that are no text", ANC_STR_INIT("<a>text \xE9\xE9 text</a>"), ANC_INVALID,
     "a character that XML does not allow"},
    {"entities that HTML names",
     ANC_STR_INIT("<plain plain='a&nbsp;&eacute;b&lt;'>x&nbsp;&hellip;&amp;y</plain>"), ANC_OK,
     "<5 5=a\xC2\xA0\xC3\xA9"
     "b<>x\xC2\xA0\xE2\x80\xA6&y</5>"},
    {"entities that HTML names, of a type that lies elsewhere",
     ANC_STR_INIT("<!DOCTYPE a SYSTEM 'a.dtd'><a>x&nbsp;y</a>"), ANC_OK, "<0>x\xC2\xA0y</0>"},
    {"an entity that is not there", ANC_STR_INIT("<a>&nope;</a>"), ANC_INVALID,
     "an entity that is not declared"},
    {"an entity", ANC_STR_INIT("<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>"), ANC_INVALID,
     "x.xml: declares entities, which are not expanded"},
    {"an entity of a file",
     ANC_STR_INIT("<!DOCTYPE a [<!ENTITY b SYSTEM '/etc/hostname'>]><a>&b;</a>"), ANC_INVALID,
     "declares entities"},
    {"a parameter entity",
     ANC_STR_INIT("<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1:1/'> %b;]><a/>"), ANC_INVALID,
     "declares entities"},
    {"an entity that is data",
     ANC_STR_INIT("<!DOCTYPE a [<!NOTATION n SYSTEM 'n'><!ENTITY b SYSTEM 'b' NDATA n>]><a/>"),
     ANC_INVALID, "declares entities"},
};

static void events(void **state)
{
    const xml_row *row = *state;
    const prs_limits limits = prs_limits_default();
    anc_err err = {0};
    seen s = {.lines = anc_buf_init(10000)};
    assert_int_equal(read_xml(row->source, &limits, &s, &err), row->status);
    if (row->status == ANC_OK)
        assert_string_equal(s.lines.ptr, row->lines);
    else if (strstr(err.text, row->lines) == NULL)
        fail_msg("the error is \"%s\"", err.text);
    anc_buf_done(&s.lines);
}

static void elements_nest_so_deep(void **state)
{
    (void)state;
    prs_limits limits = prs_limits_default();
    ANC_BUF(source, 1 << 20);
    for (int i = 0; i < 900; i++)
        (void)anc_buf_add(&source, ANC_STR("<a>"));
    for (int i = 0; i < 900; i++)
        (void)anc_buf_add(&source, ANC_STR("</a>"));
    seen s = {.lines = anc_buf_init(10000)};
    anc_err err = {0};
    ASSERT_OK(read_xml(anc_buf_view(&source), &limits, &s, &err), &err);
    assert_int_equal(s.elements, 900);
    limits.depth = 899;
    assert_int_equal(read_xml(anc_buf_view(&source), &limits, &s, &err), ANC_LIMIT);
    assert_string_equal(err.text, "x.xml: elements more than 899 levels deep");
    anc_buf_done(&s.lines);
}

static void a_handler_may_have_enough(void **state)
{
    (void)state;
    const prs_limits limits = prs_limits_default();
    anc_err err = {0};
    seen s = {.lines = anc_buf_init(10000), .stop_after = 2};
    ASSERT_OK(read_xml(ANC_STR("<a><b/><c/> and then <<< nothing"), &limits, &s, &err), &err);
    assert_string_equal(s.lines.ptr, "<0><0>");
    anc_buf_done(&s.lines);
}

static anc_status leave(void *arg, anc_err *err)
{
    (void)arg;
    return ANC_FAIL(err, ANC_CANCELLED, "the caller left");
}

static void a_caller_may_leave(void **state)
{
    (void)state;
    prs_limits limits = prs_limits_default();
    limits.may_go_on = leave;
    anc_err err = {0};
    seen s = {.lines = anc_buf_init(10000)};
    assert_int_equal(read_xml(ANC_STR("<a/>"), &limits, &s, &err), ANC_CANCELLED);
    anc_buf_done(&s.lines);
}

static anc_status count_asked(void *arg, anc_err *err)
{
    (void)err;
    ++*(unsigned *)arg;
    return ANC_OK;
}

typedef struct many_row {
    const char *name;
    const char *before, *repeated, *behind; /* "%d" of the repeated: its number */
    unsigned times;
    unsigned asked;    /* at most; 0: any number */
    const char *error; /* NULL: none */
} many_row;

static const many_row many[] = {
    {"attributes", "<a", " b%d='x'", "/>", 1000, 0, NULL},
    {"one attribute more", "<a", " b%d='x'", "/>", 1001, 0,
     "x.xml: more than 1000 attributes of one element"},
    {"namespaces", "<a", " xmlns:b%d='x%d'", "/>", 1001, 0,
     "x.xml: more than 1000 attributes of one element"},
    {"a tag that is left before its end", "<a", " b%d='='", "/>", 60000, 4,
     "x.xml: more than 1000 attributes of one element"},
    {"a tag after others", "<a><b/><c", " b%d=\"'\"", "/></a>", 60000, 4,
     "x.xml: more than 1000 attributes of one element"},
    {"one long value", "<a b='", "=%d=", "'/>", 60000, 0, NULL},
    {"attributes declared", "<!DOCTYPE a [", "<!ATTLIST a b%d CDATA 'x'>", "]><a/>", 1001, 0,
     "x.xml: more than 1000 attributes declared"},
    {"a tag larger than libxml2 takes", "<a b='", "01234567890123456789012345678901%d", "'/>",
     320000, 0, "x.xml: line 1: a tag, a comment or a name is larger than can be read"},
};

static void there_may_be_so_many(void **state)
{
    const many_row *row = *state;
    prs_limits limits = prs_limits_default();
    unsigned asked = 0;
    anc_err err = {0};
    ANC_BUF(source, 16 << 20);
    seen s = {.lines = anc_buf_init(1000)};
    limits.may_go_on = count_asked;
    limits.arg = &asked;
    (void)anc_buf_add(&source, anc_str_of(row->before));
    for (unsigned i = 0; i < row->times; i++)
        for (const char *c = row->repeated; *c != '\0'; c++) {
            if (*c != '%')
                (void)anc_buf_add_char(&source, *c);
            else if (*++c == 'd')
                (void)anc_buf_printf(&source, "%u", i);
        }
    (void)anc_buf_add(&source, anc_str_of(row->behind));
    const anc_status got = read_xml(anc_buf_view(&source), &limits, &s, &err);
    anc_buf_done(&s.lines);
    assert_int_equal(got, row->error != NULL ? ANC_LIMIT : ANC_OK);
    if (row->error != NULL)
        assert_string_equal(err.text, row->error);
    assert_true(row->asked == 0 || asked <= row->asked);
}

/* A long text comes whole, in pieces. */
static void texts_of_any_length(void **state)
{
    (void)state;
    const prs_limits limits = prs_limits_default();
    anc_err err = {0};
    ANC_BUF(source, 1 << 20);
    (void)anc_buf_add(&source, ANC_STR("<a>"));
    while (source.len < 300000)
        (void)anc_buf_printf(&source, "w\xC3\xB6rd %zu ", source.len);
    const size_t n = source.len - 3;
    (void)anc_buf_add(&source, ANC_STR("</a>"));
    seen s = {.lines = anc_buf_init(1 << 20)};
    ASSERT_OK(read_xml(anc_buf_view(&source), &limits, &s, &err), &err);
    assert_int_equal(s.lines.len, 3 + n + 4);
    assert_memory_equal(s.lines.ptr + 3, source.ptr + 3, n);
    anc_buf_done(&s.lines);
}

/* What breaks the checksum mostly breaks the XML before it: the checksum is what is said. */
static void damage_comes_before_grammar(void **state)
{
    (void)state;
    const zips_entry entry = {"x.xml", ANC_STR("<a><b>text</b></a>"), true, NULL};
    const prs_limits limits = prs_limits_default();
    anc_err err = {0};
    ANC_BUF(bytes, 10000);
    seen s = {.lines = anc_buf_init(10000)};
    const prs_xml_handler handler = {start, text, end, &s};
    ANC_CLEANUP(prs_emitter_done) prs_emitter e;
    ANC_CLEANUP(prs_archive_done) prs_archive a;
    zips_make(&entry, 1, &bytes);
    bytes.ptr[anc_str_find(anc_buf_view(&bytes), ANC_STR("</b>")) + 1] = '<';
    prs_emitter_init(&e, &limits, NULL, &err);
    assert_true(prs_archive_open(anc_buf_view(&bytes), &e, &a));
    assert_false(prs_xml_read_entry(&table, &handler, &a, "x.xml"));
    assert_int_equal(e.status, ANC_INVALID);
    assert_string_equal(err.text, "the file is damaged: x.xml does not match its checksum");
    anc_buf_done(&s.lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_nest_so_deep),       cmocka_unit_test(a_handler_may_have_enough),
        cmocka_unit_test(a_caller_may_leave),          cmocka_unit_test(texts_of_any_length),
        cmocka_unit_test(damage_comes_before_grammar),
    };
    int failed = RUN_TABLE("xml", rows, events);
    failed += RUN_TABLE("many", many, there_may_be_so_many);
    failed += cmocka_run_group_tests_name("documents", tests, NULL, NULL);
    return failed;
}

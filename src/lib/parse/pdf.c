/* pdf.c - PDF through pdftotext (poppler), run as a child in a sandbox; its failures in plain words.
 *
 * The child sees the bytes on its standard input and may read fonts and tables of characters, and
 * nothing else. What it writes is read while it runs.
 */
#include "pdf_impl.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "os/child.h"

enum {
    BOXES_PER_TEXT = 64, /* bytes that the program may write for one byte of text */
    TAIL_BYTES = 4096,
    SAID_BYTES = 400,
    FORBIDS_COPYING = 3 /* what pdftotext returns then */
};

static const char *const readable[] = {"/usr/share/poppler", "/usr/share/fonts",
                                       "/usr/local/share/fonts", "/etc/fonts", NULL};

static const char *program(void)
{
    static const char *const places[] = {"/usr/bin/pdftotext", "/usr/local/bin/pdftotext"};
    for (size_t i = 0; i < ANC_COUNT(places); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

const char *prs_missing_program(void)
{
    return program() == NULL ? "pdftotext (Debian package poppler-utils)" : NULL;
}

typedef struct run {
    prs_pdf_reader *reader;
    prs_emitter *e;
} run;

static anc_status on_output(void *arg, anc_str bytes, anc_err *err)
{
    const run *r = arg;
    (void)err; /* the emitter has the same */
    return prs_pdf_reader_feed(r->reader, bytes) ? ANC_OK : r->e->status;
}

static anc_status may_go_on(void *arg, anc_err *err)
{
    const prs_limits *limits = &((const run *)arg)->e->limits;
    return limits->may_go_on != NULL ? limits->may_go_on(limits->arg, err) : ANC_OK;
}

/* A page of an honest file takes milliseconds; one that was made to keep its reader busy is told from a
 * long file by the pages that come meanwhile. */
static anc_status may_take(void *arg, int64_t cpu_ms, anc_err *err)
{
    const run *r = arg;
    const prs_limits *limits = &r->e->limits;
    const uint32_t pages = prs_pdf_reader_pages(r->reader);
    if (limits->child_first_ms == 0 ||
        cpu_ms <= (int64_t)limits->child_first_ms + (int64_t)limits->child_page_ms * pages)
        return ANC_OK;
    return ANC_FAIL(
        err, ANC_LIMIT,
        "this PDF takes too long to read: %.1f seconds of processor time for %u page%s; "
        "it may be made to keep its reader busy",
        (double)cpu_ms / 1000, pages, pages == 1 ? "" : "s");
}

/* A list of pages that leads back to itself: the program goes on, with pages that are none. */
#define PAGE_TREE "in Pages tree"

/* What the program complains about, and what that means for who has the file. */
static const struct {
    const char *says, *means;
} complaints[] = {
    {"trailer dictionary", "the list of its parts is missing"},
    {"xref", "the list of its parts is broken"},
    {"page catalog", "the list of its pages cannot be found"},
    {"Catalog object", "the list of its pages cannot be found"},
    {"top-level pages object", "the list of its pages cannot be found"},
    {"Page count", "the list of its pages is broken"},
    {PAGE_TREE, "the list of its pages is broken"},
    {"Unknown compression method", "a part of it does not unpack"},
    {"in flate stream", "a part of it does not unpack"},
    {"ecrypt", "it is encrypted in a way that cannot be read"},
    {"May not be a PDF file", "it does not begin as a PDF does"},
};

static const char *meaning(const char *text)
{
    for (size_t i = 0; i < ANC_COUNT(complaints); i++)
        if (strstr(text, complaints[i].says) != NULL)
            return complaints[i].means;
    return text[0] != '\0' ? "a part of it is broken" : "its reader gave up without a reason";
}

/* The first place that is named, as in "Syntax Error (1234): …"; 0: none. */
static uint64_t place_of(const char *text)
{
    uint64_t place = 0;
    const char *open = strstr(text, "Error (");
    const char *close = open != NULL ? strchr(open, ')') : NULL;
    if (close == NULL || !anc_str_to_u64((anc_str){open + 7, (size_t)(close - open) - 7}, &place))
        return 0;
    return place;
}

void prs_pdf_say_damage(const char *complaint, anc_buf *out)
{
    const uint64_t place = place_of(complaint);
    (void)anc_buf_printf(out, "this PDF is damaged: %s", meaning(complaint));
    if (place > 0)
        (void)anc_buf_printf(out, ", first near byte %llu", (unsigned long long)place);
}

static anc_status refused(const prs_emitter *e, anc_str bytes, const os_child_result *result)
{
    ANC_BUF(said, SAID_BYTES);
    const anc_str tail =
        anc_str_sub(bytes, bytes.len > TAIL_BYTES ? bytes.len - TAIL_BYTES : 0, bytes.len);
    if (strstr(result->complaints, "Incorrect password") != NULL)
        return ANC_FAIL(e->err, ANC_INVALID, "this PDF is encrypted and needs a password");
    if (result->code == FORBIDS_COPYING)
        return ANC_FAIL(e->err, ANC_INVALID, "this PDF forbids that its text is copied");
    if (anc_str_find(tail, ANC_STR("%%EOF")) == SIZE_MAX)
        return ANC_FAIL(e->err, ANC_INVALID,
                        "this PDF is cut short: its end, where its parts are listed, is missing");
    prs_pdf_say_damage(result->complaints, &said);
    return ANC_FAIL(e->err, ANC_INVALID, "%.*s", ANC_FMT(anc_buf_view(&said)));
}

/* What the end of the child means for the document. */
static anc_status judge(const prs_emitter *e, anc_str bytes, const os_child_result *result)
{
    switch (result->end) {
    case OS_CHILD_EXITED:
        return result->code == 0 ? ANC_OK : refused(e, bytes, result);
    case OS_CHILD_TIME:
        return ANC_FAIL(e->err, ANC_LIMIT, "this PDF takes more than %u seconds to read",
                        (e->limits.child_ms + 999) / 1000);
    case OS_CHILD_MEMORY:
        return ANC_FAIL(e->err, ANC_LIMIT, "this PDF needs more than %zu MiB of memory to be read",
                        e->limits.child_bytes >> 20);
    case OS_CHILD_OUTPUT:
        return ANC_FAIL(e->err, ANC_LIMIT, "this PDF holds more text than the limit of %zu bytes",
                        e->limits.text_bytes);
    case OS_CHILD_FORBIDDEN:
        return ANC_FAIL(e->err, ANC_INVALID,
                        "this PDF made its reader try what it may not do, and was stopped; it may "
                        "be an attack");
    case OS_CHILD_KILLED:
        break;
    }
    return ANC_FAIL(e->err, ANC_INVALID, "this PDF ended its reader pdftotext (signal %d)",
                    result->code);
}

/* Pages without text are said to be pictures, unless the list of the pages is what is damaged. */
static bool end_reading(run *r, const os_child_result *result)
{
    prs_emitter *e = r->e;
    ANC_BUF(said, SAID_BYTES);
    if (prs_pdf_reader_end(r->reader))
        return true;
    if (e->status != ANC_INVALID || strstr(result->complaints, PAGE_TREE) == NULL)
        return false;
    anc_err_clear(e->err);
    prs_pdf_say_damage(result->complaints, &said);
    return prs_emit_fail(e, ANC_FAIL(e->err, ANC_INVALID, "%.*s", ANC_FMT(anc_buf_view(&said))));
}

bool prs_read_pdf(anc_str bytes, prs_emitter *e)
{
    const char *const argv[] = {"pdftotext", "-bbox-layout", "-enc", "UTF-8", "-", "-", NULL};
    const char *path = program();
    if (path == NULL)
        return prs_emit_fail(e,
                             ANC_FAIL(e->err, ANC_UNAVAILABLE,
                                      "PDF cannot be read here: the program pdftotext is missing "
                                      "(Debian package poppler-utils)"));
    run r = {prs_pdf_reader_new(e), e};
    if (r.reader == NULL)
        return false;
    const os_child_spec spec = {.program = path,
                                .argv = argv,
                                .readable = readable,
                                .input = bytes,
                                .memory_bytes = e->limits.child_bytes,
                                .output_bytes = (uint64_t)e->limits.text_bytes * BOXES_PER_TEXT,
                                .cpu_s = (e->limits.child_ms + 999) / 1000,
                                .wall_ms = e->limits.child_ms,
                                .on_output = on_output,
                                .may_go_on = may_go_on,
                                .may_take = may_take,
                                .arg = &r};
    os_child_result result;
    anc_status got = os_child_run(&spec, &result, e->err);
    if (got == ANC_OK)
        got = judge(e, bytes, &result);
    const bool ok = got == ANC_OK ? end_reading(&r, &result) : prs_emit_fail(e, got);
    prs_pdf_reader_free(r.reader);
    return ok;
}

/* Whether `bytes` begin as a PDF does; junk may stand before, as long as what follows is one. */
bool prs_is_pdf(anc_str bytes)
{
    const anc_str head = anc_str_sub(bytes, 0, 1024);
    const size_t at = anc_str_find(head, ANC_STR("%PDF-"));
    if (at == SIZE_MAX)
        return false;
    const anc_str rest = anc_str_sub(bytes, at, TAIL_BYTES);
    const bool object = anc_str_find(rest, ANC_STR(" obj")) != SIZE_MAX;
    return anc_str_trim(anc_str_sub(bytes, 0, at)).len == 0 || object;
}

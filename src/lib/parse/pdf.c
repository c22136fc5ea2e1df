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
    SAID_BYTES = 120,
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

/* The first line of what the program complained about, made fit for a message. */
static void first_complaint(const char *complaints, char out[SAID_BYTES + 1])
{
    size_t n = 0;
    for (; n < SAID_BYTES && complaints[n] != '\0' && complaints[n] != '\n'; n++)
        out[n] = complaints[n] >= ' ' && complaints[n] < 0x7F ? complaints[n] : '?';
    out[n] = '\0';
}

static anc_status refused(const prs_emitter *e, anc_str bytes, const os_child_result *result)
{
    char said[SAID_BYTES + 1];
    const anc_str tail =
        anc_str_sub(bytes, bytes.len > TAIL_BYTES ? bytes.len - TAIL_BYTES : 0, bytes.len);
    first_complaint(result->complaints, said);
    if (strstr(result->complaints, "Incorrect password") != NULL)
        return ANC_FAIL(e->err, ANC_INVALID, "this PDF is encrypted and needs a password");
    if (result->code == FORBIDS_COPYING)
        return ANC_FAIL(e->err, ANC_INVALID, "this PDF forbids that its text is copied");
    if (anc_str_find(tail, ANC_STR("%%EOF")) == SIZE_MAX)
        return ANC_FAIL(e->err, ANC_INVALID,
                        "this PDF is cut short: its end, where its parts are listed, is missing");
    return ANC_FAIL(e->err, ANC_INVALID, "this PDF is damaged; pdftotext says: %s",
                    said[0] != '\0' ? said : "nothing");
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
                                .arg = &r};
    os_child_result result;
    anc_status got = os_child_run(&spec, &result, e->err);
    if (got == ANC_OK)
        got = judge(e, bytes, &result);
    const bool ok = got == ANC_OK ? prs_pdf_reader_end(r.reader) : prs_emit_fail(e, got);
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

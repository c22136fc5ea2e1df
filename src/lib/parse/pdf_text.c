/* pdf_text.c - pages into blocks: a window of pages, what the file says of itself. */
#include "parse/pdf_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "pdf_impl.h"

enum {
    WINDOW = 2 * PRS_PDF_AHEAD + 1, /* pages: some behind, one, some ahead */
    RANGES_BYTES = 900,
    KEEP_WORDS = 8192 /* room of a page that is kept for another one */
};

struct prs_pdf_reader {
    prs_emitter *e;
    prs_pdf_boxes boxes;
    prs_pdf_lines lines;
    prs_pdf_page pages[WINDOW]; /* page n lies in pages[n % WINDOW] */
    uint32_t complete, written; /* numbers of pages */
    prs_pdf_seen seen;
    uint32_t without_text, gap_from; /* pages; gap_from 0: the page before had text */
    anc_buf gaps;                    /* "2, 5-7" */
    prs_pdf_table table;
};

/* ---- pages --------------------------------------------------------------------------------------- */

/* Notes that pages `from` to `to` hold no text. */
static void note_gap(prs_pdf_reader *r, uint32_t from, uint32_t to)
{
    const char *comma = r->gaps.len > 0 ? ", " : "";
    if (from == to)
        (void)anc_buf_printf(&r->gaps, "%s%u", comma, from);
    else
        (void)anc_buf_printf(&r->gaps, "%s%u-%u", comma, from, to);
}

static void note_text(prs_pdf_reader *r, const prs_pdf_page *p)
{
    if (p->n_words > 0 && r->gap_from > 0) {
        note_gap(r, r->gap_from, p->number - 1);
        r->gap_from = 0;
    } else if (p->n_words == 0 && r->gap_from == 0) {
        r->gap_from = p->number;
    }
    r->without_text += p->n_words == 0;
}

static bool write_rows(prs_pdf_reader *r, const prs_pdf_page *p)
{
    for (size_t i = 0; i < p->n_rows; i++) {
        const prs_pdf_row *row = &p->rows[i];
        if (row->dropped)
            continue;
        if (row->apart && !prs_pdf_lines_close(&r->lines))
            return false;
        const bool line = row->columns == 1 || prs_pdf_is_marked_line(&r->lines, p, row);
        if (line)
            prs_pdf_table_end(&r->table);
        const bool ok = line ? prs_pdf_line(&r->lines, p, row, i > 0 ? row - 1 : NULL,
                                            i + 1 < p->n_rows ? row + 1 : NULL)
                             : prs_pdf_lines_close(&r->lines) && prs_pdf_table_row(&r->table, p, i);
        if (!ok || (row->apart && !prs_pdf_lines_close(&r->lines)) || !prs_emit_may_go_on(r->e))
            return false;
    }
    return true;
}

/* A page of many words gives its memory back; what others are compared with stays. */
static void shrink(prs_pdf_page *p)
{
    if (p->cap_words <= KEEP_WORDS)
        return;
    prs_pdf_page kept = {.number = p->number, .text = anc_buf_init(p->text.max)};
    memcpy(kept.edges, p->edges, sizeof kept.edges);
    prs_pdf_page_done(p);
    *p = kept;
}

static bool write_page(prs_pdf_reader *r, uint32_t number)
{
    prs_pdf_page *p = &r->pages[number % WINDOW];
    const prs_pdf_page *others[WINDOW] = {NULL};
    for (size_t i = 0; i < WINDOW; i++)
        if (r->pages[i].number > 0 && r->pages[i].number <= r->complete)
            others[i] = &r->pages[i];
    prs_pdf_drop_edges(p, others, WINDOW, &r->seen);
    note_text(r, p);
    /* a paragraph may go on; whatever opens next is on this page */
    prs_emit_page(r->e, number);
    const bool ok = write_rows(r, p);
    shrink(p);
    r->written = number;
    return ok;
}

static bool on_page(void *self)
{
    prs_pdf_reader *r = self;
    prs_pdf_page *p = r->boxes.page;
    if (!prs_pdf_rows(p))
        return prs_emit_fail(r->e, ANC_FAIL(r->e->err, ANC_NO_MEMORY, "PDF: out of memory"));
    prs_pdf_edges(p);
    prs_pdf_lines_learn(&r->lines, p);
    r->complete = p->number;
    r->boxes.page = &r->pages[(p->number + 1) % WINDOW];
    return r->complete - r->written <= PRS_PDF_AHEAD || write_page(r, r->written + 1);
}

/* ---- what the file says of itself ---------------------------------------------------------------- */

/* What programs write where nobody gave anything. */
static bool is_filler(anc_str s)
{
    static const char *const rows[] = {"untitled", "(anonymous)", "(unspecified)", "anonymous",
                                       "unknown",  "title",       "author"};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_eq_nocase(s, anc_str_of(rows[i])))
            return true;
    return false;
}

/* Whether a title was given by somebody, not made of the file's name or number. */
static bool is_title(anc_str s)
{
    static const char *const endings[] = {".doc", ".docx", ".pdf", ".odt",  ".tex",  ".dvi",
                                          ".xls", ".xlsx", ".ppt", ".pptx", ".indd", ".rtf"};
    size_t letters = 0;
    for (size_t i = 0; i < s.len; i++)
        letters += (unsigned char)(s.ptr[i] | 0x20) >= 'a';
    if (letters < 3 || anc_str_starts(s, ANC_STR("Microsoft Word - ")))
        return false;
    for (size_t i = 0; i < ANC_COUNT(endings); i++) {
        const anc_str e = anc_str_of(endings[i]);
        if (s.len >= e.len && anc_str_eq_nocase(anc_str_sub(s, s.len - e.len, e.len), e))
            return false;
    }
    return true;
}

/* A date as poppler writes it ("2024-01-03T09:38:26+01") in the form of RFC 3339. */
static bool add_date(prs_emitter *e, anc_str name, anc_str value)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    char out[32];
    const size_t n = sizeof form - 1;
    if (value.len < n || value.len > n + 6)
        return true;
    for (size_t i = 0; i < n; i++) {
        const bool digit = value.ptr[i] >= '0' && value.ptr[i] <= '9';
        if (form[i] == 'd' ? !digit : value.ptr[i] != form[i])
            return true;
    }
    const anc_str zone = anc_str_sub(value, n, value.len);
    const bool hours = zone.len == 3 && strchr("+-", zone.ptr[0]) != NULL;
    const bool whole = zone.len == 6 && strchr("+-", zone.ptr[0]) != NULL && zone.ptr[3] == ':';
    if (!whole && !hours && zone.len > 0 && !anc_str_eq(zone, ANC_STR("Z")))
        return true;
    const int length =
        snprintf(out, sizeof out, "%.*s%.*s%s", (int)n, value.ptr, zone.len > 0 ? (int)zone.len : 1,
                 zone.len > 0 ? zone.ptr : "Z", hours ? ":00" : "");
    return prs_emit_property(e, name, (anc_str){out, (size_t)length});
}

static bool on_property(void *self, anc_str name, anc_str value)
{
    static const struct {
        anc_str theirs, ours;
    } rows[] = {{ANC_STR_INIT("Author"), ANC_STR_INIT("author")},
                {ANC_STR_INIT("Subject"), ANC_STR_INIT("subject")},
                {ANC_STR_INIT("Keywords"), ANC_STR_INIT("keywords")}};
    prs_pdf_reader *r = self;
    value.len = anc_utf8_valid_prefix(value);
    value = anc_str_trim(value);
    if (r->complete > 0 || is_filler(value)) /* the head comes before the pages */
        return true;
    if (anc_str_eq(name, ANC_STR("title")))
        return !is_title(value) || prs_emit_title(r->e, value);
    if (anc_str_eq(name, ANC_STR("CreationDate")))
        return add_date(r->e, ANC_STR("created"), value);
    if (anc_str_eq(name, ANC_STR("ModDate")))
        return add_date(r->e, ANC_STR("modified"), value);
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_eq(name, rows[i].theirs))
            return prs_emit_property(r->e, rows[i].ours, value);
    return true;
}

/* ---- the reader ---------------------------------------------------------------------------------- */

prs_pdf_reader *prs_pdf_reader_new(prs_emitter *e)
{
    prs_pdf_reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        (void)prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "PDF: out of memory"));
        return NULL;
    }
    const prs_pdf_listener to = {on_page, on_property, r};
    r->e = e;
    r->gaps = anc_buf_init(RANGES_BYTES);
    prs_pdf_table_init(&r->table, e);
    for (size_t i = 0; i < WINDOW; i++)
        r->pages[i].text = anc_buf_init(e->limits.text_bytes);
    prs_pdf_lines_init(&r->lines, e);
    prs_pdf_boxes_init(&r->boxes, e, &to, &r->pages[1]);
    return r;
}

void prs_pdf_reader_free(prs_pdf_reader *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < WINDOW; i++)
        prs_pdf_page_done(&r->pages[i]);
    prs_pdf_lines_done(&r->lines);
    prs_pdf_boxes_done(&r->boxes);
    anc_buf_done(&r->gaps);
    prs_pdf_table_done(&r->table);
    free(r);
}

bool prs_pdf_reader_feed(prs_pdf_reader *r, anc_str bytes)
{
    return prs_pdf_boxes_feed(&r->boxes, bytes);
}

static bool add_count(prs_emitter *e, anc_str name, uint32_t n)
{
    char text[16];
    const int length = snprintf(text, sizeof text, "%u", n);
    return prs_emit_property(e, name, (anc_str){text, (size_t)length});
}

uint32_t prs_pdf_reader_pages(const prs_pdf_reader *r)
{
    return r->complete;
}

bool prs_pdf_reader_end(prs_pdf_reader *r)
{
    prs_emitter *e = r->e;
    while (r->written < r->complete)
        if (!write_page(r, r->written + 1))
            return false;
    if (!prs_pdf_lines_close(&r->lines) || !add_count(e, ANC_STR("pages"), r->complete))
        return false;
    if (r->complete > 0 && r->without_text == r->complete)
        return prs_emit_fail(
            e, ANC_FAIL(e->err, ANC_INVALID,
                        "no text layer: %s of this PDF %s only pictures or nothing; text must be "
                        "recognised in it (OCR) before it can be read",
                        r->complete == 1 ? "the one page" : "all pages",
                        r->complete == 1 ? "holds" : "hold"));
    if (r->gap_from > 0)
        note_gap(r, r->gap_from, r->complete);
    return prs_emit_property(e, ANC_STR("pages_without_text"), anc_buf_view(&r->gaps));
}

anc_status prs_pdf_text(anc_str boxes, const prs_limits *limits, const prs_sink *sink,
                        prs_result *ret, anc_err *err)
{
    ANC_CLEANUP(prs_emitter_done) prs_emitter e;
    prs_emitter_init(&e, limits, sink, err);
    prs_pdf_reader *r = prs_pdf_reader_new(&e);
    if (r != NULL && prs_pdf_reader_feed(r, boxes))
        (void)prs_pdf_reader_end(r);
    prs_pdf_reader_free(r);
    if (e.status == ANC_OK)
        *ret = (prs_result){.encoding = "UTF-8", .blocks = e.blocks, .text_bytes = e.text_bytes};
    return e.status;
}

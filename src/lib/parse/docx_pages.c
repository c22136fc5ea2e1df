/* docx_pages.c - whether the page breaks that Word left in a DOCX tell where its pages are.
 *
 * A DOCX has no pages before it is laid out. Word marks where they began the last time it did that, but not
 * all of them (inside a long row of a table, for one). The marks are believed when there are as many as the
 * document says that it has pages, less one; other programs leave no marks, and then there are no pages.
 */
#include "docx_impl.h"

#include <string.h>

enum { PAGES = 1, KEPT = 32 };

static const prs_xml_space spaces[] = {
    {"ep", "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"},
    {"ep", "http://purl.oclc.org/ooxml/officeDocument/extended-properties"}};
static const prs_xml_name names[] = {{"ep:Pages", PAGES}};

typedef struct said {
    bool inside;
    char digits[12];
    size_t n;
} said;

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    (void)a;
    ((said *)self)->inside = id == PAGES;
    return true;
}

static bool on_text(void *self, anc_str text)
{
    said *s = self;
    for (size_t i = 0; s->inside && i < text.len && s->n < sizeof s->digits; i++)
        s->digits[s->n++] = text.ptr[i];
    return true;
}

static bool on_end(void *self, unsigned id)
{
    (void)id;
    ((said *)self)->inside = false;
    return true;
}

static bool pages_said(prs_archive *a, uint64_t *ret)
{
    const prs_xml_table table = {spaces, ANC_COUNT(spaces), names, ANC_COUNT(names)};
    said s = {.n = 0};
    const prs_xml_handler handler = {on_start, on_text, on_end, &s};
    ANC_BUF(name, PRS_OPC_NAME_BYTES);
    *ret = 0;
    if (!prs_opc_target(a, "", "extended-properties", "docProps/app.xml", &name))
        return false;
    if (name.len > 0 && !prs_xml_read_entry(&table, &handler, a, name.ptr))
        return prs_emit_spare(a->e, "how many pages it has");
    (void)anc_str_to_u64(anc_str_trim((anc_str){s.digits, s.n}), ret);
    return true;
}

/* Marks in what was unpacked so far; the end of each piece is kept for one that goes on in the next. */
typedef struct marks {
    uint64_t n;
    char kept[KEPT * 2];
    size_t n_kept;
} marks;

static const anc_str mark = ANC_STR_INIT("lastRenderedPageBreak");

static uint64_t count_in(anc_str s)
{
    uint64_t n = 0;
    for (size_t at; (at = anc_str_find(s, mark)) != SIZE_MAX; n++)
        s = anc_str_sub(s, at + mark.len, s.len);
    return n;
}

static bool count_marks(void *self, anc_str piece)
{
    marks *m = self;
    /* those that lie over the seam */
    const size_t head = piece.len < mark.len - 1 ? piece.len : mark.len - 1;
    memcpy(m->kept + m->n_kept, piece.ptr, head);
    m->n += count_in((anc_str){m->kept, m->n_kept + head}) + count_in(piece);
    const size_t tail = piece.len < mark.len - 1 ? piece.len : mark.len - 1;
    memcpy(m->kept, piece.ptr + piece.len - tail, tail);
    m->n_kept = tail;
    return true;
}

bool prs_docx_find_pages(prs_docx *d, const char *main)
{
    uint64_t pages;
    marks m = {.n = 0};
    if (!pages_said(d->a, &pages))
        return false;
    if (pages < 2 || !prs_archive_has(d->a, main))
        return true;
    if (!prs_archive_read(d->a, main, count_marks, &m))
        return false;
    d->pages = m.n + 1 == pages;
    return true;
}

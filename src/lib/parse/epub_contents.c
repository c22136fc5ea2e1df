/* epub_contents.c - a book's table of contents: the lists of links of EPUB 3, the NCX of EPUB 2. */
#include "epub_impl.h"

enum { NAV = 1, LINK, LABEL, TARGET, HREF, SRC, NAV_TYPE };

enum { LABEL_BYTES = 1000 };

static const prs_xml_space spaces[] = {{"h", "http://www.w3.org/1999/xhtml"},
                                       {"ops", "http://www.idpf.org/2007/ops"},
                                       {"ncx", "http://www.daisy.org/z3986/2005/ncx/"}};

static const prs_xml_name names[] = {{"h:nav", NAV},          {"h:a", LINK},  {"ncx:text", LABEL},
                                     {"ncx:content", TARGET}, {"href", HREF}, {"src", SRC},
                                     {"ops:type", NAV_TYPE}};

static const prs_xml_table table = {spaces, ANC_COUNT(spaces), names, ANC_COUNT(names)};

typedef struct reader {
    prs_archive *a;
    prs_epub_contents *to;
    anc_str base; /* name of the entry that is read */
    anc_buf label, target;
    bool in_label, in_contents;
} reader;

/* Adds the label for the file that `address` leads to; an address that leads nowhere has none. */
static bool add_label(reader *r)
{
    const anc_str label = anc_str_trim(anc_buf_view(&r->label));
    prs_emitter *e = r->a->e;
    return r->target.len == 0 || label.len == 0 ||
           (prs_texts_add(&r->to->labels, anc_buf_view(&r->target), e) &&
            prs_texts_add(&r->to->labels, label, e));
}

static bool starved(reader *r)
{
    prs_emitter *e = r->a->e;
    const anc_buf *which = r->label.starved ? &r->label : &r->target;
    return prs_emit_fail(e, anc_buf_status(which, "contents of the book", e->err));
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    reader *r = self;
    if (id == NAV)
        r->in_contents = anc_str_eq(prs_xml_attribute(a, NAV_TYPE), ANC_STR("toc"));
    if (id == LABEL || (id == LINK && r->in_contents)) {
        r->in_label = true;
        anc_buf_clear(&r->label);
    }
    if (id == LINK)
        (void)prs_archive_resolve(r->base, prs_xml_attribute(a, HREF), &r->target);
    if (id == TARGET)
        (void)prs_archive_resolve(r->base, prs_xml_attribute(a, SRC), &r->target);
    if (r->target.starved)
        return starved(r);
    return id != TARGET || add_label(r);
}

static bool on_text(void *self, anc_str text)
{
    reader *r = self;
    if (r->in_label)
        (void)anc_buf_add(&r->label, anc_str_sub(text, 0, r->label.max - r->label.len));
    return !r->label.starved || starved(r);
}

static bool on_end(void *self, unsigned id)
{
    reader *r = self;
    const bool link = id == LINK && r->in_label;
    r->in_label &= id != LABEL && id != LINK;
    return !link || add_label(r);
}

bool prs_epub_contents_read(prs_archive *a, const char *name, prs_epub_contents *ret)
{
    reader r = {.a = a,
                .to = ret,
                .base = anc_str_of(name),
                .label = anc_buf_init(LABEL_BYTES),
                .target = anc_buf_init(PRS_EPUB_NAME_BYTES)};
    const prs_xml_handler handler = {on_start, on_text, on_end, &r};
    const bool ok = prs_xml_read_entry(&table, &handler, a, name);
    anc_buf_done(&r.label);
    anc_buf_done(&r.target);
    if (!ok && a->e->status == ANC_INVALID) {
        a->e->status = ANC_OK;
        if (a->e->err != NULL)
            anc_err_clear(a->e->err);
    }
    return a->e->status == ANC_OK;
}

anc_str prs_epub_label(const prs_epub_contents *c, anc_str entry)
{
    for (size_t i = 0; i + 1 < c->labels.n; i += 2)
        if (anc_str_eq(prs_texts_at(&c->labels, i), entry))
            return prs_texts_at(&c->labels, i + 1);
    return ANC_STR_NONE;
}

/* epub.c - books: chapters in reading order, each through the reader of HTML.
 *
 *   META-INF/container.xml -> the package: what the book says of itself,
 *                             its files by number (manifest), their order (spine)
 *   META-INF/encryption.xml   what of it is locked
 *
 * A chapter without a heading gets the name that the table of contents has for it; that table itself
 * is no chapter. Fonts may be garbled by a scheme of the format's own, which is no lock.
 */
#include "epub_impl.h"

#include <string.h>

#include "base/map.h"
#include "base/utf8.h"

enum {
    ROOTFILE = 1,
    ITEM,
    ITEMREF,
    SPINE,
    META,
    METHOD,
    CREATOR,
    TITLE,
    LANGUAGE,
    DATE,
    SUBJECT,
    PUBLISHER,
    FULL_PATH,
    ID,
    HREF,
    MEDIA_TYPE,
    PROPERTIES,
    IDREF,
    TOC,
    PROPERTY,
    ALGORITHM
};

/* What the book says of itself. */
enum { FIRST_WORD = CREATOR, WORDS = PUBLISHER + 1 };

enum {
    WORD_BYTES = 2000,
    PATH_SHOWN_BYTES = 200,
    LIST_BYTES = 16 << 20,
    MAX_LABELS_BYTES = 4 << 20
};

/* What a file of the manifest is to a reader. */
enum { CHAPTER = 't', CONTENTS = 'c', NO_TEXT = '-' };

static const prs_xml_space spaces[] = {{"c", "urn:oasis:names:tc:opendocument:xmlns:container"},
                                       {"opf", "http://www.idpf.org/2007/opf"},
                                       {"opf", "http://openebook.org/namespaces/oeb-package/1.0/"},
                                       {"dc", "http://purl.org/dc/elements/1.1/"},
                                       {"dc", "http://purl.org/dc/elements/1.0/"},
                                       {"enc", "http://www.w3.org/2001/04/xmlenc#"}};

static const prs_xml_name names[] = {
    {"c:rootfile", ROOTFILE},
    {"opf:item", ITEM},
    {"item", ITEM},
    {"opf:itemref", ITEMREF},
    {"itemref", ITEMREF},
    {"opf:spine", SPINE},
    {"spine", SPINE},
    {"opf:meta", META},
    {"enc:EncryptionMethod", METHOD},
    {"dc:creator", CREATOR},
    {"dc:title", TITLE},
    {"dc:language", LANGUAGE},
    {"dc:date", DATE},
    {"dc:subject", SUBJECT},
    {"dc:publisher", PUBLISHER},
    {"full-path", FULL_PATH},
    {"id", ID},
    {"href", HREF},
    {"media-type", MEDIA_TYPE},
    {"properties", PROPERTIES},
    {"idref", IDREF},
    {"toc", TOC},
    {"property", PROPERTY},
    {"Algorithm", ALGORITHM},
};

static const prs_xml_table table = {spaces, ANC_COUNT(spaces), names, ANC_COUNT(names)};

typedef struct book {
    prs_archive a;
    prs_emitter *e;
    anc_buf package; /* name of its entry */
    anc_buf astray;  /* the path of a package that can be none of its entries */
    anc_map *ids;    /* owned; of a file to its number in the manifest */
    prs_texts files; /* entries, as the manifest has them */
    anc_buf roles;   /* a role for each */
    prs_texts spine; /* ids */
    anc_buf words[WORDS];
    anc_buf modified, contents_id;
    anc_buf *open; /* of the word that is read; NULL: none */
    prs_epub_contents contents;
    bool contents_read;
    bool locked;
} book;

static void book_init(book *b, prs_emitter *e)
{
    *b = (book){.e = e,
                .package = anc_buf_init(PRS_EPUB_NAME_BYTES),
                .astray = anc_buf_init(PATH_SHOWN_BYTES),
                .ids = anc_map_new(),
                .files = prs_texts_init("files of the book", LIST_BYTES),
                .roles = anc_buf_init(LIST_BYTES),
                .spine = prs_texts_init("chapters of the book", LIST_BYTES),
                .modified = anc_buf_init(WORD_BYTES),
                .contents_id = anc_buf_init(WORD_BYTES),
                .contents = {prs_texts_init("contents of the book", MAX_LABELS_BYTES)}};
    for (size_t i = 0; i < WORDS; i++)
        b->words[i] = anc_buf_init(WORD_BYTES);
}

static void book_done(book *b)
{
    anc_buf_done(&b->package);
    anc_buf_done(&b->astray);
    anc_map_free(b->ids);
    prs_texts_done(&b->files);
    anc_buf_done(&b->roles);
    prs_texts_done(&b->spine);
    prs_texts_done(&b->contents.labels);
    anc_buf_done(&b->modified);
    anc_buf_done(&b->contents_id);
    for (size_t i = 0; i < WORDS; i++)
        anc_buf_done(&b->words[i]);
    prs_archive_done(&b->a);
}

static bool starved(book *b, const anc_buf *buf)
{
    return prs_emit_fail(b->e, anc_buf_status(buf, "the book", b->e->err));
}

/* ---- what leads to the package ------------------------------------------------------------------- */

static bool find_package(void *self, unsigned id, const prs_xml_attributes *a)
{
    book *b = self;
    if (id != ROOTFILE || b->package.len > 0)
        return true;
    const anc_str path = prs_xml_attribute(a, FULL_PATH);
    const anc_str shown = anc_str_sub(path, 0, PATH_SHOWN_BYTES);
    if (!prs_archive_resolve(ANC_STR_NONE, path, &b->package) && b->astray.len == 0 &&
        !anc_buf_add(&b->astray, anc_str_sub(shown, 0, anc_utf8_valid_prefix(shown))))
        return starved(b, &b->astray);
    return !b->package.starved || starved(b, &b->package);
}

static bool find_lock(void *self, unsigned id, const prs_xml_attributes *a)
{
    book *b = self;
    if (id != METHOD)
        return true;
    const anc_str by = prs_xml_attribute(a, ALGORITHM);
    b->locked |= !anc_str_eq(by, ANC_STR("http://www.idpf.org/2008/embedding")) &&
                 !anc_str_eq(by, ANC_STR("http://ns.adobe.com/pdf/enc#RC"));
    return !b->locked;
}

static bool check_locks(book *b)
{
    const prs_xml_handler handler = {.start = find_lock, .self = b};
    if (!prs_archive_has(&b->a, "META-INF/encryption.xml"))
        return true;
    if (!prs_xml_read_entry(&table, &handler, &b->a, "META-INF/encryption.xml"))
        return false;
    return !b->locked ||
           prs_emit_fail(b->e, ANC_FAIL(b->e->err, ANC_INVALID,
                                        "the book is locked by a copy protection (DRM)"));
}

/* ---- the package --------------------------------------------------------------------------------- */

/* Whether the properties say that a file is the table of contents of EPUB 3. */
static bool is_contents(anc_str properties)
{
    anc_str one;
    while (anc_str_split(&properties, ' ', &one))
        if (anc_str_eq(one, ANC_STR("nav")))
            return true;
    return false;
}

static bool is_text(anc_str type)
{
    return !anc_str_starts(type, ANC_STR("image/")) && !anc_str_starts(type, ANC_STR("audio/")) &&
           !anc_str_starts(type, ANC_STR("video/")) && !anc_str_starts(type, ANC_STR("font/"));
}

static bool add_item(book *b, const prs_xml_attributes *a)
{
    ANC_BUF(entry, PRS_EPUB_NAME_BYTES);
    const uint64_t number = b->files.n;
    const char role = is_contents(prs_xml_attribute(a, PROPERTIES)) ? CONTENTS
                      : is_text(prs_xml_attribute(a, MEDIA_TYPE))   ? CHAPTER
                                                                    : NO_TEXT;
    (void)prs_archive_resolve(anc_buf_view(&b->package), prs_xml_attribute(a, HREF), &entry);
    if (entry.starved)
        return starved(b, &entry);
    if (!anc_map_put(b->ids, prs_xml_attribute(a, ID), number))
        return prs_emit_fail(b->e, ANC_FAIL(b->e->err, ANC_NO_MEMORY, "book: out of memory"));
    if (!anc_buf_add_char(&b->roles, role))
        return starved(b, &b->roles);
    return prs_texts_add(&b->files, anc_buf_view(&entry), b->e);
}

/* Authors and subjects may be many, of all others the first holds. */
static bool begin_word(book *b, unsigned id)
{
    anc_buf *to = &b->words[id];
    const bool list = id == CREATOR || id == SUBJECT;
    b->open = to->len == 0 || list ? to : NULL;
    if (b->open != NULL && to->len > 0 && to->max - to->len > 2)
        (void)anc_buf_add(to, ANC_STR(", "));
    return !to->starved || starved(b, to);
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    book *b = self;
    const anc_str modified = ANC_STR("dcterms:modified");
    if (id == ITEM)
        return add_item(b, a);
    if (id == ITEMREF)
        return prs_texts_add(&b->spine, prs_xml_attribute(a, IDREF), b->e);
    if (id == SPINE)
        return anc_buf_add(&b->contents_id,
                           anc_str_sub(prs_xml_attribute(a, TOC), 0, WORD_BYTES)) ||
               starved(b, &b->contents_id);
    if (id == META)
        b->open = anc_str_eq(prs_xml_attribute(a, PROPERTY), modified) ? &b->modified : NULL;
    return id < FIRST_WORD || id >= WORDS || begin_word(b, id);
}

static bool on_text(void *self, anc_str text)
{
    book *b = self;
    if (b->open == NULL)
        return true;
    (void)anc_buf_add(b->open, anc_str_sub(text, 0, b->open->max - b->open->len));
    return !b->open->starved || starved(b, b->open);
}

static bool on_end(void *self, unsigned id)
{
    (void)id;
    ((book *)self)->open = NULL;
    return true;
}

static anc_str word(const book *b, unsigned id)
{
    return anc_buf_view(&b->words[id]);
}

static bool fail_without_package(book *b)
{
    return prs_emit_fail(
        b->e, b->astray.len == 0
                  ? ANC_FAIL(b->e->err, ANC_INVALID, "the book does not say where its package is")
                  : ANC_FAIL(b->e->err, ANC_INVALID,
                             "the book says that its package is at '%.*s', which is no path inside "
                             "of the book",
                             ANC_FMT(anc_buf_view(&b->astray))));
}

static bool read_package(book *b)
{
    const prs_xml_handler container = {.start = find_package, .self = b};
    const prs_xml_handler package = {on_start, on_text, on_end, b};
    if (!prs_xml_read_entry(&table, &container, &b->a, "META-INF/container.xml") || !check_locks(b))
        return false;
    return (b->package.len > 0 || fail_without_package(b)) &&
           prs_xml_read_entry(&table, &package, &b->a, b->package.ptr) &&
           prs_emit_title(b->e, word(b, TITLE)) &&
           prs_emit_property(b->e, ANC_STR("author"), word(b, CREATOR)) &&
           prs_emit_property(b->e, ANC_STR("language"), word(b, LANGUAGE)) &&
           prs_emit_property(b->e, ANC_STR("created"), word(b, DATE)) &&
           prs_emit_property(b->e, ANC_STR("modified"), anc_buf_view(&b->modified)) &&
           prs_emit_property(b->e, ANC_STR("publisher"), word(b, PUBLISHER)) &&
           prs_emit_property(b->e, ANC_STR("keywords"), word(b, SUBJECT));
}

/* ---- chapters ------------------------------------------------------------------------------------ */

/* Reads the table of contents, once: that of EPUB 3, else the one that the spine names. */
static bool read_contents(book *b)
{
    ANC_BUF(entry, PRS_EPUB_NAME_BYTES);
    uint64_t ncx = SIZE_MAX;
    if (b->contents_read)
        return true;
    b->contents_read = true;
    const char *found = b->roles.len > 0 ? memchr(b->roles.ptr, CONTENTS, b->roles.len) : NULL;
    size_t at = found != NULL ? (size_t)(found - b->roles.ptr) : SIZE_MAX;
    if (at == SIZE_MAX && anc_map_find(b->ids, anc_buf_view(&b->contents_id), &ncx))
        at = (size_t)ncx;
    (void)anc_buf_add(&entry, prs_texts_at(&b->files, at));
    if (entry.starved)
        return starved(b, &entry);
    return entry.len == 0 || !prs_archive_has(&b->a, entry.ptr) ||
           prs_epub_contents_read(&b->a, entry.ptr, &b->contents);
}

/* The highest level of a chapter's headings, 0 when it has none. */
static int top_level(anc_str html)
{
    int top = 0;
    for (size_t at = 0;;) {
        const size_t n = anc_str_find(anc_str_sub(html, at, html.len), ANC_STR("<"));
        if (n == SIZE_MAX)
            return top;
        at += n + 1;
        const int level =
            at + 1 < html.len && (html.ptr[at] | 0x20) == 'h' ? html.ptr[at + 1] - '0' : 0;
        if (level >= 1 && level <= 6 && (top == 0 || level < top))
            top = level;
    }
}

static bool write_label(book *b, anc_str entry)
{
    if (!read_contents(b))
        return false;
    const anc_str label = prs_epub_label(&b->contents, entry);
    return label.len == 0 || (prs_emit_open(b->e, PRS_HEADING, 1) && prs_emit_text(b->e, label) &&
                              prs_emit_close(b->e));
}

static bool read_chapter(book *b, anc_str entry)
{
    ANC_BUF(bytes, b->e->limits.text_bytes);
    ANC_BUF(name, PRS_EPUB_NAME_BYTES);
    ANC_CLEANUP(prs_text_done) prs_text t = {.storage = anc_buf_init(0)};
    if (!anc_buf_add(&name, entry))
        return starved(b, &name);
    if (!prs_archive_has(&b->a, name.ptr))
        return true;
    if (!prs_archive_load(&b->a, name.ptr, &bytes))
        return false;
    const anc_str source = anc_buf_view(&bytes);
    anc_str declared = prs_xml_charset(source);
    if (declared.len == 0)
        declared = prs_html_charset(source);
    const anc_status got = prs_decode(source, declared, b->e->limits.text_bytes, &t, b->e->err);
    if (got != ANC_OK)
        return prs_emit_fail(b->e, got);
    const int top = top_level(t.text);
    if (top == 0 && !write_label(b, entry))
        return false;
    b->e->lower = top > 0 ? 1 - top : 0; /* no chapter is a part of the one before */
    const bool ok = prs_read_html_fragment(t.text, b->e);
    b->e->lower = 0;
    return ok;
}

static bool read_book(book *b)
{
    if (b->ids == NULL)
        return prs_emit_fail(b->e, ANC_FAIL(b->e->err, ANC_NO_MEMORY, "book: out of memory"));
    if (!read_package(b))
        return false;
    bool any = false;
    for (size_t i = 0; i < b->spine.n; i++) {
        uint64_t file;
        if (!prs_emit_may_go_on(b->e))
            return false;
        if (!anc_map_find(b->ids, prs_texts_at(&b->spine, i), &file) ||
            b->roles.ptr[file] != CHAPTER)
            continue;
        const anc_str entry = prs_texts_at(&b->files, (size_t)file);
        any |= entry.len > 0;
        if (entry.len > 0 && !read_chapter(b, entry))
            return false;
    }
    return any || prs_emit_fail(b->e, ANC_FAIL(b->e->err, ANC_INVALID, "the book has no chapters"));
}

bool prs_read_epub(anc_str bytes, prs_emitter *e)
{
    book b;
    book_init(&b, e);
    const bool ok = prs_archive_open(bytes, e, &b.a) && read_book(&b);
    book_done(&b);
    return ok;
}

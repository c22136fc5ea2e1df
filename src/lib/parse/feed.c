/* feed.c - news feeds: RSS 2.0 and its kin, RSS 1.0 (RDF), Atom.
 *
 * What a feed or an entry says of itself is gathered until it is whole, then written: its title as a
 * heading, a paragraph about it, its text through the reader of HTML, whose headings lie below the
 * entry's. Only elements directly inside count: an entry may hold the source that it was taken from.
 */
#include "mime.h"
#include "xml_impl.h"

#include <string.h>

typedef enum field {
    TITLE,
    AUTHOR,
    PUBLISHED,
    UPDATED,
    LINK,
    CATEGORY,
    SUMMARY,
    CONTENT,
    LANGUAGE,
    FIELDS,
    NO_FIELD = FIELDS
} field;

/* How what was gathered is to be read. */
typedef enum form {
    AS_IT_LOOKS, /* HTML where it has signs of it */
    AS_TEXT,
    AS_MARKUP /* HTML, written anew from elements of the feed */
} form;

enum id {
    CHANNEL = FIELDS + 1, /* below are fields, one more than their number */
    ENTRY,
    PERSON,
    NAME,
    HREF,
    REL,
    TYPE,
    TERM,
    LABEL
};

enum { TITLE_BYTES = 2000, LINE_BYTES = 4000, ENTRY_LEVEL = 2, TAGS_BYTES = 1 << 20 };

static const prs_xml_space spaces[] = {
    {"atom", "http://www.w3.org/2005/Atom"},
    {"atom", "http://purl.org/atom/ns#"},
    {"rss", "http://purl.org/rss/1.0/"},
    {"rss", "http://my.netscape.com/rdf/simple/0.9/"},
    {"rss", "http://backend.userland.com/rss2"},
    {"content", "http://purl.org/rss/1.0/modules/content/"},
    {"dc", "http://purl.org/dc/elements/1.1/"},
    {"dcterms", "http://purl.org/dc/terms/"},
    {"itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"},
};

static const prs_xml_name names[] = {
    {"channel", CHANNEL},
    {"rss:channel", CHANNEL},
    {"atom:feed", CHANNEL},
    {"item", ENTRY},
    {"rss:item", ENTRY},
    {"atom:entry", ENTRY},
    {"title", TITLE + 1},
    {"rss:title", TITLE + 1},
    {"atom:title", TITLE + 1},
    {"dc:title", TITLE + 1},
    {"author", AUTHOR + 1},
    {"rss:author", AUTHOR + 1},
    {"managingEditor", AUTHOR + 1},
    {"dc:creator", AUTHOR + 1},
    {"itunes:author", AUTHOR + 1},
    {"atom:author", PERSON},
    {"atom:name", NAME},
    {"pubDate", PUBLISHED + 1},
    {"rss:pubDate", PUBLISHED + 1},
    {"dc:date", PUBLISHED + 1},
    {"dcterms:created", PUBLISHED + 1},
    {"atom:published", PUBLISHED + 1},
    {"atom:issued", PUBLISHED + 1},
    {"lastBuildDate", UPDATED + 1},
    {"dcterms:modified", UPDATED + 1},
    {"atom:updated", UPDATED + 1},
    {"atom:modified", UPDATED + 1},
    {"link", LINK + 1},
    {"rss:link", LINK + 1},
    {"atom:link", LINK + 1},
    {"category", CATEGORY + 1},
    {"rss:category", CATEGORY + 1},
    {"dc:subject", CATEGORY + 1},
    {"atom:category", CATEGORY + 1},
    {"description", SUMMARY + 1},
    {"rss:description", SUMMARY + 1},
    {"dc:description", SUMMARY + 1},
    {"itunes:summary", SUMMARY + 1},
    {"atom:summary", SUMMARY + 1},
    {"atom:subtitle", SUMMARY + 1},
    {"atom:tagline", SUMMARY + 1},
    {"content:encoded", CONTENT + 1},
    {"atom:content", CONTENT + 1},
    {"language", LANGUAGE + 1},
    {"rss:language", LANGUAGE + 1},
    {"dc:language", LANGUAGE + 1},
    {"href", HREF},
    {"rel", REL},
    {"type", TYPE},
    {"term", TERM},
    {"label", LABEL},
};

static const prs_xml_table table = {
    .spaces = spaces, .n_spaces = ANC_COUNT(spaces), .names = names, .n_names = ANC_COUNT(names)};

/* A feed or an entry. */
typedef struct story {
    anc_buf text[FIELDS];
    form form[FIELDS];
} story;

typedef struct reader {
    prs_emitter *e;
    story feed, entry;
    bool feed_written;
    unsigned depth;
    unsigned feed_at, entry_at, field_at; /* depths at which they began; 0: outside */
    field open;                           /* of the story at hand */
    size_t mark;                          /* where the open field's text begins */
    bool person, in_name;                 /* of a person only the name counts */
    bool passed_over;                     /* the field was given before */
    anc_buf tags; /* names of open elements of a text in XHTML, a line each */
} reader;

static void story_init(story *s, size_t max)
{
    *s = (story){.form = {AS_IT_LOOKS}};
    for (size_t i = 0; i < FIELDS; i++)
        s->text[i] = anc_buf_init(i == SUMMARY || i == CONTENT ? max : LINE_BYTES);
}

static void story_clear(story *s)
{
    for (size_t i = 0; i < FIELDS; i++) {
        anc_buf_clear(&s->text[i]);
        s->form[i] = AS_IT_LOOKS;
    }
}

static void reader_done(reader *r)
{
    anc_buf_done(&r->tags);
    for (size_t i = 0; i < FIELDS; i++) {
        anc_buf_done(&r->feed.text[i]);
        anc_buf_done(&r->entry.text[i]);
    }
}

static anc_str said(const story *s, field f)
{
    return anc_str_trim(anc_buf_view(&s->text[f]));
}

/* ---- writing ------------------------------------------------------------------------------------- */

static bool looks_like_html(anc_str s)
{
    return anc_str_find(s, ANC_STR("<")) != SIZE_MAX || anc_str_find(s, ANC_STR("&")) != SIZE_MAX;
}

static anc_status add_words(void *self, const prs_block *b, anc_err *err)
{
    anc_buf *out = self;
    (void)err;
    if (out->len > 0 && !b->continues)
        (void)anc_buf_add_char(out, ' ');
    (void)anc_buf_add(out, b->text);
    return ANC_OK;
}

/* Sets `ret` to a short text without its HTML, in `out` where it had some. */
static bool plain_words(reader *r, const story *s, field f, anc_buf *out, anc_str *ret)
{
    *ret = said(s, f);
    if (s->form[f] == AS_TEXT || !looks_like_html(*ret))
        return true;
    const prs_sink sink = {.block = add_words, .self = out};
    ANC_CLEANUP(prs_emitter_done) prs_emitter inner;
    prs_emitter_init(&inner, &r->e->limits, &sink, r->e->err);
    if (!prs_read_html_fragment(*ret, &inner))
        return prs_emit_fail(r->e, inner.status);
    if (out->starved)
        return prs_emit_fail(r->e, anc_buf_status(out, "a title", r->e->err));
    *ret = anc_buf_view(out);
    return true;
}

static bool write_heading(reader *r, const story *s, unsigned level)
{
    ANC_BUF(words, TITLE_BYTES);
    anc_str title;
    if (!plain_words(r, s, TITLE, &words, &title))
        return false;
    return title.len == 0 || (prs_emit_open(r->e, PRS_HEADING, level) &&
                              prs_emit_text(r->e, title) && prs_emit_close(r->e));
}

static bool write_line(reader *r, anc_str name, anc_str value)
{
    const bool goes_on = r->e->is_open;
    if (value.len == 0)
        return true;
    if (goes_on ? !prs_emit_break(r->e) : !prs_emit_open(r->e, PRS_PARAGRAPH, 0))
        return false;
    return prs_emit_text(r->e, name) && prs_emit_blank(r->e) && prs_emit_text(r->e, value);
}

static bool write_about(reader *r, const story *s)
{
    const anc_str published = said(s, PUBLISHED), updated = said(s, UPDATED);
    const anc_str date = published.len > 0 ? published : updated;
    return write_line(r, ANC_STR("Author:"), said(s, AUTHOR)) &&
           write_line(r, ANC_STR("Published:"), date) &&
           write_line(r, ANC_STR("Categories:"), said(s, CATEGORY)) &&
           write_line(r, ANC_STR("Link:"), said(s, LINK)) && prs_emit_close(r->e);
}

static bool write_body(reader *r, const story *s, field f, int lower)
{
    const anc_str text = said(s, f);
    const bool html = s->form[f] == AS_MARKUP || (s->form[f] != AS_TEXT && looks_like_html(text));
    r->e->lower = lower;
    const bool ok = html ? prs_read_html_fragment(text, r->e) : prs_read_plain(text, r->e);
    r->e->lower = 0;
    return ok;
}

static bool write_date(reader *r, anc_str name, anc_str value)
{
    char date[32];
    return prs_emit_property(r->e, name, prs_mime_date(value, date) ? anc_str_of(date) : value);
}

/* Title and properties once; the rest before the first entry. */
static bool write_feed(reader *r)
{
    const story *s = &r->feed;
    if (r->feed_written)
        return true;
    r->feed_written = true;
    return write_heading(r, s, 1) && prs_emit_property(r->e, ANC_STR("author"), said(s, AUTHOR)) &&
           prs_emit_property(r->e, ANC_STR("language"), said(s, LANGUAGE)) &&
           write_date(r, ANC_STR("created"), said(s, PUBLISHED)) &&
           write_date(r, ANC_STR("modified"), said(s, UPDATED)) && write_body(r, s, SUMMARY, 1);
}

static bool write_entry(reader *r)
{
    const story *s = &r->entry;
    const field body = said(s, CONTENT).len > 0 ? CONTENT : SUMMARY;
    return prs_emit_may_go_on(r->e) && write_heading(r, s, ENTRY_LEVEL) && write_about(r, s) &&
           write_body(r, s, body, ENTRY_LEVEL);
}

/* ---- gathering ----------------------------------------------------------------------------------- */

static story *story_at_hand(reader *r)
{
    return r->entry_at > 0 ? &r->entry : &r->feed;
}

static bool add(reader *r, anc_str text)
{
    anc_buf *to = &story_at_hand(r)->text[r->open];
    if (r->passed_over || anc_buf_add(to, text))
        return true;
    if (to->max == LINE_BYTES && !to->starved)
        return true; /* a line of that length says nothing more */
    return prs_emit_fail(r->e, anc_buf_status(to, "an entry of the feed", r->e->err));
}

/* Text that is read as HTML again. */
static bool add_escaped(reader *r, anc_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        anc_str one = anc_str_sub(text, i, 1);
        if (one.ptr[0] == '<')
            one = ANC_STR("&lt;");
        else if (one.ptr[0] == '&')
            one = ANC_STR("&amp;");
        if (!add(r, one))
            return false;
    }
    return true;
}

static bool add_tag(reader *r, const char *opening, anc_str name)
{
    return add(r, anc_str_of(opening)) && add(r, name) && add(r, ANC_STR(">"));
}

/* Writes the end of the element of XHTML that began last. */
static bool add_end_tag(reader *r)
{
    size_t from = r->tags.len > 0 ? r->tags.len - 1 : 0;
    while (from > 0 && r->tags.ptr[from - 1] != '\n')
        from--;
    const anc_str name = anc_str_trim(anc_str_sub(anc_buf_view(&r->tags), from, r->tags.len));
    const bool ok = name.len == 0 || add_tag(r, "</", name);
    r->tags.len = from;
    return ok;
}

static form form_of(anc_str type)
{
    if (anc_str_eq(type, ANC_STR("text")) || anc_str_eq(type, ANC_STR("text/plain")))
        return AS_TEXT;
    return anc_str_eq(type, ANC_STR("xhtml")) ? AS_MARKUP : AS_IT_LOOKS;
}

static bool begin_field(reader *r, field f, const prs_xml_attributes *a)
{
    story *s = story_at_hand(r);
    anc_buf *to = &s->text[f];
    const bool list = f == AUTHOR || f == CATEGORY;
    const anc_str rel = prs_xml_attribute(a, REL);
    r->field_at = r->depth;
    r->open = f;
    r->passed_over = said(s, f).len > 0 && !list;
    if (f == LINK && rel.len > 0 && !anc_str_eq(rel, ANC_STR("alternate")))
        r->passed_over = true;
    if (!r->passed_over && !list)
        s->form[f] = form_of(prs_xml_attribute(a, TYPE));
    if (list && to->len > 0 && !add(r, ANC_STR(", ")))
        return false;
    r->mark = to->len;
    const anc_str label = prs_xml_attribute(a, LABEL);
    if (f == CATEGORY)
        return add(r, label.len > 0 ? label : prs_xml_attribute(a, TERM));
    return f != LINK || add(r, prs_xml_attribute(a, HREF));
}

/* Of a list, drops what was in it before. */
static void end_field(reader *r)
{
    anc_buf *to = &story_at_hand(r)->text[r->open];
    const bool list = r->open == AUTHOR || r->open == CATEGORY;
    const anc_str one = anc_str_trim(anc_str_sub(anc_buf_view(to), r->mark, to->len));
    const anc_str before = anc_str_sub(anc_buf_view(to), 0, r->mark);
    if (list && r->mark > 0 && (one.len == 0 || anc_str_find(before, one) != SIZE_MAX)) {
        to->len = r->mark > 2 ? r->mark - 2 : 0;
        to->ptr[to->len] = '\0';
    }
    r->field_at = 0;
    r->person = r->in_name = false;
    anc_buf_clear(&r->tags);
    r->open = NO_FIELD;
}

/* An element inside a field: of a person, or of a text in XHTML. */
static bool begin_inner(reader *r, unsigned id, const prs_xml_attributes *a)
{
    story *s = story_at_hand(r);
    if (r->person) {
        r->in_name |= id == NAME && r->depth == r->field_at + 1;
        return true;
    }
    if (r->open != SUMMARY && r->open != CONTENT && r->open != TITLE)
        return true;
    s->form[r->open] = AS_MARKUP;
    if (!anc_buf_add(&r->tags, a->element) || !anc_buf_add_char(&r->tags, '\n'))
        return prs_emit_fail(r->e, anc_buf_status(&r->tags, "elements of a feed", r->e->err));
    return add_tag(r, "<", a->element);
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    reader *r = self;
    r->depth++;
    if (r->field_at > 0)
        return begin_inner(r, id, a);
    if (id == ENTRY && r->entry_at == 0) {
        r->entry_at = r->depth;
        story_clear(&r->entry);
        return write_feed(r);
    }
    if (id == CHANNEL && r->feed_at == 0)
        r->feed_at = r->depth;
    const unsigned within = r->entry_at > 0 ? r->entry_at : r->feed_at;
    if (within == 0 || r->depth != within + 1)
        return true;
    if (id == PERSON)
        r->person = true;
    if (id > 0 && id <= FIELDS)
        return begin_field(r, (field)(id - 1), a);
    return id != PERSON || begin_field(r, AUTHOR, a);
}

static bool on_text(void *self, anc_str text)
{
    reader *r = self;
    if (r->field_at == 0 || (r->person && !r->in_name))
        return true;
    return story_at_hand(r)->form[r->open] == AS_MARKUP ? add_escaped(r, text) : add(r, text);
}

static bool on_end(void *self, unsigned id)
{
    reader *r = self;
    bool ok = true;
    if (r->field_at == r->depth)
        end_field(r);
    else if (r->field_at > 0 && r->person)
        r->in_name &= id != NAME;
    else if (r->field_at > 0 && story_at_hand(r)->form[r->open] == AS_MARKUP)
        ok = add_end_tag(r);
    if (r->entry_at == r->depth) {
        ok = write_entry(r);
        r->entry_at = 0;
    }
    if (r->feed_at == r->depth)
        r->feed_at = 0;
    r->depth--;
    return ok;
}

bool prs_read_feed(anc_str text, prs_emitter *e)
{
    ANC_CLEANUP(reader_done)
    reader r = {.e = e, .open = NO_FIELD, .tags = anc_buf_init(TAGS_BYTES)};
    story_init(&r.feed, e->limits.text_bytes);
    story_init(&r.entry, e->limits.text_bytes);
    const prs_xml_handler handler = {.start = on_start, .text = on_text, .end = on_end, .self = &r};
    return prs_xml_read(&table, &handler, "the feed", prs_xml_content(text), e) &&
           e->status == ANC_OK && write_feed(&r);
}

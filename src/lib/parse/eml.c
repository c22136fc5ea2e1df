/* eml.c - a mail: its headers as properties and a first paragraph, its text, what is attached.
 *
 * Of alternatives the plain text is read, else HTML. A mail inside a mail is read in its place, under
 * a heading of its own, up to MAX_MAILS deep. Pictures that belong to an HTML text are passed over.
 */
#include "mime.h"
#include "parse_impl.h"

#include <stdio.h>
#include <string.h>

enum {
    MAX_MAILS = 8,  /* inside one another */
    MAX_DEPTH = 32, /* parts inside parts */
    MAX_PARTS = 10000,
    HEADER_BYTES = 256 << 10, /* of the headers of one part, that are looked at */
    VALUE_BYTES = 64 << 10,
    NAME_BYTES = 255,
    NAMES_BYTES = 1000,
    GIST_BYTES = 40, /* of a plain text, to know it again in HTML */
    LEAST_GIST = 20
};

typedef struct mail {
    prs_emitter *e;
    unsigned mails, depth, parts;
    anc_buf names; /* of what is attached */
    anc_buf gist;  /* how the last plain text begins */
} mail;

/* One part: its headers read, its body still encoded. */
typedef struct part {
    anc_str headers, body;
    anc_buf type;        /* the whole header, unfolded */
    anc_buf disposition; /* the same */
    anc_buf encoding;
} part;

static void part_done(part *p)
{
    anc_buf_done(&p->type);
    anc_buf_done(&p->disposition);
    anc_buf_done(&p->encoding);
}

static void part_open(part *p, anc_str entity, const char *otherwise)
{
    p->headers = anc_str_sub(prs_mime_split(entity, &p->body), 0, HEADER_BYTES);
    p->type = anc_buf_init(VALUE_BYTES);
    p->disposition = anc_buf_init(VALUE_BYTES);
    p->encoding = anc_buf_init(VALUE_BYTES);
    if (!prs_mime_header(p->headers, "content-type", &p->type))
        (void)anc_buf_add(&p->type, anc_str_of(otherwise));
    (void)prs_mime_header(p->headers, "content-disposition", &p->disposition);
    (void)prs_mime_header(p->headers, "content-transfer-encoding", &p->encoding);
}

static bool is_type(const part *p, const char *prefix)
{
    const anc_str type = prs_mime_value(anc_buf_view(&p->type));
    const anc_str wanted = anc_str_of(prefix);
    return anc_str_eq_nocase(anc_str_sub(type, 0, wanted.len), wanted);
}

static bool is_attached(const part *p)
{
    return anc_str_eq_nocase(prs_mime_value(anc_buf_view(&p->disposition)), ANC_STR("attachment"));
}

static bool read_entity(mail *m, anc_str entity, const char *otherwise, bool related);

/* ---- headers ----------------------------------------------------------------------------------- */

static void header_text(anc_str headers, const char *name, anc_buf *out)
{
    ANC_BUF(raw, VALUE_BYTES);
    anc_buf_clear(out);
    if (prs_mime_header(headers, name, &raw))
        prs_mime_text(anc_buf_view(&raw), out);
}

/* The properties of the outermost mail. */
static bool write_properties(mail *m, anc_str headers)
{
    static const char *const names[] = {"from", "to", "cc", "reply-to"};
    char date[32];
    ANC_BUF(value, VALUE_BYTES);
    for (size_t i = 0; i < ANC_COUNT(names); i++) {
        header_text(headers, names[i], &value);
        if (!prs_emit_property(m->e, anc_str_of(names[i]), anc_buf_view(&value)))
            return false;
    }
    header_text(headers, "subject", &value);
    if (!prs_emit_property(m->e, ANC_STR("subject"), anc_buf_view(&value)) ||
        !prs_emit_title(m->e, anc_buf_view(&value)))
        return false;
    header_text(headers, "date", &value);
    return !prs_mime_date(anc_buf_view(&value), date) ||
           prs_emit_property(m->e, ANC_STR("created"), anc_str_of(date));
}

/* The subject as a heading, and who wrote to whom and when. */
static bool write_headers(mail *m, anc_str headers)
{
    static const struct {
        const char *name;
        anc_str label;
    } rows[] = {{"from", ANC_STR_INIT("From: ")},
                {"to", ANC_STR_INIT("To: ")},
                {"cc", ANC_STR_INIT("Cc: ")},
                {"date", ANC_STR_INIT("Date: ")}};
    ANC_BUF(value, VALUE_BYTES);
    header_text(headers, "subject", &value);
    if (!prs_emit_open(m->e, PRS_HEADING, m->mails < 6 ? m->mails : 6) ||
        !prs_emit_text(m->e, anc_buf_view(&value)) || !prs_emit_open(m->e, PRS_PARAGRAPH, 0))
        return false;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        header_text(headers, rows[i].name, &value);
        if (value.len == 0)
            continue;
        if (!prs_emit_break(m->e) || !prs_emit_text(m->e, rows[i].label) || !prs_emit_blank(m->e) ||
            !prs_emit_text(m->e, anc_buf_view(&value)))
            return false;
    }
    return prs_emit_close(m->e);
}

/* ---- texts and attachments -------------------------------------------------------------------- */

/* The body decoded into `out`, which may become as large as the source. */
static bool decode_body(mail *m, const part *p, anc_buf *out)
{
    prs_mime_decode(p->body, anc_str_trim(anc_buf_view(&p->encoding)), out);
    if (out->refused)
        return prs_emit_fail(m->e, anc_buf_status(out, "mail: a part", m->e->err));
    return prs_emit_unpacked(m->e, "mail", p->body.len, out->len, out->len);
}

/* Appends letters and digits of `s` alone, without tags and entities where it is HTML. */
static void add_gist(anc_str s, bool html, anc_buf *out)
{
    for (size_t i = 0; i < s.len && !out->refused; i++) {
        const char c = s.ptr[i];
        const char closing = c == '<' ? '>' : ';';
        if (html && (c == '<' || c == '&')) {
            const char *end = memchr(s.ptr + i, closing, s.len - i);
            i = end != NULL ? (size_t)(end - s.ptr) : s.len;
        } else if ((unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                   (c >= 'a' && c <= 'z')) {
            (void)anc_buf_add_char(out, c);
        }
    }
}

/* Whether an HTML text says again what the plain text before it said: programs that know no
 * alternatives send both. */
static bool says_again(mail *m, anc_str html)
{
    if (m->gist.len < LEAST_GIST)
        return false;
    ANC_BUF(gist, html.len + 1);
    add_gist(html, true, &gist);
    return anc_str_find(anc_buf_view(&gist), anc_buf_view(&m->gist)) != SIZE_MAX;
}

static bool read_text(mail *m, const part *p, bool html)
{
    ANC_CLEANUP(prs_text_done) prs_text t = {.storage = anc_buf_init(0)};
    ANC_BUF(bytes, p->body.len + 1);
    ANC_BUF(charset, VALUE_BYTES);
    prs_mime_parameter(anc_buf_view(&p->type), "charset", &charset);
    if (!decode_body(m, p, &bytes))
        return false;
    const anc_status got = prs_decode(anc_buf_view(&bytes), anc_buf_view(&charset),
                                      m->e->limits.text_bytes * 2, &t, m->e->err);
    if (got != ANC_OK)
        return prs_emit_fail(m->e, got);
    if (html && says_again(m, t.text))
        return true;
    anc_buf_clear(&m->gist);
    if (!html)
        add_gist(t.text, false, &m->gist);
    return (html ? prs_read_html(t.text, m->e) : prs_read_plain(t.text, m->e)) &&
           prs_emit_close(m->e);
}

/* The bare name of a file: what stands behind the last slash, without controls. */
static void file_name(const part *p, anc_buf *out)
{
    ANC_BUF(name, VALUE_BYTES);
    prs_mime_parameter(anc_buf_view(&p->disposition), "filename", &name);
    if (name.len == 0)
        prs_mime_parameter(anc_buf_view(&p->type), "name", &name);
    anc_str s = anc_buf_view(&name);
    for (size_t i = s.len; i > 0; i--)
        if (s.ptr[i - 1] == '/' || s.ptr[i - 1] == '\\') {
            s = anc_str_sub(s, i, s.len);
            break;
        }
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= ' ' && s.ptr[i] != 0x7F)
            (void)anc_buf_add_char(out, s.ptr[i]);
}

static void note_name(mail *m, anc_str name)
{
    if (name.len == 0 || m->names.len + name.len + 2 > m->names.max)
        return;
    if (m->names.len > 0)
        (void)anc_buf_add(&m->names, ANC_STR(", "));
    (void)anc_buf_add(&m->names, name);
}

static bool hand_over(mail *m, const part *p)
{
    ANC_BUF(name, NAME_BYTES);
    ANC_BUF(bytes, p->body.len + 1);
    file_name(p, &name);
    note_name(m, anc_buf_view(&name));
    if (m->e->sink->attachment == NULL || ++m->e->attached > m->e->limits.attachments)
        return true;
    if (!decode_body(m, p, &bytes))
        return false;
    const prs_attachment a = {.name = anc_buf_view(&name),
                              .content_type = prs_mime_value(anc_buf_view(&p->type)),
                              .bytes = anc_buf_view(&bytes)};
    return prs_emit_close(m->e) && prs_emit_attachment(m->e, &a);
}

/* ---- parts ---------------------------------------------------------------------------------------- */

/* How welcome a part is among alternatives: text before HTML before what holds parts of its own. */
static unsigned rank(anc_str entity)
{
    ANC_CLEANUP(part_done) part p = {.body = ANC_STR_NONE};
    part_open(&p, entity, "text/plain");
    if (is_attached(&p) || anc_str_trim(p.body).len == 0)
        return 0;
    if (is_type(&p, "text/plain"))
        return 4;
    return is_type(&p, "text/html") ? 3 : is_type(&p, "multipart/") ? 2 : 1;
}

static bool count_part(mail *m)
{
    if (++m->parts > MAX_PARTS)
        return prs_emit_fail(m->e,
                             ANC_FAIL(m->e->err, ANC_LIMIT, "mail: more than %d parts", MAX_PARTS));
    return prs_emit_ask(m->e);
}

static prs_mime_parts parts_of(const part *p, anc_buf *boundary)
{
    prs_mime_parameter(anc_buf_view(&p->type), "boundary", boundary);
    return (prs_mime_parts){.rest = p->body, .boundary = anc_buf_view(boundary)};
}

static const char *default_type(const part *p)
{
    return is_type(p, "multipart/digest") ? "message/rfc822" : "text/plain";
}

static bool is_plain(const part *p)
{
    const anc_str encoding = anc_str_trim(anc_buf_view(&p->encoding));
    return encoding.len == 0 || anc_str_eq_nocase(encoding, ANC_STR("7bit")) ||
           anc_str_eq_nocase(encoding, ANC_STR("8bit"));
}

static bool is_text(const part *p)
{
    return !is_attached(p) && (is_type(p, "text/plain") || is_type(p, "text/html"));
}

static bool survey(mail *m, anc_str entity, const char *otherwise);

static bool survey_parts(mail *m, const part *p)
{
    ANC_BUF(boundary, VALUE_BYTES);
    prs_mime_parts parts = parts_of(p, &boundary);
    const bool best = is_type(p, "multipart/alternative");
    anc_str entity;
    while (prs_mime_part(&parts, &entity))
        if (!count_part(m) || (!best && !survey(m, entity, default_type(p))))
            return false;
    return true;
}

/* Counts the parts, so that a mail of too many is refused before the first is handed over. Of mails that are encoded
 * they are not known yet. */
static bool survey(mail *m, anc_str entity, const char *otherwise)
{
    ANC_CLEANUP(part_done) part p = {.body = ANC_STR_NONE};
    bool ok = true;
    if (m->depth >= MAX_DEPTH) /* which the reading will say */
        return true;
    m->depth++;
    part_open(&p, entity, otherwise);
    if (is_type(&p, "multipart/"))
        ok = survey_parts(m, &p);
    else if (is_type(&p, "message/rfc822"))
        ok = !is_plain(&p) || survey(m, p.body, "text/plain");
    m->depth--;
    return ok;
}

static bool is_allowed(mail *m, anc_str bytes)
{
    const bool ok = survey(m, bytes, "text/plain");
    m->parts = 0;
    return ok;
}

static bool read_best(mail *m, prs_mime_parts parts)
{
    anc_str entity, best = ANC_STR_NONE;
    unsigned most = 0;
    while (prs_mime_part(&parts, &entity)) {
        const unsigned r = rank(entity);
        if (r > most) {
            most = r;
            best = entity;
        }
        if (!count_part(m))
            return false;
    }
    return most == 0 || read_entity(m, best, "text/plain", false);
}

static bool read_parts(mail *m, const part *p)
{
    ANC_BUF(boundary, VALUE_BYTES);
    prs_mime_parts parts = parts_of(p, &boundary);
    if (is_type(p, "multipart/alternative"))
        return read_best(m, parts);
    const bool related = is_type(p, "multipart/related");
    anc_str entity;
    while (prs_mime_part(&parts, &entity))
        if (!count_part(m) || !read_entity(m, entity, default_type(p), related))
            return false;
    return true;
}

static bool read_mail(mail *m, anc_str bytes)
{
    anc_str body;
    if (++m->mails > MAX_MAILS)
        return prs_emit_fail(m->e,
                             ANC_FAIL(m->e->err, ANC_LIMIT,
                                      "mail: more than %d mails inside one another", MAX_MAILS));
    const anc_str headers = anc_str_sub(prs_mime_split(bytes, &body), 0, HEADER_BYTES);
    const bool ok = (m->mails > 1 || write_properties(m, headers)) && write_headers(m, headers) &&
                    read_entity(m, bytes, "text/plain", false);
    m->mails--;
    return ok;
}

static bool read_message(mail *m, const part *p)
{
    ANC_BUF(bytes, p->body.len + 1);
    if (is_plain(p))
        return read_mail(m, p->body);
    return decode_body(m, p, &bytes) && read_mail(m, anc_buf_view(&bytes));
}

static bool read_part(mail *m, const part *p, bool related)
{
    if (is_type(p, "multipart/"))
        return read_parts(m, p);
    if (is_type(p, "message/rfc822"))
        return read_message(m, p);
    if (is_text(p))
        return read_text(m, p, is_type(p, "text/html"));
    return (related && is_type(p, "image/")) || hand_over(m, p);
}

static bool read_entity(mail *m, anc_str entity, const char *otherwise, bool related)
{
    ANC_CLEANUP(part_done) part p = {.body = ANC_STR_NONE};
    if (++m->depth > MAX_DEPTH || m->depth > m->e->limits.depth)
        return prs_emit_fail(
            m->e, ANC_FAIL(m->e->err, ANC_LIMIT, "mail: parts more than %u levels deep",
                           m->e->limits.depth < MAX_DEPTH ? m->e->limits.depth : MAX_DEPTH));
    part_open(&p, entity, otherwise);
    const bool ok = read_part(m, &p, related);
    m->depth--;
    return ok;
}

bool prs_read_eml(anc_str bytes, prs_emitter *e)
{
    mail m = {.e = e, .names = anc_buf_init(NAMES_BYTES), .gist = anc_buf_init(GIST_BYTES)};
    if (anc_str_starts(bytes, ANC_STR("\xEF\xBB\xBF")))
        bytes = anc_str_sub(bytes, 3, bytes.len);
    if (anc_str_starts(bytes, ANC_STR("From "))) { /* as it stands in a mailbox */
        const size_t end = anc_str_find(bytes, ANC_STR("\n"));
        bytes = anc_str_sub(bytes, end == SIZE_MAX ? 0 : end + 1, bytes.len);
    }
    const bool ok = is_allowed(&m, bytes) && read_mail(&m, bytes) &&
                    prs_emit_property(e, ANC_STR("attachments"), anc_buf_view(&m.names));
    anc_buf_done(&m.names);
    anc_buf_done(&m.gist);
    return ok;
}

static bool is_one_of(anc_str s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq_nocase(s, anc_str_of(names[i])))
            return true;
    return false;
}

/* Nothing but headers up to an empty line or the end, some of which only mails have. */
bool prs_is_mail(anc_str head)
{
    static const char *const senders[] = {"from", "received", "return-path", "delivered-to"};
    static const char *const others[] = {"date", "message-id", "mime-version", "subject", "to"};
    anc_str rest = head, name, value;
    unsigned n = 0, from = 0, known = 0;
    bool versioned = false, typed = false, of_parts = false;
    if (anc_str_starts(rest, ANC_STR("\xEF\xBB\xBF")))
        rest = anc_str_sub(rest, 3, rest.len);
    if (anc_str_starts(rest, ANC_STR("From ")))
        rest = anc_str_sub(rest, anc_str_find(rest, ANC_STR("\n")), rest.len);
    rest = anc_str_sub(rest, rest.len > 0 && rest.ptr[0] == '\n' ? 1 : 0, rest.len);
    anc_str body;
    rest = prs_mime_split(rest, &body);
    const char *expected = rest.ptr;
    while (prs_mime_next(&rest, &name, &value)) {
        if (name.ptr != expected)
            return false; /* a line that is no header */
        expected = rest.ptr;
        n++;
        from += is_one_of(name, senders, ANC_COUNT(senders));
        known += is_one_of(name, others, ANC_COUNT(others));
        versioned = versioned || anc_str_eq_nocase(name, ANC_STR("mime-version"));
        if (anc_str_eq_nocase(name, ANC_STR("content-type"))) {
            typed = true;
            of_parts =
                anc_str_eq_nocase(anc_str_sub(anc_str_trim(value), 0, 10), ANC_STR("multipart/"));
        }
    }
    if (versioned && typed && (of_parts || known > 1)) /* a draft has no sender yet */
        return true;
    return n >= 3 && from >= 1 && known >= 1;
}

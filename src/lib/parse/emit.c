/* emit.c - text of a block gathered, normalised, cut into pieces and handed to the sink.
 *
 * Text is gathered up to GATHER_BYTES, then delivered up to its last blank. Composition (NFC) is
 * done a delivery at a time; a piece that grows by it past PRS_PIECE_BYTES is cut once more.
 */
#include "parse_impl.h"

#include <string.h>

#include "base/utf8.h"
#include "text/normalize.h"

enum {
    GATHER_BYTES = 48 << 10,
    RUN_BYTES = 4096,
    TITLE_BYTES = 512,
    PROPERTY_BYTES = 1024,
    REMARK_BYTES = 1024,
    ASK_EVERY = 64,
    HEADING_LEVELS = 6,
    EMPTY_CELLS = 16, /* that are written at the end of a row, at most */
    RATIO_FROM_BYTES = 1 << 20
};

void prs_emitter_init(prs_emitter *e, const prs_limits *limits, const prs_sink *sink, anc_err *err)
{
    *e = (prs_emitter){.sink = sink, .limits = *limits, .err = err};
    e->text = anc_buf_init(GATHER_BYTES + RUN_BYTES);
    e->nfc = anc_buf_init(GATHER_BYTES * 4);
}

void prs_emitter_done(prs_emitter *e)
{
    anc_buf_done(&e->text);
    anc_buf_done(&e->nfc);
}

bool prs_emit_fail(prs_emitter *e, anc_status status)
{
    if (e->status == ANC_OK)
        e->status = status;
    return false;
}

/* Hands over one piece; the block's later pieces continue it. */
static bool deliver_piece(prs_emitter *e, anc_str piece)
{
    e->text_bytes += piece.len;
    if (e->text_bytes > e->limits.text_bytes)
        return prs_emit_fail(e, ANC_FAIL(e->err, ANC_LIMIT, "extracted text: more than %zu bytes",
                                         e->limits.text_bytes));
    e->open.text = piece;
    const anc_status got = e->sink->block(e->sink->self, &e->open, e->err);
    e->open.continues = true;
    return got == ANC_OK || prs_emit_fail(e, got);
}

/* Whether nothing in `s` has another composed form: no code point from U+0300 on. */
static bool is_composed(anc_str s)
{
    unsigned char most = 0;
    for (size_t i = 0; i < s.len; i++)
        most = (unsigned char)s.ptr[i] > most ? (unsigned char)s.ptr[i] : most;
    return most < 0xCC;
}

/* Delivers the first `n` gathered bytes. */
static bool deliver(prs_emitter *e, size_t n)
{
    const anc_str gathered = anc_buf_view(&e->text);
    anc_str text = anc_str_sub(gathered, 0, n);
    if (!is_composed(text)) {
        anc_buf_clear(&e->nfc);
        const anc_status got = txt_nfc(text, &e->nfc, e->err);
        if (got != ANC_OK)
            return prs_emit_fail(e, got);
        text = anc_buf_view(&e->nfc);
    }
    if (!e->open.continues && ++e->blocks > e->limits.blocks)
        return prs_emit_fail(
            e, ANC_FAIL(e->err, ANC_LIMIT, "document: more than %zu blocks", e->limits.blocks));
    for (anc_str rest = text; rest.len > 0;) {
        const size_t cut =
            rest.len <= PRS_PIECE_BYTES ? rest.len : anc_utf8_floor(rest, PRS_PIECE_BYTES);
        if (!deliver_piece(e, anc_str_sub(rest, 0, cut)))
            return false;
        rest = anc_str_sub(rest, cut, rest.len);
    }
    e->ends_blank = n > 0 && strchr(" \n", gathered.ptr[n - 1]) != NULL;
    if (gathered.len > n)
        memmove(e->text.ptr, e->text.ptr + n, gathered.len - n);
    e->text.len = gathered.len - n;
    return true;
}

/* Makes room by delivering what is gathered up to the last blank, or all of it where there is none. What is
 * gathered ends with a whole code point. */
static bool make_room(prs_emitter *e)
{
    if (e->text.len < GATHER_BYTES)
        return true;
    size_t cut = e->text.len;
    while (cut > 0 && e->text.ptr[cut - 1] != ' ' && e->text.ptr[cut - 1] != '\n')
        cut--;
    return deliver(e, cut > 0 ? cut : e->text.len);
}

static bool add(prs_emitter *e, anc_str s)
{
    if (!make_room(e))
        return false;
    if (!anc_buf_add(&e->text, s))
        return prs_emit_fail(e, anc_buf_status(&e->text, "block", e->err));
    return true;
}

static unsigned lowered(unsigned level, int by)
{
    const int moved = (int)level + by;
    return by == 0                  ? level
           : moved < 1              ? 1
           : moved < HEADING_LEVELS ? (unsigned)moved
                                    : HEADING_LEVELS;
}

bool prs_emit_open(prs_emitter *e, prs_block_kind kind, unsigned level)
{
    if (!prs_emit_close(e))
        return false;
    if (kind == PRS_HEADING)
        level = lowered(level, e->lower);
    if (kind != PRS_TABLE_ROW)
        e->columns = 0;
    e->cells = 0;
    e->open = (prs_block){.kind = kind, .level = level, .page = e->page, .record = e->record};
    e->is_open = true;
    return true;
}

/* Writes the cells that a row leaves empty at its end: a row of fewer cells than its header has would be taken
 * for no row of that table. */
static bool end_row(prs_emitter *e)
{
    if (e->open.header)
        e->columns = e->cells;
    if (!e->has_text || e->cells >= e->columns || e->columns - e->cells > EMPTY_CELLS)
        return true;
    e->blank_due = e->break_due = false;
    while (e->cells < e->columns)
        if (!prs_emit_mark(e, ANC_STR(" | ")))
            return false;
    return true;
}

bool prs_emit_close(prs_emitter *e)
{
    if (e->status != ANC_OK || !e->is_open)
        return e->status == ANC_OK;
    if (e->open.kind == PRS_TABLE_ROW && !end_row(e))
        return false;
    while (e->text.len > 0 && strchr(" \n", e->text.ptr[e->text.len - 1]) != NULL)
        e->text.len--;
    bool ok = true;
    const bool names_it = e->open.kind == PRS_HEADING && e->open.level == 1 && !e->open.continues;
    e->nameless |= e->unnamed && e->has_text && !names_it;
    if (e->has_text && names_it && !e->nameless) {
        ok = prs_emit_title(e, anc_buf_view(&e->text));
        e->unnamed |= !e->titled;
    }
    if (ok && e->has_text && e->text.len > 0)
        ok = deliver(e, e->text.len);
    anc_buf_clear(&e->text);
    e->is_open = e->has_text = e->blank_due = e->break_due = false;
    return ok;
}

/* Writes the blank or line break that is due, unless the line begins here. */
static bool settle(prs_emitter *e)
{
    const bool fresh = e->text.len == 0 && !e->open.continues;
    const bool starts = e->text.len > 0 ? strchr(" \n", e->text.ptr[e->text.len - 1]) != NULL
                                        : fresh || e->ends_blank;
    const bool newline = e->break_due, blank = e->blank_due;
    e->blank_due = e->break_due = false;
    if (newline && !fresh)
        return add(e, ANC_STR("\n"));
    return !blank || starts || add(e, ANC_STR(" "));
}

/* Whether a byte can only belong to something visible: printable ASCII, and of longer sequences those
 * of blocks without white space, controls and invisible signs. */
static bool is_plain_byte(unsigned char c)
{
    return c < 0x80 ? c > ' ' && c < 0x7F
                    : c != 0xC2 && c != 0xE1 && c != 0xE2 && c != 0xE3 && c != 0xEF;
}

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* The high bit of each byte of `w` that is zero. */
static uint64_t zero_bytes(uint64_t w)
{
    return ~(((w & EACH_BYTE(0x7F)) + EACH_BYTE(0x7F)) | w | EACH_BYTE(0x7F));
}

/* Bytes at the front of p[0..n) in eights that are printable ASCII without two blanks together; a blank
 * at the end is left out. It is how nearly all text looks, and no branch depends on where words end. */
static size_t printable_run(const unsigned char *p, size_t n)
{
    size_t at = 0;
    uint64_t blank = UINT64_C(1) << 63; /* at the front there must be none */
    for (; n - at >= sizeof blank; at += sizeof blank) {
        uint64_t w;
        memcpy(&w, p + at, sizeof w);
        const uint64_t blanks = zero_bytes(w ^ EACH_BYTE(' '));
        const uint64_t other = (w | (w - EACH_BYTE(' ')) | (w + EACH_BYTE(1))) & EACH_BYTE(0x80);
        if (other != 0 || (blanks & (blanks << 8 | blank >> 56)) != 0)
            break;
        blank = blanks;
    }
    return at > 0 && p[at - 1] == ' ' ? at - 1 : at;
}

/* Bytes at the front of `s` that are kept as they are: visible ones and single blanks between. */
static size_t plain_run(anc_str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    const size_t most = s.len < RUN_BYTES ? s.len : RUN_BYTES;
    size_t n = printable_run(p, most);
    while (n < most && (is_plain_byte(p[n]) ||
                        (p[n] == ' ' && n > 0 && n + 1 < most && is_plain_byte(p[n + 1]))))
        n++;
    /* not inside a sequence */
    while (n > 0 && n < s.len && (p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

static bool is_invisible(uint32_t c)
{
    return c == 0xFEFF || c == 0x200B || c == 0x2060;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/* Adds what is no blank. */
static bool add_visible(prs_emitter *e, anc_str s)
{
    if (!settle(e))
        return false;
    e->has_text = true;
    return add(e, s);
}

static bool add_prose(prs_emitter *e, anc_str s)
{
    size_t bytes;
    while (s.len > 0) {
        size_t n = plain_run(s);
        if (n > 0) {
            if (!add_visible(e, anc_str_sub(s, 0, n)))
                return false;
        } else {
            const uint32_t c = anc_utf8_at(s, 0, &bytes);
            n = bytes;
            if (txt_is_blank(c) || is_control(c))
                e->blank_due = true;
            else if (!is_invisible(c) && !add_visible(e, anc_str_sub(s, 0, n)))
                return false;
        }
        s = anc_str_sub(s, n, s.len);
    }
    return true;
}

/* Code keeps its blanks; all line ends are one, other controls go. */
static bool add_code(prs_emitter *e, anc_str s)
{
    size_t bytes;
    for (size_t i = 0; i < s.len; i += bytes) {
        bytes = plain_run(anc_str_sub(s, i, s.len));
        if (bytes > 0) {
            e->has_text = true;
            if (!add(e, anc_str_sub(s, i, bytes)))
                return false;
            continue;
        }
        uint32_t c = anc_utf8_at(s, i, &bytes);
        anc_str one = anc_str_sub(s, i, bytes);
        if (c == '\r') {
            if (i + 1 < s.len && s.ptr[i + 1] == '\n')
                continue;
            one = ANC_STR("\n");
            c = '\n';
        }
        if (is_invisible(c) || (is_control(c) && c != '\n' && c != '\t'))
            continue;
        const bool blank = txt_is_blank(c);
        if (c == '\n' && e->text.len == 0 && !e->has_text)
            continue;
        e->has_text |= !blank;
        if (!add(e, one))
            return false;
    }
    return true;
}

bool prs_emit_text(prs_emitter *e, anc_str text)
{
    if (e->status != ANC_OK || !e->is_open)
        return e->status == ANC_OK;
    while (text.len > 0) {
        const size_t valid = anc_utf8_valid_prefix(text);
        const anc_str s = anc_str_sub(text, 0, valid);
        if (!(e->open.kind == PRS_CODE ? add_code(e, s) : add_prose(e, s)))
            return false;
        if (valid == text.len)
            break;
        if (!add_visible(e, ANC_STR("\xEF\xBF\xBD")))
            return false;
        text = anc_str_sub(text, valid + 1, text.len);
    }
    return true;
}

bool prs_emit_blank(prs_emitter *e)
{
    if (e->is_open && e->open.kind == PRS_CODE)
        return prs_emit_text(e, ANC_STR(" "));
    e->blank_due = true;
    return e->status == ANC_OK;
}

bool prs_emit_break(prs_emitter *e)
{
    if (e->is_open && e->open.kind == PRS_CODE)
        return prs_emit_text(e, ANC_STR("\n"));
    if (e->open.kind == PRS_HEADING || e->open.kind == PRS_TABLE_ROW)
        e->blank_due = true;
    else
        e->break_due = true;
    return e->status == ANC_OK;
}

bool prs_emit_mark(prs_emitter *e, anc_str mark)
{
    if (e->status != ANC_OK || !e->is_open)
        return e->status == ANC_OK;
    const bool fresh = e->text.len == 0 && !e->open.continues;
    e->blank_due = e->break_due = false;
    e->cells += e->open.kind == PRS_TABLE_ROW && anc_str_eq(mark, ANC_STR(" | "));
    return add(e,
               fresh && mark.len > 0 && mark.ptr[0] == ' ' ? anc_str_sub(mark, 1, mark.len) : mark);
}

bool prs_emit_title(prs_emitter *e, anc_str title)
{
    char text[TITLE_BYTES];
    size_t n = 0, bytes;
    bool blank = false;
    if (e->titled || e->sink->title == NULL)
        return e->status == ANC_OK;
    title.len = anc_utf8_valid_prefix(title);
    for (size_t i = 0; i < title.len && n + 5 < sizeof text; i += bytes) {
        const uint32_t c = anc_utf8_at(title, i, &bytes);
        if (txt_is_blank(c) || is_control(c)) {
            blank = n > 0;
            continue;
        }
        if (blank)
            text[n++] = ' ';
        blank = false;
        memcpy(text + n, title.ptr + i, bytes);
        n += bytes;
    }
    if (n == 0 || prs_names_nothing((anc_str){text, n}))
        return e->status == ANC_OK;
    e->titled = true;
    anc_buf_clear(&e->nfc);
    anc_status got = txt_nfc((anc_str){text, n}, &e->nfc, e->err);
    if (got == ANC_OK)
        got = e->sink->title(e->sink->self, anc_buf_view(&e->nfc), e->err);
    return got == ANC_OK || prs_emit_fail(e, got);
}

/* ---- beside the text ------------------------------------------------------------------------ */

bool prs_emit_property(prs_emitter *e, anc_str name, anc_str value)
{
    value = anc_str_trim(value);
    if (e->status != ANC_OK || e->sink->property == NULL || value.len == 0)
        return e->status == ANC_OK;
    value = anc_str_sub(value, 0, anc_utf8_floor(value, PROPERTY_BYTES));
    const anc_status got = e->sink->property(e->sink->self, name, value, e->err);
    return got == ANC_OK || prs_emit_fail(e, got);
}

bool prs_emit_spare(prs_emitter *e, const char *what)
{
    if (e->status != ANC_INVALID || e->err == NULL)
        return false;
    ANC_BUF(remark, REMARK_BYTES);
    (void)anc_buf_printf(&remark, "%s: %s", what, e->err->text);
    e->status = ANC_OK;
    anc_err_clear(e->err);
    const bool first = !e->spared;
    e->spared = true;
    return !first || prs_emit_property(e, ANC_STR("unread"), anc_buf_view(&remark));
}

bool prs_emit_attachment(prs_emitter *e, const prs_attachment *attachment)
{
    if (e->status != ANC_OK || e->sink->attachment == NULL)
        return e->status == ANC_OK;
    const anc_status got = e->sink->attachment(e->sink->self, attachment, e->err);
    return got == ANC_OK || prs_emit_fail(e, got);
}

void prs_emit_page(prs_emitter *e, uint32_t page)
{
    e->page = page;
}

bool prs_emit_turn_page(prs_emitter *e, uint32_t page)
{
    e->page = page;
    if (!e->is_open || e->open.page == page)
        return e->status == ANC_OK;
    if (e->has_text && e->text.len > 0 && !deliver(e, e->text.len))
        return false;
    e->open.page = page;
    return true;
}

void prs_emit_record(prs_emitter *e, uint32_t number)
{
    e->record = number;
}

void prs_emit_header_row(prs_emitter *e)
{
    e->open.header = true;
}

/* ---- limits --------------------------------------------------------------------------------- */

bool prs_emit_may_go_on(prs_emitter *e)
{
    if (e->status != ANC_OK)
        return false;
    return e->asked++ % ASK_EVERY != 0 || prs_emit_ask(e);
}

bool prs_emit_ask(prs_emitter *e)
{
    if (e->status != ANC_OK)
        return false;
    if (e->limits.may_go_on == NULL)
        return true;
    const anc_status got = e->limits.may_go_on(e->limits.arg, e->err);
    return got == ANC_OK || prs_emit_fail(e, got);
}

bool prs_emit_unpacked(prs_emitter *e, const char *what, uint64_t packed, uint64_t unpacked,
                       uint64_t more)
{
    e->unpacked += more;
    if (e->unpacked > e->limits.unpacked_bytes)
        return prs_emit_fail(e, ANC_FAIL(e->err, ANC_LIMIT, "%s: unpacks to more than %zu bytes",
                                         what, e->limits.unpacked_bytes));
    if (unpacked > RATIO_FROM_BYTES && unpacked / e->limits.ratio > packed)
        return prs_emit_fail(e, ANC_FAIL(e->err, ANC_LIMIT,
                                         "%s: unpacks to more than %u times its size", what,
                                         e->limits.ratio));
    return true;
}

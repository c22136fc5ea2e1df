/* cutter.c - a block cut into units of at most a budget of tokens and bytes.
 *
 * Parts that are too large are cut by the next finer mark: sentences (lines of code, cells of a
 * row), clauses, words, and at last code points, where a single word is too large. Finer parts are
 * packed together again up to the budget. Counts are added up, which is exact for tokenizers that
 * cut at white space first; every mark but the last is one with white space behind it, or stands
 * between characters of a script that has none.
 */
#include "cutter_impl.h"

#include "base/str.h"
#include "base/utf8.h"
#include "text/normalize.h"
#include "text/sentence.h"

typedef enum cut_level {
    AT_SENTENCES,
    AT_LINES,
    AT_CELLS,
    AT_CLAUSES,
    AT_WORDS,
    AT_CODE_POINTS
} cut_level;

typedef struct span {
    size_t start, end; /* in the block's text */
} span;

static anc_str span_text(const kno_cutter *c, span s)
{
    return anc_str_sub(c->text, s.start, s.end - s.start);
}

static size_t count(const kno_cutter *c, span s)
{
    return c->count(c->count_self, span_text(c, s));
}

static bool give(kno_cutter *c, span s, size_t tokens)
{
    const kno_unit unit = {c->start + s.start, c->start + s.end, (uint32_t)tokens};
    return c->unit(c->unit_self, &unit);
}

static span trim(const kno_cutter *c, span s)
{
    const anc_str t = txt_trim(span_text(c, s));
    const size_t start = t.len > 0 ? (size_t)(t.ptr - c->text.ptr) : s.end;
    return (span){start, start + t.len};
}

static bool is_clause_mark(uint32_t ch)
{
    return ch == ',' || ch == ';' || ch == ':' || ch == ')' || ch == 0x2013 || ch == 0x2014;
}

/* Whether a part of this level ends between `ch` and `next`, the code points at a place. */
static bool ends_between(cut_level level, uint32_t ch, uint32_t next)
{
    switch (level) {
    case AT_LINES:
        return ch == '\n';
    case AT_CELLS:
        return ch == '|' && txt_is_blank(next);
    case AT_CLAUSES:
        return is_clause_mark(ch) && txt_is_blank(next);
    case AT_WORDS:
        return txt_is_blank(ch) || txt_is_unspaced(ch) || txt_is_unspaced(next);
    case AT_SENTENCES:
    case AT_CODE_POINTS:
        break;
    }
    return true;
}

/* The end of the part that begins at `at`; s.end at most. */
static size_t part_end(const kno_cutter *c, cut_level level, span s, size_t at)
{
    if (level == AT_SENTENCES) {
        size_t cursor = 0;
        txt_span sentence;
        const anc_str rest = span_text(c, (span){at, s.end});
        return txt_sentence_next(rest, &cursor, &sentence) ? at + sentence.end : s.end;
    }
    size_t bytes, ahead;
    while (at < s.end) {
        const uint32_t ch = anc_utf8_at(c->text, at, &bytes);
        at += bytes;
        if (at < s.end && ends_between(level, ch, anc_utf8_at(c->text, at, &ahead)))
            return at;
    }
    return s.end;
}

/* Cuts one word by code points: halves until it fits. */
static bool cut_word(kno_cutter *c, span s)
{
    while (s.start < s.end) {
        span piece = s;
        size_t tokens = 0;
        for (size_t bytes = c->max_bytes;; bytes = (piece.end - piece.start) / 2) {
            size_t ahead;
            (void)anc_utf8_at(c->text, s.start, &ahead);
            if (s.end - s.start > bytes)
                piece.end = anc_utf8_floor(c->text, s.start + bytes);
            if (piece.end < s.start + ahead)
                piece.end = s.start + ahead;
            tokens = count(c, piece);
            if (tokens <= c->budget || piece.end == s.start + ahead)
                break;
        }
        if (!give(c, piece, tokens))
            return false;
        s.start = piece.end;
    }
    return true;
}

static cut_level finer(cut_level level)
{
    return level < AT_CLAUSES ? AT_CLAUSES : (cut_level)(level + 1);
}

/* Gives `s` as one unit, or cut at `level` and finer. Recursion ends at the last level. */
static bool cut(kno_cutter *c, span s, cut_level level)
{
    s = trim(c, s);
    if (s.start == s.end)
        return true;
    const size_t all = count(c, s);
    if (all <= c->budget && s.end - s.start <= c->max_bytes)
        return give(c, s, all);
    if (level == AT_CODE_POINTS)
        return cut_word(c, s);
    span pack = {s.start, s.start};
    size_t packed = 0;
    for (size_t at = s.start; at < s.end;) {
        const size_t end = part_end(c, level, s, at);
        const span part = trim(c, (span){at, end});
        at = end;
        if (part.start == part.end)
            continue;
        const size_t tokens = count(c, part);
        const bool large = tokens > c->budget || part.end - part.start > c->max_bytes;
        const bool joins =
            !large && packed + tokens <= c->budget && part.end - pack.start <= c->max_bytes;
        if (!joins && pack.end > pack.start) {
            if (!give(c, pack, packed))
                return false;
            packed = 0;
            pack = (span){part.start, part.start};
        }
        if (large) {
            if (!cut(c, part, finer(level)))
                return false;
            pack = (span){part.end, part.end};
            continue;
        }
        if (pack.end == pack.start)
            pack.start = part.start;
        pack.end = part.end;
        packed += tokens;
    }
    return pack.end == pack.start || give(c, pack, packed);
}

static bool cut_prose(kno_cutter *c)
{
    size_t cursor = 0;
    txt_span s;
    while (txt_sentence_next(c->text, &cursor, &s))
        if (!cut(c, (span){s.start, s.end}, AT_CLAUSES))
            return false;
    return true;
}

bool kno_cut_block(kno_cutter *c, const kno_block *block)
{
    const span all = {0, block->text.len};
    c->text = block->text;
    c->start = block->start;
    switch (block->kind) {
    case KNO_PARAGRAPH:
    case KNO_QUOTE:
        break;
    case KNO_HEADING:
    case KNO_LIST_ITEM:
        return cut(c, all, AT_SENTENCES);
    case KNO_TABLE_ROW:
        return cut(c, all, AT_CELLS);
    case KNO_CODE:
        return cut(c, all, AT_LINES);
    }
    return cut_prose(c);
}

size_t kno_cut_prefix(const kno_cutter *c, anc_str text, size_t budget)
{
    kno_cutter local = *c;
    local.text = text;
    const span all = {0, text.len};
    size_t end = 0, tokens = 0;
    for (size_t at = 0; at < text.len;) {
        const size_t next = part_end(&local, AT_WORDS, all, at);
        const span word = trim(&local, (span){at, next});
        tokens += word.end > word.start ? count(&local, word) : 0;
        if (tokens > budget || next > c->max_bytes)
            break;
        if (word.end > word.start)
            end = word.end;
        at = next;
    }
    return end;
}

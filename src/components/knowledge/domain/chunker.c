/* chunker.c - units packed into chunks.
 *
 * The open chunk is a span, a token count and a heading path. Headings that came last are its tail:
 * when the chunk ends there, they begin the next one, so that no heading stands below its chunk.
 *
 *   open:   [ heading | body … | tail: headings without body yet ]
 *           start               end_before_tail                 end
 *
 * Units of a block are gathered first (at most BATCH), since whether to begin a chunk with a
 * paragraph depends on all of it.
 */
#include "knowledge/domain/chunker.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cutter_impl.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/title_line.h"

enum {
    BATCH = 2048,
    LEVELS = 6,
    HEADING_BYTES = 160,
    PATH_BYTES = LEVELS * (HEADING_BYTES + 3),
    COLUMNS_BYTES = 4096,
    COLUMNS_SHARE = 4,     /* of the budget that they may take */
    ANCHOR_BYTES = 48,     /* of a paragraph's front that decide whether it is an anchor */
    BYTES_PER_TOKEN = 32,  /* more of them a token are no words */
    LEAST_BUDGET_SHARE = 4 /* of the window, whatever the title says */
};

typedef struct heading_path {
    char text[PATH_BYTES];
    size_t len;
} heading_path;

typedef struct open_chunk {
    bool is_open;
    uint64_t start, end;
    size_t tokens, budget;
    size_t body_tokens; /* tokens that are not headings' */
    uint32_t page;
    heading_path path;
    unsigned level;  /* of the last heading before its body */
    unsigned common; /* sections of this level and deeper are not shared by all of it; 7: all are */
    char columns[COLUMNS_BYTES];
    size_t columns_len;
    bool has_tail;
    uint64_t tail_start, end_before_tail;
    size_t tail_tokens;
    uint32_t tail_page;
    heading_path path_before_tail;
} open_chunk;

struct kno_chunker {
    kno_chunker_options o; /* title, count and emit borrowed */
    char sections[LEVELS][HEADING_BYTES];
    size_t section_len[LEVELS];
    size_t budget; /* of a chunk that begins here */
    open_chunk open;
    kno_unit units[BATCH];
    size_t n_units;
    const kno_block *block; /* during kno_chunker_add */
    bool block_begun;       /* units of the block at hand were placed already */
    bool full;              /* strategy document: nothing more fits */
    char columns[COLUMNS_BYTES];
    size_t columns_len, columns_tokens;
    uint32_t ordinal;
    anc_status status;
    anc_err *err;
};

/* ---- headings ----------------------------------------------------------------------------- */

/* The path of the sections above level `below` (1 to 7: all). */
static void compose_path(const kno_chunker *c, unsigned below, heading_path *ret)
{
    ret->len = 0;
    for (unsigned i = 0; i < LEVELS && i + 1 < below; i++) {
        if (c->section_len[i] == 0)
            continue;
        if (ret->len > 0) {
            memcpy(ret->text + ret->len, " > ", 3);
            ret->len += 3;
        }
        memcpy(ret->text + ret->len, c->sections[i], c->section_len[i]);
        ret->len += c->section_len[i];
    }
}

/* Tokens that a chunk with this path has for its text. */
static size_t budget_of(const kno_chunker *c, const heading_path *path)
{
    char line[KNO_TITLE_LINE_BYTES];
    const size_t n =
        kno_title_line(c->o.title, (anc_str){path->text, path->len}, ANC_STR_NONE, line);
    const size_t window = c->o.window_tokens;
    const size_t taken =
        c->o.special_tokens + (n > 0 ? c->o.count(c->o.count_self, (anc_str){line, n}) : 0);
    const size_t least = window / LEAST_BUDGET_SHARE;
    return taken + least < window ? window - taken : least;
}

static void enter_section(kno_chunker *c, unsigned level, anc_str text)
{
    const size_t n = anc_utf8_floor(text, text.len < HEADING_BYTES ? text.len : HEADING_BYTES);
    for (unsigned i = level; i < LEVELS; i++)
        c->section_len[i] = 0;
    memcpy(c->sections[level - 1], text.ptr, n);
    c->section_len[level - 1] = n;
}

/* ---- the open chunk ------------------------------------------------------------------------ */

static bool fail(kno_chunker *c, anc_status status)
{
    c->status = status;
    return false;
}

static bool emit(kno_chunker *c, uint64_t end, size_t tokens, const heading_path *path)
{
    if (c->ordinal >= c->o.max_chunks)
        return fail(c,
                    ANC_FAIL(c->err, ANC_LIMIT, "document: more than %zu chunks", c->o.max_chunks));
    const kno_chunk_span chunk = {.ordinal = c->ordinal++,
                                  .start = c->open.start,
                                  .end = end,
                                  .page = c->open.page,
                                  .tokens = (uint32_t)tokens,
                                  .heading = {path->text, path->len},
                                  .columns = {c->open.columns, c->open.columns_len}};
    const anc_status got = c->o.emit(c->o.emit_self, &chunk, c->err);
    return got == ANC_OK || fail(c, got);
}

static void open_at(kno_chunker *c, uint64_t start, uint32_t page)
{
    open_chunk *o = &c->open;
    *o = (open_chunk){.is_open = true, .start = start, .end = start, .page = page};
    o->budget = c->budget;
    o->common = LEVELS + 1;
    for (unsigned i = 0; i < LEVELS; i++)
        o->level = c->section_len[i] > 0 ? i + 1 : o->level;
    if (c->o.strategy == KNO_BY_STRUCTURE)
        compose_path(c, o->common, &o->path);
}

/* Ends the open chunk; headings at its end begin the next one. */
static bool finish(kno_chunker *c)
{
    const open_chunk o = c->open;
    if (!o.is_open)
        return true;
    if (!o.has_tail) {
        c->open.is_open = false;
        return emit(c, o.end, o.tokens, &o.path);
    }
    if (!emit(c, o.end_before_tail, o.tokens - o.tail_tokens, &o.path_before_tail))
        return false;
    open_at(c, o.tail_start, o.tail_page);
    c->open.end = o.end;
    c->open.tokens = o.tail_tokens;
    return true;
}

static bool fits(const kno_chunker *c, const kno_unit *unit)
{
    const open_chunk *o = &c->open;
    return o->tokens + unit->tokens <= o->budget &&
           unit->end - o->start <= c->o.window_tokens * BYTES_PER_TOKEN;
}

/* A new chunk inside a table knows the columns; they take a share of it where its first row leaves that. */
static void recall_columns(kno_chunker *c, const kno_unit *unit)
{
    const bool row = c->block->kind == KNO_TABLE_ROW && !c->block->header;
    const size_t share = c->open.budget / COLUMNS_SHARE;
    const size_t taken = c->columns_tokens < share ? c->columns_tokens : share;
    if (!row || c->columns_len == 0)
        return;
    memcpy(c->open.columns, c->columns, c->columns_len);
    c->open.columns_len = c->columns_len;
    if (unit->tokens + taken <= c->open.budget)
        c->open.budget -= taken;
}

/* Appends a unit; where none is open a chunk begins with it. */
static void append(kno_chunker *c, const kno_unit *unit)
{
    open_chunk *o = &c->open;
    if (!o->is_open) {
        open_at(c, unit->start, c->block->page);
        recall_columns(c, unit);
    }
    const bool heading = c->block->kind == KNO_HEADING;
    if (heading && o->has_tail)
        o->tail_tokens += unit->tokens;
    if (!heading) {
        o->has_tail = false;
        o->body_tokens += unit->tokens;
    }
    o->tokens += unit->tokens;
    o->end = unit->end;
}

/* ---- where to break ------------------------------------------------------------------------- */

/* Whether the block at hand is a boundary by its own words: the larger it is, the likelier. */
static bool is_anchor(const kno_chunker *c, size_t tokens)
{
    const open_chunk *o = &c->open;
    if (o->body_tokens * 3 < o->budget)
        return false;
    const uint64_t share = tokens * 512 / o->budget; /* of 1024: half a budget's worth of text */
    const anc_str front = anc_str_sub(c->block->text, 0, ANCHOR_BYTES);
    return anc_hash64(front) % 1024 < (share < 256 ? share : 256);
}

/* Whether to end the open chunk before a block of `tokens`. */
static bool breaks_before(const kno_chunker *c, size_t tokens)
{
    const open_chunk *o = &c->open;
    if (!o->is_open || o->body_tokens == 0)
        return false;
    if (is_anchor(c, tokens))
        return true;
    const kno_unit all = {c->units[0].start, c->units[c->n_units - 1].end, (uint32_t)tokens};
    if (fits(c, &all))
        return false;
    const bool prose = c->block->kind == KNO_PARAGRAPH || c->block->kind == KNO_QUOTE;
    const bool whole = tokens <= c->budget;
    return (whole && (!prose || o->tokens * 4 >= o->budget)) || o->tokens * 2 >= o->budget;
}

/* Begins a chunk with the last sentences of the one that ended before units[i]. */
static void repeat_sentences(kno_chunker *c, size_t i)
{
    const unsigned wanted = c->o.overlap_sentences;
    if (wanted == 0 || (c->block->kind != KNO_PARAGRAPH && c->block->kind != KNO_QUOTE))
        return;
    size_t from = i, tokens = c->units[i].tokens;
    while (from > 0 && i - from < wanted && tokens + c->units[from - 1].tokens <= c->budget &&
           (tokens - c->units[i].tokens + c->units[from - 1].tokens) * 3 <= c->budget)
        tokens += c->units[--from].tokens;
    for (; from < i; from++)
        append(c, &c->units[from]);
}

/* Ends the open chunk before units[i], which does not fit. */
static bool make_room(kno_chunker *c, size_t i)
{
    if (!finish(c))
        return false;
    /* Headings that begin the new chunk may leave too little room themselves. */
    if (c->open.is_open && c->open.tokens > 0 && !fits(c, &c->units[i]) && !finish(c))
        return false;
    if (!c->open.is_open && i > 0)
        repeat_sentences(c, i);
    return true;
}

static bool place_units(kno_chunker *c)
{
    for (size_t i = 0; i < c->n_units; i++) {
        if (c->open.is_open && !fits(c, &c->units[i]) && !make_room(c, i))
            return false;
        append(c, &c->units[i]);
    }
    return true;
}

/* Places the gathered units of the block at hand. */
static bool place(kno_chunker *c)
{
    if (c->n_units == 0)
        return true;
    size_t tokens = 0;
    for (size_t i = 0; i < c->n_units; i++)
        tokens += c->units[i].tokens;
    const bool fresh = !c->block_begun && !c->block->continues && c->block->kind != KNO_HEADING;
    if (fresh && breaks_before(c, tokens) && !finish(c))
        return false;
    const bool ok = place_units(c);
    c->block_begun = true;
    c->n_units = 0;
    return ok;
}

/* Strategy document: takes what fits and the words that fit of the first unit that does not. */
static void take_until_full(kno_chunker *c, const kno_cutter *cutter, const kno_unit *unit)
{
    if (c->full)
        return;
    if (!c->open.is_open || fits(c, unit)) {
        append(c, unit);
        return;
    }
    const anc_str text = anc_str_sub(cutter->text, (size_t)(unit->start - cutter->start),
                                     (size_t)(unit->end - unit->start));
    const size_t room = c->open.budget - c->open.tokens;
    const size_t n = kno_cut_prefix(cutter, text, room);
    c->full = true;
    if (n == 0)
        return;
    const kno_unit rest = {unit->start, unit->start + n,
                           (uint32_t)c->o.count(c->o.count_self, anc_str_sub(text, 0, n))};
    append(c, &rest);
}

typedef struct gather {
    kno_chunker *c;
    const kno_cutter *cutter;
} gather;

static bool on_unit(void *self, const kno_unit *unit)
{
    gather *g = self;
    kno_chunker *c = g->c;
    if (c->o.strategy == KNO_BY_DOCUMENT) {
        take_until_full(c, g->cutter, unit);
        return !c->full;
    }
    c->units[c->n_units++] = *unit;
    return c->n_units < BATCH || place(c);
}

/* ---- blocks ------------------------------------------------------------------------------ */

/* Whether a heading begins a chunk of its own: not when what is open is tiny. The end of the
 * section that the open chunk began in counts for more than its next part. */
static bool heading_breaks(const kno_chunker *c, unsigned level)
{
    const open_chunk *o = &c->open;
    const size_t tiny = o->budget / (level < o->level ? 16 : 6);
    return o->is_open && o->body_tokens > 0 && o->body_tokens >= tiny;
}

/* Makes the heading a section, and the open chunk's path what all of it shares. */
static bool begin_heading(kno_chunker *c, const kno_block *block)
{
    const unsigned level = block->level < 1 ? 1 : block->level > LEVELS ? LEVELS : block->level;
    open_chunk *o = &c->open;
    if (c->o.strategy == KNO_BY_STRUCTURE && heading_breaks(c, level) && !finish(c))
        return false;
    enter_section(c, level, block->text);
    heading_path here;
    compose_path(c, LEVELS + 1, &here);
    if (c->o.strategy == KNO_BY_STRUCTURE)
        c->budget = budget_of(c, &here);
    if (!o->is_open || c->o.strategy == KNO_BY_DOCUMENT)
        return true;
    if (o->body_tokens == 0) {
        o->path = here;
        o->level = level;
        o->budget = o->budget < c->budget ? o->budget : c->budget;
        return true;
    }
    if (!o->has_tail) {
        o->path_before_tail = o->path;
        o->end_before_tail = o->end;
        o->tail_start = block->start;
        o->tail_page = block->page;
        o->tail_tokens = 0;
        o->has_tail = true;
    }
    o->common = o->common < level ? o->common : level;
    compose_path(c, o->common, &o->path);
    return true;
}

/* The row without its last cell; empty where it has one alone. */
static anc_str without_last_cell(anc_str row)
{
    for (size_t n = row.len; n > 2; n--)
        if (row.ptr[n - 1] == '|' && row.ptr[n - 2] == ' ')
            return anc_str_sub(row, 0, n - 2);
    return ANC_STR_NONE;
}

/* Keeps a header row for the chunks that continue its table. */
static void note_columns(kno_chunker *c, const kno_block *block)
{
    if (block->kind != KNO_TABLE_ROW) {
        c->columns_len = 0;
        return;
    }
    if (!block->header || block->continues)
        return;
    anc_str row = block->text;
    if (row.len > COLUMNS_BYTES)
        row = without_last_cell(anc_str_sub(row, 0, anc_utf8_floor(row, COLUMNS_BYTES)));
    const anc_str embedded = kno_columns_embedded(row);
    c->columns_tokens = embedded.len > 0 ? c->o.count(c->o.count_self, embedded) : 0;
    if (row.len > 0)
        memcpy(c->columns, row.ptr, row.len);
    c->columns_len = row.len;
}

kno_chunker *kno_chunker_new(anc_arena *mem, const kno_chunker_options *options)
{
    kno_chunker *c = anc_arena_alloc(mem, 1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->o = *options;
    if (c->o.window_tokens < KNO_CHUNK_TOKENS_MIN)
        c->o.window_tokens = KNO_CHUNK_TOKENS_MIN;
    if (c->o.overlap_sentences > KNO_OVERLAP_SENTENCES)
        c->o.overlap_sentences = KNO_OVERLAP_SENTENCES;
    const heading_path none = {.len = 0};
    c->budget = budget_of(c, &none);
    return c;
}

anc_status kno_chunker_add(kno_chunker *c, const kno_block *block, anc_err *err)
{
    c->err = err;
    c->block = block;
    if (!block->continues)
        c->block_begun = false;
    if (c->full)
        return ANC_OK;
    if (block->kind == KNO_HEADING && !block->continues && !begin_heading(c, block))
        return c->status;
    note_columns(c, block);
    kno_cutter cutter = {.count = c->o.count,
                         .count_self = c->o.count_self,
                         .budget = c->budget,
                         .max_bytes = c->o.window_tokens * BYTES_PER_TOKEN,
                         .unit = on_unit};
    gather g = {c, &cutter};
    cutter.unit_self = &g;
    const bool all = kno_cut_block(&cutter, block);
    if (all && c->o.strategy == KNO_BY_STRUCTURE)
        (void)place(c);
    return c->status;
}

anc_status kno_chunker_end(kno_chunker *c, anc_err *err)
{
    c->err = err;
    c->open.has_tail = false; /* headings without body stay where they are */
    (void)finish(c);
    return c->status;
}

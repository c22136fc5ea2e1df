/* units.c - cutting passages into units and finding what heads what. */
#include "rag/domain/card.h"
#include "rag/domain/tables.h"

#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/tables.h"
#include "text/sentence.h"

enum { HEADING_MAX_CHARS = 90 };

typedef struct cutter {
    rag_units *units;
    size_t room; /* units that fit */
    const rag_passage *passage;
    rag_words words;
    uint32_t index; /* of the passage */
    uint32_t head;  /* unit that heads what comes next */
    uint32_t intro; /* line that ends in a colon before a list, which heads its items */
    bool card;      /* what comes next is of a card */
    bool item;      /* the last unit was of an item of a list */
    bool listed;    /* an item has come since the last heading */
} cutter;

anc_str rag_unit_text(const rag_unit *unit, const rag_passage *passages)
{
    return anc_str_sub(passages[unit->passage].text, unit->start, unit->end - unit->start);
}

anc_str rag_unit_columns(const rag_units *units, const rag_unit *unit, const rag_passage *passages)
{
    if (unit->columns != RAG_NO_UNIT)
        return rag_unit_text(&units->items[unit->columns], passages);
    return unit->continues ? passages[unit->passage].columns : ANC_STR("");
}

/* Line feeds between the end of `span` and the next thing that is not white space. */
static size_t breaks_after(anc_str text, size_t at)
{
    size_t breaks = 0;
    for (; at < text.len; at++) {
        if (text.ptr[at] == '\n')
            breaks++;
        else if (text.ptr[at] != ' ' && text.ptr[at] != '\t' && text.ptr[at] != '\r')
            break;
    }
    return at == text.len ? 0 : breaks;
}

static bool starts_line(anc_str text, size_t at)
{
    while (at > 0 && (text.ptr[at - 1] == ' ' || text.ptr[at - 1] == '\t'))
        at--;
    return at == 0 || text.ptr[at - 1] == '\n';
}

/* Whether a line looks like a row of a table or an item of a list, which no heading does. */
static bool is_row(anc_str line)
{
    if (anc_str_find(line, ANC_STR("|")) != SIZE_MAX ||
        anc_str_find(line, ANC_STR("\t")) != SIZE_MAX ||
        anc_str_find(line, ANC_STR("  ")) != SIZE_MAX)
        return true;
    return anc_str_starts(line, ANC_STR("- ")) || anc_str_starts(line, ANC_STR("* ")) ||
           anc_str_starts(line, ANC_STR("• "));
}

static rag_unit_kind kind_of(anc_str text, txt_span span, size_t chars)
{
    const anc_str line = anc_str_sub(text, span.start, span.end - span.start);
    const char last = line.ptr[line.len - 1];
    if (last == '?')
        return RAG_UNIT_QUESTION;
    if (chars > HEADING_MAX_CHARS || !starts_line(text, span.start) || is_row(line))
        return RAG_UNIT_PROSE;
    if (line.ptr[0] == '#')
        return RAG_UNIT_HEADING;
    if (last == '.' || last == '!' || last == ';' || last == ',')
        return RAG_UNIT_PROSE;
    const bool alone = span.start == 0 && span.end == text.len;
    return alone || breaks_after(text, span.end) >= 2 ? RAG_UNIT_HEADING : RAG_UNIT_PROSE;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The sign of a list's item is no part of what it says. */
static size_t bullet_bytes(anc_str line)
{
    static const anc_str bullets[] = {ANC_STR_INIT("- "), ANC_STR_INIT("* "), ANC_STR_INIT("• "),
                                      ANC_STR_INIT("– ")};
    for (size_t i = 0; i < ANC_COUNT(bullets); i++)
        if (anc_str_starts(line, bullets[i])) {
            size_t n = bullets[i].len;
            while (n < line.len && is_space(line.ptr[n]))
                n++;
            return n < line.len ? n : 0;
        }
    return 0;
}

/* Bytes of "1. " or "12) ". */
static size_t number_bytes(anc_str line)
{
    enum { DIGITS_MAX = 2 };
    size_t n = 0;
    while (n < line.len && line.ptr[n] >= '0' && line.ptr[n] <= '9')
        n++;
    const bool marked = n > 0 && n <= DIGITS_MAX && n + 1 < line.len &&
                        (line.ptr[n] == '.' || line.ptr[n] == ')') && line.ptr[n + 1] == ' ';
    return marked ? n + 2 : 0;
}

/* Whether an item begins at `start`, or goes on there: a sentence of the line that it begins in. */
static bool is_of_item(const cutter *c, size_t start)
{
    const anc_str text = c->passage->text;
    if (!starts_line(text, start))
        return c->item;
    const anc_str line = anc_str_sub(text, start, text.len);
    return bullet_bytes(line) > 0 || number_bytes(line) > 0;
}

/* "Not covered are:" before the first item of a list. */
static bool introduces(anc_str text, txt_span span)
{
    size_t next = span.end;
    while (next < text.len && is_space(text.ptr[next]))
        next++;
    const anc_str line = anc_str_sub(text, next, text.len);
    return span.end > span.start && text.ptr[span.end - 1] == ':' && starts_line(text, next) &&
           (bullet_bytes(line) > 0 || number_bytes(line) > 0);
}

static void add_piece(cutter *c, txt_span span, bool cut_before, bool cut_after)
{
    rag_units *u = c->units;
    if (u->n == c->room)
        return;
    const anc_str text = c->passage->text;
    c->item = is_of_item(c, span.start);
    c->listed |= c->item;
    if (starts_line(text, span.start))
        span.start += bullet_bytes(anc_str_sub(text, span.start, span.end - span.start));
    const size_t chars = anc_utf8_count(anc_str_sub(text, span.start, span.end - span.start));
    rag_unit *unit = &u->items[u->n];
    *unit = (rag_unit){
        .passage = c->index,
        .start = (uint32_t)span.start,
        .end = (uint32_t)span.end,
        .first = (uint32_t)rag_words_at(c->words, span.start),
        .last = (uint32_t)rag_words_at(c->words, span.end),
        .chars = (uint32_t)(chars < RAG_UNIT_MAX_CHARS ? chars : RAG_UNIT_MAX_CHARS),
        .head = c->item && c->intro != RAG_NO_UNIT ? c->intro : c->head,
        .columns = RAG_NO_UNIT,
        .kind = c->card ? RAG_UNIT_PROSE : kind_of(text, span, chars),
        .card = c->card,
        .line_start = starts_line(text, span.start),
        .item = c->item,
        .after_list = c->listed && !c->item,
        .cut_before = cut_before,
        .cut_after = cut_after,
    };
    if (unit->kind != RAG_UNIT_PROSE) {
        c->head = (uint32_t)u->n;
        c->listed = false;
        unit->after_list = false;
    }
    if (!c->item)
        c->intro = introduces(text, span) ? (uint32_t)u->n : RAG_NO_UNIT;
    u->n++;
}

static void add_unit(cutter *c, txt_span span)
{
    add_piece(c, span, false, false);
}

/* A full stop behind a single capital letter, as in "N. Rossi", ends nothing. */
static bool ends_initial(anc_str text, size_t end)
{
    return end >= 2 && text.ptr[end - 1] == '.' && text.ptr[end - 2] >= 'A' &&
           text.ptr[end - 2] <= 'Z' && (end == 2 || is_space(text.ptr[end - 3]));
}

/* The last place in the latter half of [start, limit) with a blank behind one of `signs`; 0: there is
 * none. No sign stands for any word's end. */
static size_t last_break(anc_str text, size_t start, size_t limit, anc_str signs)
{
    for (size_t i = limit; i > start + (limit - start) / 2; i--)
        if (is_space(text.ptr[i]) && !ends_initial(text, i) &&
            (signs.len == 0 || anc_str_find(signs, anc_str_sub(text, i - 1, 1)) != SIZE_MAX))
            return i;
    return 0;
}

/* Where a piece that may reach byte `limit` should end: behind the last part of the sentence that could
 * stand alone, else its last clause, else the last word. */
static size_t clause_end(anc_str text, size_t start, size_t limit)
{
    static const anc_str signs[] = {ANC_STR_INIT(";."), ANC_STR_INIT(",:"), ANC_STR_INIT("")};
    for (size_t k = 0; k < ANC_COUNT(signs); k++) {
        const size_t end = last_break(text, start, limit, signs[k]);
        if (end != 0)
            return end;
    }
    return anc_utf8_floor(text, limit);
}

/* The first character is a small letter: no sentence, row or heading begins like that. */
static bool starts_small(anc_str text)
{
    size_t bytes;
    const uint32_t c = anc_utf8_at(text, 0, &bytes);
    return (c >= 'a' && c <= 'z') || (c >= 0xdf && c <= 0xff && c != 0xf7);
}

static bool line_is_row(anc_str text, size_t start, size_t *ret_end)
{
    const anc_str rest = anc_str_sub(text, start, text.len);
    const anc_str line = anc_str_sub(rest, 0, anc_str_find(rest, ANC_STR("\n")));
    *ret_end = start + anc_str_trim(line).len;
    return anc_str_find(line, ANC_STR(" | ")) != SIZE_MAX ||
           anc_str_find(anc_str_trim(line), ANC_STR("\t")) != SIZE_MAX;
}

/* A line that a page or a column broke off: the last unit has no end, and this goes on small. A row of a table
 * goes on in what stands below it only from the middle of a sentence. */
static bool joins_last(const cutter *c, txt_span span)
{
    const rag_units *u = c->units;
    if (c->card || u->n == 0 || u->items[u->n - 1].passage != c->index)
        return false;
    const rag_unit *last = &u->items[u->n - 1];
    const anc_str text = c->passage->text;
    if (last->card)
        return false;
    const char end = text.ptr[last->end - 1];
    size_t row_end;
    const bool whole_row =
        end != ',' && last->line_start && line_is_row(text, last->start, &row_end);
    if (whole_row || last->kind != RAG_UNIT_PROSE || end == '.' || end == '!' || end == ';' ||
        end == ':')
        return false;
    const anc_str whole = anc_str_sub(text, last->start, span.end - last->start);
    const anc_str own = anc_str_sub(text, span.start, span.end - span.start);
    return breaks_after(text, last->end) > 0 && starts_small(own) && !is_row(own) &&
           anc_utf8_count(whole) <= RAG_UNIT_MAX_CHARS;
}

/* A row of many short cells, and nothing but that. */
static bool is_wide_row(anc_str text, txt_span span)
{
    enum { CELLS_MIN = 4, CELL_CHARS = 100 };
    size_t end;
    if (!starts_line(text, span.start) || !line_is_row(text, span.start, &end) || end != span.end)
        return false;
    const anc_str row = anc_str_sub(text, span.start, span.end - span.start);
    const size_t cells = rag_cell_count(row);
    return cells >= CELLS_MIN && anc_utf8_count(row) <= RAG_ROW_MAX_CHARS &&
           anc_utf8_count(row) <= cells * CELL_CHARS;
}

/* A sentence as one unit, or in pieces where it is too long to be quoted. */
static void add_sentence(cutter *c, txt_span span)
{
    const anc_str text = c->passage->text;
    if (is_wide_row(text, span)) {
        add_unit(c, span);
        return;
    }
    if (joins_last(c, span)) {
        span.start = c->units->items[--c->units->n].start;
        add_unit(c, span);
        return;
    }
    bool cut = false;
    for (;;) {
        const anc_str rest = anc_str_sub(text, span.start, span.end - span.start);
        const size_t reach = anc_utf8_offset(rest, RAG_UNIT_MAX_CHARS);
        if (reach == rest.len)
            break;
        size_t end = clause_end(text, span.start, span.start + reach);
        size_t next = end;
        while (end > span.start + 1 && is_space(text.ptr[end - 1]))
            end--;
        const bool goes_on = text.ptr[end - 1] != '.';
        add_piece(c, (txt_span){span.start, end}, cut, goes_on);
        cut = goes_on;
        while (next < span.end && is_space(text.ptr[next]))
            next++;
        span.start = next;
        if (span.start >= span.end)
            return;
    }
    add_piece(c, span, cut, false);
}

/* "Article 71 Si" */
static bool begins_article(anc_str text, size_t at)
{
    static const anc_str word = ANC_STR_INIT("Article ");
    if (!anc_str_starts(anc_str_sub(text, at, text.len), word))
        return false;
    size_t i = at + word.len;
    const size_t number = i;
    while (i < text.len && ((text.ptr[i] >= '0' && text.ptr[i] <= '9') || text.ptr[i] == '-'))
        i++;
    return i > number && i + 1 < text.len && text.ptr[i] == ' ' && text.ptr[i + 1] >= 'A' &&
           text.ptr[i + 1] <= 'Z';
}

/* The articles of a law follow each other, whether the scan of its page kept the full stops or not. */
static void end_before_article(anc_str text, txt_span *span, size_t *cursor)
{
    for (size_t i = span->start + 1; i < span->end; i++)
        if (is_space(text.ptr[i - 1]) && begins_article(text, i)) {
            *cursor = i;
            while (i > span->start + 1 && is_space(text.ptr[i - 1]))
                i--;
            span->end = i;
            return;
        }
}

/* A row of a table is one unit, however many sentences stand in its cells, and whatever letter the next
 * row begins with. */
static void keep_row_apart(anc_str text, txt_span *span, size_t *cursor)
{
    size_t end;
    size_t next_end;
    if (!starts_line(text, span->start) || !line_is_row(text, span->start, &end) ||
        end == span->end)
        return;
    const size_t feed = anc_str_find(anc_str_sub(text, end, text.len), ANC_STR("\n"));
    if (end < span->end && (feed == SIZE_MAX || !line_is_row(text, end + feed + 1, &next_end)))
        return;
    span->end = end;
    *cursor = end;
}

static bool begins_paragraph(anc_str text, size_t at)
{
    size_t feeds = 0;
    for (; at > 0 && is_space(text.ptr[at - 1]); at--)
        feeds += text.ptr[at - 1] == '\n';
    return at == 0 || feeds > 1;
}

static void cut_sentences(cutter *c, size_t cursor, size_t end)
{
    txt_span span;
    while (cursor < end && txt_sentence_next(c->passage->text, &cursor, &span) && span.start < end)
        add_sentence(c, (txt_span){span.start, span.end < end ? span.end : end});
}

/* A card is one unit where it can be quoted whole, else a unit for each line or sentence. */
static void cut_card(cutter *c, size_t start, const rag_card *card)
{
    const anc_str text = c->passage->text;
    const uint32_t head = c->head;
    rag_units *u = c->units;
    const size_t from = u->n;
    c->card = true;
    if (anc_utf8_count(anc_str_sub(text, start, card->end - start)) <= RAG_UNIT_MAX_CHARS) {
        add_unit(c, (txt_span){start, card->end});
    } else {
        for (size_t at = start, end; at < card->end; at = end + 1) {
            const size_t feed = anc_str_find(anc_str_sub(text, at, card->end - at), ANC_STR("\n"));
            end = feed == SIZE_MAX ? card->end : at + feed;
            if (u->n < c->room && at == card->name_start)
                c->head = (uint32_t)u->n;
            cut_sentences(c, at, end);
        }
        for (size_t i = from; i < u->n; i++)
            u->items[i].head = c->head == i ? head : c->head;
    }
    c->head = head;
    c->card = false;
}

/* Whether the catalog counts a row from there on. */
static bool begins_record(const rag_passage *p, size_t at)
{
    for (size_t i = 0; i < p->n_places; i++)
        if (p->places[i].at == p->start + at)
            return p->places[i].row > 0;
    return false;
}

static bool cut_if_card(cutter *c, txt_span span, size_t *cursor)
{
    rag_card card;
    if (!begins_paragraph(c->passage->text, span.start) ||
        !rag_card_at(c->passage->text, c->passage->title, span.start,
                     begins_record(c->passage, span.start), &card))
        return false;
    cut_card(c, span.start, &card);
    *cursor = card.end;
    return true;
}

/* A unit has a byte at least, and another stands between two. */
static size_t room_for(const rag_passage *passages, size_t n)
{
    size_t room = 0;
    for (size_t i = 0; i < n && room < RAG_UNITS_MAX; i++)
        room += passages[i].text.len / 2 + 1;
    return room < RAG_UNITS_MAX ? room : RAG_UNITS_MAX;
}

anc_status rag_units_cut(anc_arena *mem, const rag_passage *passages, size_t n,
                         txt_language language, rag_units *ret, anc_err *err)
{
    const size_t room = room_for(passages, n);
    rag_units units = {
        .items = anc_arena_alloc(mem, room, sizeof *units.items),
        .words = anc_arena_alloc(mem, n, sizeof *units.words),
    };
    if (units.items == NULL || units.words == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the units of %zu passages", n);
    for (size_t i = 0; i < n; i++) {
        ANC_TRY(rag_words_of(mem, passages[i].text, language, &units.words[i], err));
        cutter c = {.units = &units,
                    .room = room,
                    .passage = &passages[i],
                    .words = units.words[i],
                    .index = (uint32_t)i,
                    .head = RAG_NO_UNIT,
                    .intro = RAG_NO_UNIT};
        const size_t from = units.n;
        size_t cursor = 0;
        txt_span span;
        while (txt_sentence_next(passages[i].text, &cursor, &span)) {
            if (cut_if_card(&c, span, &cursor))
                continue;
            keep_row_apart(passages[i].text, &span, &cursor);
            end_before_article(passages[i].text, &span, &cursor);
            add_sentence(&c, span);
        }
        rag_tables_find(&units, from, &passages[i]);
    }
    *ret = units;
    return ANC_OK;
}

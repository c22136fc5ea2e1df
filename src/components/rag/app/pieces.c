/* pieces.c - words of a text looked up among the words of fields, the longest run taken.
 *
 * A word is a run of letters and digits (bytes from 0x80 on count, so a code point is never cut). Words of
 * the fields hang in chains by their hash; at each word of the text the runs that begin with it are
 * measured, at most CHAIN_MAX of them: what is missed beyond that begins a word later.
 */
#include "pieces.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"

enum { HEADS = 4096, CHAIN_MAX = 256 };

#define GAP ANC_STR("…")

typedef struct word_place {
    const rag_piece_field *field;
    size_t at;
    struct word_place *next;
} word_place;

typedef struct cutting {
    anc_str text;
    rag_piece_least least;
    word_place **heads; /* [HEADS] */
    json_writer *w;
    anc_buf *told;
    size_t literal; /* where the literal that is open begins */
} cutting;

typedef struct run {
    const rag_piece_field *field; /* NULL: none */
    size_t from, to;              /* of the field */
    size_t end;                   /* of the text */
    size_t words;
} run;

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

static bool begins_word(anc_str s, size_t i)
{
    return i < s.len && is_word(s.ptr[i]) && (i == 0 || !is_word(s.ptr[i - 1]));
}

/* Between two words, or between a word and what is none. */
static bool is_edge(anc_str s, size_t i)
{
    return i == 0 || i >= s.len || !is_word(s.ptr[i]) || !is_word(s.ptr[i - 1]);
}

static word_place **head_of(const cutting *c, anc_str s, size_t at)
{
    size_t end = at;
    while (end < s.len && is_word(s.ptr[end]))
        end++;
    return &c->heads[anc_hash64(anc_str_sub(s, at, end - at)) % HEADS];
}

static bool hang_words(const cutting *c, anc_arena *mem, const rag_piece_field *field)
{
    for (size_t i = 0; i < field->text.len; i++) {
        if (!begins_word(field->text, i))
            continue;
        word_place *p = anc_arena_alloc(mem, 1, sizeof *p);
        if (p == NULL)
            return false;
        word_place **head = head_of(c, field->text, i);
        *p = (word_place){field, i, *head};
        *head = p;
    }
    return true;
}

/* How far text and field say the same from these bytes on, to the end of a word. */
static run measure(anc_str text, size_t at, const word_place *place)
{
    const anc_str field = place->field->text;
    run r = {.from = place->at};
    size_t i = at, j = place->at, words = 0;
    while (i < text.len && j < field.len) {
        if (text.ptr[i] == ' ' && is_space(field.ptr[j])) {
            i++;
            while (j < field.len && is_space(field.ptr[j]))
                j++;
        } else if (text.ptr[i] == field.ptr[j] && !is_space(text.ptr[i])) {
            words += begins_word(text, i);
            i++;
            j++;
        } else {
            break;
        }
        if (is_edge(text, i) && is_edge(field, j) && !is_space(text.ptr[i - 1]))
            r = (run){place->field, place->at, j, i, words};
    }
    return r;
}

static run longest(const cutting *c, size_t at)
{
    run best = {0};
    int looked = 0;
    for (const word_place *p = *head_of(c, c->text, at); p != NULL && looked < CHAIN_MAX;
         p = p->next, looked++) {
        const run r = measure(c->text, at, p);
        if (r.field != NULL && (best.field == NULL || r.end > best.end))
            best = r;
    }
    const bool counts =
        best.field != NULL && best.words >= c->least.words && best.end - at >= c->least.bytes;
    return counts ? best : (run){0};
}

static bool has_word(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (is_word(s.ptr[i]) || s.ptr[i] == '[')
            return true;
    return false;
}

/* What lies between two gaps and says nothing does not part them. */
static void end_literal(cutting *c, size_t end)
{
    const anc_str literal = anc_str_sub(c->text, c->literal, end - c->literal);
    if (literal.len == 0)
        return;
    json_write_str(c->w, literal);
    if (has_word(literal) || !anc_str_ends(anc_buf_view(c->told), GAP))
        (void)anc_buf_add(c->told, literal);
}

static void put_run(cutting *c, const run *r)
{
    json_open_array(c->w);
    json_write_int(c->w, r->field->source);
    json_write_str(c->w, anc_str_of(r->field->name));
    json_write_int(c->w, (int64_t)(r->field->base + r->from));
    json_write_int(c->w, (int64_t)(r->field->base + r->to));
    json_close_array(c->w);
    if (!anc_str_ends(anc_buf_view(c->told), GAP))
        (void)anc_buf_add(c->told, GAP);
}

/* Bytes of a marker, "[12]", that begins here; it is nobody's word. */
static size_t marker_length(anc_str s, size_t at)
{
    size_t end = at + 1;
    while (s.ptr[at] == '[' && end < s.len && s.ptr[end] >= '0' && s.ptr[end] <= '9')
        end++;
    return end > at + 1 && end < s.len && s.ptr[end] == ']' ? end + 1 - at : 0;
}

static void cut(cutting *c)
{
    size_t at = 0;
    json_open_array(c->w);
    while (at < c->text.len) {
        const size_t marker = marker_length(c->text, at);
        if (marker > 0) {
            at += marker;
            continue;
        }
        const run r = begins_word(c->text, at) ? longest(c, at) : (run){0};
        if (r.field == NULL) {
            at++;
            continue;
        }
        end_literal(c, at);
        put_run(c, &r);
        at = c->literal = r.end;
    }
    end_literal(c, c->text.len);
    json_close_array(c->w);
}

anc_status rag_pieces_cut(anc_arena *mem, anc_str text, const rag_piece_field *fields, size_t n,
                          rag_piece_least least, json_writer *w, anc_buf *told, anc_err *err)
{
    cutting c = {.text = text, .least = least, .w = w, .told = told};
    c.heads = anc_arena_alloc(mem, HEADS, sizeof *c.heads);
    bool room = c.heads != NULL;
    for (size_t i = 0; room && i < HEADS; i++)
        c.heads[i] = NULL;
    for (size_t i = n; room && i > 0; i--) /* so that the first field is the first of a chain */
        room = hang_words(&c, mem, &fields[i - 1]);
    if (!room)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the words of an answer");
    cut(&c);
    return ANC_OK;
}

/* ---- together again ---- */

static const rag_piece_field *field_of(const json_value *piece, const rag_piece_field *fields,
                                       size_t n)
{
    const int64_t source = json_int(json_element(piece, 0), 0);
    const anc_str name = json_str(json_element(piece, 1), ANC_STR(""));
    for (size_t i = 0; i < n; i++)
        if (fields[i].source == source && anc_str_eq(anc_str_of(fields[i].name), name))
            return &fields[i];
    return NULL;
}

static void add_spaced(anc_buf *out, anc_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_space(s.ptr[i]))
            (void)anc_buf_add_char(out, s.ptr[i]);
        else if (i == 0 || !is_space(s.ptr[i - 1]))
            (void)anc_buf_add_char(out, ' ');
    }
}

static bool join_one(const json_value *piece, const rag_piece_field *fields, size_t n, anc_buf *out)
{
    if (json_kind_of(piece) == JSON_STRING)
        return anc_buf_add(out, json_str(piece, ANC_STR("")));
    const rag_piece_field *f = field_of(piece, fields, n);
    const int64_t start = json_int(json_element(piece, 2), -1);
    const int64_t end = json_int(json_element(piece, 3), -1);
    if (f == NULL || start < 0 || end < start || (uint64_t)start < f->base ||
        (uint64_t)end - f->base > f->text.len)
        return false;
    add_spaced(out, anc_str_sub(f->text, (uint64_t)start - f->base, (uint64_t)(end - start)));
    return true;
}

bool rag_pieces_join(const json_value *pieces, const rag_piece_field *fields, size_t n,
                     anc_buf *out)
{
    for (size_t i = 0; i < json_count(pieces); i++)
        if (!join_one(json_element(pieces, i), fields, n, out))
            return false;
    return !out->refused;
}

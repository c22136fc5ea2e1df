/* sentence.c - where sentences end.
 *
 * A terminator (full stop, question mark, …) is taken with the quotes, brackets and note numbers
 * that close behind it, then judged by what follows and, for a full stop, by the word before it.
 * A line ends a sentence unless it looks wrapped. Words are looked at through windows of fixed
 * size, so that a walk stays linear whatever the text.
 */
#include "text/sentence.h"

#include "base/str.h"
#include "base/utf8.h"
#include "chars_impl.h"
#include "sentence_words_impl.h"
#include "text/normalize.h"

enum { WRAPPED_LINE = 60, WORD_WINDOW = 64, NOTE_WINDOW = 8 };

typedef enum terminator { NO_STOP, FULL_STOP, EXCLAMATION, ELLIPSIS, IDEOGRAPHIC } terminator;

static uint32_t char_at(anc_str text, size_t at, size_t *bytes)
{
    *bytes = 1;
    return at < text.len ? anc_utf8_at(text, at, bytes) : 0;
}

static terminator terminator_of(uint32_t c)
{
    switch (c) {
    case '.':
        return FULL_STOP;
    case '!':
    case '?':
    case 0x203C: /* double exclamation mark */
    case 0x2047: /* double question mark */
    case 0x2048:
    case 0x2049:
    case 0x061F: /* Arabic question mark */
    case 0x06D4: /* Arabic full stop */
    case 0x0964: /* danda */
    case 0x0965:
        return EXCLAMATION;
    case 0x2026:
        return ELLIPSIS;
    case 0x3002: /* ideographic full stop */
    case 0xFF01:
    case 0xFF0E:
    case 0xFF1F:
    case 0xFF61:
        return IDEOGRAPHIC;
    default:
        return NO_STOP;
    }
}

static bool is_newline(uint32_t c)
{
    return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool is_closer(uint32_t c)
{
    switch (c) {
    case ')':
    case ']':
    case '}':
    case '"':
    case '\'':
    case '*':
    case '_':
    case '`':
    case 0x00AB:
    case 0x00BB:
    case 0x2018:
    case 0x2019:
    case 0x201C:
    case 0x201D:
    case 0x203A:
    case 0x300D:
    case 0x300F:
    case 0x3011:
    case 0xFF09:
        return true;
    default:
        return false;
    }
}

static bool is_opener(uint32_t c)
{
    switch (c) {
    case '(':
    case '[':
    case '{':
    case '"':
    case '\'':
    case '*':
    case '_':
    case '`':
    case 0x00A1:
    case 0x00AB:
    case 0x00BB:
    case 0x00BF:
    case 0x2018:
    case 0x201C:
    case 0x201E:
    case 0x2039:
        return true;
    default:
        return false;
    }
}

static size_t skip_blanks(anc_str text, size_t at, bool over_newlines)
{
    size_t bytes;
    for (; at < text.len; at += bytes) {
        const uint32_t c = char_at(text, at, &bytes);
        if (!txt_is_blank(c) || (!over_newlines && is_newline(c)))
            break;
    }
    return at;
}

/* Bytes of a note "[12]" at `at`, 0 when there is none. */
static size_t note_length(anc_str text, size_t at)
{
    const anc_str s = anc_str_sub(text, at, NOTE_WINDOW);
    size_t n = 1;
    if (s.len < 3 || s.ptr[0] != '[')
        return 0;
    while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
        n++;
    return n > 1 && n < s.len && s.ptr[n] == ']' ? n + 1 : 0;
}

/* The end of the quotes, brackets and notes that close behind a terminator. */
static size_t skip_closers(anc_str text, size_t at)
{
    for (;;) {
        size_t bytes;
        const size_t note = note_length(text, at);
        if (note > 0) {
            at += note;
            continue;
        }
        if (at < text.len && is_closer(char_at(text, at, &bytes))) {
            at += bytes;
            continue;
        }
        /* French sets a space before the closing quotes. */
        const size_t next = skip_blanks(text, at, false);
        if (next > at && next < text.len && char_at(text, next, &bytes) == 0x00BB) {
            at = next + bytes;
            continue;
        }
        return at;
    }
}

static bool is_word_part(uint32_t c)
{
    return txt_is_word(txt_class_of(c)) || c == '.' || c == '-';
}

/* The word that ends at `end`, inner points and hyphens included; at most a window of it. */
static anc_str word_before(anc_str text, size_t start, size_t end)
{
    size_t at = end, bytes;
    while (at > start && end - at < WORD_WINDOW) {
        const size_t previous = anc_utf8_floor(text, at - 1);
        if (!is_word_part(char_at(text, previous, &bytes)))
            break;
        at = previous;
    }
    return anc_str_sub(text, at, end - at);
}

/* The word that begins at `at`; at most a window of it. */
static anc_str word_after(anc_str text, size_t at)
{
    size_t end = at, bytes;
    while (end < text.len && end - at < WORD_WINDOW &&
           txt_is_word(txt_class_of(char_at(text, end, &bytes))))
        end += bytes;
    return anc_str_sub(text, at, end - at);
}

static bool all_digits(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

static bool is_digit(uint32_t c)
{
    return txt_class_of(c) == TXT_CHAR_DIGIT;
}

/* Whether the full stop behind `word` ends a sentence that goes on, if it does not, with the word
 * `next`, which begins with `c`, a capital, a digit or a sign. */
static bool stop_ends(anc_str word, bool first, anc_str next, uint32_t c)
{
    if (word.len == 0)
        return true;
    if (all_digits(word))
        return !(first && word.len <= 3) && !(word.len <= 2 && txt_follows_ordinal(next));
    size_t bytes;
    const uint32_t initial = char_at(word, 0, &bytes);
    const bool letter = word.len == bytes; /* a single one */
    switch (txt_word_before_stop(word)) {
    case TXT_WORD_TITLE:
        return false;
    case TXT_WORD_NUMBERING:
        if (is_digit(c) || !letter || !txt_is_upper(initial)) /* "n. 5"; "N. Okafor" is a name */
            return !is_digit(c);
        break;
    case TXT_WORD_CLOSING:
        return txt_begins_sentences(next);
    case TXT_WORD_PLAIN:
        break;
    }
    if (letter)
        return !first && (!txt_is_upper(initial) || txt_begins_sentences(next));
    const bool acronym = anc_str_find(word, ANC_STR(".")) != SIZE_MAX;
    return !acronym || !txt_is_upper(initial) || txt_begins_sentences(next);
}

/* A terminator in its place. */
typedef struct stop {
    terminator kind;
    size_t at;   /* its first byte */
    size_t end;  /* behind all terminators in a row */
    size_t tail; /* behind what closes with them */
} stop;

static stop read_stop(anc_str text, size_t at)
{
    size_t bytes;
    stop s = {.kind = terminator_of(char_at(text, at, &bytes)), .at = at};
    size_t end = at + bytes, points = s.kind == FULL_STOP;
    for (terminator t; (t = terminator_of(char_at(text, end, &bytes))) != NO_STOP; end += bytes) {
        points += t == FULL_STOP;
        if (t == EXCLAMATION || t == IDEOGRAPHIC)
            s.kind = t;
    }
    if (points > 1 && s.kind == FULL_STOP)
        s.kind = ELLIPSIS;
    s.end = end;
    s.tail = skip_closers(text, end);
    return s;
}

static bool ends_sentence(anc_str text, size_t start, const stop *s)
{
    size_t bytes;
    if (s->kind == IDEOGRAPHIC)
        return true;
    size_t next = skip_blanks(text, s->tail, true);
    if (next == text.len)
        return true;
    if (next == s->tail) /* "3.5", "example.org" */
        return false;
    uint32_t c = char_at(text, next, &bytes);
    while (is_opener(c)) {
        next += bytes;
        c = char_at(text, next, &bytes);
    }
    if (txt_is_lower(c) || c == ',' || c == ';')
        return false;
    if (s->kind == EXCLAMATION)
        return true;
    if (s->kind == ELLIPSIS)
        return !is_digit(c);
    const anc_str word = word_before(text, start, s->at);
    return stop_ends(word, word.ptr == text.ptr + start, word_after(text, next), c);
}

/* Whether a list item begins at `at`: "- ", "• ", "12. ", "b) ". */
static bool is_list_item(anc_str text, size_t at)
{
    size_t bytes;
    const uint32_t c = char_at(text, at, &bytes);
    if (c == '-' || c == '*' || c == '+' || c == 0x2022 || c == 0x2013 || c == 0x2014 ||
        c == 0x25AA || c == 0x25E6 || c == 0x25CF)
        return at + bytes < text.len && txt_is_blank(char_at(text, at + bytes, &bytes));
    size_t n = 0;
    const anc_str s = anc_str_sub(text, at, 5);
    while (n < s.len && n < 3 && s.ptr[n] >= '0' && s.ptr[n] <= '9')
        n++;
    const bool letter =
        n == 0 && s.len > 1 && s.ptr[1] == ')' && (txt_is_lower(c) || txt_is_upper(c));
    n += letter;
    return n > 0 && n + 1 < s.len && (s.ptr[n] == '.' || s.ptr[n] == ')') && s.ptr[n + 1] == ' ';
}

/* Whether the line that ends at `at` and began at `line` is the end of a sentence though no
 * terminator says so. */
static bool line_ends_sentence(anc_str text, size_t line, size_t at)
{
    size_t bytes, newlines = 0, next = at;
    for (; next < text.len; next += bytes) {
        const uint32_t c = char_at(text, next, &bytes);
        if (!txt_is_blank(c))
            break;
        if (c == '\r' && next + 1 < text.len && text.ptr[next + 1] == '\n')
            bytes = 2;
        newlines += is_newline(c);
    }
    if (newlines > 1 || next == text.len || is_list_item(text, next))
        return true;
    const uint32_t c = char_at(text, next, &bytes);
    const anc_str before = anc_str_trim(anc_str_sub(text, line, at - line));
    if (anc_str_ends(before, ANC_STR(":")))
        return true;
    if (txt_is_lower(c))
        return false;
    const bool long_line =
        before.len >= WRAPPED_LINE && anc_str_find(before, ANC_STR(" | ")) == SIZE_MAX;
    return !long_line || txt_class_of(c) != TXT_CHAR_LETTER;
}

/* The end of the sentence that begins at `start`, white space behind it perhaps included. */
static size_t sentence_end(anc_str text, size_t start)
{
    size_t bytes, line = start;
    for (size_t at = start; at < text.len;) {
        const uint32_t c = char_at(text, at, &bytes);
        if (is_newline(c)) {
            if (line_ends_sentence(text, line, at))
                return at;
            at = skip_blanks(text, at, true);
            line = at;
        } else if (terminator_of(c) != NO_STOP) {
            const stop s = read_stop(text, at);
            if (ends_sentence(text, start, &s))
                return s.tail;
            at = s.tail;
        } else {
            at += bytes;
        }
    }
    return text.len;
}

bool txt_sentence_next(anc_str text, size_t *cursor, txt_span *ret)
{
    const size_t start = skip_blanks(text, *cursor, true);
    if (start == text.len) {
        *cursor = start;
        return false;
    }
    size_t end = sentence_end(text, start), bytes;
    *cursor = end;
    while (end > start) {
        const size_t last = anc_utf8_floor(text, end - 1);
        if (!txt_is_blank(char_at(text, last, &bytes)))
            break;
        end = last;
    }
    *ret = (txt_span){start, end};
    return true;
}

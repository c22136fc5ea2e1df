/* frames.c - patterns of frames_table.c taken off a question, the longest first, until none stands there. */
#include "rag/domain/frames.h"

#include "base/str.h"
#include "frames_impl.h"
#include "rag/domain/question_words.h"
#include "smalltalk_impl.h"

enum { FRAMES_MAX = 6, ASKING_WITHIN = 3 };

static const unsigned asking = RAG_QUESTION_OPENS | RAG_QUESTION_OF_THING | RAG_QUESTION_HEADS;

static anc_str from(anc_str text, size_t at)
{
    return anc_str_sub(text, at, text.len);
}

/* Behind the signs and blanks at `at`. */
static size_t past_signs(anc_str text, size_t at)
{
    for (size_t n; at < text.len && (n = rag_talk_sign_bytes(text, at)) > 0;)
        at += n;
    return at;
}

/* Behind the word at `at`. */
static size_t past_word(anc_str text, size_t at)
{
    while (at < text.len && rag_talk_sign_bytes(text, at) == 0)
        at++;
    return at;
}

static anc_str word_at(anc_str text, size_t at)
{
    return anc_str_sub(text, at, past_word(text, at) - at);
}

/* Whether `word` is one of the slot's, which '?' behind one or all of them lets out. */
static bool is_in_slot(anc_str word, anc_str slot, bool *ret_optional)
{
    bool is = false;
    *ret_optional = false;
    for (anc_str one; anc_str_split(&slot, ',', &one);) {
        const bool optional = one.len > 0 && one.ptr[one.len - 1] == '?';
        *ret_optional |= optional;
        is |= anc_str_eq_nocase(word, anc_str_sub(one, 0, one.len - optional));
    }
    return is && word.len > 0;
}

static size_t longest_of(const char *const *patterns, size_t n, anc_str text, size_t at);

/* Behind the words of `text` that are the pattern, from `at` on; 0: they are not. `please`: what is polite may stand between. */
static size_t pattern_end(const char *pattern, anc_str text, size_t at, bool please)
{
    size_t end = 0;
    anc_str slots = anc_str_of(pattern);
    for (anc_str slot; anc_str_split(&slots, ' ', &slot);) {
        bool optional;
        size_t word = past_signs(text, end > 0 ? end : at);
        if (please && end > 0 && !is_in_slot(word_at(text, word), slot, &optional)) {
            const size_t polite = longest_of(rag_frame_please, rag_frame_please_n, text, word);
            word = polite > 0 ? past_signs(text, polite) : word;
        }
        if (is_in_slot(word_at(text, word), slot, &optional))
            end = past_word(text, word);
        else if (!optional)
            return 0;
    }
    return end;
}

static size_t longest_of(const char *const *patterns, size_t n, anc_str text, size_t at)
{
    size_t longest = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t end = pattern_end(patterns[i], text, at, false);
        longest = end > longest ? end : longest;
    }
    return longest;
}

/* A word that asks is one of the first: "until when". */
static bool asks(anc_str text)
{
    size_t at = past_signs(text, 0);
    for (size_t i = 0; i < ASKING_WITHIN && at < text.len; i++) {
        if (rag_question_word(asking, word_at(text, at)) ||
            longest_of(rag_frame_whether, rag_frame_whether_n, text, at) > 0)
            return true;
        at = past_signs(text, past_word(text, at));
    }
    return false;
}

/* Where the last words of `text` that are one of the patterns begin; its length: they are not. */
static size_t tail_of(const char *const *patterns, size_t n, anc_str text)
{
    for (size_t at = past_signs(text, 0); at < text.len;
         at = past_signs(text, past_word(text, at))) {
        const size_t end = longest_of(patterns, n, text, at);
        if (end > 0 && past_signs(text, end) == text.len)
            return at;
    }
    return text.len;
}

/* Blanks, and the signs that part a frame from what is asked: no quotes or marks, which say how it is searched for. */
static anc_str within(anc_str text)
{
    static const char parting[] = " \t\r\n,:;.!?";
    size_t at = 0;
    size_t end = text.len;
    while (at < end && anc_str_find(anc_str_of(parting), anc_str_sub(text, at, 1)) != SIZE_MAX)
        at++;
    while (end > at &&
           anc_str_find(anc_str_of(" \t\r\n,:;"), anc_str_sub(text, end - 1, 1)) != SIZE_MAX)
        end--;
    return anc_str_sub(text, at, end - at);
}

static bool has_word(anc_str text)
{
    return past_signs(text, 0) < text.len;
}

/* Signs at the end of what is spoken of: "dogs." */
static anc_str topic_of(anc_str text)
{
    static const char ends[] = " .?!";
    while (text.len > 0 &&
           anc_str_find(anc_str_of(ends), anc_str_sub(text, text.len - 1, 1)) != SIZE_MAX)
        text.len--;
    return text;
}

typedef struct framed {
    anc_str rest;
    size_t end; /* of the frame; 0: none */
    bool topic;
} framed;

/* What is left of `text` behind a row's frame; the longer of it and `best`. */
static framed longer(framed best, const frame_row *row, anc_str text)
{
    const size_t end = pattern_end(row->pattern, text, 0, true);
    anc_str rest = within(from(text, end));
    if (end <= best.end || !has_word(rest) || (row->kind == FRAME_ASKS && !asks(rest)))
        return best;
    if (row->tail != NULL) {
        const size_t tail = tail_of(&row->tail, 1, rest);
        if (tail == rest.len || tail == 0)
            return best;
        rest = within(anc_str_sub(rest, 0, tail));
    }
    return (framed){rest, end, row->kind == FRAME_TOPIC};
}

static framed frame_of(anc_str text)
{
    framed best = {text, 0, false};
    for (size_t i = 0; i < rag_frames_n; i++)
        best = longer(best, &rag_frames[i], text);
    if (best.end == 0)
        return best;
    if (best.topic) {
        best.rest = topic_of(best.rest);
        return best;
    }
    const size_t whether = longest_of(rag_frame_whether, rag_frame_whether_n, best.rest, 0);
    const anc_str behind = within(from(best.rest, whether));
    if (whether > 0 && has_word(behind))
        best.rest = behind;
    return best;
}

/* Without "please" at either end, thanks at the end and a greeting before a comma or a frame. */
static anc_str plain(anc_str text)
{
    const size_t polite = longest_of(rag_frame_please, rag_frame_please_n, text, 0);
    if (polite > 0 && has_word(from(text, polite)))
        text = within(from(text, polite));
    const size_t call = longest_of(rag_frame_calls, rag_frame_calls_n, text, 0);
    const anc_str called = from(text, call);
    if (call > 0 && has_word(called) &&
        (anc_str_starts(called, ANC_STR(",")) || frame_of(within(called)).end > 0))
        text = within(called);
    size_t tail = tail_of(rag_frame_please, rag_frame_please_n, text);
    if (tail > 0 && tail < text.len)
        text = within(anc_str_sub(text, 0, tail));
    tail = tail_of(rag_frame_thanks, rag_frame_thanks_n, text);
    const anc_str before = anc_str_trim(anc_str_sub(text, 0, tail));
    if (tail < text.len && before.len > 0 && rag_talk_sign_bytes(before, before.len - 1) > 0)
        text = within(before);
    return text;
}

anc_str rag_without_frame(anc_str question)
{
    anc_str rest = question;
    for (size_t i = 0; i < FRAMES_MAX; i++) {
        const anc_str before = rest;
        rest = plain(rest);
        const framed found = frame_of(rest);
        if (found.end > 0)
            rest = found.rest;
        if (rest.len == before.len)
            break;
    }
    return has_word(rest) ? rest : question;
}

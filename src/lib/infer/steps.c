/* steps.c - the steps of normalising at work, each drawing on the one before it. */
#include "steps_impl.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "words_impl.h"

enum { REPLACEMENT = 0xFFFD, DOTTED_CAPITAL_I = 0x130, ASCII = 0x80, CLUSTER_MAX_BYTES = 5 };

static bool pull(inf_chars *chars, size_t level, uint32_t *ret);

void inf_chars_begin(inf_chars *chars, const inf_steps *steps, anc_str text)
{
    chars->steps = steps;
    chars->text = text;
    chars->at = 0;
    chars->cut_left = false;
    memset(chars->stages, 0, steps->n * sizeof chars->stages[0]);
    chars->run.n = chars->run.next = 0;
}

/* A state to look ahead with. */
static void copy_chars(inf_chars *to, const inf_chars *from)
{
    memcpy(to, from, offsetof(inf_chars, stages));
    memcpy(to->stages, from->stages, from->steps->n * sizeof to->stages[0]);
    if (from->steps->has_form)
        to->run = from->run;
}

static bool take_source(inf_chars *chars, uint32_t *ret)
{
    size_t bytes = 1;
    if (chars->at >= chars->text.len)
        return false;
    const anc_str rest = {chars->text.ptr + chars->at, chars->text.len - chars->at};
    *ret = (unsigned char)rest.ptr[0];
    if (*ret >= ASCII) {
        const anc_str head = {rest.ptr, rest.len < 4 ? rest.len : 4};
        *ret = anc_utf8_valid_prefix(head) > 0 ? anc_utf8_at(head, 0, &bytes) : REPLACEMENT;
    }
    chars->at += bytes;
    return true;
}

/* The next code point of `out`, when there is one. */
static bool take_out(inf_stage *s, uint32_t *ret)
{
    size_t bytes = 1;
    if (s->out.len == 0)
        return false;
    *ret = anc_utf8_at(s->out, 0, &bytes);
    s->out.ptr += bytes;
    s->out.len -= bytes;
    return true;
}

/* Fills the queue to `n` code points if the step before has them. */
static bool fill(inf_chars *chars, size_t level, size_t n)
{
    inf_stage *s = &chars->stages[level];
    while (s->n < n)
        if (!pull(chars, level, &s->queue[s->n]))
            return false;
        else
            s->n++;
    return true;
}

static void drop(inf_stage *s, uint32_t n)
{
    s->n -= n;
    memmove(s->queue, s->queue + n, s->n * sizeof s->queue[0]);
}

static uint32_t take_first(inf_stage *s)
{
    const uint32_t first = s->queue[0];
    drop(s, 1);
    return first;
}

static size_t utf8_length(uint32_t c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

/* Looks up the first `n` of the queue together; when they have a replacement they go for it. */
static bool map_first(const inf_charsmap *map, inf_stage *s, uint32_t n)
{
    char bytes[4 * INF_PATTERN_MAX];
    size_t len = 0;
    for (uint32_t i = 0; i < n; i++)
        len += anc_utf8_put(s->queue[i], bytes + len);
    if (!inf_charsmap_find(map, (anc_str){bytes, len}, &s->out))
        return false;
    drop(s, n);
    return true;
}

/* Finds the cluster that begins the queue: in `singles` how many code points of it are there. One
 * of at most CLUSTER_MAX_BYTES is complete then; a longer one may go on, and `last` says so. */
static bool find_cluster(inf_chars *chars, size_t level)
{
    inf_stage *s = &chars->stages[level];
    size_t bytes = utf8_length(s->queue[0]);
    s->singles = 1;
    while (bytes <= CLUSTER_MAX_BYTES) {
        if (!fill(chars, level, s->singles + 1) ||
            txt_cluster_ends(s->queue[s->singles - 1], s->queue[s->singles], &s->state))
            return true;
        bytes += utf8_length(s->queue[s->singles++]);
    }
    s->last = s->queue[s->singles - 1];
    return false;
}

/* Whether the next code point goes on with a long cluster, and is one of its singles. */
static bool goes_on(inf_chars *chars, size_t level)
{
    inf_stage *s = &chars->stages[level];
    const uint32_t last = s->last;
    s->last = 0;
    if (last == 0 || !fill(chars, level, 1) || txt_cluster_ends(last, s->queue[0], &s->state))
        return false;
    s->last = s->queue[0];
    s->singles = 1;
    return true;
}

/* A short way for most text: a character of ASCII without replacement before another one, where the
 * step is the first. No cluster has two of ASCII but CR LF. */
static bool next_plain(inf_chars *chars, size_t level, uint32_t *ret)
{
    inf_stage *s = &chars->stages[level];
    if (level != 0 || s->n > 1 || s->singles > 0 || s->last != 0 || s->out.len > 0 ||
        chars->text.len - chars->at + s->n < 2)
        return false;
    const char *rest = chars->text.ptr + chars->at;
    const uint32_t c = s->n > 0 ? s->queue[0] : (unsigned char)rest[0];
    const uint32_t next = (unsigned char)rest[1 - s->n];
    if (c >= ASCII || next >= ASCII || c == '\r' ||
        inf_charsmap_has_ascii(chars->steps->map, (unsigned char)c))
        return false;
    chars->at += 1 - s->n;
    s->n = 0;
    s->state = 0;
    *ret = c;
    return true;
}

/* Clusters of few bytes are looked up whole, then and else their code points one by one. */
static bool next_mapped(inf_chars *chars, size_t level, uint32_t *ret)
{
    inf_stage *s = &chars->stages[level];
    const inf_charsmap *map = chars->steps->map;
    if (next_plain(chars, level, ret))
        return true;
    while (!take_out(s, ret)) {
        if (s->singles == 0 && !goes_on(chars, level)) {
            if (!fill(chars, level, 1))
                return false;
            if (find_cluster(chars, level) && map_first(map, s, s->singles)) {
                s->singles = 0;
                continue;
            }
        }
        s->singles--;
        if (!map_first(map, s, 1)) {
            *ret = take_first(s);
            return true;
        }
    }
    return true;
}

static bool next_formed(inf_chars *chars, size_t level, txt_form form, uint32_t *ret)
{
    inf_stage *s = &chars->stages[level];
    inf_run *run = &chars->run;
    while (run->next == run->n) {
        uint32_t in[TXT_RUN];
        size_t n = 0;
        if (!fill(chars, level, 1))
            return false;
        do
            in[n++] = take_first(s);
        while (n < TXT_RUN && fill(chars, level, 1) && !txt_form_begins(s->queue[0]));
        run->next = 0;
        run->n = (uint32_t)txt_form_of(form, in, n, run->out);
    }
    *ret = run->out[run->next++];
    return true;
}

static bool next_lower(inf_chars *chars, size_t level, uint32_t *ret)
{
    inf_stage *s = &chars->stages[level];
    if (take_out(s, ret))
        return true;
    if (!pull(chars, level, ret))
        return false;
    if (*ret == DOTTED_CAPITAL_I) { /* the one lower case of two code points */
        s->out = ANC_STR("\xCC\x87");
        *ret = 'i';
    } else {
        *ret = txt_lower(*ret);
    }
    return true;
}

static bool next_unmarked(inf_chars *chars, size_t level, uint32_t *ret)
{
    inf_stage *s = &chars->stages[level];
    while (pull(chars, level, ret)) {
        const txt_category category = *ret < ASCII ? TXT_CN : txt_category_of(*ret);
        if (category != TXT_MN && category != TXT_MC && category != TXT_ME) {
            s->begun = true;
            return true;
        }
        chars->cut_left |= !s->begun;
    }
    return false;
}

/* Blanks before the next other code point, of which there is none: false. */
static bool count_blanks(const inf_chars *chars, size_t level, size_t *ret)
{
    inf_chars ahead;
    uint32_t c;
    size_t n = 0;
    copy_chars(&ahead, chars);
    while (pull(&ahead, level, &c)) {
        if (!inf_is_blank(c)) {
            *ret = n;
            return true;
        }
        n++;
    }
    return false;
}

static bool next_stripped(inf_chars *chars, size_t level, const inf_step *step, uint32_t *ret)
{
    inf_stage *s = &chars->stages[level];
    while (pull(chars, level, ret)) {
        if (!inf_is_blank(*ret)) {
            s->begun = true;
            return true;
        }
        if (step->left && !s->begun) {
            chars->cut_left = true;
            continue;
        }
        if (!step->right)
            return true;
        if (s->inner > 0) {
            s->inner--;
            return true;
        }
        return count_blanks(chars, level, &s->inner);
    }
    return false;
}

static bool next_replaced(inf_chars *chars, size_t level, const inf_step *step, uint32_t *ret)
{
    inf_stage *s = &chars->stages[level];
    while (!take_out(s, ret)) {
        if (!fill(chars, level, 1))
            return false;
        if (s->queue[0] != step->pattern[0] || !fill(chars, level, step->n_pattern) ||
            memcmp(s->queue, step->pattern, step->n_pattern * sizeof s->queue[0]) != 0) {
            *ret = take_first(s);
            s->begun = true;
            return true;
        }
        drop(s, (uint32_t)step->n_pattern);
        chars->cut_left |= !s->begun && step->n_content == 0;
        s->begun = s->begun || step->n_content > 0;
        s->out = (anc_str){step->content, step->n_content};
    }
    return true;
}

/* `singles` of the queue are a run that is too short and given as it is. */
static bool next_run(inf_chars *chars, size_t level, const inf_step *step, uint32_t *ret)
{
    inf_stage *s = &chars->stages[level];
    while (!take_out(s, ret)) {
        if (!fill(chars, level, 1))
            return false;
        if (s->singles > 0 || s->queue[0] != step->pattern[0]) {
            s->singles -= s->singles > 0;
            *ret = take_first(s);
            s->begun = true;
            return true;
        }
        while (s->singles < step->least && fill(chars, level, s->singles + 1) &&
               s->queue[s->singles] == step->pattern[0])
            s->singles++;
        if (s->singles < step->least)
            continue;
        do
            drop(s, 1);
        while (fill(chars, level, 1) && s->queue[0] == step->pattern[0]);
        s->singles = 0;
        chars->cut_left |= !s->begun && step->n_content == 0;
        s->begun = s->begun || step->n_content > 0;
        s->out = (anc_str){step->content, step->n_content};
    }
    return true;
}

/* The next code point that comes out of the first `level` steps. */
static bool pull(inf_chars *chars, size_t level, uint32_t *ret)
{
    if (level == 0)
        return take_source(chars, ret);
    level--;
    const inf_step *step = &chars->steps->step[level];
    switch (step->kind) {
    case INF_STEP_MAP:
        return next_mapped(chars, level, ret);
    case INF_STEP_FORM:
        return next_formed(chars, level, step->form, ret);
    case INF_STEP_LOWER:
        return next_lower(chars, level, ret);
    case INF_STEP_UNMARK:
        return next_unmarked(chars, level, ret);
    case INF_STEP_STRIP:
        return next_stripped(chars, level, step, ret);
    case INF_STEP_REPLACE:
        return next_replaced(chars, level, step, ret);
    case INF_STEP_RUN:
        return next_run(chars, level, step, ret);
    }
    return false;
}

bool inf_chars_next(inf_chars *chars, uint32_t *ret)
{
    return pull(chars, chars->steps->n, ret);
}

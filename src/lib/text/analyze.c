/* analyze.c - a text cut into words and joined forms.
 *
 * The scan goes from run to run: words with single signs between them, no blanks ("AX-200",
 * "jean@example.org", "https://example.org/a?b=1"). Of a run come its parts and, where it is more
 * than a hyphenated word, the whole. An apostrophe ends a run; what stands before or behind it may
 * be dropped.
 */
#include "text/analyze.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "chars_impl.h"
#include "term_impl.h"

enum { MOST_PARTS = 32, LONGEST_WHOLE = 192, FIRST_TERMS = 64 };

typedef struct part {
    size_t start, end;
    size_t joiner;  /* bytes of the signs that follow it in the run, 0 for the last part */
    uint32_t chars; /* code points that are not marks */
    bool letters, digits;
} part;

typedef struct run {
    part parts[MOST_PARTS];
    size_t count;
    size_t end; /* where the scan goes on */
    bool url;
    bool acronym; /* single letters with points between them */
} run;

typedef struct scan {
    anc_arena *mem;
    anc_str text;
    txt_language language;
    txt_termer termer;
    txt_term *terms;
    size_t count, cap;
    uint32_t position;
    bool parts_only, inner_words;
} scan;

static txt_class class_at(anc_str text, size_t at, size_t *ret_bytes)
{
    return at < text.len ? txt_class_of(anc_utf8_at(text, at, ret_bytes)) : TXT_CHAR_BLANK;
}

static bool word_at(anc_str text, size_t at)
{
    size_t bytes;
    return txt_is_word(class_at(text, at, &bytes));
}

static bool letter_at(anc_str text, size_t at)
{
    size_t bytes;
    return class_at(text, at, &bytes) == TXT_CHAR_LETTER;
}

static part read_word(anc_str text, size_t at)
{
    part p = {.start = at, .end = at};
    size_t bytes;
    for (txt_class c; txt_is_word(c = class_at(text, p.end, &bytes)); p.end += bytes) {
        p.letters |= c == TXT_CHAR_LETTER;
        p.digits |= c == TXT_CHAR_DIGIT;
        p.chars += c != TXT_CHAR_MARK;
    }
    return p;
}

/* Bytes of the apostrophe at `at`, 0 when there is none or no letter follows. */
static size_t apostrophe_at(anc_str text, size_t at)
{
    size_t n = 0;
    if (at < text.len && text.ptr[at] == '\'')
        n = 1;
    else if (anc_str_starts(anc_str_sub(text, at, 3), ANC_STR("\xE2\x80\x99")))
        n = 3;
    return n > 0 && letter_at(text, at + n) ? n : 0;
}

static bool is_sign(char c, const char *signs)
{
    return c != '\0' && strchr(signs, c) != NULL;
}

/* Bytes of the signs behind `before` that hold a run together, 0 when it ends there. */
static size_t joiner_after(anc_str text, const part *before, bool *url)
{
    const anc_str rest = anc_str_sub(text, before->end, text.len - before->end);
    if (rest.len < 2)
        return 0;
    if (anc_str_starts(rest, ANC_STR("://")) && word_at(rest, 3)) {
        *url = true;
        return 3;
    }
    size_t n = 1;
    if (anc_str_starts(rest, ANC_STR("\xE2\x80\x90")) ||
        anc_str_starts(rest, ANC_STR("\xE2\x80\x91")))
        return word_at(rest, 3) ? 3 : 0; /* hyphens of their own code point */
    if ((unsigned char)rest.ptr[0] >= 0x80)
        return 0; /* what follows its first byte is no code point */
    if (*url)
        while (n < 3 && n < rest.len && is_sign(rest.ptr[n], "./?&=#%~+:-_@"))
            n++;
    const char c = rest.ptr[0];
    if (!word_at(rest, n))
        return 0;
    const bool between_digits = before->digits && rest.ptr[n] >= '0' && rest.ptr[n] <= '9';
    const bool between_letters = before->letters && letter_at(rest, n);
    const bool joins = is_sign(c, ".-_@") || (c == '&' && between_letters) ||
                       (is_sign(c, ",/:") && between_digits) || (*url && is_sign(c, "/?&=#%~+:"));
    return joins ? n : 0;
}

/* "don't" and "aujourd'hui" are one word. */
static void extend_over_apostrophe(anc_str text, part *p)
{
    const size_t n = apostrophe_at(text, p->end);
    if (n == 0)
        return;
    const part next = read_word(text, p->end + n);
    const anc_str word = anc_str_sub(text, p->start, p->end - p->start);
    const anc_str tail = anc_str_sub(text, next.start, next.end - next.start);
    const bool negation = anc_str_eq_nocase(tail, ANC_STR("t")) && word.len > 1 &&
                          (word.ptr[word.len - 1] | 0x20) == 'n';
    if (negation ||
        (anc_str_eq_nocase(word, ANC_STR("aujourd")) && anc_str_eq_nocase(tail, ANC_STR("hui"))))
        p->end = next.end;
}

static void read_run(anc_str text, size_t at, run *r)
{
    *r = (run){.acronym = true};
    for (size_t joiner = 0;; at += joiner) {
        part *p = &r->parts[r->count];
        *p = read_word(text, at);
        extend_over_apostrophe(text, p);
        r->count++;
        r->url |= r->count == 1 &&
                  anc_str_eq_nocase(anc_str_sub(text, p->start, p->end - p->start), ANC_STR("www"));
        r->end = at = p->end;
        r->acronym &= p->letters && p->chars == 1;
        joiner = r->count < MOST_PARTS ? joiner_after(text, p, &r->url) : 0;
        p->joiner = joiner;
        r->acronym &= joiner == 0 || text.ptr[p->end] == '.';
        if (joiner == 0)
            break;
    }
    r->acronym &= r->count > 1;
}

static bool grow(scan *s)
{
    if (s->count < s->cap)
        return true;
    const size_t cap = s->cap == 0 ? FIRST_TERMS : s->cap * 2;
    txt_term *more = anc_arena_alloc(s->mem, cap, sizeof *more);
    if (more == NULL)
        return false;
    if (s->count > 0)
        memcpy(more, s->terms, s->count * sizeof *more);
    s->terms = more;
    s->cap = cap;
    return true;
}

/* Appends a term; `like` says what it is and which bytes it stands for. False when the arena is full. */
static bool append(scan *s, const txt_made *made, txt_term like)
{
    const anc_str text = {made->text, made->len};
    const anc_str form = like.inner ? ANC_STR("") : (anc_str){made->form, made->form_len};
    if (!grow(s))
        return false;
    like.text = anc_arena_copy(s->mem, text);
    like.form = anc_str_eq(text, form) ? like.text : anc_arena_copy(s->mem, form);
    if (like.text.ptr == NULL || like.form.ptr == NULL)
        return false;
    like.position = s->position;
    like.stop = made->stop;
    s->terms[s->count++] = like;
    return true;
}

/* Appends a term for `raw`, which stands for the bytes from `start` to `end`. False when the
 * arena is full; *ret_added tells whether anything was left of `raw`. */
static bool add_term(scan *s, anc_str raw, size_t start, size_t end, bool whole, bool *ret_added)
{
    txt_made made;
    txt_term_make(&s->termer, raw, &made);
    *ret_added = made.len > 0;
    return made.len == 0 ||
           append(s, &made,
                  (txt_term){.start = (uint32_t)start, .end = (uint32_t)end, .whole = whole});
}

/* The words inside of the last term, which stands where it begins. */
static bool add_inner_words(scan *s)
{
    const txt_term word = s->terms[s->count - 1];
    txt_inner inner[TXT_INNER_WORDS];
    if (word.stop)
        return true;
    const size_t n = txt_inner_words(
        &s->termer, anc_str_sub(s->text, word.start, word.end - word.start), word.form, inner);
    for (size_t i = 0; i < n; i++)
        if (inner[i].made.len > 0 &&
            !append(s, &inner[i].made,
                    (txt_term){.start = word.start + (uint32_t)inner[i].start,
                               .end = word.start + (uint32_t)inner[i].end,
                               .inner = true}))
            return false;
    return true;
}

/* Whether the commas of a run of numbers group thousands: "1,250,000". */
static bool groups_thousands(anc_str text, const run *r)
{
    size_t commas = 0;
    for (size_t i = 0; i + 1 < r->count; i++) {
        if (text.ptr[r->parts[i].end] != ',')
            continue;
        commas++;
        if (r->parts[i + 1].chars != 3 || (i == 0 && r->parts[0].chars > 3))
            return false;
    }
    return commas > 0;
}

/* Whether a run is more than words with hyphens, so that its whole is worth a term. */
static bool is_whole(anc_str text, const run *r)
{
    bool whole = r->url;
    for (size_t i = 0; i < r->count; i++) {
        whole |= r->parts[i].digits;
        whole |= r->parts[i].joiner > 0 && is_sign(text.ptr[r->parts[i].end], "._@&");
    }
    return whole && r->count > 1;
}

/* The joined form of a run into `out` [LONGEST_WHOLE]; its length, 0 when it is too long. */
static size_t join(anc_str text, const run *r, char *out)
{
    const size_t start = r->parts[0].start;
    if (r->end - start > LONGEST_WHOLE)
        return 0;
    bool letters = false, digits = false;
    for (size_t i = 0; i < r->count; i++) {
        letters |= r->parts[i].letters;
        digits |= r->parts[i].digits;
    }
    const bool code = letters && digits && !r->url;
    const bool thousands = !letters && groups_thousands(text, r);
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++) {
        const part *p = &r->parts[i];
        memcpy(out + n, text.ptr + p->start, p->end - p->start);
        n += p->end - p->start;
        const char sign = p->joiner > 0 ? text.ptr[p->end] : '\0';
        if (sign == '\0' || r->acronym || (code && (p->joiner == 3 || is_sign(sign, "-_"))) ||
            (thousands && sign == ','))
            continue;
        if (p->joiner == 3 && (unsigned char)sign >= 0x80)
            out[n++] = '-';
        else if (p->joiner == 1 && sign == ',' && !letters)
            out[n++] = '.';
        else
            for (size_t k = 0; k < p->joiner; k++)
                out[n++] = text.ptr[p->end + k];
    }
    return n;
}

/* Bytes of "++" or "#" behind a single letter: the names of programming languages. */
static size_t language_sign(anc_str text, const run *r)
{
    if (r->count != 1 || r->parts[0].chars != 1 || !r->parts[0].letters)
        return 0;
    const anc_str rest = anc_str_sub(text, r->end, 3);
    size_t n = 0;
    if (anc_str_starts(rest, ANC_STR("++")))
        n = 2;
    else if (anc_str_starts(rest, ANC_STR("#")))
        n = 1;
    return n > 0 && !word_at(rest, n) ? n : 0;
}

static bool add_whole(scan *s, const run *r, size_t sign)
{
    char joined[LONGEST_WHOLE];
    const size_t start = r->parts[0].start;
    bool added;
    if (sign > 0)
        return add_term(s, anc_str_sub(s->text, start, r->end + sign - start), start, r->end + sign,
                        true, &added);
    const size_t n = join(s->text, r, joined);
    return n == 0 || add_term(s, (anc_str){joined, n}, start, r->end, true, &added);
}

static bool add_run(scan *s, const run *r)
{
    const size_t sign = language_sign(s->text, r);
    const bool whole = !s->parts_only && (sign > 0 || is_whole(s->text, r));
    if (whole && !add_whole(s, r, sign))
        return false;
    if (whole && r->acronym) {
        s->position++;
        return true;
    }
    for (size_t i = 0; i < r->count; i++) {
        const part *p = &r->parts[i];
        bool added;
        if (!add_term(s, anc_str_sub(s->text, p->start, p->end - p->start), p->start, p->end, false,
                      &added) ||
            (added && s->inner_words && !add_inner_words(s)))
            return false;
        s->position += added;
    }
    return true;
}

/* Pairs of neighbours of a run in a script without spaces; a lone character by itself. */
static bool add_pairs(scan *s, size_t *at)
{
    size_t previous = *at, bytes, pairs = 0;
    (void)class_at(s->text, *at, &bytes);
    *at += bytes;
    bool added;
    while (class_at(s->text, *at, &bytes) == TXT_CHAR_UNSPACED) {
        const size_t end = *at + bytes;
        if (!add_term(s, anc_str_sub(s->text, previous, end - previous), previous, end, false,
                      &added))
            return false;
        s->position += added;
        pairs++;
        previous = *at;
        *at = end;
    }
    if (pairs > 0)
        return true;
    const bool ok =
        add_term(s, anc_str_sub(s->text, previous, *at - previous), previous, *at, false, &added);
    s->position += ok && added;
    return ok;
}

/* Where the scan goes on behind an apostrophe at the end of a run. */
static size_t skip_contraction(const scan *s, size_t at)
{
    const size_t n = apostrophe_at(s->text, at);
    if (n == 0)
        return at;
    const part next = read_word(s->text, at + n);
    const anc_str word = anc_str_sub(s->text, next.start, next.end - next.start);
    return txt_is_contraction(s->language, word) ? next.end : at;
}

static bool add_words(scan *s, size_t *at)
{
    run r;
    read_run(s->text, *at, &r);
    const part *first = &r.parts[0];
    *at = r.end;
    if (r.count == 1 && apostrophe_at(s->text, r.end) > 0 &&
        txt_is_elision(s->language, anc_str_sub(s->text, first->start, first->end - first->start)))
        return true;
    if (!add_run(s, &r))
        return false;
    *at = skip_contraction(s, r.end);
    return true;
}

static bool scan_text(scan *s)
{
    for (size_t at = 0, bytes; at < s->text.len;) {
        const txt_class c = class_at(s->text, at, &bytes);
        bool ok = true;
        if (c == TXT_CHAR_UNSPACED)
            ok = add_pairs(s, &at);
        else if (c == TXT_CHAR_LETTER || c == TXT_CHAR_DIGIT)
            ok = add_words(s, &at);
        else
            at += bytes;
        if (!ok)
            return false;
    }
    return true;
}

anc_status txt_analyze(anc_arena *mem, anc_str text, txt_language language,
                       const txt_analyze_options *options, txt_term **ret_terms, size_t *ret_count,
                       anc_err *err)
{
    const txt_analyze_options how = options != NULL ? *options : (txt_analyze_options){0};
    scan s = {.mem = mem,
              .text = text,
              .language = language,
              .parts_only = how.parts_only,
              .inner_words = how.inner_words};
    if (text.len > UINT32_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "text analysis: %zu bytes, at most %u", text.len,
                        UINT32_MAX);
    ANC_TRY(txt_termer_init(&s.termer, language, !how.keep_endings, err));
    const bool ok = scan_text(&s);
    txt_termer_done(&s.termer);
    if (!ok)
        return ANC_FAIL(err, anc_arena_refusal(mem), "text analysis: no room for term %zu",
                        s.count);
    *ret_terms = s.terms;
    *ret_count = s.count;
    return ANC_OK;
}

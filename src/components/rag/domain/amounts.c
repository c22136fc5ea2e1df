/* amounts.c - see amounts.h. */
#include "rag/domain/amounts.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

typedef enum separator { SEP_DOT, SEP_COMMA, SEP_BLANK, SEP_APOSTROPHE, SEP_NONE } separator;

static const anc_str separators[SEP_NONE] = {ANC_STR_INIT("."), ANC_STR_INIT(","),
                                             ANC_STR_INIT(" "), ANC_STR_INIT("'")};

enum { RUNS = 8, GROUP = 3, FIGURES = 15, MEAN_DECIMALS = 2 };

/* A cell taken apart: unit, sign, runs of figures with a separator before each but the first. */
typedef struct figure {
    anc_str before, behind;
    bool negative;
    size_t n;
    anc_str runs[RUNS];
    separator at[RUNS];
} figure;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(anc_str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.len && is_digit(s.ptr[at + n]))
        n++;
    return n;
}

/* ---- one cell --------------------------------------------------------------------------------- */

/* The separator at byte `at`, where a figure follows it, and its bytes. */
static separator separator_at(anc_str s, size_t at, size_t *ret_bytes)
{
    static const struct {
        anc_str text;
        separator is;
    } all[] = {{ANC_STR_INIT("."), SEP_DOT},
               {ANC_STR_INIT(","), SEP_COMMA},
               {ANC_STR_INIT(" "), SEP_BLANK},
               {ANC_STR_INIT("\xc2\xa0"), SEP_BLANK},
               {ANC_STR_INIT("\xe2\x80\xaf"), SEP_BLANK},
               {ANC_STR_INIT("\xe2\x80\x89"), SEP_BLANK},
               {ANC_STR_INIT("'"), SEP_APOSTROPHE},
               {ANC_STR_INIT("\xe2\x80\x99"), SEP_APOSTROPHE}};
    const anc_str rest = anc_str_sub(s, at, s.len);
    for (size_t i = 0; i < ANC_COUNT(all); i++)
        if (anc_str_starts(rest, all[i].text) && digits_at(rest, all[i].text.len) > 0) {
            *ret_bytes = all[i].text.len;
            return all[i].is;
        }
    return SEP_NONE;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "-", "+" or U+2212 at either end of `s`, which is taken away; not that of "INV-7". */
static anc_str without_sign(anc_str s, bool *ret_negative)
{
    static const anc_str minus[] = {ANC_STR_INIT("-"), ANC_STR_INIT("\xe2\x88\x92")};
    for (size_t i = 0; i < ANC_COUNT(minus); i++) {
        *ret_negative = anc_str_starts(s, minus[i]) || anc_str_ends(s, minus[i]);
        if (anc_str_starts(s, minus[i]))
            return anc_str_sub(s, minus[i].len, s.len);
        if (*ret_negative && (s.len == minus[i].len || !is_letter(s.ptr[s.len - minus[i].len - 1])))
            return anc_str_sub(s, 0, s.len - minus[i].len);
    }
    if (anc_str_starts(s, ANC_STR("+")))
        return anc_str_sub(s, 1, s.len);
    return anc_str_ends(s, ANC_STR("+")) ? anc_str_sub(s, 0, s.len - 1) : s;
}

/* "€", "R$", "EUR": what stands before a figure and is no word of a name, as "No." or "Room" are. */
static bool is_currency(anc_str unit)
{
    const anc_str text = anc_str_trim(unit);
    size_t letters = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        letters += is_letter(c);
        if (!(c >= 'A' && c <= 'Z') && c != '$' && (unsigned char)c < 0x80)
            return false;
    }
    return text.len == 0 || letters == 0 || (letters == GROUP && text.len == GROUP) ||
           text.ptr[text.len - 1] == '$';
}

/* "kg", "%", "km/h", "€": one word without figures. */
static bool is_unit(anc_str unit)
{
    const anc_str text = anc_str_trim(unit);
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!is_letter(c) && c != '%' && c != '/' && c != '$' && c != '.' &&
            (unsigned char)c < 0x80)
            return false;
    }
    return !anc_str_eq(text, ANC_STR("."));
}

static bool read_figure(anc_str cell, figure *ret)
{
    size_t at = 0;
    while (at < cell.len && !is_digit(cell.ptr[at]))
        at++;
    *ret = (figure){.n = 0};
    ret->before = without_sign(anc_str_sub(cell, 0, at), &ret->negative);
    separator is = SEP_NONE;
    for (size_t bytes = 0; at < cell.len; at += bytes) {
        const size_t figures = digits_at(cell, at);
        if (ret->n == RUNS)
            return false;
        ret->at[ret->n] = is;
        ret->runs[ret->n++] = anc_str_sub(cell, at, figures);
        at += figures;
        is = separator_at(cell, at, &bytes);
        if (is == SEP_NONE)
            break;
    }
    ret->behind = anc_str_sub(cell, at, cell.len);
    return ret->n > 0 && ret->before.len < RAG_AMOUNT_UNIT_BYTES &&
           ret->behind.len < RAG_AMOUNT_UNIT_BYTES && is_currency(ret->before) &&
           is_unit(ret->behind) && (ret->n > 1 || ret->runs[0].len < FIGURES);
}

/* Whether the runs [0, n) are thousands parted by one separator. */
static bool are_groups(const figure *f, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (f->runs[i].len != GROUP || f->at[i] != f->at[1])
            return false;
    return n < 2 || (f->runs[0].len <= GROUP && f->runs[0].ptr[0] != '0');
}

/* "007" is a code, and so is "01 23". */
static bool is_code(const figure *f)
{
    return f->runs[0].len > 1 && f->runs[0].ptr[0] == '0';
}

/* ---- what a cell shows of the others ------------------------------------------------------------ */

/* Notes how the figure is written; false: it cannot be read in any way. */
static bool note_runs(rag_amounts *a, const figure *f)
{
    const size_t last = f->n - 1;
    const separator is = f->at[last];
    const anc_str run = f->runs[last];
    if (f->n == 1) {
        a->long_figure = a->long_figure || run.len > GROUP;
        return true;
    }
    const bool all = are_groups(f, f->n);
    const bool may_be_point = is == SEP_DOT || is == SEP_COMMA;
    if (all && (f->n > 2 || !may_be_point)) {
        a->parts[is] = true;
        return true;
    }
    if (!may_be_point || !are_groups(f, last) || (last > 1 && f->at[1] == is))
        return false;
    if (last > 1)
        a->parts[f->at[1]] = true;
    if (all && last == 1)
        a->unclear[is] = true;
    else
        a->decimal[is] = true;
    a->long_figure = a->long_figure || (last == 1 && f->runs[0].len > GROUP);
    if (run.len > a->decimals[is])
        a->decimals[is] = (uint8_t)(run.len < UINT8_MAX ? run.len : UINT8_MAX);
    return true;
}

static bool note_unit(rag_amounts *a, const figure *f)
{
    if (a->n == 0) {
        memcpy(a->before, f->before.ptr, f->before.len);
        memcpy(a->behind, f->behind.ptr, f->behind.len);
        return true;
    }
    return anc_str_eq(anc_str_trim(anc_str_of(a->before)), anc_str_trim(f->before)) &&
           anc_str_eq(anc_str_trim(anc_str_of(a->behind)), anc_str_trim(f->behind));
}

void rag_amounts_look(rag_amounts *a, anc_str cell)
{
    figure f;
    uint64_t whole;
    const bool is = read_figure(cell, &f) && !is_code(&f);
    a->figures += is;
    if (a->others)
        return;
    a->others = !is || !note_unit(a, &f) || !note_runs(a, &f);
    if (a->others)
        return;
    const bool plain = f.n == 1 && !f.negative && anc_str_to_u64(f.runs[0], &whole);
    a->serial = plain && (a->n == 0 || (a->serial && (int64_t)whole == a->last + 1));
    a->last = plain ? (int64_t)whole : 0;
    a->n++;
}

/* ---- all of them ---------------------------------------------------------------------------------- */

/* "$1,234": dollars and pounds have commas between thousands. */
static bool has_commas(const rag_amounts *a)
{
    const anc_str unit = anc_str_of(a->before);
    return anc_str_find(unit, ANC_STR("$")) != SIZE_MAX ||
           anc_str_find(unit, ANC_STR("£")) != SIZE_MAX;
}

/* Whether what stands before three figures parts thousands; *ret_known false: nobody knows. */
static bool parts_thousands(const rag_amounts *a, separator is, txt_language language,
                            bool *ret_known)
{
    const separator other = is == SEP_DOT ? SEP_COMMA : SEP_DOT;
    *ret_known = true;
    if (a->parts[is] || a->decimal[other])
        return true;
    if (a->decimal[is] || a->parts[other] || a->parts[SEP_BLANK] || a->parts[SEP_APOSTROPHE] ||
        a->long_figure)
        return false;
    *ret_known = is == SEP_COMMA ? has_commas(a) || language == TXT_EN
                                 : language != TXT_EN && language != TXT_UND;
    *ret_known = *ret_known && !a->unclear[other];
    return true;
}

static bool settle_unclear(rag_amounts *a, txt_language language)
{
    for (int i = SEP_DOT; i <= SEP_COMMA; i++) {
        bool known = true;
        if (!a->unclear[i])
            continue;
        const bool parts = parts_thousands(a, (separator)i, language, &known);
        if (!known)
            return false;
        a->parts[i] = a->parts[i] || parts;
        a->decimal[i] = a->decimal[i] || !parts;
    }
    return true;
}

bool rag_amounts_settle(rag_amounts *a, txt_language language)
{
    size_t kinds = 0;
    if (a->others || a->n < 2 || !settle_unclear(a, language) ||
        (a->decimal[SEP_DOT] && a->decimal[SEP_COMMA]))
        return false;
    a->point = a->decimal[SEP_DOT] ? SEP_DOT : a->decimal[SEP_COMMA] ? SEP_COMMA : -1;
    a->separator = -1;
    for (int i = 0; i < SEP_NONE; i++)
        if (a->parts[i]) {
            a->separator = i;
            kinds++;
        }
    a->scale = a->point < 0 ? 0 : a->decimals[a->point];
    return kinds < 2 && (a->point < 0 || a->point != a->separator) &&
           a->scale <= RAG_AMOUNT_DECIMALS;
}

bool rag_amounts_are_shares(const rag_amounts *a)
{
    return anc_str_find(anc_str_of(a->behind), ANC_STR("%")) != SIZE_MAX;
}

/* *value = *value * 10 + figure, for each figure of the run. */
static bool add_run(anc_str run, int64_t *value)
{
    for (size_t i = 0; i < run.len; i++)
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, run.ptr[i] - '0', value))
            return false;
    return true;
}

bool rag_amounts_read(const rag_amounts *a, anc_str cell, int64_t *ret)
{
    figure f;
    int64_t value = 0;
    if (!read_figure(cell, &f))
        return false;
    const bool decimals = f.n > 1 && (int)f.at[f.n - 1] == a->point;
    for (size_t i = 0; i < f.n; i++)
        if (!add_run(f.runs[i], &value))
            return false;
    for (size_t d = decimals ? f.runs[f.n - 1].len : 0; d < a->scale; d++)
        if (__builtin_mul_overflow(value, 10, &value))
            return false;
    *ret = f.negative ? -value : value;
    return true;
}

/* ---- as a text ---------------------------------------------------------------------------------- */

/* The figures of a number before its point, parted as the column's are. */
static void add_whole(const rag_amounts *a, const char *digits, size_t n, anc_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % GROUP == 0 && a->separator >= 0)
            (void)anc_buf_add(out, separators[a->separator]);
        (void)anc_buf_add(out, (anc_str){digits + i, 1});
    }
}

anc_str rag_amounts_write(const rag_amounts *a, anc_arena *mem, int64_t value, unsigned more)
{
    const unsigned scale = a->scale + more;
    char digits[32];
    ANC_BUF(out, 160);
    const uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    const int printed =
        snprintf(digits, sizeof digits, "%0*llu", (int)scale + 1, (unsigned long long)magnitude);
    size_t n = (size_t)printed;
    const size_t whole = n - scale;
    while (n > whole + a->scale && digits[n - 1] == '0')
        n--;
    if (value < 0)
        (void)anc_buf_add(&out, ANC_STR("-"));
    (void)anc_buf_add(&out, anc_str_of(a->before));
    add_whole(a, digits, whole, &out);
    if (n > whole) {
        (void)anc_buf_add(&out, a->point == SEP_COMMA ? ANC_STR(",") : ANC_STR("."));
        (void)anc_buf_add(&out, (anc_str){digits + whole, n - whole});
    }
    (void)anc_buf_add(&out, anc_str_of(a->behind));
    return out.refused ? ANC_STR_NONE : anc_arena_copy(mem, anc_buf_view(&out));
}

anc_str rag_amounts_write_mean(const rag_amounts *a, anc_arena *mem, int64_t total, size_t n)
{
    const unsigned more = a->scale < MEAN_DECIMALS ? MEAN_DECIMALS - a->scale : 0;
    int64_t value = total;
    for (unsigned i = 0; i < more; i++)
        if (__builtin_mul_overflow(value, 10, &value))
            return ANC_STR_NONE;
    const int64_t by = (int64_t)n;
    const int64_t rest = value % by;
    value /= by;
    if (rest >= by - rest || -rest >= by + rest)
        value += rest > 0 ? 1 : -1;
    const anc_str text = rag_amounts_write(a, mem, value, more);
    return rest == 0 || text.ptr == NULL ? text : anc_arena_printf(mem, "≈ %.*s", ANC_FMT(text));
}

/* days.c - see days.h. */
#include "rag/domain/days.h"

#include "base/str.h"
#include "rag/domain/times.h"
#include "rag/domain/words.h"

enum { PARTS = 8, YEAR_FIGURES = 4, MONTHS = 12, DAYS = 31, HOURS = 24, MINUTES = 60 };

/* A run of figures or of letters, and what stands before it. */
typedef struct part {
    anc_str text;
    anc_str before; /* what parts it from the one before */
    bool number;
    uint64_t value;
} part;

typedef struct parts {
    part items[PARTS];
    size_t n;
    anc_str behind; /* what stands behind the last */
} parts;

enum { KIND_DATE = 1, KIND_DAY = 2, KIND_MONTH = 4, KIND_YEAR = 8, KIND_CLOCK = 16 };

/* A cell that was read. */
typedef struct moment {
    unsigned kind;
    uint64_t year, month, day, minutes;
    bool day_first, month_first, unclear; /* how it has to be read, of two numbers before a year */
} moment;

/* ---- parts ------------------------------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static size_t run_at(anc_str s, size_t at, bool is(char c))
{
    size_t n = 0;
    while (at + n < s.len && is(s.ptr[at + n]))
        n++;
    return n;
}

static bool take_apart(anc_str cell, parts *ret)
{
    size_t end = 0;
    *ret = (parts){.n = 0};
    for (size_t at = 0; at < cell.len;) {
        const size_t digits = run_at(cell, at, is_digit);
        const size_t len = digits > 0 ? digits : run_at(cell, at, is_letter);
        if (len == 0) {
            at++;
            continue;
        }
        if (ret->n == PARTS || digits > YEAR_FIGURES)
            return false;
        part *p = &ret->items[ret->n++];
        *p = (part){.text = anc_str_sub(cell, at, len),
                    .before = anc_str_sub(cell, end, at - end),
                    .number = digits > 0};
        if (digits > 0 && !anc_str_to_u64(p->text, &p->value))
            return false;
        at += len;
        end = at;
    }
    ret->behind = anc_str_sub(cell, end, cell.len);
    return ret->n > 0;
}

static bool is_before(const part *p, const char *what)
{
    return anc_str_eq(p->before, anc_str_of(what));
}

static void drop(parts *p, size_t first, size_t n)
{
    for (size_t i = first; i + n < p->n; i++)
        p->items[i] = p->items[i + n];
    p->n -= n;
}

/* ---- the time of day ---------------------------------------------------------------------------- */

/* Behind minute `at`: seconds and "am" or "pm", which are taken away. */
static void read_half(parts *p, size_t at, moment *m)
{
    if (at < p->n && p->items[at].number && is_before(&p->items[at], ":"))
        drop(p, at, 1);
    if (at >= p->n || p->items[at].number)
        return;
    const anc_str word = p->items[at].text;
    const uint64_t noon = HOURS / 2 * MINUTES;
    if (rag_is_any_of(word, "am pm")) {
        m->minutes %= noon;
        m->minutes += rag_is_any_of(word, "pm") ? noon : 0;
        drop(p, at, 1);
    } else if (rag_is_any_of(word, "z uhr")) {
        drop(p, at, 1);
    }
}

/* "10:30", "7h15", "T10:30": out of the parts into minutes. False: a time that cannot be. */
static bool read_clock(parts *p, moment *m, bool *ret_is)
{
    *ret_is = false;
    for (size_t i = 0; i + 1 < p->n; i++) {
        const part *hour = &p->items[i];
        const bool letter = i + 2 < p->n && rag_is_any_of(p->items[i + 1].text, "h") &&
                            hour->number && p->items[i + 1].before.len == 0 &&
                            p->items[i + 2].before.len == 0;
        const part *minute = &p->items[i + 1 + letter];
        if (!hour->number || !minute->number || minute->text.len != 2 ||
            (!letter && !is_before(minute, ":")))
            continue;
        if (hour->value >= HOURS || minute->value >= MINUTES)
            return false;
        m->minutes = hour->value * MINUTES + minute->value;
        const size_t mark = i > 0 && rag_is_any_of(p->items[i - 1].text, "t um à às at");
        drop(p, i - mark, 2 + letter + mark);
        read_half(p, i - mark, m);
        *ret_is = true;
        return true;
    }
    return true;
}

/* ---- the date ------------------------------------------------------------------------------------- */

/* "5th", "1er", "de", a day of the week: they tell nothing of the order. */
static void drop_fillers(parts *p)
{
    static const char ordinals[] = "st nd rd th er º ª";
    static const char words[] = "of the de del di mon tue wed thu fri sat sun monday tuesday "
                                "wednesday thursday friday saturday "
                                "sunday lundi mardi mercredi jeudi vendredi samedi dimanche mo di "
                                "mi do fr sa so montag dienstag "
                                "mittwoch donnerstag freitag samstag sonnabend sonntag lunes "
                                "martes miércoles jueves viernes "
                                "sábado domingo lunedì martedì mercoledì giovedì venerdì sabato "
                                "domenica segunda terça quarta "
                                "quinta sexta feira";
    for (size_t i = 0; i < p->n;) {
        const part *it = &p->items[i];
        const bool ordinal = !it->number && i > 0 && p->items[i - 1].number &&
                             it->before.len == 0 && rag_is_any_of(it->text, ordinals);
        if (ordinal || (!it->number && rag_is_any_of(it->text, words)))
            drop(p, i, 1);
        else
            i++;
    }
}

static bool is_year(const part *p)
{
    return p->number && p->text.len == YEAR_FIGURES && rag_year_of(p->text) > 0;
}

/* 2026-03-05, 2026/03/05. */
static bool read_from_year(const parts *p, moment *m)
{
    const part *i = p->items;
    if (!is_year(&i[0]) || !anc_str_eq(i[1].before, i[2].before) ||
        (!is_before(&i[1], "-") && !is_before(&i[1], "/") && !is_before(&i[1], ".")))
        return false;
    m->year = i[0].value;
    m->month = i[1].value;
    m->day = i[2].value;
    return true;
}

/* 5.3.2026, 5/3/2026: the first two as they stand, day and month. */
static bool read_to_year(const parts *p, moment *m)
{
    const part *i = p->items;
    const bool dots = is_before(&i[1], ".");
    if (!is_year(&i[2]) || !anc_str_eq(i[1].before, i[2].before) ||
        (!dots && !is_before(&i[1], "/") && !is_before(&i[1], "-")))
        return false;
    m->year = i[2].value;
    m->day = i[0].value;
    m->month = i[1].value;
    m->day_first = m->day > MONTHS || dots;
    m->month_first = m->month > MONTHS;
    m->unclear = !m->day_first && !m->month_first && m->day != m->month;
    return true;
}

static bool read_figures(const parts *p, moment *m)
{
    if (p->n == 1 && is_year(&p->items[0])) {
        m->kind = KIND_YEAR;
        m->year = p->items[0].value;
        return true;
    }
    m->kind = KIND_DATE;
    return p->n == 3 && p->items[0].number && p->items[1].number && p->items[2].number &&
           (read_from_year(p, m) || read_to_year(p, m));
}

/* A month by its name, with a day, a year or both. */
static bool read_named(const parts *p, size_t at, moment *m)
{
    m->month = rag_month_of(p->items[at].text, true);
    for (size_t i = 0; i < p->n; i++) {
        const part *it = &p->items[i];
        uint64_t *into = is_year(it) ? &m->year : &m->day;
        if (i == at)
            continue;
        if (!it->number || *into > 0)
            return false;
        *into = it->value;
    }
    m->kind = m->year > 0 && m->day > 0 ? KIND_DATE : m->day > 0 ? KIND_DAY : KIND_MONTH;
    return m->kind != KIND_MONTH || m->year > 0;
}

static bool can_be(const moment *m)
{
    const uint64_t day = m->month_first ? m->month : m->day;
    const uint64_t month = m->month_first ? m->day : m->month;
    const bool dated = m->kind == KIND_DATE || m->kind == KIND_DAY;
    return (!dated || (day >= 1 && day <= DAYS)) &&
           (!(dated || m->kind == KIND_MONTH) || (month >= 1 && month <= MONTHS));
}

static bool read_moment(anc_str cell, moment *m)
{
    parts p;
    bool clock = false;
    *m = (moment){.kind = 0};
    if (!take_apart(anc_str_trim(cell), &p) || !read_clock(&p, m, &clock))
        return false;
    drop_fillers(&p);
    if (p.n == 0) {
        m->kind = KIND_CLOCK;
        return clock;
    }
    for (size_t i = 0; i < p.n; i++)
        if (!p.items[i].number)
            return rag_month_of(p.items[i].text, true) > 0 && read_named(&p, i, m) && can_be(m);
    return read_figures(&p, m) && can_be(m);
}

/* ---- a column --------------------------------------------------------------------------------------- */

void rag_days_look(rag_days *d, anc_str cell)
{
    enum { SPRING = 3, AUTUMN = 10 };
    moment m;
    if (d->others)
        return;
    d->others = !read_moment(cell, &m);
    if (d->others)
        return;
    d->n++;
    d->kinds |= m.kind;
    d->day_first = d->day_first || m.day_first;
    d->month_first = d->month_first || m.month_first;
    d->unclear = d->unclear || m.unclear;
    d->early = d->early || (m.kind == KIND_DAY && m.month <= SPRING);
    d->late = d->late || (m.kind == KIND_DAY && m.month >= AUTUMN);
}

bool rag_days_settle(rag_days *d, txt_language language)
{
    const bool known = d->day_first || d->month_first || !d->unclear ||
                       (language != TXT_EN && language != TXT_UND);
    d->settled_days = !d->month_first;
    return !d->others && d->n > 1 && (d->kinds & (d->kinds - 1)) == 0 && known &&
           !(d->day_first && d->month_first) && !(d->early && d->late);
}

bool rag_days_read(const rag_days *d, anc_str cell, int64_t *ret)
{
    moment m;
    if (!read_moment(cell, &m))
        return false;
    const bool turn = !d->settled_days && (m.unclear || m.month_first);
    const uint64_t month = turn ? m.day : m.month;
    const uint64_t day = turn ? m.month : m.day;
    *ret = (int64_t)((((m.year * (MONTHS + 1)) + month) * (DAYS + 1) + day) * HOURS * MINUTES +
                     m.minutes);
    return true;
}

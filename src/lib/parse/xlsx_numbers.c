/* xlsx_numbers.c - numbers of a workbook as its formats show them, without separators of thousands, and
 * dates in ISO form: what people search for. */
#include "xlsx_impl.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DECIMALS = 15, DAY_SECONDS = 86400 };

static const double last_day = 2958466; /* 10000-01-01 */

/* ---- formats ------------------------------------------------------------------------------------ */

/* What a format shows, apart from text in it. */
typedef struct signs {
    bool year, day, month, hour, second, percent, exponent, point;
    unsigned decimals;
} signs;

/* Passes over text in the code, colours and conditions; "[h]" counts. False when nothing is there. */
static bool pass_over(anc_str code, size_t *at, signs *s)
{
    const char c = code.ptr[*at];
    if (c == '\\' || c == '_' || c == '*') {
        *at += 2;
        return true;
    }
    if (c != '"' && c != '[')
        return false;
    const size_t from = *at + 1;
    const anc_str rest = anc_str_sub(code, from, code.len);
    const size_t n = anc_str_find(rest, c == '"' ? ANC_STR("\"") : ANC_STR("]"));
    const anc_str inner = anc_str_sub(rest, 0, n);
    s->hour |=
        c == '[' && inner.len > 0 && strchr("hHmMsS", inner.ptr[0]) != NULL && inner.len <= 2;
    *at = n != SIZE_MAX ? from + n + 1 : code.len;
    return true;
}

static signs signs_of(anc_str code)
{
    signs s = {.year = false};
    for (size_t i = 0; i < code.len && code.ptr[i] != ';';) {
        if (pass_over(code, &i, &s))
            continue;
        const char c = (char)(code.ptr[i] | 0x20);
        s.year |= c == 'y';
        s.day |= c == 'd';
        s.month |= c == 'm';
        s.hour |= c == 'h';
        s.second |= c == 's';
        s.percent |= code.ptr[i] == '%';
        s.exponent |= code.ptr[i] == 'E';
        s.decimals += s.point && strchr("0#?", code.ptr[i]) != NULL;
        s.point |= code.ptr[i] == '.';
        i++;
    }
    return s;
}

prs_number_format prs_number_format_of(anc_str code)
{
    if (anc_str_eq_nocase(anc_str_sub(code, 0, 7), ANC_STR("General")) || code.len == 0)
        return (prs_number_format){PRS_NUMBER_GENERAL, 0};
    const signs s = signs_of(code);
    const bool time = s.hour || s.second;
    const bool date = s.year || s.day || (s.month && !time);
    if (date || time)
        return (prs_number_format){date && time ? PRS_NUMBER_DATE_TIME
                                   : date       ? PRS_NUMBER_DATE
                                                : PRS_NUMBER_TIME,
                                   0};
    const unsigned char decimals = (unsigned char)(s.decimals < DECIMALS ? s.decimals : DECIMALS);
    if (s.percent)
        return (prs_number_format){PRS_NUMBER_PERCENT, decimals};
    const bool figures = anc_str_find(code, ANC_STR("0")) != SIZE_MAX ||
                         anc_str_find(code, ANC_STR("#")) != SIZE_MAX;
    if (s.exponent || !figures || anc_str_find(code, ANC_STR("/")) != SIZE_MAX)
        return (prs_number_format){PRS_NUMBER_GENERAL, 0};
    return (prs_number_format){PRS_NUMBER_DECIMALS, decimals};
}

prs_number_format prs_number_format_built_in(uint32_t id)
{
    static const struct {
        uint32_t from, to;
        prs_number_format format;
    } rows[] = {{1, 1, {PRS_NUMBER_DECIMALS, 0}},    {2, 2, {PRS_NUMBER_DECIMALS, 2}},
                {3, 3, {PRS_NUMBER_DECIMALS, 0}},    {4, 4, {PRS_NUMBER_DECIMALS, 2}},
                {5, 6, {PRS_NUMBER_DECIMALS, 0}},    {7, 8, {PRS_NUMBER_DECIMALS, 2}},
                {9, 9, {PRS_NUMBER_PERCENT, 0}},     {10, 10, {PRS_NUMBER_PERCENT, 2}},
                {14, 17, {PRS_NUMBER_DATE, 0}},      {18, 21, {PRS_NUMBER_TIME, 0}},
                {22, 22, {PRS_NUMBER_DATE_TIME, 0}}, {27, 31, {PRS_NUMBER_DATE, 0}},
                {32, 33, {PRS_NUMBER_TIME, 0}},      {34, 36, {PRS_NUMBER_DATE, 0}},
                {37, 38, {PRS_NUMBER_DECIMALS, 0}},  {39, 40, {PRS_NUMBER_DECIMALS, 2}},
                {41, 42, {PRS_NUMBER_DECIMALS, 0}},  {43, 44, {PRS_NUMBER_DECIMALS, 2}},
                {45, 47, {PRS_NUMBER_TIME, 0}},      {50, 58, {PRS_NUMBER_DATE, 0}}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (id >= rows[i].from && id <= rows[i].to)
            return rows[i].format;
    return (prs_number_format){PRS_NUMBER_GENERAL, 0};
}

/* ---- dates -------------------------------------------------------------------------------------- */

/* The day of the calendar, `days` after 1970-01-01 (the algorithm of H. Hinnant, "days from civil"). */
static void civil(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
    days += 719468;
    const int64_t era = days / 146097;
    const unsigned of_era = (unsigned)(days - era * 146097);
    const unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    const unsigned month = (5 * of_year + 2) / 153;
    *ret_day = of_year - (153 * month + 2) / 5 + 1;
    *ret_month = month < 10 ? month + 3 : month - 9;
    *ret_year = (int64_t)year + era * 400 + (*ret_month <= 2);
}

/* Days count from 1899-12-31 as 0, and since the maker of the first spreadsheet took 1900 for a leap
 * year, from 1899-12-30 after February 1900. */
static int64_t unix_day(int64_t day, bool since_1904)
{
    if (since_1904)
        return day - 24107;
    return day - (day < 60 ? 25568 : 25569);
}

static anc_str show_date(double value, prs_number_kind kind, bool since_1904,
                         char out[PRS_NUMBER_BYTES])
{
    int64_t day = (int64_t)floor(value), year;
    long seconds = lround((value - floor(value)) * DAY_SECONDS);
    unsigned month, day_of_month;
    int n = 0;
    day += seconds == DAY_SECONDS;
    seconds %= DAY_SECONDS;
    const bool with_time = kind == PRS_NUMBER_DATE_TIME || (kind == PRS_NUMBER_DATE && seconds > 0);
    const long hours = kind == PRS_NUMBER_TIME ? (long)day * 24 + seconds / 3600 : seconds / 3600;
    if (kind != PRS_NUMBER_TIME) {
        civil(unix_day(day, since_1904), &year, &month, &day_of_month);
        n = snprintf(out, PRS_NUMBER_BYTES, "%04lld-%02u-%02u%s", (long long)year, month,
                     day_of_month, with_time ? " " : "");
    }
    if (kind == PRS_NUMBER_TIME || with_time)
        n += snprintf(out + n, PRS_NUMBER_BYTES - (size_t)n, "%02ld:%02ld:%02ld", hours,
                      seconds / 60 % 60, seconds % 60);
    return (anc_str){out, (size_t)n};
}

anc_str prs_number_show(anc_str text, prs_number_format format, bool since_1904,
                        char out[PRS_NUMBER_BYTES])
{
    const prs_number_kind kind = (prs_number_kind)format.kind;
    double value;
    if (!anc_str_to_double(anc_str_trim(text), &value) || fabs(value) >= 1e15)
        return text;
    if (kind >= PRS_NUMBER_DATE && value >= 0 && value < last_day)
        return show_date(value, kind, since_1904, out);
    int n;
    if (kind == PRS_NUMBER_PERCENT)
        n = snprintf(out, PRS_NUMBER_BYTES, "%.*f%%", format.decimals, value * 100);
    else if (kind == PRS_NUMBER_DECIMALS)
        n = snprintf(out, PRS_NUMBER_BYTES, "%.*f", format.decimals, value);
    else
        n = snprintf(out, PRS_NUMBER_BYTES, "%.15g", value);
    return n > 0 && n < PRS_NUMBER_BYTES ? (anc_str){out, (size_t)n} : text;
}

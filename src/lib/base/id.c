/* id.c - UUIDv7 and RFC 3339, by arithmetic alone (no locale, no time zone database).
 *
 * Dates follow the proleptic Gregorian calendar; day numbers are computed with years that begin in
 * March, so the leap day is the last of its year.
 */
#include "base/id.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const char hex_digits[] = "0123456789abcdef";

void anc_hex_text(const unsigned char *bytes, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = hex_digits[bytes[i] >> 4];
        out[2 * i + 1] = hex_digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

void anc_uuid7_text(int64_t unix_ms, const unsigned char random[10], char out[ANC_UUID_TEXT + 1])
{
    unsigned char b[16];
    for (unsigned i = 0; i < 6; i++)
        b[i] = (unsigned char)((uint64_t)unix_ms >> (40 - 8 * i));
    memcpy(b + 6, random, 10);
    b[6] = (unsigned char)(0x70 | (b[6] & 0x0F));
    b[8] = (unsigned char)(0x80 | (b[8] & 0x3F));
    char *p = out;
    for (unsigned i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex_digits[b[i] >> 4];
        *p++ = hex_digits[b[i] & 15];
    }
    *p = '\0';
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool anc_uuid_valid(anc_str s)
{
    if (s.len != ANC_UUID_TEXT)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.ptr[i] != '-' : !is_hex(s.ptr[i]))
            return false;
    }
    return true;
}

enum { DAYS_TO_1970 = 719468, DAYS_400_YEARS = 146097, MS_PER_DAY = 86400000 };

static int64_t day_of(int64_t year, int64_t month, int64_t day)
{
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t of_era = y - era * 400;
    const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * DAYS_400_YEARS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

void anc_time_text(int64_t unix_ms, char out[ANC_TIME_TEXT + 1])
{
    int64_t days = unix_ms / MS_PER_DAY, ms = unix_ms % MS_PER_DAY;
    if (ms < 0) {
        ms += MS_PER_DAY;
        days--;
    }
    const int64_t z = days + DAYS_TO_1970;
    const int64_t era = (z >= 0 ? z : z - (DAYS_400_YEARS - 1)) / DAYS_400_YEARS;
    const int64_t doe = z - era * DAYS_400_YEARS;
    const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int64_t mp = (5 * doy + 2) / 153;
    const int64_t day = doy - (153 * mp + 2) / 5 + 1;
    const int64_t month = mp < 10 ? mp + 3 : mp - 9;
    const int64_t year = yoe + era * 400 + (month <= 2);
    char text[80];
    (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)year, (int)month,
                   (int)day, (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
                   (int)(ms % 1000));
    memcpy(out, text, ANC_TIME_TEXT);
    out[ANC_TIME_TEXT] = '\0';
}

static bool digits(anc_str s, size_t at, size_t n, int64_t *ret)
{
    uint64_t v;
    if (at + n > s.len || !anc_str_to_u64(anc_str_sub(s, at, n), &v))
        return false;
    *ret = (int64_t)v;
    return true;
}

static bool at_char(anc_str s, size_t at, const char *one_of)
{
    return at < s.len && s.ptr[at] != '\0' && strchr(one_of, s.ptr[at]) != NULL;
}

static bool month_has_day(int64_t year, int64_t month, int64_t day)
{
    static const int64_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* ".123" to milliseconds; further digits are dropped. `at` moves behind the last digit. */
static int64_t fraction_ms(anc_str s, size_t *at)
{
    int64_t ms = 0, scale = 100;
    for ((*at)++; *at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9'; (*at)++) {
        ms += (s.ptr[*at] - '0') * scale;
        scale /= 10;
    }
    return ms;
}

static bool zone_minutes(anc_str s, size_t at, int64_t *ret)
{
    int64_t h, m;
    if (at + 1 == s.len && at_char(s, at, "Zz")) {
        *ret = 0;
        return true;
    }
    if (at + 6 != s.len || !at_char(s, at, "+-") || !digits(s, at + 1, 2, &h) ||
        !at_char(s, at + 3, ":") || !digits(s, at + 4, 2, &m) || h > 23 || m > 59)
        return false;
    *ret = (s.ptr[at] == '-' ? -1 : 1) * (h * 60 + m);
    return true;
}

bool anc_time_parse(anc_str s, int64_t *ret_unix_ms)
{
    int64_t year, month, day, hour, minute, second, ms = 0, zone;
    if (!digits(s, 0, 4, &year) || !at_char(s, 4, "-") || !digits(s, 5, 2, &month) ||
        !at_char(s, 7, "-") || !digits(s, 8, 2, &day) || !month_has_day(year, month, day))
        return false;
    const int64_t midnight = day_of(year, month, day) * MS_PER_DAY;
    if (s.len == 10) {
        *ret_unix_ms = midnight;
        return true;
    }
    if (!at_char(s, 10, "Tt ") || !digits(s, 11, 2, &hour) || !at_char(s, 13, ":") ||
        !digits(s, 14, 2, &minute) || !at_char(s, 16, ":") || !digits(s, 17, 2, &second) ||
        hour > 23 || minute > 59 || second > 60)
        return false;
    size_t at = 19;
    if (at_char(s, at, "."))
        ms = fraction_ms(s, &at);
    if (!zone_minutes(s, at, &zone))
        return false;
    *ret_unix_ms = midnight + (hour * 60 + minute - zone) * 60000 + second * 1000 + ms;
    return true;
}

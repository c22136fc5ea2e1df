/* decode.c - whatever encoding a text came in, as UTF-8.
 *
 * A byte order mark wins, then valid UTF-8 whatever was declared (a wrong declaration is common, a
 * long text that is valid UTF-8 by chance is not; UTF-16 without a mark apart, which shows by its NUL
 * bytes), then the declared charset, then damaged UTF-8, then what the bytes' statistics say, then
 * Windows-1252. Valid UTF-8 without NUL bytes is used where it lies.
 */
#include "parse_impl.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/utf8.h"

enum { CHARSET_NAME = 40, SNIFF_BYTES = 4096, ICONV_STEP = 16 << 10 };

/* 0x80 to 0x9F of Windows-1252; the five holes as the C1 controls of the same number. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

static void decode_windows_1252(anc_str bytes, anc_buf *out)
{
    for (size_t i = 0; i < bytes.len && !out->refused; i++) {
        const unsigned char b = (unsigned char)bytes.ptr[i];
        char utf8[4];
        const uint32_t c = b >= 0x80 && b < 0xA0 ? windows_1252[b - 0x80] : b;
        (void)anc_buf_add(out, (anc_str){utf8, anc_utf8_put(c == 0 ? ' ' : c, utf8)});
    }
}

/* Copies UTF-8 with a replacement for each byte that does not fit. */
static void repair_utf8(anc_str bytes, anc_buf *out)
{
    while (bytes.len > 0 && !out->refused) {
        const size_t valid = anc_utf8_valid_prefix(bytes);
        (void)anc_buf_add(out, anc_str_sub(bytes, 0, valid));
        if (valid < bytes.len)
            (void)anc_buf_add(out, ANC_STR("\xEF\xBF\xBD"));
        bytes = anc_str_sub(bytes, valid + 1, bytes.len);
    }
}

static void blank_nuls(anc_buf *out)
{
    for (size_t i = 0; i < out->len; i++)
        if (out->ptr[i] == '\0')
            out->ptr[i] = ' ';
}

/* Converts by the C library's tables. False when it does not know the charset. */
static bool decode_iconv(const char *charset, size_t unit, anc_str bytes, anc_buf *out,
                         bool *ret_damaged)
{
    iconv_t cd = iconv_open("UTF-8", charset);
    if (cd == (iconv_t)-1)
        return false;
    char *in = (char *)(uintptr_t)bytes.ptr;
    size_t left = bytes.len;
    /* one round more writes what an encoding whose letters may be joined keeps back */
    for (bool more = left > 0; more;) {
        more = left > 0;
        const size_t room = out->max - out->len < ICONV_STEP ? out->max - out->len : ICONV_STEP;
        if (room < 4 || !anc_buf_reserve(out, room)) {
            out->refused = true;
            break;
        }
        char *to = out->ptr + out->len;
        size_t to_left = room;
        const size_t got = iconv(cd, more ? &in : NULL, &left, &to, &to_left);
        out->len += room - to_left;
        if (got == (size_t)-1 && errno != E2BIG) {
            *ret_damaged = true;
            const size_t skip = left < unit ? left : unit;
            in += skip;
            left -= skip;
            (void)anc_buf_add(out, ANC_STR("\xEF\xBF\xBD"));
        }
    }
    (void)iconv_close(cd);
    return true;
}

void prs_decode_as(const char *charset, anc_str bytes, anc_buf *out)
{
    bool damaged = false;
    size_t ascii = 0;
    while (ascii < bytes.len && (unsigned char)bytes.ptr[ascii] < 0x80 && bytes.ptr[ascii] != '\0')
        ascii++;
    if (ascii == bytes.len)
        (void)anc_buf_add(out, bytes);
    else if (charset == NULL || !decode_iconv(charset, 1, bytes, out, &damaged))
        decode_windows_1252(bytes, out);
    blank_nuls(out);
}

/* Whether what is not valid UTF-8 is still mostly that. */
static bool is_damaged_utf8(anc_str bytes)
{
    size_t wrong = 0, right = 0;
    while (bytes.len > 0) {
        const size_t valid = anc_utf8_valid_prefix(bytes);
        for (size_t i = 0; i < valid; i++)
            right += ((unsigned char)bytes.ptr[i] & 0xC0) == 0xC0;
        wrong += valid < bytes.len;
        bytes = anc_str_sub(bytes, valid + 1, bytes.len);
    }
    return right > 4 * wrong;
}

static bool is_one_of(anc_str s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq_nocase(s, anc_str_of(names[i])))
            return true;
    return false;
}

/* Whether `declared` names a charset worth asking the C library for; its name into `name`. What
 * the web calls Latin-1 is Windows-1252; UTF-16 is never true without a mark. */
static bool charset_to_try(anc_str declared, char name[CHARSET_NAME + 1])
{
    static const char *const ours[] = {"utf-8",      "utf8",   "iso-8859-1", "latin1",
                                       "us-ascii",   "ascii",  "cp1252",     "windows-1252",
                                       "iso_8859-1", "utf-7",  "utf-16",     "utf-16le",
                                       "utf-16be",   "utf-32", "ucs-2"};
    if (declared.len == 0 || declared.len > CHARSET_NAME ||
        is_one_of(declared, ours, ANC_COUNT(ours)))
        return false;
    for (size_t i = 0; i < declared.len; i++) {
        const char c = declared.ptr[i];
        const bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == ':';
        if (!fits)
            return false;
        name[i] = c;
    }
    name[declared.len] = '\0';
    return true;
}

static const char *declared_name(const char *name)
{
    static const char *const known[] = {
        "shift_jis",    "euc-jp",       "gbk",          "gb2312",      "gb18030",
        "big5",         "euc-kr",       "iso-8859-2",   "koi8-r",      "iso-8859-15",
        "windows-1250", "windows-1251", "iso-8859-5",   "iso-2022-jp", "iso-8859-7",
        "windows-1253", "windows-1254", "windows-1255", "cp866"};
    if (strcmp(name, "CP932") == 0)
        return "shift_jis";
    if (strcmp(name, "CP949") == 0)
        return "euc-kr";
    for (size_t i = 0; i < ANC_COUNT(known); i++)
        if (anc_str_eq_nocase(anc_str_of(name), anc_str_of(known[i])))
            return known[i];
    return "as declared";
}

static void decode_other(anc_str bytes, anc_str declared, prs_text *t)
{
    char name[CHARSET_NAME + 1];
    const char *guess = NULL;
    bool doubtful = false;
    if (charset_to_try(declared, name) && decode_iconv(name, 1, bytes, &t->storage, &t->damaged)) {
        t->encoding = declared_name(name);
    } else if (is_damaged_utf8(bytes)) {
        t->damaged = true;
        repair_utf8(bytes, &t->storage);
    } else if ((guess = prs_guess_charset(bytes, &doubtful)) != NULL &&
               decode_iconv(guess, 1, bytes, &t->storage, &t->damaged)) {
        t->encoding = declared_name(guess);
    } else {
        t->encoding = "windows-1252";
        t->damaged |= doubtful;
        decode_windows_1252(bytes, &t->storage);
    }
}

/* Whether `declared` writes all its characters in ASCII bytes, so that they look like UTF-8. */
static bool is_stateful(anc_str declared, anc_str bytes)
{
    return anc_str_eq_nocase(anc_str_sub(declared, 0, 9), ANC_STR("iso-2022-")) && bytes.len > 0 &&
           memchr(bytes.ptr, 0x1B, bytes.len) != NULL;
}

/* The long ones begin as short ones do. */
const prs_order_mark *prs_order_mark_of(anc_str bytes)
{
    static const prs_order_mark rows[] = {{{"\xFF\xFE\0\0", 4}, 4, "UTF-32LE"},
                                          {{"\0\0\xFE\xFF", 4}, 4, "UTF-32BE"},
                                          {{"\xFF\xFE", 2}, 2, "UTF-16LE"},
                                          {{"\xFE\xFF", 2}, 2, "UTF-16BE"},
                                          {{"\xEF\xBB\xBF", 3}, 1, "UTF-8"}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_starts(bytes, rows[i].bytes))
            return &rows[i];
    return NULL;
}

void prs_text_done(prs_text *t)
{
    anc_buf_done(&t->storage);
}

anc_status prs_decode(anc_str bytes, anc_str declared, size_t max, prs_text *ret, anc_err *err)
{
    prs_text t = {.storage = anc_buf_init(max), .encoding = "UTF-8"};
    const prs_order_mark *marked = prs_order_mark_of(bytes);
    const bool mark = marked != NULL && marked->unit == 1;
    if (marked != NULL)
        bytes = anc_str_sub(bytes, marked->bytes.len, bytes.len);
    const char *wide = marked == NULL ? prs_guess_utf16(bytes) : !mark ? marked->encoding : NULL;
    if (wide != NULL) {
        t.encoding = wide;
        if (!decode_iconv(wide, marked != NULL ? marked->unit : 2, bytes, &t.storage, &t.damaged))
            return ANC_FAIL(err, ANC_UNSUPPORTED, "text: %s is not known here", t.encoding);
    } else if (is_stateful(declared, bytes) || !anc_utf8_valid(bytes)) {
        decode_other(bytes, mark ? ANC_STR_NONE : declared, &t);
    } else if (bytes.len > 0 && memchr(bytes.ptr, '\0', bytes.len) != NULL) {
        (void)anc_buf_add(&t.storage, bytes);
    } else {
        t.text = bytes;
        *ret = t;
        return ANC_OK;
    }
    const anc_status got = anc_buf_status(&t.storage, "text after decoding", err);
    if (got != ANC_OK) {
        prs_text_done(&t);
        return got;
    }
    blank_nuls(&t.storage);
    t.text = anc_buf_view(&t.storage);
    *ret = t;
    return ANC_OK;
}

/* The part of `s` behind `word`, compared without regard to case; empty when it is not there. */
static anc_str behind(anc_str s, anc_str word)
{
    for (size_t i = 0; i + word.len <= s.len; i++)
        if (anc_str_eq_nocase(anc_str_sub(s, i, word.len), word))
            return anc_str_sub(s, i + word.len, s.len);
    return ANC_STR_NONE;
}

anc_str prs_html_charset(anc_str bytes)
{
    anc_str s = anc_str_sub(bytes, 0, SNIFF_BYTES);
    while ((s = behind(s, ANC_STR("<meta"))).len > 0) {
        const size_t end = anc_str_find(s, ANC_STR(">"));
        anc_str value = behind(anc_str_sub(s, 0, end), ANC_STR("charset="));
        while (value.len > 0 && strchr("\"' ", value.ptr[0]) != NULL)
            value = anc_str_sub(value, 1, value.len);
        size_t n = 0;
        while (n < value.len && strchr("\"' ;/>", value.ptr[n]) == NULL)
            n++;
        if (n > 0)
            return anc_str_sub(value, 0, n);
    }
    return ANC_STR_NONE;
}

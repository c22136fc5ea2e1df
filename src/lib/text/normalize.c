/* normalize.c - classes of code points and normal forms, over utf8proc.
 *
 * A long text is mapped in pieces of at most TXT_PIECE_BYTES. A piece ends before something that
 * can compose with nothing on its left: an ASCII character where there is one, else anything but
 * marks and conjoining Hangul. Only a run of hundreds of marks is cut inside.
 */
#include "text/normalize.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"
#include "chars_impl.h"

typedef struct char_range {
    uint32_t first, last;
} char_range;

/* Han, kana, Hangul, and the scripts of South East Asia without spaces. */
static const char_range unspaced[] = {
    {0x0E00, 0x0EFF}, {0x0F40, 0x0FBC},   {0x1000, 0x109F},   {0x1780, 0x17DF}, {0x3005, 0x3007},
    {0x3041, 0x3096}, {0x309D, 0x309F},   {0x30A1, 0x30FA},   {0x30FC, 0x30FF}, {0x3105, 0x312F},
    {0x31F0, 0x31FF}, {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
    {0xFF66, 0xFF9F}, {0x1B000, 0x1B16F}, {0x20000, 0x3FFFF},
};

/* Whole blocks in which every code point is its own NFC and composes with nothing before it. */
static const char_range plain_nfc[] = {
    {0x0000, 0x02FF}, {0x0400, 0x0482}, {0x048A, 0x052F}, {0x2002, 0x206F},
    {0x20A0, 0x20C0}, {0x2190, 0x2199}, {0x25A0, 0x27BF}, {0x3000, 0x3029},
    {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xFF01, 0xFFEE},
};

static bool in_ranges(const char_range *ranges, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n && c >= ranges[i].first; i++)
        if (c <= ranges[i].last)
            return true;
    return false;
}

static utf8proc_category_t category(uint32_t c)
{
    return utf8proc_category((utf8proc_int32_t)c);
}

static txt_class class_of_ascii(uint32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return TXT_CHAR_LETTER;
    if (c >= '0' && c <= '9')
        return TXT_CHAR_DIGIT;
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F) ? TXT_CHAR_BLANK
                                                                            : TXT_CHAR_OTHER;
}

txt_class txt_class_of(uint32_t c)
{
    if (c < 0x80)
        return class_of_ascii(c);
    if (c == 0x85)
        return TXT_CHAR_BLANK;
    if (in_ranges(unspaced, ANC_COUNT(unspaced), c))
        return category(c) == UTF8PROC_CATEGORY_CN ? TXT_CHAR_OTHER : TXT_CHAR_UNSPACED;
    const utf8proc_category_t cat = category(c);
    if (cat >= UTF8PROC_CATEGORY_LU && cat <= UTF8PROC_CATEGORY_LO)
        return TXT_CHAR_LETTER;
    if (cat >= UTF8PROC_CATEGORY_ND && cat <= UTF8PROC_CATEGORY_NO)
        return TXT_CHAR_DIGIT;
    if ((cat >= UTF8PROC_CATEGORY_MN && cat <= UTF8PROC_CATEGORY_ME) || cat == UTF8PROC_CATEGORY_CF)
        return TXT_CHAR_MARK;
    return cat >= UTF8PROC_CATEGORY_ZS && cat <= UTF8PROC_CATEGORY_ZP ? TXT_CHAR_BLANK
                                                                      : TXT_CHAR_OTHER;
}

bool txt_is_upper(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z';
    const utf8proc_category_t cat = category(c);
    return cat == UTF8PROC_CATEGORY_LU || cat == UTF8PROC_CATEGORY_LT;
}

bool txt_is_lower(uint32_t c)
{
    return c < 0x80 ? c >= 'a' && c <= 'z' : category(c) == UTF8PROC_CATEGORY_LL;
}

bool txt_is_blank(uint32_t c)
{
    return txt_class_of(c) == TXT_CHAR_BLANK;
}

bool txt_is_unspaced(uint32_t c)
{
    return txt_class_of(c) == TXT_CHAR_UNSPACED;
}

anc_str txt_trim(anc_str s)
{
    size_t bytes;
    while (s.len > 0 && txt_is_blank(anc_utf8_at(s, 0, &bytes)))
        s = anc_str_sub(s, bytes, s.len);
    while (s.len > 0) {
        const size_t last = anc_utf8_floor(s, s.len - 1);
        if (!txt_is_blank(anc_utf8_at(s, last, &bytes)))
            break;
        s.len = last;
    }
    return s;
}

size_t txt_map(txt_mapping mapping, anc_str piece, char *out, size_t cap)
{
    static const int options[] = {
        [TXT_MAP_NFC] = UTF8PROC_STABLE | UTF8PROC_COMPOSE,
        [TXT_MAP_FOLD] = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                         UTF8PROC_IGNORE,
        [TXT_MAP_UNMARK] = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_STRIPMARK};
    enum { LONGEST = TXT_MAPPED_BYTES / 4 };
    const utf8proc_option_t how = (utf8proc_option_t)options[mapping];
    utf8proc_int32_t points[LONGEST + 1];
    assert(piece.len <= TXT_PIECE_BYTES);
    const utf8proc_ssize_t n = utf8proc_decompose(
        (const utf8proc_uint8_t *)piece.ptr, (utf8proc_ssize_t)piece.len, points, LONGEST, how);
    assert(n >= 0 && n <= LONGEST);
    const utf8proc_ssize_t bytes = utf8proc_reencode(points, n, how);
    assert(bytes >= 0);
    anc_str mapped = {(const char *)points, (size_t)bytes};
    if (mapped.len > cap)
        mapped.len = anc_utf8_floor(mapped, cap);
    memcpy(out, mapped.ptr, mapped.len);
    return mapped.len;
}

/* Whether nothing before `c` can compose with it. */
static bool begins_anew(uint32_t c)
{
    if (c < 0x300)
        return true;
    const utf8proc_category_t cat = category(c);
    const bool jamo = c >= 0x1160 && c <= 0x11FF;
    return !jamo && (cat < UTF8PROC_CATEGORY_MN || cat > UTF8PROC_CATEGORY_ME);
}

/* Bytes of the next piece of `s`. */
static size_t piece_length(anc_str s)
{
    if (s.len <= TXT_PIECE_BYTES)
        return s.len;
    for (size_t i = TXT_PIECE_BYTES; i > TXT_PIECE_BYTES / 2; i--)
        if ((unsigned char)s.ptr[i] < 0x80)
            return i;
    size_t at = anc_utf8_floor(s, TXT_PIECE_BYTES), bytes;
    for (const size_t last = at; at > 0; at = anc_utf8_floor(s, at - 1)) {
        if (begins_anew(anc_utf8_at(s, at, &bytes)))
            return at;
        if (last - at > TXT_PIECE_BYTES / 2)
            return last;
    }
    return anc_utf8_floor(s, TXT_PIECE_BYTES);
}

static anc_status add_mapped(txt_mapping mapping, anc_str text, anc_buf *out, anc_err *err)
{
    char mapped[TXT_MAPPED_BYTES];
    while (text.len > 0) {
        const anc_str piece = anc_str_sub(text, 0, piece_length(text));
        const size_t n = txt_map(mapping, piece, mapped, sizeof mapped);
        if (!anc_buf_add(out, (anc_str){mapped, n}))
            break;
        text = anc_str_sub(text, piece.len, text.len);
    }
    return anc_buf_status(out, "normalised text", err);
}

/* Bytes at the start of `s` that are their own NFC whatever follows. */
static size_t plain_prefix(anc_str s)
{
    size_t i = 0, bytes = 1, before = 0;
    for (; i < s.len; i += bytes) {
        if (!in_ranges(plain_nfc, ANC_COUNT(plain_nfc), anc_utf8_at(s, i, &bytes)))
            return before; /* what is here may compose with the character before it */
        before = i;
    }
    return s.len;
}

anc_status txt_nfc(anc_str text, anc_buf *out, anc_err *err)
{
    const size_t plain = plain_prefix(text);
    (void)anc_buf_add(out, anc_str_sub(text, 0, plain));
    return add_mapped(TXT_MAP_NFC, anc_str_sub(text, plain, text.len), out, err);
}

/* Lower-cases the ASCII at the front of `text` into `out`; how many bytes that were. */
static size_t fold_ascii(anc_str text, anc_buf *out)
{
    size_t n = 0;
    while (n < text.len && (unsigned char)text.ptr[n] < 0x80)
        n++;
    if (n > 0 && n < text.len)
        n--; /* a mark may follow the last one */
    if (!anc_buf_reserve(out, n))
        return 0;
    for (size_t i = 0; i < n; i++) {
        const char c = text.ptr[i];
        out->ptr[out->len++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    if (out->ptr != NULL)
        out->ptr[out->len] = '\0';
    return n;
}

anc_status txt_fold(anc_str text, anc_buf *out, anc_err *err)
{
    const size_t plain = fold_ascii(text, out);
    if (out->refused)
        return anc_buf_status(out, "folded text", err);
    return add_mapped(TXT_MAP_FOLD, anc_str_sub(text, plain, text.len), out, err);
}

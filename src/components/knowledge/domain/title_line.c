/* title_line.c - see title_line.h. */
#include "knowledge/domain/title_line.h"

#include <string.h>

#include "base/utf8.h"

static const anc_str joint = ANC_STR_INIT(" > ");

/* The first KNO_TITLE_PART_BYTES of `s`, cut at a blank where there is one. */
static anc_str cut_title(anc_str s)
{
    if (s.len <= KNO_TITLE_PART_BYTES)
        return s;
    const anc_str cut = anc_str_sub(s, 0, anc_utf8_floor(s, KNO_TITLE_PART_BYTES));
    for (size_t n = cut.len; n > cut.len / 2; n--)
        if (cut.ptr[n - 1] == ' ')
            return anc_str_sub(cut, 0, n - 1);
    return cut;
}

/* `path` without its first parts, as short as asked; its last part alone may be cut. */
static anc_str cut_path(anc_str path)
{
    while (path.len > KNO_TITLE_PART_BYTES) {
        const size_t at = anc_str_find(path, joint);
        if (at == SIZE_MAX)
            return cut_title(path);
        path = anc_str_sub(path, at + joint.len, path.len);
    }
    return path;
}

static size_t put(char *out, size_t n, anc_str s)
{
    if (s.len > 0)
        memcpy(out + n, s.ptr, s.len);
    return n + s.len;
}

size_t kno_title_line(anc_str title, anc_str heading, anc_str text, char out[KNO_TITLE_LINE_BYTES])
{
    title = cut_title(anc_str_trim(title));
    size_t n = put(out, 0, title);
    for (anc_str rest = cut_path(heading); rest.len > 0;) {
        const size_t at = anc_str_find(rest, joint);
        const anc_str part = anc_str_sub(rest, 0, at);
        rest = at != SIZE_MAX ? anc_str_sub(rest, at + joint.len, rest.len) : ANC_STR_NONE;
        const bool said = anc_str_eq(part, title) || (rest.len == 0 && anc_str_starts(text, part));
        if (said || part.len == 0)
            continue;
        if (n > 0)
            n = put(out, n, joint);
        n = put(out, n, part);
    }
    return n;
}

anc_str kno_columns_embedded(anc_str columns)
{
    if (columns.len <= KNO_COLUMNS_EMBEDDED)
        return columns;
    for (size_t n = KNO_COLUMNS_EMBEDDED; n > 2; n--)
        if (columns.ptr[n - 1] == '|' && columns.ptr[n - 2] == ' ')
            return anc_str_sub(columns, 0, n - 2);
    return ANC_STR_NONE;
}

anc_status kno_chunk_embed_text(anc_str title, anc_str heading, anc_str columns, anc_str text,
                                anc_buf *out, anc_err *err)
{
    char line[KNO_TITLE_LINE_BYTES];
    const size_t n = kno_title_line(title, heading, text, line);
    const anc_str above[] = {{line, n}, kno_columns_embedded(columns)};
    for (size_t i = 0; i < ANC_COUNT(above); i++) {
        if (above[i].len == 0)
            continue;
        (void)anc_buf_add(out, above[i]);
        (void)anc_buf_add_char(out, '\n');
    }
    (void)anc_buf_add(out, text);
    return anc_buf_status(out, "text to embed", err);
}

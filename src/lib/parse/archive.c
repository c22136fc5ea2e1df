/* archive.c - entries of a ZIP archive through libzip, with the limits counted. */
#include "archive_impl.h"

#include <string.h>
#include <zip.h>

#include "base/utf8.h"

enum {
    PIECE_BYTES = 32 << 10,
    MAX_ENTRIES = 65534, /* more need another form of the directory, which documents never have */
    NAMED_BYTES = 200    /* of an entry's name, in an error */
};

/* ---- the directory ---------------------------------------------------------------------------- */

static uint64_t little_endian(anc_str s, size_t at, size_t bytes)
{
    uint64_t n = 0;
    for (size_t i = bytes; i-- > 0;)
        n = n << 8 | (unsigned char)s.ptr[at + i];
    return n;
}

/* Finds the end of the archive and how many entries it promises, the most where there seem to be several
 * ends: libzip makes room for all of them before it reads the first. */
static bool find_end(anc_str bytes, uint64_t *ret_entries)
{
    enum { END_BYTES = 22, LOCATOR_BYTES = 20, LONG_END_BYTES = 56, COMMENT_BYTES = 65535 };
    bool found = false;
    *ret_entries = 0;
    for (size_t i = 0; i <= COMMENT_BYTES && bytes.len >= END_BYTES + i; i++) {
        const size_t at = bytes.len - END_BYTES - i;
        if (memcmp(bytes.ptr + at, "PK\x05\x06", 4) != 0)
            continue;
        found = true;
        uint64_t n = little_endian(bytes, at + 10, 2);
        if (at >= LOCATOR_BYTES && memcmp(bytes.ptr + at - LOCATOR_BYTES, "PK\x06\x07", 4) == 0) {
            const uint64_t to = little_endian(bytes, at - LOCATOR_BYTES + 8, 8);
            if (bytes.len >= LONG_END_BYTES && to <= bytes.len - LONG_END_BYTES)
                n = little_endian(bytes, (size_t)to + 32, 8);
        }
        *ret_entries = n > *ret_entries ? n : *ret_entries;
    }
    return found;
}

static anc_status open_zip(anc_str bytes, zip_t **ret, anc_err *err)
{
    zip_error_t why;
    uint64_t entries;
    if (!find_end(bytes, &entries))
        return ANC_FAIL(err, ANC_INVALID,
                        "the file is damaged: it is cut short, its end is missing");
    if (entries > MAX_ENTRIES)
        return ANC_FAIL(err, ANC_LIMIT, "archive: more than %d entries", MAX_ENTRIES);
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(bytes.ptr, bytes.len, 0, &why);
    *ret = source != NULL ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
    if (*ret == NULL && source != NULL)
        zip_source_free(source);
    const int code = zip_error_code_zip(&why);
    zip_error_fini(&why);
    if (*ret != NULL)
        return ANC_OK;
    if (code == ZIP_ER_MEMORY)
        return ANC_FAIL(err, ANC_NO_MEMORY, "archive: out of memory");
    return ANC_FAIL(err, ANC_INVALID, "the file is damaged: the list of what it holds is broken");
}

bool prs_archive_open(anc_str bytes, prs_emitter *e, prs_archive *ret)
{
    *ret = (prs_archive){.bytes = bytes, .e = e};
    const anc_status got = open_zip(bytes, &ret->zip, e->err);
    return got == ANC_OK || prs_emit_fail(e, got);
}

void prs_archive_done(prs_archive *a)
{
    if (a->zip != NULL)
        zip_discard(a->zip);
    a->zip = NULL;
}

static zip_int64_t locate(const prs_archive *a, const char *name)
{
    const zip_int64_t at = zip_name_locate(a->zip, name, 0);
    return at >= 0 ? at : zip_name_locate(a->zip, name, ZIP_FL_NOCASE);
}

bool prs_archive_has(const prs_archive *a, const char *name)
{
    return locate(a, name) >= 0;
}

anc_str prs_archive_name(const prs_archive *a, size_t i)
{
    return anc_str_of(zip_get_name(a->zip, i, ZIP_FL_ENC_RAW));
}

/* ---- entries ---------------------------------------------------------------------------------- */

/* Why an entry does not open or unpack, in words; `failed` is libzip's. */
static bool fail_entry(prs_archive *a, const char *name, int failed)
{
    anc_err *err = a->e->err;
    anc_status got;
    switch (failed) {
    case ZIP_ER_MEMORY:
        got = ANC_FAIL(err, ANC_NO_MEMORY, "%.*s: out of memory", NAMED_BYTES, name);
        break;
    case ZIP_ER_CRC:
        got = ANC_FAIL(err, ANC_INVALID, "the file is damaged: %.*s does not match its checksum",
                       NAMED_BYTES, name);
        break;
    case ZIP_ER_NOPASSWD:
    case ZIP_ER_WRONGPASSWD:
    case ZIP_ER_ENCRNOTSUPP:
        got = ANC_FAIL(err, ANC_INVALID, "it is protected by a password");
        break;
    case ZIP_ER_COMPNOTSUPP:
        got = ANC_FAIL(err, ANC_INVALID, "%.*s is packed in a way that cannot be read", NAMED_BYTES,
                       name);
        break;
    default:
        got = ANC_FAIL(err, ANC_INVALID, "the file is damaged: %.*s does not unpack", NAMED_BYTES,
                       name);
    }
    return prs_emit_fail(a->e, got);
}

static bool take_pieces(prs_archive *a, const char *name, zip_file_t *f, uint64_t packed,
                        prs_archive_take take, void *self)
{
    char piece[PIECE_BYTES], what[NAMED_BYTES + 1];
    uint64_t unpacked = 0;
    const size_t n_name = anc_utf8_floor(anc_str_of(name), NAMED_BYTES);
    memcpy(what, name, n_name);
    what[n_name] = '\0';
    for (;;) {
        const zip_int64_t n = zip_fread(f, piece, sizeof piece);
        if (n < 0)
            return fail_entry(a, name, zip_error_code_zip(zip_file_get_error(f)));
        if (n == 0)
            return true;
        unpacked += (uint64_t)n;
        if (!prs_emit_unpacked(a->e, what, packed, unpacked, (uint64_t)n) || !prs_emit_ask(a->e) ||
            !take(self, (anc_str){piece, (size_t)n}))
            return false;
    }
}

bool prs_archive_read(prs_archive *a, const char *name, prs_archive_take take, void *self)
{
    zip_stat_t stat;
    const zip_int64_t at = locate(a, name);
    if (at < 0)
        return prs_emit_fail(
            a->e, ANC_FAIL(a->e->err, ANC_INVALID, "the file holds no %.*s", NAMED_BYTES, name));
    if (zip_stat_index(a->zip, (zip_uint64_t)at, 0, &stat) != 0)
        return fail_entry(a, name, zip_error_code_zip(zip_get_error(a->zip)));
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
        return fail_entry(a, name, ZIP_ER_NOPASSWD);
    zip_file_t *f = zip_fopen_index(a->zip, (zip_uint64_t)at, 0);
    if (f == NULL)
        return fail_entry(a, name, zip_error_code_zip(zip_get_error(a->zip)));
    const uint64_t packed = stat.comp_size < a->bytes.len ? stat.comp_size : a->bytes.len;
    const bool ok = take_pieces(a, name, f, packed, take, self);
    (void)zip_fclose(f);
    return ok;
}

static bool add_piece(void *self, anc_str piece)
{
    return anc_buf_add(self, piece);
}

bool prs_archive_load(prs_archive *a, const char *name, anc_buf *out)
{
    if (prs_archive_read(a, name, add_piece, out))
        return true;
    return out->refused ? prs_emit_fail(a->e, anc_buf_status(out, name, a->e->err)) : false;
}

/* ---- names in names ----------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Appends with "%20" and the like as the bytes that they stand for. */
static void add_unescaped(anc_str s, anc_buf *out)
{
    for (size_t i = 0; i < s.len; i++) {
        const int high = s.ptr[i] == '%' && i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(s.ptr[i + 2]) : -1;
        if (low >= 0 && high + low > 0) {
            (void)anc_buf_add_char(out, (char)(high << 4 | low));
            i += 2;
        } else {
            (void)anc_buf_add_char(out, s.ptr[i]);
        }
    }
}

/* Drops the last folder of a path that ends with a slash. */
static bool leave_folder(anc_buf *path)
{
    if (path->len == 0)
        return false;
    path->len--;
    while (path->len > 0 && path->ptr[path->len - 1] != '/')
        path->len--;
    path->ptr[path->len] = '\0';
    return true;
}

static bool add_steps(anc_str target, anc_buf *out)
{
    anc_str step;
    while (anc_str_split(&target, '/', &step)) {
        if (anc_str_eq(step, ANC_STR("..")) && !leave_folder(out))
            return false;
        if (step.len == 0 || anc_str_eq(step, ANC_STR(".")) || anc_str_eq(step, ANC_STR("..")))
            continue;
        (void)anc_buf_add(out, step);
        if (target.len > 0)
            (void)anc_buf_add_char(out, '/');
    }
    return !out->refused && out->len > 0 && memchr(out->ptr, '\0', out->len) == NULL;
}

bool prs_archive_resolve(anc_str base, anc_str target, anc_buf *out)
{
    ANC_BUF(plain, out->max);
    anc_buf_clear(out);
    target = anc_str_sub(target, 0, anc_str_find(target, ANC_STR("#")));
    target = anc_str_sub(target, 0, anc_str_find(target, ANC_STR("?")));
    add_unescaped(target, &plain);
    target = anc_buf_view(&plain);
    bool ok = !plain.refused && target.len > 0 && anc_utf8_valid(target) &&
              anc_str_find(target, ANC_STR(":")) == SIZE_MAX;
    if (ok && target.ptr[0] != '/') {
        size_t folder = base.len;
        while (folder > 0 && base.ptr[folder - 1] != '/')
            folder--;
        (void)anc_buf_add(out, anc_str_sub(base, 0, folder));
    }
    ok = ok && add_steps(target, out);
    const bool starved = plain.starved || out->starved;
    if (!ok)
        anc_buf_clear(out);
    out->refused = out->starved = starved;
    return ok;
}

/* fuzz_office.c - parts of a document put into an archive, which is then read as what it looks like: each
 * part is a line "=== its name" and what stands below, or, behind a '>', elements nested as its bytes say
 * (nested.h). */
#include "../document.h"
#include "nested.h"

#include <string.h>
#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_PARTS = 40, NAME_BYTES = 200, ARCHIVE_BYTES = 8 << 20 };

/* Cuts the next part off. */
static bool next_part(anc_str *rest, char name[NAME_BYTES], anc_str *ret_content)
{
    const anc_str mark = ANC_STR("=== ");
    anc_str line;
    if (!anc_str_starts(*rest, mark))
        return false;
    *rest = anc_str_sub(*rest, mark.len, rest->len);
    if (!anc_str_split(rest, '\n', &line))
        return false;
    size_t n = 0;
    for (size_t i = 0; i < line.len && n + 1 < NAME_BYTES; i++)
        if (line.ptr[i] != '\0')
            name[n++] = line.ptr[i];
    name[n] = '\0';
    const size_t end = anc_str_find(*rest, ANC_STR("\n=== "));
    *ret_content = anc_str_sub(*rest, 0, end);
    *rest = end == SIZE_MAX ? ANC_STR_NONE : anc_str_sub(*rest, end + 1, rest->len);
    return n > 0;
}

/* What the archive keeps of a part: as it is, or what its bytes are a program for. */
static zip_source_t *source_of(zip_t *zip, anc_str content)
{
    if (!anc_str_starts(content, ANC_STR(">")))
        return zip_source_buffer(zip, content.ptr, content.len, 0);
    ANC_BUF(xml, NESTED_BYTES);
    nest_elements(anc_str_sub(content, 1, content.len), &xml);
    void *copy = malloc(xml.len);
    if (copy == NULL)
        abort();
    memcpy(copy, xml.ptr, xml.len);
    zip_source_t *source = zip_source_buffer(zip, copy, xml.len, 1);
    if (source == NULL)
        free(copy);
    return source;
}

static void add_parts(zip_t *zip, anc_str rest)
{
    char name[NAME_BYTES];
    anc_str content;
    for (int i = 0; i < MAX_PARTS && next_part(&rest, name, &content); i++) {
        zip_source_t *source = source_of(zip, content);
        const zip_int64_t at = source != NULL ? zip_file_add(zip, name, source, 0) : -1;
        if (at >= 0)
            (void)zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
        else if (source != NULL)
            zip_source_free(source);
    }
}

/* Appends the archive of the parts; nothing when there is none. */
static void make(anc_str parts, anc_buf *out)
{
    zip_stat_t stat;
    zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, NULL);
    if (to == NULL)
        abort();
    zip_source_keep(to);
    zip_t *zip = zip_open_from_source(to, ZIP_TRUNCATE, NULL);
    if (zip == NULL)
        abort();
    add_parts(zip, parts);
    if (zip_close(zip) != 0)
        zip_discard(zip);
    if (zip_source_open(to) == 0) {
        if (zip_source_stat(to, &stat) == 0 && anc_buf_reserve(out, stat.size) &&
            zip_source_read(to, out->ptr, stat.size) == (zip_int64_t)stat.size)
            out->len = stat.size;
        (void)zip_source_close(to);
    }
    zip_source_free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    prs_kind kind;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    make((anc_str){(const char *)data, size}, &bytes);
    if (prs_detect(anc_buf_view(&bytes), ANC_STR_NONE, ANC_STR_NONE, &kind, NULL) == ANC_OK)
        read_document(kind, anc_buf_view(&bytes));
    return 0;
}

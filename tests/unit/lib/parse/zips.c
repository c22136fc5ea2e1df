/* zips.c - see zips.h. */
#include "zips.h"

#include "support/test.h"

#include <zip.h>

static void add(zip_t *zip, const zips_entry *entry)
{
    zip_source_t *source = zip_source_buffer(zip, entry->content.ptr, entry->content.len, 0);
    assert_non_null(source);
    const zip_int64_t at = zip_file_add(zip, entry->name, source, 0);
    assert_true(at >= 0);
    assert_int_equal(zip_set_file_compression(zip, (zip_uint64_t)at,
                                              entry->stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0),
                     0);
    if (entry->password != NULL)
        assert_int_equal(
            zip_file_set_encryption(zip, (zip_uint64_t)at, ZIP_EM_TRAD_PKWARE, entry->password), 0);
}

void zips_make(const zips_entry *entries, size_t n, anc_buf *out)
{
    zip_error_t why;
    zip_stat_t stat;
    if (entries[0].name == NULL) { /* libzip writes no empty archives */
        (void)anc_buf_add(out, ANC_STR("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
        return;
    }
    zip_error_init(&why);
    zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, &why);
    assert_non_null(to);
    zip_source_keep(to);
    zip_t *zip = zip_open_from_source(to, ZIP_TRUNCATE, &why);
    assert_non_null(zip);
    for (size_t i = 0; i < n && entries[i].name != NULL; i++)
        add(zip, &entries[i]);
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(zip_source_open(to), 0);
    assert_int_equal(zip_source_stat(to, &stat), 0);
    assert_true(anc_buf_reserve(out, stat.size));
    assert_int_equal(zip_source_read(to, out->ptr + out->len, stat.size), stat.size);
    out->len += stat.size;
    (void)zip_source_close(to);
    zip_source_free(to);
    zip_error_fini(&why);
}

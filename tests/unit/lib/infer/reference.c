/* reference.c - JSON lines and raw floats of the reference folders. */
#include "reference.h"

#include <string.h>

#include "os/file.h"
#include "json/json.h"

enum { MAX_BYTES = 16 << 20, MAX_ROWS = 1000 };

static void read_text(anc_arena *mem, const json_value *row, reference_text *ret)
{
    ret->kind = anc_arena_copy(mem, json_str(json_member(row, "kind"), ANC_STR("")));
    ret->text = anc_arena_copy(mem, json_str(json_member(row, "text"), ANC_STR("")));
}

static void read_ids(anc_arena *mem, const json_value *row, reference_text *ret)
{
    const json_value *ids = json_member(row, "ids");
    ret->n_ids = json_count(ids);
    ret->ids = anc_arena_alloc(mem, ret->n_ids, sizeof *ret->ids);
    for (size_t i = 0; ret->ids != NULL && i < ret->n_ids; i++)
        ret->ids[i] = (uint32_t)json_int(json_element(ids, i), -1);
}

static size_t read_lines(anc_arena *mem, const char *path, reference_text *rows,
                         void (*read)(anc_arena *, const json_value *, reference_text *))
{
    anc_str text, line;
    size_t n = 0;
    if (os_file_read(mem, anc_str_of(path), MAX_BYTES, &text, NULL) != ANC_OK)
        return 0;
    while (n < MAX_ROWS && anc_str_split(&text, '\n', &line)) {
        json_doc *doc = NULL;
        if (line.len == 0 || json_parse(line, &doc, NULL) != ANC_OK)
            continue;
        read(mem, json_root(doc), &rows[n++]);
        json_doc_free(doc);
    }
    return n;
}

size_t reference_read(anc_arena *mem, const char *texts, const char *tokens, reference_text **ret)
{
    *ret = anc_arena_alloc(mem, MAX_ROWS, sizeof **ret);
    if (*ret == NULL)
        return 0;
    const size_t n = read_lines(mem, texts, *ret, read_text);
    return read_lines(mem, tokens, *ret, read_ids) == n ? n : 0;
}

const float *reference_floats(anc_arena *mem, const char *path, size_t *ret_n)
{
    anc_str bytes;
    if (os_file_read(mem, anc_str_of(path), MAX_BYTES, &bytes, NULL) != ANC_OK)
        return NULL;
    float *floats = anc_arena_alloc(mem, bytes.len / sizeof(float) + 1, sizeof(float));
    if (floats == NULL)
        return NULL;
    memcpy(floats, bytes.ptr, bytes.len / sizeof(float) * sizeof(float));
    *ret_n = bytes.len / sizeof(float);
    return floats;
}

/* reference.c - JSON lines and raw floats of the reference folders. */
#include "reference.h"

#include <string.h>

#include "os/file.h"
#include "json/json.h"

enum { MAX_BYTES = 16 << 20, MAX_ROWS = 1000 };

static void read_text(anc_arena *mem, const json_value *row, void *ret)
{
    reference_text *text = ret;
    text->kind = anc_arena_copy(mem, json_str(json_member(row, "kind"), ANC_STR("")));
    text->text = anc_arena_copy(mem, json_str(json_member(row, "text"), ANC_STR("")));
}

static size_t copy_ids(anc_arena *mem, const json_value *row, uint32_t **ret)
{
    const json_value *ids = json_member(row, "ids");
    const size_t n = json_count(ids);
    *ret = anc_arena_alloc(mem, n, sizeof **ret);
    for (size_t i = 0; *ret != NULL && i < n; i++)
        (*ret)[i] = (uint32_t)json_int(json_element(ids, i), -1);
    return n;
}

static void read_ids(anc_arena *mem, const json_value *row, void *ret)
{
    reference_text *text = ret;
    text->n_ids = copy_ids(mem, row, &text->ids);
}

static void read_pair(anc_arena *mem, const json_value *row, void *ret)
{
    reference_pair *pair = ret;
    pair->a = anc_arena_copy(mem, json_str(json_member(row, "a"), ANC_STR("")));
    pair->b = anc_arena_copy(mem, json_str(json_member(row, "b"), ANC_STR("")));
}

static void read_pair_ids(anc_arena *mem, const json_value *row, void *ret)
{
    reference_pair *pair = ret;
    const json_value *types = json_member(row, "types");
    pair->n_ids = copy_ids(mem, row, &pair->ids);
    pair->types = anc_arena_alloc(mem, pair->n_ids, 1);
    for (size_t i = 0; pair->types != NULL && i < pair->n_ids; i++)
        pair->types[i] = (uint8_t)json_int(json_element(types, i), 255);
}

static size_t read_lines(anc_arena *mem, const char *path, void *rows, size_t row_size,
                         void (*read)(anc_arena *, const json_value *, void *))
{
    anc_str text, line;
    size_t n = 0;
    if (os_file_read(mem, anc_str_of(path), MAX_BYTES, &text, NULL) != ANC_OK)
        return 0;
    while (n < MAX_ROWS && anc_str_split(&text, '\n', &line)) {
        json_doc *doc = NULL;
        if (line.len == 0 || json_parse(line, &doc, NULL) != ANC_OK)
            continue;
        read(mem, json_root(doc), (char *)rows + row_size * n++);
        json_doc_free(doc);
    }
    return n;
}

size_t reference_read(anc_arena *mem, const char *texts, const char *tokens, reference_text **ret)
{
    *ret = anc_arena_alloc(mem, MAX_ROWS, sizeof **ret);
    if (*ret == NULL)
        return 0;
    const size_t n = read_lines(mem, texts, *ret, sizeof **ret, read_text);
    return read_lines(mem, tokens, *ret, sizeof **ret, read_ids) == n ? n : 0;
}

size_t reference_read_pairs(anc_arena *mem, const char *pairs, const char *tokens,
                            reference_pair **ret)
{
    *ret = anc_arena_alloc(mem, MAX_ROWS, sizeof **ret);
    if (*ret == NULL)
        return 0;
    const size_t n = read_lines(mem, pairs, *ret, sizeof **ret, read_pair);
    return read_lines(mem, tokens, *ret, sizeof **ret, read_pair_ids) == n ? n : 0;
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

/* cross_encoder.c - the encoder's file of weights with four tensors more, and another config.json. */
#include "rerank/cross_encoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bench.h"
#include "os/file.h"

enum { WIDTH = 384, CONFIG_MAX_BYTES = 1 << 20, PREFIX_BYTES = 8 };

static const struct added {
    const char *name;
    const char *shape;
    size_t n;
} added[] = {
    {"bert.pooler.dense.weight", "[384,384]", (size_t)WIDTH *WIDTH},
    {"bert.pooler.dense.bias", "[384]", WIDTH},
    {"classifier.weight", "[1,384]", WIDTH},
    {"classifier.bias", "[1]", 1},
};

static anc_str path_of(anc_arena *mem, anc_str folder, const char *name)
{
    const anc_str path = os_path_join(mem, folder, anc_str_of(name));
    if (path.ptr == NULL)
        bench_fail("no memory");
    return path;
}

static void write_file(anc_arena *mem, anc_str folder, const char *name, anc_str content)
{
    anc_err err = {0};
    bench_must(os_file_replace(path_of(mem, folder, name), content, &err), &err);
}

static void copy_file(anc_arena *mem, anc_str from, anc_str to, const char *name)
{
    os_map map = {0};
    anc_err err = {0};
    bench_must(os_map_open(path_of(mem, from, name), &map, &err), &err);
    write_file(mem, to, name, (anc_str){(const char *)map.bytes, map.len});
    os_map_close(&map);
}

/* `from` is replaced by `to` in config.json. */
static void write_config(anc_arena *mem, anc_str encoder, anc_str folder)
{
    static const char from[] = "BertModel", to[] = "BertForSequenceClassification";
    anc_err err = {0};
    anc_str text;
    ANC_BUF(out, CONFIG_MAX_BYTES);
    bench_must(
        os_file_read(mem, path_of(mem, encoder, "config.json"), CONFIG_MAX_BYTES, &text, &err),
        &err);
    const size_t at = anc_str_find(text, anc_str_of(from));
    if (at == SIZE_MAX)
        bench_fail("the model's config.json names no %s", from);
    (void)anc_buf_printf(&out, "%.*s%s%.*s", (int)at, text.ptr, to,
                         ANC_FMT(anc_str_sub(text, at + strlen(from), SIZE_MAX)));
    write_file(mem, folder, "config.json", anc_buf_view(&out));
}

/* The header with the rows of `added` behind those that it has. */
static void add_header(anc_buf *out, anc_str header, size_t data_bytes)
{
    header = anc_str_trim(header);
    (void)anc_buf_add(out, anc_str_sub(header, 0, header.len - 1));
    for (size_t i = 0; i < ANC_COUNT(added); i++) {
        const size_t bytes = added[i].n * sizeof(float);
        (void)anc_buf_printf(out,
                             ",\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}",
                             added[i].name, added[i].shape, data_bytes, data_bytes + bytes);
        data_bytes += bytes;
    }
    (void)anc_buf_add_char(out, '}');
}

static void add_values(anc_buf *out)
{
    uint32_t state = 20261129;
    size_t n = 0;
    for (size_t i = 0; i < ANC_COUNT(added); i++)
        n += added[i].n;
    for (; n > 0; n--) {
        state = state * 1664525u + 1013904223u;
        const float value = (float)(int32_t)state * 0x1p-31f * 0.1f;
        (void)anc_buf_add(out, ((anc_str){(const char *)&value, sizeof value}));
    }
}

static void write_weights(anc_arena *mem, anc_str encoder, anc_str folder)
{
    os_map map = {0};
    anc_err err = {0};
    uint64_t header = 0;
    ANC_BUF(head, (size_t)1 << 20);
    ANC_BUF(file, (size_t)1 << 30);
    bench_must(os_map_open(path_of(mem, encoder, "model.safetensors"), &map, &err), &err);
    const anc_str all = {(const char *)map.bytes, map.len};
    memcpy(&header, all.ptr, sizeof header);
    const anc_str data = anc_str_sub(all, PREFIX_BYTES + (size_t)header, SIZE_MAX);
    add_header(&head, anc_str_sub(all, PREFIX_BYTES, (size_t)header), data.len);
    const uint64_t bytes = head.len;
    (void)anc_buf_add(&file, ((anc_str){(const char *)&bytes, sizeof bytes}));
    (void)anc_buf_add(&file, anc_buf_view(&head));
    (void)anc_buf_add(&file, data);
    add_values(&file);
    write_file(mem, folder, "model.safetensors", anc_buf_view(&file));
    os_map_close(&map);
}

anc_str cross_encoder_make(anc_arena *mem, anc_str encoder)
{
    char place[] = "/tmp/anchorage-rerank-XXXXXX";
    if (mkdtemp(place) == NULL)
        bench_fail("no folder in /tmp");
    const anc_str folder = anc_arena_copy(mem, anc_str_of(place));
    if (folder.ptr == NULL)
        bench_fail("no memory");
    write_config(mem, encoder, folder);
    copy_file(mem, encoder, folder, "vocab.txt");
    copy_file(mem, encoder, folder, "tokenizer.json");
    write_weights(mem, encoder, folder);
    return folder;
}

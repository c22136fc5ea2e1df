/* texts.c - collections in BEIR's layout, read whole. */
#include "common/texts.h"

#include <stdlib.h>
#include <string.h>

#include "common/bench.h"
#include "os/file.h"
#include "os/lines.h"
#include "support/places.h"
#include "text/analyze.h"
#include "json/json.h"

enum { LINE_MAX_BYTES = 16 << 20, FIRST_ROOM = 1024 };

static const char *path_of(const char *file, char out[PLACE_MAX])
{
    char packed[PLACE_MAX];
    (void)snprintf(packed, sizeof packed, "%s.gz", file);
    const char *data = getenv("ANCHORAGE_TEST_DATA");
    char beside[PLACE_MAX];
    if (data == NULL)
        data = place_in_source(beside, "../shared/data");
    const char *const names[] = {file, packed};
    for (size_t i = 0; i < ANC_COUNT(names); i++) {
        const int n = snprintf(out, PLACE_MAX, "%s/%s", data, names[i]);
        if (n > 0 && n < PLACE_MAX && access(out, R_OK) == 0)
            return out;
    }
    bench_skip("no collection %s in %s", file, data);
}

static anc_str keep(anc_arena *mem, anc_str s)
{
    const anc_str copy = anc_arena_copy(mem, s);
    if (copy.ptr == NULL)
        bench_fail("the collection does not fit its arena");
    return copy;
}

static void add_line(anc_arena *mem, anc_str line, bench_text *ret)
{
    anc_err err = {0};
    json_doc *doc;
    bench_must(json_parse(line, &doc, &err), &err);
    const json_value *root = json_root(doc);
    ret->id = keep(mem, json_str(json_member(root, "_id"), ANC_STR("")));
    ret->title = keep(mem, json_str(json_member(root, "title"), ANC_STR("")));
    ret->text = keep(mem, json_str(json_member(root, "text"), ANC_STR("")));
    json_doc_free(doc);
}

void bench_read_texts(anc_arena *mem, const char *file, bench_texts *texts)
{
    anc_err err = {0};
    char path[PLACE_MAX];
    os_lines *lines;
    bench_must(os_lines_open(anc_str_of(path_of(file, path)), LINE_MAX_BYTES, &lines, &err), &err);
    size_t room = texts->n;
    for (;;) {
        anc_str line;
        bool end = false;
        bench_must(os_lines_next(lines, &line, &end, &err), &err);
        if (end)
            break;
        if (line.len == 0)
            continue;
        if (texts->n >= room) {
            room = room < FIRST_ROOM ? FIRST_ROOM : 2 * room;
            texts->items = realloc(texts->items, room * sizeof *texts->items);
            if (texts->items == NULL)
                bench_fail("no memory for %zu texts", room);
        }
        add_line(mem, line, &texts->items[texts->n++]);
    }
    os_lines_close(lines);
}

static bool is_plain(anc_str word)
{
    for (size_t i = 0; i < word.len; i++) {
        const char c = word.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            return false;
    }
    return word.len > 0;
}

bench_words bench_words_of(anc_arena *mem, anc_str text)
{
    anc_err err = {0};
    txt_term *terms;
    size_t n;
    bench_must(txt_analyze(mem, text, TXT_EN, NULL, &terms, &n, &err), &err);
    bench_words words = {anc_arena_alloc(mem, n, sizeof *words.items), 0};
    if (words.items == NULL)
        bench_fail("the words do not fit their arena");
    for (size_t i = 0; i < n; i++)
        if (!terms[i].stop && !terms[i].whole && is_plain(terms[i].text))
            words.items[words.n++] = terms[i].text;
    return words;
}

anc_str bench_model(anc_arena *mem)
{
    char path[PLACE_MAX];
    const char *found = place_of_model(path);
    if (found == NULL)
        exit(BENCH_SKIPPED);
    return keep(mem, anc_str_of(found));
}

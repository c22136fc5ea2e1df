/* eval_data.c - corpus.jsonl, queries.jsonl, qrels.tsv and answers.jsonl. */
#include "eval_data.h"

#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "os/file.h"
#include "os/lines.h"

enum { LINE_BYTES = 64 << 20, MAX_QUERIES = 1 << 20, MAX_GOLD = 64 };

static void lines_cleanup(os_lines **lines)
{
    os_lines_close(*lines);
}

static void map_cleanup(anc_map **map)
{
    anc_map_free(*map);
}

anc_status eval_data_path(const eval_data *data, const char *name, anc_str *ret, anc_err *err)
{
    static const char *const endings[] = {"", ".gz"};
    for (size_t i = 0; i < ANC_COUNT(endings); i++) {
        const anc_str path =
            anc_arena_printf(data->mem, "%.*s/%s%s", ANC_FMT(data->folder), name, endings[i]);
        if (path.ptr != NULL && os_exists(path)) {
            *ret = path;
            return ANC_OK;
        }
    }
    return ANC_FAIL(err, ANC_NOT_FOUND, "%.*s holds neither %s nor %s.gz", ANC_FMT(data->folder),
                    name, name);
}

typedef anc_status line_fn(eval_data *data, void *arg, const json_value *row, anc_str where,
                           anc_err *err);

/* Calls `take` for each line of a JSON-lines file. */
static anc_status each_row(eval_data *data, const char *name, line_fn *take, void *arg,
                           anc_err *err)
{
    anc_str path, line;
    bool end = false;
    ANC_CLEANUP(lines_cleanup) os_lines *lines = NULL;
    ANC_TRY(eval_data_path(data, name, &path, err));
    ANC_TRY(os_lines_open(path, LINE_BYTES, &lines, err));
    for (;;) {
        ANC_TRY(os_lines_next(lines, &line, &end, err));
        if (end)
            return ANC_OK;
        if (anc_str_trim(line).len == 0)
            continue;
        CLI_JSON(doc);
        anc_err why = {0};
        const anc_str where = anc_arena_printf(data->mem, "%.*s:%llu", ANC_FMT(path),
                                               (unsigned long long)os_lines_number(lines));
        if (json_parse(line, &doc, &why) != ANC_OK)
            return ANC_FAIL(err, ANC_INVALID, "%.*s: %s", ANC_FMT(where), why.text);
        ANC_TRY(take(data, arg, json_root(doc), where, err));
    }
}

/* Queries while they are read: all of the file, before those without judgements are left out. */
typedef struct reading {
    eval_query *queries;
    size_t n;
    anc_map *by_id;
} reading;

static anc_status take_query(eval_data *data, void *arg, const json_value *row, anc_str where,
                             anc_err *err)
{
    reading *r = arg;
    const anc_str id = json_str(json_member(row, "_id"), ANC_STR_NONE);
    const anc_str text = json_str(json_member(row, "text"), ANC_STR_NONE);
    if (id.ptr == NULL || text.ptr == NULL)
        return ANC_FAIL(err, ANC_INVALID, "%.*s: `_id` and `text` are expected", ANC_FMT(where));
    if (r->n == MAX_QUERIES)
        return ANC_FAIL(err, ANC_LIMIT, "%.*s: more than %d queries", ANC_FMT(where), MAX_QUERIES);
    if ((r->n & (r->n + 1)) == 0 || r->n == 0) { /* grow at each power of two */
        eval_query *more = realloc(r->queries, (2 * r->n + 2) * sizeof *more);
        if (more == NULL)
            return ANC_FAIL(err, ANC_NO_MEMORY, "queries");
        r->queries = more;
    }
    r->queries[r->n] =
        (eval_query){.id = anc_arena_copy(data->mem, id), .text = anc_arena_copy(data->mem, text)};
    if (!anc_map_put(r->by_id, id, r->n))
        return ANC_FAIL(err, ANC_NO_MEMORY, "queries");
    r->n++;
    return ANC_OK;
}

static anc_status take_answer(eval_data *data, void *arg, const json_value *row, anc_str where,
                              anc_err *err)
{
    reading *r = arg;
    uint64_t index;
    const json_value *answers = json_member(row, "answers");
    if (!anc_map_find(r->by_id, json_str(json_member(row, "_id"), ANC_STR("")), &index))
        return ANC_OK;
    size_t n = json_count(answers);
    if (n > MAX_GOLD)
        n = MAX_GOLD;
    anc_str *gold = anc_arena_alloc(data->mem, n, sizeof *gold);
    if (gold == NULL)
        return ANC_FAIL(err, anc_arena_refusal(data->mem), "%.*s", ANC_FMT(where));
    for (size_t i = 0; i < n; i++) {
        const json_value *a = json_element(answers, i);
        const anc_str text = json_kind_of(a) == JSON_STRING
                                 ? json_str(a, ANC_STR(""))
                                 : json_str(json_member(a, "text"), ANC_STR(""));
        gold[i] = anc_arena_copy(data->mem, text);
    }
    r->queries[index].gold = gold;
    r->queries[index].n_gold = n;
    return ANC_OK;
}

/* "query-id TAB corpus-id TAB score", or TREC's four columns; a header is passed over. */
static bool read_judgement(anc_str line, anc_str *query, anc_str *document, int *grade)
{
    anc_str fields[4], one;
    size_t n = 0;
    for (anc_str rest = line;
         n < 4 &&
         anc_str_split(&rest, line.len > 0 && memchr(line.ptr, '\t', line.len) ? '\t' : ' ', &one);)
        if (one.len > 0)
            fields[n++] = anc_str_trim(one);
    double score;
    if (n < 3 || !anc_str_to_double(fields[n - 1], &score))
        return false;
    *query = fields[0];
    *document = fields[n - 2];
    *grade = (int)score;
    return true;
}

static anc_status add_judgement(eval_data *data, eval_query *q, anc_str document, int grade,
                                anc_err *err)
{
    const size_t n = q->n_judgements;
    if (n == 0 || (n & (n - 1)) == 0) { /* room doubles at each power of two */
        eval_judgement *more = anc_arena_alloc(data->mem, n == 0 ? 1 : 2 * n, sizeof *more);
        if (more == NULL)
            return ANC_FAIL(err, anc_arena_refusal(data->mem), "judgements");
        if (n > 0)
            memcpy(more, q->judgements, n * sizeof *more);
        q->judgements = more;
    }
    q->judgements[q->n_judgements++] = (eval_judgement){anc_arena_copy(data->mem, document), grade};
    return ANC_OK;
}

static anc_status read_judgements(eval_data *data, reading *r, anc_err *err)
{
    anc_str path, line, query, document;
    bool end = false;
    int grade;
    ANC_CLEANUP(lines_cleanup) os_lines *lines = NULL;
    ANC_TRY(eval_data_path(data, "qrels.tsv", &path, err));
    ANC_TRY(os_lines_open(path, LINE_BYTES, &lines, err));
    for (;;) {
        uint64_t index;
        ANC_TRY(os_lines_next(lines, &line, &end, err));
        if (end)
            return ANC_OK;
        if (!read_judgement(line, &query, &document, &grade)) {
            if (os_lines_number(lines) == 1 || anc_str_trim(line).len == 0)
                continue;
            return ANC_FAIL(err, ANC_INVALID, "%.*s:%llu: query, document and grade are expected",
                            ANC_FMT(path), (unsigned long long)os_lines_number(lines));
        }
        if (anc_map_find(r->by_id, query, &index))
            ANC_TRY(add_judgement(data, &r->queries[index], document, grade, err));
    }
}

static anc_status read_all(eval_data *data, reading *r, anc_err *err)
{
    anc_str ignored;
    ANC_TRY(each_row(data, "queries.jsonl", take_query, r, err));
    ANC_TRY(read_judgements(data, r, err));
    data->has_answers = eval_data_path(data, "answers.jsonl", &ignored, NULL) == ANC_OK;
    if (data->has_answers)
        ANC_TRY(each_row(data, "answers.jsonl", take_answer, r, err));
    data->queries = anc_arena_alloc(data->mem, r->n, sizeof *data->queries);
    if (data->queries == NULL)
        return ANC_FAIL(err, anc_arena_refusal(data->mem), "queries");
    for (size_t i = 0; i < r->n; i++)
        if (r->queries[i].n_judgements > 0)
            data->queries[data->n++] = r->queries[i];
    if (data->n == 0)
        return ANC_FAIL(err, ANC_INVALID, "%.*s: no query has a judgement", ANC_FMT(data->folder));
    return ANC_OK;
}

anc_status eval_data_read(anc_str folder, anc_arena *mem, eval_data *ret, anc_err *err)
{
    ANC_CLEANUP(map_cleanup) anc_map *by_id = anc_map_new();
    reading r = {.by_id = by_id};
    eval_data data = {.mem = mem, .folder = folder};
    if (by_id == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "queries");
    const anc_status status = read_all(&data, &r, err);
    free(r.queries);
    if (status == ANC_OK)
        *ret = data;
    return status;
}

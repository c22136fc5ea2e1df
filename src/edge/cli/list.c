/* list.c - cursor-paged lists, tables on a terminal, fields of one thing. */
#include "list.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "term.h"

enum {
    PAGE_ROWS = 100,
    DUMP_BYTES = 16 << 20,
    PAGE_BYTES = 256 << 20,
    FIELD_WIDTH = 26,
    LINE = 2000
};

anc_str list_text(const json_value *item, const char *name)
{
    return json_str(json_member(item, name), ANC_STR(""));
}

uint64_t list_count(const json_value *item, const char *name)
{
    const int64_t n = json_int(json_member(item, name), 0);
    return n > 0 ? (uint64_t)n : 0;
}

static anc_str page_path(anc_arena *mem, anc_str path, uint64_t rows, anc_str cursor)
{
    const bool has_query = anc_str_find(path, ANC_STR("?")) != SIZE_MAX;
    return anc_arena_printf(mem, "%.*s%climit=%llu%s%.*s", ANC_FMT(path), has_query ? '&' : '?',
                            (unsigned long long)rows, cursor.len > 0 ? "&cursor=" : "",
                            ANC_FMT(cli_encode(mem, cursor)));
}

anc_status list_page(cli_client *client, anc_str path, uint64_t rows, anc_buf *cursor,
                     json_doc **ret, anc_err *err)
{
    ANC_ARENA(mem, PAGE_BYTES);
    anc_str text;
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a page of %.*s", ANC_FMT(path));
    ANC_TRY(cli_call(client, "GET", page_path(mem, path, rows, anc_buf_view(cursor)), ANC_STR_NONE,
                     mem, &text, err));
    ANC_TRY(json_parse(text, ret, err));
    anc_buf_clear(cursor);
    (void)anc_buf_add(cursor, list_text(json_root(*ret), "next_cursor"));
    return anc_buf_status(cursor, "a cursor", err);
}

/* One page; gives how many rows it had and copies the next cursor into `cursor`. */
static anc_status one_page(cli_client *client, anc_str path, uint64_t rows, anc_buf *cursor,
                           bool (*row)(void *arg, const json_value *item), void *arg,
                           uint64_t *ret_n, bool *ret_stop, anc_err *err)
{
    CLI_JSON(doc);
    ANC_TRY(list_page(client, path, rows, cursor, &doc, err));
    const json_value *items = json_member(json_root(doc), "items");
    *ret_n = json_count(items);
    for (size_t i = 0; i < *ret_n && !*ret_stop; i++)
        *ret_stop = !row(arg, json_element(items, i));
    return ANC_OK;
}

anc_status list_each(cli_client *client, anc_str path, uint64_t limit,
                     bool (*row)(void *arg, const json_value *item), void *arg, bool *ret_more,
                     anc_err *err)
{
    ANC_BUF(cursor, 1 << 16);
    bool stop = false;
    uint64_t left = limit, n = 0;
    do {
        ANC_TRY(one_page(client, path, left < PAGE_ROWS ? left : PAGE_ROWS, &cursor, row, arg, &n,
                         &stop, err));
        left -= n < left ? n : left;
    } while (cursor.len > 0 && left > 0 && !stop);
    if (ret_more != NULL)
        *ret_more = cursor.len > 0;
    return ANC_OK;
}

typedef struct printing {
    const list_view *view;
    bool json;
    uint64_t n;
} printing;

static bool print_row(void *arg, const json_value *item)
{
    printing *p = arg;
    if (p->json) {
        ANC_BUF(out, DUMP_BYTES);
        json_dump(item, &out);
        (void)printf("%s%.*s", p->n > 0 ? "," : "", ANC_FMT(anc_buf_view(&out)));
    } else {
        if (p->n == 0 && p->view->head != NULL)
            (void)printf("%s\n", p->view->head);
        p->view->row(item);
    }
    p->n++;
    return ferror(stdout) == 0; /* nobody reads any more */
}

int list_print(cli_client *client, anc_str path, uint64_t limit, const list_view *view)
{
    anc_err err = {0};
    bool more = false;
    printing p = {.view = view, .json = client->cx->json};
    if (p.json)
        (void)printf("{\"items\":[");
    const anc_status status = list_each(client, path, limit, print_row, &p, &more, &err);
    if (p.json)
        (void)printf("]}\n");
    if (status != ANC_OK)
        return cli_report(client->cx, status, &err);
    if (!p.json && p.n == 0)
        (void)printf("%s\n", view->empty);
    if (!p.json && more)
        (void)fprintf(stderr, "there are more: --limit\n");
    return CLI_OK;
}

void list_cell(anc_str text, int width)
{
    const size_t n = anc_utf8_count(text);
    term_print_line(stdout, text, (size_t)width);
    for (size_t i = n; i < (size_t)width; i++)
        (void)fputc(' ', stdout);
    (void)fputs("  ", stdout);
}

static void print_value(const json_value *v)
{
    ANC_BUF(out, DUMP_BYTES);
    const size_t n = json_kind_of(v) == JSON_ARRAY ? json_count(v) : 0;
    if (json_kind_of(v) == JSON_STRING) {
        term_print_line(stdout, json_str(v, ANC_STR("")), LINE);
    } else if (n > 0 && json_kind_of(json_element(v, 0)) == JSON_STRING) {
        for (size_t i = 0; i < n; i++) {
            (void)fputs(i > 0 ? ", " : "", stdout);
            term_print_line(stdout, json_str(json_element(v, i), ANC_STR("?")), LINE);
        }
    } else if (json_kind_of(v) != JSON_NULL) {
        json_dump(v, &out);
        term_print_line(stdout, anc_buf_view(&out), LINE);
    }
}

static void print_note(const list_note *notes, const char *name)
{
    for (; notes != NULL && notes->name != NULL; notes++)
        if (strcmp(notes->name, name) == 0)
            (void)printf("  (%s)", notes->note);
}

static void print_fields(const json_value *object, const list_note *notes, const char *prefix,
                         unsigned depth)
{
    size_t cursor = 0;
    anc_str name;
    const json_value *v;
    while (json_each(object, &cursor, &name, &v)) {
        char full[256];
        (void)snprintf(full, sizeof full, "%s%.*s", prefix, ANC_FMT(name));
        if (json_kind_of(v) == JSON_OBJECT && json_count(v) > 0 && depth < 2) {
            (void)snprintf(full, sizeof full, "%s%.*s.", prefix, ANC_FMT(name));
            print_fields(v, notes, full, depth + 1);
            continue;
        }
        if (notes != NULL && json_kind_of(v) == JSON_NULL)
            continue;
        (void)printf("%-*s ", FIELD_WIDTH, full);
        print_value(v);
        print_note(notes, full);
        (void)fputc('\n', stdout);
    }
}

void list_print_fields(const json_value *object)
{
    print_fields(object, NULL, "", 0);
}

void list_print_noted(const json_value *object, const list_note *notes)
{
    print_fields(object, notes, "", 0);
}

int list_print_raw(cli_client *client, const char *method, anc_str path, anc_str body)
{
    anc_err err = {0};
    anc_str text;
    const anc_status status = cli_call(client, method, path, body, client->cx->mem, &text, &err);
    if (status != ANC_OK)
        return cli_report(client->cx, status, &err);
    (void)printf("%.*s\n", ANC_FMT(text));
    return CLI_OK;
}

int list_print_by(cli_client *client, const char *method, anc_str path, anc_str body,
                  void (*print)(const json_value *root))
{
    anc_err err = {0};
    CLI_JSON(doc);
    if (client->cx->json)
        return list_print_raw(client, method, path, body);
    const anc_status status = cli_call_json(client, method, path, body, &doc, &err);
    if (status != ANC_OK)
        return cli_report(client->cx, status, &err);
    print(json_root(doc));
    return CLI_OK;
}

int list_print_answer(cli_client *client, const char *method, anc_str path, anc_str body)
{
    return list_print_by(client, method, path, body, list_print_fields);
}

/* list.h - pages of a list fetched one after the other, and rows and fields printed. Private. */
#ifndef ANC_EDGE_CLI_LIST_H
#define ANC_EDGE_CLI_LIST_H

#include "client.h"

/* Calls `row` for each item of the list at `path` (which may have a query), page after page, at most
 * `limit` of them; false from `row` ends it. `ret_more` (may be NULL): there are more. The item is
 * good for the call. */
anc_status list_each(cli_client *client, anc_str path, uint64_t limit,
                     bool (*row)(void *arg, const json_value *item), void *arg, bool *ret_more,
                     anc_err *err) ANC_MUST_CHECK;

/* The page of `rows` items at `cursor` (empty: the first), which then is the next one's, empty at the end. The document
 * is the caller's to free, after a failure too. */
anc_status list_page(cli_client *client, anc_str path, uint64_t rows, anc_buf *cursor,
                     json_doc **ret, anc_err *err) ANC_MUST_CHECK;

typedef struct list_view {
    const char *head;  /* line above the rows */
    const char *empty; /* line where there are none */
    void (*row)(const json_value *item);
} list_view;

/* Prints a list for people, or with --json as {"items":[…]}; rows go out as they come, so its length
 * does not matter. The exit code. */
int list_print(cli_client *client, anc_str path, uint64_t limit, const list_view *view);

/* "name  value" for each member; members of an object as "outer.inner", an array's texts joined. */
void list_print_fields(const json_value *object);

/* What a member means, said behind its value where its name alone would mislead. */
typedef struct list_note {
    const char *name, *note;
} list_note;

/* The same with what is said of members, and without those that are null; `notes` ends in a row without name. */
void list_print_noted(const json_value *object, const list_note *notes);

/* The answer of a call, which is JSON, as it came; the exit code. */
int list_print_raw(cli_client *client, const char *method, anc_str path, anc_str body);

/* The same with --json; else by `print`, or its fields. */
int list_print_by(cli_client *client, const char *method, anc_str path, anc_str body,
                  void (*print)(const json_value *root));
int list_print_answer(cli_client *client, const char *method, anc_str path, anc_str body);

/* `text` in a column of `width` code points, cut with "…"; nothing that drives a terminal. */
void list_cell(anc_str text, int width);

/* A member's text, number, or "". */
anc_str list_text(const json_value *item, const char *name);
uint64_t list_count(const json_value *item, const char *name);

#endif

/* partly.c - the documents below a batch's path that changed since it began, and what was found of them as unread. */
#include "partly.h"

#include "list.h"
#include "term.h"

enum { MOST_LOOKED_AT = 10000, MOST_SHOWN = 20, MOST_SOUGHT = 500, COLUMNS = 100 };

typedef struct looking {
    anc_str since; /* as times are sent */
    size_t n;
} looking;

static bool look(void *arg, const json_value *document)
{
    looking *l = arg;
    const anc_str unread =
        list_text(json_member(json_member(document, "found"), "unread"), "value");
    if (unread.len == 0 || anc_str_cmp(list_text(document, "updated_at"), l->since) < 0)
        return true;
    if (++l->n > MOST_SHOWN)
        return true;
    (void)fputs("  ", stderr);
    term_print_line(stderr, list_text(document, "document_id"), 2 * COLUMNS);
    (void)fputs("\n      is read in part: ", stderr);
    term_print_line(stderr, unread, 4 * COLUMNS);
    (void)fputc('\n', stderr);
    return true;
}

void cli_print_partly(cli_client *client, const json_value *batch, size_t *ret_n)
{
    anc_arena *mem = client->cx->mem;
    const anc_str source = list_text(batch, "source");
    looking l = {.since = list_text(batch, "created_at")};
    anc_err err = {0};
    *ret_n = 0;
    if (!anc_str_starts(source, ANC_STR("/")))
        return;
    const anc_str sought =
        source.len <= MOST_SOUGHT ? cli_encode(mem, source) : ANC_STR(""); /* part of the uri */
    const anc_str path = anc_arena_printf(mem, "/v1/knowledge/documents?collection=%.*s%s%.*s",
                                          ANC_FMT(cli_encode(mem, list_text(batch, "collection"))),
                                          sought.len > 0 ? "&q=" : "", ANC_FMT(sought));
    if (list_each(client, path, MOST_LOOKED_AT, look, &l, NULL, &err) != ANC_OK)
        return;
    if (l.n > MOST_SHOWN)
        (void)fprintf(stderr, "  … and %zu more that are read in part\n", l.n - MOST_SHOWN);
    *ret_n = l.n;
}

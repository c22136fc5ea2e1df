/* partly.c - the documents below a batch's path that changed since it began, and what was found of them as unread,
 * their attachments too. */
#include "partly.h"

#include "list.h"
#include "term.h"

enum {
    MOST_LOOKED_AT = 10000,
    MOST_SHOWN = 20,
    MOST_ATTACHED = 5,
    MOST_SOUGHT = 500,
    COLUMNS = 100
};

typedef struct looking {
    anc_str since; /* as times are sent */
    size_t n;
} looking;

static void print_reason(const char *what, anc_str reason)
{
    (void)fprintf(stderr, "\n      %s: ", what);
    term_print_line(stderr, reason, 4 * COLUMNS);
}

/* "'offer.eml#logo.png': …": mails are full of them, and nobody expects their text. */
static bool is_picture(anc_str attached)
{
    static const anc_str endings[] = {ANC_STR_INIT(".png': "),  ANC_STR_INIT(".jpg': "),
                                      ANC_STR_INIT(".jpeg': "), ANC_STR_INIT(".gif': "),
                                      ANC_STR_INIT(".svg': "),  ANC_STR_INIT(".webp': "),
                                      ANC_STR_INIT(".bmp': ")};
    for (size_t i = 0; i < ANC_COUNT(endings); i++)
        if (anc_str_find(attached, endings[i]) != SIZE_MAX)
            return true;
    return false;
}

static size_t attachments_of(const json_value *attached)
{
    size_t n = 0;
    for (size_t i = 0; i < json_count(attached); i++)
        n += !is_picture(json_str(json_element(attached, i), ANC_STR("")));
    return n;
}

static void print_attached(const json_value *attached)
{
    size_t n = 0;
    for (size_t i = 0; i < json_count(attached); i++) {
        const anc_str one = json_str(json_element(attached, i), ANC_STR(""));
        if (!is_picture(one) && n++ < MOST_ATTACHED)
            print_reason("an attachment is not read", one);
    }
    if (n > MOST_ATTACHED)
        (void)fprintf(stderr, "\n      … and %zu more of its attachments are not read",
                      n - MOST_ATTACHED);
}

static bool look(void *arg, const json_value *document)
{
    looking *l = arg;
    const json_value *found = json_member(document, "found");
    const anc_str unread = list_text(json_member(found, "unread"), "value");
    const json_value *attached = json_member(json_member(found, "attachments_unread"), "value");
    if ((unread.len == 0 && attachments_of(attached) == 0) ||
        anc_str_cmp(list_text(document, "updated_at"), l->since) < 0)
        return true;
    if (++l->n > MOST_SHOWN)
        return true;
    (void)fputs("  ", stderr);
    term_print_line(stderr, list_text(document, "document_id"), 2 * COLUMNS);
    if (unread.len > 0)
        print_reason("is read in part", unread);
    print_attached(attached);
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

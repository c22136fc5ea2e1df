/* subject.c - the options that were given, by what they are called in a request. */
#include "subject.h"

#include <string.h>

/* An option's name in a request: as its row says, else its own with _ for -. */
static bool is_sent_as(const cli_option *option, anc_str member)
{
    const anc_str name = anc_str_of(option->sent != NULL ? option->sent : option->name);
    if (name.len != member.len)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if ((name.ptr[i] == '-' ? '_' : name.ptr[i]) != member.ptr[i])
            return false;
    return true;
}

static const cli_option *given_as(const cli_context *cx, anc_str member)
{
    for (size_t i = 0; i < cx->n_given; i++)
        if (is_sent_as(cx->given[i], member))
            return cx->given[i];
    return NULL;
}

/* Conditions of --filter come first under "and", the tree of --filters behind them; without conditions it stands
 * alone. */
static void put_filter(const cli_context *cx, anc_str pointer, anc_buf *out)
{
    const anc_str head = ANC_STR("/filters"), list = ANC_STR("/and/");
    anc_str rest = anc_str_sub(pointer, head.len, pointer.len), value;
    if (cli_given(cx, "filter") && anc_str_starts(rest, list)) {
        rest = anc_str_sub(rest, list.len, rest.len);
        const size_t slash = anc_str_find(rest, ANC_STR("/"));
        const size_t digits = slash == SIZE_MAX ? rest.len : slash;
        uint64_t nth = 0;
        if (!anc_str_to_u64(anc_str_sub(rest, 0, digits), &nth))
            nth = UINT64_MAX;
        for (size_t at = 0; cli_next_value(cx, "filter", &at, &value);)
            if (nth-- == 0) {
                (void)anc_buf_printf(out, "--filter '%.*s'", ANC_FMT(value));
                return;
            }
        rest = anc_str_sub(rest, digits, rest.len);
    }
    (void)anc_buf_printf(out, "--%s%s%.*s", cli_given(cx, "filters") ? "filters" : "filter",
                         rest.len > 0 ? " at " : "", ANC_FMT(rest));
}

bool cli_subject(const cli_context *cx, anc_str pointer, anc_buf *out)
{
    anc_str rest = anc_str_sub(pointer, 1, pointer.len), part;
    const cli_option *option = NULL;
    while (anc_str_split(&rest, '/', &part)) {
        const cli_option *named = given_as(cx, part);
        option = named != NULL ? named : option;
    }
    if (option == NULL)
        return false;
    if (anc_str_starts(pointer, ANC_STR("/filters")))
        put_filter(cx, pointer, out);
    else
        (void)anc_buf_printf(out, "--%s", option->name);
    return true;
}

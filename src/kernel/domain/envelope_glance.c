/* envelope_glance.c - the few members of an envelope that relays and trackers need, found without a tree of it all.
 *
 * The text is known to be JSON, so values are passed over by their brackets and quotes alone; what does not
 * even look like that ends the search, never reads past the end, and is left to the whole reader.
 */
#include <string.h>

#include "base/id.h"
#include "kernel/domain/envelope.h"

enum { MEMBERS = 5, TEXTS = 4, INNER = TEXTS + 1 };

/* The rest of a text that is looked through. */
typedef struct glance {
    const char *at, *end;
} glance;

static char look(glance *g)
{
    while (g->at < g->end && memchr(" \t\r\n", *g->at, 4) != NULL)
        g->at++;
    return g->at < g->end ? *g->at : '\0';
}

/* Behind a string whose opening quote is here; false without its end. */
static bool pass_string(glance *g)
{
    g->at++;
    while (g->at < g->end) {
        const char c = *g->at++;
        if (c == '"')
            return true;
        if (c == '\\' && g->at < g->end)
            g->at++;
    }
    return false;
}

static bool pass_nested(glance *g)
{
    size_t depth = 0;
    while (g->at < g->end) {
        const char c = *g->at;
        if (c == '"') {
            if (!pass_string(g))
                return false;
            continue;
        }
        g->at++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return true;
    }
    return false;
}

/* Behind any value, which *ret views. */
static bool pass_value(glance *g, anc_str *ret)
{
    const char first = look(g);
    const char *begin = g->at;
    bool whole = true;
    if (first == '"')
        whole = pass_string(g);
    else if (first == '{' || first == '[')
        whole = pass_nested(g);
    else
        while (g->at < g->end && memchr(",]} \t\r\n", *g->at, 7) == NULL)
            g->at++;
    *ret = (anc_str){begin, (size_t)(g->at - begin)};
    return whole && ret->len > 0;
}

/* Finds members of `object` by their names [n]; the values of those that are not there stay as they are. */
static bool find(anc_str object, const char *const *names, anc_str *values, size_t n)
{
    glance g = {object.ptr, object.ptr + object.len};
    anc_str name, value;
    if (object.len == 0 || look(&g) != '{')
        return false;
    g.at++;
    while (look(&g) == '"') {
        if (!pass_value(&g, &name) || look(&g) != ':')
            return false;
        g.at++;
        if (!pass_value(&g, &value))
            return false;
        for (size_t i = 0; i < n; i++)
            if (anc_str_eq(anc_str_sub(name, 1, name.len - 2), anc_str_of(names[i])))
                values[i] = value;
        if (look(&g) == ',')
            g.at++;
    }
    return look(&g) == '}';
}

/* Takes the quotes off a plain string that is not empty. */
static bool plain(anc_str *s)
{
    if (s->len < 3 || s->ptr[0] != '"' || memchr(s->ptr, '\\', s->len) != NULL)
        return false;
    *s = anc_str_sub(*s, 1, s->len - 2);
    return true;
}

bool ev_envelope_glance(anc_str json, ev_envelope *ret)
{
    static const char *const names[MEMBERS] = {"id", "event_type", "timestamp", "payload",
                                               "metadata"};
    static const char *const inner[INNER] = {"component", "trace_id", "user_id", "aggregate_id",
                                             "erased"};
    anc_str v[MEMBERS] = {0}, m[INNER] = {0};
    ev_envelope e = {0};
    if (!find(json, names, v, MEMBERS) || !plain(&v[0]) || !plain(&v[1]) || !plain(&v[2]) ||
        !anc_time_parse(v[2], &e.time_ms))
        return false;
    if (v[3].len == 0 || v[3].ptr[0] != '{')
        return false;
    if (v[4].len > 0 && !find(v[4], inner, m, INNER))
        return false;
    if (m[TEXTS].len > 0)
        return false;
    for (size_t i = 0; i < TEXTS; i++)
        if (m[i].len > 0 && !plain(&m[i]))
            return false;
    e.id = v[0];
    e.type_name = v[1];
    e.type = ev_type_by_name(v[1]);
    e.payload.text = v[3];
    e.component = m[0];
    e.trace_id = m[1];
    e.user_id = m[2];
    e.aggregate_id = m[3];
    *ret = e;
    return true;
}

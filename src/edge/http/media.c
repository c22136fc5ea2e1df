/* media.c - Content-Type and Accept. */
#include "media.h"

#include "base/str.h"

/* "text/html; q=0.8" without its parameters. */
static anc_str essence(anc_str type)
{
    anc_str part = ANC_STR_NONE;
    (void)anc_str_split(&type, ';', &part);
    return anc_str_trim(part);
}

static bool ends_nocase(anc_str s, anc_str suffix)
{
    return s.len >= suffix.len &&
           anc_str_eq_nocase(anc_str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

static bool starts_nocase(anc_str s, anc_str prefix)
{
    return anc_str_eq_nocase(anc_str_sub(s, 0, prefix.len), prefix);
}

/* No charset among the parameters, or UTF-8. */
static bool is_utf8(anc_str type)
{
    anc_str part;
    (void)anc_str_split(&type, ';', &part);
    while (anc_str_split(&type, ';', &part)) {
        part = anc_str_trim(part);
        if (starts_nocase(part, ANC_STR("charset="))) {
            anc_str name = anc_str_sub(part, 8, part.len);
            if (name.len >= 2 && name.ptr[0] == '"')
                name = anc_str_sub(name, 1, name.len - 2);
            return anc_str_eq_nocase(name, ANC_STR("utf-8")) ||
                   anc_str_eq_nocase(name, ANC_STR("utf8"));
        }
    }
    return true;
}

bool http_media_is_json(anc_str content_type)
{
    const anc_str type = essence(content_type);
    return (anc_str_eq_nocase(type, ANC_STR("application/json")) ||
            ends_nocase(type, ANC_STR("+json"))) &&
           is_utf8(content_type);
}

bool http_media_is_lines(anc_str content_type)
{
    static const anc_str names[] = {
        ANC_STR_INIT("application/x-ndjson"), ANC_STR_INIT("application/ndjson"),
        ANC_STR_INIT("application/jsonl"), ANC_STR_INIT("application/x-jsonlines"),
        ANC_STR_INIT("application/jsonlines")};
    const anc_str type = essence(content_type);
    bool found = false;
    for (size_t i = 0; i < ANC_COUNT(names) && !found; i++)
        found = anc_str_eq_nocase(type, names[i]);
    return found && is_utf8(content_type);
}

bool http_media_is_form(anc_str content_type)
{
    return anc_str_eq_nocase(essence(content_type), ANC_STR("multipart/form-data"));
}

/* Whether `range` ("text/html", "text/" + "*", any) covers `type`. */
static bool covers(anc_str range, anc_str type)
{
    if (anc_str_eq(range, ANC_STR("*/*")) || anc_str_eq_nocase(range, type))
        return true;
    return range.len > 2 && anc_str_ends(range, ANC_STR("/*")) &&
           starts_nocase(type, anc_str_sub(range, 0, range.len - 1));
}

bool http_media_accepts(anc_str accept, const http_route *route)
{
    const anc_str own =
        essence(anc_str_of(route->media != NULL ? route->media : "application/json"));
    anc_str part;
    if (anc_str_trim(accept).len == 0 || anc_str_eq(own, ANC_STR("*/*")))
        return true; /* one that sends what somebody put sends it whatever it is */
    if (anc_str_eq(anc_str_of(route->path), ANC_STR("/")) && http_media_wants_html(accept))
        return true; /* a browser is sent on to a page */
    while (anc_str_split(&accept, ',', &part)) {
        const anc_str range = essence(part);
        if (covers(range, own) || covers(range, ANC_STR("application/json")) ||
            covers(range, ANC_STR("application/problem+json")))
            return true;
    }
    return false;
}

bool http_media_wants_html(anc_str accept)
{
    anc_str part;
    while (anc_str_split(&accept, ',', &part))
        if (anc_str_eq_nocase(essence(part), ANC_STR("text/html")))
            return true;
    return false;
}

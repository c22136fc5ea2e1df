/* xml_head.c - the first bytes of an XML document: its declaration, its root, whether it is a feed. */
#include "xml_impl.h"

#include <string.h>

static const char *const blanks = " \t\r\n";

static anc_str without_mark(anc_str s)
{
    return anc_str_starts(s, ANC_STR("\xEF\xBB\xBF")) ? anc_str_sub(s, 3, s.len) : s;
}

/* The declaration at the front, its marks included; empty when there is none. */
static anc_str declaration_of(anc_str s)
{
    if (!anc_str_starts(s, ANC_STR("<?xml")) || s.len < 6 || strchr(blanks, s.ptr[5]) == NULL)
        return ANC_STR_NONE;
    const size_t end = anc_str_find(s, ANC_STR("?>"));
    return end != SIZE_MAX ? anc_str_sub(s, 0, end + 2) : ANC_STR_NONE;
}

anc_str prs_xml_content(anc_str text)
{
    text = anc_str_trim(without_mark(text));
    return anc_str_sub(text, declaration_of(text).len, text.len);
}

anc_str prs_xml_charset(anc_str bytes)
{
    const anc_str d = declaration_of(anc_str_trim(without_mark(bytes)));
    const size_t at = anc_str_find(d, ANC_STR("encoding"));
    if (at == SIZE_MAX)
        return ANC_STR_NONE;
    anc_str value = anc_str_trim(anc_str_sub(d, at + 8, d.len));
    value = anc_str_trim(anc_str_sub(value, 1, value.len)); /* "=" */
    if (value.len == 0 || strchr("\"'", value.ptr[0]) == NULL)
        return ANC_STR_NONE;
    const size_t end = anc_str_find(anc_str_sub(value, 1, value.len), anc_str_sub(value, 0, 1));
    return end != SIZE_MAX ? anc_str_sub(value, 1, end) : ANC_STR_NONE;
}

/* Passes over one comment, instruction or declaration of a document type. False when none begins. */
static bool pass_over(anc_str *s)
{
    *s = anc_str_trim(*s);
    anc_str end = ANC_STR("?>");
    if (anc_str_starts(*s, ANC_STR("<!--")))
        end = ANC_STR("-->");
    else if (anc_str_starts(*s, ANC_STR("<!DOCTYPE")))
        end = anc_str_find(anc_str_sub(*s, 0, anc_str_find(*s, ANC_STR(">"))), ANC_STR("[")) !=
                      SIZE_MAX
                  ? ANC_STR("]>")
                  : ANC_STR(">");
    else if (!anc_str_starts(*s, ANC_STR("<?")))
        return false;
    const size_t at = anc_str_find(*s, end);
    *s = at != SIZE_MAX ? anc_str_sub(*s, at + end.len, s->len) : ANC_STR_NONE;
    return s->len > 0;
}

static anc_str root_of(anc_str s)
{
    while (pass_over(&s))
        ;
    size_t n = 1;
    if (s.len < 2 || s.ptr[0] != '<')
        return ANC_STR_NONE;
    while (n < s.len && strchr(" \t\r\n/>", s.ptr[n]) == NULL)
        n++;
    return anc_str_sub(s, 1, n - 1);
}

bool prs_is_xml(anc_str head, anc_str *ret_root)
{
    head = anc_str_trim(without_mark(head));
    *ret_root = root_of(head);
    return declaration_of(head).len > 0 || anc_str_starts(head, ANC_STR("<!DOCTYPE")) ||
           prs_is_feed(head, *ret_root);
}

bool prs_is_feed(anc_str head, anc_str root)
{
    const size_t colon = anc_str_find(root, ANC_STR(":"));
    if (colon != SIZE_MAX)
        root = anc_str_sub(root, colon + 1, root.len);
    if (anc_str_eq(root, ANC_STR("rss")))
        return true;
    if (anc_str_eq(root, ANC_STR("feed")))
        return anc_str_find(head, ANC_STR("http://www.w3.org/2005/Atom")) != SIZE_MAX ||
               anc_str_find(head, ANC_STR("http://purl.org/atom/ns#")) != SIZE_MAX;
    return anc_str_eq(root, ANC_STR("RDF")) &&
           (anc_str_find(head, ANC_STR("http://purl.org/rss/1.0/")) != SIZE_MAX ||
            anc_str_find(head, ANC_STR("http://my.netscape.com/rdf/simple/0.9/")) != SIZE_MAX);
}

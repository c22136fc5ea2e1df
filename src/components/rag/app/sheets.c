/* sheets.c - the sheets of a workbook, by name and number, and where in its text one stands.
 *
 * The names are the headings that were found in the document; the same lines stand in its text, in the same order. A
 * sheet without cells has no heading, so the document says their numbers apart.
 */
#include "sheets_impl.h"

#include "base/str.h"
#include "json/json.h"

enum { SHEETS_MAX = 4096 };

bool rag_is_workbook(const kno_document *d)
{
    return anc_str_find(d->content_type, ANC_STR("sheet")) != SIZE_MAX;
}

static const json_value *found_value(const json_doc *found, const char *name)
{
    return json_member(json_member(json_root(found), name), "value");
}

/* "2, 5" */
static void read_empty(const json_doc *found, rag_sheets *s)
{
    anc_str rest = json_str(found_value(found, "empty_sheets"), ANC_STR(""));
    uint64_t number;
    for (anc_str one; s->n_empty < RAG_SHEETS_EMPTY && anc_str_split(&rest, ',', &one);)
        if (anc_str_to_u64(anc_str_trim(one), &number) && number <= SHEETS_MAX)
            s->empty[s->n_empty++] = (uint32_t)number;
}

anc_status rag_sheets_of(anc_arena *mem, const kno_document *d, rag_sheets *ret, anc_err *err)
{
    json_doc *found = NULL;
    anc_err ignored = {0};
    *ret = (rag_sheets){.n = 0};
    if (!rag_is_workbook(d) || json_parse(d->found, &found, &ignored) != ANC_OK)
        return ANC_OK;
    const json_value *headings = found_value(found, "headings");
    const size_t n = json_count(headings) < SHEETS_MAX ? json_count(headings) : SHEETS_MAX;
    ret->names = anc_arena_alloc(mem, n, sizeof *ret->names);
    for (size_t i = 0; ret->names != NULL && i < n; i++) {
        ret->names[i] = anc_arena_copy(mem, json_str(json_element(headings, i), ANC_STR("")));
        if (ret->names[i].ptr == NULL)
            ret->names = NULL;
    }
    read_empty(found, ret);
    json_doc_free(found);
    if (ret->names == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu sheets", n);
    ret->n = n;
    return ANC_OK;
}

bool rag_sheets_want(rag_sheets *s, const rag_pointer *p)
{
    s->wanted = s->n;
    if (p->sheet.len > 0) {
        for (size_t i = s->n; i-- > 0;)
            if (anc_str_eq_nocase(s->names[i], p->sheet))
                s->wanted = i;
    } else if (p->sheet_number == RAG_POINTS_LAST) {
        s->wanted = s->n > 0 ? s->n - 1 : 0;
    } else if (p->sheet_number > 0) {
        size_t before = 0;
        bool empty = false;
        for (size_t i = 0; i < s->n_empty; i++) {
            before += s->empty[i] < p->sheet_number;
            empty = empty || s->empty[i] == p->sheet_number;
        }
        s->wanted = empty ? s->n : p->sheet_number - 1 - before;
    }
    return s->wanted < s->n;
}

void rag_sheets_begin(rag_sheets *s)
{
    s->next = 0;
    s->passed = 0;
}

/* Whether the line of text[at..] that is `len` long stands alone, as headings do and rows do not. */
static bool stands_alone(anc_str text, size_t at, size_t len)
{
    const size_t end = at + len;
    return (at < 2 || text.ptr[at - 2] == '\n') &&
           (end + 1 >= text.len || text.ptr[end + 1] == '\n');
}

/* The sheet whose name the line is, of those that are still to come; n: none. */
static size_t named_by(const rag_sheets *s, anc_str line)
{
    size_t i = s->next;
    while (i < s->n && !anc_str_eq(s->names[i], line))
        i++;
    return i;
}

/* The line of the text that begins at *at, which moves behind it: the sheet that it names, or n. */
static size_t next_line(rag_sheets *s, anc_str text, size_t *at)
{
    const anc_str rest = anc_str_sub(text, *at, text.len);
    const anc_str line = anc_str_sub(rest, 0, anc_str_find(rest, ANC_STR("\n")));
    const bool alone = line.len > 0 && stands_alone(text, *at, line.len);
    const size_t named = alone ? named_by(s, anc_str_trim(line)) : s->n;
    s->next = named < s->n ? named + 1 : s->next;
    *at += line.len + 1;
    return named;
}

anc_str rag_sheets_at(rag_sheets *s, const kno_chunk *c, uint64_t at)
{
    for (size_t i = s->passed > c->start ? s->passed - c->start : 0;
         i < c->text.len && c->start + i < at;) {
        (void)next_line(s, c->text, &i);
        s->passed = c->start + i;
    }
    return s->next > 0 ? s->names[s->next - 1] : ANC_STR("");
}

bool rag_sheets_part(rag_sheets *s, const kno_chunk *c, uint64_t *ret_start, uint64_t *ret_end)
{
    bool in = s->next == s->wanted + 1;
    bool any = in;
    *ret_start = c->start;
    *ret_end = c->end;
    for (size_t at = 0; at < c->text.len;) {
        const uint64_t here = c->start + at;
        const size_t named = next_line(s, c->text, &at);
        if (named == s->n)
            continue;
        if (in)
            *ret_end = here;
        in = named == s->wanted;
        if (in) {
            *ret_start = here;
            *ret_end = c->end;
        }
        any = any || in;
    }
    return any && *ret_start < *ret_end;
}

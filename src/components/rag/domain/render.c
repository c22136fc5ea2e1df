/* render.c - an answer as text: quotes behind what leads them, rows by their columns' names, markers. */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/tables.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Bytes of the sign of a list's item at the beginning of a line. */
static size_t bullet_bytes(anc_str line)
{
    static const anc_str bullets[] = {ANC_STR_INIT("- "), ANC_STR_INIT("* "), ANC_STR_INIT("• "),
                                      ANC_STR_INIT("– ")};
    for (size_t i = 0; i < ANC_COUNT(bullets); i++)
        if (anc_str_starts(line, bullets[i]))
            return bullets[i].len;
    return 0;
}

/* Items of a list in one line: a semicolon stands between two where the first has no sign at its end. */
static void end_item(anc_buf *out)
{
    const anc_str said = anc_buf_view(out);
    if (said.len > 0 &&
        anc_str_find(ANC_STR(".;:!?,"), anc_str_sub(said, said.len - 1, 1)) == SIZE_MAX)
        anc_buf_add_char(out, ';');
}

/* `text` with each run of white space made one blank: a quote may run over the lines of its page. */
static void add_flowing(anc_buf *out, anc_str text)
{
    bool blank = false;
    bool line = false; /* a line begins */
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (is_blank(c)) {
            blank = true;
            line |= c == '\n';
            continue;
        }
        const size_t bullet = line ? bullet_bytes(anc_str_sub(text, i, text.len)) : 0;
        line = false;
        if (bullet > 0) {
            end_item(out);
            i += bullet - 1;
            continue;
        }
        if (blank)
            anc_buf_add_char(out, ' ');
        blank = false;
        anc_buf_add_char(out, c);
    }
}

/* "Reference: TI3-001; Price: £129", of the cells in `shown` (0: of all). */
static void add_row(anc_buf *out, anc_str columns, anc_str row, uint64_t shown)
{
    enum { BITS = 64 };
    bool left_out = false;
    size_t at_name = 0;
    size_t at_cell = 0;
    bool begun = false;
    uint64_t number;
    anc_str name;
    anc_str cell;
    for (size_t k = 0; rag_cell_next(row, &at_cell, &cell); k++) {
        if (!rag_cell_next(columns, &at_name, &name) ||
            (anc_str_to_u64(name, &number) && !rag_is_year(name)))
            name = ANC_STR(""); /* a number names nothing but a year */
        if (cell.len == 0)
            continue;
        if (shown != 0 && (k >= BITS || (shown >> k & 1) == 0)) {
            left_out = true;
            continue;
        }
        if (begun)
            anc_buf_add(out, ANC_STR("; "));
        begun = true;
        if (name.len > 0)
            anc_buf_printf(out, "%.*s: ", ANC_FMT(name));
        add_flowing(out, cell);
    }
    if (left_out)
        anc_buf_add(out, ANC_STR("; …"));
}

/* "City: Porto; Phone: 555-0107" of lines. */
static void add_lines(anc_buf *out, anc_str lines)
{
    anc_str line;
    bool begun = false;
    while (anc_str_split(&lines, '\n', &line)) {
        line = anc_str_trim(line);
        if (line.len == 0)
            continue;
        if (begun)
            anc_buf_add(out, ANC_STR("; "));
        begun = true;
        add_flowing(out, line);
    }
}

static anc_str quote_of(const rag_pick *p, const rag_passage *passages)
{
    return anc_str_sub(passages[p->passage].text, p->start, p->end - p->start);
}

/* Whether the pick told before it is the heading that leads it, which is not told twice. */
static bool is_led_already(const rag_choice *choice, size_t i, const rag_passage *passages)
{
    const rag_pick *p = &choice->picks[i];
    return i > 0 && choice->picks[i - 1].passage == p->passage &&
           anc_str_eq(rag_plain_line(quote_of(&choice->picks[i - 1], passages)), p->lead);
}

static void add_pick(anc_buf *out, const rag_pick *p, bool led, anc_str quote)
{
    while (p->cut_after && quote.len > 0 &&
           anc_str_find(ANC_STR(",;: "), anc_str_sub(quote, quote.len - 1, 1)) != SIZE_MAX)
        quote.len--;
    if (p->lead.len > 0 && !led) {
        add_flowing(out, p->lead);
        anc_buf_add(out, p->card                               ? ANC_STR("; ")
                         : p->lead.ptr[p->lead.len - 1] == '?' ? ANC_STR(" ")
                                                               : ANC_STR(": "));
    }
    if (p->cut_before)
        anc_buf_add(out, ANC_STR("… "));
    if (p->columns.len > 0 || p->shown != 0)
        add_row(out, p->columns, quote, p->shown);
    else if (p->card)
        add_lines(out, quote);
    else
        add_flowing(out, quote);
    if (p->cut_after)
        anc_buf_add(out, ANC_STR(" …"));
    anc_buf_printf(out, " [%u]", p->passage + 1);
}

anc_status rag_choice_render(anc_arena *mem, const rag_choice *choice, const rag_passage *passages,
                             anc_str *ret, anc_err *err)
{
    ANC_BUF(out, (size_t)8 * RAG_READ_MAX_CHARS);
    for (size_t i = 0; i < choice->n; i++) {
        if (i > 0)
            anc_buf_add_char(&out, ' ');
        add_pick(&out, &choice->picks[i], is_led_already(choice, i, passages),
                 quote_of(&choice->picks[i], passages));
    }
    ANC_TRY(anc_buf_status(&out, "answer", err));
    const anc_str text = anc_arena_copy(mem, anc_buf_view(&out));
    if (text.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for an answer");
    *ret = text;
    return ANC_OK;
}

typedef struct more_rows {
    const char *before;          /* the number */
    const char *behind, *if_one; /* it */
} more_rows;

static const more_rows more_of_languages[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = {"and ", " more", " more"},       [TXT_FR] = {"et ", " autres", " autre"},
    [TXT_DE] = {"und ", " weitere", " weitere"}, [TXT_ES] = {"y ", " más", " más"},
    [TXT_IT] = {"e ", " altre", " altra"},       [TXT_PT] = {"e mais ", "", ""},
};

anc_str rag_more_rows(anc_arena *mem, txt_language language, size_t more)
{
    const more_rows *said = &more_of_languages[language];
    said = said->before != NULL ? said : &more_of_languages[TXT_EN];
    return anc_arena_printf(mem, " … %s%zu%s", said->before, more,
                            more == 1 ? said->if_one : said->behind);
}

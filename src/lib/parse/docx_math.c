/* docx_math.c - equations of Office documents as one line of text.
 *
 * A part that is more than one sign gets brackets where the line would mean something else without.
 */
#include "docx_impl.h"

#include <string.h>

#include "base/utf8.h"

static void copy(char to[8], anc_str sign)
{
    const size_t n = anc_utf8_floor(sign, sign.len < 7 ? sign.len : 7);
    memcpy(to, sign.ptr != NULL ? sign.ptr : "", n);
    to[n] = '\0';
}

void prs_docx_math_text(prs_docx_math *m, anc_str text)
{
    (void)anc_buf_add(&m->text, text);
}

void prs_docx_math_begin(prs_docx_math *m, prs_docx_math_part part)
{
    static const char *const before[] = {[PRS_MATH_DENOMINATOR] = "/",
                                         [PRS_MATH_ABOVE] = "^",
                                         [PRS_MATH_BELOW] = "_",
                                         [PRS_MATH_ROOT] = "\u221A",
                                         [PRS_MATH_ROW] = NULL};
    if (part < ANC_COUNT(before) && before[part] != NULL)
        (void)anc_buf_add(&m->text, anc_str_of(before[part]));
    if (m->depth < PRS_DOCX_MATH_DEPTH) {
        m->parts[m->depth].part = part;
        m->parts[m->depth].from = m->text.len;
        copy(m->parts[m->depth].open, ANC_STR("("));
        copy(m->parts[m->depth].close, ANC_STR(")"));
        copy(m->parts[m->depth].sign, ANC_STR("\u222B"));
    }
    m->depth++;
}

void prs_docx_math_sign(prs_docx_math *m, char which, anc_str sign)
{
    if (m->depth == 0 || m->depth > PRS_DOCX_MATH_DEPTH)
        return;
    char *to = which == '('   ? m->parts[m->depth - 1].open
               : which == ')' ? m->parts[m->depth - 1].close
                              : m->parts[m->depth - 1].sign;
    copy(to, sign);
}

static void insert(prs_docx_math *m, size_t at, anc_str what)
{
    const size_t len = m->text.len;
    if (what.len == 0 || !anc_buf_add(&m->text, what))
        return;
    memmove(m->text.ptr + at + what.len, m->text.ptr + at, len - at);
    memcpy(m->text.ptr + at, what.ptr, what.len);
}

/* Whether the text is one sign, or one number. */
static bool is_single(anc_str s)
{
    bool number = true;
    for (size_t i = 0; i < s.len; i++)
        number &= s.ptr[i] >= '0' && s.ptr[i] <= '9';
    return number || (anc_utf8_valid(s) && anc_utf8_count(s) <= 1);
}

void prs_docx_math_end(prs_docx_math *m)
{
    if (m->depth == 0 || m->depth-- > PRS_DOCX_MATH_DEPTH)
        return;
    const size_t from = m->parts[m->depth].from;
    const prs_docx_math_part part = m->parts[m->depth].part;
    switch (part) {
    case PRS_MATH_NUMERATOR:
    case PRS_MATH_DENOMINATOR:
    case PRS_MATH_ABOVE:
    case PRS_MATH_BELOW:
    case PRS_MATH_ROOT:
        if (!is_single(anc_str_sub(anc_buf_view(&m->text), from, m->text.len))) {
            insert(m, from, ANC_STR("("));
            prs_docx_math_text(m, ANC_STR(")"));
        }
        break;
    case PRS_MATH_BRACKETS:
        insert(m, from, anc_str_of(m->parts[m->depth].open));
        prs_docx_math_text(m, anc_str_of(m->parts[m->depth].close));
        break;
    case PRS_MATH_SUM:
        insert(m, from, anc_str_of(m->parts[m->depth].sign));
        break;
    case PRS_MATH_DEGREE: /* of a root: "√3…" would be another root */
        m->text.len = from < m->text.len ? from : m->text.len;
        break;
    case PRS_MATH_ROW:
        prs_docx_math_text(m, ANC_STR("; "));
        break;
    case PRS_MATH_OTHER:
        break;
    }
}

/* texts.c - see texts_impl.h. */
#include "texts_impl.h"

#include <stdlib.h>

prs_texts prs_texts_init(const char *what, size_t max_bytes)
{
    return (prs_texts){.text = anc_buf_init(max_bytes), .what = what};
}

void prs_texts_done(prs_texts *t)
{
    anc_buf_done(&t->text);
    free(t->ends);
    t->ends = NULL;
    t->n = t->cap = 0;
}

bool prs_texts_end(prs_texts *t, prs_emitter *e)
{
    if (t->text.refused)
        return prs_emit_fail(e, anc_buf_status(&t->text, t->what, e->err));
    if (t->n == t->cap) {
        const size_t cap = t->cap > 0 ? t->cap * 2 : 256;
        size_t *grown = realloc(t->ends, cap * sizeof *grown);
        if (grown == NULL)
            return prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "%s: out of memory", t->what));
        t->ends = grown;
        t->cap = cap;
    }
    t->ends[t->n++] = t->text.len;
    return true;
}

bool prs_texts_add(prs_texts *t, anc_str s, prs_emitter *e)
{
    (void)anc_buf_add(&t->text, s);
    return prs_texts_end(t, e);
}

anc_str prs_texts_at(const prs_texts *t, size_t i)
{
    if (i >= t->n)
        return ANC_STR_NONE;
    const size_t from = i > 0 ? t->ends[i - 1] : 0;
    return anc_str_sub(anc_buf_view(&t->text), from, t->ends[i] - from);
}

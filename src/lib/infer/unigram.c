/* unigram.c - a text cut into words, and the words handed to the search. */
#include "unigram_impl.h"

#include <stdlib.h>

#include "lattice_impl.h"
#include "words_impl.h"

void inf_unigram_free(inf_unigram *u)
{
    if (u == NULL)
        return;
    inf_steps_done(&u->steps);
    inf_trie_done(&u->pieces);
    free(u->scores);
    free(u);
}

/* Whether a word that begins without a mark is given one; `first`: it begins the text. To the
 * original a word behind what was taken away is not the first. */
static bool prepends(const inf_word_marks *m, bool first, const inf_chars *chars)
{
    return m->prepend == INF_PREPEND_ALWAYS ||
           (m->prepend == INF_PREPEND_FIRST && first && !chars->cut_left);
}

size_t inf_unigram_take(const inf_unigram *u, anc_str text, size_t max, uint32_t *ids,
                        bool *ret_more)
{
    const inf_word_marks *m = &u->marks;
    inf_chars chars;
    inf_lattice l;
    uint32_t c;
    bool begins = true, first = true;
    inf_chars_begin(&chars, &u->steps, text);
    inf_lattice_begin(&l, u, ids, max);
    while (!l.more && inf_chars_next(&chars, &c)) {
        if (m->blanks && inf_is_blank(c)) {
            inf_lattice_end_word(&l);
            begins = true;
            first = false;
            continue;
        }
        if (c == ' ' && m->mark != 0)
            c = m->mark;
        if (begins && c != m->mark && prepends(m, first, &chars))
            inf_lattice_add(&l, m->mark);
        else if (m->split && c == m->mark)
            inf_lattice_end_word(&l);
        inf_lattice_add(&l, c);
        begins = first = false;
    }
    if (!l.more)
        inf_lattice_end_word(&l);
    inf_lattice_done(&l);
    *ret_more = l.more;
    return l.n;
}

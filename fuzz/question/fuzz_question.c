/* fuzz_question.c - any text as a question: its marks lie in it, its demands have words, and what is
 * shown of a passage (here the question itself) is cut cleanly.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "search/domain/demands.h"
#include "search/domain/highlights.h"
#include "search/domain/reading.h"
#include "text/analyze.h"

enum { MEM_BYTES = 64 << 20, MOST_BYTES = 1 << 14 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static void read_demands(anc_arena *mem, const srch_marked *marked)
{
    static const txt_language languages[] = {TXT_FR, TXT_EN, TXT_UND};
    for (int wishes = 0; wishes < 2; wishes++) {
        srch_demands d;
        if (srch_demands_of(mem, marked, languages, 3, wishes == 1, &d, NULL) != ANC_OK)
            return;
        for (size_t i = 0; i < d.n; i++)
            for (size_t j = 0; j < d.items[i].n_any; j++) {
                const srch_wording *w = &d.items[i].any[j];
                check(w->n_words > 0 && (w->kind == SRCH_HAS_PHRASE || w->n_words == 1));
                for (size_t k = 0; k < w->n_words; k++)
                    check(w->words[k].len > 0 && w->words[k].len <= TXT_TERM_BYTES);
            }
    }
}

/* The readings of a word stand together, and no term is there twice among them. */
static void read_words(anc_arena *mem, const srch_marked *marked, bool wishes)
{
    static const txt_language languages[] = {TXT_FR, TXT_EN, TXT_UND, TXT_DE};
    srch_query_term *terms;
    size_t n, words;
    if (srch_words_read(mem, marked, languages, ANC_COUNT(languages), wishes, &terms, &n, &words,
                        NULL) != ANC_OK)
        return;
    check(n == 0 || words > 0);
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j-- > 0 && terms[i].word != 0 && terms[j].word == terms[i].word;)
            check(terms[i].begins != terms[j].begins || !anc_str_eq(terms[i].text, terms[j].text));
}

/* Every second term of the text is looked for in the text. */
static void show(anc_arena *mem, anc_str text)
{
    txt_term *terms;
    size_t n, n_spots, n_shown, wanted = 0;
    if (txt_analyze(mem, text, TXT_FR, NULL, &terms, &n, NULL) != ANC_OK)
        return;
    srch_sought *texts = anc_arena_alloc(mem, n, sizeof *texts);
    double *weights = anc_arena_alloc(mem, n, sizeof *weights);
    srch_spot *spots;
    srch_fragment *shown;
    if (texts == NULL || weights == NULL)
        return;
    for (size_t i = 0; i < n && wanted < 40; i += 2) {
        weights[wanted] = 1 + (double)(i % 5);
        texts[wanted++] = (srch_sought){terms[i].text, i % 7 == 0};
    }
    if (srch_spots_find(mem, text, TXT_FR, texts, wanted, &spots, &n_spots, NULL) != ANC_OK ||
        srch_fragments_choose(mem, text, spots, n_spots, weights, &shown, &n_shown, NULL) != ANC_OK)
        return;
    for (size_t i = 0; i < n_shown; i++) {
        const srch_fragment *f = &shown[i];
        check(f->start < f->end && f->end <= text.len && (i == 0 || f->start >= f[-1].end));
        check(anc_utf8_valid(anc_str_sub(text, f->start, f->end - f->start)));
        for (size_t m = 0; m < f->n_marks; m++)
            check(f->marks[m].start >= f->start && f->marks[m].end <= f->end);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const anc_str s = {(const char *)data, size};
    srch_marked marked;
    ANC_ARENA(mem, MEM_BYTES);
    if (mem == NULL || size == 0 || size > MOST_BYTES || !anc_utf8_valid(s) ||
        srch_marks_read(mem, s, &marked, NULL) != ANC_OK)
        return 0;
    check(marked.words.len <= size && anc_utf8_valid(marked.words));
    for (size_t i = 0; i < marked.n; i++) {
        const anc_str text = marked.marks[i].text;
        check(text.len > 0 && text.ptr >= s.ptr && text.ptr + text.len <= s.ptr + size);
        check(anc_utf8_valid(text));
        if (marked.marks[i].kind != SRCH_MARK_MUST_NOT)
            check(anc_str_eq(anc_str_sub(marked.words, marked.marks[i].at, text.len), text));
    }
    read_demands(mem, &marked);
    read_words(mem, &marked, false);
    read_words(mem, &marked, true);
    show(mem, s);
    return 0;
}

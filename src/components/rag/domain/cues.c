/* cues.c - how answering words are looked for; they are in answering.c. */
#include "rag/domain/cues.h"

#include "base/str.h"
#include "cues_impl.h"
#include "rag/domain/words.h"

static const char before_place[] = "in at from near to "
                                   "à en au dans vers aux";

/* What begins a sentence that is about something of the one before, in six languages. */
static const char pointing_back[] =
    "it its they their he his she her this these that those such both "
    "il ils elle elles ce cet cette ces cela celui celle ceux leur leurs son sa ses "
    "er sie sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer dies diese dieser "
    "dieses diesen dort dazu dafür dabei "
    "él Él ella ellos ellas su sus este esta esto eso "
    "lui lei egli esso essa loro suo sua suoi sue questo questa "
    "ele ela eles elas seu seus suas isso isto";

/* A letter, a digit or a byte of a longer code point: what a phrase may not touch. */
static bool is_inner(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* Of the signs that begin with this byte none is a letter of a word: "¿", "¡", "«", "»", the blank that does not break. */
static bool is_sign(anc_str text, size_t first)
{
    return (unsigned char)text.ptr[first] == 0xc2;
}

/* Whether `phrase` stands in `text` as whole words, ASCII letters of either case. */
bool rag_phrase_in(anc_str text, anc_str phrase)
{
    for (size_t i = 0; i + phrase.len <= text.len; i++) {
        const size_t end = i + phrase.len;
        if (i > 0 && is_inner(text.ptr[i - 1]) && !(i > 1 && is_sign(text, i - 2)) &&
            is_inner(phrase.ptr[0]))
            continue;
        if (end < text.len && is_inner(text.ptr[end]) && !is_sign(text, end) &&
            is_inner(phrase.ptr[phrase.len - 1]))
            continue;
        if (anc_str_eq_nocase(anc_str_sub(text, i, phrase.len), phrase))
            return true;
    }
    return false;
}

bool rag_has_phrase_of(anc_str text, const char *phrases)
{
    anc_str rest = anc_str_of(phrases);
    for (anc_str one; anc_str_split(&rest, '|', &one);)
        if (rag_phrase_in(text, one))
            return true;
    return false;
}

static bool was_asked(rag_words asked, uint64_t key)
{
    for (size_t i = 0; i < asked.n; i++)
        if (asked.items[i].key == key)
            return true;
    return false;
}

static unsigned of_figure(anc_str word)
{
    unsigned cues = RAG_CUE_NUMBER;
    if (rag_year_of(word) != 0)
        cues |= RAG_CUE_YEAR | RAG_CUE_DATE;
    if (word.len <= 4 && (anc_str_ends(word, ANC_STR("th")) || anc_str_ends(word, ANC_STR("st")) ||
                          anc_str_ends(word, ANC_STR("nd")) || anc_str_ends(word, ANC_STR("rd"))))
        cues |= RAG_CUE_DATE; /* "on the 26th" */
    return cues;
}

bool rag_cues_is_number(anc_str word)
{
    return (rag_cues_of_word(word) & RAG_CUE_NUMBER) != 0;
}

bool rag_cues_is_unit(anc_str word)
{
    const unsigned units = RAG_CUE_MONEY | RAG_CUE_DURATION | RAG_CUE_DATE | RAG_CUE_PERCENT;
    if (rag_cues_of_unit(word) != 0)
        return true;
    const unsigned cues = rag_cues_of_word(word);
    return (cues & units) != 0 && (cues & RAG_CUE_NUMBER) == 0;
}

/* Of the unit that stands behind a figure or a number that is written out. */
static unsigned of_measure(anc_str before, bool digits, anc_str word)
{
    static const char one[] = "a an un une ein eine";
    enum { WRITTEN = 4 }; /* "a metre", but no "a t" */
    if (!digits && !rag_cues_is_number(before) &&
        (word.len < WRITTEN || !rag_is_any_of(before, one)))
        return 0;
    return rag_cues_of_unit(word);
}

unsigned rag_cues_signs(anc_str text)
{
    unsigned cues = 0;
    for (size_t i = 0; i < text.len; i++) {
        const anc_str rest = anc_str_sub(text, i, 3);
        if (text.ptr[i] == '%')
            cues |= RAG_CUE_PERCENT;
        else if (text.ptr[i] == '$' || anc_str_starts(rest, ANC_STR("£")) ||
                 anc_str_starts(rest, ANC_STR("€")))
            cues |= RAG_CUE_MONEY;
        else if (anc_str_starts(rest, ANC_STR("°")))
            cues |= RAG_CUE_HEAT;
        else if (text.ptr[i] == '"' || anc_str_starts(rest, ANC_STR("“")) ||
                 anc_str_starts(rest, ANC_STR("«")))
            cues |= RAG_CUE_NAME;
    }
    return cues;
}

/* "11 Uhr", "10 heures", "9:30", "às 18h", "alle 9": a figure that tells the time of day. */
static bool is_clock(anc_str text, rag_words words, size_t i, size_t last)
{
    enum { DIGITS = 2 };
    static const char units[] = "uhr heure heures h ore horas am pm o'clock";
    static const char before[] = "alle las às dalle";
    const rag_word *w = &words.items[i];
    const anc_str behind = anc_str_sub(text, w->end, 2);
    if (!w->digits)
        return false;
    if (behind.len == 2 && behind.ptr[0] == ':' && behind.ptr[1] >= '0' && behind.ptr[1] <= '9')
        return true;
    return (i + 1 < last && rag_is_any_of(rag_word_text(text, &words.items[i + 1]), units)) ||
           (i > 0 && w->end - w->start <= DIGITS &&
            rag_is_any_of(rag_word_text(text, &words.items[i - 1]), before));
}

unsigned rag_cues_held(anc_str text, rag_words words, size_t first, size_t last, rag_words asked)
{
    unsigned cues = 0;
    if (first >= last)
        return 0;
    for (size_t i = first; i < last; i++) {
        const rag_word *w = &words.items[i];
        if (w->whole && !w->digits)
            continue;
        const anc_str word = anc_str_sub(text, w->start, w->end - w->start);
        if (was_asked(asked, w->key)) {
            cues |= rag_cues_of_word(word) & (RAG_CUE_AGE | RAG_CUE_PLACE); /* "26 years old" */
            continue;
        }
        if (w->digits)
            cues |= of_figure(word) | (is_clock(text, words, i, last) ? RAG_CUE_DATE : 0);
        else
            cues |= rag_cues_of_word(word);
        if (i == first)
            continue;
        const rag_word *p = &words.items[i - 1];
        cues |= of_measure(anc_str_sub(text, p->start, p->end - p->start), p->digits, word);
        if (w->capital && !w->stop) {
            cues |= RAG_CUE_PERSON | RAG_CUE_NAME;
            if (rag_is_any_of(anc_str_sub(text, p->start, p->end - p->start), before_place))
                cues |= RAG_CUE_PLACE;
        }
    }
    return cues;
}

bool rag_cues_points_back(anc_str text)
{
    size_t end = 0;
    while (end < text.len && is_inner(text.ptr[end]))
        end++;
    const anc_str first = anc_str_sub(text, 0, end);
    return rag_is_any_of(first, pointing_back);
}

/* agent.c - who did it: "it was launched at Greenock in 1987" tells that it was, and not by whom.
 *
 * A deed that is only told in the passive, or as a noun ("your repair"), and without "by" in its sentence, has nobody who did it.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/alike.h"
#include "rag/domain/tongue.h"

/* What the passive is made with, and what stands before who did it. German has the verb at the end, far from that. */
typedef struct passive {
    const char *made_with, *by;
    size_t reach; /* words between the two; 0: any in the sentence */
} passive;

static const passive *passive_of(txt_language language)
{
    static const passive table[TXT_LANGUAGE_COUNT] = {
        [TXT_EN] = {"is are was were be been being", "by", 3},
        [TXT_FR] = {"est sont était fut furent été", "par", 3},
        [TXT_DE] = {"wird werden wurde wurden worden", "von vom durch", 0},
        [TXT_ES] = {"es son fue fueron era sido se", "por", 2},
        [TXT_IT] = {"è fu furono era stato stata stati state viene venne",
                    "da dal dallo dalla dai dagli dalle dall", 2},
        [TXT_PT] = {"é são foi foram era sido", "por pelo pela pelos pelas", 2},
    };
    return table[language].made_with != NULL ? &table[language] : NULL;
}

static anc_str word_of(const rag_extraction *x, const rag_unit *u, size_t w)
{
    return rag_word_text(x->passages[u->passage].text, &x->units.words[u->passage].items[w]);
}

/* Whether one of `words` is among those of [from, to). */
static bool has_any(const rag_extraction *x, const rag_unit *u, size_t from, size_t to,
                    const char *words)
{
    for (size_t w = from; w < to; w++)
        if (rag_is_any_of(word_of(x, u, w), words))
            return true;
    return false;
}

/* The deed that was asked about, and its lines in the table of words alike. */
typedef struct deed {
    anc_str text;
    uint64_t lines;
} deed;

static deed deed_of(const rag_terms *terms)
{
    const anc_str text = rag_terms_text(terms, (size_t)__builtin_ctzll(terms->deed));
    return (deed){text, rag_alike_lines(text)};
}

/* A form of the verb; in German, whose passive has a verb of its own, one that means nearly the same too. */
static bool is_deed(const rag_extraction *x, const rag_unit *u, size_t w, const deed *d)
{
    const rag_words words = x->units.words[u->passage];
    return (rag_terms_in(&x->terms, words, w, w + 1) & x->terms.deed) != 0 ||
           (x->read_as == TXT_DE && !words.items[w].stop &&
            rag_alike(d->text, d->lines, word_of(x, u, w)));
}

/* "Was the composer", "était son fondateur": who somebody was. */
static bool is_doer(const rag_extraction *x, const rag_unit *u, size_t w)
{
    const anc_str before = w > u->first ? word_of(x, u, w - 1) : ANC_STR("");
    return rag_tongue_has(x->read_as, RAG_WORD_ARTICLE, before) ||
           rag_tongue_has(x->read_as, RAG_WORD_PRONOUN, before);
}

/* "Your repair", "a repair" of "who repaired it?": what was done, and not that somebody did it. */
static bool is_deed_as_noun(const rag_extraction *x, const rag_unit *u, size_t w, const deed *d)
{
    static const char before[] = "the a an my your our his her its their this that any";
    static const char *const ends[] = {"ed", "er", "or", "ing"};
    const anc_str word = word_of(x, u, w);
    if (x->read_as != TXT_EN || !anc_str_ends(d->text, ANC_STR("ed")) || w == u->first ||
        !rag_is_any_of(word_of(x, u, w - 1), before))
        return false;
    for (size_t k = 0; k < ANC_COUNT(ends); k++)
        if (anc_str_ends(word, anc_str_of(ends[k])))
            return false;
    return true;
}

/* "Who was elected?": it is asked whom it was done to. */
static bool asks_passively(const rag_terms *terms, const passive *p)
{
    for (size_t k = 0; k < terms->asked.n; k++)
        if (rag_is_any_of(rag_word_text(terms->question, &terms->asked.items[k]), p->made_with))
            return true;
    return false;
}

/* "Wer darf …?": who may is asked. */
static bool asks_who_may(const rag_terms *terms)
{
    enum { FIRST_WORDS = 3 };
    for (size_t k = 0; k < FIRST_WORDS && k < terms->asked.n; k++)
        if (rag_is_any_of(rag_word_text(terms->question, &terms->asked.items[k]),
                          "may can darf dürfen peut puede pueden può pode"))
            return true;
    return false;
}

/* "Darf nur mit einem Steuermann gefahren werden": it says with or by whom alone. */
static bool says_with_whom(const rag_extraction *x, const rag_unit *u)
{
    static const char only[] = "nur ausschließlich only solely seulement uniquement sólo solo "
                               "solamente soltanto só somente";
    static const char whom[] = "mit von durch with by avec par con da dal com por";
    for (size_t w = u->first; w + 1 < u->last; w++)
        if (rag_is_any_of(word_of(x, u, w), only) && rag_is_any_of(word_of(x, u, w + 1), whom))
            return true;
    return false;
}

bool rag_is_without_agent(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const passive *p = passive_of(x->read_as);
    size_t done = SIZE_MAX;
    if (x->terms.deed == 0 || p == NULL || u->cells > 0 || u->card ||
        asks_passively(&x->terms, p) || (asks_who_may(&x->terms) && says_with_whom(x, u)))
        return false;
    const deed d = deed_of(&x->terms);
    for (size_t w = u->first; w < u->last; w++) {
        if (!is_deed(x, u, w, &d))
            continue;
        if (is_deed_as_noun(x, u, w, &d)) {
            done = w;
            continue;
        }
        const size_t back = p->reach > 0 && w - u->first > p->reach ? w - p->reach : u->first;
        if (is_doer(x, u, w) || !has_any(x, u, back, p->reach > 0 ? w : u->last, p->made_with))
            return false;
        done = w;
    }
    const size_t from = p->reach > 0 && done != SIZE_MAX ? done : u->first;
    return done != SIZE_MAX && !has_any(x, u, from, u->last, p->by);
}

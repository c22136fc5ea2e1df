/* spellings.c - the same word, written otherwise: a compound together or apart, a name by its initials.
 *
 * Most are looked for only where no unit has the term, so that most questions cost nothing.
 */
#include "base/str.h"
#include "extract_impl.h"

enum { COMPOUND_MIN = 6, INITIALS_MIN = 2, INITIALS_MAX = 5 };

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_all_upper(anc_str word)
{
    size_t n = 0;
    while (n < word.len && is_upper(word.ptr[n]))
        n++;
    return n == word.len && n >= INITIALS_MIN && n <= INITIALS_MAX;
}

/* Whether words w and w + 1 with nothing but a blank or a hyphen between are `word`. */
static bool is_apart(anc_str text, rag_words words, size_t w, size_t last, anc_str word)
{
    if (w + 1 >= last || words.items[w + 1].start != words.items[w].end + 1)
        return false;
    const anc_str a = rag_word_text(text, &words.items[w]);
    const anc_str b = rag_word_text(text, &words.items[w + 1]);
    return a.len + b.len == word.len && anc_str_eq_nocase(a, anc_str_sub(word, 0, a.len)) &&
           anc_str_eq_nocase(b, anc_str_sub(word, a.len, b.len));
}

/* Whether the words from w on have capitals that are the letters of `word`: "United Kingdom" of "UK". */
static bool is_spelled_out(anc_str text, rag_words words, size_t w, size_t last, anc_str word)
{
    for (size_t k = 0; k < word.len; k++)
        if (w + k >= last || words.items[w + k].end - words.items[w + k].start < 2 ||
            text.ptr[words.items[w + k].start] != word.ptr[k])
            return false;
    return true;
}

/* Word `k` of the question in unit i. */
static bool has_otherwise(const rag_extraction *x, size_t i, size_t k)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    const anc_str word = rag_word_text(x->terms.question, &x->terms.asked.items[k]);
    const bool initials = is_all_upper(word);
    for (size_t w = u->first; w < u->last; w++)
        if (initials ? is_spelled_out(text, words, w, u->last, word)
                     : is_apart(text, words, w, u->last, word))
            return true;
    return false;
}

/* Words k and k + 1 of the question, in unit i as one. */
static bool has_joined(const rag_extraction *x, size_t i, size_t k)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words asked = x->terms.asked;
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    for (size_t w = u->first; w < u->last; w++) {
        const anc_str word = rag_word_text(text, &words.items[w]);
        if (is_apart(x->terms.question, asked, k, asked.n, word) ||
            (is_all_upper(word) && asked.items[k].capital &&
             is_spelled_out(x->terms.question, asked, k, asked.n, word)))
            return true;
    }
    return false;
}

/* ---- separable verbs ------------------------------------------------------------------------------- */

static bool is_prefix(anc_str word)
{
    return rag_is_any_of(word, "aus ab an auf ein vor um zu mit nach her hin los zurück weg fest");
}

/* Without the ending of a verb: "pflanzt", "pflanzen". */
static anc_str stem_of(anc_str word)
{
    static const char *const endings[] = {"en", "st", "t", "e"};
    enum { STEM_MIN = 3 };
    for (size_t i = 0; i < ANC_COUNT(endings); i++) {
        const anc_str ending = anc_str_of(endings[i]);
        if (anc_str_ends(word, ending) && word.len >= STEM_MIN + ending.len)
            return anc_str_sub(word, 0, word.len - ending.len);
    }
    return word;
}

/* Whether `word` is the two together: "ausgepflanzt", "auszupflanzen", "auspflanzen" of "aus" and "pflanzt". */
static bool is_joined_verb(anc_str word, anc_str prefix, anc_str verb)
{
    const anc_str stem = stem_of(verb);
    if (word.len < prefix.len + stem.len ||
        !anc_str_eq_nocase(anc_str_sub(word, 0, prefix.len), prefix))
        return false;
    anc_str rest = anc_str_sub(word, prefix.len, word.len);
    if (anc_str_starts(rest, ANC_STR("ge")) || anc_str_starts(rest, ANC_STR("zu")))
        rest = anc_str_sub(rest, 2, rest.len);
    return anc_str_starts(rest, stem) && anc_str_eq(stem_of(rest), stem);
}

/* "Wann pflanzt man Tomaten aus?": the prefix at the end belongs to the verb behind the word that asks. The units that have
 * both together have the verb. */
static void find_separated(rag_extraction *x, uint64_t known)
{
    const rag_words asked = x->terms.asked;
    const anc_str question = x->terms.question;
    enum { VERB = 1, WORDS_MIN = 3 };
    if (x->read_as != TXT_DE || asked.n < WORDS_MIN || asked.items[VERB].capital ||
        !is_prefix(rag_word_text(question, &asked.items[asked.n - 1])))
        return;
    const size_t term = rag_terms_find(&x->terms, asked.items[VERB].key);
    if (term == RAG_TERMS_MAX || (known >> term & 1) != 0)
        return;
    for (size_t i = 0; i < x->units.n; i++) {
        const rag_unit *u = &x->units.items[i];
        for (size_t w = u->first; w < u->last; w++)
            if (is_joined_verb(rag_word_text(x->passages[u->passage].text,
                                             &x->units.words[u->passage].items[w]),
                               rag_word_text(question, &asked.items[asked.n - 1]),
                               rag_word_text(question, &asked.items[VERB])))
                x->views[i].own |= rag_term_bit(term);
    }
}

/* ---- a verb and its noun ------------------------------------------------------------------------------ */

/* Whether `noun` is "decision" of "decide", "extension" of "extend", "permission" of "permit", in English and French. */
static bool is_noun_of(anc_str noun, anc_str verb)
{
    static const char *const ends[][2] = {
        {"ded", "sion"}, {"des", "sion"}, {"der", "sion"}, {"dent", "sion"}, {"de", "sion"},
        {"ds", "sion"},  {"d", "sion"},   {"ts", "ssion"}, {"t", "ssion"},   {"tted", "ssion"}};
    enum { TRUNK_MIN = 3 };
    for (size_t i = 0; i < ANC_COUNT(ends); i++) {
        const anc_str end = anc_str_of(ends[i][0]);
        const anc_str noun_end = anc_str_of(ends[i][1]);
        if (verb.len < end.len + TRUNK_MIN || !anc_str_ends(verb, end))
            continue;
        const anc_str trunk = anc_str_sub(verb, 0, verb.len - end.len);
        const anc_str rest = anc_str_sub(noun, trunk.len, noun.len);
        if (anc_str_eq_nocase(anc_str_sub(noun, 0, trunk.len), trunk) &&
            anc_str_starts(rest, noun_end) && rest.len <= noun_end.len + 1)
            return true;
    }
    return false;
}

/* What was decided is told by a decision: of a verb that no unit has. */
static void find_noun_of(rag_extraction *x, size_t k, size_t term)
{
    const rag_word *asked = &x->terms.asked.items[k];
    const anc_str verb = rag_word_text(x->terms.question, asked);
    if ((x->read_as != TXT_EN && x->read_as != TXT_FR) || asked->capital)
        return;
    for (size_t i = 0; i < x->units.n; i++) {
        const rag_unit *u = &x->units.items[i];
        for (size_t w = u->first; w < u->last; w++)
            if (is_noun_of(rag_word_text(x->passages[u->passage].text,
                                         &x->units.words[u->passage].items[w]),
                           verb))
                x->views[i].own |= rag_term_bit(term);
    }
}

/* ---- "e-bike" ------------------------------------------------------------------------------------------ */

static bool is_electric(anc_str word)
{
    return rag_is_any_of(word, "e electric électrique elektro elektrisches elektrische eléctrica "
                               "eléctrico elettrica elettrico elétrica elétrico");
}

/* Word k says that word `of` is electric ("e-bike", "electric bike"): so do the units that say it of that in another way. */
static void find_electric(rag_extraction *x, size_t k, size_t of, size_t term)
{
    const rag_words asked = x->terms.asked;
    if (of >= asked.n || asked.items[of].stop ||
        !is_electric(rag_word_text(x->terms.question, &asked.items[k])))
        return;
    for (size_t i = 0; i < x->units.n; i++) {
        const rag_unit *u = &x->units.items[i];
        const rag_words words = x->units.words[u->passage];
        for (size_t w = u->first; w + 1 < u->last; w++) {
            const bool here =
                is_electric(rag_word_text(x->passages[u->passage].text, &words.items[w]));
            const bool next = words.items[w + 1].key == asked.items[of].key;
            const bool behind = w > u->first && words.items[w - 1].key == asked.items[of].key;
            if (here && (next || behind))
                x->views[i].own |= rag_term_bit(term);
        }
    }
}

/* ---- compounds of a period ------------------------------------------------------------------------------ */

/* "Beitrag" of "Jahresbeitrag": for which time it is says no more of what it is; empty: it is no such compound. */
static anc_str without_period(anc_str word)
{
    static const anc_str periods[] = {ANC_STR_INIT("Jahres"),   ANC_STR_INIT("Halbjahres"),
                                      ANC_STR_INIT("Quartals"), ANC_STR_INIT("Monats"),
                                      ANC_STR_INIT("Wochen"),   ANC_STR_INIT("Tages")};
    enum { NOUN_MIN = 5 };
    for (size_t i = 0; i < ANC_COUNT(periods); i++)
        if (anc_str_starts(word, periods[i]) && word.len >= periods[i].len + NOUN_MIN)
            return anc_str_sub(word, periods[i].len, word.len);
    return ANC_STR("");
}

/* Whether unit i goes on about the noun at word w, which is its first behind an article: the passage has had the term. */
static bool is_said_before(const rag_extraction *x, size_t i, size_t w, size_t term)
{
    const rag_unit *u = &x->units.items[i];
    if (w != u->first + 1 || !x->units.words[u->passage].items[u->first].stop)
        return false;
    return i > 0 && x->units.items[i - 1].passage == u->passage &&
           rag_has_term(x->views[i - 1].own, term);
}

/* "Der Jahresbeitrag" tells of "Beitrag", and "der Beitrag" behind that of "Jahresbeitrag". */
static void find_periods(rag_extraction *x, size_t k, size_t term)
{
    const anc_str asked = rag_word_text(x->terms.question, &x->terms.asked.items[k]);
    const anc_str of_asked = without_period(asked);
    if (x->read_as != TXT_DE || !x->terms.asked.items[k].capital)
        return;
    for (size_t i = 0; i < x->units.n; i++) {
        const rag_unit *u = &x->units.items[i];
        for (size_t w = u->first; w < u->last; w++) {
            const anc_str word =
                rag_word_text(x->passages[u->passage].text, &x->units.words[u->passage].items[w]);
            const anc_str of_word = without_period(word);
            if ((of_word.len > 0 && anc_str_eq_nocase(of_word, asked)) ||
                (of_asked.len > 0 && anc_str_eq_nocase(word, of_asked) &&
                 is_said_before(x, i, w, term)))
                x->views[i].own |= rag_term_bit(term);
        }
    }
}

/* ---- all of them ---------------------------------------------------------------------------------------- */

/* Gives the units that have it the term of word k, and that of the next where the two are one there. */
static void find(rag_extraction *x, size_t k, size_t term, size_t next)
{
    const rag_word *w = &x->terms.asked.items[k];
    const anc_str word = rag_word_text(x->terms.question, w);
    const bool long_enough = word.len >= COMPOUND_MIN || is_all_upper(word);
    for (size_t i = 0; i < x->units.n; i++) {
        if (long_enough && !w->whole && has_otherwise(x, i, k))
            x->views[i].own |= rag_term_bit(term);
        if (next != RAG_TERMS_MAX && has_joined(x, i, k))
            x->views[i].own |= rag_term_bit(term) | rag_term_bit(next);
    }
}

void rag_spellings_find(rag_extraction *x)
{
    const rag_words asked = x->terms.asked;
    uint64_t known = 0;
    for (size_t i = 0; i < x->units.n; i++)
        known |= x->views[i].own;
    find_separated(x, known);
    for (size_t k = 0; k < asked.n; k++) {
        const size_t term = rag_terms_find(&x->terms, asked.items[k].key);
        const size_t next =
            k + 1 < asked.n ? rag_terms_find(&x->terms, asked.items[k + 1].key) : RAG_TERMS_MAX;
        if (term == RAG_TERMS_MAX)
            continue;
        find_periods(x, k, term);
        find_electric(x, k, k + 1, term);
        if (k > 0)
            find_electric(x, k, k - 1, term);
        if ((known >> term & 1) == 0)
            find_noun_of(x, k, term);
        if ((known >> term & 1) == 0 || (next != RAG_TERMS_MAX && (known >> next & 1) == 0))
            find(x, k, term, next);
    }
}

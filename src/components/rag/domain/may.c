/* may.c - "Can I park here?", "Is there a café?": what is asked for there has to be told by some word, and is not by what else
 * there is to say of the place.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/polarity.h"
#include "rag/domain/spoken.h"

bool rag_asks_existence(const rag_terms *terms)
{
    static const char openings[] =
        "is there|are there|does it have|do you have|y a-t-il|est-ce qu'il y a|il y a|gibt es|hat "
        "|hay |tiene |tienen |c'è |ci sono |há |existe |tem ";
    static const char having[] = "tem têm tiene tienen hat haben";
    if (terms->cues != 0 || terms->asked.n == 0)
        return false;
    bool has = rag_begins_with_any(terms->question, openings) ||
               rag_begins_with_any(terms->question, "¿hay |¿tiene |¿tienen |¿existe ");
    const anc_str first = rag_word_text(terms->question, &terms->asked.items[0]);
    for (size_t k = 1; k < terms->asked.n; k++) {
        const anc_str word = rag_word_text(terms->question, &terms->asked.items[k]);
        has |= rag_is_any_of(first, "does do did") && rag_is_any_of(word, "have");
        has |= rag_is_any_of(first, "o a os as il la le i gli l") && rag_is_any_of(word, having);
    }
    return has && !rag_asks_which(terms->question);
}

uint64_t rag_existing(const rag_terms *terms)
{
    static const char opened[] = "is there|are there|y a-t-il|gibt es|il y a";
    const rag_words asked = terms->asked;
    size_t k = asked.n;
    uint64_t set = 0;
    if (!rag_asks_existence(terms))
        return 0;
    if (rag_begins_with_any(terms->question, opened))
        k = 2;
    for (size_t i = 1; i < asked.n && k == asked.n; i++)
        if (rag_is_any_of(rag_word_text(terms->question, &asked.items[i]), "have tem têm"))
            k = i + 1;
    while (k < asked.n && asked.items[k].stop)
        k++;
    for (; k < asked.n && !asked.items[k].stop; k++)
        set |= rag_terms_in(terms, asked, k, k + 1);
    return set & rag_terms_real(terms);
}

/* Behind what asks whether one may, in the words of six languages; 0: it does not ask that. */
static size_t behind_may(const rag_spoken *s)
{
    static const char openings[] =
        "can i|can we|can you|can one|may i|may we|am i allowed to|are we allowed to|do i get|"
        "peut-on|puis-je|peut-il|peuvent-ils|est-il possible|est-il possible de|ai-je le droit de|"
        "kann ich|kann man|können wir|darf ich|darf man|dürfen wir|"
        "puedo|se puede|se pueden|podemos|posso|si può|si possono|possiamo|pode-se|podemos";
    anc_str rest = anc_str_of(openings);
    anc_str best = ANC_STR("");
    const anc_str text =
        s->words.n > 0 ? anc_str_sub(s->text, s->words.items[0].start, s->text.len) : ANC_STR("");
    for (anc_str one; anc_str_split(&rest, '|', &one);)
        if (one.len > best.len && anc_str_eq_nocase(anc_str_sub(text, 0, one.len), one) &&
            (text.len == one.len || text.ptr[one.len] == ' '))
            best = one;
    if (best.len == 0)
        return 0;
    return rag_words_at(s->words, s->words.items[0].start + best.len);
}

size_t rag_may_deed(const rag_spoken *s)
{
    const size_t first = behind_may(s);
    if (first == 0 || first >= s->words.n)
        return s->words.n;
    if (s->language == TXT_DE) /* the verb is the last word, or the last of the main clause */
        for (size_t i = first; i < s->words.n; i++) {
            const anc_str gap = anc_str_sub(
                s->text, s->words.items[i].end,
                i + 1 < s->words.n ? s->words.items[i + 1].start - s->words.items[i].end : 0);
            if (i + 1 == s->words.n || anc_str_find(gap, ANC_STR(",")) != SIZE_MAX)
                return s->words.items[i].capital ? s->words.n : i;
        }
    for (size_t i = first; i < s->words.n; i++)
        if (!s->words.items[i].stop)
            return s->words.items[i].capital || s->words.items[i].digits ? s->words.n : i;
    return s->words.n;
}

uint64_t rag_may_object(const rag_terms *terms, const rag_spoken *s, size_t deed)
{
    const bool before = s->language == TXT_DE;
    uint64_t set = 0;
    size_t k = deed;
    if (before) {
        while (k > 0 && !s->words.items[k - 1].stop)
            k--;
        for (; k < deed; k++)
            set |= rag_terms_in(terms, s->words, k, k + 1);
        return set & rag_terms_real(terms);
    }
    for (k = deed + 1; k < s->words.n && s->words.items[k].stop;)
        k++;
    for (; k < s->words.n && !s->words.items[k].stop; k++)
        set |= rag_terms_in(terms, s->words, k, k + 1);
    return set & rag_terms_real(terms);
}

bool rag_grants(const rag_extraction *x, size_t i)
{
    static const char words[] =
        "allowed permitted accepted admitted welcome forbidden prohibited possible "
        "accepté acceptés acceptée acceptées admis admise autorisé autorisés autorisée interdit "
        "interdits interdite bienvenus possible "
        "erlaubt gestattet verboten willkommen möglich "
        "permitido permitidos permitida admiten admite prohibido prohibidos bienvenidos posible "
        "ammesso ammessi ammessa consentito vietato vietati permesso benvenuti possibile "
        "permitidos proibido bem-vindos possível";
    const rag_unit *u = &x->units.items[i];
    for (size_t w = u->first; w < u->last; w++)
        if (rag_is_any_of(
                rag_word_text(x->passages[u->passage].text, &x->units.words[u->passage].items[w]),
                words))
            return true;
    return false;
}

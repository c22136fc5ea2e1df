/* referent.c - phrases with an article or a capital, and the likeliest of those that agree. */
#include "rag/domain/referent.h"

#include "base/str.h"
#include "rag/domain/kinds.h"
#include "rag/domain/tongue.h"

enum { THINGS_MAX = 16, NOUNS_MAX = 4 };

typedef struct thing {
    rag_run run;     /* without its article */
    unsigned gender; /* RAG_MAY_… */
    bool told;       /* an article says the gender */
    bool behind;     /* a preposition stands before it */
    bool owner;      /* "del contrato" of another thing */
    bool name;
    bool subject; /* its article is that of a subject */
    bool indefinite;
} thing;

static bool is_german(const rag_spoken *s)
{
    return s->language == TXT_DE;
}

/* "Welches Zahlungsziel", "cuántos días": what stands behind it is a thing, though no article is there. */
static bool determines(const rag_spoken *s, size_t i)
{
    static const char words[] = "qué cuántos cuántas cuánta cuánto "
                                "che quanti quante quale quali "
                                "que quantos quantas qual quais "
                                "welcher welche welches welchen";
    return rag_is_any_of(rag_spoken_word(s, i), words);
}

/* "Cuestan" of "¿cuánto cuestan las visitas?": a verb, behind which the thing begins, or nothing more is said. */
static bool is_verb_behind(const rag_spoken *s, size_t i)
{
    const bool article = rag_spoken_is_article(s, i - 1) || rag_spoken_is_preposition(s, i - 1);
    return !is_german(s) && !article && determines(s, i - 1) &&
           (i + 1 == s->words.n || rag_spoken_is_article(s, i + 1));
}

/* The nouns that begin at word `i`: in German those with a capital, with adjectives before them. */
static rag_run nouns_at(const rag_spoken *s, size_t i, bool article)
{
    rag_run run = {i, i};
    size_t k = i;
    while (k < s->words.n && k < i + NOUNS_MAX && (k == i || rag_spoken_joined(s, k - 1)) &&
           (rag_spoken_is_noun(s, k) || s->words.items[k].digits || s->words.items[k].code != 0 ||
            (k > i && rag_is_any_of(rag_spoken_word(s, k), "hora horas ora")))) {
        const bool capital = s->words.items[k].capital;
        if (is_german(s) && !capital && (run.last > run.first || !article) &&
            !s->words.items[k].digits && s->words.items[k].code == 0)
            break;
        k++;
        if (!is_german(s) || capital || run.last > run.first)
            run.last = k;
        if (!is_german(s) && !article && !capital)
            break; /* "cuántos días": the word behind it may be the verb */
    }
    return run;
}

/* By the end of the word, where no article says it: "empresa", "contrato", "ferie". */
static unsigned gender_of_end(const rag_spoken *s, rag_run run)
{
    const anc_str word = rag_spoken_word(s, run.first);
    if (is_german(s) || s->words.items[run.first].capital || word.len == 0)
        return RAG_MAY_ANY;
    const char end = word.ptr[word.len - 1];
    return end == 'a'   ? RAG_MAY_SHE
           : end == 'o' ? RAG_MAY_HE
           : end == 's' ? RAG_MAY_MANY
                        : RAG_MAY_ANY;
}

/* "Der" is a subject's article of masculines, and of feminines behind a preposition or another noun. */
static unsigned gender_of_der(const rag_spoken *s, size_t at)
{
    const bool object = at > 0 && (rag_spoken_is_preposition(s, at - 1) ||
                                   (s->words.items[at - 1].capital && at > 1));
    return object ? RAG_MAY_SHE | RAG_MAY_MANY : RAG_MAY_HE;
}

static unsigned gender_of_welch(anc_str word)
{
    return anc_str_eq_nocase(word, ANC_STR("welcher"))   ? RAG_MAY_HE
           : anc_str_eq_nocase(word, ANC_STR("welches")) ? RAG_MAY_IT
           : anc_str_eq_nocase(word, ANC_STR("welche"))  ? RAG_MAY_SHE | RAG_MAY_MANY
                                                         : RAG_MAY_ANY;
}

/* What the word before the nouns says of them. */
static void read_before(const rag_spoken *s, thing *t)
{
    static const char subjects[] = "die das ein eine el la los las il lo l i gli le o a os as";
    static const char indefinite[] = "un una uno um uma ein eine einen einem einer";
    t->gender = gender_of_end(s, t->run);
    if (t->run.first == 0)
        return;
    const size_t at = t->run.first - 1;
    const anc_str word = rag_spoken_word(s, at);
    const bool article = rag_spoken_is_article(s, at);
    const bool der = is_german(s) && anc_str_eq_nocase(word, ANC_STR("der"));
    const unsigned said = der ? gender_of_der(s, at) : rag_tongue_gender(s->language, word);
    const bool contracted = rag_spoken_is_preposition(s, at);
    const size_t before = article ? at : t->run.first;
    t->told = (article || contracted) && said != RAG_MAY_ANY;
    t->gender = t->told ? said : t->gender;
    if (is_german(s) && determines(s, at))
        t->gender = gender_of_welch(word);
    t->indefinite = article && rag_is_any_of(word, indefinite);
    t->behind = contracted || (before > 0 && rag_spoken_is_preposition(s, before - 1));
    t->subject = article && (rag_is_any_of(word, subjects) || (der && said == RAG_MAY_HE));
    t->owner = is_german(s) && article
                   ? (at > 0 && s->words.items[at - 1].capital && !t->subject && at > 1) ||
                         (at > 0 && rag_spoken_is_of(s, at - 1))
                   : rag_spoken_is_of(s, at) || (before > 0 && rag_spoken_is_of(s, before - 1));
    if (is_german(s) && !article && !contracted && !determines(s, at) &&
        t->run.last == t->run.first + 1)
        t->gender = RAG_MAY_SHE | RAG_MAY_IT | RAG_MAY_MANY; /* "Parkplätze" */
}

/* Of what a pronoun stood for, which is looked at before all else. */
static bool is_glossed(const rag_spoken *s, size_t i)
{
    rag_run run;
    for (size_t k = 0; k < i; k++)
        if (rag_gloss_at(s, k, &run) && i >= run.first && i < run.last)
            return true;
    return false;
}

/* "Betten" of "wie viele Betten": no name, though it has a capital and no article. */
static bool counts(const rag_spoken *s, size_t i)
{
    static const char many[] = "viele viel wieviele wieviel";
    return i > 0 && is_german(s) && rag_is_any_of(rag_spoken_word(s, i - 1), many);
}

static size_t things_of(const rag_spoken *s, thing all[THINGS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < s->words.n && n < THINGS_MAX;) {
        const bool article =
            i > 0 && (rag_spoken_is_article(s, i - 1) || rag_spoken_is_preposition(s, i - 1));
        const bool begins =
            article || (i > 0 && determines(s, i - 1)) || (s->words.items[i].capital && i > 0);
        const rag_run run = begins && rag_spoken_is_noun(s, i) && !is_glossed(s, i) &&
                                    !(i > 0 && is_verb_behind(s, i))
                                ? nouns_at(s, i, article)
                                : (rag_run){i, i};
        if (run.last == run.first || rag_spoken_is_calendar(s, run.first)) {
            i++;
            continue;
        }
        thing t = {.run = run,
                   .name = s->words.items[run.last - 1].capital && !article && !counts(s, i)};
        read_before(s, &t);
        all[n++] = t;
        i = run.last;
    }
    return n;
}

/* "What is the price of the X?", "welches Ziel hat X?": what it asks for is wanted, and X is spoken of. */
static bool asks_attribute(const rag_spoken *s)
{
    static const char words[] = "cuál cuáles cual qual quale quali quais qué welches welche "
                                "welcher welchen was wie "
                                "che cos";
    for (size_t i = 0; i < s->words.n && i < 3; i++)
        if (rag_is_any_of(rag_spoken_word(s, i), words))
            return true;
    return rag_asks_who_is(s);
}

/* "Lugares" of "quantos lugares tem o parque?": counted of what has them. */
static bool is_counted_of(const rag_spoken *s, const thing *all, size_t n, size_t k)
{
    const rag_run run = all[k].run;
    return k + 1 < n && run.first > 0 && determines(s, run.first - 1) &&
           rag_spoken_is_having(s, run.last);
}

/* How likely the k-th thing is meant; 0: it is not. */
static unsigned worth_of(const rag_spoken *s, const thing *all, size_t n, size_t k, unsigned gender)
{
    enum { NAME = 4, TOLD = 2, OWNER = 3, FREE = 2 };
    const thing *t = &all[k];
    const bool owned = k + 1 < n && all[k + 1].owner;
    if ((t->gender & gender) == 0 || (t->indefinite && t->behind && !t->owner))
        return 0; /* "para um estudante": anyone */
    if (owned && asks_attribute(s) && (all[k + 1].gender & gender) != 0)
        return 0;
    unsigned worth = 1;
    worth += t->name ? NAME : 0U;
    worth += t->told && gender != RAG_MAY_ANY ? TOLD : 0U;
    worth += t->owner && asks_attribute(s) ? OWNER : 0U;
    worth += t->behind ? 0U : FREE;
    return worth;
}

/* "Na Ribeira" of "o estacionamento na Ribeira": a place by its name, which says which one it is. */
static bool says_where(const rag_spoken *s, const thing *all, size_t k)
{
    return !is_german(s) && k > 0 && all[k].run.first == all[k - 1].run.last + 1 &&
           s->words.items[all[k].run.first].capital && rag_spoken_is_of_place(s, all[k].run);
}

/* The thing with its article, and with what it is of where that is not what is asked for: "la oficina de Madrid". */
static anc_str said(const rag_spoken *s, const thing *all, size_t n, size_t k)
{
    rag_run run = all[k].run;
    for (size_t next = k + 1; next < n && (all[next].owner || says_where(s, all, next)); next++)
        run.last = all[next].run.last;
    if (all[k].subject)
        run.first--;
    return rag_spoken_run(s, run);
}

/* What stands in brackets behind a word, where it may agree; of "there" a `place` alone. */
static bool glossed(const rag_spoken *s, unsigned gender, bool place, anc_str *ret)
{
    rag_run run;
    for (size_t i = s->words.n; i-- > 0;) {
        if (!rag_gloss_at(s, i, &run) || (!place && rag_spoken_is_there(s, i)))
            continue;
        const unsigned said = rag_tongue_gender(s->language, rag_spoken_word(s, i)) &
                              rag_tongue_gender(s->language, rag_spoken_word(s, run.first));
        if (said != 0 && (said & gender) == 0)
            continue;
        *ret = rag_spoken_run(s, run);
        return true;
    }
    return false;
}

/* A single German noun without an article is many ("Gäste"), or stuff. */
static bool may_be_place(const rag_spoken *s, const thing *t)
{
    const bool full = t->run.last > t->run.first + 1;
    if (rag_asks_who_is(s) && !t->name && !t->behind && !t->owner)
        return false; /* "wer ist die Vorsitzende?" */
    return rag_spoken_is_of_place(s, t->run) || (t->name && (full || !is_german(s))) ||
           (t->told && t->gender != RAG_MAY_MANY);
}

/* "Robo" of "el límite para robo", whose the limit is. */
static void own_what_it_is_for(const rag_spoken *s, thing *all, size_t n)
{
    static const char for_what[] = "para per für";
    for (size_t k = 1; k < n; k++) {
        const size_t at = rag_spoken_with_article(s, all[k].run).first;
        all[k].owner |= at > 0 && at == all[k - 1].run.last + 1 &&
                        rag_is_any_of(rag_spoken_word(s, at - 1), for_what);
    }
}

/* "Cuestan", "costano", "custam": of many. */
static bool is_of_many(anc_str verb)
{
    static const anc_str ends[] = {ANC_STR_INIT("an"), ANC_STR_INIT("en"), ANC_STR_INIT("no"),
                                   ANC_STR_INIT("am"), ANC_STR_INIT("êm")};
    for (size_t i = 0; i < ANC_COUNT(ends); i++)
        if (anc_str_ends(verb, ends[i]))
            return true;
    return false;
}

static bool likeliest(const rag_spoken *s, unsigned gender, anc_str pronoun, bool place,
                      anc_str *ret)
{
    static const char possessive[] = "su sus suo sua suoi sue seu seus suas";
    thing all[THINGS_MAX];
    unsigned most = 0;
    const size_t n = things_of(s, all);
    if (rag_is_any_of(pronoun, possessive))
        own_what_it_is_for(s, all, n);
    for (size_t k = 0; k < n; k++) {
        enum { WHERE = 8 };
        unsigned worth = worth_of(s, all, n, k, gender);
        if (gender == RAG_MAY_ANY && !place && is_counted_of(s, all, n, k) && !is_of_many(pronoun))
            continue;
        worth += place && worth > 0 && rag_spoken_is_of_place(s, all[k].run) ? WHERE : 0U;
        if (worth <= most || (place && !may_be_place(s, &all[k])))
            continue;
        most = worth;
        *ret = said(s, all, n, k);
    }
    return most > 0;
}

bool rag_referent(const rag_spoken *s, unsigned gender, anc_str pronoun, anc_str *ret)
{
    return glossed(s, gender, false, ret) || likeliest(s, gender, pronoun, false, ret);
}

bool rag_referent_place(const rag_spoken *s, anc_str *ret)
{
    return glossed(s, RAG_MAY_ANY, true, ret) || likeliest(s, RAG_MAY_ANY, ANC_STR(""), true, ret);
}

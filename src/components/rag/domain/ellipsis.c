/* ellipsis.c - what takes the place of what: figures of figures, codes of codes of one shape, names of names, objects of
 * one preposition of each other. Where nothing fits, the part is added at the end, and the words of both are searched for.
 */
#include "rag/domain/ellipsis.h"

#include "base/str.h"
#include "rag/domain/excluded.h"
#include "rag/domain/kinds.h"
#include "rag/domain/ordinals.h"
#include "rag/domain/tongue.h"
#include "rag/domain/vacancy.h"

enum { LAST_WORDS_MAX = 2 };

/* The part without the preposition and articles that it begins with. */
static rag_run bare_of(const rag_spoken *part)
{
    rag_run bare = {0, part->words.n};
    while (bare.first + 1 < bare.last &&
           (rag_spoken_is_preposition(part, bare.first) || rag_spoken_is_article(part, bare.first)))
        bare.first++;
    return bare;
}

/* Figures take the place of figures of as many digits where they are years, codes that of codes. */
static bool is_alike(const rag_word *a, const rag_word *b)
{
    if (a->code != 0 || b->code != 0)
        return a->code == b->code;
    if (!a->digits || !b->digits)
        return false;
    return (a->end - a->start == 4) == (b->end - b->start == 4);
}

static bool find_figure(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                        rag_run *ret)
{
    if (bare.last != bare.first + 1)
        return false;
    for (size_t i = before->words.n; i-- > 0;)
        if (is_alike(&part->words.items[bare.first], &before->words.items[i])) {
            *ret = (rag_run){i, i + 1};
            return true;
        }
    return false;
}

/* The object of the preposition at word `at`: up to the next function word. */
static rag_run object_of(const rag_spoken *s, size_t at)
{
    rag_run run = {at + 1, at + 1};
    while (run.last < s->words.n && rag_spoken_joined(s, run.last - 1) &&
           (rag_spoken_is_article(s, run.last) || !s->words.items[run.last].stop))
        run.last++;
    if (run.last == s->words.n && run.last > run.first + 1 && rag_ends_with_verb(s))
        run.last--;
    return run;
}

/* One preposition, whatever article it is one word with: "du musée", "de la piscine"; "no mercado", "na ribeira". */
static bool is_same_preposition(const rag_spoken *a, size_t i, const rag_spoken *b, size_t k)
{
    return a->words.items[i].key == b->words.items[k].key ||
           (rag_spoken_is_of(a, i) && rag_spoken_is_of(b, k)) ||
           rag_tongue_contracts_alike(rag_spoken_word(a, i), rag_spoken_word(b, k));
}

/* "in France" takes the place of "in Great Britain". */
static bool find_object(const rag_spoken *part, const rag_spoken *before, rag_run *ret)
{
    if (!rag_spoken_is_preposition(part, 0))
        return false;
    for (size_t i = before->words.n; i-- > 0;) {
        if (!is_same_preposition(part, 0, before, i))
            continue;
        const rag_run object = object_of(before, i);
        *ret = (rag_run){i, object.last};
        return object.last > object.first;
    }
    return false;
}

/* "Le bureau de Brest" for "le bureau de Lyon": "de" stands behind the word of both. */
static bool both_go_on(const rag_spoken *part, size_t p, const rag_spoken *before, size_t i)
{
    static const char for_what[] = "pour para per für";
    return rag_spoken_is_of(part, p + 1) &&
           (rag_spoken_is_of(before, i) || rag_is_any_of(rag_spoken_word(before, i), for_what)) &&
           i + 1 < before->words.n && !before->words.items[i + 1].stop;
}

/* A run of content words around a word that both have: "part-time staff" for "full-time staff". */
static bool find_shared(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                        rag_run *ret)
{
    for (size_t p = bare.last; p-- > bare.first;)
        for (size_t i = 0; i < before->words.n; i++) {
            if (part->words.items[p].stop || before->words.items[i].key != part->words.items[p].key)
                continue;
            *ret = (rag_run){i, i + 1};
            while (ret->first > 0 && !before->words.items[ret->first - 1].stop &&
                   rag_spoken_joined(before, ret->first - 1) && p > bare.first)
                ret->first--;
            while (ret->last < before->words.n && rag_spoken_joined(before, ret->last - 1) &&
                   ret->last - i < bare.last - p &&
                   (!before->words.items[ret->last].stop || both_go_on(part, p, before, ret->last)))
                ret->last++;
            return true;
        }
    return false;
}

static bool find_name(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret)
{
    bool capital = false;
    for (size_t i = bare.first; i < bare.last; i++)
        capital |= part->words.items[i].capital;
    if (!capital || !rag_spoken_last_name(before, ret))
        return false;
    /* "le peson Calame": the noun that names the kind of thing goes with the name */
    rag_run noun = *ret;
    while (noun.first > 0 && !before->words.items[noun.first - 1].stop &&
           rag_spoken_joined(before, noun.first - 1))
        noun.first--;
    if (rag_spoken_with_article(before, noun).first < noun.first)
        *ret = noun;
    return true;
}

/* The thing that a question ends with, behind an article or a preposition. */
static bool find_last(const rag_spoken *before, rag_run *ret)
{
    rag_run run = {before->words.n, before->words.n};
    while (run.first > 0 && !before->words.items[run.first - 1].stop &&
           (run.first == run.last || rag_spoken_joined(before, run.first - 1)))
        run.first--;
    *ret = run;
    return run.first > 0 && run.first < run.last && run.last - run.first <= LAST_WORDS_MAX &&
           (rag_spoken_is_article(before, run.first - 1) ||
            rag_spoken_is_preposition(before, run.first - 1));
}

static bool is_only_time(const rag_spoken *part, rag_run bare)
{
    return bare.last == bare.first + 1 && rag_is_time(part, bare.first);
}

static anc_str without_mark(anc_str text)
{
    while (text.len > 0 && (text.ptr[text.len - 1] == '?' || text.ptr[text.len - 1] == ' ' ||
                            text.ptr[text.len - 1] == '.' || text.ptr[text.len - 1] == '!'))
        text.len--;
    return anc_str_ends(text, ANC_STR("\xc2\xa0")) ? anc_str_sub(text, 0, text.len - 2) : text;
}

static anc_status joined(anc_arena *mem, anc_str text, anc_str *ret, anc_err *err)
{
    if (text.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
    *ret = text;
    return ANC_OK;
}

static anc_status substitute(anc_arena *mem, const rag_spoken *before, rag_run old,
                             anc_str new_part, anc_str *ret, anc_err *err)
{
    const uint32_t start = before->words.items[old.first].start;
    const uint32_t end = before->words.items[old.last - 1].end;
    return joined(mem,
                  anc_arena_printf(mem, "%.*s%.*s%.*s",
                                   ANC_FMT(anc_str_sub(before->text, 0, start)), ANC_FMT(new_part),
                                   ANC_FMT(anc_str_sub(before->text, end, before->text.len))),
                  ret, err);
}

/* Where the run begins, with an article that is joined to it ("l'autonomie"). */
static uint32_t start_with_elision(const rag_spoken *s, rag_run run)
{
    const uint32_t start = s->words.items[run.first].start;
    const anc_str said = anc_str_sub(s->text, 0, start);
    if (!anc_str_ends(said, ANC_STR("'")) && !anc_str_ends(said, ANC_STR("\xe2\x80\x99")))
        return start;
    uint32_t at = start;
    while (at > 0 && s->text.ptr[at - 1] != ' ')
        at--;
    return at;
}

/* Where the run begins with its article, as a word of its own or joined to it; its own start where it has none. */
static uint32_t start_with_article(const rag_spoken *s, rag_run run)
{
    const rag_run with = rag_spoken_with_article(s, run);
    return with.first < run.first ? s->words.items[with.first].start : start_with_elision(s, run);
}

/* An article goes with its noun, as both have one: "il museo" for "la biblioteca", "l'entretien" for "les réparations".
 * In English there is one alone. */
static anc_status substitute_thing(anc_arena *mem, const rag_spoken *before, rag_run old,
                                   const rag_spoken *part, rag_run bare, anc_str *ret, anc_err *err)
{
    const uint32_t from = start_with_article(before, old);
    const uint32_t new_from = start_with_article(part, bare);
    const uint32_t new_end = part->words.items[bare.last - 1].end;
    if (part->language == TXT_EN || from == before->words.items[old.first].start ||
        new_from == part->words.items[bare.first].start)
        return substitute(mem, before, old, rag_spoken_run(part, bare), ret, err);
    const uint32_t end = before->words.items[old.last - 1].end;
    return joined(mem,
                  anc_arena_printf(mem, "%.*s%.*s%.*s", ANC_FMT(anc_str_sub(before->text, 0, from)),
                                   ANC_FMT(anc_str_sub(part->text, new_from, new_end - new_from)),
                                   ANC_FMT(anc_str_sub(before->text, end, before->text.len))),
                  ret, err);
}

/* The part behind `link` for a phrase with its article, whichever way the articles are written. */
static anc_status substitute_with_elision(anc_arena *mem, const rag_spoken *before, rag_run old,
                                          const char *link, const rag_spoken *part, anc_str *ret,
                                          anc_err *err)
{
    const uint32_t from = start_with_elision(before, old);
    const uint32_t end = before->words.items[old.last - 1].end;
    const uint32_t new_from = start_with_elision(part, (rag_run){0, part->words.n});
    const uint32_t new_end = part->words.items[part->words.n - 1].end;
    return joined(mem,
                  anc_arena_printf(mem, "%.*s%s%.*s%.*s",
                                   ANC_FMT(anc_str_sub(before->text, 0, from)), link,
                                   ANC_FMT(anc_str_sub(part->text, new_from, new_end - new_from)),
                                   ANC_FMT(anc_str_sub(before->text, end, before->text.len))),
                  ret, err);
}

static anc_status put_behind(anc_arena *mem, const rag_spoken *part, const rag_spoken *before,
                             anc_str *ret, anc_err *err)
{
    const bool french = before->language == TXT_FR;
    const bool linked = rag_begins_linked(part) || rag_lacks_subject(before) ||
                        (part->language != TXT_EN && is_only_time(part, bare_of(part)));
    return joined(mem,
                  anc_arena_printf(mem, "%.*s %s%s%.*s%s", ANC_FMT(without_mark(before->text)),
                                   linked ? "" : rag_tongue_for(before->language),
                                   linked ? "" : " ",
                                   ANC_FMT(rag_spoken_run(part, (rag_run){0, part->words.n})),
                                   french ? " ?" : "?"),
                  ret, err);
}

/* What is asked of the named thing: "the warranty" of "the warranty on the Skep 2"; false: nothing is. */
static bool find_attribute(const rag_spoken *before, rag_run name, rag_run *ret)
{
    size_t at = rag_spoken_with_article(before, name).first;
    if (at == 0 || !rag_spoken_is_preposition(before, at - 1))
        return false;
    rag_run run = {at - 1, at - 1};
    while (run.first > 0 && !before->words.items[run.first - 1].stop &&
           !rag_spoken_is_article(before, run.first - 1) &&
           rag_spoken_joined(before, run.first - 1))
        run.first--;
    *ret = rag_spoken_with_article(before, run);
    return run.first < run.last &&
           (ret->first < run.first ||
            start_with_elision(before, run) < before->words.items[run.first].start);
}

static bool is_common(const rag_spoken *part, rag_run bare, const rag_spoken *before)
{
    bool common =
        rag_is_matter(part, bare, before) ||
        (bare.first > 0 && rag_spoken_is_article(part, bare.first - 1) && !rag_begins_linked(part));
    for (size_t i = bare.first; i < bare.last; i++)
        common &= !part->words.items[i].capital && !part->words.items[i].digits;
    return common;
}

static bool is_open(const rag_spoken *s)
{
    return s->words.n > 0 && rag_is_any_of(rag_spoken_word(s, 0), "what quel quelle quels quelles");
}

/* "And the warranty?" asks another thing of what was named: "What is the warranty of the Skep 2?". What was said of
 * it besides goes, as does "how heavy". */
static anc_status ask_of_name(anc_arena *mem, const rag_spoken *part, const rag_spoken *before,
                              rag_run name, anc_str *ret, anc_err *err)
{
    const bool french = before->language == TXT_FR;
    const anc_str said = rag_spoken_run(part, (rag_run){0, part->words.n});
    const char *mark = french ? " ?" : "?";
    rag_run old;
    if (!find_attribute(before, name, &old))
        return joined(
            mem,
            anc_arena_printf(mem, "%.*s %s %.*s%s", ANC_FMT(said), rag_tongue_of(before->language),
                             ANC_FMT(rag_spoken_run(before, rag_spoken_with_article(before, name))),
                             mark),
            ret, err);
    const uint32_t start = start_with_elision(before, old);
    const uint32_t end = before->words.items[old.last - 1].end;
    const uint32_t last = before->words.items[name.last - 1].end;
    return joined(
        mem,
        anc_arena_printf(mem, "%.*s%.*s%.*s%s",
                         ANC_FMT(anc_str_sub(before->text, 0, is_open(before) ? start : 0)),
                         ANC_FMT(said), ANC_FMT(anc_str_sub(before->text, end, last - end)), mark),
        ret, err);
}

anc_status rag_ellipsis_count(anc_arena *mem, const rag_spoken *part, const rag_spoken *before,
                              anc_str *ret, anc_err *err)
{
    rag_run number = bare_of(part);
    rag_run topic;
    if (rag_is_any_of(rag_spoken_word(part, number.last - 1), "one"))
        number.last--;
    for (size_t i = 0; i < before->words.n; i++)
        if (rag_ordinal_of(rag_spoken_word(before, i)) > 0)
            return substitute(mem, before, (rag_run){i, i + 1}, rag_spoken_run(part, number), ret,
                              err);
    if (!rag_spoken_topic(before, &topic))
        return put_behind(mem, part, before, ret, err);
    const anc_str counted =
        anc_arena_printf(mem, "%.*s %.*s", ANC_FMT(rag_spoken_run(part, number)),
                         ANC_FMT(rag_spoken_run(before, topic)));
    if (counted.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
    return substitute(mem, before, topic, counted, ret, err);
}

/* A name of the kind that persons have, without an article. */
static bool is_person(const rag_spoken *part, rag_run bare)
{
    for (size_t i = bare.first; i < bare.last; i++)
        if (!part->words.items[i].capital || part->words.items[i].digits ||
            part->words.items[i].code != 0 || rag_is_thing_noun(part, i))
            return false;
    return bare.first == 0;
}

/* "she (Ingrid Dahl)" of a question that was made to stand alone, or a "she" that nobody fitted: its bytes. */
static bool find_person(const rag_spoken *before, uint32_t *ret_start, uint32_t *ret_end)
{
    rag_run run;
    for (size_t i = before->words.n; i-- > 0;)
        if (rag_spoken_is_person(before, i)) {
            const bool glossed = rag_gloss_at(before, i, &run);
            *ret_start = before->words.items[i].start;
            *ret_end =
                glossed ? before->words.items[run.last - 1].end + 1 : before->words.items[i].end;
            return true;
        }
    return false;
}

/* "Oslo" of "the Oslo office": it says which office, and no person takes its place. */
static bool is_modifier(const rag_spoken *s, rag_run name)
{
    const rag_run noun = rag_spoken_with_noun(s, name);
    return noun.last > name.last && rag_spoken_with_article(s, name).first < name.first;
}

/* Whether a person has no place in the question: it asks who, or what it names is which of some things. */
static bool has_no_place_for_person(const rag_spoken *part, rag_run bare, const rag_spoken *before)
{
    rag_run name;
    if (!rag_spoken_last_name(before, &name))
        return rag_asks_who(before);
    return bare.last - bare.first > 1 && is_modifier(before, name) &&
           part->words.items[bare.first].capital;
}

/* Subjects take each other's place where both have an article or neither has. */
static bool find_subject(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                         rag_run *ret)
{
    const bool article = bare.first > 0 && rag_spoken_is_article(part, bare.first - 1);
    bool capital = false;
    if (!rag_spoken_subject(before, ret) || rag_begins_linked(part))
        return false;
    for (size_t i = ret->first; i < ret->last; i++)
        capital |= before->words.items[i].capital;
    return !capital && article == (rag_spoken_with_article(before, *ret).first < ret->first);
}

static bool begins_name(const rag_spoken *s, size_t i)
{
    return i < s->words.n && s->words.items[i].capital;
}

/* "Physics" for "chemistry" of "who teaches chemistry?". */
static bool find_done(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret)
{
    if (!rag_asks_who(before) || rag_asks_who_is(before) || bare.first > 0 || before->words.n < 3 ||
        part->words.items[0].capital)
        return false;
    *ret = (rag_run){2, before->words.n};
    for (size_t i = 1; i < before->words.n; i++)
        if (!rag_spoken_is_noun(before, i) || before->words.items[i].capital)
            return false;
    return true;
}

/* "Les stagiaires" for "les employés à temps plein": the last phrase with an article of that number. */
static bool find_phrase(const rag_spoken *part, const rag_spoken *before, rag_run *ret)
{
    const rag_gender gender = rag_gender_of(part, (rag_run){0, 1});
    /* "qui paie les réparations ?": what is done to one thing is done to another, however many */
    const bool done = rag_asks_who(before) && before->words.n > 3 &&
                      rag_spoken_is_noun(before, 1) && rag_spoken_is_article(before, 2);
    if (before->language != TXT_FR || !rag_spoken_is_article(part, 0) || gender == RAG_GENDER_ANY)
        return false;
    for (size_t i = before->words.n; i-- > 0;) {
        const rag_gender other = rag_gender_of(before, (rag_run){i, i + 1});
        if (!rag_spoken_is_article(before, i) || other == RAG_GENDER_ANY ||
            (!(done && i == 2) && (other == RAG_PLURAL) != (gender == RAG_PLURAL)))
            continue;
        *ret = (rag_run){i, i + 1};
        for (size_t k = i + 1; k < before->words.n && rag_spoken_joined(before, k - 1); k++) {
            if (rag_spoken_is_noun(before, k))
                ret->last = k + 1;
            else if (!rag_spoken_is_preposition(before, k) || begins_name(before, k + 1))
                break; /* "à Brest" says where, "à temps plein" which */
        }
        return ret->last > i + 1;
    }
    return false;
}

/* "Bei Gärtner Verpackungen" for "von Öztürk Logistik": a name for whose it is. */
static bool find_owner(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret)
{
    rag_run name;
    if (!rag_tongue_knows(before->language) || !rag_spoken_is_preposition(part, 0) ||
        bare.first == 0 || !part->words.items[bare.first].capital ||
        rag_spoken_is_calendar(part, bare.first) || !rag_spoken_last_name(before, &name) ||
        name.first == 0 || !rag_spoken_is_of(before, name.first - 1) ||
        rag_spoken_is_article(before, name.first - 1) ||
        ((bare.first != 1 || bare.last - bare.first < 2) && !rag_is_where_it_is_had(part, before)))
        return false;
    *ret = (rag_run){name.first - 1, name.last};
    return true;
}

/* "El horario en agosto" of a question about no month: it is a question of its own, of which the rest was not said. */
static bool has_own_complement(const rag_spoken *part, const rag_spoken *before)
{
    if (!rag_tongue_knows(before->language) || rag_begins_linked(part))
        return false;
    for (size_t i = 1; i + 1 < part->words.n; i++) {
        bool both = rag_spoken_is_of(part, i) || !rag_spoken_is_preposition(part, i) ||
                    rag_names_with(part, i, before);
        for (size_t k = 0; k < before->words.n && !both; k++)
            both = is_same_preposition(part, i, before, k);
        if (!both)
            return true;
    }
    return false;
}

/* Without the "-t-" of "habite-t-elle". */
static anc_str without_link(anc_str text)
{
    static const anc_str links[] = {ANC_STR_INIT("-t-"), ANC_STR_INIT("-")};
    for (size_t i = 0; i < ANC_COUNT(links); i++)
        if (anc_str_ends(text, links[i]))
            return anc_str_sub(text, 0, text.len - links[i].len);
    return text;
}

/* The part, article and all, where a pronoun and what it stood for were: "Wo wohnt der Kassenwart?". */
static anc_status fill_glossed(anc_arena *mem, const rag_spoken *part, const rag_spoken *before,
                               uint32_t start, uint32_t end, anc_str *ret, anc_err *err)
{
    const anc_str all = anc_str_sub(before->text, 0, start);
    const anc_str head = without_link(all);
    return joined(mem,
                  anc_arena_printf(mem, "%.*s%s%.*s%.*s", ANC_FMT(head),
                                   head.len < all.len ? " " : "",
                                   ANC_FMT(rag_spoken_run(part, (rag_run){0, part->words.n})),
                                   ANC_FMT(anc_str_sub(before->text, end, before->text.len))),
                  ret, err);
}

static anc_status fill_person(anc_arena *mem, anc_str question, const rag_spoken *part,
                              const rag_spoken *before, anc_str *ret, anc_err *err)
{
    const rag_run bare = {0, part->words.n};
    uint32_t start;
    uint32_t end;
    *ret = question;
    if (!find_person(before, &start, &end))
        return ANC_OK;
    return joined(mem,
                  anc_arena_printf(mem, "%.*s%.*s%.*s",
                                   ANC_FMT(anc_str_sub(before->text, 0, start)),
                                   ANC_FMT(rag_spoken_run(part, bare)),
                                   ANC_FMT(anc_str_sub(before->text, end, before->text.len))),
                  ret, err);
}

anc_status rag_ellipsis_person(anc_arena *mem, anc_str question, const rag_spoken *part,
                               const rag_spoken *before, anc_str *ret, anc_err *err)
{
    uint32_t start;
    uint32_t end;
    *ret = question;
    return rag_find_glossed(part, (rag_run){0, part->words.n}, before, &start, &end)
               ? fill_glossed(mem, part, before, start, end, ret, err)
               : ANC_OK;
}

/* In the place of what both have a word of, of a name, or of the thing that the question ends with; behind it where there is
 * none such. */
static anc_status fill_last(anc_arena *mem, const rag_spoken *part, const rag_spoken *before,
                            anc_str *ret, anc_err *err)
{
    const rag_run bare = bare_of(part);
    const bool preposition = rag_begins_linked(part);
    const bool french = before->language == TXT_FR;
    rag_run old;
    if (rag_tongue_knows(before->language) && preposition)
        return put_behind(mem, part, before, ret, err);
    if (!rag_spoken_is_of_place(part, bare) &&
        (find_shared(part, bare, before, &old) || find_name(part, bare, before, &old) ||
         (!preposition && !(french && rag_spoken_is_article(part, 0)) && find_last(before, &old))))
        return substitute_thing(mem, before, old, part, bare, ret, err);
    return put_behind(mem, part, before, ret, err);
}

/* "How much is the rent of unit 14?"; "the rent of unit 14?" where the question asked for another kind. */
static anc_status replace_head(anc_arena *mem, const rag_spoken *before, rag_run old,
                               const rag_spoken *part, anc_str *ret, anc_err *err)
{
    ANC_TRY(substitute_with_elision(mem, before, old, "", part, ret, err));
    if (!rag_asks_other_kind(part, before, old))
        return ANC_OK;
    *ret = anc_str_sub(*ret, start_with_elision(before, old), ret->len);
    return ANC_OK;
}

/* In the place of the thing that is of its kind, where the part has no word of the question. */
static anc_status fill_thing(anc_arena *mem, const rag_spoken *part, const rag_spoken *before,
                             anc_str *ret, anc_err *err)
{
    const rag_run whole = {0, part->words.n};
    const rag_run bare = bare_of(part);
    rag_run old;
    rag_run name;
    if (rag_find_head(part, bare, before, &old))
        return replace_head(mem, before, old, part, ret, err);
    if (rag_find_indefinite(part, bare, before, &old))
        return substitute(mem, before, old, rag_spoken_run(part, whole), ret, err);
    if (rag_find_office(part, bare, before, &old))
        return substitute_thing(mem, before, old, part, bare, ret, err);
    if (rag_find_asked_of(part, bare, before, &old))
        return substitute_with_elision(mem, before, old, before->language == TXT_IT ? "di " : "de ",
                                       part, ret, err);
    if (rag_find_subject_of_verb(part, bare, before, &old))
        return substitute_with_elision(mem, before, old, "", part, ret, err);
    if (rag_find_between(part, bare, before, &old) || find_subject(part, bare, before, &old) ||
        find_done(part, bare, before, &old))
        return substitute(mem, before, old, rag_spoken_run(part, bare), ret, err);
    if (is_common(part, bare, before) && rag_spoken_last_name(before, &name) &&
        !rag_spoken_is_of_place(before, name))
        return ask_of_name(mem, part, before, name, ret, err);
    if (find_phrase(part, before, &old))
        return substitute(mem, before, old, rag_spoken_run(part, whole), ret, err);
    return fill_last(mem, part, before, ret, err);
}

anc_status rag_ellipsis_fill(anc_arena *mem, anc_str question, const rag_spoken *part,
                             const rag_spoken *before, anc_str *ret, anc_err *err)
{
    const rag_run whole = {0, part->words.n};
    const rag_run bare = bare_of(part);
    rag_run old;
    uint32_t start;
    uint32_t end;
    if (find_figure(part, bare, before, &old))
        return substitute(mem, before, old, rag_spoken_run(part, bare), ret, err);
    if (rag_find_excluded(part, bare, before, &old))
        return rag_fill_excluded(mem, part, bare, before, old, ret, err);
    *ret = question;
    if (has_own_complement(part, before))
        return ANC_OK;
    if (find_object(part, before, &old) || find_owner(part, bare, before, &old))
        return substitute(mem, before, old, rag_spoken_run(part, whole), ret, err);
    if (is_person(part, bare) &&
        (find_person(before, &start, &end) || has_no_place_for_person(part, bare, before)))
        return fill_person(mem, question, part, before, ret, err);
    if (rag_find_glossed(part, bare, before, &start, &end))
        return fill_glossed(mem, part, before, start, end, ret, err);
    if (part->language != TXT_EN && is_only_time(part, bare))
        return rag_find_time(before, &old)
                   ? substitute(mem, before, old, rag_spoken_run(part, whole), ret, err)
                   : put_behind(mem, part, before, ret, err);
    if (rag_lacks_subject(before) && rag_spoken_is_article(part, 0) && !rag_begins_linked(part))
        return put_behind(mem, part, before, ret, err);
    return find_shared(part, bare, before, &old) ? fill_last(mem, part, before, ret, err)
                                                 : fill_thing(mem, part, before, ret, err);
}

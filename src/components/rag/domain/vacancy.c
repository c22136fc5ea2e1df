/* vacancy.c - the places in a question that a part may take, by its pronouns, its verb and its words of time. */
#include "rag/domain/vacancy.h"

#include "base/str.h"
#include "rag/domain/cues.h"
#include "rag/domain/kinds.h"
#include "rag/domain/tongue.h"

/* "Cost" of "what does a car to Mull cost?". */
bool rag_ends_with_verb(const rag_spoken *s)
{
    static const char helpers[] = "do does did";
    static const char verbs[] = "cost weigh last take open close start begin end leave arrive run "
                                "pay stop finish depart";
    bool helped = false;
    if (s->language != TXT_EN || s->words.n < 4 ||
        !rag_is_any_of(rag_spoken_word(s, s->words.n - 1), verbs))
        return false;
    for (size_t i = 0; i < 4; i++)
        helped = helped || rag_is_any_of(rag_spoken_word(s, i), helpers);
    return helped;
}

bool rag_begins_linked(const rag_spoken *part)
{
    static const char riding[] = "pé prazo partir";
    if (!rag_spoken_is_preposition(part, 0))
        return false;
    if (part->language != TXT_PT || !rag_is_any_of(rag_spoken_word(part, 0), "a") ||
        part->words.n < 2)
        return true;
    const anc_str noun = rag_spoken_word(part, 1);
    return rag_is_any_of(noun, riding) ||
           (anc_str_ends(noun, ANC_STR("o")) && !anc_str_ends(noun, ANC_STR("ão")));
}

/* "Samstags", "los sábados": when, and no thing. */
bool rag_is_time(const rag_spoken *s, size_t i)
{
    static const char adverbs[] =
        "montags dienstags mittwochs donnerstags freitags samstags sonnabends sonntags werktags "
        "feiertags wochentags heute morgen gestern abends morgens mittags nachmittags vormittags "
        "nachts "
        "hoy mañana "
        "ayer oggi domani "
        "ieri hoje amanhã ontem sábados domingos "
        "today tomorrow yesterday demain hier "
        "weekdays weekends semaine laborables festivos feriali festivi úteis";
    return rag_spoken_is_calendar(s, i) || rag_is_any_of(rag_spoken_word(s, i), adverbs);
}

/* The time that was said before, with its article or preposition. */
bool rag_find_time(const rag_spoken *before, rag_run *ret)
{
    static const char days[] = "giorni días dias jours days";
    for (size_t i = before->words.n; i-- > 0;) {
        if (!rag_is_time(before, i))
            continue;
        *ret = (rag_run){i, i + 1};
        while (ret->first > 0 && (rag_is_any_of(rag_spoken_word(before, ret->first - 1), days) ||
                                  rag_spoken_is_article(before, ret->first - 1) ||
                                  rag_spoken_is_preposition(before, ret->first - 1)))
            ret->first--;
        return true;
    }
    return false;
}

/* "L'abbonamento", not "dell'abbonamento". */
static bool has_elided_article(const rag_spoken *s, size_t i)
{
    const anc_str said = anc_str_sub(s->text, 0, s->words.items[i].start);
    static const anc_str marks[] = {ANC_STR_INIT("l'"), ANC_STR_INIT("l\xe2\x80\x99")};
    for (size_t k = 0; k < ANC_COUNT(marks); k++) {
        const size_t mark = marks[k].len;
        if (said.len >= mark &&
            anc_str_eq_nocase(anc_str_sub(said, said.len - mark, mark), marks[k]))
            return said.len == mark || said.ptr[said.len - mark - 1] == ' ';
    }
    return false;
}

/* Not behind a preposition, nor one: the Portuguese "a" is one before a name. */
static bool is_article_of_subject(const rag_spoken *s, size_t i)
{
    if (!rag_spoken_is_article(s, i) || (i > 0 && rag_spoken_is_preposition(s, i - 1)))
        return false;
    const bool both =
        s->language == TXT_PT && i > 0 && i + 1 < s->words.n && !s->words.items[i + 1].capital;
    return !rag_spoken_is_preposition(s, i) || both;
}

/* "Da quando lavora nel caseificio?": a Spanish, Italian or Portuguese question that says neither who nor what does it:
 * what it has stands behind a preposition, or for "there". */
bool rag_lacks_subject(const rag_spoken *s)
{
    static const char there_is[] = "hay há c ci es son è sono é são";
    static const char counted[] = "cuántos cuántas quanti quante quantos quantas";
    static const char times[] = "veces volte vezes";
    rag_run gloss = {0, 0};
    size_t content = 0;
    if (!rag_tongue_knows(s->language) || s->language == TXT_DE || rag_asks_who(s))
        return false;
    for (size_t i = 0; i < s->words.n; i++) {
        const anc_str next = i + 1 < s->words.n ? rag_spoken_word(s, i + 1) : ANC_STR("");
        if (i >= gloss.first && i < gloss.last)
            continue;
        const bool behind = i > 0 && rag_spoken_is_preposition(s, i - 1);
        if (rag_is_any_of(rag_spoken_word(s, i), there_is) ||
            (rag_is_any_of(rag_spoken_word(s, i), counted) && !rag_is_any_of(next, times)) ||
            is_article_of_subject(s, i) || has_elided_article(s, i) ||
            (s->words.items[i].capital && i > 0 && !behind && rag_spoken_is_noun(s, i)))
            return false;
        content += rag_spoken_is_noun(s, i);
        if (rag_spoken_is_pronoun(s, i) && !rag_gloss_at(s, i, &gloss))
            gloss = (rag_run){0, 0};
    }
    return content > 0;
}

/* Pronouns that are who or what does it. */
static bool is_subject_pronoun(const rag_spoken *s, size_t i)
{
    static const char words[] =
        "he she it they il elle ils elles er sie es él ella ellos ellas lui lei ele ela "
        "eles elas";
    return rag_is_any_of(rag_spoken_word(s, i), words) && rag_spoken_is_pronoun(s, i);
}

/* "(Annegret Pohl)": two words with capitals at least, and no noun of things. */
static bool is_full_name(const rag_spoken *s, rag_run run)
{
    for (size_t i = run.first; i < run.last; i++)
        if (!s->words.items[i].capital || s->words.items[i].digits || s->words.items[i].code != 0 ||
            rag_is_thing_noun(s, i))
            return false;
    return run.last > run.first + 1;
}

/* "Sie (Annegret Pohl)", and what stands for a subject that is left out, "matura (il pecorino)": its bytes. A name is
 * left where what follows may be asked of it ("and the warranty?"). */
bool rag_find_glossed(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                      uint32_t *ret_start, uint32_t *ret_end)
{
    rag_run run;
    if (rag_begins_linked(part) || rag_is_thing_noun(part, bare.first))
        return false;
    for (size_t i = before->words.n; i-- > 0;) {
        if (!rag_gloss_at(before, i, &run))
            continue;
        const bool said = is_subject_pronoun(before, i);
        const bool left_out = rag_spoken_is_noun(before, i) && before->language != TXT_DE &&
                              rag_tongue_knows(before->language);
        const bool other = before->language == TXT_DE || left_out;
        if ((!said && !left_out) || (!other && !is_full_name(before, run)))
            continue;
        const rag_word *w = before->words.items;
        *ret_start = said ? w[i].start : w[i].end + 1;
        *ret_end = w[run.last - 1].end + 1;
        return true;
    }
    return false;
}

bool rag_find_between(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret)
{
    *ret = (rag_run){0, 0};
    if (!rag_ends_with_verb(before) || bare.first > 0 || part->words.items[0].capital)
        return false;
    for (size_t i = 0; i + 2 < before->words.n; i++)
        if (rag_is_any_of(rag_spoken_word(before, i), "do does did"))
            *ret = (rag_run){i + 1, before->words.n - 1};
        else if (rag_is_any_of(rag_spoken_word(before, i), "to from") && i > 0)
            return ret->last > 0 && rag_spoken_is_article(before, ret->first);
    return false;
}

/* "A child ticket" for "parking" of "what does parking cost?": who or what does what the question ends with. A name gives way
 * only where hours are asked, which its parts have as well: of anything else a name has ("the warranty") more is asked. */
static bool find_before_verb(const rag_spoken *before, rag_run *ret)
{
    static const char of_hours[] = "open close";
    rag_run run = {0, 0};
    if (!rag_ends_with_verb(before))
        return false;
    for (size_t i = 0; i + 2 < before->words.n && run.last == 0; i++)
        if (rag_is_any_of(rag_spoken_word(before, i), "do does did"))
            run = (rag_run){i + 1, before->words.n - 1};
    const bool hours = rag_is_any_of(rag_spoken_word(before, run.last), of_hours);
    for (size_t i = run.first; i < run.last; i++)
        if (rag_spoken_is_preposition(before, i) || rag_spoken_is_pronoun(before, i) ||
            before->words.items[i].digits || (before->words.items[i].capital && !hours))
            return false;
    *ret = run;
    return run.last > run.first;
}

static bool has_article_before(const rag_spoken *s, size_t i)
{
    return i < s->words.n && (has_elided_article(s, i) ||
                              (rag_spoken_is_article(s, i) && !rag_spoken_is_preposition(s, i)) ||
                              is_article_of_subject(s, i));
}

/* Where the noun behind the verb of "combien coûte l'entrée …?", "was kostet der Eintritt …?" begins, with its article;
 * words.n: nowhere. */
static size_t behind_verb(const rag_spoken *s)
{
    static const char nominative[] = "der die das ein eine";
    const bool german = s->language == TXT_DE;
    bool asks = false;
    for (size_t i = 0; i + 1 < s->words.n; i++) {
        const bool verb = german || (rag_spoken_is_noun(s, i) && !s->words.items[i].capital);
        const size_t before = german ? i : i - 1;
        const bool behind = (german || i > 0) && rag_spoken_is_preposition(s, before);
        const bool article = german ? rag_is_any_of(rag_spoken_word(s, i + 1), nominative)
                                    : has_article_before(s, i + 1);
        asks = asks || (german && rag_spoken_is_asking(s, i));
        if (asks && verb && !behind && article)
            return i + 1;
        asks = asks || rag_spoken_is_asking(s, i);
    }
    return s->words.n;
}

/* "A" is an article of one thing in English alone: a verb in French, "the" in Portuguese. */
static bool is_one(const rag_spoken *s, size_t i)
{
    static const char words[] = "a an un une ein eine einen einem einer una uno um uma";
    const bool other = s->language == TXT_FR || s->language == TXT_PT;
    return rag_is_any_of(rag_spoken_word(s, i), words) &&
           !(other && rag_is_any_of(rag_spoken_word(s, i), "a"));
}

static bool has_elided_of(const rag_spoken *s, size_t i)
{
    static const char *const marks[] = {" d'", " d\xe2\x80\x99", " dell'", " dell\xe2\x80\x99"};
    const anc_str said = anc_str_sub(s->text, 0, s->words.items[i].start);
    for (size_t k = 0; k < ANC_COUNT(marks); k++)
        if (anc_str_ends(said, anc_str_of(marks[k])))
            return true;
    return false;
}

/* "D'un canoë", "de lecteur": what goes on with a noun, and is nothing by itself; the word behind it, or `i`. */
static size_t behind_complement(const rag_spoken *s, size_t i)
{
    static const char links[] = "de d di à con com avec sin sans sem senza";
    static const char any[] = "un une uno una um uma";
    size_t k = i;
    const bool elided = i < s->words.n && has_elided_of(s, i);
    if (!elided && (k >= s->words.n || !rag_is_any_of(rag_spoken_word(s, k), links)))
        return i;
    k += !elided;
    if (k < s->words.n && rag_is_any_of(rag_spoken_word(s, k), any))
        k++;
    const size_t noun = k;
    while (k < s->words.n && rag_spoken_is_noun(s, k) && !s->words.items[k].capital &&
           (k == noun || rag_spoken_joined(s, k - 1)))
        k++;
    return k > noun ? k : i;
}

/* Whether word `i` goes on with the noun before it; German verbs behind a noun do not. */
static bool goes_with(const rag_spoken *s, size_t i)
{
    const bool verb =
        s->language == TXT_DE && s->words.items[i - 1].capital && !s->words.items[i].capital;
    return rag_spoken_joined(s, i - 1) && !verb && behind_complement(s, i) == i;
}

/* "L'abonnement" for "l'entrée" of "combien coûte l'entrée de la piscine ?", with the article. */
static bool find_behind_verb(const rag_spoken *before, rag_run *ret)
{
    const size_t first = behind_verb(before);
    if (first == before->words.n || before->language == TXT_EN || before->language == TXT_UND)
        return false;
    size_t last = first + !has_elided_article(before, first);
    const size_t noun = last;
    while (last < before->words.n && rag_spoken_is_noun(before, last) &&
           !rag_is_time(before, last) && (last == noun || goes_with(before, last)))
        last++;
    if (last == noun || before->words.items[last - 1].digits ||
        (before->language != TXT_DE && before->words.items[noun].capital))
        return false; /* it ends with the article, or what stands there is a number or a name */
    *ret = (rag_run){first, behind_complement(before, last)};
    return true;
}

/* Whether the article of the word says that it is several. */
static bool is_many(const rag_spoken *s, size_t noun)
{
    if (has_elided_article(s, noun) || noun == 0)
        return false;
    return s->language == TXT_FR
               ? rag_gender_of(s, (rag_run){noun, noun + 1}) == RAG_PLURAL
               : rag_tongue_gender(s->language, rag_spoken_word(s, noun - 1)) == RAG_MAY_MANY;
}

bool rag_find_subject_of_verb(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                              rag_run *ret)
{
    const bool article = bare.first > 0 || has_elided_article(part, bare.first);
    if (rag_begins_linked(part) || rag_is_time(part, bare.first) || rag_cues_asked(part->text) != 0)
        return false;
    if (before->language == TXT_EN)
        return find_before_verb(before, ret) &&
               (article || !rag_spoken_is_article(before, ret->first));
    if (before->language == TXT_DE)
        return article && rag_is_any_of(rag_spoken_word(part, 0), "der die das ein eine") &&
               find_behind_verb(before, ret);
    if (!article || !find_behind_verb(before, ret))
        return false;
    const size_t noun = ret->first + rag_spoken_is_article(before, ret->first);
    return is_many(part, bare.first) == is_many(before, noun) || rag_cues_asks_sum(before->text);
}

/* "A bicycle", "bicycles": one of a kind, or all of it. */
static bool is_indefinite(const rag_spoken *part, rag_run bare)
{
    if (bare.first > 0)
        return is_one(part, bare.first - 1);
    return part->language == TXT_EN && !part->words.items[0].capital &&
           anc_str_ends(rag_spoken_word(part, bare.last - 1), ANC_STR("s"));
}

bool rag_find_indefinite(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                         rag_run *ret)
{
    if (rag_begins_linked(part) || !is_indefinite(part, bare) || rag_cues_asked(part->text) != 0)
        return false;
    for (size_t i = before->words.n; i-- > 1;) {
        /* "does a house survey cost": what does it is not of the kind of "flats" for all that is known */
        const bool subject = bare.first == 0 && rag_spoken_is_asking(before, i - 1);
        if (subject || !is_one(before, i))
            continue;
        rag_run run = {i, i + 1};
        while (run.last < before->words.n && rag_spoken_is_noun(before, run.last) &&
               (run.last == i + 1 || rag_spoken_joined(before, run.last - 1)) &&
               !(run.last + 1 == before->words.n && rag_ends_with_verb(before)))
            run.last++;
        *ret = run;
        return run.last > i + 1;
    }
    return false;
}

bool rag_find_asked_of(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret)
{
    const bool article = bare.first > 0 || has_elided_article(part, bare.first);
    if (!article || rag_begins_linked(part) || rag_cues_asked(part->text) != 0 ||
        before->language == TXT_EN || before->language == TXT_DE || before->language == TXT_UND)
        return false;
    for (size_t i = 0; i + 1 < before->words.n; i++) {
        const size_t first = i + 1;
        const bool elided = has_elided_of(before, first);
        if (!rag_spoken_is_noun(before, i) || !rag_cues_is_asking(rag_spoken_word(before, i)) ||
            !(rag_spoken_is_of(before, first) || elided))
            continue;
        size_t last = first + !elided;
        while (last < before->words.n && rag_spoken_is_article(before, last))
            last++;
        const size_t noun = last;
        while (last < before->words.n && rag_spoken_is_noun(before, last) &&
               !before->words.items[last].capital &&
               (last == noun || rag_spoken_joined(before, last - 1)))
            last++;
        *ret = (rag_run){first, last};
        return last > noun;
    }
    return false;
}

/* What things have: sums that are owed for them. */
static bool is_sum(anc_str word)
{
    static const char sums[] =
        "rent deposit charge charges fee fees premium excess deductible tax rate rates toll fare "
        "salary wage wages cost costs budget turnover revenue profit "
        "loyer caution dépôt charges frais cotisation prime franchise taxe salaire "
        "miete kaution nebenkosten kosten gebühr gebühren beitrag prämie selbstbeteiligung steuer "
        "pacht gehalt umsatz gewinn lohn provision "
        "alquiler renta fianza depósito gastos cuota prima franquicia tasa sueldo salario "
        "affitto canone cauzione deposito spese quota premio franchigia tassa stipendio "
        "renda aluguer aluguel caução despesas condomínio prémio prêmio franquia taxa salário";
    return rag_is_any_of(word, sums);
}

/* Who has to do with a contract. */
static bool is_party(anc_str word)
{
    static const char parties[] = "landlord tenant lessor lessee buyer seller insurer contractor "
                                  "bailleur locataire vendeur acheteur vermieter mieter käufer "
                                  "verkäufer arrendador inquilino casero comprador vendedor "
                                  "locatore acquirente venditore senhorio";
    return rag_is_any_of(word, parties) || rag_is_office(word);
}

static bool has_party(const rag_spoken *s, rag_run run)
{
    for (size_t i = run.first; i < run.last; i++)
        if (is_party(rag_spoken_word(s, i)))
            return true;
    return false;
}

/* Whether one of the words says what things have: a sum, a measure, somebody who looks after them. */
static bool is_attribute(const rag_spoken *s, rag_run run)
{
    for (size_t i = run.first; i < run.last; i++) {
        const anc_str word = rag_spoken_word(s, i);
        if (is_sum(word) || rag_cues_is_asking(word) || is_party(word))
            return true;
    }
    return false;
}

/* Nothing but a noun with a definite article, or in English without, and "de garantie". */
static bool is_plain_noun(const rag_spoken *part, rag_run bare)
{
    const bool article = bare.first == 1 || has_elided_article(part, bare.first);
    if (rag_begins_linked(part) || bare.first > 1 ||
        (!article && (part->language != TXT_EN || !is_attribute(part, bare))) ||
        (bare.first == 1 && is_one(part, 0)))
        return false;
    for (size_t i = bare.first; i < bare.last; i++) {
        const rag_word *w = &part->words.items[i];
        const bool of = i > bare.first && i + 1 < bare.last && rag_spoken_is_of(part, i);
        if ((w->capital && part->language != TXT_DE) || w->digits || w->code != 0 ||
            rag_is_time(part, i) || (!of && !rag_spoken_is_noun(part, i)))
            return false;
    }
    return true;
}

static bool is_figure(const rag_spoken *s, size_t i)
{
    return s->words.items[i].digits || s->words.items[i].code != 0;
}

/* The nouns that begin at word `i`, with a figure behind them where `figures`: "unit 14". */
static rag_run nouns_at(const rag_spoken *s, size_t i, bool figures)
{
    rag_run run = {i, i};
    while (run.last < s->words.n && (run.last == i || rag_spoken_joined(s, run.last - 1)) &&
           (is_figure(s, run.last) ? figures : rag_spoken_is_noun(s, run.last))) {
        run.last++;
        if (is_figure(s, run.last - 1))
            break;
    }
    return run;
}

/* The first phrase with an article, where no more than a verb and what asks stands before it. */
static bool find_first_phrase(const rag_spoken *s, rag_run *ret)
{
    enum { FIRST_MAX = 5 };
    size_t verbs = 0;
    for (size_t i = 0; i < s->words.n && i < FIRST_MAX; i++) {
        if (has_article_before(s, i) && !has_elided_article(s, i))
            continue;
        if (has_elided_article(s, i) || (i > 0 && has_article_before(s, i - 1))) {
            *ret = nouns_at(s, i, false);
            return ret->last > ret->first;
        }
        verbs += rag_spoken_is_noun(s, i);
        if (verbs > 1 || s->words.items[i].digits || (i > 0 && rag_spoken_is_preposition(s, i)))
            return false;
    }
    return false;
}

/* "Unit 14", of which `head` is asked; empty: it is of nothing. */
static rag_run owner_of(const rag_spoken *s, rag_run head)
{
    static const char for_what[] = "for pour für para per";
    size_t of = head.last;
    if (of >= s->words.n)
        return (rag_run){of, of};
    if (!has_elided_of(s, of)) {
        if (!rag_spoken_is_of(s, of) && !rag_is_any_of(rag_spoken_word(s, of), for_what))
            return (rag_run){of, of};
        of++;
    }
    while (of + 1 < s->words.n && rag_spoken_is_article(s, of))
        of++;
    return nouns_at(s, of, true);
}

bool rag_find_head(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret)
{
    enum { BEHIND_MAX = 1 };
    rag_run head;
    if (!is_plain_noun(part, bare) || !find_first_phrase(before, &head))
        return false;
    const rag_run owner = owner_of(before, head);
    bool numbered = false;
    if (has_party(part, bare) && has_party(before, owner))
        return false; /* "the salary of the director", "and the treasurer?" */
    for (size_t i = owner.first; i < owner.last; i++) {
        numbered |= is_figure(before, i);
        if (is_sum(rag_spoken_word(before, i)))
            return false; /* "the amount of the rent": the deposit has one as well */
    }
    numbered = numbered && before->words.n - owner.last <= BEHIND_MAX &&
               !rag_cues_is_asking(rag_spoken_word(before, head.last - 1));
    const bool stays =
        bare.first == 0 && !has_elided_article(part, 0); /* it has none: the old one stays */
    *ret = (rag_run){head.first - (!stays && !has_elided_article(before, head.first)), head.last};
    return owner.last > owner.first && (numbered || is_attribute(part, bare));
}

bool rag_asks_other_kind(const rag_spoken *part, const rag_spoken *before, rag_run head)
{
    const anc_str asking = anc_str_sub(before->text, 0, before->words.items[head.first].end);
    const unsigned asked = rag_cues_asked(asking);
    unsigned kinds = rag_cues_asked(part->text);
    for (size_t i = 0; i < part->words.n; i++) {
        kinds |= is_sum(rag_spoken_word(part, i)) ? (unsigned)RAG_CUE_MONEY : 0U;
        kinds |= is_party(rag_spoken_word(part, i)) ? (unsigned)RAG_CUE_PERSON : 0U;
    }
    const bool both = has_party(part, (rag_run){0, part->words.n}) && has_party(before, head);
    return !both && owner_of(before, head).last == before->words.n && kinds != 0 && asked != 0 &&
           (kinds & asked) == 0;
}

bool rag_names_with(const rag_spoken *part, size_t i, const rag_spoken *before)
{
    rag_run old;
    return rag_is_any_of(rag_spoken_word(part, i), "à às ao aos") && i + 1 < part->words.n &&
           !rag_is_time(part, i + 1) &&
           rag_find_subject_of_verb(part, (rag_run){1, part->words.n}, before, &old);
}

bool rag_is_where_it_is_had(const rag_spoken *part, const rag_spoken *before)
{
    bool has = false;
    for (size_t i = 0; i < before->words.n; i++)
        has = has || (i > 0 && rag_spoken_is_having(before, i));
    return has && rag_tongue_has(part->language, RAG_WORD_OF_PLACE, rag_spoken_word(part, 0));
}

bool rag_find_office(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret)
{
    if (!rag_asks_who_is(before) || rag_begins_linked(part) || bare.last != bare.first + 1 ||
        !rag_is_office(rag_spoken_word(part, bare.first)))
        return false;
    for (size_t i = 0; i < before->words.n; i++)
        if (rag_is_office(rag_spoken_word(before, i))) {
            *ret = (rag_run){i, i + 1};
            return true;
        }
    return false;
}

bool rag_is_matter(const rag_spoken *part, rag_run bare, const rag_spoken *before)
{
    return before->language == TXT_EN && bare.first == 0 && bare.last > 0 &&
           rag_phrase_in(before->text, ANC_STR("how long")) &&
           !anc_str_ends(rag_spoken_word(part, bare.last - 1), ANC_STR("s"));
}

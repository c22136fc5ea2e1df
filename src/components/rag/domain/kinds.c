/* kinds.c - what names are of: tables of nouns and verbs, and the words beside a name. */
#include "rag/domain/kinds.h"

#include "base/str.h"
#include "rag/domain/tongue.h"

enum { PERSON_WORDS_MAX = 4, LETTERS_OF_ACRONYM = 2 };

/* Nouns that are a part of names of things, and of labels of fields. */
static const char things[] =
    "museum observatory office library university college school institute institution "
    "hospital clinic hotel "
    "church cathedral castle palace tower bridge building house hall room "
    "theatre theater gallery station airport port harbour harbor park garden gardens "
    "street road avenue square lane city town village county river lake mount mountain "
    "island islands bay valley plant factory mill mine farm "
    "company inc ltd llc gmbh corporation group society association club foundation bank "
    "fund trust "
    "agency department ministry council committee board team party union press times "
    "journal almanac "
    "prize award project program programme plan policy act law treaty war battle "
    "lab labs laboratory works studio studios shop store market restaurant "
    "name names date number code id total amount type status price quantity item product "
    "category address "
    "email phone age country state region table chapter section part centre center "
    "musée observatoire bureau bibliothèque université école lycée institut hôpital "
    "clinique hôtel église cathédrale château palais tour pont bâtiment maison salle "
    "théâtre galerie gare aéroport parc jardin "
    "rue place ville usine ferme société entreprise agence banque fondation ministère "
    "conseil atelier magasin "
    "ag kg amt firma büro bibliothek kantine "
    "empresa oficina museo biblioteca "
    "ufficio azienda "
    "escritório museu "
    "verein phare "
    "nom prénom numéro adresse pays prix montant "
    "telefonnummer telefon teléfono telefono telefone dirección indirizzo téléphone";

/* What is asked of persons only. */
static const char life[] =
    "born died die marry married birthday birthplace wife husband hobby "
    "né née nés nées mort morte décédé décédée naissance marié mariée épouse mari habite "
    "vécu métier étudié anniversaire travaille "
    "geboren gestorben verheiratet wohnt "
    "nació murió vive "
    "nato nata morì abita "
    "nasceu morreu mora "
    "starb lebte beruf wohnen wohnte gelebt "
    "nacida nacido vivía vivió profesión "
    "visse viveva mestiere "
    "habitait";

static const char titles[] = "mr mrs ms dr "
                             "mme monsieur madame "
                             "frau herr herrn "
                             "señor señora "
                             "signor signora "
                             "senhor senhora";

/* What may stand between a person's name and the verb. */
static const char modals[] = "is was has had can will should must may shall "
                             "est a doit peut était";

static const char masculine[] = "le un du au mon ce il celui";
static const char feminine[] = "la une ma cette elle celle";
static const char plural[] = "les des aux mes ces ils elles ceux leur leurs";

bool rag_is_thing_noun(const rag_spoken *s, size_t i)
{
    return rag_is_any_of(rag_spoken_word(s, i), things);
}

bool rag_is_office(anc_str word)
{
    static const char offices[] =
        "president chair chairman chairwoman chairperson treasurer secretary captain commodore "
        "director manager head deputy mayor minister governor owner founder chef cook coach "
        "trainer "
        "principal dean rector librarian curator gardener caretaker nurse vet doctor editor "
        "president présidente président trésorier trésorière secrétaire capitaine directeur "
        "directrice gérant gérante adjoint adjointe maire propriétaire gardien gardienne "
        "vorsitzende vorsitzender präsident präsidentin schatzmeister kassenwart kassenwartin "
        "schriftführer schriftführerin kapitän leiter leiterin stellvertreter direktor direktorin "
        "bürgermeister hausmeister trainer trainerin "
        "presidente presidenta tesorero tesorera secretario secretaria capitán director directora "
        "gerente alcalde alcaldesa entrenador entrenadora "
        "tesoriere segretario segretaria capitano direttore direttrice sindaco allenatore "
        "tesoureiro tesoureira secretário secretária capitão diretor diretora treinador";
    return rag_is_any_of(word, offices) || rag_is_office_in_short(word);
}

bool rag_is_office_in_short(anc_str word)
{
    return rag_is_any_of(word, "ceo cfo coo cto cio cmo dpo mp pdg drh daf");
}

bool rag_asks_who(const rag_spoken *s)
{
    for (size_t i = 0; i < s->words.n && i < 3; i++) /* "and who", "à qui" */
        if (rag_tongue_has(s->language, RAG_WORD_WHO, rag_spoken_word(s, i)))
            return true;
    return false;
}

bool rag_asks_who_is(const rag_spoken *s)
{
    if (!rag_asks_who(s) || s->words.n <= 2)
        return false;
    return rag_tongue_has(s->language, RAG_WORD_COPULA, rag_spoken_word(s, 1));
}

bool rag_has_word_of_life(const rag_spoken *s)
{
    for (size_t i = 0; i < s->words.n; i++) {
        const bool old = anc_str_eq_nocase(rag_spoken_word(s, i), ANC_STR("âge"));
        if (old || (rag_is_any_of(rag_spoken_word(s, i), life) && !rag_spoken_is_article(s, i)))
            return true; /* "die" is none in German */
    }
    return false;
}

/* All of it in capitals: "PST", "TXN". */
static bool is_acronym(const rag_spoken *s, size_t i)
{
    const anc_str word = rag_spoken_word(s, i);
    for (size_t k = 0; k < word.len; k++)
        if (word.ptr[k] < 'A' || word.ptr[k] > 'Z')
            return false;
    return word.len >= LETTERS_OF_ACRONYM;
}

/* Nouns of things that are surnames too: "Lee Park". */
static bool is_surname(const rag_spoken *s, rag_run run)
{
    static const char surnames[] =
        "park hall lane house bridge church castle mill lake street port law garden mount "
        "page bank price fisher square pont";
    return run.last > run.first + 1 && rag_is_any_of(rag_spoken_word(s, run.last - 1), surnames);
}

/* Nothing in the words themselves says that it is no person's name. */
static bool is_written_like_person(const rag_spoken *s, rag_run run, bool who)
{
    if (run.last - run.first > PERSON_WORDS_MAX)
        return false;
    for (size_t i = run.first; i < run.last; i++) {
        const rag_word *w = &s->words.items[i];
        if (w->digits || w->code != 0 || !w->capital || is_acronym(s, i) ||
            rag_spoken_is_calendar(s, i) ||
            (rag_is_thing_noun(s, i) && !(who && i + 1 == run.last && is_surname(s, run))))
            return false;
    }
    return !rag_spoken_is_of_place(s, run) && rag_spoken_with_article(s, run).first == run.first;
}

static bool is_before_thing_noun(const rag_spoken *s, rag_run run)
{
    return rag_spoken_joined(s, run.last - 1) && rag_is_thing_noun(s, run.last);
}

static bool is_behind_thing_noun(const rag_spoken *s, rag_run run)
{
    size_t at = run.first;
    if (at > 0 && rag_spoken_is_of(s, at - 1))
        at--;
    return at > 0 && rag_is_thing_noun(s, at - 1);
}

static bool has_title(const rag_spoken *s, rag_run run)
{
    return rag_is_any_of(rag_spoken_word(s, run.first), titles) ||
           (run.first > 0 && rag_is_any_of(rag_spoken_word(s, run.first - 1), titles));
}

/* The kind that a pronoun says of what stands in brackets behind it. */
static bool kind_by_gloss(const rag_spoken *s, rag_run name, rag_kind *ret)
{
    for (size_t i = 0; i < name.first; i++) {
        rag_run gloss;
        if (!rag_spoken_is_pronoun(s, i) || !rag_gloss_at(s, i, &gloss) ||
            name.first < gloss.first || name.first >= gloss.last)
            continue;
        if (rag_spoken_is_person(s, i))
            *ret = RAG_KIND_PERSON;
        else if (rag_spoken_is_thing(s, i))
            *ret = RAG_KIND_THING;
        else
            return false;
        return true;
    }
    return false;
}

static bool asks(const rag_spoken *s)
{
    for (size_t i = 0; i < s->words.n; i++)
        if (rag_spoken_is_asking(s, i))
            return true;
    return false;
}

rag_kind rag_kind_asked(const rag_spoken *s, rag_run name)
{
    rag_kind kind;
    if (kind_by_gloss(s, name, &kind))
        return kind;
    if (!is_written_like_person(s, name, rag_asks_who_is(s)) || is_before_thing_noun(s, name) ||
        is_behind_thing_noun(s, name))
        return RAG_KIND_THING;
    const bool who_is = rag_asks_who_is(s) && name.first == 2;
    const bool old = name.first >= 3 && anc_str_eq_nocase(rag_spoken_word(s, 0), ANC_STR("how")) &&
                     anc_str_eq_nocase(rag_spoken_word(s, 1), ANC_STR("old"));
    const bool full = name.last - name.first > 1;
    if (who_is || has_title(s, name) || rag_has_word_of_life(s) || (old && full))
        return RAG_KIND_PERSON;
    if (rag_asks_who(s) && !rag_asks_who_is(s))
        return RAG_KIND_THING; /* "who founded Melivane?" */
    const bool alone = rag_spoken_content(s, 0) == name.last - name.first; /* "and Mike?" */
    return full || old || (alone && !asks(s)) ? RAG_KIND_EITHER : RAG_KIND_THING;
}

/* Whether a colon, a bar or a tab stands right behind the run: the name of a field. */
static bool is_label(const rag_spoken *s, rag_run run)
{
    const anc_str rest = anc_str_sub(s->text, s->words.items[run.last - 1].end, s->text.len);
    for (size_t i = 0; i < rest.len; i++)
        if (rest.ptr[i] != ' ' && rest.ptr[i] != '*')
            return rest.ptr[i] == ':' || rest.ptr[i] == '|' || rest.ptr[i] == '\t' ||
                   rest.ptr[i] == '=';
    return false;
}

/* Whether the run begins a sentence, where any word has a capital. */
static bool begins_sentence(const rag_spoken *s, rag_run run)
{
    if (run.first == 0)
        return true;
    const anc_str gap =
        anc_str_sub(s->text, s->words.items[run.first - 1].end,
                    s->words.items[run.first].start - s->words.items[run.first - 1].end);
    return anc_str_find(gap, ANC_STR(".")) != SIZE_MAX ||
           anc_str_find(gap, ANC_STR("\n")) != SIZE_MAX;
}

bool rag_kind_told_person(const rag_spoken *s, rag_run name, bool who)
{
    if (!is_written_like_person(s, name, who) || is_label(s, name) ||
        is_before_thing_noun(s, name) || is_behind_thing_noun(s, name))
        return false;
    if (name.last - name.first > 1 || has_title(s, name))
        return true;
    const bool noun = s->language == TXT_DE; /* each has a capital */
    return who && ((!noun && !begins_sentence(s, name)) ||
                   (rag_spoken_joined(s, name.last - 1) &&
                    rag_is_any_of(rag_spoken_word(s, name.last), modals)));
}

static rag_gender gender_of_word(const rag_spoken *s, size_t i)
{
    const anc_str word = rag_spoken_word(s, i);
    return rag_is_any_of(word, masculine)  ? RAG_MASCULINE
           : rag_is_any_of(word, feminine) ? RAG_FEMININE
           : rag_is_any_of(word, plural)   ? RAG_PLURAL
                                           : RAG_GENDER_ANY;
}

rag_gender rag_gender_of(const rag_spoken *s, rag_run run)
{
    const rag_run whole = rag_spoken_with_article(s, run);
    if (whole.first < run.first)
        return gender_of_word(s, whole.first);
    if (rag_spoken_is_article(s, run.first))
        return gender_of_word(s, run.first);
    return run.first > 0 ? gender_of_word(s, run.first - 1) : RAG_GENDER_ANY;
}

rag_gender rag_gender_of_pronoun(const rag_spoken *s, size_t i)
{
    return gender_of_word(s, i);
}

bool rag_gloss_at(const rag_spoken *s, size_t i, rag_run *ret)
{
    const uint32_t end = s->words.items[i].end;
    if (!anc_str_eq(anc_str_sub(s->text, end, 2), ANC_STR(" (")) || i + 1 >= s->words.n)
        return false;
    const size_t close = anc_str_find(anc_str_sub(s->text, end, s->text.len), ANC_STR(")"));
    if (close == SIZE_MAX)
        return false;
    *ret = (rag_run){i + 1, i + 1};
    while (ret->last < s->words.n && s->words.items[ret->last].end <= end + close)
        ret->last++;
    return ret->last > ret->first;
}

/* "Volunteers", "bénévoles": many, by its end. */
static bool is_many(const rag_spoken *s, size_t i)
{
    const anc_str word = rag_spoken_word(s, i);
    return rag_spoken_is_noun(s, i) && anc_str_ends(word, ANC_STR("s")) &&
           !anc_str_ends(word, ANC_STR("ss"));
}

rag_run rag_many_within(const rag_spoken *s, rag_run phrase)
{
    size_t at = phrase.first;
    bool many = false;
    for (; at < phrase.last && !rag_spoken_is_preposition(s, at); at++)
        many |= is_many(s, at);
    for (size_t i = at + 1; !many && i < phrase.last; i++) {
        rag_run run = {i, i};
        while (run.last < phrase.last && rag_spoken_is_noun(s, run.last) &&
               !(run.last > i && is_many(s, run.last - 1)))
            run.last++;
        if (run.last > run.first && is_many(s, run.last - 1))
            return run;
    }
    return phrase;
}

/* kinds.c - what names are of: tables of nouns and verbs, and the words beside a name. */
#include "rag/domain/kinds.h"

#include "base/str.h"
#include "rag/domain/tongue.h"

#define WORD(text) ANC_STR_INIT(text)

enum { PERSON_WORDS_MAX = 4, LETTERS_OF_ACRONYM = 2 };

/* Nouns that are a part of names of things, and of labels of fields. */
static const anc_str things[] = {
    WORD("museum"),
    WORD("observatory"),
    WORD("office"),
    WORD("library"),
    WORD("university"),
    WORD("college"),
    WORD("school"),
    WORD("institute"),
    WORD("institution"),
    WORD("hospital"),
    WORD("clinic"),
    WORD("hotel"),
    WORD("church"),
    WORD("cathedral"),
    WORD("castle"),
    WORD("palace"),
    WORD("tower"),
    WORD("bridge"),
    WORD("building"),
    WORD("house"),
    WORD("hall"),
    WORD("room"),
    WORD("theatre"),
    WORD("theater"),
    WORD("gallery"),
    WORD("station"),
    WORD("airport"),
    WORD("port"),
    WORD("harbour"),
    WORD("harbor"),
    WORD("park"),
    WORD("garden"),
    WORD("gardens"),
    WORD("street"),
    WORD("road"),
    WORD("avenue"),
    WORD("square"),
    WORD("lane"),
    WORD("city"),
    WORD("town"),
    WORD("village"),
    WORD("county"),
    WORD("river"),
    WORD("lake"),
    WORD("mount"),
    WORD("mountain"),
    WORD("island"),
    WORD("islands"),
    WORD("bay"),
    WORD("valley"),
    WORD("plant"),
    WORD("factory"),
    WORD("mill"),
    WORD("mine"),
    WORD("farm"),
    WORD("company"),
    WORD("inc"),
    WORD("ltd"),
    WORD("llc"),
    WORD("gmbh"),
    WORD("corporation"),
    WORD("group"),
    WORD("society"),
    WORD("association"),
    WORD("club"),
    WORD("foundation"),
    WORD("bank"),
    WORD("fund"),
    WORD("trust"),
    WORD("agency"),
    WORD("department"),
    WORD("ministry"),
    WORD("council"),
    WORD("committee"),
    WORD("board"),
    WORD("team"),
    WORD("party"),
    WORD("union"),
    WORD("press"),
    WORD("times"),
    WORD("journal"),
    WORD("almanac"),
    WORD("prize"),
    WORD("award"),
    WORD("project"),
    WORD("program"),
    WORD("programme"),
    WORD("plan"),
    WORD("policy"),
    WORD("act"),
    WORD("law"),
    WORD("treaty"),
    WORD("war"),
    WORD("battle"),
    WORD("lab"),
    WORD("labs"),
    WORD("laboratory"),
    WORD("works"),
    WORD("studio"),
    WORD("studios"),
    WORD("shop"),
    WORD("store"),
    WORD("market"),
    WORD("restaurant"),
    WORD("name"),
    WORD("names"),
    WORD("date"),
    WORD("number"),
    WORD("code"),
    WORD("id"),
    WORD("total"),
    WORD("amount"),
    WORD("type"),
    WORD("status"),
    WORD("price"),
    WORD("quantity"),
    WORD("item"),
    WORD("product"),
    WORD("category"),
    WORD("address"),
    WORD("email"),
    WORD("phone"),
    WORD("age"),
    WORD("country"),
    WORD("state"),
    WORD("region"),
    WORD("table"),
    WORD("chapter"),
    WORD("section"),
    WORD("part"),
    WORD("centre"),
    WORD("center"),
    WORD("musée"),
    WORD("observatoire"),
    WORD("bureau"),
    WORD("bibliothèque"),
    WORD("université"),
    WORD("école"),
    WORD("lycée"),
    WORD("institut"),
    WORD("hôpital"),
    WORD("clinique"),
    WORD("hôtel"),
    WORD("église"),
    WORD("cathédrale"),
    WORD("château"),
    WORD("palais"),
    WORD("tour"),
    WORD("pont"),
    WORD("bâtiment"),
    WORD("maison"),
    WORD("salle"),
    WORD("théâtre"),
    WORD("galerie"),
    WORD("gare"),
    WORD("aéroport"),
    WORD("parc"),
    WORD("jardin"),
    WORD("rue"),
    WORD("place"),
    WORD("ville"),
    WORD("usine"),
    WORD("ferme"),
    WORD("société"),
    WORD("entreprise"),
    WORD("agence"),
    WORD("banque"),
    WORD("fondation"),
    WORD("ministère"),
    WORD("conseil"),
    WORD("atelier"),
    WORD("magasin"),
    WORD("ag"),
    WORD("kg"),
    WORD("amt"),
    WORD("firma"),
    WORD("büro"),
    WORD("bibliothek"),
    WORD("kantine"),
    WORD("empresa"),
    WORD("oficina"),
    WORD("museo"),
    WORD("biblioteca"),
    WORD("ufficio"),
    WORD("azienda"),
    WORD("escritório"),
    WORD("museu"),
    WORD("verein"),
    WORD("phare"),
    WORD("nom"),
    WORD("prénom"),
    WORD("numéro"),
    WORD("adresse"),
    WORD("pays"),
    WORD("prix"),
    WORD("montant"),
    WORD("telefonnummer"),
    WORD("telefon"),
    WORD("teléfono"),
    WORD("telefono"),
    WORD("telefone"),
    WORD("dirección"),
    WORD("indirizzo"),
    WORD("téléphone"),
};

/* What is asked of persons only. */
static const anc_str life[] = {
    WORD("born"),      WORD("died"),      WORD("die"),        WORD("marry"),
    WORD("married"),   WORD("birthday"),  WORD("birthplace"), WORD("wife"),
    WORD("husband"),   WORD("hobby"),     WORD("né"),         WORD("née"),
    WORD("nés"),       WORD("nées"),      WORD("mort"),       WORD("morte"),
    WORD("décédé"),    WORD("décédée"),   WORD("naissance"),  WORD("marié"),
    WORD("mariée"),    WORD("épouse"),    WORD("mari"),       WORD("habite"),
    WORD("vécu"),      WORD("métier"),    WORD("étudié"),     WORD("anniversaire"),
    WORD("travaille"), WORD("geboren"),   WORD("gestorben"),  WORD("verheiratet"),
    WORD("wohnt"),     WORD("nació"),     WORD("murió"),      WORD("vive"),
    WORD("nato"),      WORD("nata"),      WORD("morì"),       WORD("abita"),
    WORD("nasceu"),    WORD("morreu"),    WORD("mora"),       WORD("starb"),
    WORD("lebte"),     WORD("beruf"),     WORD("wohnen"),     WORD("wohnte"),
    WORD("gelebt"),    WORD("nacida"),    WORD("nacido"),     WORD("vivía"),
    WORD("vivió"),     WORD("profesión"), WORD("visse"),      WORD("viveva"),
    WORD("mestiere"),  WORD("habitait"),
};

static const anc_str titles[] = {
    WORD("mr"),     WORD("mrs"),      WORD("ms"),     WORD("dr"),
    WORD("mme"),    WORD("monsieur"), WORD("madame"), WORD("frau"),
    WORD("herr"),   WORD("herrn"),    WORD("señor"),  WORD("señora"),
    WORD("signor"), WORD("signora"),  WORD("senhor"), WORD("senhora"),
};

/* What may stand between a person's name and the verb. */
static const anc_str modals[] = {
    WORD("is"),   WORD("was"),    WORD("has"),  WORD("had"),  WORD("can"),
    WORD("will"), WORD("should"), WORD("must"), WORD("may"),  WORD("shall"),
    WORD("est"),  WORD("a"),      WORD("doit"), WORD("peut"), WORD("était"),
};

static const anc_str masculine[] = {WORD("le"),  WORD("un"), WORD("du"), WORD("au"),
                                    WORD("mon"), WORD("ce"), WORD("il"), WORD("celui")};
static const anc_str feminine[] = {WORD("la"),    WORD("une"),  WORD("ma"),
                                   WORD("cette"), WORD("elle"), WORD("celle")};
static const anc_str plural[] = {WORD("les"),  WORD("des"),  WORD("aux"),   WORD("mes"),
                                 WORD("ces"),  WORD("ils"),  WORD("elles"), WORD("ceux"),
                                 WORD("leur"), WORD("leurs")};

static bool among(const anc_str *list, size_t n, anc_str word)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq_nocase(list[i], word))
            return true;
    return false;
}

#define AMONG(list, word) among((list), ANC_COUNT(list), (word))

bool rag_is_thing_noun(const rag_spoken *s, size_t i)
{
    return AMONG(things, rag_spoken_word(s, i));
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
        if (old || AMONG(life, rag_spoken_word(s, i)))
            return true;
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
    static const anc_str surnames[] = {
        WORD("park"),   WORD("hall"),   WORD("lane"),   WORD("house"),  WORD("bridge"),
        WORD("church"), WORD("castle"), WORD("mill"),   WORD("lake"),   WORD("street"),
        WORD("port"),   WORD("law"),    WORD("garden"), WORD("mount"),  WORD("page"),
        WORD("bank"),   WORD("price"),  WORD("fisher"), WORD("square"), WORD("pont"),
    };
    return run.last > run.first + 1 && AMONG(surnames, rag_spoken_word(s, run.last - 1));
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
    return AMONG(titles, rag_spoken_word(s, run.first)) ||
           (run.first > 0 && AMONG(titles, rag_spoken_word(s, run.first - 1)));
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
    return who &&
           ((!noun && !begins_sentence(s, name)) ||
            (rag_spoken_joined(s, name.last - 1) && AMONG(modals, rag_spoken_word(s, name.last))));
}

static rag_gender gender_of_word(const rag_spoken *s, size_t i)
{
    const anc_str word = rag_spoken_word(s, i);
    return AMONG(masculine, word)  ? RAG_MASCULINE
           : AMONG(feminine, word) ? RAG_FEMININE
           : AMONG(plural, word)   ? RAG_PLURAL
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

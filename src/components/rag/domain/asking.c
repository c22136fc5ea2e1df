/* asking.c - tables of asking phrases: what kind of thing a question wants. */
#include "base/str.h"
#include "cues_impl.h"

enum {
    VAGUE = 1 << 15, /* how much: a number or a sum, unless the rest of the question says which */
    PRICE = 1 << 16, /* what something costs: a sum and nothing else */
};

/* Phrases of a question, lower case; all that stand in it count. */
static const cue_row asking[] = {
    ROW("how many", RAG_CUE_NUMBER),
    ROW("how much", VAGUE),
    ROW("how much is", PRICE),
    ROW("how much are", PRICE),
    ROW("what number", RAG_CUE_NUMBER),
    ROW("which number", RAG_CUE_NUMBER),
    ROW("maximum", RAG_CUE_NUMBER),
    ROW("minimum", RAG_CUE_NUMBER),
    ROW("limit", RAG_CUE_NUMBER),
    ROW("population", RAG_CUE_NUMBER),
    ROW("how far", RAG_CUE_LENGTH),
    ROW("how tall", RAG_CUE_LENGTH),
    ROW("how high", RAG_CUE_LENGTH),
    ROW("how large", RAG_CUE_NUMBER),
    ROW("how big", RAG_CUE_NUMBER),
    ROW("how old", RAG_CUE_AGE),
    ROW("how old is", RAG_CUE_YEAR),
    ROW("how old are", RAG_CUE_YEAR),
    ROW("how fast", RAG_CUE_NUMBER),
    ROW("how heavy", RAG_CUE_WEIGHT),
    ROW("weigh", RAG_CUE_WEIGHT),
    ROW("weight", RAG_CUE_WEIGHT),
    ROW("temperature", RAG_CUE_HEAT),
    ROW("cost", PRICE),
    ROW("costs", PRICE),
    ROW("price", PRICE),
    ROW("prices", PRICE),
    ROW("pay", RAG_CUE_MONEY),
    ROW("bonus", RAG_CUE_MONEY),
    ROW("spend", RAG_CUE_MONEY),
    ROW("percentage", RAG_CUE_PERCENT),
    ROW("what share", RAG_CUE_PERCENT),
    ROW("what proportion", RAG_CUE_PERCENT),
    ROW("quelle part", RAG_CUE_PERCENT),
    ROW("welcher anteil", RAG_CUE_PERCENT),
    ROW("welchen anteil", RAG_CUE_PERCENT),
    ROW("percent", RAG_CUE_PERCENT),
    ROW("discount", RAG_CUE_PERCENT),
    ROW("when", RAG_CUE_DATE),
    ROW("what date", RAG_CUE_DATE),
    ROW("which date", RAG_CUE_DATE),
    ROW("what day", RAG_CUE_DATE),
    ROW("which day", RAG_CUE_DATE),
    ROW("what time", RAG_CUE_DATE | RAG_CUE_NUMBER),
    ROW("what month", RAG_CUE_DATE),
    ROW("which month", RAG_CUE_DATE),
    ROW("what century", RAG_CUE_DATE),
    ROW("what decade", RAG_CUE_DATE),
    ROW("what year", RAG_CUE_YEAR),
    ROW("which year", RAG_CUE_YEAR),
    ROW("how long", RAG_CUE_DURATION),
    ROW("how long is the", RAG_CUE_LENGTH),
    ROW("how long is a", RAG_CUE_LENGTH),
    ROW("how often", RAG_CUE_DURATION),
    ROW("how quickly", RAG_CUE_DURATION),
    ROW("how soon", RAG_CUE_DURATION),
    ROW("length", RAG_CUE_DURATION | RAG_CUE_NUMBER),
    ROW("interval", RAG_CUE_DURATION),
    ROW("who", RAG_CUE_PERSON),
    ROW("whom", RAG_CUE_PERSON),
    ROW("whose", RAG_CUE_PERSON),
    ROW("which person", RAG_CUE_PERSON),
    ROW("where", RAG_CUE_PLACE),
    ROW("what city", RAG_CUE_PLACE | RAG_CUE_NAME),
    ROW("which city", RAG_CUE_PLACE | RAG_CUE_NAME),
    ROW("what country", RAG_CUE_PLACE | RAG_CUE_NAME),
    ROW("which country", RAG_CUE_PLACE | RAG_CUE_NAME),
    ROW("what state", RAG_CUE_PLACE | RAG_CUE_NAME),
    ROW("why", RAG_CUE_REASON),
    ROW("reason", RAG_CUE_REASON),
    ROW("cause", RAG_CUE_REASON),
    ROW("name", RAG_CUE_NAME),
    ROW("called", RAG_CUE_NAME),
    ROW("title", RAG_CUE_NAME),
    ROW("which", RAG_CUE_NAME),
    ROW("how do", RAG_CUE_MANNER),
    ROW("how can", RAG_CUE_MANNER),
    ROW("how should", RAG_CUE_MANNER),
    ROW("what should", RAG_CUE_MANNER),
    ROW("combien", VAGUE),
    ROW("combien de", RAG_CUE_NUMBER),
    ROW("combien d'", RAG_CUE_NUMBER),
    ROW("nombre", RAG_CUE_NUMBER),
    ROW("plafond", RAG_CUE_NUMBER),
    ROW("maximale", RAG_CUE_NUMBER),
    ROW("minimale", RAG_CUE_NUMBER),
    ROW("taille", RAG_CUE_NUMBER),
    ROW("portée", RAG_CUE_NUMBER),
    ROW("poids", RAG_CUE_WEIGHT),
    ROW("pèse", RAG_CUE_WEIGHT),
    ROW("pèsent", RAG_CUE_WEIGHT),
    ROW("température", RAG_CUE_HEAT),
    ROW("quel âge", RAG_CUE_AGE | RAG_CUE_YEAR),
    ROW("superficie", RAG_CUE_NUMBER),
    ROW("montant", RAG_CUE_MONEY | RAG_CUE_NUMBER),
    ROW("coûte", PRICE),
    ROW("coûtent", PRICE),
    ROW("coût", PRICE),
    ROW("prix", PRICE),
    ROW("valeur", RAG_CUE_MONEY),
    ROW("pourcentage", RAG_CUE_PERCENT),
    ROW("remise", RAG_CUE_PERCENT),
    ROW("taux", RAG_CUE_PERCENT),
    ROW("quand", RAG_CUE_DATE),
    ROW("quelle date", RAG_CUE_DATE),
    ROW("quel jour", RAG_CUE_DATE),
    ROW("quel mois", RAG_CUE_DATE),
    ROW("quel siècle", RAG_CUE_DATE),
    ROW("quelle heure", RAG_CUE_DATE | RAG_CUE_NUMBER),
    ROW("horaires", RAG_CUE_DATE | RAG_CUE_NUMBER),
    ROW("quelle année", RAG_CUE_YEAR),
    ROW("quelles années", RAG_CUE_YEAR),
    ROW("combien de temps", RAG_CUE_DURATION),
    ROW("délai", RAG_CUE_DURATION),
    ROW("durée", RAG_CUE_DURATION),
    ROW("qui", RAG_CUE_PERSON),
    ROW("où", RAG_CUE_PLACE),
    ROW("quelle ville", RAG_CUE_PLACE | RAG_CUE_NAME),
    ROW("quel pays", RAG_CUE_PLACE | RAG_CUE_NAME),
    ROW("quel endroit", RAG_CUE_PLACE),
    ROW("l'adresse de", RAG_CUE_PLACE),
    ROW("l'adresse du", RAG_CUE_PLACE),
    ROW("the address of", RAG_CUE_PLACE),
    ROW("quel lieu", RAG_CUE_PLACE),
    ROW("pourquoi", RAG_CUE_REASON),
    ROW("raison", RAG_CUE_REASON),
    ROW("nom", RAG_CUE_NAME),
    ROW("s'appelle", RAG_CUE_NAME),
    ROW("nommé", RAG_CUE_NAME),
    ROW("titre", RAG_CUE_NAME),
    ROW("comment", RAG_CUE_MANNER),
    ROW("que faire", RAG_CUE_MANNER),
    ROW("how hot", RAG_CUE_HEAT),
    ROW("how cold", RAG_CUE_HEAT),
    ROW("how warm", RAG_CUE_HEAT),
    ROW("how wide", RAG_CUE_LENGTH),
    ROW("height", RAG_CUE_LENGTH),
    ROW("width", RAG_CUE_LENGTH),
    ROW("hauteur", RAG_CUE_LENGTH),
    ROW("largeur", RAG_CUE_LENGTH),
    ROW("höhe", RAG_CUE_LENGTH),
    ROW("breite", RAG_CUE_LENGTH),
    ROW("max", RAG_CUE_NUMBER),
    ROW("min", RAG_CUE_NUMBER),
    ROW("how deep", RAG_CUE_LENGTH),
    ROW("how thick", RAG_CUE_LENGTH),
    ROW("wie viele", RAG_CUE_NUMBER),
    ROW("coûté", PRICE),
    ROW("kostet", PRICE),
    ROW("kostete", PRICE),
    ROW("cuestan", PRICE),
    ROW("costó", PRICE),
    ROW("cuesta", PRICE),
    ROW("was kostet", PRICE),
    ROW("was kosten", PRICE),
    ROW("preis", PRICE),
    ROW("wie schwer", RAG_CUE_WEIGHT),
    ROW("gewicht", RAG_CUE_WEIGHT),
    ROW("wie hoch", RAG_CUE_LENGTH | RAG_CUE_NUMBER | RAG_CUE_MONEY | RAG_CUE_PERCENT),
    ROW("wie weit", RAG_CUE_LENGTH),
    ROW("wie breit", RAG_CUE_LENGTH),
    ROW("wie alt", RAG_CUE_AGE | RAG_CUE_YEAR),
    ROW("wie lange", RAG_CUE_DURATION),
    ROW("wie oft", RAG_CUE_DURATION),
    ROW("wie heiß", RAG_CUE_HEAT),
    ROW("wie warm", RAG_CUE_HEAT),
    ROW("wie kalt", RAG_CUE_HEAT),
    ROW("wann", RAG_CUE_DATE),
    ROW("wer", RAG_CUE_PERSON),
    ROW("wem", RAG_CUE_PERSON),
    ROW("wen", RAG_CUE_PERSON),
    ROW("wo", RAG_CUE_PLACE),
    ROW("warum", RAG_CUE_REASON),
    ROW("cuántos", RAG_CUE_NUMBER),
    ROW("cuántas", RAG_CUE_NUMBER),
    ROW("cuánto cuesta", PRICE),
    ROW("cuánto pesa", RAG_CUE_WEIGHT),
    ROW("cuánto mide", RAG_CUE_LENGTH),
    ROW("cuándo", RAG_CUE_DATE),
    ROW("qué hora", RAG_CUE_DATE | RAG_CUE_NUMBER),
    ROW("che ora", RAG_CUE_DATE | RAG_CUE_NUMBER),
    ROW("que horas", RAG_CUE_DATE | RAG_CUE_NUMBER),
    ROW("wie viel uhr", RAG_CUE_DATE | RAG_CUE_NUMBER),
    ROW("quién", RAG_CUE_PERSON),
    ROW("dónde", RAG_CUE_PLACE),
    ROW("chi", RAG_CUE_PERSON),
    ROW("quando", RAG_CUE_DATE),
    ROW("dove si", RAG_CUE_PLACE),
    ROW("quanti", RAG_CUE_NUMBER),
    ROW("quante", RAG_CUE_NUMBER),
    ROW("quanto costa", PRICE),
    ROW("quanto pesa", RAG_CUE_WEIGHT),
    ROW("quanto misura", RAG_CUE_LENGTH),
    ROW("quanto mede", RAG_CUE_LENGTH),
    ROW("quem", RAG_CUE_PERSON),
    ROW("onde", RAG_CUE_PLACE),
    ROW("quantos", RAG_CUE_NUMBER),
    ROW("quantas", RAG_CUE_NUMBER),
    ROW("quanto custa", PRICE),
};

unsigned rag_cues_asked(anc_str question)
{
    unsigned cues = 0;
    for (size_t i = 0; i < ANC_COUNT(asking); i++)
        if (rag_phrase_in(question, asking[i].text))
            cues |= asking[i].cues;
    const unsigned known = cues & ~(unsigned)(VAGUE | PRICE);
    if ((cues & PRICE) != 0)
        return (known & ~(unsigned)(RAG_CUE_NUMBER | RAG_CUE_NAME | RAG_CUE_MONEY)) == 0
                   ? RAG_CUE_MONEY
                   : known | RAG_CUE_MONEY;
    return cues == VAGUE ? RAG_CUE_NUMBER | RAG_CUE_MONEY : known;
}

bool rag_cues_asks_sum(anc_str question)
{
    static const char openings[] = "how much|what does|what do|combien|was|wie viel|cuánto|quanto";
    static const char verbs[] = "cost|coûte|coûtent|coûté|kostet|kosten|kostete|cuesta|cuestan|"
                                "costó|costa|custa";
    return rag_has_phrase_of(question, openings) && rag_has_phrase_of(question, verbs);
}

bool rag_cues_is_kind(unsigned cues, anc_str word)
{
    static const cue_row kinds[] = {
        ROW("share", RAG_CUE_PERCENT),  ROW("proportion", RAG_CUE_PERCENT),
        ROW("anteil", RAG_CUE_PERCENT), ROW("old", RAG_CUE_AGE),
        ROW("âge", RAG_CUE_AGE),        ROW("trouve", RAG_CUE_PLACE),
        ROW("trouvent", RAG_CUE_PLACE), ROW("situé", RAG_CUE_PLACE),
        ROW("située", RAG_CUE_PLACE),   ROW("located", RAG_CUE_PLACE),
        ROW("situated", RAG_CUE_PLACE), ROW("adresse", RAG_CUE_PLACE),
        ROW("address", RAG_CUE_PLACE),  ROW("hot", RAG_CUE_HEAT),
        ROW("cold", RAG_CUE_HEAT),      ROW("warm", RAG_CUE_HEAT),
        ROW("wide", RAG_CUE_LENGTH),    ROW("thick", RAG_CUE_LENGTH),
        ROW("heiß", RAG_CUE_HEAT),      ROW("alt", RAG_CUE_AGE),
    };
    for (size_t i = 0; i < ANC_COUNT(kinds); i++)
        if ((kinds[i].cues & cues) != 0 && anc_str_eq_nocase(kinds[i].text, word))
            return true;
    return false;
}

bool rag_cues_is_asking(anc_str word)
{
    if (anc_str_eq_nocase(word, ANC_STR("population")))
        return false; /* it has to be told of */
    for (size_t i = 0; i < ANC_COUNT(asking); i++)
        if (anc_str_eq_nocase(asking[i].text, word))
            return true;
    return false;
}

/* measure.c - see measure_impl.h. */
#include "measure_impl.h"

#include "base/str.h"

typedef struct lists {
    const char *total, *mean;
    const char *most, *least; /* one word: "highest", "lowest" */
    const char *more, *less; /* alone, or before one of the next: "plus élevé", "least expensive" */
    const char *large, *small;
    const char *priced;    /* says that it is about what things cost */
    const char *sized;     /* how large they are */
    const char *up, *down; /* "cheaper", of several that are named with "or" between them */
    const char *difference;
    const char *holding;
} lists;

static const lists of_languages[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] =
        {"total totals totalled sum altogether", "average",
         "highest largest biggest greatest maximum priciest dearest",
         "lowest smallest minimum cheapest fewest", "most", "least", "expensive costly", "small",
         "cost costs expensive costly cheapest priciest dearest cheaper pricier dearer costlier",
         "largest biggest smallest larger bigger smaller",
         "higher larger bigger greater dearer pricier costlier", "lower smaller cheaper",
         "difference how_much_more how_much_less how_much_cheaper how_much_dearer "
         "how_much_larger how_much_higher",
         "what s which whose who is was how much it its one be value figure up"},
    [TXT_FR] = {"total totale somme", "moyenne moyen", "maximum maximale maximal",
                "minimum minimale minimal", "plus", "moins",
                "élevé élevée élevés élevées grand grande grands grandes haut haute hauts hautes "
                "cher chère chers chères",
                "petit petite petits petites bas basse faible faibles",
                "coûte coûtent coûté cher chère chers chères",
                "grand grande grands grandes petit petite petits petites", NULL, NULL, "différence",
                "quel quelle quels quelles qui qu est était combien ce tout valeur"},
    [TXT_DE] =
        {"summe gesamtsumme insgesamt zusammen gesamt total",
         "durchschnitt durchschnittlich durchschnittliche durchschnittlicher mittelwert",
         "höchste höchsten höchster höchstes größte größten größter größtes maximum "
         "teuerste teuersten teuerster teuerstes",
         "niedrigste niedrigsten niedrigster niedrigstes kleinste kleinsten kleinster "
         "kleinstes geringste geringsten geringster minimum günstigste günstigsten "
         "billigste billigsten",
         "meisten", "wenigsten", "teuer", "klein",
         "kostet kosten teuerste teuersten teuerster teuerstes günstigste günstigsten "
         "billigste billigsten teurer billiger günstiger",
         "größte größten größter größtes kleinste kleinsten kleinster kleinstes größer kleiner",
         "höher größer teurer", "niedriger kleiner billiger günstiger",
         "unterschied differenz wie_viel_mehr wie_viel_teurer wie_viel_weniger wie_viel_billiger "
         "wie_viel_größer",
         "was wer wie viel hoch welche welcher welches welchen beträgt betragen wert"},
    [TXT_ES] = {"total suma", "promedio media medio", "mayor máximo máxima", "menor mínimo mínima",
                "más", "menos",
                "alto alta altos altas grande caro cara caros caras elevado elevada",
                "bajo baja pequeño pequeña barato barata baratos baratas",
                "cuesta cuestan caro cara caros caras barato barata baratos baratas",
                "mayor menor grande pequeño pequeña", NULL, NULL,
                "diferencia cuánto_más cuánto_menos", "cuál cual quién qué cuánto cuánta valor"},
    [TXT_IT] = {"totale somma", "media medio", "maggiore massimo massima", "minore minimo minima",
                "più", "meno",
                "alto alta alti alte grande caro cara cari care elevato elevata costoso costosa",
                "basso bassa piccolo piccola economico economica",
                "costa costano caro cara cari care costoso costosa economico economica",
                "maggiore minore grande piccolo piccola", NULL, NULL,
                "differenza quanto_più quanto_meno",
                "qual quale chi quanto quanta cosa che valore"},
    [TXT_PT] = {"total soma", "média médio", "maior máximo máxima", "menor mínimo mínima", "mais",
                "menos", "alto alta altos altas grande caro cara caros caras elevado elevada",
                "baixo baixa pequeno pequena barato barata baratos baratas",
                "custa custam caro cara caros caras barato barata baratos baratas",
                "maior menor grande pequeno pequena", NULL, NULL,
                "diferença quanto_mais quanto_menos", "qual quem quanto quanta que valor"},
};

/* Words that say by themselves what is measured, in English and German; the others say "plus lourd". */
typedef struct degree {
    uint32_t pairs; /* of synonyms.h: what the column is called */
    const char *most, *least;
} degree;

static const degree degrees[] = {
    {RAG_SYNONYM_WEIGHT, "heaviest schwerste schwerster schwerstes schwersten",
     "lightest leichteste leichtester leichtestes leichtesten"},
    {RAG_SYNONYM_LENGTH, "longest längste längster längstes längsten",
     "shortest kürzeste kürzester kürzestes kürzesten"},
    {RAG_SYNONYM_HEIGHT, "tallest", NULL},
    {RAG_SYNONYM_WIDTH, "widest broadest breiteste breitester breitestes breitesten",
     "narrowest schmalste schmalster schmalstes schmalsten"},
    {RAG_SYNONYM_DEPTH, "deepest tiefste tiefster tiefstes tiefsten", "shallowest"},
    {RAG_SYNONYM_SPEED, "fastest schnellste schnellster schnellstes schnellsten",
     "slowest langsamste langsamster langsamstes langsamsten"},
};

/* Words of one kind in the question; their number, and in `used` which. */
static size_t mark(const rag_counting *c, const char *kind, bool used[RAG_COUNTING_WORDS])
{
    size_t n = 0;
    for (size_t i = 0; i < c->words.n; i++)
        if (rag_is_any_of(rag_word_text(c->text, &c->words.items[i]), kind) &&
            rag_counting_limit(c, i) == NULL) {
            used[i] = true;
            n++;
        }
    return n;
}

/* The most or the least, where the words agree on which. */
static rag_tally_says direction_of(const rag_counting *c, const lists *l, rag_measure *m)
{
    rag_measure found = *m;
    size_t up = mark(c, l->most, found.used);
    size_t down = mark(c, l->least, found.used);
    const size_t more = mark(c, l->more, found.used);
    const size_t less = mark(c, l->less, found.used);
    if (more + less > 0) {
        const size_t small = mark(c, l->small, found.used);
        (void)mark(c, l->large, found.used);
        up += small == 0 ? more : 0;
        down += small > 0 ? more : less;
        if (less > 0 && small > 0)
            return RAG_TALLY_COUNT;
    }
    if ((up > 0) == (down > 0))
        return RAG_TALLY_COUNT;
    *m = found;
    return up > 0 ? RAG_TALLY_MOST : RAG_TALLY_LEAST;
}

/* "The heaviest": of weights. */
static rag_tally_says degree_of(const rag_counting *c, rag_measure *m)
{
    for (size_t i = 0; i < ANC_COUNT(degrees); i++) {
        rag_measure found = *m;
        const size_t up = mark(c, degrees[i].most, found.used);
        const size_t down = degrees[i].least != NULL ? mark(c, degrees[i].least, found.used) : 0;
        if ((up > 0) == (down > 0))
            continue;
        found.pairs |= degrees[i].pairs;
        *m = found;
        return up > 0 ? RAG_TALLY_MOST : RAG_TALLY_LEAST;
    }
    return RAG_TALLY_COUNT;
}

/* Phrases of one kind, likewise. */
static size_t mark_phrases(const rag_counting *c, const char *phrases,
                           bool used[RAG_COUNTING_WORDS])
{
    size_t n = 0;
    for (size_t i = 0; i < c->words.n; i++) {
        const size_t words = rag_counting_phrase(c, i, phrases);
        for (size_t k = i; k < i + words; k++)
            used[k] = true;
        n += words > 0;
    }
    return n;
}

/* "Which is cheaper, Oak or Elm?" */
static rag_tally_says comparison_of(const rag_counting *c, const lists *l, rag_measure *m)
{
    rag_measure found = *m;
    bool either = false;
    for (size_t i = 0; i < c->words.n; i++)
        either = either || rag_is_any_of(rag_word_text(c->text, &c->words.items[i]), "or oder");
    const size_t up = l->up != NULL ? mark(c, l->up, found.used) : 0;
    const size_t down = l->down != NULL ? mark(c, l->down, found.used) : 0;
    if (!either || (up > 0) == (down > 0))
        return RAG_TALLY_COUNT;
    found.compares = true;
    *m = found;
    return up > 0 ? RAG_TALLY_MOST : RAG_TALLY_LEAST;
}

/* What comes first or last is asked by these very words: the "most" of "most recent". */
static bool is_order(const rag_measure *m, const rag_measure *order)
{
    bool within = true;
    for (size_t i = 0; i < RAG_COUNTING_WORDS; i++)
        within = within && (!m->used[i] || order->used[i]);
    return order->says != RAG_TALLY_COUNT && (m->says == RAG_TALLY_COUNT || within);
}

/* What is asked for in one language. Which rows have a total is no question for one. */
static void read_in(const rag_counting *c, const lists *l, rag_measure *m)
{
    rag_measure order;
    *m = (rag_measure){.says = RAG_TALLY_COUNT};
    if (mark_phrases(c, l->difference, m->used) > 0) {
        m->says = RAG_TALLY_DIFFERENCE;
        (void)mark(c, "between zwischen entre tra fra", m->used);
    }
    if (m->says == RAG_TALLY_COUNT)
        m->says = direction_of(c, l, m);
    if (m->says == RAG_TALLY_COUNT)
        m->says = degree_of(c, m);
    if (m->says == RAG_TALLY_COUNT)
        m->says = comparison_of(c, l, m);
    if (m->says == RAG_TALLY_COUNT && c->kind != RAG_LISTS && mark(c, l->mean, m->used) > 0)
        m->says = RAG_TALLY_MEAN;
    else if (m->says == RAG_TALLY_COUNT && c->kind != RAG_LISTS && mark(c, l->total, m->used) > 0)
        m->says = RAG_TALLY_TOTAL;
    m->prices = m->says != RAG_TALLY_COUNT && mark(c, l->priced, m->used) > 0;
    if (m->says != RAG_TALLY_COUNT && mark(c, l->sized, m->used) > 0)
        m->pairs |= RAG_SYNONYM_SIZE;
    rag_order_read(c, (txt_language)(l - of_languages), &order);
    if (is_order(m, &order))
        *m = order;
}

/* The same in another language than that of `c`, which becomes it where something is measured: its words are others. */
static anc_status read_anew(anc_arena *mem, rag_counting *c, txt_language in, rag_measure *ret,
                            anc_err *err)
{
    rag_counting other = *c;
    other.language = in;
    ANC_TRY(rag_plain_words(mem, other.text, in, &other.words, err));
    rag_limits_read(&other);
    if (other.words.n > RAG_COUNTING_WORDS)
        *ret = (rag_measure){.says = RAG_TALLY_COUNT};
    else
        read_in(&other, &of_languages[in], ret);
    if (ret->says != RAG_TALLY_COUNT)
        *c = other;
    return ANC_OK;
}

anc_status rag_measure_read(anc_arena *mem, rag_counting *c, rag_measure *ret, anc_err *err)
{
    const txt_language own = c->language;
    txt_language in = own;
    *ret = (rag_measure){.says = RAG_TALLY_COUNT};
    if (c->words.n > RAG_COUNTING_WORDS)
        return ANC_OK;
    if (c->first < c->words.n && !c->lists) {
        const char *total = of_languages[own].total;
        ret->sums = total != NULL && mark(c, total, ret->used) > 0;
        return ANC_OK;
    }
    for (int l = -1; l < TXT_LANGUAGE_COUNT && ret->says == RAG_TALLY_COUNT; l++) {
        in = l < 0 ? own : (txt_language)l;
        if (of_languages[in].total != NULL)
            read_in(c, &of_languages[in], ret);
    }
    if (ret->says == RAG_TALLY_COUNT) {
        rag_counting_read_bare(c);
        return ANC_OK;
    }
    return in == own ? ANC_OK : read_anew(mem, c, in, ret, err);
}

bool rag_measure_holds(const rag_counting *c, size_t i)
{
    const anc_str word = rag_word_text(c->text, &c->words.items[i]);
    if (rag_is_any_of(word, "per"))
        return false; /* "the total per customer" is several */
    return rag_counting_holds(c, i) || rag_is_any_of(word, of_languages[c->language].holding);
}

bool rag_measure_ranks(anc_str question, rag_words words, txt_language language)
{
    const lists *l = &of_languages[language];
    if (l->total == NULL)
        return false;
    for (size_t i = 0; i < words.n; i++) {
        const anc_str word = rag_word_text(question, &words.items[i]);
        if (rag_is_any_of(word, l->most) || rag_is_any_of(word, l->least) ||
            rag_is_any_of(word, l->more) || rag_is_any_of(word, l->less))
            return true;
        for (size_t k = 0; k < ANC_COUNT(degrees); k++)
            if (rag_is_any_of(word, degrees[k].most) ||
                (degrees[k].least != NULL && rag_is_any_of(word, degrees[k].least)))
                return true;
    }
    return false;
}

bool rag_measure_differs(const rag_counting *c)
{
    bool used[RAG_COUNTING_WORDS] = {false};
    const lists *l = &of_languages[c->language];
    return l->difference != NULL && c->words.n <= RAG_COUNTING_WORDS &&
           mark_phrases(c, l->difference, used) > 0;
}

bool rag_measure_is_price(anc_str word)
{
    return rag_is_any_of(word,
                         "price prices cost costs amount fee fees prix coût coûts tarif montant "
                         "preis preise kosten betrag gebühr precio precios coste costo importe "
                         "tarifa prezzo prezzi costi importo tariffa preço preços custo custos");
}

bool rag_measure_is_number(anc_str word)
{
    return rag_is_any_of(word,
                         "number numbers no nr id nombre numéro numéros nummer nummern anzahl "
                         "número números numero numeri code codes year jahr année año anno ano");
}

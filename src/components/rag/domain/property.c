/* property.c - a year, a weight, a width, a depth or a height that is asked for has to be told as one: neither "leave a clearance
 * of 15 cm" to how wide a mixer is, nor the number of its hotline to the year in which it was made. In English, French, German,
 * Spanish, Italian, Portuguese.
 */
#include "base/str.h"
#include "cues_impl.h"
#include "extract_impl.h"
#include "rag/domain/spoken.h"
#include "rag/domain/times.h"

/* ---- a year ------------------------------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

bool rag_asks_year(anc_str question)
{
    static const char asking[] =
        "which year|what year|quelle année|quelle annee|welchem jahr|welches jahr|"
        "che anno|quale anno|qué año|cuál año|que ano|qual ano|qual o ano";
    static const char other[] = "year of study|year of school|year of the|which year group|"
                                "what year group|year class";
    return rag_has_phrase_of(question, asking) && !rag_has_phrase_of(question, other);
}

bool rag_is_deed_of_year(anc_str word)
{
    static const char deeds[] =
        "founded established built opened "
        "fondé fondée construit construite ouvert ouverte créé créée "
        "gegründet gebaut erbaut eröffnet "
        "fundó fundada fundado construyó construido construida abrió inauguró "
        "fondata fondato costruita costruito aperta aperto inaugurata inaugurato "
        "fundou construída construído abriu inaugurou";
    return rag_is_any_of(word, deeds);
}

/* Whether text ends, or begins, with a letter of a word: no dash, quotation mark or blank that does not break. */
static bool ends_in_letter(anc_str text)
{
    enum { SIGN = 3 }; /* bytes of U+2000 to U+207F */
    if (text.len == 0 || !is_letter(text.ptr[text.len - 1]))
        return false;
    return !(text.len >= SIGN &&
             anc_str_starts(anc_str_sub(text, text.len - SIGN, SIGN), ANC_STR("\xe2\x80"))) &&
           !(text.len > 1 && text.ptr[text.len - 2] == '\xc2');
}

static bool begins_with_letter(anc_str text)
{
    return text.len > 0 && is_letter(text.ptr[0]) && text.ptr[0] != '\xe2' && text.ptr[0] != '\xc2';
}

/* Whether the digits [from, end) are a group of a longer number beside others: "960", neither a year nor "20th". */
static bool is_group(anc_str text, size_t from, size_t end)
{
    enum { LEAST = 2 };
    return end - from >= LEAST && rag_year_of(anc_str_sub(text, from, end - from)) == 0 &&
           !begins_with_letter(anc_str_sub(text, end, text.len));
}

/* Whether the digits [at, end) stand in a row of groups of digits: "1632 960 417". */
static bool is_among_groups(anc_str text, size_t at, size_t end)
{
    enum { LONG = 3 }; /* "12 1990" may be a day of a month */
    size_t from = at > 0 ? at - 1 : at;
    while (from > 0 && is_digit(text.ptr[from - 1]))
        from--;
    size_t to = end < text.len ? end + 1 : end;
    while (to < text.len && is_digit(text.ptr[to]))
        to++;
    return (at > LONG && text.ptr[at - 1] == ' ' && at - 1 - from >= LONG &&
            is_group(text, from, at - 1)) ||
           (to > end + 1 && text.ptr[end] == ' ' && is_group(text, end + 1, to));
}

/* Whether the digits [at, end) may be a year by what stands around them: neither a part of a number ("1632 960 417", "1250.50"),
 * nor a sum, nor a part of a code. */
static bool stands_as_year(anc_str text, size_t at, size_t end)
{
    const anc_str before = anc_str_sub(text, 0, at);
    const anc_str behind = anc_str_sub(text, end, text.len);
    const char last = at > 0 ? text.ptr[at - 1] : ' ';
    const char next = behind.len > 0 ? behind.ptr[0] : ' ';
    const bool more = behind.len > 1 && is_digit(behind.ptr[1]);
    static const char *const signs[] = {"$", "#", "£", "€", "£ ", "€ "};
    for (size_t k = 0; k < ANC_COUNT(signs); k++)
        if (anc_str_ends(before, anc_str_of(signs[k])))
            return false;
    if (at > 1 && ((last == ',' && is_digit(text.ptr[at - 2])) ||
                   (last == '-' && is_letter(text.ptr[at - 2]))))
        return false;
    return !is_among_groups(text, at, end) && !ends_in_letter(before) &&
           !((next == ',' || next == '.') && more) && next != '%' &&
           !anc_str_starts(behind, ANC_STR("€")) && !(begins_with_letter(behind) && next != 's');
}

/* "1500 kg", "2000 euros". */
static bool goes_with_unit(anc_str text, size_t end)
{
    static const char money[] =
        "euro euros eur pound pounds dollar dollars usd gbp chf franken francs percent";
    size_t from = end;
    while (from < text.len && text.ptr[from] == ' ')
        from++;
    size_t to = from;
    while (to < text.len && is_letter(text.ptr[to]))
        to++;
    const anc_str word = anc_str_sub(text, from, to - from);
    return from > end && (rag_cues_of_unit(word) != 0 || rag_is_any_of(word, money) ||
                          anc_str_starts(anc_str_sub(text, from, 3), ANC_STR("€")));
}

/* "In 911", "im Jahr 476": of three digits only behind a word that says so. */
static bool is_early_year(anc_str text, size_t at)
{
    static const char before[] = "in year en l'an im jahr jahre nel anno el año em no ano ad";
    size_t end = at;
    while (end > 0 && text.ptr[end - 1] == ' ')
        end--;
    size_t from = end;
    while (from > 0 && (is_letter(text.ptr[from - 1]) || text.ptr[from - 1] == '\''))
        from--;
    return end < at && rag_is_any_of(anc_str_sub(text, from, end - from), before);
}

static bool has_year(anc_str text)
{
    enum { DIGITS = 4, EARLY = 3 };
    if (rag_has_phrase_of(text, "bc|bce|b.c.|av. j.-c.|v. chr.|a. c.|a.c."))
        return true; /* "the 2nd century BCE" */
    for (size_t i = 0; i < text.len; i++) {
        size_t end = i;
        while (end < text.len && is_digit(text.ptr[end]))
            end++;
        if (end == i)
            continue;
        const anc_str run = anc_str_sub(text, i, end - i);
        const bool may = (run.len == DIGITS && rag_year_of(run) != 0) ||
                         (run.len == EARLY && is_early_year(text, i));
        if (may && stands_as_year(text, i, end) && !goes_with_unit(text, end))
            return true;
        i = end;
    }
    return false;
}

/* Whether unit i names a month: the year of "on 12 March" may stand in the title. */
static bool has_month(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const anc_str text = x->passages[u->passage].text;
    for (size_t w = u->first; w < u->last; w++)
        if (rag_month_of(rag_word_text(text, &x->units.words[u->passage].items[w]), false) != 0)
            return true;
    return false;
}

static bool lacks_year(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_passage *p = &x->passages[u->passage];
    if (!rag_asks_year(x->terms.question) || has_year(rag_unit_text(u, x->passages)) ||
        has_year(x->views[i].heading) || has_year(p->heading))
        return false;
    if (u->cells > 0 && has_year(rag_unit_columns(&x->units, u, x->passages)))
        return false;
    return !((u->cells > 0 || has_month(x, i)) && has_year(p->title));
}

/* ---- a measure --------------------------------------------------------------------------------- */

typedef enum measure {
    WEIGHT,
    WIDTH,
    DEPTH,
    HEIGHT,
    ASKED, /* so many may be asked for */
    OTHER = ASKED,
    MEASURES
} measure;

static const char *const asking[ASKED] = {
    [WEIGHT] = "how heavy is|how heavy are|how heavy was|weigh|weight of|the weight|'s weight|"
               "combien pèse|combien pèsent|le poids|son poids|"
               "wie schwer ist|wie schwer sind|wie viel wiegt|wie viel wiegen|was wiegt|gewicht|"
               "cuánto pesa|cuánto pesan|el peso|quanto pesa|quanto pesano|quanto pesam|il peso|"
               "o peso",
    [WIDTH] = "how wide is|how wide are|how wide was|how broad is|the width|width of|"
              "la largeur|quelle largeur|wie breit ist|wie breit sind|breite|"
              "la anchura|qué anchura|qué ancho|el ancho|"
              "quanto è largo|quanto è larga|la larghezza|a largura|que largura",
    [DEPTH] = "how deep is|how deep are|how deep was|the depth|depth of|"
              "la profondeur|quelle profondeur|wie tief ist|wie tief sind|tiefe|"
              "la profundidad|qué profundidad|"
              "quanto è profondo|quanto è profonda|la profondità|a profundidade|que profundidade",
    [HEIGHT] = "how tall is|how tall are|how tall was|how high is|how high are|how high was|"
               "the height|height of|la hauteur|quelle hauteur|"
               "wie hoch ist|wie hoch sind|höhe|la altura|qué altura|"
               "quanto è alto|quanto è alta|l'altezza|a altura|que altura",
};

/* What is asked so is allowed, and need not be. */
static const char limits[] =
    "maximum|minimum|max|min|most|least|limit|may|can|must|should|allowed|permitted|"
    "maximal|maximale|minimal|minimale|peut|doit|höchst|darf|dürfen|kann|muss|"
    "máximo|máxima|mínimo|mínima|puede|debe|massimo|massima|minimo|minima|può|deve|pode";

typedef struct lexicon {
    txt_language language;
    const char *words[MEASURES];
} lexicon;

static const lexicon lexicons[] = {
    {TXT_EN,
     {[WEIGHT] = "weigh weighs weighed weighing weight weights heavy heavier heaviest mass tonnage "
                 "tare",
      [WIDTH] = "wide wider widest width widths broad breadth across beam gauge diameter span",
      [DEPTH] = "deep deeper deepest depth depths below beneath",
      [HEIGHT] = "high higher highest height heights tall taller tallest stand stands stood rise "
                 "rises rose rising reach reaches reached grow grows altitude elevation elevated "
                 "above upright",
      [OTHER] = "long length longer away distance apart from clearance gap diameter radius load "
                "capacity payload thick"}},
    {TXT_FR,
     {[WEIGHT] = "pèse pèsent pesait pesaient peser pesant poids masse lourd lourde",
      [WIDTH] = "large larges largeur largeurs envergure",
      [DEPTH] = "profond profonde profonds profondes profondeur profondeurs",
      [HEIGHT] = "haut haute hauts hautes hauteur hauteurs altitude élève dresse culmine atteint "
                 "mesure mesurait",
      [OTHER] = "long longue longueur distance distant éloigné diamètre charge capacité épais "
                "épaisseur"}},
    {TXT_DE,
     {[WEIGHT] = "wiegt wiegen wog gewicht schwer schwere schweres schwerer",
      [WIDTH] = "breit breite breiter breites breiten",
      [DEPTH] = "tief tiefe tiefer tiefes tiefen",
      [HEIGHT] = "hoch hohe hoher hohes hohen höhe ragt misst erhebt erreicht",
      [OTHER] = "lang lange langer länge entfernt entfernung abstand durchmesser traglast nutzlast "
                "weit dick"}},
    {TXT_ES,
     {[WEIGHT] = "pesa pesan pesaba pesar peso masa pesado pesada",
      [WIDTH] = "ancho ancha anchos anchas anchura",
      [DEPTH] = "profundo profunda profundidad hondo honda fondo calado",
      [HEIGHT] = "alto alta altos altas altura altitud eleva alza alcanza mide medía",
      [OTHER] = "largo larga longitud distancia diámetro carga capacidad grosor"}},
    {TXT_IT,
     {[WEIGHT] = "pesa pesano pesava pesare peso massa pesante",
      [WIDTH] = "largo larga larghi larghe larghezza",
      [DEPTH] = "profondo profonda profondi profonde profondità",
      [HEIGHT] = "alto alta alti alte altezza altitudine eleva innalza raggiunge misura misurava",
      [OTHER] = "lungo lunga lunghezza distanza dista diametro carico portata capacità spessore"}},
    {TXT_PT,
     {[WEIGHT] = "pesa pesam pesava pesar peso massa pesado pesada",
      [WIDTH] = "largo larga largos largas largura",
      [DEPTH] = "profundo profunda profundidade fundo funda",
      [HEIGHT] = "alto alta altos altas altura altitude ergue eleva atinge mede media",
      [OTHER] = "comprido comprida comprimento distância diâmetro carga capacidade espessura"}},
};

/* "Bauhöhe", "Leergewicht". */
static bool is_german_compound(measure m, anc_str word)
{
    static const char *const ends[ASKED] = {"gewicht", "breite", "tiefe", "höhe"};
    return m < ASKED && anc_str_ends(word, anc_str_of(ends[m]));
}

/* Whether a word is of measure `m` in the language of the question or the passage; `any`: in one of the six. */
static bool is_of_measure(const rag_extraction *x, size_t passage, measure m, anc_str word,
                          bool any)
{
    txt_language own;
    if (!txt_language_find(x->passages[passage].language, &own))
        own = x->read_as;
    any |= own == TXT_UND;
    for (size_t k = 0; k < ANC_COUNT(lexicons); k++) {
        const txt_language language = lexicons[k].language;
        if ((any || language == own || language == x->read_as) &&
            (rag_is_any_of(word, lexicons[k].words[m]) ||
             (language == TXT_DE && is_german_compound(m, word))))
            return true;
    }
    return false;
}

static bool has_word_of(const rag_extraction *x, size_t passage, measure m, anc_str text,
                        rag_words words, size_t first, size_t last, bool any)
{
    for (size_t w = first; w < last; w++)
        if (is_of_measure(x, passage, m, rag_word_text(text, &words.items[w]), any))
            return true;
    return false;
}

/* "60 x 45 x 85 cm", "Abmessungen": all three lengths. */
static bool tells_size(const rag_extraction *x, const rag_unit *u)
{
    static const char words[] =
        "x dimension dimensions dimensiones dimensioni dimensões size maße abmessungen medidas "
        "misure";
    const anc_str text = x->passages[u->passage].text;
    for (size_t w = u->first; w < u->last; w++) {
        const rag_word *word = &x->units.words[u->passage].items[w];
        const anc_str said = rag_word_text(text, word);
        if (rag_is_any_of(said, words) ||
            (word->digits && anc_str_find(said, ANC_STR("x")) != SIZE_MAX))
            return true;
    }
    return anc_str_find(rag_unit_text(u, x->passages), ANC_STR("×")) != SIZE_MAX;
}

/* Whether unit i, what stands over it, or the names of its columns have a word of the measure. */
static bool names_measure(const rag_extraction *x, size_t i, measure m)
{
    const rag_unit *u = &x->units.items[i];
    const rag_passage *p = &x->passages[u->passage];
    const rag_words words = x->units.words[u->passage];
    const rag_words *over = x->over_words[u->passage];
    const bool listed = u->cells > 0 || u->card;
    const anc_str heading = x->views[i].heading;
    if (has_word_of(x, u->passage, m, p->text, words, u->first, u->last, listed) ||
        (m != WEIGHT && tells_size(x, u)) ||
        has_word_of(x, u->passage, m, p->heading, over[RAG_OVER_HEADING], 0,
                    over[RAG_OVER_HEADING].n, true) ||
        (listed && has_word_of(x, u->passage, m, p->title, over[RAG_OVER_TITLE], 0,
                               over[RAG_OVER_TITLE].n, true)) ||
        (u->cells > 0 && has_word_of(x, u->passage, m, p->columns, over[RAG_OVER_COLUMNS], 0,
                                     over[RAG_OVER_COLUMNS].n, true)))
        return true;
    const uint32_t above[] = {u->head, u->columns};
    for (size_t k = 0; k < ANC_COUNT(above); k++)
        if (above[k] != RAG_NO_UNIT &&
            has_word_of(x, u->passage, m, p->text, words, x->units.items[above[k]].first,
                        x->units.items[above[k]].last, true))
            return true;
    if (heading.len == 0 || heading.ptr < p->text.ptr || heading.ptr >= p->text.ptr + p->text.len)
        return false;
    const size_t start = (size_t)(heading.ptr - p->text.ptr);
    return has_word_of(x, u->passage, m, p->text, words, rag_words_at(words, start),
                       rag_words_at(words, start + heading.len), true);
}

/* Whether word `w` is a figure of that kind (RAG_CUE_WEIGHT, RAG_CUE_LENGTH); the word behind its unit. */
static bool is_figure(const rag_spoken *s, size_t w, size_t last, unsigned cue, size_t *ret_behind)
{
    const rag_word *word = &s->words.items[w];
    const anc_str said = rag_word_text(s->text, word);
    size_t digits = 0;
    while (digits < said.len &&
           (is_digit(said.ptr[digits]) || said.ptr[digits] == '.' || said.ptr[digits] == ','))
        digits++;
    *ret_behind = w + 1;
    if (word->digits && digits < said.len) /* "12kg" */
        return (rag_cues_of_unit(anc_str_sub(said, digits, said.len)) & cue) != 0;
    *ret_behind = w + 2;
    return (word->digits || rag_cues_is_number(said)) && w + 1 < last &&
           (rag_cues_of_unit(rag_word_text(s->text, &s->words.items[w + 1])) & cue) != 0;
}

/* "45 kg de pellets", "25 kg Teig": so much of something. */
static bool is_amount_of(const rag_extraction *x, size_t passage, const rag_spoken *s,
                         size_t behind, size_t last)
{
    size_t next = behind;
    if (behind >= last)
        return false;
    const rag_word *word = &s->words.items[behind];
    const bool joined =
        anc_str_eq(anc_str_sub(s->text, word[-1].end, word->start - word[-1].end), ANC_STR(" "));
    const bool german = s->language == TXT_DE && word->capital && !word->stop;
    if (!joined || (!german && !rag_spoken_is_of(s, behind)))
        return false;
    if (!german)
        next++;
    while (next < last && rag_spoken_is_article(s, next))
        next++;
    return next < last && !s->words.items[next].stop && !s->words.items[next].digits &&
           !is_of_measure(x, passage, WEIGHT, rag_spoken_word(s, next), true);
}

/* "3.9 kg per hour". */
static bool is_rate(const rag_spoken *s, size_t behind, size_t last)
{
    return behind < last && rag_is_any_of(rag_spoken_word(s, behind), "per par pro je por");
}

/* "Is 40 m", "est d'environ 40 m", "ist rund 40 m". */
static bool is_behind_copula(const rag_spoken *s, size_t first, size_t w)
{
    static const char copulas[] = "is are was were est sont était ist sind war es son era "
                                  "è sono é são";
    static const char nearly[] =
        "about around approximately roughly only just over nearly almost some exactly now "
        "environ presque exactement de d rund etwa ca circa ungefähr genau knapp "
        "unos unas casi cerca aproximadamente exactamente quasi quase";
    while (w > first &&
           (s->words.items[w - 1].digits || rag_is_any_of(rag_spoken_word(s, w - 1), nearly)))
        w--;
    return w > first && rag_is_any_of(rag_spoken_word(s, w - 1), copulas);
}

/* Whether it says of something else how long, far or heavy that is; "the gap is 2 cm" is what was asked of the gap. */
static bool is_of_other_measure(const rag_extraction *x, const rag_unit *u, measure asked)
{
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    for (size_t w = u->first; w < u->last; w++) {
        if (rag_terms_in(&x->terms, words, w, w + 1) != 0)
            continue;
        for (measure m = 0; m < MEASURES; m++)
            if (m != asked &&
                is_of_measure(x, u->passage, m, rag_word_text(text, &words.items[w]), false))
                return true;
    }
    return false;
}

/* Whether a sum, a share or a temperature is told, or what something comes to ("die Reichweite beträgt 300 m"): "wie hoch ist"
 * asks for each of them. */
static bool is_high_otherwise(const rag_extraction *x, const rag_unit *u)
{
    static const char verbs[] = "beträgt betragen betrug betrugen";
    const unsigned others = RAG_CUE_MONEY | RAG_CUE_PERCENT | RAG_CUE_HEAT;
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    for (size_t w = u->first; w < u->last; w++)
        if (rag_is_any_of(rag_word_text(text, &words.items[w]), verbs))
            return true;
    return ((rag_cues_signs(rag_unit_text(u, x->passages)) |
             rag_cues_held(text, words, u->first, u->last, x->terms.asked)) &
            others) != 0;
}

/* Whether unit i has figures of that kind, and tells none of them as the measure. */
static bool is_told_as_other(const rag_extraction *x, size_t i, measure m)
{
    const unsigned cue = m == WEIGHT ? RAG_CUE_WEIGHT : RAG_CUE_LENGTH;
    const rag_unit *u = &x->units.items[i];
    const rag_spoken s = {x->passages[u->passage].text, x->read_as, x->units.words[u->passage]};
    const bool named = names_measure(x, i, m);
    const bool bare = u->cells == 0 && !u->card && !named && !is_of_other_measure(x, u, m);
    size_t figures = 0, behind;
    if (m == HEIGHT && is_high_otherwise(x, u))
        return false;
    for (size_t w = u->first; w < u->last; w++) {
        if (!is_figure(&s, w, u->last, cue, &behind))
            continue;
        figures++;
        if (m == WEIGHT && is_amount_of(x, u->passage, &s, behind, u->last))
            continue;
        if (named || (bare && is_behind_copula(&s, u->first, w) && !is_rate(&s, behind, u->last)))
            return false;
    }
    return figures > 0;
}

/* The measure that is asked for and nothing else; ASKED: none is. */
static measure measure_asked(const rag_terms *terms)
{
    const unsigned other = RAG_CUE_PERSON | RAG_CUE_NAME | RAG_CUE_DATE | RAG_CUE_YEAR |
                           RAG_CUE_PLACE | RAG_CUE_REASON | RAG_CUE_DURATION;
    measure asked = ASKED;
    if ((terms->cues & (RAG_CUE_WEIGHT | RAG_CUE_LENGTH)) == 0 || (terms->cues & other) != 0 ||
        rag_has_phrase_of(terms->question, limits))
        return ASKED;
    for (measure m = 0; m < ASKED; m++)
        if (rag_has_phrase_of(terms->question, asking[m])) {
            if (asked != ASKED)
                return ASKED;
            asked = m;
        }
    return asked;
}

bool rag_is_property_untold(const rag_extraction *x, size_t i)
{
    const measure asked = measure_asked(&x->terms);
    return lacks_year(x, i) || (asked != ASKED && is_told_as_other(x, i, asked));
}

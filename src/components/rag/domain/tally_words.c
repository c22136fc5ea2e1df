/* tally_words.c - the words of six languages that a question which counts is held together by. */

#include "base/str.h"
#include "rag/domain/question_words.h"
#include "rag/domain/tally.h"
#include "tally_impl.h"

typedef struct lists {
    const char *how_many; /* one word, or two with "_" between them */
    const char
        *which; /* asks for the rows themselves, of several at once where the language says so */
    const char *holding; /* articles, "are", "there", "in the table" */
    const char *placing; /* of those: in, of */
    const char *rows;
    const char *who;      /* asks for rows of whatever kind */
    const char *dwelling; /* somebody is there: "works in Lyon" */
    const char *sources;  /* "from Nordlicht" */
} lists;

/* No word that could change what is counted is among those that hold: not "from", "to", "by", "per", "before", "or", "not". */
static const lists of_languages[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = {"how_many", "which list name",
                "the a an of in on at within are is was were there we you they do does have has "
                "exist exists listed recorded shown currently now total altogether all our my your "
                "that which with whose marked as for table sheet spreadsheet worksheet file list "
                "document status column",
                "of in on within", "rows row records record entries entry lines line", "who what",
                "work works working take takes place held", "from by"},
    [TXT_FR] = {"combien_de combien_d combien", "quels quelles liste listez",
                "le la les l un une de du des d dans en sur au aux à est sont était étaient y a t "
                "il il nous vous ils elles ont avons avez existe existent trouve trouvent se "
                "indiqué indiqués actuellement total tous toutes nos mes vos qui que avec dont "
                "marqué marqués marquée marquées comme pour tableau table feuille onglet fichier "
                "liste document statut colonne",
                "de du des d dans en sur", "lignes ligne enregistrements entrées", "qui",
                "travaille travaillent lieu", "par"},
    [TXT_DE] = {"wie_viele", "welche liste",
                "der die das den dem des ein eine einen einem einer von vom in im auf an am sind "
                "ist war waren gibt es wir ihr sie haben hat habt stehen steht derzeit aktuell "
                "insgesamt alle allen unsere unserer meine mit deren dessen als für tabelle blatt "
                "tabellenblatt datei liste dokument status spalte",
                "von vom in im auf", "zeilen zeile einträge datensätze", "wer was",
                "arbeitet arbeiten findet finden statt", "aus durch"},
    [TXT_ES] = {"cuántos cuántas cuantos cuantas", "qué cuáles lista liste",
                "el la los las un una de del en sobre al es son está están era eran hay tenemos "
                "tienen tiene existen figuran actualmente total todos todas nuestros nuestras mis "
                "que con cuyo cuya cuyos cuyas como para tabla hoja archivo fichero lista "
                "documento estado columna",
                "de del en sobre", "filas fila registros entradas", "quién quiénes",
                "trabaja trabajan", "por"},
    [TXT_IT] = {"quanti quante", "quali elenca",
                "il lo la i gli le l un una di del della dei delle degli dell nel nella nei nelle "
                "nell in su sul sulla è sono era erano ci c abbiamo hanno ha esistono attualmente "
                "totale tutti tutte nostri nostre miei che con cui come per tabella foglio file "
                "elenco lista documento stato colonna",
                "di del della dei delle degli dell nel nella nei nelle nell in su sul sulla",
                "righe riga record voci", "chi", "lavora lavorano", "da dal dalla"},
    [TXT_PT] = {"quantos quantas", "quais liste",
                "o a os as um uma de do da dos das em no na nos nas ao é são está estão era eram "
                "há temos têm tem existem constam atualmente total todos todas nossos nossas meus "
                "que com cujo cuja como para tabela folha planilha arquivo ficheiro lista "
                "documento estado coluna",
                "de do da dos das em no na nos nas", "linhas linha registros registos entradas",
                "quem", "trabalha trabalham", "por"},
};

static const lists *lists_of(txt_language language)
{
    return of_languages[language].how_many != NULL ? &of_languages[language]
                                                   : &of_languages[TXT_EN];
}

static anc_str word_at(const rag_counting *c, size_t i)
{
    return i < c->words.n ? rag_word_text(c->text, &c->words.items[i]) : ANC_STR("");
}

bool rag_counting_holds(const rag_counting *c, size_t i)
{
    return rag_is_any_of(word_at(c, i), lists_of(c->language)->holding);
}

bool rag_counting_places(const rag_counting *c, size_t i)
{
    return rag_is_any_of(word_at(c, i), lists_of(c->language)->placing);
}

bool rag_counting_dwells(const rag_counting *c, size_t i)
{
    return rag_is_any_of(word_at(c, i), lists_of(c->language)->dwelling);
}

bool rag_counting_sources(const rag_counting *c, size_t i)
{
    return rag_is_any_of(word_at(c, i), lists_of(c->language)->sources);
}

const rag_limit *rag_counting_limit(const rag_counting *c, size_t i)
{
    for (size_t k = 0; k < c->n_limits; k++)
        if (i >= c->limits[k].first && i < c->limits[k].last)
            return &c->limits[k];
    return NULL;
}

bool rag_counting_joins(const rag_counting *c, size_t i)
{
    static const char *const of_each[TXT_LANGUAGE_COUNT] = {
        [TXT_EN] = "or and than", [TXT_FR] = "ou et que",    [TXT_DE] = "oder und als",
        [TXT_ES] = "o u y e que", [TXT_IT] = "o od e ed di", [TXT_PT] = "ou e que",
    };
    const char *words = of_each[c->language];
    return rag_is_any_of(word_at(c, i), words != NULL ? words : of_each[TXT_EN]);
}

bool rag_counting_is_plural(const rag_counting *c, size_t i)
{
    return rag_is_any_of(word_at(c, i), "are were sont étaient sind waren son eran sono erano são "
                                        "eram");
}

bool rag_counting_is_rows(const rag_counting *c, size_t i)
{
    return rag_is_any_of(word_at(c, i), lists_of(c->language)->rows);
}

bool rag_tally_denies(anc_str word)
{
    return rag_is_any_of(
        word, "not non no pas nicht nie kein keine ohne sans sin senza sem never jamais nunca "
              "mai não without");
}

bool rag_tally_is_quantity(anc_str word)
{
    return rag_is_any_of(word,
                         "quantity quantities qty count counts stock units pieces copies "
                         "seats headcount inventory quantité quantités effectif effectifs "
                         "exemplaires unités pièces anzahl menge mengen bestand stück stückzahl "
                         "exemplare cantidad cantidades existencias unidades piezas quantità "
                         "pezzi scorte giacenza quantidade quantidades estoque peças");
}

bool rag_tally_is_destination(const rag_tally_column *c)
{
    for (size_t i = 0; i < c->words.n; i++)
        if (rag_is_any_of(rag_word_text(c->name, &c->words.items[i]),
                          "to destination arrival recipient receiver addressee nach ziel zielort "
                          "empfänger ankunft destinataire arrivée destino llegada destinatario "
                          "destinazione arrivo destinatário chegada"))
            return true;
    return false;
}

bool rag_tally_is_sum(anc_str cell)
{
    anc_str said = anc_str_trim(anc_str_sub(cell, 0, anc_str_find(cell, ANC_STR("("))));
    while (anc_str_ends(said, ANC_STR(":")) || anc_str_ends(said, ANC_STR(" ")))
        said.len--;
    return rag_is_phrase_of(
        said,
        "total|totals|grand total|overall total|subtotal|sub-total|sub total|sum|average|mean|"
        "totaux|total général|sous-total|sous total|somme|moyenne|"
        "summe|gesamt|gesamtsumme|endsumme|zwischensumme|insgesamt|durchschnitt|mittelwert|"
        "suma|total general|promedio|totale|totale generale|subtotale|somma|"
        "soma|total geral");
}

size_t rag_counting_phrase(const rag_counting *c, size_t i, const char *phrases)
{
    size_t longest = 0;
    anc_str rest = anc_str_of(phrases);
    for (anc_str one; anc_str_split(&rest, ' ', &one);) {
        size_t n = 0;
        bool all = true;
        for (anc_str word; all && anc_str_split(&one, '_', &word); n++)
            all = anc_str_eq_nocase(word, word_at(c, i + n));
        longest = all && n > longest ? n : longest;
    }
    return longest;
}

/* The language that the question counts in: its own, where that has words for it, or any that has. */
static void find_counting(rag_counting *c)
{
    enum { LEAD = 4 }; /* "In the table, how many …" */
    const txt_language own = c->language;
    for (int l = -1; l < TXT_LANGUAGE_COUNT && c->kind == RAG_COUNTS_NOTHING; l++) {
        c->language = l < 0 ? own : (txt_language)l;
        const char *how_many = of_languages[c->language].how_many;
        for (size_t i = 0; how_many != NULL && i < c->words.n && i < LEAD; i++) {
            const size_t n = rag_counting_phrase(c, i, how_many);
            if (n == 0)
                continue;
            c->kind = RAG_COUNTS;
            c->first = i + n;
            break;
        }
    }
    c->language = c->kind != RAG_COUNTS_NOTHING ? c->language : own;
}

/* Behind "which", "list the" or "who", where the question begins with that. */
static void find_list(rag_counting *c)
{
    const txt_language own = c->language;
    for (int l = -1; l < TXT_LANGUAGE_COUNT && c->kind == RAG_COUNTS_NOTHING; l++) {
        c->language = l < 0 ? own : (txt_language)l;
        const lists *in = &of_languages[c->language];
        if (in->which == NULL)
            continue;
        c->kind = rag_is_any_of(word_at(c, 0), in->which) ? RAG_LISTS
                  : rag_is_any_of(word_at(c, 0), in->who) ? RAG_LISTS_PERSONS
                                                          : RAG_COUNTS_NOTHING;
        c->first = c->kind != RAG_COUNTS_NOTHING ? 1 : c->first;
        if (c->kind == RAG_LISTS && rag_counting_holds(c, 1) &&
            rag_is_any_of(word_at(c, 0), "list name liste listez lista elenca"))
            c->first = 2; /* the two words before it are those that ask */
    }
    c->language = c->kind != RAG_COUNTS_NOTHING ? c->language : own;
}

/* The words up to the first that only holds the sentence together, or says of what they are. */
static void find_end(rag_counting *c)
{
    for (c->end = c->first; c->end < c->words.n && !rag_counting_holds(c, c->end) &&
                            !rag_counting_dwells(c, c->end) && !rag_counting_sources(c, c->end) &&
                            rag_counting_limit(c, c->end) == NULL;)
        c->end++;
    c->lists = c->kind > RAG_COUNTS;
}

void rag_counting_read_bare(rag_counting *c)
{
    enum { WORDS_MAX = 12 };
    if (c->kind != RAG_COUNTS_NOTHING || c->words.n == 0 || c->words.n > WORDS_MAX ||
        rag_question_word(RAG_QUESTION_OPENS, word_at(c, 0)))
        return;
    c->kind = RAG_LISTS_BARE;
    c->first = 0;
    find_end(c);
    if (c->end > 0 && c->end < c->words.n)
        return;
    c->kind = RAG_COUNTS_NOTHING;
    c->first = c->end = c->words.n;
    c->lists = false;
}

anc_status rag_counting_read(anc_arena *mem, anc_str question, rag_counting *ret, anc_err *err)
{
    rag_counting c = {.text = question, .language = txt_language_detect(question)};
    const txt_language own = c.language;
    ANC_TRY(rag_plain_words(mem, question, own, &c.words, err));
    c.first = c.words.n;
    find_counting(&c);
    find_list(&c);
    if (c.language != own)
        ANC_TRY(rag_plain_words(mem, question, c.language, &c.words, err));
    if (c.words.n > RAG_COUNTING_WORDS) {
        c.kind = RAG_COUNTS_NOTHING;
        c.first = c.words.n;
    }
    rag_limits_read(&c);
    find_end(&c);
    *ret = c;
    return ANC_OK;
}

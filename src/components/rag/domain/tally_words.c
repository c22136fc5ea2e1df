/* tally_words.c - the words of six languages that a question which counts is held together by. */

#include "base/str.h"
#include "rag/domain/tally.h"
#include "tally_impl.h"

typedef struct lists {
    const char *how_many; /* one word, or two with "_" between them */
    const char
        *which; /* asks for the rows themselves, of several at once where the language says so */
    const char *holding; /* articles, "are", "there", "in the table" */
    const char *placing; /* of those: in, of */
    const char *rows;
} lists;

/* No word that could change what is counted is among them: not "from", "to", "by", "per", "before", "or", "not". */
static const lists of_languages[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = {"how_many", "which list",
                "the a an of in on at within are is was were there we you they do does have has "
                "exist exists listed recorded shown currently now total altogether all our my your "
                "that which with whose marked as for table sheet spreadsheet worksheet file list "
                "document status column",
                "of in on within", "rows row records record entries entry lines line"},
    [TXT_FR] = {"combien_de combien_d combien", "quels quelles liste listez",
                "le la les l un une de du des d dans en sur au aux à est sont était étaient y a t "
                "il il nous vous ils elles ont avons avez existe existent trouve trouvent se "
                "indiqué indiqués actuellement total tous toutes nos mes vos qui que avec dont "
                "marqué marqués marquée marquées comme pour tableau table feuille onglet fichier "
                "liste document statut colonne",
                "de du des d dans en sur", "lignes ligne enregistrements entrées"},
    [TXT_DE] = {"wie_viele", "welche liste",
                "der die das den dem des ein eine einen einem einer von vom in im auf an am sind "
                "ist war waren gibt es wir ihr sie haben hat habt stehen steht derzeit aktuell "
                "insgesamt alle allen unsere unserer meine mit deren dessen als für tabelle blatt "
                "tabellenblatt datei liste dokument status spalte",
                "von vom in im auf", "zeilen zeile einträge datensätze"},
    [TXT_ES] = {"cuántos cuántas cuantos cuantas", "qué cuáles lista liste",
                "el la los las un una de del en sobre al es son está están era eran hay tenemos "
                "tienen tiene existen figuran actualmente total todos todas nuestros nuestras mis "
                "que con cuyo cuya cuyos cuyas como para tabla hoja archivo fichero lista "
                "documento estado columna",
                "de del en sobre", "filas fila registros entradas"},
    [TXT_IT] = {"quanti quante", "quali elenca",
                "il lo la i gli le l un una di del della dei delle degli dell nel nella nei nelle "
                "nell in su sul sulla è sono era erano ci c abbiamo hanno ha esistono attualmente "
                "totale tutti tutte nostri nostre miei che con cui come per tabella foglio file "
                "elenco lista documento stato colonna",
                "di del della dei delle degli dell nel nella nei nelle nell in su sul sulla",
                "righe riga record voci"},
    [TXT_PT] = {"quantos quantas", "quais liste",
                "o a os as um uma de do da dos das em no na nos nas ao é são está estão era eram "
                "há temos têm tem existem constam atualmente total todos todas nossos nossas meus "
                "que com cujo cuja como para tabela folha planilha arquivo ficheiro lista "
                "documento estado coluna",
                "de do da dos das em no na nos nas", "linhas linha registros registos entradas"},
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

/* Behind "how many" or "combien de", where they stand at word `i`; `i` where they do not. */
static size_t behind_how_many(const rag_counting *c, size_t i)
{
    anc_str rest = anc_str_of(lists_of(c->language)->how_many);
    for (anc_str one; anc_str_split(&rest, ' ', &one);) {
        const size_t bar = anc_str_find(one, ANC_STR("_"));
        if (!anc_str_eq_nocase(anc_str_sub(one, 0, bar), word_at(c, i)))
            continue;
        if (bar == SIZE_MAX)
            return i + 1;
        if (anc_str_eq_nocase(anc_str_sub(one, bar + 1, one.len), word_at(c, i + 1)))
            return i + 2;
    }
    return i;
}

/* The language that the question counts in: its own, where that has words for it, or any that has. */
static void find_counting(rag_counting *c)
{
    enum { LEAD = 4 }; /* "In the table, how many …" */
    const txt_language own = c->language;
    c->first = c->end = c->words.n;
    for (int l = -1; l < TXT_LANGUAGE_COUNT && c->first == c->words.n; l++) {
        c->language = l < 0 ? own : (txt_language)l;
        for (size_t i = 0; i < c->words.n && i < LEAD && c->first == c->words.n; i++)
            if (of_languages[c->language].how_many != NULL && behind_how_many(c, i) > i)
                c->first = behind_how_many(c, i);
    }
}

/* Behind "which" or "list the", where the question begins with that. */
static void find_list(rag_counting *c)
{
    const txt_language own = c->language;
    for (int l = -1; l < TXT_LANGUAGE_COUNT && c->first == c->words.n; l++) {
        c->language = l < 0 ? own : (txt_language)l;
        if (of_languages[c->language].which == NULL ||
            !rag_is_any_of(word_at(c, 0), of_languages[c->language].which))
            continue;
        c->lists = true;
        c->first = 1;
        if (rag_counting_holds(c, 1) &&
            rag_is_any_of(word_at(c, 0), "list liste listez lista elenca"))
            c->first = 2; /* the two words before it are those that ask */
    }
    c->language = c->lists ? c->language : own;
}

anc_status rag_counting_read(anc_arena *mem, anc_str question, rag_counting *ret, anc_err *err)
{
    rag_counting c = {.text = question, .language = txt_language_detect(question)};
    const txt_language own = c.language;
    ANC_TRY(rag_plain_words(mem, question, own, &c.words, err));
    find_counting(&c);
    if (c.first == c.words.n) {
        c.language = own;
        find_list(&c);
    }
    if (c.first < c.words.n && c.language != own)
        ANC_TRY(rag_plain_words(mem, question, c.language, &c.words, err));
    if (c.words.n > RAG_COUNTING_WORDS)
        c.first = c.words.n;
    for (c.end = c.first; c.end < c.words.n && !rag_counting_holds(&c, c.end);)
        c.end++;
    *ret = c;
    return ANC_OK;
}

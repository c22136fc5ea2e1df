/* cues.c - table of answering words, and how they are looked for. */
#include "rag/domain/cues.h"

#include "base/str.h"
#include "cues_impl.h"
#include "rag/domain/words.h"

#define COUNTED (RAG_CUE_NUMBER)
#define DAYS    (RAG_CUE_DATE)
#define SPAN    (RAG_CUE_DURATION)

/* Words of an answer, lower case. */
static const cue_row answering[] = {
    ROW("zero", COUNTED),
    ROW("one", COUNTED),
    ROW("two", COUNTED),
    ROW("three", COUNTED),
    ROW("four", COUNTED),
    ROW("five", COUNTED),
    ROW("six", COUNTED),
    ROW("seven", COUNTED),
    ROW("eight", COUNTED),
    ROW("nine", COUNTED),
    ROW("ten", COUNTED),
    ROW("eleven", COUNTED),
    ROW("twelve", COUNTED),
    ROW("thirteen", COUNTED),
    ROW("fourteen", COUNTED),
    ROW("fifteen", COUNTED),
    ROW("sixteen", COUNTED),
    ROW("seventeen", COUNTED),
    ROW("eighteen", COUNTED),
    ROW("nineteen", COUNTED),
    ROW("twenty", COUNTED),
    ROW("thirty", COUNTED),
    ROW("forty", COUNTED),
    ROW("fifty", COUNTED),
    ROW("sixty", COUNTED),
    ROW("seventy", COUNTED),
    ROW("eighty", COUNTED),
    ROW("ninety", COUNTED),
    ROW("hundred", COUNTED),
    ROW("thousand", COUNTED),
    ROW("million", COUNTED | RAG_CUE_MONEY),
    ROW("billion", COUNTED | RAG_CUE_MONEY),
    ROW("half", COUNTED),
    ROW("once", COUNTED | SPAN),
    ROW("twice", COUNTED | SPAN),
    ROW("deux", COUNTED),
    ROW("trois", COUNTED),
    ROW("quatre", COUNTED),
    ROW("cinq", COUNTED),
    ROW("sept", COUNTED),
    ROW("huit", COUNTED),
    ROW("neuf", COUNTED),
    ROW("dix", COUNTED),
    ROW("onze", COUNTED),
    ROW("douze", COUNTED),
    ROW("treize", COUNTED),
    ROW("quatorze", COUNTED),
    ROW("quinze", COUNTED),
    ROW("seize", COUNTED),
    ROW("vingt", COUNTED),
    ROW("trente", COUNTED),
    ROW("quarante", COUNTED),
    ROW("cinquante", COUNTED),
    ROW("soixante", COUNTED),
    ROW("cent", COUNTED | RAG_CUE_PERCENT),
    ROW("mille", COUNTED),
    ROW("millions", COUNTED | RAG_CUE_MONEY),
    ROW("milliards", COUNTED | RAG_CUE_MONEY),
    ROW("moitié", COUNTED),
    ROW("zwei", COUNTED),
    ROW("drei", COUNTED),
    ROW("vier", COUNTED),
    ROW("fünf", COUNTED),
    ROW("sechs", COUNTED),
    ROW("sieben", COUNTED),
    ROW("acht", COUNTED),
    ROW("zehn", COUNTED),
    ROW("elf", COUNTED),
    ROW("zwölf", COUNTED),
    ROW("zwanzig", COUNTED),
    ROW("dreißig", COUNTED),
    ROW("hundert", COUNTED),
    ROW("dos", COUNTED),
    ROW("tres", COUNTED),
    ROW("cuatro", COUNTED),
    ROW("cinco", COUNTED),
    ROW("seis", COUNTED),
    ROW("siete", COUNTED),
    ROW("ocho", COUNTED),
    ROW("nueve", COUNTED),
    ROW("diez", COUNTED),
    ROW("doce", COUNTED),
    ROW("veinte", COUNTED),
    ROW("treinta", COUNTED),
    ROW("cien", COUNTED),
    ROW("tre", COUNTED),
    ROW("quattro", COUNTED),
    ROW("cinque", COUNTED),
    ROW("sette", COUNTED),
    ROW("otto", COUNTED),
    ROW("nove", COUNTED),
    ROW("dieci", COUNTED),
    ROW("dodici", COUNTED),
    ROW("venti", COUNTED),
    ROW("dois", COUNTED),
    ROW("três", COUNTED),
    ROW("quatro", COUNTED),
    ROW("sete", COUNTED),
    ROW("oito", COUNTED),
    ROW("dez", COUNTED),
    ROW("vinte", COUNTED),
    ROW("percent", RAG_CUE_PERCENT),
    ROW("pound", RAG_CUE_MONEY),
    ROW("pounds", RAG_CUE_MONEY),
    ROW("pence", RAG_CUE_MONEY),
    ROW("dollars", RAG_CUE_MONEY),
    ROW("euro", RAG_CUE_MONEY),
    ROW("euros", RAG_CUE_MONEY),
    ROW("francs", RAG_CUE_MONEY),
    ROW("free", RAG_CUE_MONEY),
    ROW("gratuit", RAG_CUE_MONEY),
    ROW("gratuite", RAG_CUE_MONEY),
    ROW("gratuito", RAG_CUE_MONEY),
    ROW("gratuita", RAG_CUE_MONEY),
    ROW("gratis", RAG_CUE_MONEY),
    ROW("kostenlos", RAG_CUE_MONEY),
    ROW("kostenfrei", RAG_CUE_MONEY),
    ROW("january", DAYS),
    ROW("february", DAYS),
    ROW("march", DAYS),
    ROW("april", DAYS),
    ROW("june", DAYS),
    ROW("july", DAYS),
    ROW("august", DAYS),
    ROW("september", DAYS),
    ROW("october", DAYS),
    ROW("november", DAYS),
    ROW("december", DAYS),
    ROW("monday", DAYS),
    ROW("tuesday", DAYS),
    ROW("wednesday", DAYS),
    ROW("thursday", DAYS),
    ROW("friday", DAYS),
    ROW("saturday", DAYS),
    ROW("sunday", DAYS),
    ROW("mondays", DAYS),
    ROW("tuesdays", DAYS),
    ROW("fridays", DAYS),
    ROW("century", DAYS),
    ROW("centuries", DAYS),
    ROW("today", DAYS),
    ROW("janvier", DAYS),
    ROW("février", DAYS),
    ROW("mars", DAYS),
    ROW("avril", DAYS),
    ROW("mai", DAYS),
    ROW("juin", DAYS),
    ROW("juillet", DAYS),
    ROW("août", DAYS),
    ROW("septembre", DAYS),
    ROW("octobre", DAYS),
    ROW("novembre", DAYS),
    ROW("décembre", DAYS),
    ROW("lundi", DAYS),
    ROW("mardi", DAYS),
    ROW("mercredi", DAYS),
    ROW("jeudi", DAYS),
    ROW("vendredi", DAYS),
    ROW("samedi", DAYS),
    ROW("dimanche", DAYS),
    ROW("siècle", DAYS),
    ROW("januar", DAYS),
    ROW("februar", DAYS),
    ROW("märz", DAYS),
    ROW("juni", DAYS),
    ROW("juli", DAYS),
    ROW("oktober", DAYS),
    ROW("dezember", DAYS),
    ROW("montag", DAYS),
    ROW("dienstag", DAYS),
    ROW("mittwoch", DAYS),
    ROW("donnerstag", DAYS),
    ROW("freitag", DAYS),
    ROW("samstag", DAYS),
    ROW("sonntag", DAYS),
    ROW("montags", DAYS),
    ROW("dienstags", DAYS),
    ROW("mittwochs", DAYS),
    ROW("donnerstags", DAYS),
    ROW("freitags", DAYS),
    ROW("samstags", DAYS),
    ROW("sonntags", DAYS),
    ROW("enero", DAYS),
    ROW("febrero", DAYS),
    ROW("marzo", DAYS),
    ROW("abril", DAYS),
    ROW("mayo", DAYS),
    ROW("junio", DAYS),
    ROW("julio", DAYS),
    ROW("septiembre", DAYS),
    ROW("octubre", DAYS),
    ROW("noviembre", DAYS),
    ROW("diciembre", DAYS),
    ROW("lunes", DAYS),
    ROW("martes", DAYS),
    ROW("miércoles", DAYS),
    ROW("jueves", DAYS),
    ROW("viernes", DAYS),
    ROW("sábado", DAYS),
    ROW("sábados", DAYS),
    ROW("domingo", DAYS),
    ROW("domingos", DAYS),
    ROW("gennaio", DAYS),
    ROW("febbraio", DAYS),
    ROW("aprile", DAYS),
    ROW("maggio", DAYS),
    ROW("giugno", DAYS),
    ROW("luglio", DAYS),
    ROW("agosto", DAYS),
    ROW("settembre", DAYS),
    ROW("ottobre", DAYS),
    ROW("dicembre", DAYS),
    ROW("lunedì", DAYS),
    ROW("martedì", DAYS),
    ROW("mercoledì", DAYS),
    ROW("giovedì", DAYS),
    ROW("venerdì", DAYS),
    ROW("sabato", DAYS),
    ROW("domenica", DAYS),
    ROW("janeiro", DAYS),
    ROW("fevereiro", DAYS),
    ROW("março", DAYS),
    ROW("maio", DAYS),
    ROW("junho", DAYS),
    ROW("julho", DAYS),
    ROW("setembro", DAYS),
    ROW("outubro", DAYS),
    ROW("novembro", DAYS),
    ROW("dezembro", DAYS),
    ROW("wednesdays", DAYS),
    ROW("thursdays", DAYS),
    ROW("saturdays", DAYS),
    ROW("sundays", DAYS),
    ROW("second", SPAN),
    ROW("seconds", SPAN),
    ROW("minute", SPAN),
    ROW("minutes", SPAN),
    ROW("hour", SPAN),
    ROW("hours", SPAN),
    ROW("day", SPAN | DAYS),
    ROW("days", SPAN),
    ROW("week", SPAN),
    ROW("weeks", SPAN),
    ROW("month", SPAN),
    ROW("months", SPAN),
    ROW("year", SPAN),
    ROW("years", SPAN),
    ROW("decades", SPAN),
    ROW("daily", SPAN),
    ROW("weekly", SPAN),
    ROW("annually", SPAN),
    ROW("secondes", SPAN),
    ROW("heure", SPAN),
    ROW("heures", SPAN),
    ROW("jour", SPAN),
    ROW("jours", SPAN),
    ROW("semaine", SPAN),
    ROW("semaines", SPAN),
    ROW("mois", SPAN),
    ROW("an", SPAN),
    ROW("ans", SPAN),
    ROW("année", SPAN),
    ROW("années", SPAN),
    ROW("sekunden", SPAN),
    ROW("minuten", SPAN),
    ROW("stunde", SPAN),
    ROW("stunden", SPAN),
    ROW("tag", SPAN),
    ROW("tage", SPAN),
    ROW("tagen", SPAN),
    ROW("woche", SPAN),
    ROW("wochen", SPAN),
    ROW("monat", SPAN),
    ROW("monate", SPAN),
    ROW("monaten", SPAN),
    ROW("jahr", SPAN),
    ROW("jahre", SPAN),
    ROW("jahren", SPAN),
    ROW("segundos", SPAN),
    ROW("minutos", SPAN),
    ROW("hora", SPAN),
    ROW("horas", SPAN),
    ROW("día", SPAN),
    ROW("días", SPAN),
    ROW("semana", SPAN),
    ROW("mes", SPAN),
    ROW("año", SPAN),
    ROW("semanas", SPAN),
    ROW("meses", SPAN),
    ROW("años", SPAN),
    ROW("secondi", SPAN),
    ROW("minuti", SPAN),
    ROW("ora", SPAN),
    ROW("ore", SPAN),
    ROW("giorno", SPAN),
    ROW("giorni", SPAN),
    ROW("settimana", SPAN),
    ROW("settimane", SPAN),
    ROW("mese", SPAN),
    ROW("mesi", SPAN),
    ROW("anni", SPAN),
    ROW("dia", SPAN),
    ROW("dias", SPAN),
    ROW("mês", SPAN),
    ROW("anos", SPAN),
    ROW("because", RAG_CUE_REASON),
    ROW("due", RAG_CUE_REASON),
    ROW("since", RAG_CUE_REASON),
    ROW("caused", RAG_CUE_REASON),
    ROW("causes", RAG_CUE_REASON),
    ROW("reason", RAG_CUE_REASON),
    ROW("result", RAG_CUE_REASON),
    ROW("therefore", RAG_CUE_REASON),
    ROW("order", RAG_CUE_REASON),
    ROW("parce", RAG_CUE_REASON),
    ROW("car", RAG_CUE_REASON),
    ROW("afin", RAG_CUE_REASON),
    ROW("grâce", RAG_CUE_REASON),
    ROW("cause", RAG_CUE_REASON),
    ROW("raison", RAG_CUE_REASON),
    ROW("puisque", RAG_CUE_REASON),
    ROW("located", RAG_CUE_PLACE),
    ROW("situated", RAG_CUE_PLACE),
    ROW("address", RAG_CUE_PLACE),
    ROW("street", RAG_CUE_PLACE),
    ROW("situé", RAG_CUE_PLACE),
    ROW("située", RAG_CUE_PLACE),
    ROW("occupe", RAG_CUE_PLACE),
    ROW("adresse", RAG_CUE_PLACE),
    ROW("rue", RAG_CUE_PLACE),
    ROW("manager", RAG_CUE_PERSON),
    ROW("director", RAG_CUE_PERSON),
    ROW("head", RAG_CUE_PERSON),
    ROW("responsable", RAG_CUE_PERSON),
    ROW("directeur", RAG_CUE_PERSON),
    ROW("directrice", RAG_CUE_PERSON),
    ROW("founded", RAG_CUE_AGE),
    ROW("established", RAG_CUE_AGE),
    ROW("built", RAG_CUE_AGE),
    ROW("born", RAG_CUE_AGE),
    ROW("age", RAG_CUE_AGE),
    ROW("aged", RAG_CUE_AGE),
    ROW("old", RAG_CUE_AGE),
    ROW("birthday", RAG_CUE_AGE),
    ROW("fondé", RAG_CUE_AGE),
    ROW("fondée", RAG_CUE_AGE),
    ROW("construit", RAG_CUE_AGE),
    ROW("né", RAG_CUE_AGE),
    ROW("née", RAG_CUE_AGE),
    ROW("âge", RAG_CUE_AGE),
    ROW("degree", RAG_CUE_HEAT),
    ROW("degrees", RAG_CUE_HEAT),
    ROW("degrés", RAG_CUE_HEAT),
    ROW("grad", RAG_CUE_HEAT),
    ROW("grados", RAG_CUE_HEAT),
    ROW("gradi", RAG_CUE_HEAT),
    ROW("graus", RAG_CUE_HEAT),
    ROW("by", RAG_CUE_MANNER),
    ROW("using", RAG_CUE_MANNER),
    ROW("press", RAG_CUE_MANNER),
    ROW("hold", RAG_CUE_MANNER),
    ROW("maintenez", RAG_CUE_MANNER),
    ROW("appuyez", RAG_CUE_MANNER),
    ROW("with", RAG_CUE_MANNER),
    ROW("avec", RAG_CUE_MANNER),
};

/* Units that a figure stands before. */
static const cue_row measures[] = {
    ROW("g", RAG_CUE_WEIGHT),           ROW("kg", RAG_CUE_WEIGHT),
    ROW("mg", RAG_CUE_WEIGHT),          ROW("t", RAG_CUE_WEIGHT),
    ROW("lb", RAG_CUE_WEIGHT),          ROW("lbs", RAG_CUE_WEIGHT),
    ROW("oz", RAG_CUE_WEIGHT),          ROW("gram", RAG_CUE_WEIGHT),
    ROW("grams", RAG_CUE_WEIGHT),       ROW("grammes", RAG_CUE_WEIGHT),
    ROW("kilos", RAG_CUE_WEIGHT),       ROW("kilogram", RAG_CUE_WEIGHT),
    ROW("kilograms", RAG_CUE_WEIGHT),   ROW("kilogrammes", RAG_CUE_WEIGHT),
    ROW("pounds", RAG_CUE_WEIGHT),      ROW("ounces", RAG_CUE_WEIGHT),
    ROW("ton", RAG_CUE_WEIGHT),         ROW("tons", RAG_CUE_WEIGHT),
    ROW("tonnes", RAG_CUE_WEIGHT),      ROW("mm", RAG_CUE_LENGTH),
    ROW("cm", RAG_CUE_LENGTH),          ROW("m", RAG_CUE_LENGTH),
    ROW("km", RAG_CUE_LENGTH),          ROW("ft", RAG_CUE_LENGTH),
    ROW("mi", RAG_CUE_LENGTH),          ROW("inch", RAG_CUE_LENGTH),
    ROW("inches", RAG_CUE_LENGTH),      ROW("foot", RAG_CUE_LENGTH),
    ROW("feet", RAG_CUE_LENGTH),        ROW("yard", RAG_CUE_LENGTH),
    ROW("yards", RAG_CUE_LENGTH),       ROW("mile", RAG_CUE_LENGTH),
    ROW("miles", RAG_CUE_LENGTH),       ROW("metre", RAG_CUE_LENGTH),
    ROW("metres", RAG_CUE_LENGTH),      ROW("meter", RAG_CUE_LENGTH),
    ROW("meters", RAG_CUE_LENGTH),      ROW("mètre", RAG_CUE_LENGTH),
    ROW("mètres", RAG_CUE_LENGTH),      ROW("kilometres", RAG_CUE_LENGTH),
    ROW("metro", RAG_CUE_LENGTH),       ROW("metros", RAG_CUE_LENGTH),
    ROW("metri", RAG_CUE_LENGTH),       ROW("centímetros", RAG_CUE_LENGTH),
    ROW("kilómetros", RAG_CUE_LENGTH),  ROW("kilometer", RAG_CUE_LENGTH),
    ROW("zentimeter", RAG_CUE_LENGTH),  ROW("kilometers", RAG_CUE_LENGTH),
    ROW("kilomètres", RAG_CUE_LENGTH),  ROW("centimetres", RAG_CUE_LENGTH),
    ROW("centimètres", RAG_CUE_LENGTH), ROW("millimetres", RAG_CUE_LENGTH),
    ROW("millimètres", RAG_CUE_LENGTH),
};

static const char before_place[] = "in at from near to "
                                   "à en au dans vers aux";

/* What begins a sentence that is about something of the one before, in six languages. */
static const char pointing_back[] =
    "it its they their he his she her this these that those such both "
    "il ils elle elles ce cet cette ces cela celui celle ceux leur leurs son sa ses "
    "er sie sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer dies diese dieser "
    "dieses diesen dort dazu dafür dabei "
    "él Él ella ellos ellas su sus este esta esto eso "
    "lui lei egli esso essa loro suo sua suoi sue questo questa "
    "ele ela eles elas seu seus suas isso isto";

/* A letter, a digit or a byte of a longer code point: what a phrase may not touch. */
static bool is_inner(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* Of the signs that begin with this byte none is a letter of a word: "¿", "¡", "«", "»", the blank that does not break. */
static bool is_sign(anc_str text, size_t first)
{
    return (unsigned char)text.ptr[first] == 0xc2;
}

/* Whether `phrase` stands in `text` as whole words, ASCII letters of either case. */
bool rag_phrase_in(anc_str text, anc_str phrase)
{
    for (size_t i = 0; i + phrase.len <= text.len; i++) {
        const size_t end = i + phrase.len;
        if (i > 0 && is_inner(text.ptr[i - 1]) && !(i > 1 && is_sign(text, i - 2)) &&
            is_inner(phrase.ptr[0]))
            continue;
        if (end < text.len && is_inner(text.ptr[end]) && !is_sign(text, end) &&
            is_inner(phrase.ptr[phrase.len - 1]))
            continue;
        if (anc_str_eq_nocase(anc_str_sub(text, i, phrase.len), phrase))
            return true;
    }
    return false;
}

bool rag_has_phrase_of(anc_str text, const char *phrases)
{
    anc_str rest = anc_str_of(phrases);
    for (anc_str one; anc_str_split(&rest, '|', &one);)
        if (rag_phrase_in(text, one))
            return true;
    return false;
}

static bool was_asked(rag_words asked, uint64_t key)
{
    for (size_t i = 0; i < asked.n; i++)
        if (asked.items[i].key == key)
            return true;
    return false;
}

static unsigned of_figure(anc_str word)
{
    unsigned cues = RAG_CUE_NUMBER;
    if (rag_year_of(word) != 0)
        cues |= RAG_CUE_YEAR | RAG_CUE_DATE;
    if (word.len <= 4 && (anc_str_ends(word, ANC_STR("th")) || anc_str_ends(word, ANC_STR("st")) ||
                          anc_str_ends(word, ANC_STR("nd")) || anc_str_ends(word, ANC_STR("rd"))))
        cues |= RAG_CUE_DATE; /* "on the 26th" */
    return cues;
}

/* Length and first byte part most words, which are asked about for each word of each sentence. */
static bool may_be(anc_str row, anc_str word)
{
    return row.len == word.len && (row.ptr[0] | 0x20) == (word.ptr[0] | 0x20);
}

static unsigned of_word(anc_str word)
{
    for (size_t i = 0; i < ANC_COUNT(answering); i++)
        if (may_be(answering[i].text, word) && anc_str_eq_nocase(answering[i].text, word))
            return answering[i].cues;
    return 0;
}

bool rag_cues_is_number(anc_str word)
{
    return (of_word(word) & RAG_CUE_NUMBER) != 0;
}

bool rag_cues_is_unit(anc_str word)
{
    const unsigned units = RAG_CUE_MONEY | RAG_CUE_DURATION | RAG_CUE_DATE | RAG_CUE_PERCENT;
    for (size_t i = 0; i < ANC_COUNT(measures); i++)
        if (anc_str_eq_nocase(measures[i].text, word))
            return true;
    const unsigned cues = of_word(word);
    return (cues & units) != 0 && (cues & RAG_CUE_NUMBER) == 0;
}

/* Of the unit that stands behind a figure or a number that is written out. */
static unsigned of_measure(anc_str before, bool digits, anc_str word)
{
    static const char one[] = "a an un une ein eine";
    enum { WRITTEN = 4 }; /* "a metre", but no "a t" */
    if (!digits && !rag_cues_is_number(before) &&
        (word.len < WRITTEN || !rag_is_any_of(before, one)))
        return 0;
    for (size_t i = 0; i < ANC_COUNT(measures); i++)
        if (anc_str_eq_nocase(measures[i].text, word))
            return measures[i].cues;
    return 0;
}

unsigned rag_cues_signs(anc_str text)
{
    unsigned cues = 0;
    for (size_t i = 0; i < text.len; i++) {
        const anc_str rest = anc_str_sub(text, i, 3);
        if (text.ptr[i] == '%')
            cues |= RAG_CUE_PERCENT;
        else if (text.ptr[i] == '$' || anc_str_starts(rest, ANC_STR("£")) ||
                 anc_str_starts(rest, ANC_STR("€")))
            cues |= RAG_CUE_MONEY;
        else if (anc_str_starts(rest, ANC_STR("°")))
            cues |= RAG_CUE_HEAT;
        else if (text.ptr[i] == '"' || anc_str_starts(rest, ANC_STR("“")) ||
                 anc_str_starts(rest, ANC_STR("«")))
            cues |= RAG_CUE_NAME;
    }
    return cues;
}

/* "11 Uhr", "10 heures", "9:30", "às 18h", "alle 9": a figure that tells the time of day. */
static bool is_clock(anc_str text, rag_words words, size_t i, size_t last)
{
    enum { DIGITS = 2 };
    static const char units[] = "uhr heure heures h ore horas am pm o'clock";
    static const char before[] = "alle las às dalle";
    const rag_word *w = &words.items[i];
    const anc_str behind = anc_str_sub(text, w->end, 2);
    if (!w->digits)
        return false;
    if (behind.len == 2 && behind.ptr[0] == ':' && behind.ptr[1] >= '0' && behind.ptr[1] <= '9')
        return true;
    return (i + 1 < last && rag_is_any_of(rag_word_text(text, &words.items[i + 1]), units)) ||
           (i > 0 && w->end - w->start <= DIGITS &&
            rag_is_any_of(rag_word_text(text, &words.items[i - 1]), before));
}

unsigned rag_cues_held(anc_str text, rag_words words, size_t first, size_t last, rag_words asked)
{
    unsigned cues = 0;
    if (first >= last)
        return 0;
    for (size_t i = first; i < last; i++) {
        const rag_word *w = &words.items[i];
        if (w->whole && !w->digits)
            continue;
        const anc_str word = anc_str_sub(text, w->start, w->end - w->start);
        if (was_asked(asked, w->key)) {
            cues |= of_word(word) & (RAG_CUE_AGE | RAG_CUE_PLACE); /* "26 years old" */
            continue;
        }
        if (w->digits)
            cues |= of_figure(word) | (is_clock(text, words, i, last) ? RAG_CUE_DATE : 0);
        else
            cues |= of_word(word);
        if (i == first)
            continue;
        const rag_word *p = &words.items[i - 1];
        cues |= of_measure(anc_str_sub(text, p->start, p->end - p->start), p->digits, word);
        if (w->capital && !w->stop) {
            cues |= RAG_CUE_PERSON | RAG_CUE_NAME;
            if (rag_is_any_of(anc_str_sub(text, p->start, p->end - p->start), before_place))
                cues |= RAG_CUE_PLACE;
        }
    }
    return cues;
}

bool rag_cues_points_back(anc_str text)
{
    size_t end = 0;
    while (end < text.len && is_inner(text.ptr[end]))
        end++;
    const anc_str first = anc_str_sub(text, 0, end);
    return rag_is_any_of(first, pointing_back);
}

/* inner.c - words inside of a word: of an identifier (getUserName), of a German compound.
 *
 * Programs write the words of a name as one, each with a capital. Names of people and things have capitals inside too
 * (iPhone, McDonald, siRNA): the first word of an identifier has three letters at least, the others two.
 *
 * German writes nouns as one word. That is a compound where it ends with a noun that many end with and something is
 * before it that can be a word. The list is short and of nouns that little else ends with: a compound that is not seen
 * costs nothing but a way to find it, one that is none would be found by what it does not mean. Ends are compared by
 * stem, so a plural is its noun, and fronts lose what binds them (versicherungs-, kranken-) as words lose their
 * endings.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "term_impl.h"

enum { LEAST_FRONT = 3, LEAST_END = 4, LEAST_FIRST = 3, LEAST_NEXT = 2 };

/* ---- identifiers ------------------------------------------------------------------------------ */

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_small(anc_str raw, size_t at)
{
    return at < raw.len && raw.ptr[at] >= 'a' && raw.ptr[at] <= 'z';
}

/* Whether a word of an identifier begins at `at`: a capital behind what is none, or before two small letters. */
static bool begins_at(anc_str raw, size_t at)
{
    return is_capital(raw.ptr[at]) &&
           (!is_capital(raw.ptr[at - 1]) || (is_small(raw, at + 1) && is_small(raw, at + 2)));
}

static size_t identifier_words(const txt_termer *t, anc_str raw, txt_inner ret[TXT_INNER_WORDS])
{
    size_t n = 0, start = 0;
    for (size_t at = 1; at <= raw.len && n < TXT_INNER_WORDS; at++) {
        if (at < raw.len && !begins_at(raw, at))
            continue;
        if (at - start < (start == 0 ? LEAST_FIRST : LEAST_NEXT))
            return 0;
        ret[n] = (txt_inner){.start = start, .end = at};
        txt_term_make(t, anc_str_sub(raw, start, at - start), &ret[n++].made);
        start = at;
    }
    return n > 1 ? n : 0;
}

/* ---- compounds -------------------------------------------------------------------------------- */

/* Stems of nouns, without accents, sorted. */
static const char *const ends[] = {
    "abgab",      "abschluss",    "abteil",   "analys",    "anforder",     "angebot",
    "anlag",      "anleit",       "anspruch", "antrag",    "anzeig",       "arbeit",
    "arzt",       "aufgab",       "auftrag",  "ausgab",    "ausweis",      "bahn",
    "bank",       "beding",       "beitrag",  "berat",     "bereich",      "bericht",
    "beruf",      "bescheid",     "beschein", "betrag",    "betrieb",      "bewert",
    "bild",       "brief",        "buch",     "datei",     "dien",         "druck",
    "einheit",    "einkomm",      "entgelt",  "entwickl",  "erklar",       "fabrik",
    "fahrzeug",   "fehl",         "firma",    "forschung", "frag",         "frist",
    "fuhrung",    "funktion",     "gebiet",   "gebuhr",    "gefahr",       "gehalt",
    "gerat",      "gericht",      "geschaft", "geschicht", "gesellschaft", "gesetz",
    "gesprach",   "gewicht",      "grenz",    "grupp",     "handbuch",     "handel",
    "haus",       "herstell",     "hilf",     "industri",  "information",  "interess",
    "jahr",       "kamm",         "kart",     "kass",      "kauf",         "klass",
    "klausel",    "konto",        "konzept",  "kost",      "kraft",        "krankheit",
    "kredit",     "kreis",        "kund",     "leistung",  "lohn",         "losung",
    "maschin",    "material",     "meldung",  "messung",   "method",       "miet",
    "mittel",     "modell",       "numm",     "ordnung",   "papi",         "partei",
    "personal",   "pfleg",        "pflicht",  "plan",      "planung",      "platz",
    "polit",      "preis",        "probl",    "produkt",   "programm",     "projekt",
    "prozess",    "prufung",      "punkt",    "qualitat",  "quell",        "rahm",
    "raum",       "rechnung",     "recht",    "regel",     "reis",         "risiko",
    "schad",      "schein",       "schrift",  "schul",     "schutz",       "sicher",
    "softwar",    "sprach",       "staat",    "stadt",     "steu",         "stoff",
    "straf",      "strass",       "strom",    "stuck",     "studi",        "stund",
    "summ",       "syst",         "technik",  "teil",      "termin",       "test",
    "text",       "umsatz",       "unterlag", "unternehm", "untersuch",    "urlaub",
    "urteil",     "verband",      "verbind",  "verbrauch", "verein",       "verfahr",
    "vergleich",  "verkauf",      "verkehr",  "verlust",   "vermog",       "verordn",
    "versicher",  "versorg",      "vertrag",  "vertret",   "verwalt",      "vorgang",
    "vorschrift", "wass",         "welt",     "werk",      "werkzeug",     "wert",
    "wirtschaft", "wissenschaft", "woch",     "wohnung",   "zahl",         "zahlung",
    "zeich",      "zeit",         "zeitung",  "zentrum",   "ziel",         "zimm",
    "zustand",    "zweck"};

/* What stands before words without making a compound of them, sorted. */
static const char *const prefixes[] = {
    "ab",    "an",  "auf",   "aus",    "be",  "bei",  "da",     "dar",      "dis",
    "durch", "ein", "emp",   "ent",    "er",  "fort", "fur",    "ge",       "gegen",
    "her",   "hin", "hoch",  "in",     "kon", "mis",  "miss",   "mit",      "nach",
    "pro",   "re",  "senk",  "uber",   "um",  "un",   "unter",  "ur",       "ver",
    "vor",   "weg", "wider", "wieder", "zer", "zu",   "zuruck", "zusammen", "zwischen"};

static int compare(const void *key, const void *row)
{
    return anc_str_cmp(*(const anc_str *)key, anc_str_of(*(const char *const *)row));
}

static bool is_among(anc_str word, const char *const *list, size_t n)
{
    return bsearch(&word, list, n, sizeof *list, compare) != NULL;
}

/* Whether some end begins as the word does: few do, and only these are stemmed. */
static bool begins_as_an_end(anc_str word)
{
    const anc_str begin = anc_str_sub(word, 0, LEAST_END);
    size_t low = 0, high = ANC_COUNT(ends);
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (anc_str_cmp(anc_str_of(ends[middle]), begin) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ANC_COUNT(ends) && anc_str_starts(anc_str_of(ends[low]), begin);
}

static bool may_be_a_word(anc_str front)
{
    bool vowel = false;
    for (size_t i = 0; i < front.len; i++)
        vowel |= strchr("aeiouy", front.ptr[i]) != NULL;
    return vowel && front.len >= LEAST_FRONT && !is_among(front, prefixes, ANC_COUNT(prefixes));
}

/* Where the longest end begins; 0 where there is none, or nothing before it that could be a word. */
static size_t split(const txt_termer *t, anc_str word, txt_made *ret_end)
{
    for (size_t at = 0; at + LEAST_END <= word.len; at++) {
        const anc_str rest = anc_str_sub(word, at, word.len - at);
        if (!begins_as_an_end(rest))
            continue;
        txt_term_make(t, rest, ret_end);
        if (is_among((anc_str){ret_end->text, ret_end->len}, ends, ANC_COUNT(ends)))
            return may_be_a_word(anc_str_sub(word, 0, at)) ? at : 0;
    }
    return 0;
}

static bool is_plain(anc_str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] < 'a' || word.ptr[i] > 'z')
            return false;
    return true;
}

/* `bytes` of the text are the whole, since what was folded does not say where its parts stand there. */
static size_t compound_words(const txt_termer *t, anc_str form, size_t bytes,
                             txt_inner ret[TXT_INNER_WORDS])
{
    size_t n = 0;
    if (t->language != TXT_DE || t->stemmer == NULL || form.len < LEAST_FRONT + LEAST_END ||
        !is_plain(form))
        return 0;
    for (size_t at; n + 1 < TXT_INNER_WORDS && (at = split(t, form, &ret[n].made)) > 0; n++)
        form.len = at;
    if (n > 0)
        txt_term_make(t, form, &ret[n++].made);
    for (size_t i = 0; i < n; i++) {
        ret[i].start = 0;
        ret[i].end = bytes;
    }
    return n;
}

size_t txt_inner_words(const txt_termer *t, anc_str raw, anc_str form,
                       txt_inner ret[TXT_INNER_WORDS])
{
    const size_t n = identifier_words(t, raw, ret);
    return n > 0 ? n : compound_words(t, form, raw.len, ret);
}

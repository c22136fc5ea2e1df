/* sentence_words.c - abbreviations and beginnings, of six languages together: a text need not say
 * which one it is in, and few of them mean something else elsewhere. In lower case, sorted by bytes.
 */
#include "sentence_words_impl.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "chars_impl.h"

enum { LONGEST_WORD = 24 };

static const char *const titles[] = {
    "ad.es", "al",   "approx", "arq",    "assn",  "av",    "avv",    "bzw",  "c.-à-d", "c.à.d",
    "capt",  "cf",   "cmdr",   "col",    "d.h",   "d.ª",   "dept",   "dipl", "dott",   "dott.ssa",
    "dr",    "dra",  "dras",   "drs",    "dña",   "e.g",   "ecc.ra", "ed",   "eds",    "env",
    "es",    "evtl", "ex",     "exkl",   "exma",  "exmo",  "fr",     "frl",  "gen",    "geom",
    "ggf",   "gov",  "hon",    "hr",     "i.d.r", "i.e",   "ill",    "ing",  "inkl",   "lic",
    "lt",    "maj",  "me",     "messrs", "mlle",  "mlles", "mm",     "mme",  "mmes",   "mr",
    "mrs",   "ms",   "mt",     "o.ä",    "on",    "p.ej",  "p.es",   "p.ex", "prof",   "prof.ssa",
    "rag",   "rep",  "resp",   "rev",    "sen",   "sgt",   "sig",    "sigg", "sog",    "sr",
    "sra",   "sres", "srs",    "srta",   "st",    "ste",   "trans",  "u.a",  "u.u",    "ud",
    "uds",   "univ", "v.ex.ª", "v.s",    "vgl",   "viz",   "vs",     "z.b",  "z.t",    "zzgl",
};

static const char *const numberings[] = {
    "abb",  "abr",  "abs", "ago", "apr",  "art",  "arts", "aug", "avr",  "bd",   "bl",
    "bldg", "c",    "ca",  "cap", "ch",   "chap", "cit",  "dec", "dic",  "déc",  "ene",
    "eq",   "eqs",  "feb", "fig", "figs", "fn",   "févr", "giu", "jan",  "janv", "juil",
    "jul",  "jun",  "kap", "lit", "lug",  "mag",  "mar",  "n",   "no",   "nos",  "nov",
    "nr",   "num",  "núm", "oct", "op",   "ott",  "p",    "pag", "par",  "pg",   "pgs",
    "pp",   "pt",   "pts", "pág", "págs", "ref",  "refs", "rm",  "s",    "sec",  "sect",
    "sep",  "sept", "set", "tab", "tel",  "tél",  "ver",  "vol", "vols", "zi",   "ziff",
};

static const char *const closings[] = {
    "ag",  "b.a", "bros", "cie", "co",  "corp", "d.c", "e.u", "gmbh", "inc", "jr",  "llc", "ltd",
    "m.a", "m.d", "ph.d", "phd", "plc", "sa",   "spa", "srl", "u.k",  "u.n", "u.s", "usw",
};

static const char *const beginnings[] = {
    "aber",    "after",  "all",    "although", "as",        "at",     "auf",   "because", "before",
    "bei",     "both",   "by",     "ce",       "cependant", "ces",    "cet",   "cette",   "con",
    "dans",    "des",    "dies",   "diese",    "dieser",    "dieses", "each",  "ein",     "eine",
    "ela",     "elas",   "ele",    "eles",     "elle",      "elles",  "em",    "en",      "er",
    "es",      "esta",   "estas",  "este",     "estos",     "for",    "from",  "gli",     "he",
    "her",     "his",    "how",    "however",  "ich",       "if",     "ihr",   "il",      "ils",
    "im",      "in",     "isso",   "isto",     "it",        "its",    "las",   "les",     "lo",
    "lorsque", "los",    "mais",   "many",     "most",      "my",     "nel",   "nella",   "non",
    "nous",    "não",    "on",     "one",      "os",        "our",    "per",   "pour",    "quand",
    "questa",  "queste", "questi", "questo",   "según",     "she",    "si",    "sie",     "sin",
    "since",   "some",   "such",   "that",     "the",       "their",  "then",  "there",   "these",
    "they",    "this",   "those",  "three",    "thus",      "to",     "two",   "un",      "una",
    "und",     "une",    "vous",   "we",       "what",      "when",   "where", "which",   "while",
    "who",     "why",    "wir",    "with",     "you",       "your",
};

static const char *const ordinal_nouns[] = {
    "april",       "auflage",      "august",    "dezember", "etage", "februar",
    "jahrhundert", "jahrhunderts", "januar",    "juli",     "juni",  "jänner",
    "kapitel",     "klasse",       "mai",       "mal",      "märz",  "november",
    "oktober",     "quartal",      "september", "stock",
};

static bool is_one_of(anc_str word, const char *const *sorted, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = anc_str_cmp(word, anc_str_of(sorted[middle]));
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* Folds `word` into `out` [LONGEST_WORD * 4]; empty when it is longer than any word here. */
static anc_str folded(anc_str word, char *out)
{
    if (word.len > LONGEST_WORD)
        return ANC_STR_NONE;
    return (anc_str){out, txt_map(TXT_MAP_FOLD, word, out, LONGEST_WORD * 4)};
}

#define IS_ONE_OF(word, list) is_one_of((word), (list), ANC_COUNT(list))

txt_stop_word_kind txt_word_before_stop(anc_str word)
{
    char buffer[LONGEST_WORD * 4];
    const anc_str w = folded(word, buffer);
    if (IS_ONE_OF(w, titles))
        return TXT_WORD_TITLE;
    if (IS_ONE_OF(w, numberings))
        return TXT_WORD_NUMBERING;
    return IS_ONE_OF(w, closings) ? TXT_WORD_CLOSING : TXT_WORD_PLAIN;
}

bool txt_begins_sentences(anc_str word)
{
    char buffer[LONGEST_WORD * 4];
    return IS_ONE_OF(folded(word, buffer), beginnings);
}

bool txt_follows_ordinal(anc_str word)
{
    char buffer[LONGEST_WORD * 4];
    return IS_ONE_OF(folded(word, buffer), ordinal_nouns);
}

/* inventory.c - words that such questions are made of, and nothing else.
 *
 * A question asks for the documents themselves when it has a word for them and an asking word, and when
 * every other word only helps to ask: "Which documents do you have?", but not "Which documents do I need?".
 */
#include "rag/domain/inventory.h"

#include "rag/domain/words.h"
#include "text/language.h"

enum { WORDS_MAX = 14 };

typedef enum word_kind { OTHER, ASKS, THINGS, HELPS } word_kind;

static const char things[] = "document|documents|doc|docs|file|files|collection|collections|"
                             "fichier|fichiers|"
                             "dokument|dokumente|dateien|"
                             "documento|documentos|archivo|archivos|"
                             "documenti|arquivos|ficheiros";
static const char asks[] = "what|which|list|show|how|"
                           "quel|quels|quelle|quelles|combien|liste|lister|montre|montrez|"
                           "welche|wie|zeige|"
                           "qué|que|cuáles|cuántos|lista|"
                           "quali|quanti|elenca|"
                           "quais|quantos|mostra";
static const char helps[] =
    "many|are|is|there|do|you|have|got|can|see|read|the|all|of|your|me|please|available|"
    "indexed|loaded|know|a|"
    "t|il|y|avez|vous|as|tu|sont|disponibles|connais|connaissez|de|des|les|la|le|moi|est|ce|"
    "tous|toutes|vos|tes|"
    "es|gibt|hast|du|haben|sie|viele|sind|da|alle|mir|die|"
    "hay|tienes|tiene|los|las|todos|ci|"
    "sono|hai|ha|i|gli|tutti|"
    "há|existem|tem|tens|os|as|"
    "here|ici|hier|currently|now";

static word_kind kind_of(anc_str word)
{
    return rag_is_phrase_of(word, things)  ? THINGS
           : rag_is_phrase_of(word, asks)  ? ASKS
           : rag_is_phrase_of(word, helps) ? HELPS
                                           : OTHER;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* Spanish opens a question with a sign of its own. */
static anc_str without_opening(anc_str s)
{
    static const anc_str sign = ANC_STR_INIT("¿");
    s = anc_str_trim(s);
    return anc_str_starts(s, sign) ? anc_str_sub(s, sign.len, s.len) : s;
}

bool rag_asks_inventory(anc_str question)
{
    const anc_str s = without_opening(question);
    size_t kinds[HELPS + 1] = {0};
    size_t words = 0;
    for (size_t i = 0; i < s.len; i++) {
        const size_t from = i;
        while (i < s.len && is_letter(s.ptr[i]))
            i++;
        if (i == from)
            continue;
        const word_kind kind = kind_of(anc_str_sub(s, from, i - from));
        if (kind == OTHER || ++words > WORDS_MAX)
            return false;
        kinds[kind]++;
    }
    return kinds[THINGS] > 0 && kinds[ASKS] > 0;
}

typedef struct saying {
    const char *none, *one, *many, *documents; /* how many stands between the last two */
    const char *in, *titles, *more;
} saying;

static const saying sayings[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = {"There are no documents yet.", "There is one document", "There are ", " documents",
                ", by collection: ", "Among them: ", " and others."},
    [TXT_FR] = {"Il n'y a pas encore de documents.", "Il y a un document", "Il y a ", " documents",
                ", par collection : ", "Parmi eux : ", " et d'autres."},
    [TXT_DE] = {"Es gibt noch keine Dokumente.", "Es gibt ein Dokument", "Es gibt ", " Dokumente",
                ", nach Sammlung: ", "Darunter: ", " und andere."},
    [TXT_ES] = {"Todavía no hay documentos.", "Hay un documento", "Hay ", " documentos",
                ", por colección: ", "Entre ellos: ", " y otros."},
    [TXT_IT] = {"Non ci sono ancora documenti.", "C'è un documento", "Ci sono ", " documenti",
                ", per raccolta: ", "Tra questi: ", " e altri."},
    [TXT_PT] = {"Ainda não há documentos.", "Há um documento", "Há ", " documentos",
                ", por coleção: ", "Entre eles: ", " e outros."},
};

static void tell_titles(const saying *s, const anc_str *titles, size_t n, bool more, anc_buf *out)
{
    anc_buf_printf(out, " %s", s->titles);
    for (size_t i = 0; i < n; i++)
        anc_buf_printf(out, "%s\"%.*s\"", i > 0 ? ", " : "", ANC_FMT(titles[i]));
    anc_buf_add(out, more ? anc_str_of(s->more) : ANC_STR("."));
}

void rag_inventory_tell(anc_str question, const rag_inventory_row *rows, size_t n,
                        const anc_str *titles, size_t n_titles, bool more, anc_buf *out)
{
    const txt_language language = txt_language_detect(question);
    const saying *s = &sayings[sayings[language].one != NULL ? language : TXT_EN];
    unsigned long long all = 0;
    for (size_t i = 0; i < n; i++)
        all += rows[i].documents;
    if (all == 0) {
        anc_buf_add(out, anc_str_of(s->none));
        return;
    }
    if (all == 1)
        anc_buf_add(out, anc_str_of(s->one));
    else
        anc_buf_printf(out, "%s%llu%s", s->many, all, s->documents);
    anc_buf_add(out, anc_str_of(s->in));
    const char *comma = "";
    for (size_t i = 0; i < n; i++) {
        if (rows[i].documents == 0)
            continue;
        anc_buf_printf(out, "%s%.*s (%llu)", comma, ANC_FMT(rows[i].collection),
                       (unsigned long long)rows[i].documents);
        comma = ", ";
    }
    anc_buf_add_char(out, '.');
    if (n_titles > 0)
        tell_titles(s, titles, n_titles, more, out);
}

/* pdf_names.c - whether a row of words is unlike those below it, as names of columns are.
 *
 * Names are short and have no figures; what they stand above begins under them, and none of it says a name
 * again. Whether such a row names the columns, or is only the first of its kind, is then told by one column at
 * least: each of its cells has more words than the name ("Amy Moss" under "Mayor"), or is written small under a
 * capital, or few values come again and again. Where all of it is one capitalised word a cell, only words that columns
 * are mostly called by tell it ("Country", "Capital"), which then stand in all cells of the row but one, and in no other row.
 */
#include <math.h>

#include "pdf_impl.h"

enum {
    COLUMNS_LEAST = 3,
    KNOWN_LEAST = 2,
    COLUMNS_MOST = 16,
    ROWS_MOST = 24,
    ROWS_TELLING = 4,
    NAME_BYTES = 24
};

/* What tells one cell from another. */
typedef struct looks {
    uint64_t digest;
    unsigned words;
    bool capital, small; /* its first letter, of those that are ASCII */
    bool usual;          /* a name that columns mostly have */
} looks;

/* A column: its name, and what the cells under it have in common. */
typedef struct column {
    prs_box box;
    looks name;
    uint64_t values[ROWS_MOST]; /* [n_values]: each once */
    unsigned n_values, n;
    unsigned least_words;
    bool small; /* each of them begins so */
    bool usual; /* one of them is a name that columns mostly have */
} column;

/* What columns of lists of people, places and things are called. */
static bool is_usual_name(anc_str s)
{
    static const char *const lists[] = {
        "name|first name|last name|surname|city|town|country|capital|currency|language|region|"
        "province|department|team|role|position|job|title|company|owner|manager|author|publisher|"
        "genre|category|type|kind|colour|color|material|status|customer|supplier|product|item|"
        "place|location|address|street|day|month|nationality|continent|species",
        "nom|prénom|ville|pays|capitale|monnaie|langue|région|équipe|rôle|poste|métier|société|"
        "auteur|éditeur|catégorie|couleur|matière|statut|état|client|fournisseur|produit|article|"
        "lieu|adresse|jour|mois|nationalité|département|responsable",
        "vorname|nachname|stadt|ort|land|hauptstadt|währung|sprache|abteilung|rolle|beruf|firma|"
        "autor|verlag|kategorie|typ|farbe|kunde|lieferant|produkt|artikel|adresse|tag|monat|leiter",
        "nombre|apellido|ciudad|país|moneda|idioma|región|equipo|puesto|empresa|editorial|"
        "categoría|tipo|estado|cliente|proveedor|producto|lugar|dirección|día|mes",
        "nome|cognome|città|paese|valuta|lingua|regione|squadra|ruolo|azienda|autore|editore|"
        "categoria|colore|materiale|stato|fornitore|prodotto|luogo|indirizzo|giorno|mese",
        "apelido|cidade|moeda|língua|região|equipa|cargo|editora|cor|fornecedor|produto|endereço|"
        "dia|mês"};
    for (size_t i = 0; i < ANC_COUNT(lists); i++) {
        anc_str list = anc_str_of(lists[i]);
        for (anc_str one; anc_str_split(&list, '|', &one);)
            if (anc_str_eq_nocase(one, s))
                return true;
    }
    return false;
}

static looks look(const prs_pdf_page *p, const prs_pdf_cell *c, anc_buf *cell)
{
    anc_buf_clear(cell);
    prs_pdf_cell_text(p, c, cell);
    looks l = {.digest = 0xCBF29CE484222325U, .words = cell->len > 0};
    for (size_t i = 0; i < cell->len; i++) {
        l.digest = (l.digest ^ (unsigned char)cell->ptr[i]) * 0x100000001B3U;
        l.words += cell->ptr[i] == ' ';
    }
    l.capital = cell->len > 0 && cell->ptr[0] >= 'A' && cell->ptr[0] <= 'Z';
    l.small = cell->len > 0 && cell->ptr[0] >= 'a' && cell->ptr[0] <= 'z';
    l.usual = is_usual_name(anc_buf_view(cell));
    return l;
}

/* "Skipper", "unit price": no figures, no stop or colon at its end. */
static bool may_name(anc_str s)
{
    if (s.len == 0 || s.len > NAME_BYTES)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            return false;
    const char first = s.ptr[0];
    const char last = s.ptr[s.len - 1];
    return (unsigned char)(first | 0x20) >= 'a' && last != ':' && last != '.' && last != ',' &&
           last != ';';
}

static unsigned named(const column *columns, unsigned n, uint64_t digest)
{
    unsigned i = 0;
    while (i < n && columns[i].name.digest != digest)
        i++;
    return i;
}

/* The columns that the row names; 0: it names none. */
static unsigned read_names(const prs_pdf_page *p, const prs_pdf_row *row, column *ret,
                           anc_buf *cell)
{
    if (row->columns != row->n || row->n < KNOWN_LEAST || row->n > COLUMNS_MOST)
        return 0;
    for (unsigned i = 0; i < row->n; i++) {
        const prs_pdf_cell *c = &p->cells[row->first + i];
        const looks l = look(p, c, cell);
        if (!may_name(anc_buf_view(cell)) || named(ret, i, l.digest) < i)
            return 0;
        ret[i] = (column){.box = c->box, .name = l, .least_words = UINT32_MAX, .small = true};
    }
    return row->n;
}

static void add_value(column *c, const looks *l)
{
    unsigned i = 0;
    c->n++;
    c->least_words = l->words < c->least_words ? l->words : c->least_words;
    c->small = c->small && l->small;
    c->usual = c->usual || l->usual;
    while (i < c->n_values && c->values[i] != l->digest)
        i++;
    if (i == c->n_values && i < ROWS_MOST)
        c->values[c->n_values++] = l->digest;
}

/* A row below: false where it says a name again, or has a cell that stands under none. */
static bool add_row(const prs_pdf_page *p, const prs_pdf_row *row, column *columns, unsigned n,
                    anc_buf *cell)
{
    unsigned at = 0;
    for (unsigned i = 0; i < row->n; i++) {
        const prs_pdf_cell *c = &p->cells[row->first + i];
        if (c->tight)
            continue;
        const looks l = look(p, c, cell);
        while (at < n &&
               fminf(c->box.x1, columns[at].box.x1) <= fmaxf(c->box.x0, columns[at].box.x0))
            at++;
        if (at == n || named(columns, n, l.digest) < n)
            return false;
        add_value(&columns[at++], &l);
    }
    return true;
}

static bool is_unlike(const column *c, unsigned rows)
{
    const bool again = c->n >= ROWS_TELLING && c->n_values * 2 <= c->n;
    return c->n * 2 > rows &&
           (c->least_words > c->name.words || (c->small && c->name.capital) || again);
}

/* Two of the names at least are usual ones, all but one, and none stands below. */
static bool are_usual(const column *columns, unsigned n)
{
    unsigned usual = 0;
    for (unsigned i = 0; i < n; i++) {
        usual += columns[i].name.usual;
        if (columns[i].usual)
            return false;
    }
    return usual >= KNOWN_LEAST && usual + 1 >= n;
}

bool prs_pdf_are_names(const prs_pdf_page *p, size_t at, bool apart, anc_buf *cell)
{
    column columns[COLUMNS_MOST];
    const unsigned n = read_names(p, &p->rows[at], columns, cell);
    unsigned rows = 0;
    for (size_t i = at + 1; n > 0 && i < p->n_rows && p->rows[i].columns > 1 && rows < ROWS_MOST;
         i++, rows++)
        if (!add_row(p, &p->rows[i], columns, n, cell))
            return false;
    bool unlike = apart;
    for (unsigned i = 0; i < n; i++)
        unlike = unlike || is_unlike(&columns[i], rows);
    return rows > 1 && ((n >= COLUMNS_LEAST && unlike) || are_usual(columns, n));
}

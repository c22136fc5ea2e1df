/* tables.c - tables found in the text that parsers write of them: a row a line, cells between bars, or
 * between tabs where they were found by the gaps of a printed page.
 *
 * The row before the one that the catalog counts as the first names the columns of the rows that are counted on
 * from it, whether or not they have a cell for each. Where rows were not counted
 * so, the first row of a table names its columns when it looks like names: few words a cell, each with a
 * capital; and when what stands below looks different: figures, or longer cells. Names in small letters
 * ("start_date") or with figures ("Q1") are those of a file of records: then all that stands below one of
 * them has to be numbers or dates. A table without such a line has no names, and its rows are read as
 * they are; one that began in an earlier passage has them from there. A list of properties ("Founded | 1975") is
 * no such table: its first cells are names themselves.
 */
#include "rag/domain/tables.h"

#include "base/str.h"
#include "base/utf8.h"

enum {
    NAME_MAX_CHARS = 40,
    NAME_MAX_BLANKS = 4,
    PROPERTIES_BELOW = 2, /* that a list of them has at least below its first row */
    COUNTED_CELLS = 3     /* at least, of rows that are counted in their first */
};

bool rag_cell_next(anc_str row, size_t *cursor, anc_str *ret)
{
    if (*cursor > row.len)
        return false;
    const anc_str rest = anc_str_sub(row, *cursor, row.len);
    const bool barred = anc_str_find(row, ANC_STR("|")) != SIZE_MAX;
    const size_t bar = anc_str_find(rest, barred ? ANC_STR("|") : ANC_STR("\t"));
    const size_t len = bar == SIZE_MAX ? rest.len : bar;
    *cursor += len + 1;
    *ret = anc_str_trim(anc_str_sub(rest, 0, len));
    return true;
}

size_t rag_cell_count(anc_str line)
{
    size_t n = 0;
    size_t cursor = 0;
    anc_str cell;
    while (rag_cell_next(line, &cursor, &cell))
        n++;
    return n;
}

static bool has_digit(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            return true;
    return false;
}

static size_t blanks_in(anc_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] == ' ';
    return n;
}

bool rag_is_year(anc_str cell)
{
    enum { FIRST = 1900, LAST = 2100 };
    uint64_t year;
    return cell.len == 4 && anc_str_to_u64(cell, &year) && year >= FIRST && year <= LAST;
}

static bool starts_small(anc_str cell)
{
    return cell.len > 0 && cell.ptr[0] >= 'a' && cell.ptr[0] <= 'z';
}

/* Nothing but figures and what stands between and around them in sums, shares and dates. */
static bool is_number(anc_str cell)
{
    if (!has_digit(cell))
        return false;
    for (size_t i = 0; i < cell.len; i++)
        if ((cell.ptr[i] < '0' || cell.ptr[i] > '9') &&
            anc_str_find(ANC_STR("+-.,:/% $()"), anc_str_sub(cell, i, 1)) == SIZE_MAX)
            return false;
    return true;
}

anc_str rag_cell_at(anc_str row, size_t index)
{
    size_t cursor = 0;
    anc_str cell = ANC_STR("");
    for (size_t i = 0; i <= index; i++)
        if (!rag_cell_next(row, &cursor, &cell))
            return ANC_STR("");
    return cell;
}

typedef struct table {
    const rag_units *units;
    const rag_passage *passage;
    size_t first, end; /* its rows */
} table;

static anc_str row_at(const table *t, size_t i)
{
    const rag_unit *u = &t->units->items[i];
    return anc_str_sub(t->passage->text, u->start, u->end - u->start);
}

/* The row of its table that unit `i` is, as the catalog counts them; 0: none. */
static uint32_t number_at(const table *t, size_t i)
{
    const uint64_t at = t->passage->start + t->units->items[i].start;
    uint32_t row = 0;
    for (size_t k = 0; k < t->passage->n_places && t->passage->places[k].at <= at; k++)
        row = t->passage->places[k].row;
    return row;
}

static bool stands_over_first(const table *t)
{
    return number_at(t, t->first) == 0 && number_at(t, t->first + 1) == 1;
}

static bool numbers_below(const table *t, size_t column)
{
    for (size_t i = t->first + 1; i < t->end; i++)
        if (!is_number(rag_cell_at(row_at(t, i), column)))
            return false;
    return true;
}

/* "2020 | 2021" above other figures than years. */
static bool is_year_over(const table *t, size_t column, anc_str name)
{
    for (size_t i = t->first + 1; i < t->end; i++)
        if (rag_is_year(rag_cell_at(row_at(t, i), column)))
            return false;
    return rag_is_year(name);
}

/* The first column of a sheet may count its rows, its name with them: "0 | First Name | Last Name". */
static bool counts_rows(const table *t, anc_str name)
{
    uint64_t before;
    uint64_t number;
    if (rag_cell_count(row_at(t, t->first)) < COUNTED_CELLS || !anc_str_to_u64(name, &before))
        return false;
    for (size_t i = t->first + 1; i < t->end; i++, before = number)
        if (!anc_str_to_u64(rag_cell_at(row_at(t, i), 0), &number) || number != before + 1)
            return false;
    return true;
}

static bool looks_like_names(const table *t)
{
    const anc_str row = row_at(t, t->first);
    size_t cursor = 0;
    bool small = false;
    bool numbers = false;
    anc_str cell;
    for (size_t column = 0; rag_cell_next(row, &cursor, &cell); column++) {
        const bool below = numbers_below(t, column);
        if (column == 0 && counts_rows(t, cell))
            continue;
        if (column > 0 && below && is_year_over(t, column, cell)) {
            numbers = true;
            continue;
        }
        if (is_number(cell) || (has_digit(cell) && !below) ||
            anc_utf8_count(cell) > NAME_MAX_CHARS || blanks_in(cell) > NAME_MAX_BLANKS)
            return false;
        small |= starts_small(cell);
        numbers |= below;
    }
    return numbers || !small;
}

/* Whether the rows below the first differ from it as values do from their columns' names. */
static bool differ_below(const table *t)
{
    size_t bytes = 0;
    for (size_t i = t->first + 1; i < t->end; i++) {
        const anc_str row = row_at(t, i);
        if (has_digit(row))
            return true;
        bytes += row.len;
    }
    return 2 * bytes > 3 * row_at(t, t->first).len * (t->end - t->first - 1);
}

/* ---- a list of properties ------------------------------------------------------------------- */

/* What things have, as forms and boxes name it. */
static bool is_property(anc_str cell)
{
    static const char *const lists[] = {
        "founded|founder|founders|founder(s)|industry|headquarters|area served|key people|products|"
        "services|revenue|net income|total assets|total equity|number of employees|employees|"
        "subsidiaries|website|company type|traded as|parent|born|died|nationality|occupation|"
        "spouse|children|education|alma mater|capital|largest city|official languages|population|"
        "currency|time zone|calling code|director|genre|running time|release date|license|"
        "developer(s)|written in|weight|height|length|width|depth|colour|color|dimensions|material|"
        "power|voltage|warranty|phone|telephone|fax|e-mail|email|address|postcode|vin|make|model|"
        "year|policy|policy #|policy number|date|due date|invoice number|invoice date|iban|bic|"
        "author|publisher|isbn|country|status|manufacturer|serial number",
        "fondation|fondateur|fondateurs|création|siège|siège social|secteur|activité|effectif|"
        "chiffre d'affaires|site web|forme juridique|naissance|décès|nationalité|profession|"
        "capitale|monnaie|superficie|poids|hauteur|longueur|largeur|couleur|matière|garantie|"
        "téléphone|adresse|courriel|pays|auteur|éditeur|directeur",
        "gründung|gründer|rechtsform|sitz|leitung|mitarbeiterzahl|umsatz|branche|geboren|"
        "gestorben|staatsangehörigkeit|beruf|hauptstadt|währung|fläche|einwohner|gewicht|höhe|"
        "länge|breite|farbe|garantie|telefon|adresse|anschrift|e-mail-adresse|land|autor|verlag",
        "fundación|fundador|fundadores|sede|sector|industria|empleados|ingresos|sitio web|"
        "nacimiento|fallecimiento|nacionalidad|ocupación|moneda|superficie|población|peso|altura|"
        "teléfono|dirección|correo electrónico|país|autor|editorial"};
    while (cell.len > 0 && cell.ptr[cell.len - 1] == ':')
        cell = anc_str_trim(anc_str_sub(cell, 0, cell.len - 1));
    for (size_t i = 0; i < ANC_COUNT(lists); i++) {
        anc_str list = anc_str_of(lists[i]);
        for (anc_str one; anc_str_split(&list, '|', &one);)
            if (anc_str_eq_nocase(one, cell))
                return true;
    }
    return false;
}

/* Two columns, and in the first, from the first row on, names of properties: it is one of them, and at least two
 * below it are, or the only one below. */
static bool lists_properties(const table *t)
{
    const size_t below = t->end - t->first - 1;
    const size_t wanted = below < PROPERTIES_BELOW ? below : PROPERTIES_BELOW;
    size_t n = 0;
    if (t->units->items[t->first].cells != 2 || !is_property(rag_cell_at(row_at(t, t->first), 0)))
        return false;
    for (size_t i = t->first + 1; i < t->end && n < wanted; i++)
        n += is_property(rag_cell_at(row_at(t, i), 0));
    return n == wanted;
}

/* Whether the names of `cells` columns fit row `u`. One that is known to stand below them may have no cells for its
 * last columns, but not where its cells were found by gaps: which of them are empty is not known of it. */
static bool names_fit(const table *t, size_t i, size_t cells, bool counted)
{
    const rag_unit *u = &t->units->items[i];
    return u->cells == cells ||
           (counted && u->cells > 1 && anc_str_find(row_at(t, i), ANC_STR("|")) != SIZE_MAX);
}

/* Behind the rows that follow `first` line by line with as many cells, or that the catalog counts on from it. */
static size_t table_end(const table *t)
{
    const rag_unit *items = t->units->items;
    uint32_t row = number_at(t, t->first);
    size_t end = t->first + 1;
    for (; end < t->units->n; end++) {
        const uint32_t next = number_at(t, end);
        const bool counted = next > 0 && (next == row + 1 || next == row);
        const bool parted = row > 0 && next == 0; /* names of columns again, or no row */
        if (parted ||
            (!counted && (!items[end].line_start || items[end].cells != items[t->first].cells)))
            break;
        row = next;
    }
    return end;
}

/* The rows that the passage begins with go on a table from above when they have its cells, or are counted on. */
static size_t name_continued(rag_units *units, size_t from, const rag_passage *passage)
{
    const size_t cells = passage->columns.len > 0 ? rag_cell_count(passage->columns) : 0;
    table t = {units, passage, from, from};
    if (cells < 2 || from == units->n)
        return from;
    const bool counted = number_at(&t, from) > 0;
    t.end = counted ? table_end(&t) : units->n;
    size_t i = from;
    for (; i < t.end && (counted || units->items[i].cells == cells); i++)
        units->items[i].continues = names_fit(&t, i, cells, counted);
    return i;
}

/* A row found by gaps, with the tabs at its end, behind which nothing stands. */
static anc_str row_with_end(anc_str text, const rag_unit *u)
{
    size_t end = u->end;
    while (end < text.len && text.ptr[end] == '\t')
        end++;
    return anc_str_sub(text, u->start, end - u->start);
}

void rag_tables_find(rag_units *units, size_t from, const rag_passage *passage)
{
    for (size_t i = from; i < units->n; i++) {
        rag_unit *u = &units->items[i];
        const size_t cells = rag_cell_count(row_with_end(passage->text, u));
        u->cells = u->line_start && cells > 1 ? (uint32_t)cells : 0;
    }
    for (size_t i = name_continued(units, from, passage); i < units->n;) {
        table t = {units, passage, i, i + 1};
        if (units->items[i].cells > 0)
            t.end = table_end(&t);
        const bool counted = t.end > i + 1 && stands_over_first(&t);
        if (counted ||
            (t.end > i + 1 && looks_like_names(&t) && differ_below(&t) && !lists_properties(&t))) {
            units->items[i].kind = RAG_UNIT_COLUMNS;
            for (size_t k = i + 1; k < t.end; k++)
                if (names_fit(&t, k, units->items[i].cells, counted))
                    units->items[k].columns = (uint32_t)i;
        }
        i = t.end;
    }
}

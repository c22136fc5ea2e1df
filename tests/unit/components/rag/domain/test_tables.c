/* test_tables.c - rows of tables and the lines that name their columns. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/tables.h"

typedef struct table_row {
    const char *name, *text;
    size_t columns; /* index of the unit that names them, or SIZE_MAX */
    size_t row;     /* a unit that must know it */
} table_row;

static const table_row tables[] = {
    {"figures below", "Year | Event\n2018 | the scale\n2019 | the meter\n", 0, 2},
    {"longer cells below",
     "Level | Use\nGround floor | turning, boxwood, dispatch\nFirst floor | assembly, metrology\n",
     0, 1},
    {"a heading above", "Parts\n\nReference | Price\nLP-18 | £42\nSG-05 | £4\n", 1, 3},
    {"small letters are no names", "turning of brass | hooks and dials\nwood | boxwood of 1990\n",
     SIZE_MAX, 1},
    {"a file's names",
     "name | site | start_date\nAda Hale | York | 2015-03-02\nBo | Leeds | 2018-11-19\n", 0, 2},
    {"names with figures", "City | Q1 | Q2\nYork | 1.5 | -2\nLeeds | 3 % | 4\n", 0, 1},
    {"codes are no names", "B33 | Antenna\nB40 | Too many\n", SIZE_MAX, 1},
    {"figures are no names", "LP-18 | £42\nSG-05 | £4\n", SIZE_MAX, 1},
    {"another number of cells", "A | B | C\none | two 2\n", SIZE_MAX, 1},
    {"one row alone", "Reference | Price\n\nProse of 2020 follows.\n", SIZE_MAX, 0},
    {"tabs between cells", "Country\tPopulation\nAustria\t8.9\nFinland\t5.5\n", 0, 2},
    {"a long row of names", /* no sentence that runs on into the row below */
     "Country\tPopulation (millions)\tArea (km2)\tCapital\tOfficial language\n"
     "Austria\t8.9\t83,879\tVienna\tGerman\nFinland\t5.5\t338,424\tHelsinki\tFinnish\n",
     0, 2},
    {"a sheet that counts its rows", "0 | First Name | Country\n1 | Ada | France\n2 | Bo | Spain\n",
     0, 2},
    {"figures in the first column that do not", "7 | First Name | Country\n1 | Ada | France\n",
     SIZE_MAX, 1},
    {"a list of properties",
     "Company type | Public\nIndustry | Software\nFounded | April 4, 1975\nFounders | Ada, Bo\n",
     SIZE_MAX, 2},
    {"in German", "Sitz | Bern\nGründung | 1975\nUmsatz | 4 Mio.\n", SIZE_MAX, 1},
    {"properties below names", "Property | Value\nWeight | 4 kg\nHeight | 2 m\n", 0, 1},
    {"a name that one row has too", "Country | Currency\nFrance | euro 1\nCountry | x\n", 0, 1},
    {"years name columns",
     "(In millions)\t2020\t2021\nRevenue\t$ 11,139\t$ 17,455\nLoss\t(6,788)\t(570)\n", 0, 1},
    {"years below years do not", "Reign\t1901\nEdward\t1901\nGeorge\t1910\n", SIZE_MAX, 1},
    {"two tables", "Name | Size\nbox | 12\nlid | 14\n\nProse.\n\nCode | Cause\nE1 | rain\n", 0, 2},
};

static void columns_are_known(void **state)
{
    const table_row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const rag_passage p = {.text = anc_str_of(row->text)};
    rag_units units;
    ASSERT_OK(rag_units_cut(mem, &p, 1, TXT_EN, &units, &err), &err);
    size_t found = SIZE_MAX;
    for (size_t i = units.n; i-- > 0;)
        if (units.items[i].kind == RAG_UNIT_COLUMNS)
            found = i;
    assert_int_equal(found, row->columns);
    assert_true(row->row < units.n);
    assert_int_equal(units.items[row->row].columns,
                     row->columns == SIZE_MAX ? RAG_NO_UNIT : row->columns);
}

/* What the catalog counts as the first row has its columns' names before it, whatever they look like. */
static void rows_are_counted(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    static const rag_place places[] = {{100, 0}, {113, 1}, {128, 2}, {146, 0}};
    const rag_passage p = {
        .text = ANC_STR("town\tcountry\nVienna\tAustria\nBrussels\tBelgium\n\nThe end.\n"),
        .start = 100,
        .places = places,
        .n_places = ANC_COUNT(places)};
    rag_units units;
    ASSERT_OK(rag_units_cut(mem, &p, 1, TXT_EN, &units, &err), &err);
    assert_int_equal(units.n, 4);
    assert_int_equal(units.items[0].kind, RAG_UNIT_COLUMNS);
    assert_int_equal(units.items[2].columns, 0);
    assert_int_equal(units.items[3].columns, RAG_NO_UNIT);
}

typedef struct counted_line {
    const char *text;
    uint32_t row;
    bool named; /* by the line of names above it */
} counted_line;

/* Rows that are counted know their names where they have fewer cells, unless these were found by gaps; a row of a
 * single cell parts no table, and names of columns that come again begin another. */
static const counted_line counted_lines[] = {
    {"Town | Land | Cars", 0, false}, {"Vienna | AT |", 1, true},     {"Northern", 2, false},
    {"Oslo | NO", 3, true},           {"Town\tLand\tCars", 0, false}, {"Bonn\tDE", 1, false},
    {"Bern\t\t4\t", 2, false},        {"Rome\tIT\t", 3, true},        {"Paris\tFR\t7", 4, true},
};

static void counted_rows_may_be_short(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(text, 1000);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_place places[ANC_COUNT(counted_lines)];
    for (size_t i = 0; i < ANC_COUNT(counted_lines); i++) {
        places[i] = (rag_place){.at = text.len, .row = counted_lines[i].row};
        anc_buf_printf(&text, "%s\n", counted_lines[i].text);
    }
    const rag_passage p = {
        .text = anc_buf_view(&text), .places = places, .n_places = ANC_COUNT(places)};
    rag_units units;
    ASSERT_OK(rag_units_cut(mem, &p, 1, TXT_EN, &units, &err), &err);
    assert_int_equal(units.n, ANC_COUNT(counted_lines));
    for (size_t i = 0, names = 0; i < units.n; i++) {
        const bool heads = counted_lines[i].row == 0;
        names = heads ? i : names;
        assert_int_equal(units.items[i].kind == RAG_UNIT_COLUMNS, heads);
        assert_int_equal(units.items[i].columns, counted_lines[i].named ? names : RAG_NO_UNIT);
    }
}

/* An empty last cell is no broken line. */
static void no_row_goes_on_below_its_table(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const rag_passage p = {
        .text = ANC_STR("name | voltage | owner\nsaw | 36 V |\n\nlocation: shed 4\n")};
    rag_units units;
    ASSERT_OK(rag_units_cut(mem, &p, 1, TXT_EN, &units, &err), &err);
    assert_int_equal(units.n, 3);
    assert_true(anc_str_eq(rag_unit_text(&units.items[1], &p), ANC_STR("saw | 36 V |")));
}

/* Rows that are counted on where the names stand above the passage. */
static void counted_rows_go_on(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    static const rag_place places[] = {
        {.at = 500, .row = 7}, {.at = 511, .row = 8}, {.at = 517, .row = 0}};
    const rag_passage p = {.text = ANC_STR("Bo | Leeds\nCy | \nname | size\n"),
                           .columns = ANC_STR("name | site | start"),
                           .start = 500,
                           .places = places,
                           .n_places = ANC_COUNT(places)};
    rag_units units;
    ASSERT_OK(rag_units_cut(mem, &p, 1, TXT_EN, &units, &err), &err);
    assert_int_equal(units.n, 3);
    assert_true(units.items[0].continues && units.items[1].continues);
    assert_false(units.items[2].continues);
}

/* A passage that begins inside a table knows its columns from above. */
static void a_table_goes_on(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const rag_passage p = {.text = ANC_STR("Bo | Leeds\nCy | York\n\nAt the end.\n"),
                           .columns = ANC_STR("name | site")};
    rag_units units;
    ASSERT_OK(rag_units_cut(mem, &p, 1, TXT_EN, &units, &err), &err);
    assert_int_equal(units.n, 3);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(units.items[i].kind, RAG_UNIT_PROSE);
        assert_true(anc_str_eq(rag_unit_columns(&units, &units.items[i], &p), p.columns));
    }
    assert_int_equal(rag_unit_columns(&units, &units.items[2], &p).len, 0);
}

typedef struct cells_row {
    const char *name, *line;
    size_t n;
    const char *last;
} cells_row;

static const cells_row lines[] = {
    {"none", "no row", 1, "no row"}, {"two", "a | b", 2, "b"}, {"blanks", "  a|\tb  ", 2, "b"},
    {"an empty one", "a | ", 2, ""}, {"nothing", "", 1, ""},   {"tabs alone", "a b\tc", 2, "c"},
};

static void cells_are_walked(void **state)
{
    const cells_row *row = *state;
    size_t cursor = 0;
    size_t n = 0;
    anc_str cell = ANC_STR_NONE;
    while (rag_cell_next(anc_str_of(row->line), &cursor, &cell))
        n++;
    assert_int_equal(n, row->n);
    assert_int_equal(rag_cell_count(anc_str_of(row->line)), row->n);
    assert_true(anc_str_eq(cell, anc_str_of(row->last)));
}

int main(void)
{
    int failed = RUN_TABLE("columns", tables, columns_are_known);
    failed += RUN_TABLE("cells", lines, cells_are_walked);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_counted), cmocka_unit_test(counted_rows_may_be_short),
        cmocka_unit_test(counted_rows_go_on), cmocka_unit_test(no_row_goes_on_below_its_table),
        cmocka_unit_test(a_table_goes_on)};
    return failed + cmocka_run_group_tests_name("continued", tests, NULL, NULL);
}

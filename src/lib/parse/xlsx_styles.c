/* xlsx_styles.c - the formats of numbers out of "xl/styles.xml". */
#include "xlsx_impl.h"

#include <stdlib.h>

enum { NUM_FMT = 1, CELL_XFS, XF, NUM_FMT_ID, FORMAT_CODE };

enum { MAX_CODES = 4096, MAX_FORMATS = 65536 };

static const prs_xml_space spaces[] = {
    {"x", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"},
    {"x", "http://purl.oclc.org/ooxml/spreadsheetml/main"}};

static const prs_xml_name names[] = {{"x:numFmt", NUM_FMT},
                                     {"x:cellXfs", CELL_XFS},
                                     {"x:xf", XF},
                                     {"numFmtId", NUM_FMT_ID},
                                     {"formatCode", FORMAT_CODE}};

static const prs_xml_table table = {spaces, ANC_COUNT(spaces), names, ANC_COUNT(names)};

typedef struct code {
    uint32_t id;
    prs_number_format format;
} code;

typedef struct reader {
    prs_emitter *e;
    prs_xlsx_styles *to;
    code *codes; /* owned, MAX_CODES */
    size_t n_codes;
    bool in_formats; /* inside cellXfs */
} reader;

static prs_number_format format_of(const reader *r, uint32_t id)
{
    for (size_t i = 0; i < r->n_codes; i++)
        if (r->codes[i].id == id)
            return r->codes[i].format;
    return prs_number_format_built_in(id);
}

static bool add_format(reader *r, uint32_t id)
{
    prs_xlsx_styles *s = r->to;
    if (s->n == MAX_FORMATS)
        return prs_emit_fail(
            r->e,
            ANC_FAIL(r->e->err, ANC_LIMIT, "workbook: more than %d formats of cells", MAX_FORMATS));
    if (s->n == s->cap) {
        const size_t cap = s->cap > 0 ? s->cap * 2 : 64;
        prs_number_format *grown = realloc(s->formats, cap * sizeof *grown);
        if (grown == NULL)
            return prs_emit_fail(r->e,
                                 ANC_FAIL(r->e->err, ANC_NO_MEMORY, "workbook: out of memory"));
        s->formats = grown;
        s->cap = cap;
    }
    s->formats[s->n++] = format_of(r, id);
    return true;
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    reader *r = self;
    uint32_t number = 0;
    const bool numbered = prs_xml_number(a, NUM_FMT_ID, &number);
    if (id == CELL_XFS)
        r->in_formats = true;
    if (id == NUM_FMT && numbered && r->n_codes < MAX_CODES)
        r->codes[r->n_codes++] =
            (code){number, prs_number_format_of(prs_xml_attribute(a, FORMAT_CODE))};
    return id != XF || !r->in_formats || add_format(r, number);
}

static bool on_end(void *self, unsigned id)
{
    reader *r = self;
    r->in_formats &= id != CELL_XFS;
    return true;
}

bool prs_xlsx_styles_read(prs_archive *a, const char *name, prs_xlsx_styles *ret)
{
    reader r = {.e = a->e, .to = ret, .codes = calloc(MAX_CODES, sizeof(code))};
    const prs_xml_handler handler = {.start = on_start, .end = on_end, .self = &r};
    *ret = (prs_xlsx_styles){.formats = NULL};
    if (r.codes == NULL)
        return prs_emit_fail(a->e, ANC_FAIL(a->e->err, ANC_NO_MEMORY, "workbook: out of memory"));
    const bool ok = prs_xml_read_entry(&table, &handler, a, name);
    free(r.codes);
    return ok;
}

void prs_xlsx_styles_done(prs_xlsx_styles *s)
{
    free(s->formats);
    s->formats = NULL;
}

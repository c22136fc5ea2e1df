/* choice_kept.c - what checks found, as a file beside the model. */
#include <stdio.h>

#include "choice_impl.h"
#include "os/file.h"
#include "json/json.h"

enum { FORMAT = 1, FILE_MAX_BYTES = 1 << 16, ARENA_BYTES = 1 << 18 };

static const anc_str file_name = ANC_STR_INIT("anchorage.precision.json");

static void doc_cleanup(json_doc **doc)
{
    json_doc_free(*doc);
}

static bool precision_of(anc_str name, inf_precision *ret)
{
    for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++)
        if (anc_str_eq(name, anc_str_of(inf_precision_name(p)))) {
            *ret = p;
            return true;
        }
    return false;
}

/* A row that says less than everything is left out. */
static void read_row(const json_value *row, inf_findings *ret)
{
    inf_finding *f = &ret->rows[ret->n];
    const anc_str levels = json_str(json_member(row, "levels"), ANC_STR(""));
    const anc_str precision = json_str(json_member(row, "precision"), ANC_STR(""));
    *f = (inf_finding){.worst = json_double(json_member(row, "worst"), -1),
                       .median = json_double(json_member(row, "median"), -1)};
    if (levels.len == 0 || levels.len >= sizeof f->levels ||
        !precision_of(precision, &f->precision))
        return;
    (void)snprintf(f->levels, sizeof f->levels, "%.*s", ANC_FMT(levels));
    ret->n++;
}

void inf_findings_read(anc_str folder, anc_str digest, inf_findings *ret)
{
    anc_str text;
    anc_err ignored = {0};
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    ANC_ARENA(mem, ARENA_BYTES);
    *ret = (inf_findings){0};
    if (mem == NULL)
        return;
    const anc_str path = os_path_join(mem, folder, file_name);
    if (path.ptr == NULL || os_file_read(mem, path, FILE_MAX_BYTES, &text, &ignored) != ANC_OK ||
        json_parse(text, &doc, &ignored) != ANC_OK)
        return;
    const json_value *root = json_root(doc), *rows = json_member(root, "findings");
    if (json_int(json_member(root, "format"), 0) != FORMAT ||
        json_int(json_member(root, "check"), 0) != INF_CHECK_VERSION ||
        !anc_str_eq(json_str(json_member(root, "model"), ANC_STR("")), digest))
        return;
    for (size_t i = 0; i < json_count(rows) && ret->n < INF_FINDINGS; i++)
        read_row(json_element(rows, i), ret);
}

anc_status inf_findings_write(anc_str folder, anc_str digest, const inf_findings *findings,
                              anc_err *err)
{
    ANC_BUF(text, FILE_MAX_BYTES);
    ANC_ARENA(mem, ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for what the check of a model found");
    const anc_str path = os_path_join(mem, folder, file_name);
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a path");
    json_writer w = json_writer_of(&text);
    json_open_object(&w);
    json_put_int(&w, "format", FORMAT);
    json_put_int(&w, "check", INF_CHECK_VERSION);
    json_put_str(&w, "model", digest);
    json_name(&w, "findings");
    json_open_array(&w);
    for (size_t i = 0; i < findings->n; i++) {
        const inf_finding *f = &findings->rows[i];
        json_open_object(&w);
        json_put_str(&w, "precision", anc_str_of(inf_precision_name(f->precision)));
        json_put_str(&w, "levels", anc_str_of(f->levels));
        json_put_real(&w, "worst", f->worst);
        json_put_real(&w, "median", f->median);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    (void)anc_buf_add_char(&text, '\n');
    ANC_TRY(anc_buf_status(&text, "what the check of a model found", err));
    return os_file_replace(path, anc_buf_view(&text), err);
}

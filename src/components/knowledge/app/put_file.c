/* put_file.c - which document a file of a folder is: the one that was read from that file before, whatever folder was
 * named then and now.
 *
 * The transaction that publishes looks again. Of a file that became several documents in a data folder of before
 * this rule the oldest stays; the others go when the file was read again.
 */
#include "knowledge/domain/limits.h"
#include "knowledge/domain/names.h"
#include "put_impl.h"

static anc_str last_part(anc_str path)
{
    size_t from = path.len;
    while (from > 0 && path.ptr[from - 1] != '/')
        from--;
    return anc_str_sub(path, from, path.len);
}

/* The id of it, which does not change any more: what was handed out names it. */
static anc_status settle_name(kno_put *put, anc_str name)
{
    if (anc_str_eq(name, put->name))
        return ANC_OK;
    if (put->file_found)
        return ANC_FAIL(put->call.err, ANC_UNAVAILABLE,
                        "'%.*s' was read as the document '%.*s' by somebody else meanwhile",
                        ANC_FMT(put->input->uri), ANC_FMT(name));
    ANC_TRY(kno_document_id_check(name, "/id", put->call.err));
    put->name = anc_arena_copy(put->results, name);
    if (put->name.ptr == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->results), "no room for a result");
    return ANC_OK;
}

/* A file that was not read before has its own id, or where that is another document's its whole path. */
static anc_status find_new(kno_put *put)
{
    const kno_document_input *in = put->input;
    const kno_document_store d = put->kno->with.catalog.documents;
    anc_str name = in->id;
    ANC_TRY(d.ops->find(d.self, &put->call, put->collection.id, name, &put->present));
    if (put->present.id != 0 && !anc_str_eq(put->present.current.uri, in->uri)) {
        name = in->uri;
        ANC_TRY(d.ops->find(d.self, &put->call, put->collection.id, name, &put->present));
    }
    return settle_name(put, name);
}

/* The oldest document of the file that the caller may open; the others of them are its twins. */
static anc_status choose(kno_put *put, const kno_document_record *all, size_t n)
{
    put->twins = anc_arena_alloc(put->call.mem, n + 1, sizeof *put->twins);
    put->n_twins = 0;
    if (put->twins == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for a document");
    for (size_t i = 0; i < n; i++) {
        if (!kno_may_open(&put->call, all[i].acl))
            continue;
        if (put->present.id == 0)
            put->present = all[i];
        else
            put->twins[put->n_twins++] = all[i];
    }
    return put->present.id != 0 ? settle_name(put, put->present.name) : find_new(put);
}

anc_status kno_put_find_file(kno_put *put)
{
    const kno_document_input *in = put->input;
    const kno_document_store d = put->kno->with.catalog.documents;
    kno_document_record *all = NULL;
    size_t n = 0;
    if (put->collection.id != 0) {
        ANC_TRY(d.ops->of_file(d.self, &put->call, put->collection.id, in->uri, KNO_FILE_TWINS,
                               &all, &n));
        ANC_TRY(choose(put, all, n));
    }
    put->file_found = true;
    put->file_others = 0;
    for (size_t i = 0; i < n; i++)
        put->file_others += !anc_str_eq(all[i].name, put->name);
    const kno_version_record *v = &put->present.current;
    const bool known = put->present.id != 0 && anc_str_eq(v->uri, in->uri) &&
                       anc_str_eq(last_part(v->name), last_part(in->name));
    put->known_name = known ? v->name : ANC_STR_NONE;
    return ANC_OK;
}

void kno_put_remove_twins(const kno_put *put, const krn_call *call)
{
    kno_service *kno = put->kno;
    uint64_t seq = 0;
    anc_err ignored; /* it goes when the file is read the next time */
    for (size_t i = 0; i < put->n_twins; i++) {
        anc_err_clear(&ignored);
        krn_call after = kno_call_after(kno, call, &ignored);
        if (kno_document_remove(kno, &after, &put->twins[i], true, &seq) != ANC_OK)
            krn_log_write(kno->with.log, KRN_WARN, "knowledge",
                          "a second document of a file stays until the file is read again",
                          KRN_STR("document_id", put->twins[i].name),
                          KRN_STR("error", anc_str_of(ignored.text)));
    }
}

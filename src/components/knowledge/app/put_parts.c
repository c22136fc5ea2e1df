/* put_parts.c - documents inside a document: what a mail has attached becomes documents of their own.
 *
 * A part is put where the parser comes to it, with its bytes still in the parser's hands, so that never
 * more than one is held. It is there before the version that it belongs to; that one's publication
 * retires the parts that the document has no more. Its id is "<id>#<file name>", its settings are those
 * of the document. What cannot be read is noted among what was found about the document and fails
 * nothing; what may pass by itself (a full disk) fails the document, so that all of it is tried again. A
 * document of more than KNO_PARTS keeps the first of them, and says how many it has beside.
 */
#include <string.h>

#include "knowledge/domain/limits.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"
#include "json/json.h"

enum {
    UNREAD_MAX = 64,
    SAME_NAME_MAX = 1000,
    LEFT_OUT_BYTES = 128,
    PART_UNDO_ARENA_BYTES = 1 << 20
};
#define PART_UNDO_NS (INT64_C(5) * 1000000000)

static bool was_seen(const kno_parts *parts, anc_str id)
{
    for (size_t i = 0; i < parts->n; i++)
        if (anc_str_eq(parts->items[i].id, id))
            return true;
    return false;
}

/* "<of>#<name>"; "<of>#<name> (2)" where that is taken by an earlier part. */
static anc_str numbered(anc_arena *mem, anc_str of, anc_str name, unsigned number)
{
    if (number == 1)
        return anc_arena_printf(mem, "%.*s#%.*s", ANC_FMT(of), ANC_FMT(name));
    return anc_arena_printf(mem, "%.*s#%.*s (%u)", ANC_FMT(of), ANC_FMT(name), number);
}

typedef struct part_names {
    anc_str id, uri, name;
} part_names;

static anc_status name_part(kno_put *put, const kno_part *part, part_names *ret, anc_err *err)
{
    anc_arena *mem = put->call.mem;
    unsigned number = 1;
    *ret = (part_names){.name = part->name};
    if (part->name.len == 0)
        ret->name = anc_arena_printf(mem, "attachment %zu", put->parts.n + 1);
    ret->id = numbered(mem, put->name, ret->name, number);
    while (ret->id.ptr != NULL && was_seen(&put->parts, ret->id) && number < SAME_NAME_MAX)
        ret->id = numbered(mem, put->name, ret->name, ++number);
    if (put->input->uri.len > 0)
        ret->uri = numbered(mem, put->input->uri, ret->name, number);
    if (ret->id.ptr == NULL || ret->name.ptr == NULL ||
        (put->input->uri.len > 0 && ret->uri.ptr == NULL))
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the name of an attachment");
    return ANC_OK;
}

static anc_status add_seen(kno_put *put, anc_str id, kno_part_seen **ret, anc_err *err)
{
    kno_parts *parts = &put->parts;
    if (parts->n == parts->cap) {
        const size_t cap = parts->cap == 0 ? 8 : 2 * parts->cap;
        kno_part_seen *items = anc_arena_alloc(put->call.mem, cap, sizeof *items);
        if (items == NULL)
            return ANC_FAIL(err, anc_arena_refusal(put->call.mem), "no room for %zu attachments",
                            cap);
        if (parts->n > 0)
            memcpy(items, parts->items, parts->n * sizeof *items);
        parts->items = items;
        parts->cap = cap;
    }
    *ret = &parts->items[parts->n++];
    **ret = (kno_part_seen){.id = id};
    return ANC_OK;
}

anc_status kno_parts_find_depth(kno_put *put)
{
    const kno_document_store d = put->kno->with.catalog.documents;
    kno_document_record above = put->present;
    unsigned depth = 0;
    if (put->of.depth > 0)
        return ANC_OK;
    while (above.id != 0 && above.parent.len > 0 && ++depth < KNO_PARTS_DEPTH)
        ANC_TRY(d.ops->find(d.self, &put->call, put->collection.id, above.parent, &above));
    put->of.depth = depth;
    return ANC_OK;
}

bool kno_is_of_the_content(anc_status status)
{
    return status == ANC_INVALID || status == ANC_LIMIT || status == ANC_UNSUPPORTED ||
           status == ANC_FORBIDDEN;
}

/* Of very many the last line says how many more there were. */
static anc_status add_unread(kno_put *put, anc_str text, anc_err *err)
{
    kno_parts *parts = &put->parts;
    anc_arena *mem = put->call.mem;
    if (parts->unread == NULL)
        parts->unread = anc_arena_alloc(mem, UNREAD_MAX, sizeof *parts->unread);
    if (parts->n_unread == UNREAD_MAX) /* the line of the last one goes too */
        parts->unread_more += parts->unread_more == 0 ? 2 : 1;
    const anc_str copy = parts->unread_more > 0
                             ? anc_arena_printf(mem, "and %zu more", parts->unread_more)
                             : anc_arena_copy(mem, text);
    if (parts->unread == NULL || copy.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for what could not be read");
    if (parts->n_unread < UNREAD_MAX)
        parts->n_unread++;
    parts->unread[parts->n_unread - 1] = copy;
    return ANC_OK;
}

/* Each in the log, as far as the document names them too. */
static void tell_unread(const kno_put *put, anc_str id, const char *why)
{
    if (put->parts.unread_more > 1)
        return;
    krn_log_write(put->kno->with.log, KRN_WARN, "knowledge",
                  put->parts.n_unread < UNREAD_MAX
                      ? "an attachment was not read"
                      : "an attachment was not read, nor were others of its document",
                  KRN_STR("document_id", id), KRN_STR("reason", anc_str_of(why)));
}

/* What programs write that do not know says nothing. */
static anc_str unless_vague(anc_str type)
{
    const bool vague = anc_str_eq_nocase(type, ANC_STR("application/octet-stream")) ||
                       anc_str_eq_nocase(type, ANC_STR("text/plain"));
    return vague ? ANC_STR_NONE : type;
}

/* Of the whole, a part that comes further is no more than a sign of life. */
static anc_status on_part_progress(void *arg, size_t done, size_t of, int64_t *deadline_ns,
                                   anc_err *err)
{
    (void)done;
    (void)of;
    kno_put *put = arg;
    const kno_document_input *in = put->input;
    ANC_TRY(in->on_progress(in->on_progress_arg, 0, 0, &put->call.deadline_ns, err));
    *deadline_ns = put->call.deadline_ns;
    return ANC_OK;
}

static anc_status put_one(kno_put *put, const kno_part *part, const part_names *names,
                          kno_put_result *ret, anc_err *why)
{
    const kno_document_input *in = put->input;
    if (put->of.depth == KNO_PARTS_DEPTH)
        return ANC_FAIL(why, ANC_LIMIT, "'%.*s' is attached more than %d documents deep",
                        ANC_FMT(names->id), KNO_PARTS_DEPTH);
    const kno_document_input input = {.collection = in->collection,
                                      .asked = in->asked,
                                      .id = names->id,
                                      .uri = names->uri,
                                      .source = in->source,
                                      .content_type = unless_vague(part->content_type),
                                      .name = names->name,
                                      .metadata = in->metadata,
                                      .acl = put->acl.items,
                                      .n_acl = put->acl.n,
                                      .content = part->bytes,
                                      .modified_ms = in->modified_ms,
                                      .on_progress =
                                          in->on_progress != NULL ? on_part_progress : NULL,
                                      .on_progress_arg = put};
    const kno_part_of of = {.parent = put->name,
                            .depth = put->of.depth + 1,
                            .has_version = true,
                            .version = put->fingerprint,
                            .bound = put->only_over != 0 || (in->keeps_acl && put->present.id != 0),
                            .parent_at = put->present.current.fingerprint};
    krn_call call = put->call;
    call.err = why;
    return kno_put_as_part(put->kno, &call, &input, &of, ret);
}

anc_status kno_put_part(kno_put *put, const kno_part *part, anc_err *err)
{
    part_names names;
    kno_part_seen *seen = NULL;
    kno_put_result result;
    anc_err why;
    anc_err_clear(&why);
    if (put->parts.n == KNO_PARTS)
        return ANC_FAIL(err, ANC_BUG,
                        "'%.*s' has more than %d attachments, which the parser should have told",
                        ANC_FMT(put->name), KNO_PARTS);
    ANC_TRY(kno_put_make_collection(put));
    ANC_TRY(name_part(put, part, &names, err));
    ANC_TRY(add_seen(put, names.id, &seen, err));
    const anc_status status = put_one(put, part, &names, &result, &why);
    if (kno_is_of_the_content(status)) {
        tell_unread(put, names.id, why.text);
        return add_unread(put, anc_str_of(why.text), err);
    }
    if (status != ANC_OK)
        return ANC_FAIL(err, status, "%s", why.text);
    seen->is_document = true;
    seen->created = result.status == KNO_CREATED;
    return ANC_OK;
}

anc_status kno_parts_unread(kno_put *put, anc_str note)
{
    return add_unread(put, note, put->call.err);
}

/* "1200" as "1,200". */
static void add_count(anc_buf *out, size_t n)
{
    if (n >= 1000)
        add_count(out, n / 1000);
    (void)anc_buf_printf(out, n >= 1000 ? ",%03zu" : "%zu", n % 1000);
}

anc_status kno_parts_leave_out(kno_put *put, size_t there)
{
    const kno_document_input *in = put->input;
    ANC_BUF(text, LEFT_OUT_BYTES);
    if (there <= KNO_PARTS || !put->takes_parts)
        return ANC_OK;
    add_count(&text, there - KNO_PARTS);
    (void)anc_buf_add(&text, ANC_STR(" of "));
    add_count(&text, there);
    (void)anc_buf_add(&text, ANC_STR(" attachments were not read: at most "));
    add_count(&text, KNO_PARTS);
    (void)anc_buf_add(&text, ANC_STR(" are"));
    ANC_TRY(anc_buf_status(&text, "what was not read of a document", put->call.err));
    krn_log_write(put->kno->with.log, KRN_WARN, "knowledge", "a document has too many attachments",
                  KRN_STR("document_id", put->name), KRN_STR("reason", anc_buf_view(&text)));
    ANC_TRY(add_unread(put, anc_buf_view(&text), put->call.err));
    return in->on_left_out == NULL
               ? ANC_OK
               : in->on_left_out(in->on_publish_arg, put->name, anc_buf_view(&text), put->call.err);
}

anc_status kno_parts_remember(kno_put *put, anc_str found)
{
    json_doc *doc = NULL;
    ANC_TRY(json_parse(found, &doc, put->call.err));
    const json_value *list =
        json_member(json_member(json_root(doc), "attachments_unread"), "value");
    anc_status status = ANC_OK;
    for (size_t i = 0; status == ANC_OK && i < json_count(list); i++)
        status = add_unread(put, json_str(json_element(list, i), ANC_STR("?")), put->call.err);
    json_doc_free(doc);
    return status;
}

/* With memory and time of its own: there may be a thousand. */
static anc_status take_back_part(const kno_put *put, anc_str id, anc_err *err)
{
    kno_service *kno = put->kno;
    uint64_t seq;
    ANC_ARENA(mem, PART_UNDO_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to take back an attachment");
    krn_call call = kno_own_call(kno, mem, err, krn_now_ns(kno->with.clock) + PART_UNDO_NS);
    const anc_status status = kno_document_delete(kno, &call, put->into, id, &seq);
    if (status == ANC_NOT_FOUND)
        anc_err_clear(err);
    return status == ANC_NOT_FOUND ? ANC_OK : status;
}

anc_status kno_parts_take_back(const kno_put *put, krn_call *call)
{
    const kno_collection_store c = put->kno->with.catalog.collections;
    const kno_document_store d = put->kno->with.catalog.documents;
    kno_collection_record collection;
    kno_document_record parent;
    if (put->parts.n == 0)
        return ANC_OK;
    ANC_TRY(c.ops->find(c.self, call, put->into, &collection));
    if (collection.id == 0)
        return ANC_OK;
    ANC_TRY(d.ops->find(d.self, call, collection.id, put->name, &parent));
    for (size_t i = 0; i < put->parts.n && parent.id == 0; i++)
        if (put->parts.items[i].created)
            ANC_TRY(take_back_part(put, put->parts.items[i].id, call->err));
    return ANC_OK;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static int64_t rows_of(anc_str found)
{
    json_doc *doc = NULL;
    anc_err ignored;
    anc_err_clear(&ignored);
    if (found.len == 0 || json_parse(found, &doc, &ignored) != ANC_OK)
        return -1;
    const int64_t rows = json_int(json_member(json_member(json_root(doc), "rows"), "value"), -1);
    json_doc_free(doc);
    return rows;
}

bool kno_is_rows(anc_str found)
{
    return rows_of(found) >= 0;
}

anc_status kno_parts_complete(kno_put *put, bool *ret)
{
    const kno_document_store d = put->kno->with.catalog.documents;
    const int64_t rows = put->rows != NULL ? rows_of(put->present.current.found) : -1;
    kno_part_counts parts;
    ANC_TRY(d.ops->count_parts(d.self, &put->call, put->collection.id, put->name, &put->fingerprint,
                               &parts));
    *ret = parts.others == 0 && (rows < 0 || parts.made >= (uint64_t)rows);
    return ANC_OK;
}

static anc_status adopt(void *arg, krn_tx *tx, anc_err *err)
{
    const kno_put *put = arg;
    const kno_version_writer v = put->kno->with.catalog.versions;
    return v.ops->adopt(v.self, tx, put->present.id, &put->of.version, err);
}

anc_status kno_part_adopt(kno_put *put)
{
    if (!put->of.has_version || put->present.id == 0 ||
        kno_digest_eq(&put->present.made_for, &put->of.version))
        return ANC_OK;
    return krn_writer_run(put->kno->with.writer, &put->call, adopt, put);
}

anc_status kno_parts_mark_vanished(kno_put *put)
{
    const kno_document_store d = put->kno->with.catalog.documents;
    kno_part_counts parts;
    if (put->present.id == 0 || !put->takes_parts)
        return ANC_OK;
    ANC_TRY(d.ops->count_parts(d.self, &put->call, put->collection.id, put->name, &put->fingerprint,
                               &parts));
    if (parts.all <= KNO_GARBAGE_PIECE)
        return ANC_OK;
    put->going = (kno_going){.kno = put->kno, .collection_id = put->collection.id};
    put->takes_parts = false; /* the publication need not look for them again */
    return kno_going_mark(&put->going, &put->call, put->name, &put->parts);
}

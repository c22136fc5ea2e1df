/* batch_form.c - parts of a form to documents of an upload, as they come. */
#include "batch_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/utf8.h"
#include "net/multipart.h"
#include "json/json.h"

enum { FIELD_BYTES = 1 << 20, LABELS_MAX = 100, NAME_BYTES = 4200 };

typedef enum form_field {
    FORM_COLLECTION,
    FORM_METADATA,
    FORM_ACL,
    FORM_ROWS,
    FORM_FIELDS
} form_field;

static const char *const field_names[FORM_FIELDS] = {[FORM_COLLECTION] = "collection",
                                                     [FORM_METADATA] = "metadata",
                                                     [FORM_ACL] = "acl",
                                                     [FORM_ROWS] = "rows"};

struct http_form_reader {
    http_form_target target;
    net_multipart *parser; /* owned */
    anc_map *names;        /* owned: file name to how often it came */
    anc_buf fields[FORM_FIELDS];
    bool given[FORM_FIELDS];
    form_field at; /* FORM_FIELDS: a file */
    uint64_t files, bytes, part_bytes;
    char file[128]; /* the beginning of its name, for messages */
    krn_call *call; /* of the step at work */
};

static anc_status no_memory(anc_err *err)
{
    return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a form");
}

/* ---- fields ---- */

static anc_status read_labels(http_form_reader *r, ing_upload_request *settings)
{
    anc_str rest = anc_buf_view(&r->fields[FORM_ACL]), part;
    anc_str *labels = anc_arena_alloc(r->call->mem, LABELS_MAX, sizeof *labels);
    if (labels == NULL)
        return no_memory(r->call->err);
    while (anc_str_split(&rest, ',', &part)) {
        part = anc_str_trim(part);
        if (part.len > 0 && settings->n_acl == LABELS_MAX)
            return ANC_FAIL_FIELD(r->call->err, ANC_INVALID, "/acl",
                                  "there are more than %d labels", LABELS_MAX);
        if (part.len > 0)
            labels[settings->n_acl++] = part;
    }
    settings->acl = labels;
    return ANC_OK;
}

static anc_status check_fields(const http_form_reader *r)
{
    for (size_t i = 0; i < FORM_FIELDS; i++) {
        char pointer[32];
        const anc_str value = anc_buf_view(&r->fields[i]);
        (void)snprintf(pointer, sizeof pointer, "/%s", field_names[i]);
        if (!anc_utf8_valid(value) || (value.len > 0 && memchr(value.ptr, '\0', value.len) != NULL))
            return ANC_FAIL_FIELD(r->call->err, ANC_INVALID, pointer, "%s is not text in UTF-8",
                                  field_names[i]);
    }
    return ANC_OK;
}

static anc_status read_rows(http_form_reader *r, ing_upload_request *settings)
{
    static const ing_rows by_their_names = {.n_text_fields = 0};
    const anc_str rows = anc_str_trim(anc_buf_view(&r->fields[FORM_ROWS]));
    if (anc_str_eq(rows, ANC_STR("document")))
        settings->rows = &by_their_names;
    else if (rows.len > 0 && !anc_str_eq(rows, ANC_STR("table")))
        return ANC_FAIL_FIELD(r->call->err, ANC_INVALID, "/rows",
                              "rows is \"%.*s\"; table and document are known",
                              ANC_FMT(anc_str_sub(rows, 0, 32)));
    return ANC_OK;
}

/* What the fields say for all files. */
static anc_status open_upload(http_form_reader *r)
{
    ing_upload_request settings = {.collection = anc_buf_view(&r->fields[FORM_COLLECTION]),
                                   .metadata = anc_buf_view(&r->fields[FORM_METADATA])};
    ANC_TRY(check_fields(r));
    ANC_TRY(read_labels(r, &settings));
    ANC_TRY(read_rows(r, &settings));
    return r->target.open(r->target.rq, &settings);
}

static anc_status begin_field(http_form_reader *r, const net_part *part, form_field at,
                              anc_err *err)
{
    if (r->files > 0)
        return ANC_FAIL(err, ANC_INVALID, "the field \"%s\" comes behind a file; send it before",
                        field_names[at]);
    if (r->given[at])
        return ANC_FAIL(err, ANC_INVALID, "the form has \"%.*s\" twice", ANC_FMT(part->name));
    r->given[at] = true;
    r->at = at;
    return ANC_OK;
}

/* ---- files ---- */

/* A name that no other file of this form has, in `out`. */
static anc_status name_file(http_form_reader *r, anc_str given, char out[NAME_BYTES], anc_err *err)
{
    uint64_t times = 0;
    char unnamed[32];
    if (given.len == 0) {
        const int n =
            snprintf(unnamed, sizeof unnamed, "file %llu", (unsigned long long)r->files + 1);
        given = (anc_str){unnamed, (size_t)n};
    }
    (void)anc_map_find(r->names, given, &times);
    if (!anc_map_put(r->names, given, times + 1))
        return no_memory(err);
    if (times == 0)
        (void)snprintf(out, NAME_BYTES, "%.*s", ANC_FMT(given));
    else
        (void)snprintf(out, NAME_BYTES, "%.*s (%llu)", (int)(given.len < 4096 ? given.len : 4096),
                       given.ptr, (unsigned long long)times + 1);
    return ANC_OK;
}

static anc_status begin_file(http_form_reader *r, const net_part *part, anc_err *err)
{
    char name[NAME_BYTES];
    if (r->files == 0)
        ANC_TRY(open_upload(r));
    ANC_TRY(name_file(r, part->filename, name, err));
    const anc_str shown = http_shown(anc_str_of(name));
    (void)snprintf(r->file, sizeof r->file, "%.*s", ANC_FMT(shown));
    r->at = FORM_FIELDS;
    r->files++;
    r->bytes = 0;
    return ing_upload_begin(*r->target.upload, r->call, ING_UPLOAD_FILE, anc_str_of(name),
                            part->content_type);
}

/* ---- parts ---- */

static void digest_text(anc_sha256 *sha, anc_str text)
{
    const uint64_t len = text.len;
    anc_sha256_add(sha, (anc_str){(const char *)&len, sizeof len});
    anc_sha256_add(sha, text);
}

void http_digest_part(anc_sha256 *sha, const net_part *part)
{
    if (sha == NULL)
        return;
    digest_text(sha, part->name);
    digest_text(sha, part->filename);
    digest_text(sha, part->content_type);
}

void http_digest_part_end(anc_sha256 *sha, uint64_t bytes)
{
    if (sha != NULL)
        anc_sha256_add(sha, (anc_str){(const char *)&bytes, sizeof bytes});
}

static anc_status on_part(void *arg, const net_part *part, anc_err *err)
{
    http_form_reader *r = arg;
    http_digest_part(r->target.sha, part);
    r->part_bytes = 0;
    for (size_t i = 0; i < FORM_FIELDS; i++)
        if (anc_str_eq(part->name, anc_str_of(field_names[i])))
            return begin_field(r, part, (form_field)i, err);
    if (anc_str_eq(part->name, ANC_STR("file")))
        return begin_file(r, part, err);
    return ANC_FAIL(
        err, ANC_INVALID,
        "there is no form field \"%.*s\" here; collection, metadata, acl, rows and file are",
        ANC_FMT(anc_str_sub(part->name, 0, 64)));
}

static anc_status on_data(void *arg, anc_str bytes, anc_err *err)
{
    http_form_reader *r = arg;
    r->part_bytes += bytes.len;
    if (r->target.sha != NULL)
        anc_sha256_add(r->target.sha, bytes);
    if (r->at != FORM_FIELDS) {
        (void)anc_buf_add(&r->fields[r->at], bytes);
        return anc_buf_status(&r->fields[r->at], field_names[r->at], err);
    }
    r->bytes += bytes.len;
    const uint64_t most = r->target.rq->edge->o.max_source_bytes;
    if (r->bytes > most)
        return ANC_FAIL(err, ANC_LIMIT, "the file \"%s\" is over %llu bytes, the limit of a source",
                        r->file, (unsigned long long)most);
    return ing_upload_add(*r->target.upload, r->call, bytes);
}

static anc_status on_part_end(void *arg, anc_err *err)
{
    http_form_reader *r = arg;
    (void)err;
    http_digest_part_end(r->target.sha, r->part_bytes);
    return r->at == FORM_FIELDS ? ing_upload_finish(*r->target.upload, r->call) : ANC_OK;
}

/* ---- the reader ---- */

void http_form_reader_free(http_form_reader *r)
{
    if (r == NULL)
        return;
    net_multipart_free(r->parser);
    anc_map_free(r->names);
    for (size_t i = 0; i < FORM_FIELDS; i++)
        anc_buf_done(&r->fields[i]);
    free(r);
}

anc_status http_form_reader_new(anc_str content_type, const http_form_target *target,
                                http_form_reader **ret, anc_err *err)
{
    static const net_multipart_sink sink = {on_part, on_data, on_part_end};
    anc_str boundary;
    ANC_TRY(net_multipart_boundary(content_type, &boundary, err));
    http_form_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return no_memory(err);
    r->target = *target;
    for (size_t i = 0; i < FORM_FIELDS; i++)
        r->fields[i] = anc_buf_init(FIELD_BYTES);
    r->parser = net_multipart_new(boundary, &sink, r);
    r->names = anc_map_new();
    if (r->parser == NULL || r->names == NULL) {
        http_form_reader_free(r);
        return no_memory(err);
    }
    *ret = r;
    return ANC_OK;
}

anc_status http_form_reader_feed(http_form_reader *r, krn_call *call, anc_str bytes)
{
    r->call = call;
    return net_multipart_feed(r->parser, bytes, call->err);
}

anc_status http_form_reader_finish(http_form_reader *r, krn_call *call)
{
    r->call = call;
    ANC_TRY(net_multipart_finish(r->parser, call->err));
    if (r->files == 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/file", "the form has no file");
    return ANC_OK;
}

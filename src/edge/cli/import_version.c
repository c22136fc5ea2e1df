/* import_version.c - the lines of an export read, and a version made into a form that is sent.
 *
 * A small original is put together in memory. One that came in pieces goes piece by piece into a
 * temporary file, which has no name, and the form is sent from its mapping; so memory does not grow
 * with a document.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/id.h"
#include "hash/sha256.h"
#include "import.h"
#include "list.h"
#include "os/clock.h"

enum {
    PUT_BYTES = 32 << 20,
    BODY_BYTES = ARCHIVE_LINE_BYTES,
    ORIGINAL_BYTES = 256 << 20,
    KEPT_BYTES = 1 << 20, /* of a body's room, for the next one */
    BOUNDARY_RANDOM = 16
};

/* ---- lines --------------------------------------------------------------------------------- */

/* Whether nothing comes behind the line at hand. */
static bool is_last(import_file *file)
{
    anc_str line;
    bool end = false;
    anc_err ignored = {0};
    return os_lines_next(file->lines, &line, &end, &ignored) != ANC_OK || end;
}

static anc_status bad_line(import_file *file, const char *why, anc_err *err)
{
    const unsigned long long number = (unsigned long long)file->number;
    char text[sizeof err->text];
    (void)snprintf(text, sizeof text, "%s", why);
    if (number == 1 && !file->is_ours)
        return ANC_FAIL(err, ANC_INVALID, "%.*s is no file that `anchorage export` wrote",
                        ANC_FMT(file->name));
    if (is_last(file))
        return ANC_FAIL(err, ANC_INVALID,
                        "%.*s ends in the middle of line %llu: it was cut off (%s)",
                        ANC_FMT(file->name), number, text);
    return ANC_FAIL(err, ANC_INVALID, "%.*s, line %llu is damaged: %s", ANC_FMT(file->name), number,
                    text);
}

anc_status import_next(import_file *file, json_doc **ret_doc, anc_err *err)
{
    anc_str line;
    bool end = false;
    anc_err why = {0};
    CLI_JSON(doc);
    *ret_doc = NULL;
    anc_status status = os_lines_next(file->lines, &line, &end, &why);
    if (status != ANC_OK)
        return ANC_FAIL(err, status == ANC_CORRUPT ? ANC_INVALID : status,
                        "%.*s, after line %llu: %s", ANC_FMT(file->name),
                        (unsigned long long)file->number, why.text);
    if (end) {
        file->ended = true;
        return ANC_OK;
    }
    if (++file->number == 1)
        file->is_ours = anc_str_starts(line, ANC_STR("{\"kind\":\"" ARCHIVE_HEAD "\""));
    status = archive_check(line, &why);
    if (status == ANC_OK)
        status = json_parse(line, &doc, &why);
    if (status != ANC_OK)
        return bad_line(file, why.text, err);
    *ret_doc = doc;
    doc = NULL;
    return ANC_OK;
}

/* ---- the form ------------------------------------------------------------------------------ */

/* The form on its way into memory or a file. */
typedef struct form {
    import_put *put;
    import_file *from;
    FILE *file; /* NULL: into put->body */
    uint64_t bytes;
    anc_sha256 *sha; /* owned: of the content */
    uint64_t content;
    anc_err *err;
} form;

static anc_status add(form *f, anc_str bytes)
{
    f->bytes += bytes.len;
    if (f->file == NULL) {
        (void)anc_buf_add(&f->put->body, bytes);
        return anc_buf_status(&f->put->body, "a version", f->err);
    }
    if (bytes.len > 0 && fwrite(bytes.ptr, 1, bytes.len, f->file) != bytes.len)
        return ANC_FAIL(f->err, errno == ENOSPC ? ANC_DISK_FULL : ANC_IO,
                        "writing a temporary file: %s", strerror(errno));
    return ANC_OK;
}

static anc_status refuse(form *f, uint64_t line, const char *why)
{
    return ANC_FAIL(f->err, ANC_INVALID, "%.*s, line %llu: %s", ANC_FMT(f->from->name),
                    (unsigned long long)line, why);
}

static anc_status add_content(form *f, const json_value *line)
{
    ANC_BUF(bytes, 2 * ARCHIVE_PIECE_BYTES);
    anc_err why = {0};
    const json_value *text = json_member(line, "content_base64");
    if (json_kind_of(text) != JSON_STRING)
        return refuse(f, f->from->number, "content_base64 is missing");
    if (anc_base64_read(json_str(text, ANC_STR("")), &bytes, &why) != ANC_OK)
        return refuse(f, f->from->number, why.text);
    f->content += bytes.len;
    anc_sha256_add(f->sha, anc_buf_view(&bytes));
    return add(f, anc_buf_view(&bytes));
}

static void copy(json_writer *w, const json_value *from, const char *name)
{
    ANC_BUF(text, ARCHIVE_LINE_BYTES);
    const json_value *v = json_member(from, name);
    const bool none = v == NULL || json_kind_of(v) == JSON_NULL ||
                      (json_kind_of(v) == JSON_ARRAY && json_count(v) == 0);
    if (v == NULL || (none && strcmp(name, "acl") == 0)) /* none of its own */
        return;
    json_dump(v, &text);
    json_put_raw(w, name, anc_buf_view(&text));
}

static const char *const vector_members[] = {"model", "digests", "values"};

/* The line behind the version and its content that has the vectors of its chunks; *ret_doc NULL: it has none. */
static anc_status next_vectors(import_file *file, const json_value *version, json_doc **ret_doc,
                               anc_err *err)
{
    CLI_JSON(doc);
    *ret_doc = NULL;
    if (!json_bool(json_member(version, "vectors"), false))
        return ANC_OK;
    ANC_TRY(import_next(file, &doc, err));
    if (doc == NULL)
        return ANC_FAIL(err, ANC_INVALID,
                        "%.*s ends behind line %llu: it was cut off in the middle of a document",
                        ANC_FMT(file->name), (unsigned long long)file->number);
    if (!anc_str_eq(list_text(json_root(doc), "kind"), ANC_STR("vectors")))
        return ANC_FAIL(err, ANC_INVALID,
                        "%.*s, line %llu: the vectors of a document should stand here",
                        ANC_FMT(file->name), (unsigned long long)file->number);
    *ret_doc = doc;
    doc = NULL;
    return ANC_OK;
}

static void put_vectors(json_writer *w, const json_value *vectors)
{
    static const char *const names[] = {"vectors_model", "vectors_digests", "vectors_values"};
    for (size_t i = 0; vectors != NULL && i < ANC_COUNT(names); i++)
        json_put_str(w, names[i], list_text(vectors, vector_members[i]));
}

static anc_status add_version(form *f, const json_value *version)
{
    CLI_JSON(vectors);
    static const char *const members[] = {
        "title",    "uri",          "source",         "file_name",           "content_type",
        "metadata", "acl",          "created_at",     "document_created_at", "fingerprint",
        "changed",  "chunks_added", "chunks_removed", "restored_from",       "parent",
        "made_for", "rows",         "row_columns",    "attachments_unread"};
    ANC_BUF(text, ARCHIVE_LINE_BYTES);
    json_writer w = json_writer_of(&text);
    json_open_object(&w);
    for (size_t i = 0; i < ANC_COUNT(members); i++)
        copy(&w, version, members[i]);
    ANC_TRY(next_vectors(f->from, version, &vectors, f->err));
    put_vectors(&w, vectors != NULL ? json_root(vectors) : NULL);
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&text, "a version", f->err));
    return add(f, anc_buf_view(&text));
}

static anc_status add_pieces(form *f, uint64_t pieces)
{
    import_file *file = f->from;
    for (uint64_t i = 1; i <= pieces; i++) {
        CLI_JSON(doc);
        ANC_TRY(import_next(file, &doc, f->err));
        const json_value *line = json_root(doc);
        if (doc == NULL)
            return ANC_FAIL(
                f->err, ANC_INVALID,
                "%.*s ends behind line %llu: it was cut off in the middle of a document",
                ANC_FMT(file->name), (unsigned long long)file->number);
        if (!anc_str_eq(list_text(line, "kind"), ANC_STR("content")) ||
            list_count(line, "piece") != i)
            return refuse(f, file->number, "the next piece of a document should stand here");
        ANC_TRY(add_content(f, line));
        if (f->content > ORIGINAL_BYTES)
            return refuse(f, file->number, "the document is over 256 MiB, the limit of a source");
    }
    return ANC_OK;
}

static anc_status check_content(form *f, const json_value *version)
{
    unsigned char digest[ANC_SHA256_BYTES];
    char hex[ANC_SHA256_HEX + 1];
    anc_sha256_end(f->sha, digest);
    anc_hex_text(digest, sizeof digest, hex);
    if (!anc_str_eq(list_text(version, "content_sha256"), anc_str_of(hex)))
        return refuse(f, f->put->line, "the content is not the one that was exported");
    return ANC_OK;
}

static anc_status write_form(form *f, const json_value *version, const char *boundary)
{
    char text[256];
    const uint64_t pieces = list_count(version, "pieces");
    (void)snprintf(text, sizeof text,
                   "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n"
                   "Content-Type: application/octet-stream\r\n\r\n",
                   boundary);
    ANC_TRY(add(f, anc_str_of(text)));
    ANC_TRY(pieces > 0 ? add_pieces(f, pieces) : add_content(f, version));
    ANC_TRY(check_content(f, version));
    (void)snprintf(text, sizeof text,
                   "\r\n--%s\r\nContent-Disposition: form-data; name=\"version\"\r\n\r\n",
                   boundary);
    ANC_TRY(add(f, anc_str_of(text)));
    ANC_TRY(add_version(f, version));
    (void)snprintf(text, sizeof text, "\r\n--%s--\r\n", boundary);
    return add(f, anc_str_of(text));
}

static anc_status map_form(form *f)
{
    import_put *put = f->put;
    if (fflush(f->file) != 0)
        return ANC_FAIL(f->err, errno == ENOSPC ? ANC_DISK_FULL : ANC_IO,
                        "writing a temporary file: %s", strerror(errno));
    void *map = mmap(NULL, (size_t)f->bytes, PROT_READ, MAP_SHARED, fileno(f->file), 0);
    if (map == MAP_FAILED)
        return ANC_FAIL(f->err, ANC_IO, "mapping a temporary file: %s", strerror(errno));
    put->map = map;
    put->map_bytes = (size_t)f->bytes;
    return ANC_OK;
}

/* ---- a version ----------------------------------------------------------------------------- */

anc_status import_put_open(import_put *put, anc_err *err)
{
    *put = (import_put){.body = anc_buf_init(BODY_BYTES), .mem = anc_arena_new(PUT_BYTES)};
    return put->mem != NULL ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "an import");
}

void import_put_clear(import_put *put)
{
    if (put->map != NULL)
        (void)munmap(put->map, put->map_bytes);
    put->map = NULL;
    put->key = ANC_STR_NONE;
    put->map_bytes = 0;
    if (put->body.len > KEPT_BYTES)
        anc_buf_done(&put->body);
    anc_buf_clear(&put->body);
    anc_arena_reset(put->mem);
}

size_t import_put_bytes(const import_put *put)
{
    return put->map_bytes + put->body.len;
}

void import_put_close(import_put *put)
{
    if (put->mem == NULL)
        return;
    import_put_clear(put);
    anc_buf_done(&put->body);
    anc_arena_free(put->mem);
    put->mem = NULL;
}

static anc_status make_request(import_put *put, cli_client *client, const json_value *version,
                               const char *boundary, anc_err *err)
{
    anc_arena *mem = put->mem;
    const anc_str collection = list_text(version, "collection");
    const anc_str body =
        put->map != NULL ? (anc_str){put->map, put->map_bytes} : anc_buf_view(&put->body);
    put->version = list_count(version, "version");
    put->id = anc_arena_copy(mem, list_text(version, "document_id"));
    put->key = anc_arena_printf(mem, "%.*s\n%.*s", ANC_FMT(collection), ANC_FMT(put->id));
    const anc_str path =
        anc_arena_printf(mem, "/v1/knowledge/documents/%.*s/versions/%llu?collection=%.*s",
                         ANC_FMT(cli_encode(mem, put->id)), (unsigned long long)put->version,
                         ANC_FMT(cli_encode(mem, collection)));
    const anc_str type = anc_arena_printf(mem, "multipart/form-data; boundary=%s", boundary);
    if (path.ptr == NULL || type.ptr == NULL || put->key.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "a version");
    return cli_request_typed(client, "PUT", path, type, body, mem, &put->request, err);
}

anc_status import_put_make(import_put *put, cli_client *client, import_file *file,
                           const json_value *version, anc_err *err)
{
    unsigned char random[BOUNDARY_RANDOM];
    char boundary[2 * BOUNDARY_RANDOM + 1];
    const bool in_pieces = list_count(version, "pieces") > 0;
    os_random(random, sizeof random);
    anc_hex_text(random, sizeof random, boundary);
    form f = {.put = put, .from = file, .err = err, .sha = anc_sha256_new()};
    anc_status status = f.sha != NULL ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "a version");
    put->line = file->number;
    if (status == ANC_OK && in_pieces && (f.file = tmpfile()) == NULL)
        status = ANC_FAIL(err, ANC_IO, "making a temporary file: %s", strerror(errno));
    if (status == ANC_OK)
        status = write_form(&f, version, boundary);
    if (status == ANC_OK && in_pieces)
        status = map_form(&f);
    if (status == ANC_OK)
        status = make_request(put, client, version, boundary, err);
    if (f.file != NULL)
        (void)fclose(f.file);
    anc_sha256_free(f.sha);
    return status;
}

anc_status import_skip_content(import_file *file, const json_value *version, anc_err *err)
{
    for (uint64_t i = list_count(version, "pieces"); i > 0; i--) {
        CLI_JSON(doc);
        ANC_TRY(import_next(file, &doc, err));
        if (doc == NULL)
            return ANC_OK;
    }
    CLI_JSON(vectors);
    return next_vectors(file, version, &vectors, err);
}

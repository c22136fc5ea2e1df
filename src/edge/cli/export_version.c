/* export_version.c - the lines of an export, and a version with its original in them. */
#include <errno.h>
#include <string.h>

#include "base/base64.h"
#include "base/id.h"
#include "export.h"
#include "hash/sha256.h"
#include "list.h"

enum { SHOWN_FAILURES = 20, ITEM_BYTES = 16 << 20 };

/* One version on its way into the file. */
typedef struct version_out {
    exporting *x;
    const json_value *document, *version;
    const export_given *given; /* NULL: nothing */
    anc_str collection, id, document_created_at, parent, made_for;
    uint64_t bytes, got, piece;
    bool begun;
    anc_buf content;   /* what is not written yet */
    json_doc *vectors; /* owned; NULL: none */
    anc_sha256 *sha;   /* owned */
    anc_status status;
} version_out;

/* ---- lines --------------------------------------------------------------------------------- */

static anc_status write_line(exporting *x)
{
    ANC_TRY(archive_seal(&x->line, x->err));
    const anc_str line = anc_buf_view(&x->line);
    x->lines++;
    x->bytes += line.len;
    if (x->file != NULL)
        return os_writer_add(x->file, line, x->err);
    if (fwrite(line.ptr, 1, line.len, stdout) != line.len)
        return ANC_FAIL(x->err, ANC_IO, "writing the export: %s", strerror(errno));
    return ANC_OK;
}

json_writer export_line(exporting *x, const char *kind)
{
    anc_buf_clear(&x->line);
    json_writer w = json_writer_of(&x->line);
    json_open_object(&w);
    json_put_str(&w, "kind", anc_str_of(kind));
    return w;
}

anc_status export_end_line(exporting *x, json_writer *w)
{
    json_close_object(w);
    return write_line(x);
}

/* A member of what the server said, as it stands. */
void export_copy(json_writer *w, const json_value *from, const char *name)
{
    ANC_BUF(text, ARCHIVE_LINE_BYTES);
    const json_value *v = json_member(from, name);
    if (v == NULL)
        return;
    json_dump(v, &text);
    json_put_raw(w, name, anc_buf_view(&text));
}

/* ---- a version ----------------------------------------------------------------------------- */

static uint64_t pieces_of(uint64_t bytes)
{
    return bytes <= ARCHIVE_PIECE_BYTES ? 0
                                        : (bytes + ARCHIVE_PIECE_BYTES - 1) / ARCHIVE_PIECE_BYTES;
}

static void put_content(json_writer *w, version_out *v)
{
    ANC_BUF(text, 2 * ARCHIVE_PIECE_BYTES);
    anc_base64_put(&text, anc_buf_view(&v->content));
    json_put_str(w, "content_base64", anc_buf_view(&text));
    anc_buf_clear(&v->content);
}

static void put_found(json_writer *w, const json_value *found, const char *name)
{
    const json_value *value = json_member(json_member(found, name), "value");
    ANC_BUF(text, ARCHIVE_LINE_BYTES);
    if (value == NULL)
        return;
    json_dump(value, &text);
    json_put_raw(w, name, anc_buf_view(&text));
}

/* What of the document became documents, which are in the file as such: that the records of a file did,
 * and what a mail had attached that did not. */
static void put_parts(json_writer *w, const version_out *v)
{
    const json_value *found = json_member(v->version, "found");
    if (v->parent.len > 0)
        json_put_str(w, "parent", v->parent);
    if (v->made_for.len > 0)
        json_put_str(w, "made_for", v->made_for);
    if (anc_str_eq(list_text(json_member(found, "rows"), "origin"), ANC_STR("rule")))
        json_put_str(w, "rows", ANC_STR("document"));
    put_found(w, found, "row_columns");
    put_found(w, found, "attachments_unread");
}

static anc_status write_version(version_out *v)
{
    static const char *const members[] = {"version",        "title",         "uri",
                                          "source",         "file_name",     "content_type",
                                          "metadata",       "acl",           "created_at",
                                          "fingerprint",    "changed",       "chunks_added",
                                          "chunks_removed", "restored_from", "content_sha256",
                                          "bytes"};
    json_writer w = export_line(v->x, "version");
    json_put_str(&w, "collection", v->collection);
    json_put_str(&w, "document_id", v->id);
    json_put_str(&w, "document_created_at", v->document_created_at);
    for (size_t i = 0; i < ANC_COUNT(members); i++)
        export_copy(&w, v->version, members[i]);
    put_parts(&w, v);
    json_put_int(&w, "pieces", (int64_t)pieces_of(v->bytes));
    if (v->vectors != NULL)
        json_put_bool(&w, "vectors", true);
    if (pieces_of(v->bytes) == 0)
        put_content(&w, v);
    v->begun = true;
    return export_end_line(v->x, &w);
}

static anc_status write_piece(version_out *v)
{
    if (!v->begun)
        ANC_TRY(write_version(v));
    json_writer w = export_line(v->x, "content");
    json_put_int(&w, "piece", (int64_t)++v->piece);
    put_content(&w, v);
    return export_end_line(v->x, &w);
}

static anc_status write_vectors(version_out *v)
{
    static const char *const members[] = {"model", "digests", "values"};
    if (v->vectors == NULL)
        return ANC_OK;
    json_writer w = export_line(v->x, "vectors");
    for (size_t i = 0; i < ANC_COUNT(members); i++)
        export_copy(&w, json_root(v->vectors), members[i]);
    return export_end_line(v->x, &w);
}

static bool on_bytes(void *arg, anc_str bytes)
{
    version_out *v = arg;
    anc_sha256_add(v->sha, bytes);
    v->got += bytes.len;
    if (v->got > v->bytes) {
        v->status = ANC_FAIL(v->x->err, ANC_CORRUPT, "it has more bytes than it should");
        return false;
    }
    while (bytes.len > 0 && v->status == ANC_OK) {
        const anc_str part = anc_str_sub(bytes, 0, ARCHIVE_PIECE_BYTES - v->content.len);
        (void)anc_buf_add(&v->content, part);
        v->status = anc_buf_status(&v->content, "an original", v->x->err);
        bytes = anc_str_sub(bytes, part.len, bytes.len);
        if (v->status == ANC_OK && v->content.len == ARCHIVE_PIECE_BYTES && pieces_of(v->bytes) > 0)
            v->status = write_piece(v);
    }
    return v->status == ANC_OK;
}

/* The rest of it, once all of its bytes are there and are the right ones. */
static anc_status end_version(version_out *v)
{
    unsigned char digest[ANC_SHA256_BYTES];
    char hex[ANC_SHA256_HEX + 1];
    anc_sha256_end(v->sha, digest);
    anc_hex_text(digest, sizeof digest, hex);
    if (v->got != v->bytes || !anc_str_eq(list_text(v->version, "content_sha256"), anc_str_of(hex)))
        return ANC_FAIL(v->x->err, ANC_CORRUPT, "its original is not the one that was stored");
    if (pieces_of(v->bytes) == 0)
        ANC_TRY(write_version(v));
    else if (v->content.len > 0)
        ANC_TRY(write_piece(v));
    return write_vectors(v);
}

/* Once: vectors are made again from the text, all that is lost is time. */
static void tell_lack(version_out *v, const char *why)
{
    exporting *x = v->x;
    if (x->lack_told)
        return;
    x->lack_told = true;
    (void)fprintf(
        stderr,
        "anchorage: without vectors, which an import makes anew (said once): version %llu "
        "of %.*s in %.*s: %s\n",
        (unsigned long long)list_count(v->version, "version"), ANC_FMT(v->id),
        ANC_FMT(v->collection), why);
}

anc_str export_path(anc_arena *mem, const json_value *document, const json_value *version,
                    const char *what)
{
    return anc_arena_printf(mem, "/v1/knowledge/documents/%.*s/%s?collection=%.*s&version=%llu",
                            ANC_FMT(cli_encode(mem, list_text(document, "document_id"))), what,
                            ANC_FMT(cli_encode(mem, list_text(document, "collection"))),
                            (unsigned long long)list_count(version, "version"));
}

bool export_kept(const export_answer *answer)
{
    return answer->status != ANC_LIMIT && answer->status != ANC_NO_MEMORY;
}

anc_status export_parse(const export_answer *answer, json_doc **ret, anc_err *err)
{
    if (answer->status != ANC_OK)
        return ANC_FAIL(err, answer->status, "%s", answer->err.text);
    ANC_TRY(cli_problem(&answer->response, err));
    return json_parse(answer->response.body, ret, err);
}

/* Those of the version, where it has all of them and they can be read. An older server has no such thing to
 * give. */
static anc_status fetch_vectors(version_out *v, anc_arena *mem)
{
    exporting *x = v->x;
    anc_err why = {0};
    if (cli_given(x->client->cx, "no-vectors"))
        return ANC_OK;
    const export_answer *given = v->given != NULL ? v->given->vectors : NULL;
    const anc_status status =
        given != NULL && export_kept(given)
            ? export_parse(given, &v->vectors, &why)
            : cli_call_json(x->client, "GET", export_path(mem, v->document, v->version, "vectors"),
                            ANC_STR_NONE, &v->vectors, &why);
    if (status == ANC_CANCELLED || cli_interrupted())
        return ANC_FAIL(x->err, ANC_CANCELLED, "interrupted");
    if (status != ANC_OK && status != ANC_NOT_FOUND)
        tell_lack(v, why.text);
    if (status == ANC_OK && list_count(json_root(v->vectors), "chunks") > 0)
        return ANC_OK;
    json_doc_free(v->vectors);
    v->vectors = NULL;
    return ANC_OK;
}

/* The original as it comes, or as it was given. */
static anc_status fetch_raw(version_out *v, anc_arena *mem, net_response *ret, anc_err *why)
{
    cli_client *client = v->x->client;
    net_request request;
    const export_answer *given = v->given != NULL ? v->given->raw : NULL;
    if (given != NULL && export_kept(given)) {
        *ret = given->response;
        *why = given->err;
        if (given->status == ANC_OK && ret->head.status < 400)
            (void)on_bytes(v, ret->body);
        return given->status;
    }
    const net_take take = {.on_data = on_bytes, .arg = v, .cancelled = cli_interrupt_flag()};
    ANC_TRY(cli_request_make(client, "GET", export_path(mem, v->document, v->version, "raw"),
                             ANC_STR_NONE, mem, &request, why));
    return net_http_fetch(client->net, &request, &take, mem, ret, why);
}

static anc_status fetch_version(version_out *v, anc_arena *mem)
{
    exporting *x = v->x;
    net_response response = {0};
    anc_err why = {0};
    const anc_status status = fetch_raw(v, mem, &response, &why);
    ANC_TRY(v->status);
    if (cli_interrupted())
        return ANC_FAIL(x->err, ANC_CANCELLED, "interrupted");
    if (status != ANC_OK)
        return ANC_FAIL(x->err, status, "%s", why.text);
    ANC_TRY(cli_problem(&response, x->err));
    return end_version(v);
}

/* A version that cannot be read is told of, and the others go on; one that broke off in the file is
 * the end of the file. */
static anc_status after_failure(const version_out *v, anc_status status)
{
    exporting *x = v->x;
    const unsigned long long number = (unsigned long long)list_count(v->version, "version");
    if (status == ANC_CANCELLED)
        return status;
    const bool ours = status == ANC_NOT_FOUND || status == ANC_CORRUPT;
    char text[sizeof x->err->text];
    (void)snprintf(text, sizeof text, "%s", x->err->text);
    if (v->begun || !ours)
        return ANC_FAIL(x->err, status, "version %llu of %.*s in %.*s: %s", number, ANC_FMT(v->id),
                        ANC_FMT(v->collection), text);
    anc_err_clear(x->err);
    if (x->failed++ < SHOWN_FAILURES)
        (void)fprintf(stderr, "anchorage: left out: version %llu of %.*s in %.*s: %s\n", number,
                      ANC_FMT(v->id), ANC_FMT(v->collection), text);
    return ANC_OK;
}

anc_status export_version(exporting *x, const json_value *document, const json_value *version,
                          const export_given *given)
{
    ANC_ARENA(mem, ITEM_BYTES);
    version_out v = {.x = x,
                     .document = document,
                     .version = version,
                     .given = given,
                     .collection = list_text(document, "collection"),
                     .id = list_text(document, "document_id"),
                     .document_created_at = list_text(document, "created_at"),
                     .parent = list_text(document, "parent"),
                     .made_for = list_text(document, "made_for"),
                     .bytes = list_count(version, "bytes"),
                     .content = anc_buf_init(ARCHIVE_PIECE_BYTES),
                     .sha = anc_sha256_new()};
    anc_status status = ANC_OK;
    if (mem == NULL || v.sha == NULL)
        status = ANC_FAIL(x->err, ANC_NO_MEMORY, "a version");
    if (status == ANC_OK)
        status = fetch_vectors(&v, mem);
    if (status == ANC_OK) {
        status = fetch_version(&v, mem);
        if (status == ANC_OK)
            x->versions++;
        else
            status = after_failure(&v, status);
    }
    anc_buf_done(&v.content);
    json_doc_free(v.vectors);
    anc_sha256_free(v.sha);
    return status;
}

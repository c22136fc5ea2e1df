/* upload.c - a form is parsed on the loop as it comes; a large file waits on disk, not in memory.
 *
 * Up to SPILL_BYTES of the file are kept in memory. When more has come, the connection is paused, a
 * pool writes them to a file that has no name (so that nothing is left behind whatever happens), and
 * the connection goes on. A request thus holds about a MiB however large its file is.
 *
 *   loop:  chunk ──> parser ──> kept ──(full: pause)──┐        resume ──> chunk …
 *   pool:                                     write ──┘──────────┘
 *
 * When the body ends while the pool writes (the client left), the end waits for the pool.
 */
#include "upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"
#include "batch_form.h"
#include "gather.h"
#include "net/multipart.h"

enum {
    SPILL_BYTES = 1 << 20,
    KEPT_MAX = SPILL_BYTES + (256 << 10),
    FIELD_BYTES = 1 << 20,
    VERSION_BYTES = 6 << 20, /* with the vectors of its chunks */
    FORM_BYTES =
        2 << 20, /* what any form is charged with: the file's, and fields as they mostly are */
    VERSION_TIMES =
        3 /* of a large version: its text, the tree of its JSON, what is decoded of it */
};

typedef enum form_field {
    FORM_ID,
    FORM_COLLECTION,
    FORM_TITLE,
    FORM_URI,
    FORM_CONTENT_TYPE,
    FORM_METADATA,
    FORM_ACL,
    FORM_VERSION,
    FORM_FIELDS,
    FORM_FILE = FORM_FIELDS
} form_field;

static const char *const field_names[FORM_FIELDS] = {
    [FORM_ID] = "id",   [FORM_COLLECTION] = "collection",     [FORM_TITLE] = "title",
    [FORM_URI] = "uri", [FORM_CONTENT_TYPE] = "content_type", [FORM_METADATA] = "metadata",
    [FORM_ACL] = "acl", [FORM_VERSION] = "version",
};

typedef struct upload {
    net_multipart *parser; /* owned */
    anc_sha256 *sha;       /* owned; NULL: the body's digest is not asked for */
    anc_buf fields[FORM_FIELDS];
    bool given[FORM_FIELDS];
    form_field at;
    bool has_file;
    anc_str file_name, file_type; /* in the request's arena */
    anc_buf kept;                 /* of the file, not written yet */
    uint64_t total;               /* bytes of the file */
    uint64_t part_bytes;          /* of the part that comes */
    uint64_t version_charged;     /* for the version, beside FORM_BYTES */
    int fd;                       /* -1: all of it is in `kept` */
    void *map;                    /* of the whole file, or NULL */
    bool writing;                 /* a pool has `kept` */
    bool refused;                 /* a problem was answered; the rest of the body is thrown away */
    bool ended;
    anc_status end_status; /* of the body */
    anc_status write_status;
} upload;

static void free_work(http_request *rq)
{
    upload *u = rq->work;
    net_multipart_free(u->parser);
    anc_sha256_free(u->sha);
    for (size_t i = 0; i < FORM_FIELDS; i++)
        anc_buf_done(&u->fields[i]);
    anc_buf_done(&u->kept);
    if (u->map != NULL)
        (void)munmap(u->map, (size_t)u->total);
    if (u->fd >= 0)
        (void)close(u->fd);
    free(u);
}

bool http_is_upload(const http_request *rq)
{
    return rq->work_free == free_work;
}

/* ---- the file on disk; on a pool ---- */

static anc_status system_failure(http_request *rq, const char *what)
{
    const anc_status status = errno == ENOSPC || errno == EDQUOT   ? ANC_DISK_FULL
                              : errno == EMFILE || errno == ENFILE ? ANC_UNAVAILABLE
                                                                   : ANC_IO;
    return ANC_FAIL(&rq->err, status, "%s an upload in %.*s: %s", what, ANC_FMT(rq->edge->tmp_dir),
                    strerror(errno));
}

static anc_status open_nameless(http_request *rq, int *ret)
{
    const anc_str folder = rq->edge->tmp_dir;
    const anc_str name = anc_arena_printf(rq->mem, "%.*s/upload-XXXXXX", ANC_FMT(folder));
    char path[4096];
    if (name.ptr == NULL || name.len >= sizeof path)
        return ANC_FAIL(&rq->err, ANC_IO, "the folder for uploads has too long a name");
    memcpy(path, name.ptr, name.len + 1);
    const int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return system_failure(rq, "opening");
    (void)unlink(path);
    *ret = fd;
    return ANC_OK;
}

static anc_status write_kept(http_request *rq)
{
    upload *u = rq->work;
    anc_str rest = anc_buf_view(&u->kept);
    ANC_TRY(os_reserve_check(rq->edge->o.reserve, &rq->err));
    if (u->fd < 0)
        ANC_TRY(open_nameless(rq, &u->fd));
    while (rest.len > 0) {
        const ssize_t n = write(u->fd, rest.ptr, rest.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return system_failure(rq, "writing");
        rest = anc_str_sub(rest, (size_t)n, rest.len);
    }
    anc_buf_clear(&u->kept);
    return ANC_OK;
}

/* ---- the end of the body; on the loop ---- */

static void refuse(http_request *rq, anc_status status)
{
    upload *u = rq->work;
    if (u->refused)
        return;
    u->refused = true;
    http_answer_failure(rq, status);
}

static void end_body(http_request *rq)
{
    upload *u = rq->work;
    anc_status status = u->end_status;
    if (status != ANC_OK) {
        (void)http_claim(rq);
        http_end(rq);
        return;
    }
    if (!u->refused && u->write_status == ANC_OK) {
        status = net_multipart_finish(u->parser, &rq->err);
        if (status == ANC_OK && !u->has_file)
            status = ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/file", "the form has no file");
        else if (status == ANC_OK && u->total == 0 && u->file_name.len == 0 &&
                 strcmp(rq->route->method, "POST") == 0) /* a version may well be empty */
            status = ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/file",
                                    "the field \"file\" is empty and has no name: no file was "
                                    "chosen (curl: -F file=@PATH)");
        if (status != ANC_OK)
            refuse(rq, status);
    }
    if (u->refused) {
        http_end(rq);
        return;
    }
    if (u->sha != NULL)
        anc_sha256_end(u->sha, rq->body_sha256);
    rq->hashed = u->sha != NULL;
    http_start(rq);
}

static void has_written(http_request *rq)
{
    upload *u = rq->work;
    u->writing = false;
    if (u->write_status != ANC_OK)
        refuse(rq, u->write_status);
    if (u->ended)
        end_body(rq);
    else
        net_exchange_resume(rq->ex);
}

static void write_step(http_request *rq)
{
    upload *u = rq->work;
    u->write_status = write_kept(rq);
    http_to_loop(rq, has_written);
}

static void on_end(void *arg, net_exchange *ex, anc_status status)
{
    http_request *rq = arg;
    upload *u = rq->work;
    (void)ex;
    u->ended = true;
    u->end_status = status;
    if (!u->writing)
        end_body(rq);
}

/* ---- the parts; on the loop ---- */

static anc_status field_at(const net_part *part, form_field *ret, anc_err *err)
{
    for (size_t i = 0; i < FORM_FIELDS; i++)
        if (anc_str_eq(part->name, anc_str_of(field_names[i]))) {
            *ret = (form_field)i;
            return ANC_OK;
        }
    if (anc_str_eq(part->name, ANC_STR("file"))) {
        *ret = FORM_FILE;
        return ANC_OK;
    }
    char pointer[100] = "/";
    const size_t n = part->name.len < sizeof pointer - 2 ? part->name.len : sizeof pointer - 2;
    memcpy(pointer + 1, part->name.ptr, n);
    return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "there is no form field \"%.*s\"",
                          ANC_FMT(part->name));
}

static anc_status on_part(void *arg, const net_part *part, anc_err *err)
{
    http_request *rq = arg;
    upload *u = rq->work;
    http_digest_part(u->sha, part);
    u->part_bytes = 0;
    ANC_TRY(field_at(part, &u->at, err));
    const bool again = u->at == FORM_FILE ? u->has_file : u->given[u->at];
    if (again && u->at == FORM_FILE)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/file",
                              "the form has several files; POST /v1/knowledge/documents/batch "
                              "takes many");
    if (again)
        return ANC_FAIL(err, ANC_INVALID, "the form has \"%.*s\" twice", ANC_FMT(part->name));
    if (u->at != FORM_FILE) {
        u->given[u->at] = true;
        return ANC_OK;
    }
    u->has_file = true;
    u->file_name = anc_arena_copy(rq->mem, part->filename);
    u->file_type = anc_arena_copy(rq->mem, part->content_type);
    return u->file_type.ptr != NULL ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "an upload");
}

/* What is past a field of the usual size, before it is kept. */
static anc_status charge_version(http_request *rq, size_t more, anc_err *err)
{
    upload *u = rq->work;
    const uint64_t length = u->fields[FORM_VERSION].len + more;
    const uint64_t most = rq->edge->o.max_gathered_bytes;
    const uint64_t wanted = length > FIELD_BYTES ? VERSION_TIMES * (length - FIELD_BYTES) : 0;
    if (wanted <= u->version_charged)
        return ANC_OK;
    if (wanted - u->version_charged > most - rq->charged)
        return ANC_FAIL_FIELD(
            err, ANC_LIMIT, "/version",
            "the version takes more than %llu MiB of memory, which all bodies may "
            "take together (http.body_memory_mb)",
            (unsigned long long)(most >> 20));
    if (!http_charge(rq, wanted - u->version_charged, err))
        return ANC_UNAVAILABLE;
    u->version_charged = wanted;
    return ANC_OK;
}

static anc_status on_data(void *arg, anc_str bytes, anc_err *err)
{
    http_request *rq = arg;
    upload *u = rq->work;
    u->part_bytes += bytes.len;
    if (u->sha != NULL)
        anc_sha256_add(u->sha, bytes);
    if (u->at == FORM_VERSION)
        ANC_TRY(charge_version(rq, bytes.len, err));
    if (u->at != FORM_FILE) {
        (void)anc_buf_add(&u->fields[u->at], bytes);
        return anc_buf_status(&u->fields[u->at], field_names[u->at], err);
    }
    u->total += bytes.len;
    if (u->total > rq->edge->o.max_source_bytes)
        return ANC_FAIL(
            err, ANC_LIMIT, "the file \"%.*s\" is over %llu bytes, the limit of a source",
            ANC_FMT(http_shown(u->file_name)), (unsigned long long)rq->edge->o.max_source_bytes);
    (void)anc_buf_add(&u->kept, bytes);
    return anc_buf_status(&u->kept, "an upload", err);
}

static anc_status on_part_end(void *arg, anc_err *err)
{
    const http_request *rq = arg;
    const upload *u = rq->work;
    (void)err;
    http_digest_part_end(u->sha, u->part_bytes);
    return ANC_OK;
}

static void on_chunk(void *arg, net_exchange *ex, anc_str bytes)
{
    http_request *rq = arg;
    upload *u = rq->work;
    if (u->refused)
        return;
    const anc_status status = net_multipart_feed(u->parser, bytes, &rq->err);
    if (status != ANC_OK) {
        refuse(rq, status);
    } else if (u->kept.len >= SPILL_BYTES) {
        u->writing = true;
        net_exchange_pause(ex);
        http_to_pool(rq, HTTP_IO, write_step);
    }
}

/* ---- the beginning and the form ---- */

static anc_status open_upload(http_request *rq, upload *u)
{
    static const net_multipart_sink sink = {on_part, on_data, on_part_end};
    anc_str boundary;
    const int64_t length = net_exchange_content_length(rq->ex);
    const bool small = length >= 0 && length < FORM_BYTES;
    u->fd = -1;
    if (!http_charge(rq, small ? (uint64_t)length : FORM_BYTES, &rq->err))
        return ANC_UNAVAILABLE;
    u->kept = anc_buf_init(KEPT_MAX);
    for (size_t i = 0; i < FORM_FIELDS; i++)
        u->fields[i] = anc_buf_init(i == FORM_VERSION ? VERSION_BYTES : FIELD_BYTES);
    ANC_TRY(
        net_multipart_boundary(net_exchange_header(rq->ex, "content-type"), &boundary, &rq->err));
    u->parser = net_multipart_new(boundary, &sink, rq);
    if (net_exchange_header(rq->ex, "idempotency-key").ptr != NULL)
        u->sha = anc_sha256_new();
    const bool no_sha = net_exchange_header(rq->ex, "idempotency-key").ptr != NULL && !u->sha;
    return u->parser != NULL && !no_sha ? ANC_OK : ANC_FAIL(&rq->err, ANC_NO_MEMORY, "an upload");
}

void http_upload_start(http_request *rq)
{
    upload *u = calloc(1, sizeof *u);
    if (u == NULL) {
        http_refuse(rq, http_problem_of(ANC_NO_MEMORY, NULL, NULL), NULL);
        return;
    }
    rq->work = u;
    rq->work_free = free_work;
    const anc_status status = open_upload(rq, u);
    if (status == ANC_OK)
        net_exchange_stream_body(rq->ex, rq->edge->o.max_body_bytes, on_chunk, on_end, rq);
    else
        http_finish(rq, status);
}

static anc_status map_file(http_request *rq, anc_str *ret)
{
    upload *u = rq->work;
    if (u->fd < 0) {
        *ret = u->kept.len > 0 ? anc_buf_view(&u->kept) : ANC_STR("");
        return ANC_OK;
    }
    ANC_TRY(write_kept(rq));
    void *map = mmap(NULL, (size_t)u->total, PROT_READ, MAP_PRIVATE, u->fd, 0);
    if (map == MAP_FAILED)
        return system_failure(rq, "mapping");
    u->map = map;
    *ret = (anc_str){map, (size_t)u->total};
    return ANC_OK;
}

static anc_str field(const upload *u, form_field at)
{
    if (!u->given[at])
        return ANC_STR_NONE;
    return u->fields[at].len > 0 ? anc_buf_view(&u->fields[at]) : ANC_STR("");
}

anc_status http_upload_form(http_request *rq, http_form *ret)
{
    const upload *u = rq->work;
    for (size_t i = 0; i < FORM_FIELDS; i++) {
        const anc_str value = anc_buf_view(&u->fields[i]);
        const bool fits =
            anc_utf8_valid(value) && (value.len == 0 || memchr(value.ptr, '\0', value.len) == NULL);
        if (!fits)
            http_fault_add(&rq->faults, anc_arena_printf(rq->mem, "/%s", field_names[i]),
                           "is not text in UTF-8");
    }
    ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    *ret = (http_form){.id = field(u, FORM_ID),
                       .collection = field(u, FORM_COLLECTION),
                       .title = field(u, FORM_TITLE),
                       .uri = anc_buf_view(&u->fields[FORM_URI]).len > 0 ? field(u, FORM_URI)
                                                                         : u->file_name,
                       .content_type = field(u, FORM_CONTENT_TYPE),
                       .metadata = field(u, FORM_METADATA),
                       .acl = field(u, FORM_ACL),
                       .version = field(u, FORM_VERSION),
                       .file_name = u->file_name,
                       .file_type = u->file_type};
    return map_file(rq, &ret->content);
}

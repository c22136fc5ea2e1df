/* batch_form.h - a form with many files, each of them a document of an upload. Private.
 *
 * Fields `collection`, `metadata` and `acl` mean all files and stand before them; each further part is a
 * `file` with a name. Files of one name are told apart: "a.txt", "a.txt (2)".
 */
#ifndef ANC_EDGE_HTTP_BATCH_FORM_H
#define ANC_EDGE_HTTP_BATCH_FORM_H

#include "net/multipart.h"
#include "request.h"

/* A part of a form into the digest of its body: the same parts are the same body, whatever parts them. `end` after
 * the part's bytes, of which there were so many. */
void http_digest_part(anc_sha256 *sha, const net_part *part);
void http_digest_part_end(anc_sha256 *sha, uint64_t bytes);

typedef struct http_form_reader http_form_reader;

/* Where the files go. */
typedef struct http_form_target {
    http_request *rq;
    /* Opens the upload with what the fields say; called once, before the first file. */
    anc_status (*open)(http_request *rq, const ing_upload_request *settings);
    ing_upload **upload;
    anc_sha256 *sha; /* takes the digest of the parts; NULL: none is asked for */
} http_form_target;

/* UNSUPPORTED, INVALID for a type without a boundary; NO_MEMORY. */
anc_status http_form_reader_new(anc_str content_type, const http_form_target *target,
                                http_form_reader **ret, anc_err *err) ANC_MUST_CHECK;
void http_form_reader_free(http_form_reader *reader); /* NULL is a no-op */

anc_status http_form_reader_feed(http_form_reader *reader, krn_call *call,
                                 anc_str bytes) ANC_MUST_CHECK;
/* INVALID when the form is not whole, or has no file. */
anc_status http_form_reader_finish(http_form_reader *reader, krn_call *call) ANC_MUST_CHECK;

#endif

/* upload.h - a document sent as a form: multipart/form-data with one file. */
#ifndef ANC_EDGE_HTTP_UPLOAD_H
#define ANC_EDGE_HTTP_UPLOAD_H

#include "impl.h"

typedef struct http_upload {
    anc_str collection, id, title, uri; /* ptr NULL where the form had none */
    anc_str metadata;                   /* a JSON object as text, or NULL */
    const anc_str *acl;                 /* [n_acl] */
    size_t n_acl;
    anc_str file_name, content_type;
    anc_str content; /* of the file; in cx->mem */
} http_upload;

/* Reads the form in cx->body. INVALID with a pointer for an unknown field, no file or two, and
 * metadata or acl that are not JSON of the right kind; or for a form that is cut off. */
anc_status http_upload_read(http_ctx *cx, http_upload *ret) ANC_MUST_CHECK;

#endif

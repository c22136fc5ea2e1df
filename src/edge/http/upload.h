/* upload.h - a document as multipart/form-data, read as a stream. Private. */
#ifndef ANC_EDGE_HTTP_UPLOAD_H
#define ANC_EDGE_HTTP_UPLOAD_H

#include "request.h"

/* What the form said; views live as the request. */
typedef struct http_form {
    anc_str id, collection, title, uri, content_type, metadata, acl,
        version; /* ptr NULL when absent */
    anc_str file_name, file_type;
    anc_str content;
} http_form;

/* Reads the body and starts the request's first step; on the loop. */
void http_upload_start(http_request *rq);

/* The form of a request that came as one, with the whole content mapped or in memory; on a pool. */
anc_status http_upload_form(http_request *rq, http_form *ret) ANC_MUST_CHECK;

/* Whether the request came as a form. */
bool http_is_upload(const http_request *rq);

#endif

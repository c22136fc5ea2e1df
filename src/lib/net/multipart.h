/* multipart.h - multipart/form-data (RFC 7578) read as a stream; memory does not grow with a file.
 *
 * Parts are announced and handed over in order. The number of parts and the size of a part's head
 * are bounded; the size of its content is the receiver's to bound.
 */
#ifndef ANC_NET_MULTIPART_H
#define ANC_NET_MULTIPART_H

#include "base/str.h"

enum {
    NET_MULTIPART_BOUNDARY_MAX = 70, /* RFC 2046 */
    NET_MULTIPART_HEAD_MAX = 8192,   /* bytes of the head of one part */
    NET_MULTIPART_PARTS_MAX = 1000
};

/* The boundary of a Content-Type, a view into it. UNSUPPORTED when it is not multipart/form-data,
 * INVALID when it has no boundary or one that RFC 2046 does not allow. */
anc_status net_multipart_boundary(anc_str content_type, anc_str *ret, anc_err *err) ANC_MUST_CHECK;

typedef struct net_part {
    anc_str name;         /* of the form field */
    anc_str filename;     /* as sent, not a safe path; ptr NULL for a plain field */
    anc_str content_type; /* "text/plain" where none was sent */
} net_part;

/* A status other than OK stops the parser, which gives it back. */
typedef struct net_multipart_sink {
    anc_status (*on_part)(void *arg, const net_part *part, anc_err *err); /* views: for the call */
    anc_status (*on_data)(void *arg, anc_str bytes, anc_err *err);        /* never empty */
    anc_status (*on_part_end)(void *arg, anc_err *err);
} net_multipart_sink;

typedef struct net_multipart net_multipart;
void net_multipart_free(net_multipart *mp); /* NULL is a no-op */

/* NULL when memory is out. `sink` is copied, `arg` goes to each of its calls. */
net_multipart *net_multipart_new(anc_str boundary, const net_multipart_sink *sink, void *arg)
    ANC_OWNED_BY_CALLER(net_multipart_free);

/* Takes the next bytes. INVALID with what was wrong, LIMIT with the bound, or what the sink gave.
 * */
anc_status net_multipart_feed(net_multipart *mp, anc_str bytes, anc_err *err) ANC_MUST_CHECK;

/* At the end of the body: INVALID, saying so, when the upload stopped before its last boundary. */
anc_status net_multipart_finish(net_multipart *mp, anc_err *err) ANC_MUST_CHECK;

#endif

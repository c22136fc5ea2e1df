/* http_codec.h - the bytes of an HTTP/1.1 request, read strictly and without waiting.
 *
 * Two machines that are fed bytes as they come: one takes the head, the other the body. Neither
 * allocates nor calls back, and how the bytes are cut into pieces never changes what comes out.
 * Where RFC 9112 lets a server be lenient and leniency has been used for request smuggling, this
 * one refuses:
 *
 *   400  bare LF or CR, white space before a colon, line folding, control bytes, an empty or odd
 *        name, a missing, repeated or odd Host, any repeated Content-Length, one that is not plain
 *        digits, Content-Length with Transfer-Encoding, Transfer-Encoding in HTTP/1.0 or repeated,
 *        a target that is not "/..." (or "*" of OPTIONS, or "http://host/..."), a chunk size that is not plain hex digits, a
 *        trailer that frames, routes, authenticates or changes the request (RFC 9110, 6.5.1)
 *   414  a request line over the limit         417  an Expect other than 100-continue
 *   431  a head, field count or trailer section over the limit
 *   501  a transfer coding other than chunked  505  a version other than 1.0 and 1.1
 */
#ifndef ANC_NET_HTTP_CODEC_H
#define ANC_NET_HTTP_CODEC_H

#include "net/http_server.h"

typedef enum net_codec_step {
    NET_CODEC_MORE, /* all input was taken, more is needed */
    NET_CODEC_DATA, /* body only: a piece of data was cut off */
    NET_CODEC_DONE, /* complete; what is left of the input belongs to what follows */
    NET_CODEC_BAD   /* refused: fault_status and fault say why; feed it no more */
} net_codec_step;

enum { NET_CODEC_FIELDS_MAX = 256, NET_CODEC_TRAILER_BYTES = 4096, NET_CODEC_TRAILER_NAME = 24 };

typedef struct net_head {
    /* set by the caller through net_head_init */
    char *bytes; /* [max_bytes], borrowed: takes the head as it comes */
    size_t max_bytes;
    net_header *fields; /* [max_fields], borrowed */
    size_t max_fields;

    /* the machine */
    size_t len;        /* bytes taken */
    size_t line_start; /* of the line that is being taken */
    bool have_request_line;
    bool skipped_blank;

    /* the request, once DONE; views into `bytes` */
    anc_str method;
    anc_str target;    /* of "http://host/path" the path */
    anc_str authority; /* and the host, which the field Host has then; else empty */
    int minor;         /* of HTTP/1.x: 0 or 1 */
    size_t n_fields;
    bool keep_alive;
    bool expect_continue;
    bool chunked;
    bool has_length;
    uint64_t content_length;
    bool has_host;
    bool has_transfer_encoding;

    int fault_status;
    const char *fault; /* one sentence, literal */
} net_head;

/* Makes `head` ready for a request; it takes at most max_bytes and max_fields
 * (<= NET_CODEC_FIELDS_MAX). */
void net_head_init(net_head *head, char *bytes, size_t max_bytes, net_header *fields,
                   size_t max_fields);

/* Takes bytes off the front of *in up to the end of the head. MORE, DONE or BAD. */
net_codec_step net_head_feed(net_head *head, anc_str *in);

typedef struct net_body {
    bool chunked;
    int state;
    uint64_t left;     /* of the length or the chunk */
    unsigned digits;   /* of the chunk size so far */
    size_t line_bytes; /* of an extension or of the trailers */
    bool line_has_colon;
    size_t name_len;                   /* of the trailer's name so far */
    char name[NET_CODEC_TRAILER_NAME]; /* its first bytes, lowered */
    int fault_status;
    const char *fault;
} net_body;

void net_body_init(net_body *body, bool chunked, uint64_t content_length);

/* Takes bytes off the front of *in. DATA: *data is the next piece (a view into the input, never
 * empty); call again. MORE, DONE, BAD as above. */
net_codec_step net_body_feed(net_body *body, anc_str *in, anc_str *data);

#endif

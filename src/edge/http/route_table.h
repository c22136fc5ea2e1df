/* route_table.h - every path that is answered: dispatched from and described at /openapi.json. Private. */
#ifndef ANC_EDGE_HTTP_ROUTE_TABLE_H
#define ANC_EDGE_HTTP_ROUTE_TABLE_H

#include "body_schema.h"

typedef struct http_request http_request;
struct http_edge;

/* Where the first step of a request runs. */
typedef enum http_lane {
    HTTP_LOOP, /* at once; nothing that waits */
    HTTP_CPU,  /* questions, searches */
    HTTP_IO,   /* the catalog */
    HTTP_PUT   /* as io, with a bound of its own: documents are long work */
} http_lane;

typedef enum http_role {
    HTTP_PUBLIC, /* anybody: health and documentation */
    HTTP_READER,
    HTTP_OWNER /* who holds the key */
} http_role;

typedef enum http_body_kind {
    HTTP_NO_BODY,
    HTTP_JSON_BODY,
    HTTP_DOCUMENT_BODY,
    HTTP_BATCH_BODY
} http_body_kind;

enum {
    HTTP_TAKES_OVER = 1, /* OK from the handler means that it ends the request itself, later */
    HTTP_CREATES = 2,    /* Idempotency-Key is honoured, room on the disk is asked for */
    HTTP_LONG = 4,       /* has the long deadline */
    HTTP_SSE = 8,        /* answers with server-sent events */
    HTTP_OPTIONAL_BODY = 16,
    HTTP_KEYED = 32,      /* Idempotency-Key is honoured; answered on a full disk too */
    HTTP_CONFLICTS = 64,  /* 409 where the state of things forbids it */
    HTTP_RANGED = 128,    /* a Range is honoured, with 206 */
    HTTP_WEBSOCKET = 256, /* 101, or 426; a browser's origin is checked */
    HTTP_TOKEN = 512,     /* the key may come as ?access_token too */
    HTTP_ACTS = 1024,     /* a GET that keeps something or costs something all the same */
    HTTP_SEARCHES = 2048, /* is answered from the index: 503 until it was read once */
    HTTP_ROOMY = 4096,    /* takes a JSON body that is not small */
    HTTP_OWN_PATH = 8192, /* its path is that of no {id}, since the server makes those */
    HTTP_WATCHES = 16384 /* how the server is: its answer may take memory past that of the others */
};

typedef struct http_route {
    const char *method;
    const char *path; /* "/v1/collections/{name}" */
    const char *id;   /* operationId */
    const char *tag;
    const char *summary;
    /* Fills the answer; NULL: 501, named by the summary. */
    anc_status (*handle)(http_request *rq);
    http_lane lane;
    http_role role;
    http_body_kind body;
    unsigned flags;
    const http_schema *query;
    const http_schema *request;
    const http_schema *form;     /* the body as multipart/form-data; NULL: it is none */
    const http_schema *response; /* of `status`; NULL: the media type says it all */
    int status;                  /* the usual one */
    const http_schema *waited;   /* of 200, where `status` is another; NULL: there is none */
    const http_schema *queued;   /* of 202, where `status` is another; NULL: there is none */
    const http_schema *unready;  /* of 503, where that is no problem but an answer; NULL: it is */
    const http_schema *events;   /* of each event of a stream; NULL: it is none */
    const char *media;           /* of the answer; NULL: application/json */
} http_route;

/* Whether more comes of the request than its answer: it writes, or asks somebody who is paid. */
bool http_route_acts(const http_route *route);

extern const http_route http_routes[];
extern const size_t http_route_count;

/* The route of a path that was cut into segments; parameters are put in order into `params`
 * [HTTP_PATH_PARAMS_MAX]. NULL: no such path, or (then *ret_allowed names what is) no such method;
 * HEAD counts as GET. */
typedef struct http_match {
    const http_route *route;
    anc_str params[3];
    char allowed[64]; /* "GET, HEAD, POST, OPTIONS"; "" when no route has the path */
} http_match;

void http_route_find(anc_str method, const anc_str *segments, size_t n, http_match *ret);

#endif

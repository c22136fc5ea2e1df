/* inference_impl.h - the client from inside. Private. */
#ifndef ANC_CLIENTS_INFERENCE_INFERENCE_IMPL_H
#define ANC_CLIENTS_INFERENCE_INFERENCE_IMPL_H

#include <pthread.h>

#include "clients/inference/inference.h"
#include "net/http_client.h"
#include "json/json.h"

enum { INFERENCE_PARALLEL_MAX = 64, INFERENCE_REQUEST_MAX = 16 << 20, INFERENCE_WHERE = 200 };

struct clt_inference {
    clt_inference_options options;   /* the views point into the buffers below */
    anc_buf url, key, bearer, model; /* owned */
    char where[INFERENCE_WHERE];     /* host and port, for texts */
    pthread_mutex_t lock;            /* guards what follows */
    pthread_cond_t freed;
    net_client *clients[INFERENCE_PARALLEL_MAX]; /* owned; NULL: not opened yet */
    bool taken[INFERENCE_PARALLEL_MAX];
};

/* exchange.c: posts a body as often as it takes; the answer's JSON, to be freed by the caller. */
anc_status clt_inference_exchange(clt_inference *client, clt_patience patience, anc_str body,
                                  json_doc **ret, anc_err *err) ANC_MUST_CHECK;

static inline void clt_inference_doc_cleanup(json_doc **doc)
{
    json_doc_free(*doc);
}

#endif

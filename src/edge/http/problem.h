/* problem.h - what an error looks like from outside: RFC 9457. Private. */
#ifndef ANC_EDGE_HTTP_PROBLEM_H
#define ANC_EDGE_HTTP_PROBLEM_H

#include "body_schema.h"

typedef struct http_problem {
    int status;
    const char *slug;  /* "not-found": the last part of `type` */
    const char *title; /* the same for every problem of the type */
    anc_str detail;
    anc_str instance; /* the path that was asked for; may be empty */
    anc_str request_id;
    const http_fault *faults; /* [n_faults] */
    size_t n_faults;
    bool compatible; /* clients of OpenAI read it too: what they look for stands beside the rest */
} http_problem;

/* Statuses that are the edge's own and no anc_status: 405, 406, 431, … */
http_problem http_problem_of_http(int status, anc_str detail);

/* The row of `status`; detail and, where it names a field, the fault are of `err`, whose text must
 * live as long. `fault` takes that one fault. */
http_problem http_problem_of(anc_status status, const anc_err *err, http_fault *fault);

void http_problem_write(const http_problem *problem, anc_buf *out);

/* Seconds for Retry-After where trying again later may help; 0 where it does not. */
int http_problem_retry_s(int status);

#define HTTP_PROBLEM_TYPE ANC_STR("application/problem+json")

#endif

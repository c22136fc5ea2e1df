/* request_rows.h - tables of requests and of what the interface answers to them. */
#ifndef ANC_TESTS_HTTP_REQUEST_ROWS_H
#define ANC_TESTS_HTTP_REQUEST_ROWS_H

#include "edge_fixture.h"

typedef struct request_row {
    const char *name;
    const char *method;
    const char *path;
    const char *headers; /* NULL: JSON where there is a body */
    const char *body;    /* NULL: none */
    int status;
    const char *holds[3]; /* texts of the body */
} request_row;

extern edge_fixture request_edge; /* all rows of a program ask this one */

/* cmocka tests whose state is a row: a good answer fits its schema, a bad one is a whole problem. */
void request_row_good(void **state);
void request_row_bad(void **state);

#define REQUEST_ROWS_MAIN(good, bad)                                     \
    int main(void)                                                       \
    {                                                                    \
        edge_open(&request_edge, NULL);                                  \
        int failed = RUN_TABLE("good requests", good, request_row_good); \
        failed += RUN_TABLE("bad requests", bad, request_row_bad);       \
        edge_close(&request_edge);                                       \
        return failed;                                                   \
    }

#endif

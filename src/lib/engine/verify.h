/* verify.h - what the parts of a verification share: where they are, and the list of what was found. */
#ifndef ANC_ENGINE_VERIFY_H
#define ANC_ENGINE_VERIFY_H

#include "snapshot.h"

typedef struct eng_report {
    const eng_verify_options *options;
    const char *where; /* the block that is looked at */
    uint64_t n;        /* found so far */
} eng_report;

/* Tells one thing that is wrong. */
void eng_report_add(eng_report *r, const char *fmt, ...) ANC_PRINTF(2, 3);

/* Asked for every row: now and then asks the caller. */
static inline ANC_MUST_CHECK anc_status eng_report_may_go_on(const eng_report *r, uint64_t row)
{
    enum { ROWS_A_CHECK = 1024 };
    return row % ROWS_A_CHECK == 0 && r->options->may_go_on != NULL
               ? r->options->may_go_on(r->options->arg)
               : ANC_OK;
}

/* verify_vectors.c: vectors, bits and graph of a block. */
anc_status eng_verify_vectors(eng_report *r, const eng_block *b, anc_err *err) ANC_MUST_CHECK;

#endif

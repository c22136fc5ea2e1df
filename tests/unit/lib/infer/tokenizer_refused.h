/* tokenizer_refused.h - texts of a tokenizer.json that are refused, a row each. */
#ifndef ANC_TESTS_UNIT_LIB_INFER_TOKENIZER_REFUSED_H
#define ANC_TESTS_UNIT_LIB_INFER_TOKENIZER_REFUSED_H

#include <string.h>

#include "base/str.h"
#include "infer/tokenizer.h"
#include "support/test.h"

typedef struct refused_row {
    const char *name, *json;
    anc_status status;
    const char *says;
} refused_row;

static inline void refuses(void **state)
{
    const refused_row *row = *state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    assert_int_equal(inf_tokenizer_of_json(anc_str_of(row->json), &tok, &err), row->status);
    assert_null(tok);
    if (strstr(err.text, row->says) == NULL)
        fail_msg("\"%s\" does not say %s", err.text, row->says);
}

#endif

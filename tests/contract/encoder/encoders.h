/* encoders.h - the encoders behind ports/encoder.h that need something to be there: a model's folder, a server. */
#ifndef ANC_TESTS_CONTRACT_ENCODER_ENCODERS_H
#define ANC_TESTS_CONTRACT_ENCODER_ENCODERS_H

#include <stdio.h>

#include "base/str.h"
#include "embedding/adapters/infer/infer_encoder.h"
#include "embedding/adapters/remote/remote_encoder.h"
#include "support/call.h"
#include "support/clock_fixed.h"
#include "support/encoder_hash.h"
#include "support/fake_inference.h"
#include "support/places.h"
#include "support/test.h"

enum { ENCODER_DIMS_MAX = 512 };

static inline emb_encoder encoder_of_options(const emb_infer_options *options)
{
    anc_err err = {0};
    emb_encoder e = {0};
    ASSERT_OK(emb_infer_open(options, &e, &err), &err);
    return e;
}

/* The small model of tests/data. `turns` may be NULL, `now_ns` is borrowed. */
static inline emb_encoder encoder_of_tiny(const char *precision, inf_turns *turns, int64_t *now_ns)
{
    char folder[PLACE_MAX];
    return encoder_of_options(
        &(emb_infer_options){.folder = anc_str_of(place_in_source(folder, "tests/data/tiny-bert")),
                             .precision = anc_str_of(precision),
                             .turns = turns,
                             .clock = clock_fixed(now_ns)});
}

/* Asks `fake`, which counts words as encoder_hash does; 0 dims: as it answers. */
static inline emb_encoder encoder_of_server(const fake_inference *fake, clt_inference_form form,
                                            uint32_t dims, int64_t *now_ns)
{
    char url[64];
    anc_err err = {0};
    emb_encoder e = {0};
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/v1", fake_inference_port(fake));
    const emb_remote_encoder_options options = {.client = {.form = form,
                                                           .url = anc_str_of(url),
                                                           .model = ANC_STR("far/away"),
                                                           .dims = dims},
                                                .max_tokens = ENCODER_HASH_WINDOW,
                                                .clock = clock_fixed(now_ns)};
    ASSERT_OK(emb_remote_encoder_open(&options, &e, &err), &err);
    return e;
}

#endif

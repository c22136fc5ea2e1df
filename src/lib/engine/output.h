/* output.h - a file of an index on its way to the disk, piece by piece. */
#ifndef ANC_ENGINE_OUTPUT_H
#define ANC_ENGINE_OUTPUT_H

#include "engine/disk.h"
#include "engine/engine.h"

typedef struct eng_output {
    const eng_disk *disk;
    const eng_tidy_options *options;
    anc_err *err;
    void *file;
    uint64_t at;     /* bytes that are written, */
    uint64_t synced; /* and of these durable */
} eng_output;

/* A new, empty file of this name; until it is closed. */
anc_status eng_output_open(const eng_disk *disk, anc_str path, const eng_tidy_options *options,
                           eng_output *ret, anc_err *err) ANC_MUST_CHECK;
void eng_output_close(eng_output *out);

/* All of `bytes` [n] behind what is there. Between pieces the caller's may_go_on may end it; with a pace it waits there, and
 * what was written is synced every now and then, so that it is the disk that is spared and not only its cache. */
anc_status eng_output_put(eng_output *out, const void *bytes, uint64_t n) ANC_MUST_CHECK;

/* Makes all of it durable; the name is not. */
anc_status eng_output_sync(eng_output *out) ANC_MUST_CHECK;

#endif

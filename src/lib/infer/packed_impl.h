/* packed_impl.h - the packed weights of a model as a file beside it, so that they are packed once. The bytes are told in
 * docs/formats/model-folder.md. */
#ifndef ANC_INFER_PACKED_IMPL_H
#define ANC_INFER_PACKED_IMPL_H

#include "bert_impl.h"

/* Counts up when what the weights hold or their order changes. */
enum { INF_LAYOUT_VERSION = 1, INF_PACKED_DIGEST_MAX = 128 };

/* What a file must be for. */
typedef struct inf_packed_key {
    anc_str folder;
    anc_str digest; /* names the bytes of the model; 1 to INF_PACKED_DIGEST_MAX */
    inf_plan plan;
    size_t bytes; /* of the weights */
} inf_packed_key;

/* The weights [key->bytes] in memory of the caller's, who frees it with free(); the file is read, not mapped, so that
 * whoever cuts it later changes nothing here. NOT_FOUND where there is no file; CORRUPT where it is for something else, or
 * of another version, cut short or damaged: whoever gets that writes it anew. IO, NO_MEMORY. */
anc_status inf_packed_read(const inf_packed_key *key, unsigned char **ret_weights,
                           anc_err *err) ANC_MUST_CHECK;

/* Replaces the file. FORBIDDEN, DISK_FULL, IO, NO_MEMORY. */
anc_status inf_packed_write(const inf_packed_key *key, const unsigned char *weights,
                            anc_err *err) ANC_MUST_CHECK;

/* Removes files of other precisions that were neither written nor read in a week. What cannot be removed stays. */
void inf_packed_drop_others(const inf_packed_key *key);

#endif

/* keeper_impl.h - what services tell their keeper. Private to the component. */
#ifndef ANC_EMBEDDING_APP_KEEPER_IMPL_H
#define ANC_EMBEDDING_APP_KEEPER_IMPL_H

#include "cache.h"
#include "embedding/app/keeper_service.h"
#include "embedding/ports/encoder.h"

/* One service at its keeper; NULL keeper: it has none, and all of this does nothing. */
typedef struct emb_kept_by {
    emb_keeper *keeper;
    size_t place;
} emb_kept_by;

/* Encoder and cache are borrowed until emb_keeper_leave. Where there are as many services as can be, this one is not
 * kept. Neither waits for the disk. */
emb_kept_by emb_keeper_join(emb_keeper *keeper, const emb_encoder *encoder,
                            emb_vector_cache *cache);
void emb_keeper_leave(const emb_kept_by *by); /* what is not written yet is lost */

/* A vector that the cache was given, or, with NULL, one that it had. Any thread; never waits for the disk. */
void emb_keeper_note(const emb_kept_by *by, const unsigned char key[EMB_KEY_BYTES],
                     const float *vector);

/* Forgets all that is kept and waits to be, caches of services included; how many the store had. Waits for what is being
 * read or written, as long as the call has time: DEADLINE, CANCELLED. */
anc_status emb_keeper_forget(emb_keeper *keeper, krn_call *call, uint64_t *ret_n) ANC_MUST_CHECK;

#endif

/* remote_breaker.h - an endpoint that failed questions is left alone for a while. Private.
 *
 * Closed, every question goes through. A failure opens it for five seconds; then one question at a time goes
 * through, and each that fails as well doubles the pause, up to a minute. Any answer closes it. Any thread.
 */
#ifndef ANC_EMBEDDING_ADAPTERS_REMOTE_REMOTE_BREAKER_H
#define ANC_EMBEDDING_ADAPTERS_REMOTE_REMOTE_BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Zeroed: closed. */
typedef struct emb_breaker {
    _Atomic int64_t pause_ns; /* 0: closed */
    _Atomic int64_t until_ns; /* nobody goes through before */
    atomic_bool trying;       /* somebody went through since */
} emb_breaker;

typedef enum emb_pass {
    EMB_PASS_NONE, /* the pause lasts */
    EMB_PASS_FREE, /* it is closed */
    EMB_PASS_TRY,  /* the one try after a pause */
} emb_pass;

emb_pass emb_breaker_enter(emb_breaker *b, int64_t now_ns);

/* One of these ends what went through. */
void emb_breaker_failed(emb_breaker *b, emb_pass pass, int64_t now_ns);
void emb_breaker_answered(emb_breaker *b);
void emb_breaker_left(emb_breaker *b, emb_pass pass); /* nothing is known: the caller went */

#endif

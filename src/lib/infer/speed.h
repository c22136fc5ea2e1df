/* speed.h - what a model reaches on this machine in a precision, beside what the machine can do.
 *
 * Times of one thread are of its processor, so others that compute at the same time hardly change them; those of many
 * threads are of the clock. Each is the best of several, over some tenths of a second. Any thread but a loop.
 */
#ifndef ANC_INFER_SPEED_H
#define ANC_INFER_SPEED_H

#include "infer/encoder.h"

typedef struct inf_speed {
    inf_precision precision;
    const char *level; /* of the CPU, that ran; literal */
    double
        peak; /* operations a second that one thread does on registers alone; a multiplication and an
                               * addition are two; 0: not known */
    double
        products;  /* operations a second of a product of 128 rows, 384 deep, with 1,536 columns */
    double tokens; /* of a text */
    double text_seconds;   /* one text, one thread */
    double texts_a_second; /* of many, by all threads of the pool */
} inf_speed;

/* All of it is borrowed for the call. */
typedef struct inf_speed_options {
    anc_str folder; /* of the model */
    anc_str digest; /* as in inf_encoder_options */
    inf_precision precision;
    size_t tokens; /* a text is to have; at most as many as the window has */
    os_pool *pool; /* NULL: this thread alone */
    inf_check check;
} inf_speed_options;

/* INVALID for a model that scores pairs; what opening gives (encoder.h), and what `check` said. Blocks for seconds. */
anc_status inf_measure_speed(const inf_speed_options *options, inf_speed *ret,
                             anc_err *err) ANC_MUST_CHECK;

#endif

/* cross_encoder.h - a cross-encoder of the shape of ms-marco-MiniLM-L-6-v2: the layers of all-MiniLM-L6-v2, and a judge of
 * random weights. */
#ifndef ANC_BENCH_RERANK_CROSS_ENCODER_H
#define ANC_BENCH_RERANK_CROSS_ENCODER_H

#include "base/arena.h"

/* A new folder with the model in it, made from that of the encoder; remove it with os_folder_remove. */
anc_str cross_encoder_make(anc_arena *mem, anc_str encoder);

#endif

/* read.h - what an event says of queries and documents. */
#ifndef ANC_TRACKING_DOMAIN_READ_H
#define ANC_TRACKING_DOMAIN_READ_H

#include "base/arena.h"
#include "base/status.h"
#include "kernel/domain/veil.h"
#include "prices.h"
#include "records.h"

typedef enum trk_subject { TRK_NOTHING, TRK_QUERY, TRK_FEEDBACK, TRK_DOCUMENT } trk_subject;

typedef struct trk_change {
    trk_subject subject; /* the member of its name is filled */
    trk_query query;
    trk_feedback feedback;
    trk_life life;
} trk_change;

typedef struct trk_reading {
    bool keep_texts; /* questions, answers, comments, and what errors say, which may quote them */
    krn_veil veil;   /* on: user ids, and conversations named after users, are kept as hashes */
    trk_prices prices;
} trk_reading;

/* Reads one kept event; all is in `mem`. TRK_NOTHING of a type that does not matter here. INVALID where
 * the envelope or payload does not fit: the caller passes it over. */
anc_status trk_change_read(anc_arena *mem, const trk_reading *how, anc_str envelope,
                           trk_change *ret, anc_err *err) ANC_MUST_CHECK;

/* A user's id as it is kept: itself, or "h:" and 32 hex digits. */
anc_status trk_user_kept(anc_arena *mem, const trk_reading *how, anc_str user_id, anc_str *ret,
                         anc_err *err) ANC_MUST_CHECK;

#endif

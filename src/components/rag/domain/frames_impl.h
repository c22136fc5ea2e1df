/* frames_impl.h - the tables of frames. Private.
 *
 * A pattern has slots, parted by a blank; a slot has words, parted by a comma, one of which stands there; one that ends with
 * '?' may be left out. Lower case; an apostrophe or a hyphen parts words.
 */
#ifndef ANC_RAG_DOMAIN_FRAMES_IMPL_H
#define ANC_RAG_DOMAIN_FRAMES_IMPL_H

#include "base/base.h"

typedef enum frame_kind {
    FRAME_PLAIN, /* whatever follows is asked */
    FRAME_ASKS,  /* a frame only before a word that asks */
    FRAME_TOPIC, /* what is said of what follows is asked: a name, no question */
} frame_kind;

typedef struct frame_row {
    frame_kind kind;
    const char *pattern;
    const char *tail; /* a pattern of the words that the question ends with as well; NULL: none */
} frame_row;

extern const frame_row rag_frames[];
extern const size_t rag_frames_n;

extern const char *const rag_frame_please[]; /* patterns; may stand within a frame and around it */
extern const size_t rag_frame_please_n;
extern const char *const rag_frame_thanks[]; /* patterns; behind a question and a sign */
extern const size_t rag_frame_thanks_n;
extern const char *const rag_frame_calls[]; /* patterns; before a comma or a frame */
extern const size_t rag_frame_calls_n;
extern const char *const rag_frame_whether[]; /* patterns; between a frame and what is asked */
extern const size_t rag_frame_whether_n;

#endif

/* engine_story.h - one long story of puts and drops, step by step: what an index must hold when it has come so far. */
#ifndef ANC_TESTS_SUPPORT_ENGINE_STORY_H
#define ANC_TESTS_SUPPORT_ENGINE_STORY_H

#include "support/engine_world.h"

enum { ENGINE_STORY_DOCUMENTS = 40 };

/* Does step `n`, from 1, and marks it. */
anc_status engine_story_step(eng_index *index, uint64_t n, anc_err *err);

/* Whether the index holds what the first `n` steps leave, document by document. */
bool engine_story_agrees(eng_index *index, uint64_t n);

#endif

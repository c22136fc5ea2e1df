/* engine_world.h - documents that use everything an index can hold, and all answers of an index as one number. */
#ifndef ANC_TESTS_SUPPORT_ENGINE_WORLD_H
#define ANC_TESTS_SUPPORT_ENGINE_WORLD_H

#include "engine/engine.h"

enum { ENGINE_WORLD_DIMS = 16 };

/* Publishes document `number`, of one to three chunks that depend on number and version alone: words with forms and
 * stop words, fields of every kind, labels, vectors. */
anc_status engine_world_put(eng_index *index, uint32_t number, uint32_t version, anc_err *err);
anc_status engine_world_drop(eng_index *index, uint32_t number, anc_err *err);

/* The version of a document; 0: it is not there. */
uint32_t engine_world_version(const eng_snapshot *s, uint32_t number);

/* A sum over everything that a set of searches answers: words, beginnings, phrases, vectors, filters, labels,
 * orders. CORRUPT as a search. */
anc_status engine_world_answers(const eng_snapshot *s, uint64_t *ret, anc_err *err);

/* The same of the index's present snapshot; fails the test on an error. */
uint64_t engine_world_sum(eng_index *index);

#endif

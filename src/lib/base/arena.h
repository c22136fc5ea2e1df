/* arena.h - memory with one lifetime: a request, a batch item, a test.
 *
 * Everything that one piece of work needs is taken from its arena and goes away in one call. An
 * arena has a ceiling; past it anc_arena_alloc gives NULL and the work ends with ANC_LIMIT instead
 * of taking the machine with it. Built with a sanitizer, each allocation is a block of its own, so
 * AddressSanitizer sees every overrun. An arena belongs to one thread at a time.
 */
#ifndef ANC_BASE_ARENA_H
#define ANC_BASE_ARENA_H

#include "base/status.h"

typedef struct anc_arena anc_arena;

void anc_arena_free(anc_arena *arena); /* NULL is a no-op */

/* A new arena that refuses to grow past `max_bytes`. NULL when memory is out. */
anc_arena *anc_arena_new(size_t max_bytes) ANC_OWNED_BY_CALLER(anc_arena_free);

/* `count * size` zeroed bytes aligned for any type, or NULL (ceiling, overflow, no memory). Zero
 * bytes give a valid pointer that must not be read. */
void *anc_arena_alloc(anc_arena *arena, size_t count, size_t size) ANC_MUST_CHECK;

/* Why the last anc_arena_alloc of this arena gave NULL: ANC_LIMIT or ANC_NO_MEMORY. */
anc_status anc_arena_refusal(const anc_arena *arena);

/* Gives back everything that was taken from the arena; what pointed into it is invalid. */
void anc_arena_reset(anc_arena *arena);

/* Bytes handed out since the last reset. */
size_t anc_arena_used(const anc_arena *arena);

/* Bytes that it may still hand out before its ceiling. */
size_t anc_arena_left(const anc_arena *arena);

/* A terminated copy of `s` in the arena (the view's len does not count the terminator). A failed
 * allocation gives a view with ptr NULL and len 0; an empty `s` gives a non-NULL ptr. */
anc_str anc_arena_copy(anc_arena *arena, anc_str s) ANC_MUST_CHECK;

/* printf into the arena, terminated; ptr NULL when memory or the ceiling refused. */
anc_str anc_arena_printf(anc_arena *arena, const char *fmt, ...) ANC_PRINTF(2, 3) ANC_MUST_CHECK;

static inline void anc_arena_cleanup(anc_arena **arena)
{
    anc_arena_free(*arena);
}

/* An arena that is freed when the variable leaves its scope. */
#define ANC_ARENA(name, max_bytes) \
    ANC_CLEANUP(anc_arena_cleanup) anc_arena *name = anc_arena_new(max_bytes)

#endif

/* arena.c - a list of blocks, newest first; allocation bumps a cursor in the newest.
 *
 * Blocks double in size up to LARGEST_BLOCK_BYTES, so a large piece of work costs few mallocs and a
 * small one little memory. A reset keeps the newest block for the next piece of work.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK_BYTES = 4096, LARGEST_BLOCK_BYTES = 1 << 20 };

typedef struct block {
    struct block *older;
    size_t used;
    size_t capacity;
    alignas(max_align_t) unsigned char bytes[];
} block;

struct anc_arena {
    block *newest; /* owned */
    size_t taken;
    size_t ceiling;
    anc_status refusal;
};

anc_arena *anc_arena_new(size_t max_bytes)
{
    anc_arena *arena = calloc(1, sizeof *arena);
    if (arena != NULL)
        arena->ceiling = max_bytes;
    return arena;
}

static void free_blocks(block *b)
{
    while (b != NULL) {
        block *older = b->older;
        free(b);
        b = older;
    }
}

void anc_arena_free(anc_arena *arena)
{
    if (arena == NULL)
        return;
    free_blocks(arena->newest);
    free(arena);
}

static size_t block_bytes(const anc_arena *arena, size_t need)
{
#ifdef ANC_SANITIZED
    (void)arena;
    return need;
#else
    size_t grown = arena->newest != NULL ? arena->newest->capacity * 2 : FIRST_BLOCK_BYTES;
    if (grown > LARGEST_BLOCK_BYTES)
        grown = LARGEST_BLOCK_BYTES;
    if (grown < FIRST_BLOCK_BYTES)
        grown = FIRST_BLOCK_BYTES;
    return need > grown ? need : grown;
#endif
}

static bool add_block(anc_arena *arena, size_t need)
{
    const size_t capacity = block_bytes(arena, need);
    block *b = malloc(sizeof *b + capacity);
    if (b == NULL)
        return false;
    b->capacity = capacity;
    b->used = 0;
    b->older = arena->newest;
    arena->newest = b;
    return true;
}

void *anc_arena_alloc(anc_arena *arena, size_t count, size_t size)
{
    const size_t align = alignof(max_align_t);
    size_t asked;
    if (__builtin_mul_overflow(count, size, &asked) || asked > SIZE_MAX - align) {
        arena->refusal = ANC_LIMIT;
        return NULL;
    }
    size_t bytes = (asked + align - 1) / align * align;
    if (bytes == 0)
        bytes = align;
    if (bytes > arena->ceiling - arena->taken) {
        arena->refusal = ANC_LIMIT;
        return NULL;
    }
    block *b = arena->newest;
    if ((b == NULL || bytes > b->capacity - b->used) && !add_block(arena, bytes)) {
        arena->refusal = ANC_NO_MEMORY;
        return NULL;
    }
    b = arena->newest;
    void *p = b->bytes + b->used;
    b->used += bytes;
    arena->taken += bytes;
    memset(p, 0, bytes);
    return p;
}

anc_status anc_arena_refusal(const anc_arena *arena)
{
    return arena->refusal;
}

void anc_arena_reset(anc_arena *arena)
{
    block *kept = arena->newest;
    arena->taken = 0;
#ifdef ANC_SANITIZED
    free_blocks(kept);
    arena->newest = NULL;
#else
    if (kept == NULL)
        return;
    free_blocks(kept->older);
    kept->older = NULL;
    kept->used = 0;
#endif
}

size_t anc_arena_used(const anc_arena *arena)
{
    return arena->taken;
}

size_t anc_arena_left(const anc_arena *arena)
{
    return arena->ceiling - arena->taken;
}

anc_str anc_arena_copy(anc_arena *arena, anc_str s)
{
    char *p = s.len < SIZE_MAX ? anc_arena_alloc(arena, s.len + 1, 1) : NULL;
    if (p == NULL)
        return ANC_STR_NONE;
    if (s.len > 0)
        memcpy(p, s.ptr, s.len);
    return (anc_str){p, s.len};
}

anc_str anc_arena_printf(anc_arena *arena, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *p = n >= 0 ? anc_arena_alloc(arena, (size_t)n + 1, 1) : NULL;
    if (p != NULL)
        (void)vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p != NULL ? (anc_str){p, (size_t)n} : ANC_STR_NONE;
}

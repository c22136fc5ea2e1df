/* fail_alloc.c - the wrapped allocators. */
#include "support/fail_alloc.h"

#include <stdatomic.h>
#include <stddef.h>

static atomic_long left = -1;
static atomic_bool armed, hit;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

static bool fails(void)
{
    if (!atomic_load(&armed) || atomic_fetch_sub(&left, 1) != 0)
        return false;
    atomic_store(&hit, true);
    return true;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
    return fails() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t n)
{
    return fails() ? NULL : __real_strndup(s, n);
}

void fail_alloc_arm(long n)
{
    atomic_store(&hit, false);
    atomic_store(&left, n);
    atomic_store(&armed, true);
}

bool fail_alloc_disarm(void)
{
    atomic_store(&armed, false);
    return atomic_load(&hit);
}

long fail_alloc_torture(void (*scenario)(bool may_fail))
{
    for (long n = 0;; n++) {
        fail_alloc_arm(n);
        scenario(true);
        if (!fail_alloc_disarm()) {
            scenario(false);
            return n;
        }
    }
}

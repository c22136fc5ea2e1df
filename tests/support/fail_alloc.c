/* fail_alloc.c - the wrapped allocators. */
#include "support/fail_alloc.h"

#include <stdatomic.h>
#include <stdio.h>

#include "support/test.h"

static atomic_long left = -1;
static atomic_bool armed, hit;
static char noted[700]; /* "": nothing */

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

void fail_alloc_expect(bool ok, const char *what)
{
    if (!ok && noted[0] == '\0')
        (void)snprintf(noted, sizeof noted, "%s", what);
}

bool fail_alloc_went_well(anc_status status, bool may_fail, const anc_err *err, const char *what)
{
    if (status != ANC_OK && !(may_fail && status == ANC_NO_MEMORY) && noted[0] == '\0')
        (void)snprintf(noted, sizeof noted, "%s: %s: %s", what, anc_status_info(status)->name,
                       err != NULL ? err->text : "");
    return status == ANC_OK;
}

/* Whether the allocation came. */
static bool run(void (*scenario)(bool may_fail), long n)
{
    noted[0] = '\0';
    fail_alloc_arm(n);
    scenario(true);
    const bool came = fail_alloc_disarm();
    if (!came)
        scenario(false);
    if (noted[0] != '\0')
        fail_msg("allocation %ld: %s", n, noted);
    return came;
}

long fail_alloc_torture(void (*scenario)(bool may_fail))
{
    long n = 0;
    while (run(scenario, n))
        n++;
    return n;
}

/* service_doubles.c - what the doubles share: their state, what waits, what is kept. */
#include <stdio.h>

#include "support/service_doubles_impl.h"

#include "os/clock.h"

service_doubles doubles = {.lock = PTHREAD_MUTEX_INITIALIZER};

void doubles_reset(net_loop *loop)
{
    doubles.loop = loop;
    atomic_store(&doubles.puts, 0);
    atomic_store(&doubles.prepared, 0);
    atomic_store(&doubles.finished, 0);
    atomic_store(&doubles.rewritten, 0);
    atomic_store(&doubles.cancelled, 0);
    atomic_store(&doubles.holding, 0);
    atomic_store(&doubles.looks, 0);
    atomic_store(&doubles.texts_open, 0);
    atomic_store(&doubles.raw_whole, 0);
    atomic_store(&doubles.raw_parts, 0);
    atomic_store(&doubles.broken_uploads, 0);
    atomic_store(&doubles.discarded_uploads, 0);
    atomic_store(&doubles.room, true);
    atomic_store(&doubles.release, false);
    if (!atomic_exchange(&doubles.keep_replies, false))
        double_replies_forget();
    atomic_store(&doubles.ready, true);
    atomic_store(&doubles.sources_gone, false);
    atomic_store(&doubles.condition, KRN_SOUND);
    atomic_store(&doubles.unreadable, 0);
}

unsigned double_sum(anc_str bytes)
{
    unsigned sum = 1;
    for (size_t i = 0; i < bytes.len; i++)
        sum = sum * 31 + (unsigned char)bytes.ptr[i];
    return sum;
}

void double_keep(char *out, size_t size, anc_str s)
{
    (void)snprintf(out, size, "%.*s", ANC_FMT(s));
}

bool double_is(anc_str s, const char *text)
{
    return anc_str_eq(s, anc_str_of(text));
}

anc_status double_hold(krn_call *call)
{
    anc_status status = ANC_OK;
    atomic_fetch_add(&doubles.holding, 1);
    while (!atomic_load(&doubles.release)) {
        if (atomic_load(call->cancelled))
            status = ANC_FAIL(call->err, ANC_CANCELLED, "the caller left");
        else if (os_mono_ns() > call->deadline_ns)
            status = ANC_FAIL(call->err, ANC_DEADLINE, "the deadline passed");
        if (status != ANC_OK)
            break;
        os_sleep_ns(1000000);
    }
    atomic_fetch_sub(&doubles.holding, 1);
    return status;
}

void double_hold_on(void)
{
    atomic_fetch_add(&doubles.holding, 1);
    while (!atomic_load(&doubles.release))
        os_sleep_ns(1000000);
    atomic_fetch_sub(&doubles.holding, 1);
}

void double_keep_filters(const json_value *filters)
{
    ANC_BUF(text, 256);
    if (filters != NULL)
        json_dump(filters, &text);
    (void)pthread_mutex_lock(&doubles.lock);
    double_keep(doubles.filters, sizeof doubles.filters, anc_buf_view(&text));
    (void)pthread_mutex_unlock(&doubles.lock);
}

anc_status double_check_collections(krn_call *call, const anc_str *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (double_is(names[i], "nope"))
            return ANC_FAIL_FIELD(call->err, ANC_NOT_FOUND, "/collections",
                                  "there is no collection nope");
    atomic_store(&doubles.n_collections, (int)n);
    return ANC_OK;
}

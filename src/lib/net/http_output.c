/* http_output.c - what waits for the clients of a server: the blocks of an exchange, and what all take together.
 *
 * An exchange counts with the blocks that it holds, whole until they are out, or with what it reserved where that is
 * more. A reservation stands in for bytes that come later: it is lifted when the last of the answer is queued. The count
 * of an exchange changes under its lock, the sum of all is an atomic.
 *
 *   counted = max(held, reserved)      sum of counted <= max, as far as it is up to answers that asked
 *
 * Small answers do not ask: there is one for a connection at most.
 */
#include <assert.h>
#include <stdlib.h>

#include "http_impl.h"

net_output *net_output_new(size_t max)
{
    net_output *output = calloc(1, sizeof *output);
    if (output == NULL)
        return NULL;
    atomic_init(&output->refs, 1);
    output->max = max;
    return output;
}

void net_output_unref(net_output *output)
{
    if (output != NULL && atomic_fetch_sub(&output->refs, 1) == 1)
        free(output);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

void net_output_count(net_exchange *ex)
{
    const size_t now = larger(ex->held, ex->reserved);
    if (now > ex->counted)
        atomic_fetch_add(&ex->output->bytes, now - ex->counted);
    else
        atomic_fetch_sub(&ex->output->bytes, ex->counted - now);
    ex->counted = now;
    if (now == 0 && ex->has_reserved) {
        ex->has_reserved = false;
        atomic_fetch_sub(&ex->output->reservations, 1);
    }
}

/* Adds `more` where that stays within `max`, or in any case with `alone`. */
static bool grow(net_output *output, size_t more, size_t max, bool alone)
{
    size_t now = atomic_load(&output->bytes);
    do {
        if (!alone && (now > max || more > max - now))
            return false;
    } while (!atomic_compare_exchange_weak(&output->bytes, &now, now + more));
    return true;
}

/* With the lock held. */
static bool reserve_locked(net_exchange *ex, size_t bytes, size_t beyond)
{
    net_output *output = ex->output;
    const size_t now = larger(ex->counted, bytes);
    const bool alone = atomic_fetch_add(&output->reservations, 1) == 0;
    if (!grow(output, now - ex->counted, output->max + beyond, alone)) {
        atomic_fetch_sub(&output->reservations, 1);
        atomic_fetch_add(&output->refused, 1);
        return false;
    }
    ex->reserved = bytes;
    ex->counted = now;
    ex->has_reserved = true;
    return true;
}

bool net_exchange_reserve(net_exchange *ex, size_t bytes, size_t beyond)
{
    (void)pthread_mutex_lock(&ex->lock);
    const bool open = ex->phase == EX_OPEN && !atomic_load(&ex->gone) && !ex->has_reserved;
    const bool free_of_charge = bytes <= NET_SMALL_ANSWER_BYTES || net_exchange_is_head(ex);
    const bool ok = open && (free_of_charge || reserve_locked(ex, bytes, beyond));
    (void)pthread_mutex_unlock(&ex->lock);
    return ok;
}

bool net_output_has_room(const net_exchange *ex, size_t bytes)
{
    const size_t waits = atomic_load(&ex->buffered);
    if (bytes > ex->max_output_bytes || waits > ex->max_output_bytes - bytes)
        return false;
    const size_t after = ex->held + bytes;
    const size_t more = after > ex->counted ? after - ex->counted : 0;
    return waits + bytes <= NET_SMALL_ANSWER_BYTES || more == 0 ||
           atomic_load(&ex->output->bytes) + more <= ex->output->max;
}

void net_output_add(net_exchange *ex, out_block *b)
{
    if (ex->out_last != NULL)
        ex->out_last->next = b;
    else
        ex->out_first = b;
    ex->out_last = b;
    ex->held += b->len;
    atomic_fetch_add(&ex->buffered, b->len);
    net_output_count(ex);
}

static void block_free(out_block *b)
{
    free(b->owned);
    free(b);
}

void net_output_sent(net_exchange *ex, size_t bytes)
{
    ex->bytes_out += bytes;
    (void)pthread_mutex_lock(&ex->lock);
    atomic_fetch_sub(&ex->buffered, bytes);
    while (bytes > 0) {
        out_block *b = ex->out_first;
        assert(b != NULL); /* never more than was gathered */
        const size_t n = bytes < b->len - b->sent ? bytes : b->len - b->sent;
        b->sent += n;
        bytes -= n;
        if (b->sent < b->len)
            break;
        ex->out_first = b->next;
        if (ex->out_first == NULL)
            ex->out_last = NULL;
        ex->held -= b->len;
        block_free(b);
    }
    net_output_count(ex);
    (void)pthread_mutex_unlock(&ex->lock);
}

void net_exchange_clear_out(net_exchange *ex)
{
    (void)pthread_mutex_lock(&ex->lock);
    out_block *b = ex->out_first;
    ex->out_first = ex->out_last = NULL;
    atomic_store(&ex->buffered, 0);
    ex->held = ex->reserved = 0;
    net_output_count(ex);
    (void)pthread_mutex_unlock(&ex->lock);
    while (b != NULL) {
        out_block *next = b->next;
        block_free(b);
        b = next;
    }
}

size_t net_exchange_buffered(const net_exchange *ex)
{
    return atomic_load(&ex->buffered);
}

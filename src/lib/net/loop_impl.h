/* loop_impl.h - what the rest of this library needs of a loop. Private. */
#ifndef ANC_NET_LOOP_IMPL_H
#define ANC_NET_LOOP_IMPL_H

#include <uv.h>

#include "net/loop.h"

/* A post whose memory the poster has, so that it cannot fail for want of any. Must not be posted
 * again before fn was called. */
typedef struct net_task {
    struct net_task *next;
    void (*fn)(void *arg);
    void *arg;
} net_task;

/* False when the loop is closed. Any thread. */
bool net_loop_post_task(net_loop *loop, net_task *task) ANC_MUST_CHECK;

/* The memory of a loop lives until the last reference; a closed loop refuses every post. */
net_loop *net_loop_ref(net_loop *loop);
void net_loop_unref(net_loop *loop);

uv_loop_t *net_loop_uv(net_loop *loop);

#endif

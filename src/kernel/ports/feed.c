/* feed.c - errors for the feed. */
#include "kernel/ports/feed.h"

void krn_feed_error(krn_feed feed, const ev_context *context, anc_str type, anc_str message,
                    anc_str recovery)
{
    const ev_error event = {.error_type = type,
                            .error_message = message,
                            .component = context->component,
                            .recovery_action = recovery};
    krn_feed_publish(feed, EV_ERROR, &event, context);
}

/* feed.c - errors for the feed. */
#include "kernel/ports/feed.h"

#include "base/status.h"

enum { MESSAGE_MAX_BYTES = 2048 };

void krn_feed_error(krn_feed feed, const ev_context *context, anc_str type, anc_str message,
                    anc_str recovery)
{
    char room[MESSAGE_MAX_BYTES];
    const ev_error event = {.error_type = type,
                            .error_message = anc_without_folders(message, room, sizeof room),
                            .component = context->component,
                            .recovery_action = recovery};
    krn_feed_publish(feed, EV_ERROR, &event, context);
}

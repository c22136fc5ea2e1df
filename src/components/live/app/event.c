/* event.c - an event of the bus in the feed's form, made once for all who watch. */
#include <stdlib.h>

#include "base/str.h"
#include "kernel/domain/feed.h"
#include "service_impl.h"

liv_event *liv_event_new(const liv_service *s, const krn_announcement *a)
{
    anc_err ignored = {0};
    ev_severity severity;
    ANC_BUF(json, LIV_EVENT_BYTES);
    if (ev_feed_tell(a->envelope, &json, &severity, &ignored) != ANC_OK)
        return NULL;
    liv_event *e = calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    e->type = a->type;
    e->severity = severity;
    e->seq = a->seq;
    e->bytes = json.len;
    e->wire_free = s->o.wire.free;
    e->wire = s->o.wire.make(anc_buf_view(&json), a->seq);
    if (e->wire == NULL) {
        free(e);
        return NULL;
    }
    return e;
}

void liv_event_free(liv_event *e)
{
    if (e == NULL)
        return;
    e->wire_free(e->wire);
    free(e);
}

const void *liv_event_wire(const liv_event *e)
{
    return e->wire;
}

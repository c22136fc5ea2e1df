/* fuzz_envelope.c - bytes of any kind as an event: what is read can be written, and reads back the
 * same; its payload fits or is refused; a glance sees what a reading does. */
#include <stdlib.h>

#include "base/str.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/event_codec.h"
#include "kernel/domain/feed.h"

enum { MEMORY = 4 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void read_payload(anc_arena *mem, const ev_envelope *e)
{
    anc_err err = {0};
    json_doc *doc = NULL;
    void *payload = e->type != NULL ? anc_arena_alloc(mem, 1, e->type->size) : NULL;
    if (payload == NULL || json_parse(e->payload.text, &doc, &err) != ANC_OK)
        return;
    if (ev_payload_read(mem, e->type, json_root(doc), payload, &err) == ANC_OK) {
        ANC_BUF(out, MEMORY);
        json_writer w = json_writer_of(&out);
        if (ev_payload_write(&w, e->type, payload, &err) != ANC_OK)
            abort();
    }
    json_doc_free(doc);
}

static void glance(anc_str text, const ev_envelope *read)
{
    ev_envelope e;
    if (!ev_envelope_glance(text, &e))
        return;
    if (!anc_str_eq(e.id, read->id) || !anc_str_eq(e.type_name, read->type_name) ||
        e.time_ms != read->time_ms || !anc_str_eq(e.payload.text, read->payload.text) ||
        !anc_str_eq(e.aggregate_id, read->aggregate_id) || e.type != read->type ||
        !anc_str_eq(e.user_id, read->user_id))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    anc_err err = {0};
    ev_envelope e, again;
    (void)ev_envelope_glance((anc_str){(const char *)bytes, n}, &again);
    ANC_ARENA(mem, MEMORY);
    ANC_BUF(first, MEMORY);
    ANC_BUF(second, MEMORY);
    if (ev_envelope_read(mem, (anc_str){(const char *)bytes, n}, &e, &err) != ANC_OK)
        return 0;
    if (ev_envelope_write(&e, &first, &err) != ANC_OK)
        return 0;
    if (ev_envelope_read(mem, anc_buf_view(&first), &again, &err) != ANC_OK ||
        ev_envelope_write(&again, &second, &err) != ANC_OK ||
        !anc_str_eq(anc_buf_view(&first), anc_buf_view(&second)))
        abort();
    glance(anc_buf_view(&first), &again);
    anc_buf_clear(&second);
    if (ev_feed_write(anc_buf_view(&first), &second, &err) != ANC_OK)
        abort();
    read_payload(mem, &e);
    return 0;
}

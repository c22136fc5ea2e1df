/* event_copy.h - a payload struct with all that it points to, in one piece of memory. */
#ifndef ANC_KERNEL_DOMAIN_EVENT_COPY_H
#define ANC_KERNEL_DOMAIN_EVENT_COPY_H

#include "kernel/domain/event.h"

/* Bytes that a copy takes: the struct, then lists and texts; a multiple of 8. SIZE_MAX when that
 * overflows. */
size_t ev_copy_size(const ev_type *type, const void *payload);

/* Copies it to `to`, ev_copy_size() bytes, aligned to 8. The copy points into itself alone, and is a
 * payload struct of `type` as long as it is not moved. */
void ev_copy(const ev_type *type, const void *payload, void *to);

#endif

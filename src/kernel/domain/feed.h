/* feed.h - an event as the live feed shows it.
 *
 * {"timestamp":1699468800.123,"type":"query_route","message":"Query routed to …","severity":"info",
 * "metadata":{…payload…}}; the timestamp is Unix time in seconds. The message comes from the
 * template in the type's row:
 *   {name}       the payload member; a number with up to 3 decimals, a text cut at 120 bytes
 *   {name:2}     a number with that many decimals
 *   {name?text}  the text when the member is true, else nothing
 * A completed query that nothing answers, a search, and a measure that is well again have lines of their own.
 */
#ifndef ANC_KERNEL_DOMAIN_FEED_H
#define ANC_KERNEL_DOMAIN_FEED_H

#include "kernel/domain/event.h"
#include "json/json.h"

/* Appends the message of an event with this payload (an object). */
void ev_feed_message(const ev_type *type, const json_value *payload, anc_buf *out);

/* Appends the feed's form of an envelope, and says how severe it is: as its type's row has it, but that a
 * `performance` whose value is within its threshold again is `info`. INVALID when it is no envelope. An
 * event of unknown type has its type as its message. */
anc_status ev_feed_tell(anc_str envelope, anc_buf *out, ev_severity *ret,
                        anc_err *err) ANC_MUST_CHECK;
/* The same without the severity. */
anc_status ev_feed_write(anc_str envelope, anc_buf *out, anc_err *err) ANC_MUST_CHECK;

#endif

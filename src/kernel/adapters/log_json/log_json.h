/* log_json.h - the log port as one JSON object a line.
 *
 * {"time":"2026-11-20T15:36:00.123Z","level":"info","component":"ingest","message":"batch ended",
 * "batch_id":"…"}. A line is one write(2), so lines of several threads do not mix; one that the
 * descriptor refuses is lost and counted. A text of more than 2 KiB is cut.
 */
#ifndef ANC_KERNEL_ADAPTERS_LOG_JSON_LOG_JSON_H
#define ANC_KERNEL_ADAPTERS_LOG_JSON_LOG_JSON_H

#include "kernel/ports/clock.h"
#include "kernel/ports/log.h"

typedef struct krn_log_json {
    int fd; /* borrowed */
    krn_level least;
    krn_clock clock;
    _Atomic uint64_t lost;
} krn_log_json;

/* Lines of `least` and above go to `fd`. `log` must stay where it is while it is used. */
krn_log krn_log_json_init(krn_log_json *log, int fd, krn_level least, krn_clock clock);

uint64_t krn_log_json_lost(const krn_log_json *log);

/* "debug", "info", "warn", "error"; false for another word. */
bool krn_level_by_name(anc_str name, krn_level *ret);

#endif

/* log.h - port: one line for people and machines about something that was decided or happened.
 *
 * Adapters: json (a JSON object a line), none (tests). `message` is a constant, so that lines can be
 * counted and searched; what varies goes into fields. Never a secret, never a question's text.
 * Contract: any thread; never fails, never blocks for long; the field list is borrowed.
 */
#ifndef ANC_KERNEL_PORTS_LOG_H
#define ANC_KERNEL_PORTS_LOG_H

#include "base/base.h"

typedef enum krn_level { KRN_DEBUG, KRN_INFO, KRN_WARN, KRN_ERROR } krn_level;

typedef enum krn_field_kind { KRN_FIELD_STR, KRN_FIELD_INT, KRN_FIELD_REAL } krn_field_kind;

typedef struct krn_field {
    const char *name;
    krn_field_kind kind;
    anc_str str;
    int64_t integer;
    double real;
} krn_field;

#define KRN_STR(n, v)  ((krn_field){.name = (n), .kind = KRN_FIELD_STR, .str = (v)})
#define KRN_INT(n, v)  ((krn_field){.name = (n), .kind = KRN_FIELD_INT, .integer = (int64_t)(v)})
#define KRN_REAL(n, v) ((krn_field){.name = (n), .kind = KRN_FIELD_REAL, .real = (v)})

typedef struct krn_log_ops {
    const char *name;
    void (*write)(void *self, krn_level level, const char *component, const char *message,
                  const krn_field *fields, size_t n);
} krn_log_ops;

typedef struct krn_log {
    const krn_log_ops *ops; /* NULL: nothing is written */
    void *self;
} krn_log;

/* krn_log_write(log, KRN_INFO, "ingest", "batch ended", KRN_STR("batch_id", id), …) */
#define krn_log_write(log, level, component, message, ...)                             \
    krn_log_fields((log), (level), (component), (message), (krn_field[]){__VA_ARGS__}, \
                   sizeof((krn_field[]){__VA_ARGS__}) / sizeof(krn_field))

static inline void krn_log_fields(krn_log log, krn_level level, const char *component,
                                  const char *message, const krn_field *fields, size_t n)
{
    if (log.ops != NULL)
        log.ops->write(log.self, level, component, message, fields, n);
}

#endif

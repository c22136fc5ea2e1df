/* kafka_impl.h - what producer, consumer and topics share. Private. */
#ifndef ANC_CLIENTS_KAFKA_KAFKA_IMPL_H
#define ANC_CLIENTS_KAFKA_KAFKA_IMPL_H

/* clang-format off: the second needs the first */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
/* clang-format on */
#include <pthread.h>
#include <stdatomic.h>

#include "clients/kafka/kafka.h"

enum { CLT_KAFKA_PROBLEM = 256 };

/* The last thing that librdkafka complained of, said by its threads. */
typedef struct clt_kafka_complaint {
    pthread_mutex_t mutex;
    char text[CLT_KAFKA_PROBLEM]; /* "" : none since the last success */
    atomic_bool unauthenticated;  /* it was that user or password are refused */
} clt_kafka_complaint;

struct clt_kafka_producer {
    rd_kafka_t *rk; /* owned */
    atomic_bool stopping;
    clt_kafka_complaint complaint;
    char mock[256]; /* brokers of the mock cluster */
};

/* A setting under librdkafka's name. */
typedef struct clt_kafka_setting {
    const char *name;
    anc_str value; /* empty: not set */
} clt_kafka_setting;

/* Sets them; INVALID names the first that is not taken (a secret's value is not said), as it is called at `place`. */
anc_status clt_kafka_set(rd_kafka_conf_t *conf, const clt_kafka_place *place,
                         const clt_kafka_setting *settings, size_t n, anc_err *err) ANC_MUST_CHECK;

/* INVALID names the first of "host:port,host:port" that is none: an empty one, a port that is no number, one behind an '@'.
 * A port may be left out, a scheme may stand before it. */
anc_status clt_kafka_brokers_check(const clt_kafka_place *place, anc_err *err) ANC_MUST_CHECK;

/* INVALID with what librdkafka says of its settings, which are called as at `place`. */
anc_status clt_kafka_refuse(const clt_kafka_place *place, const char *why, anc_err *err);

/* The settings of a place. */
anc_status clt_kafka_set_place(rd_kafka_conf_t *conf, const clt_kafka_place *place,
                               anc_err *err) ANC_MUST_CHECK;

/* As clt_kafka_set, of one number. */
anc_status clt_kafka_set_number(rd_kafka_conf_t *conf, const clt_kafka_place *place,
                                const char *name, unsigned long long n,
                                anc_err *err) ANC_MUST_CHECK;

/* Sends logs nowhere and complaints to `complaint`; `opaque` is given to all callbacks. */
void clt_kafka_listen(rd_kafka_conf_t *conf, void *opaque,
                      void (*on_error)(rd_kafka_t *rk, int code, const char *reason, void *opaque));
/* As complain; that all brokers are away is said when nothing says why. */
void clt_kafka_complain_of(clt_kafka_complaint *c, int code, const char *reason);
static inline bool clt_kafka_unauthenticated(const clt_kafka_complaint *c)
{
    return atomic_load(&c->unauthenticated);
}
void clt_kafka_complain(clt_kafka_complaint *c, const char *reason); /* "" takes it back */

/* The status of one of librdkafka's codes, with its words, `what` was wanted and the last complaint. */
anc_status clt_kafka_refusal(clt_kafka_complaint *c, rd_kafka_resp_err_t code, const char *what,
                             anc_err *err);

#endif

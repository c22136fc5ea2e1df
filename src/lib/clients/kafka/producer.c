/* producer.c - a batch goes out whole and is waited for: each message has a place in a list of outcomes
 * that the delivery report fills.
 *
 * Past the deadline, or when stopped, all that is still under way is purged at once, so the wait is bounded
 * although the reports point into the caller's list. librdkafka's own time limit is off: it ends messages
 * one by one, and when the cluster comes back between two of them the later one is there before the
 * earlier one, which comes again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kafka_impl.h"

#include "os/clock.h"

enum {
    BATCH_MAX = 10000,
    LINGER_MS = 10,
    MESSAGE_BYTES = 8 << 20,
    QUEUE_KB = 512 << 10,
    POLL_MS = 50,
    LOOK_MS = 500,
    CLOSE_MS = 500
};

/* What became of the messages of one produce. */
typedef struct outcomes {
    rd_kafka_resp_err_t *codes; /* [n] */
    bool *known;                /* [n] */
    size_t n, left;
} outcomes;

typedef struct slot {
    outcomes *of;
    size_t at;
} slot;

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    clt_kafka_producer *p = opaque;
    (void)rk;
    clt_kafka_complain_of(&p->complaint, code, reason);
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    clt_kafka_producer *p = opaque;
    const slot *s = message->_private;
    (void)rk;
    s->of->codes[s->at] = message->err;
    s->of->known[s->at] = true;
    s->of->left--;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        clt_kafka_complain(&p->complaint, "");
}

static anc_status set_all(rd_kafka_conf_t *conf, const clt_kafka_producer_options *o, anc_err *err)
{
    const clt_kafka_setting settings[] = {
        {"enable.idempotence", ANC_STR("true")},
        {"acks", ANC_STR("all")},
        {"message.timeout.ms", ANC_STR("0")}, /* never: see above */
        {"topic.metadata.propagation.max.ms", ANC_STR("2000")},
        {"compression.type", o->compression.len > 0 ? o->compression : ANC_STR("lz4")},
    };
    const size_t bytes = o->max_message_bytes > 0 ? o->max_message_bytes : MESSAGE_BYTES;
    ANC_TRY(clt_kafka_set_place(conf, &o->place, err));
    ANC_TRY(clt_kafka_set(conf, &o->place, settings, ANC_COUNT(settings), err));
    ANC_TRY(clt_kafka_set_number(conf, &o->place, "linger.ms",
                                 o->linger_ms > 0 ? o->linger_ms : LINGER_MS, err));
    ANC_TRY(
        clt_kafka_set_number(conf, &o->place, "queue.buffering.max.messages", 2 * BATCH_MAX, err));
    ANC_TRY(clt_kafka_set_number(conf, &o->place, "queue.buffering.max.kbytes", QUEUE_KB, err));
    return clt_kafka_set_number(conf, &o->place, "message.max.bytes", bytes, err);
}

static void note_mock(clt_kafka_producer *p)
{
    const rd_kafka_mock_cluster_t *cluster = rd_kafka_handle_mock_cluster(p->rk);
    const char *brokers = cluster != NULL ? rd_kafka_mock_cluster_bootstraps(cluster) : "";
    (void)snprintf(p->mock, sizeof p->mock, "%s", brokers);
}

anc_status clt_kafka_producer_open(const clt_kafka_producer_options *options,
                                   clt_kafka_producer **ret, anc_err *err)
{
    char why[256];
    clt_kafka_producer *p = calloc(1, sizeof *p);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (p == NULL || conf == NULL) {
        free(p);
        if (conf != NULL)
            rd_kafka_conf_destroy(conf);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a producer");
    }
    (void)pthread_mutex_init(&p->complaint.mutex, NULL);
    clt_kafka_listen(conf, p, on_error);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    anc_status status = set_all(conf, options, err);
    if (status == ANC_OK) {
        p->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why); /* takes conf */
        if (p->rk == NULL)
            status = clt_kafka_refuse(&options->place, why, err);
    }
    if (status != ANC_OK) {
        rd_kafka_conf_destroy(conf);
        (void)pthread_mutex_destroy(&p->complaint.mutex);
        free(p);
        return status;
    }
    note_mock(p);
    *ret = p;
    return ANC_OK;
}

void clt_kafka_producer_close(clt_kafka_producer *p)
{
    if (p == NULL)
        return;
    (void)rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    (void)rd_kafka_flush(p->rk, CLOSE_MS);
    rd_kafka_destroy(p->rk);
    (void)pthread_mutex_destroy(&p->complaint.mutex);
    free(p);
}

void clt_kafka_producer_stop(clt_kafka_producer *p)
{
    atomic_store(&p->stopping, true);
}

void clt_kafka_producer_resume(clt_kafka_producer *p)
{
    atomic_store(&p->stopping, false);
}

anc_status clt_kafka_look(clt_kafka_producer *p, int64_t deadline_ns, anc_err *err)
{
    rd_kafka_resp_err_t code;
    do {
        const rd_kafka_metadata_t *found = NULL;
        if (atomic_load(&p->stopping))
            return ANC_FAIL(err, ANC_CANCELLED, "kafka: the producer was stopped");
        code = rd_kafka_metadata(p->rk, 0, NULL, &found, LOOK_MS);
        (void)rd_kafka_poll(p->rk, 0); /* complaints */
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_metadata_destroy(found);
            return ANC_OK;
        }
    } while (os_mono_ns() < deadline_ns);
    return clt_kafka_refusal(&p->complaint, code, "looking for brokers", err);
}

anc_str clt_kafka_mock_brokers(const clt_kafka_producer *p)
{
    return anc_str_of(p->mock);
}

/* ---- producing ------------------------------------------------------------------------------- */

static rd_kafka_headers_t *headers_of(const clt_kafka_message *m)
{
    rd_kafka_headers_t *list = rd_kafka_headers_new(m->n_headers);
    for (size_t i = 0; list != NULL && i < m->n_headers; i++)
        if (rd_kafka_header_add(list, m->headers[i].name, -1, m->headers[i].value.ptr,
                                (ssize_t)m->headers[i].value.len) != RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_headers_destroy(list);
            return NULL;
        }
    return list;
}

static rd_kafka_resp_err_t enqueue(clt_kafka_producer *p, const clt_kafka_message *m, slot *s)
{
    rd_kafka_headers_t *headers = headers_of(m);
    if (headers == NULL)
        return RD_KAFKA_RESP_ERR__FAIL;
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = m->topic},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)m->key.ptr, m->key.len}},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)m->value.ptr, m->value.len}},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = s},
    };
    rd_kafka_error_t *error = rd_kafka_produceva(p->rk, parts, ANC_COUNT(parts));
    if (error == NULL)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    rd_kafka_headers_destroy(headers); /* else they are the message's */
    return code;
}

/* Gives the messages to librdkafka up to the first that it does not take, which ends there. */
static void enqueue_all(clt_kafka_producer *p, const clt_kafka_message *messages, slot *slots,
                        outcomes *o)
{
    size_t i = 0;
    for (; i < o->n; i++) {
        slots[i] = (slot){o, i};
        o->codes[i] = enqueue(p, &messages[i], &slots[i]);
        if (o->codes[i] != RD_KAFKA_RESP_ERR_NO_ERROR)
            break;
    }
    o->left -= o->n - i;
    for (size_t k = i; k < o->n; k++) {
        o->known[k] = true;
        if (k > i)
            o->codes[k] = RD_KAFKA_RESP_ERR__PURGE_QUEUE;
    }
}

/* True when it was ended early. A purge passes by a message that is just going back to its queue, since its broker went
 * away; so it is repeated until all are accounted for. */
static bool wait_for_all(clt_kafka_producer *p, const outcomes *o, int64_t deadline_ns)
{
    bool over = false;
    while (o->left > 0) {
        (void)rd_kafka_poll(p->rk, POLL_MS);
        over = over || atomic_load(&p->stopping) || os_mono_ns() >= deadline_ns;
        if (over && o->left > 0)
            (void)rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
    return over;
}

static anc_status outcome(clt_kafka_producer *p, const clt_kafka_message *messages,
                          const outcomes *o, bool ended, size_t *ret_acked, anc_err *err)
{
    size_t i = 0;
    while (i < o->n && o->codes[i] == RD_KAFKA_RESP_ERR_NO_ERROR)
        i++;
    *ret_acked = i;
    if (i == o->n)
        return ANC_OK;
    if (ended && atomic_load(&p->stopping))
        return ANC_FAIL(err, ANC_CANCELLED, "kafka: the producer was stopped");
    if (ended)
        return clt_kafka_refusal(&p->complaint, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, messages[i].topic,
                                 err);
    return clt_kafka_refusal(&p->complaint, o->codes[i], messages[i].topic, err);
}

anc_status clt_kafka_produce(clt_kafka_producer *p, const clt_kafka_message *messages, size_t n,
                             int64_t deadline_ns, size_t *ret_acked, anc_err *err)
{
    *ret_acked = 0;
    if (n == 0 || n > BATCH_MAX)
        return ANC_FAIL(err, ANC_INVALID, "kafka: %zu messages, 1 to %d are wanted", n, BATCH_MAX);
    if (atomic_load(&p->stopping))
        return ANC_FAIL(err, ANC_CANCELLED, "kafka: the producer was stopped");
    slot *slots = calloc(n, sizeof *slots);
    outcomes o = {calloc(n, sizeof *o.codes), calloc(n, sizeof *o.known), n, n};
    anc_status status = ANC_OK;
    if (slots == NULL || o.codes == NULL || o.known == NULL) {
        status = ANC_FAIL(err, ANC_NO_MEMORY, "no memory for %zu messages", n);
    } else {
        enqueue_all(p, messages, slots, &o);
        const bool ended = wait_for_all(p, &o, deadline_ns);
        status = outcome(p, messages, &o, ended, ret_acked, err);
    }
    free(slots);
    free(o.codes);
    free(o.known);
    return status;
}

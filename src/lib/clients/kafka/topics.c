/* topics.c - topics that are made when they are not there. */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "kafka_impl.h"
#include "os/clock.h"

enum { TOPICS_MAX = 64, PARTITIONS_MAX = 10000, GRACE_MS = 1000, POLL_MS = 50 };

static rd_kafka_NewTopic_t *describe(const clt_kafka_topic *t, anc_err *err)
{
    char why[256], retention[24];
    if (t->partitions < 1 || t->partitions > PARTITIONS_MAX) {
        (void)ANC_FAIL(err, ANC_INVALID, "kafka: topic %s: %u partitions, 1 to %d are wanted",
                       t->name, t->partitions, PARTITIONS_MAX);
        return NULL;
    }
    rd_kafka_NewTopic_t *made =
        rd_kafka_NewTopic_new(t->name, (int)t->partitions,
                              t->replication > 0 ? (int)t->replication : -1, why, sizeof why);
    if (made == NULL) {
        (void)ANC_FAIL(err, ANC_INVALID, "kafka: topic %s: %s", t->name, why);
        return NULL;
    }
    (void)snprintf(retention, sizeof retention, "%lld", (long long)t->retention_ms);
    if (t->retention_ms > 0)
        (void)rd_kafka_NewTopic_set_config(made, "retention.ms", retention);
    return made;
}

/* The first topic that could not be made, other than because it is there. */
static anc_status first_refusal(clt_kafka_producer *p, rd_kafka_event_t *event, anc_err *err)
{
    size_t n = 0;
    const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return clt_kafka_refusal(&p->complaint, code, "making topics", err);
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    const rd_kafka_topic_result_t **topics =
        result != NULL ? rd_kafka_CreateTopics_result_topics(result, &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        const rd_kafka_resp_err_t one = rd_kafka_topic_result_error(topics[i]);
        if (one != RD_KAFKA_RESP_ERR_NO_ERROR && one != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            return clt_kafka_refusal(&p->complaint, one, rd_kafka_topic_result_name(topics[i]),
                                     err);
    }
    return ANC_OK;
}

static anc_status make(clt_kafka_producer *p, rd_kafka_NewTopic_t **topics, size_t n,
                       int64_t deadline_ns, anc_err *err)
{
    char why[256];
    const int64_t left_ms = (deadline_ns - os_mono_ns()) / 1000000;
    if (left_ms <= 0)
        return ANC_FAIL(err, ANC_DEADLINE, "kafka: no time to make topics");
    const int wait_ms = left_ms < 60000 ? (int)left_ms : 60000;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(p->rk);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(p->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    (void)rd_kafka_AdminOptions_set_request_timeout(options, wait_ms, why, sizeof why);
    rd_kafka_CreateTopics(p->rk, topics, n, options, queue);
    rd_kafka_event_t *event = NULL;
    for (int waited_ms = 0; event == NULL && waited_ms < wait_ms + GRACE_MS; waited_ms += POLL_MS) {
        if (atomic_load(&p->stopping))
            break;
        event = rd_kafka_queue_poll(queue, POLL_MS);
    }
    const anc_status status =
        event != NULL ? first_refusal(p, event, err)
        : atomic_load(&p->stopping)
            ? ANC_FAIL(err, ANC_CANCELLED, "kafka: the producer was stopped")
            : ANC_FAIL(err, ANC_DEADLINE, "kafka: making topics took too long");
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue); /* a handle that is held would keep the producer from its end */
    return status;
}

anc_status clt_kafka_topics_make(clt_kafka_producer *p, const clt_kafka_topic *topics, size_t n,
                                 int64_t deadline_ns, anc_err *err)
{
    rd_kafka_NewTopic_t *list[TOPICS_MAX];
    size_t described = 0;
    anc_status status = ANC_OK;
    if (n == 0)
        return ANC_OK;
    if (n > TOPICS_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "kafka: %zu topics, at most %d", n, TOPICS_MAX);
    for (; described < n && status == ANC_OK; described++) {
        list[described] = describe(&topics[described], err);
        if (list[described] == NULL) {
            status = ANC_INVALID;
            break;
        }
    }
    if (status == ANC_OK)
        status = make(p, list, n, deadline_ns, err);
    rd_kafka_NewTopic_destroy_array(list, described);
    return status;
}

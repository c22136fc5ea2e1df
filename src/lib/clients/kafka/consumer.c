/* consumer.c - one member of a group. What is done with is stored as an offset, and librdkafka commits
 * stored offsets every second and at the close. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kafka_impl.h"
#include "os/clock.h"

enum {
    SESSION_MS = 10000,
    WORK_MS =
        1200000, /* for all tries with one message: past it the group takes the partition away */
    COMMIT_MS = 1000,
    POLL_MS = 200,
    LOOK_MS = 2000,  /* for a cluster that is to be told what was done */
    GLANCE_MS = 500, /* where it knows all */
    LEAVE_MS = 2000,
    SERVE_MS = 20
};

struct clt_kafka_consumer {
    rd_kafka_t *rk;                              /* owned */
    rd_kafka_message_t *at;                      /* owned; of the last next */
    clt_kafka_header headers[CLT_KAFKA_HEADERS]; /* views into it */
    int64_t stored_ns;                           /* when a message was last done; 0: never */
    atomic_bool stopping;
    clt_kafka_complaint complaint;
};

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    clt_kafka_consumer *c = opaque;
    (void)rk;
    clt_kafka_complain_of(&c->complaint, code, reason);
}

static anc_status set_all(rd_kafka_conf_t *conf, const clt_kafka_consumer_options *o, anc_err *err)
{
    const clt_kafka_setting settings[] = {
        {"group.id", o->group},
        {"auto.offset.reset", ANC_STR("earliest")},
        {"enable.auto.commit", ANC_STR("true")}, /* of what was stored, see clt_kafka_done */
        {"enable.auto.offset.store", ANC_STR("false")},
        {"allow.auto.create.topics", ANC_STR("false")},
        {"topic.metadata.refresh.interval.ms", ANC_STR("3000")},
        {"queued.max.messages.kbytes", ANC_STR("16384")},
    };
    ANC_TRY(clt_kafka_set_place(conf, &o->place, err));
    ANC_TRY(clt_kafka_set(conf, &o->place, settings, ANC_COUNT(settings), err));
    ANC_TRY(clt_kafka_set_number(conf, &o->place, "auto.commit.interval.ms", COMMIT_MS, err));
    ANC_TRY(clt_kafka_set_number(conf, &o->place, "max.poll.interval.ms", WORK_MS, err));
    return clt_kafka_set_number(conf, &o->place, "session.timeout.ms",
                                o->session_ms > 0 ? o->session_ms : SESSION_MS, err);
}

static anc_status subscribe(clt_kafka_consumer *c, const clt_kafka_consumer_options *o,
                            anc_err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)o->n_topics);
    for (size_t i = 0; i < o->n_topics; i++)
        (void)rd_kafka_topic_partition_list_add(list, o->topics[i], RD_KAFKA_PARTITION_UA);
    const rd_kafka_resp_err_t code = rd_kafka_subscribe(c->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? ANC_OK
               : clt_kafka_refusal(&c->complaint, code, "subscribing", err);
}

anc_status clt_kafka_consumer_open(const clt_kafka_consumer_options *options,
                                   clt_kafka_consumer **ret, anc_err *err)
{
    char why[256];
    if (options->group.len == 0 || options->n_topics == 0)
        return ANC_FAIL(err, ANC_INVALID, "kafka: a consumer needs a group and a topic");
    clt_kafka_consumer *c = calloc(1, sizeof *c);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (c == NULL || conf == NULL) {
        free(c);
        if (conf != NULL)
            rd_kafka_conf_destroy(conf);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a consumer");
    }
    (void)pthread_mutex_init(&c->complaint.mutex, NULL);
    clt_kafka_listen(conf, c, on_error);
    anc_status status = set_all(conf, options, err);
    if (status == ANC_OK) {
        c->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why); /* takes conf */
        if (c->rk == NULL)
            status = clt_kafka_refuse(&options->place, why, err);
    }
    if (c->rk == NULL)
        rd_kafka_conf_destroy(conf);
    if (status == ANC_OK) {
        (void)rd_kafka_poll_set_consumer(c->rk);
        status = subscribe(c, options, err);
    }
    if (status != ANC_OK) {
        clt_kafka_consumer_close(c);
        return status;
    }
    *ret = c;
    return ANC_OK;
}

static void drop_message(clt_kafka_consumer *c)
{
    if (c->at != NULL)
        rd_kafka_message_destroy(c->at);
    c->at = NULL;
}

/* What was done within the last second or so may not be committed yet: it would come again. */
static bool has_news(const clt_kafka_consumer *c)
{
    return c->stored_ns > 0 && os_mono_ns() - c->stored_ns < 3 * COMMIT_MS * INT64_C(1000000);
}

static bool is_reached(rd_kafka_t *rk, int within_ms)
{
    const rd_kafka_metadata_t *found = NULL;
    if (rd_kafka_metadata(rk, 0, NULL, &found, within_ms) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    rd_kafka_metadata_destroy(found);
    return true;
}

/* A cluster that has just come back answers long before the broker that keeps the group does, so the leaving has its
 * time too. */
static bool has_left(rd_kafka_t *rk, int64_t until_ns)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(rk, queue);
    while (error == NULL && rd_kafka_consumer_closed(rk) == 0 && os_mono_ns() < until_ns) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, SERVE_MS);
        if (event != NULL)
            rd_kafka_event_destroy(event);
    }
    if (error != NULL)
        rd_kafka_error_destroy(error);
    rd_kafka_queue_destroy(queue);
    return rd_kafka_consumer_closed(rk) != 0;
}

/* The last offsets are committed and the group is told, for which a cluster that is away would be waited for as long as
 * a session lasts, or for ever. Without it what was done within the last second comes again; where nothing was, the others
 * of the group see after a session that we are gone. */
static void leave(clt_kafka_consumer *c)
{
    rd_kafka_t *rk = c->rk;
    const bool left = is_reached(rk, has_news(c) ? LOOK_MS : GLANCE_MS) &&
                      has_left(rk, os_mono_ns() + LEAVE_MS * INT64_C(1000000));
    rd_kafka_destroy_flags(rk, left ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void clt_kafka_consumer_close(clt_kafka_consumer *c)
{
    if (c == NULL)
        return;
    drop_message(c);
    if (c->rk != NULL)
        leave(c);
    (void)pthread_mutex_destroy(&c->complaint.mutex);
    free(c);
}

void clt_kafka_consumer_stop(clt_kafka_consumer *c)
{
    atomic_store(&c->stopping, true);
}

/* What a poll gives beside messages: no more than that something is not there yet. */
static bool is_nothing(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__PARTITION_EOF ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

static size_t read_headers(const rd_kafka_message_t *message, clt_kafka_header *ret)
{
    rd_kafka_headers_t *headers = NULL;
    const char *name = NULL;
    const void *value = NULL;
    size_t n = 0, size = 0;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    while (n < CLT_KAFKA_HEADERS &&
           rd_kafka_header_get_all(headers, n, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR)
        ret[n++] = (clt_kafka_header){name, {value, size}};
    return n;
}

/* The last of that name. */
static anc_str header_of(const clt_kafka_header *headers, size_t n, const char *name)
{
    while (n-- > 0)
        if (strcmp(headers[n].name, name) == 0)
            return headers[n].value;
    return ANC_STR_NONE;
}

static int64_t time_of(const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    const int64_t ms = rd_kafka_message_timestamp(message, &type);
    return type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && ms > 0 ? ms : 0;
}

static clt_kafka_record record_of(clt_kafka_consumer *c)
{
    const size_t n = read_headers(c->at, c->headers);
    return (clt_kafka_record){.topic = rd_kafka_topic_name(c->at->rkt),
                              .partition = c->at->partition,
                              .offset = c->at->offset,
                              .time_ms = time_of(c->at),
                              .key = {c->at->key, c->at->key_len},
                              .value = {c->at->payload, c->at->len},
                              .source = header_of(c->headers, n, "ce_source"),
                              .headers = c->headers,
                              .n_headers = n};
}

anc_status clt_kafka_next(clt_kafka_consumer *c, int64_t deadline_ns, clt_kafka_record *ret,
                          bool *ret_there, anc_err *err)
{
    *ret_there = false;
    drop_message(c);
    while (!atomic_load(&c->stopping)) {
        const int64_t left_ms = (deadline_ns - os_mono_ns()) / 1000000;
        if (left_ms <= 0)
            break;
        c->at = rd_kafka_consumer_poll(c->rk, left_ms < POLL_MS ? (int)left_ms : POLL_MS);
        if (c->at == NULL)
            continue;
        const rd_kafka_resp_err_t code = c->at->err;
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            clt_kafka_complain(&c->complaint, "");
            *ret = record_of(c);
            *ret_there = true;
            return ANC_OK;
        }
        drop_message(c);
        if (!is_nothing(code))
            return clt_kafka_refusal(&c->complaint, code, "reading", err);
    }
    return ANC_OK;
}

void clt_kafka_done(clt_kafka_consumer *c)
{
    if (c->at == NULL)
        return;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, rd_kafka_topic_name(c->at->rkt), c->at->partition)
        ->offset = c->at->offset + 1;
    c->stored_ns = os_mono_ns();
    (void)rd_kafka_offsets_store(c->rk, list); /* lost with the partition: another has it now */
    rd_kafka_topic_partition_list_destroy(list);
}

/* rights.c - whether a user may do what is wanted, tried without a trace.
 *
 * There are two handles: one that reads, which also asks for the topics since it makes none by asking, and one that
 * writes with acks=2. Kafka checks first who writes, then refuses that number, so that nothing is ever appended.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kafka_impl.h"
#include "os/clock.h"

enum { LOOK_MS = 500, POLL_MS = 50, TRY_MS = 3000, NAMED = 3 };

typedef struct wish {
    const char *name;
    bool writes, reads;
    bool there, absent;
    bool known; /* the try has ended */
    rd_kafka_resp_err_t code;
} wish;

typedef struct look {
    rd_kafka_t *reader, *writer; /* owned */
    clt_kafka_complaint complaint;
    rd_kafka_topic_t
        *asked[CLT_KAFKA_WANTED]; /* owned, of the reader; what a metadata request is for */
    wish wishes[CLT_KAFKA_WANTED];
    size_t n;
    bool group_refused;
    int64_t deadline_ns;
} look;

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    look *l = opaque;
    (void)rk;
    clt_kafka_complain_of(&l->complaint, code, reason);
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    wish *w = message->_private;
    (void)rk;
    (void)opaque;
    w->code = message->err;
    w->known = true;
}

static bool is_forbidden(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
}

static int left_ms(const look *l)
{
    const int64_t ms = (l->deadline_ns - os_mono_ns()) / 1000000;
    return ms < 0 ? 0 : ms > TRY_MS ? TRY_MS : (int)ms;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static anc_status open_handle(look *l, rd_kafka_type_t type, const clt_kafka_place *place,
                              const clt_kafka_setting *settings, size_t n, rd_kafka_t **ret,
                              anc_err *err)
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (conf == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a look at a cluster");
    clt_kafka_listen(conf, l, on_error);
    if (type == RD_KAFKA_PRODUCER)
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    anc_status status = clt_kafka_set_place(conf, place, err);
    if (status == ANC_OK)
        status = clt_kafka_set(conf, place, settings, n, err);
    if (status == ANC_OK) {
        *ret = rd_kafka_new(type, conf, why, sizeof why); /* takes conf */
        if (*ret == NULL)
            status = clt_kafka_refuse(place, why, err);
    }
    if (status != ANC_OK)
        rd_kafka_conf_destroy(conf);
    return status;
}

static anc_status open_both(look *l, const clt_kafka_place *place, anc_str group, anc_err *err)
{
    const clt_kafka_setting reading[] = {
        {"group.id", group.len > 0 ? group : ANC_STR("anchorage")},
        {"enable.auto.commit", ANC_STR("false")},
        {"allow.auto.create.topics", ANC_STR("false")},
        {"enable.partition.eof", ANC_STR("true")},
        {"fetch.wait.max.ms", ANC_STR("10")},
    };
    const clt_kafka_setting writing[] = {{"acks", ANC_STR("2")},
                                         {"linger.ms", ANC_STR("0")},
                                         {"message.timeout.ms", ANC_STR("3000")}};
    ANC_TRY(open_handle(l, RD_KAFKA_CONSUMER, place, reading, ANC_COUNT(reading), &l->reader, err));
    (void)rd_kafka_poll_set_consumer(l->reader);
    return open_handle(l, RD_KAFKA_PRODUCER, place, writing, ANC_COUNT(writing), &l->writer, err);
}

static void look_close(look *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->asked[i] != NULL)
            rd_kafka_topic_destroy(l->asked[i]);
    if (l->reader != NULL)
        rd_kafka_destroy_flags(l->reader, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    if (l->writer != NULL) {
        (void)rd_kafka_purge(l->writer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        (void)rd_kafka_flush(l->writer, LOOK_MS);
        rd_kafka_destroy(l->writer);
    }
    (void)pthread_mutex_destroy(&l->complaint.mutex);
    free(l);
}

static wish *wish_of(look *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->wishes[i].name, name) == 0)
            return &l->wishes[i];
    if (l->n == CLT_KAFKA_WANTED)
        return NULL;
    l->wishes[l->n].name = name;
    return &l->wishes[l->n++];
}

static anc_status note_wishes(look *l, const clt_kafka_wanted *wanted, anc_err *err)
{
    for (size_t i = 0; i < wanted->n_written + wanted->n_read; i++) {
        const bool writes = i < wanted->n_written;
        wish *w = wish_of(l, writes ? wanted->written[i] : wanted->read[i - wanted->n_written]);
        if (w == NULL)
            return ANC_FAIL(err, ANC_LIMIT, "kafka: more than %d topics", CLT_KAFKA_WANTED);
        w->writes = w->writes || writes;
        w->reads = w->reads || !writes;
    }
    for (size_t i = 0; i < l->n; i++)
        l->asked[i] = rd_kafka_topic_new(l->reader, l->wishes[i].name, NULL);
    return ANC_OK;
}

/* ---- what is there --------------------------------------------------------------------------- */

static void note_topics(look *l, const rd_kafka_metadata_t *found)
{
    for (int i = 0; i < found->topic_cnt; i++) {
        const rd_kafka_metadata_topic_t *t = &found->topics[i];
        for (size_t k = 0; k < l->n; k++) {
            wish *w = &l->wishes[k];
            if (strcmp(w->name, t->topic) != 0)
                continue;
            w->code = t->err;
            w->there = t->err == RD_KAFKA_RESP_ERR_NO_ERROR && t->partition_cnt > 0;
            w->absent = t->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
        }
    }
}

static anc_status find_topics(look *l, anc_err *err)
{
    rd_kafka_resp_err_t code;
    do {
        const rd_kafka_metadata_t *found = NULL;
        code = rd_kafka_metadata(l->reader, 0, NULL, &found, LOOK_MS);
        (void)rd_kafka_poll(l->writer, 0); /* complaints */
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            note_topics(l, found);
            rd_kafka_metadata_destroy(found);
            return ANC_OK;
        }
    } while (os_mono_ns() < l->deadline_ns && !clt_kafka_unauthenticated(&l->complaint));
    return clt_kafka_refusal(&l->complaint, code, "looking for brokers", err);
}

/* ---- trying ---------------------------------------------------------------------------------- */

static void try_writing(look *l)
{
    size_t waiting = 0;
    for (size_t i = 0; i < l->n; i++) {
        wish *w = &l->wishes[i];
        if (!w->writes || !w->there)
            continue;
        const rd_kafka_vu_t parts[] = {
            {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = w->name},
            {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = 0},
            {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = w},
        };
        rd_kafka_error_t *error = rd_kafka_produceva(l->writer, parts, ANC_COUNT(parts));
        w->known = error != NULL;
        if (error != NULL)
            rd_kafka_error_destroy(error);
        else
            waiting++;
    }
    const int64_t until_ns = os_mono_ns() + (int64_t)left_ms(l) * 1000000;
    while (waiting > 0 && os_mono_ns() < until_ns) {
        (void)rd_kafka_poll(l->writer, POLL_MS);
        waiting = 0;
        for (size_t i = 0; i < l->n; i++)
            waiting += l->wishes[i].writes && l->wishes[i].there && !l->wishes[i].known;
    }
}

/* Notes what a poll of the reader gave; true when it ends the wait for a topic. */
static bool note_read(look *l, const rd_kafka_message_t *m)
{
    if (m->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        l->group_refused = true;
    for (size_t i = 0; m->rkt != NULL && i < l->n; i++) {
        wish *w = &l->wishes[i];
        if (!w->reads || w->known || strcmp(w->name, rd_kafka_topic_name(m->rkt)) != 0)
            continue;
        w->known = true;
        w->code = m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF ? RD_KAFKA_RESP_ERR_NO_ERROR : m->err;
        return true;
    }
    return false;
}

static void try_reading(look *l)
{
    size_t waiting = 0;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)l->n);
    for (size_t i = 0; i < l->n; i++) {
        if (!l->wishes[i].reads || !l->wishes[i].there)
            continue;
        rd_kafka_topic_partition_list_add(list, l->wishes[i].name, 0)->offset = RD_KAFKA_OFFSET_END;
        waiting++;
    }
    const int64_t until_ns = os_mono_ns() + (int64_t)left_ms(l) * 1000000;
    if (waiting > 0 && rd_kafka_assign(l->reader, list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        waiting = 0;
    while (waiting > 0 && os_mono_ns() < until_ns) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(l->reader, POLL_MS);
        if (m == NULL)
            continue;
        waiting -= note_read(l, m);
        rd_kafka_message_destroy(m);
    }
    rd_kafka_topic_partition_list_destroy(list);
}

static rd_kafka_event_t *wait_for(look *l, rd_kafka_queue_t *queue)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, left_ms(l));
    rd_kafka_queue_destroy(queue); /* a handle that is held would keep the writer from its end */
    return event;
}

static void note_made(look *l, rd_kafka_event_t *event)
{
    size_t n = 0;
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    const rd_kafka_topic_result_t **topics =
        result != NULL ? rd_kafka_CreateTopics_result_topics(result, &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        wish *w = wish_of(l, rd_kafka_topic_result_name(topics[i]));
        if (w != NULL)
            w->code = rd_kafka_topic_result_error(topics[i]);
    }
}

/* Asks for the absent ones to be made, as a check alone. */
static void try_making(look *l)
{
    char why[256];
    rd_kafka_NewTopic_t *list[CLT_KAFKA_WANTED];
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (!l->wishes[i].absent)
            continue;
        list[n] = rd_kafka_NewTopic_new(l->wishes[i].name, 1, -1, why, sizeof why);
        n += list[n] != NULL;
    }
    if (n == 0)
        return;
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(l->writer, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    (void)rd_kafka_AdminOptions_set_validate_only(options, 1, why, sizeof why);
    (void)rd_kafka_AdminOptions_set_request_timeout(options, TRY_MS, why, sizeof why);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(l->writer);
    rd_kafka_CreateTopics(l->writer, list, n, options, queue);
    rd_kafka_event_t *event = wait_for(l, queue);
    if (event != NULL) {
        note_made(l, event);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy_array(list, n);
}

/* The reader looks for the group's coordinator by itself, and is told where it may not; it may where what the group has
 * committed can be asked for. */
static bool group_is_forbidden(look *l)
{
    const int64_t until_ns = os_mono_ns() + (int64_t)left_ms(l) * 1000000;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    bool known = l->group_refused;
    for (size_t i = 0; i < l->n && list->cnt == 0; i++)
        if (l->wishes[i].reads)
            (void)rd_kafka_topic_partition_list_add(list, l->wishes[i].name, 0);
    while (!known && os_mono_ns() < until_ns) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(l->reader, POLL_MS);
        if (m != NULL) {
            (void)note_read(l, m);
            rd_kafka_message_destroy(m);
        }
        known = l->group_refused ||
                rd_kafka_committed(l->reader, list, POLL_MS) == RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return l->group_refused;
}

/* ---- what is said ---------------------------------------------------------------------------- */

typedef bool concerns_fn(const wish *w);

static bool may_not_write(const wish *w)
{
    return w->writes && !w->absent && is_forbidden(w->code);
}

static bool may_not_read(const wish *w)
{
    return w->reads && !w->absent && is_forbidden(w->code);
}

static bool may_not_make(const wish *w)
{
    return w->absent && is_forbidden(w->code);
}

static bool is_absent(const wish *w)
{
    return w->absent && w->writes;
}

/* The first NAMED of them by name. */
static void say_of(const look *l, concerns_fn *concerns, const char *what, const char *right,
                   anc_buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (!concerns(&l->wishes[i]))
            continue;
        if (n == 0)
            (void)anc_buf_printf(out, "%s%s ", out->len > 0 ? "; " : "", what);
        if (n < NAMED)
            (void)anc_buf_printf(out, "%s%s", n > 0 ? ", " : "", l->wishes[i].name);
        n++;
    }
    if (n > NAMED)
        (void)anc_buf_printf(out, " and %zu more", n - NAMED);
    if (n > 0)
        (void)anc_buf_printf(out, "%s", right);
}

static void say_group(const char *group, anc_buf *out)
{
    (void)anc_buf_printf(out, "%sno right to read in the group %s (Read)", out->len > 0 ? "; " : "",
                         group);
}

/* A try of its own for each: what one found is said before the next begins. */
static void try_all(look *l, const clt_kafka_wanted *wanted, const char *group, anc_buf *missing)
{
    if (wanted->makes)
        try_making(l);
    say_of(l, may_not_make, "no right to make the topics", " (Create)", missing);
    if (!wanted->makes)
        say_of(l, is_absent, "there are no topics", ", and they are not to be made", missing);
    try_writing(l);
    say_of(l, may_not_write, "no right to write to the topics", " (Write)", missing);
    for (size_t i = 0; i < l->n; i++) /* what was found of writing says nothing about reading */
        if (l->wishes[i].reads && l->wishes[i].there) {
            l->wishes[i].known = false;
            l->wishes[i].code = RD_KAFKA_RESP_ERR_NO_ERROR;
        }
    try_reading(l);
    say_of(l, may_not_read, "no right to read the topics", " (Read)", missing);
    if (wanted->n_read > 0 && group_is_forbidden(l))
        say_group(group, missing);
}

anc_status clt_kafka_rights(const clt_kafka_place *place, const clt_kafka_wanted *wanted,
                            int64_t deadline_ns, anc_buf *missing, anc_err *err)
{
    enum { GROUP_MAX = 256 };
    char group[GROUP_MAX + 1] = {0};
    look *l = calloc(1, sizeof *l);
    if (l == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a look at a cluster");
    if (wanted->group.len > 0)
        memcpy(group, wanted->group.ptr,
               wanted->group.len < GROUP_MAX ? wanted->group.len : GROUP_MAX);
    (void)pthread_mutex_init(&l->complaint.mutex, NULL);
    l->deadline_ns = deadline_ns;
    anc_status status = open_both(l, place, wanted->group, err);
    if (status == ANC_OK)
        status = note_wishes(l, wanted, err);
    if (status == ANC_OK)
        status = find_topics(l, err);
    if (status == ANC_OK)
        try_all(l, wanted, group, missing);
    look_close(l);
    return status;
}

/* settings.c - librdkafka's settings from ours, and its errors as ours. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "kafka_impl.h"
#include "os/file.h"
#include "os/pem.h"

enum { VALUE_MAX = 4096, EXPLAINED = 256, REFUSAL = 1024 };

/* librdkafka's names, and ours. */
static const struct {
    anc_str theirs;
    const char *ours;
} names[] = {{ANC_STR_INIT("bootstrap.servers"), "brokers"},
             {ANC_STR_INIT("security.protocol"), "security"},
             {ANC_STR_INIT("sasl.mechanisms"), "mechanism"},
             {ANC_STR_INIT("sasl.mechanism"), "mechanism"},
             {ANC_STR_INIT("sasl.username"), "user"},
             {ANC_STR_INIT("sasl.password"), "password"},
             {ANC_STR_INIT("ssl.ca.location"), "tls_ca"},
             {ANC_STR_INIT("compression.codec"), "compression"},
             {ANC_STR_INIT("compression.type"), "compression"},
             {ANC_STR_INIT("group.id"), "group"}};

/* A text of librdkafka with our names in it. */
static void add_words(const clt_kafka_place *place, anc_str text, anc_buf *out)
{
    while (text.len > 0) {
        size_t i = 0;
        while (i < ANC_COUNT(names) && !anc_str_starts(text, names[i].theirs))
            i++;
        if (i < ANC_COUNT(names))
            (void)anc_buf_printf(out, "%s%s", place->names != NULL ? place->names : "",
                                 names[i].ours);
        else
            (void)anc_buf_add_char(out, text.ptr[0]);
        const size_t read = i < ANC_COUNT(names) ? names[i].theirs.len : 1;
        text = anc_str_sub(text, read, text.len);
    }
}

anc_status clt_kafka_refuse(const clt_kafka_place *place, const char *why, anc_err *err)
{
    ANC_BUF(text, REFUSAL);
    add_words(place, anc_str_of(why), &text);
    return ANC_FAIL(err, ANC_INVALID, "kafka: %.*s", ANC_FMT(anc_buf_view(&text)));
}

/* `name` does not take its value. */
static anc_status refuse_value(const clt_kafka_place *place, const char *name, const char *why,
                               anc_err *err)
{
    ANC_BUF(text, REFUSAL);
    (void)anc_buf_printf(&text, "%s: %s", name, why);
    return clt_kafka_refuse(place, text.ptr != NULL ? text.ptr : name, err);
}

anc_status clt_kafka_set(rd_kafka_conf_t *conf, const clt_kafka_place *place,
                         const clt_kafka_setting *settings, size_t n, anc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        char value[VALUE_MAX], why[256];
        const clt_kafka_setting *s = &settings[i];
        const bool secret = strstr(s->name, "password") != NULL;
        if (s->value.len == 0)
            continue;
        if (s->value.len >= sizeof value) {
            (void)snprintf(why, sizeof why, "the value has %zu bytes, at most %d", s->value.len,
                           VALUE_MAX - 1);
            return refuse_value(place, s->name, why, err);
        }
        memcpy(value, s->value.ptr, s->value.len);
        value[s->value.len] = '\0';
        const bool ok =
            rd_kafka_conf_set(conf, s->name, value, why, sizeof why) == RD_KAFKA_CONF_OK;
        if (secret)
            explicit_bzero(value, sizeof value);
        if (!ok)
            return refuse_value(place, s->name, secret ? "the value is not taken" : why, err);
    }
    return ANC_OK;
}

anc_status clt_kafka_set_number(rd_kafka_conf_t *conf, const clt_kafka_place *place,
                                const char *name, unsigned long long n, anc_err *err)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%llu", n);
    return clt_kafka_set(conf, place, &(clt_kafka_setting){name, anc_str_of(text)}, 1, err);
}

/* A folder of certificates is as good. */
static anc_status check_trusted(anc_str path, anc_err *err)
{
    os_stat found;
    anc_err why = {0};
    if (os_stat_of(path, &found, &why) == ANC_OK && found.is_folder)
        return ANC_OK;
    const anc_status status = os_certificates_check(path, &why);
    return status == ANC_OK ? ANC_OK
                            : ANC_FAIL(err, status, "kafka: certificates to trust: %s", why.text);
}

anc_status clt_kafka_set_place(rd_kafka_conf_t *conf, const clt_kafka_place *place, anc_err *err)
{
    const bool sasl = anc_str_starts(place->security, ANC_STR("sasl"));
    const clt_kafka_setting settings[] = {
        {"bootstrap.servers", place->mock_brokers > 0 ? ANC_STR_NONE : place->brokers},
        {"client.id", place->client_id.len > 0 ? place->client_id : ANC_STR("anchorage")},
        {"security.protocol", place->security},
        {"sasl.mechanism", !sasl                      ? ANC_STR_NONE
                           : place->mechanism.len > 0 ? place->mechanism
                                                      : ANC_STR("PLAIN")},
        {"sasl.username", sasl ? place->user : ANC_STR_NONE},
        {"sasl.password", sasl ? place->password : ANC_STR_NONE},
        {"ssl.ca.location", place->ca_file},
        {"enable.ssl.certificate.verification", place->insecure ? ANC_STR("false") : ANC_STR_NONE},
        {"socket.keepalive.enable", ANC_STR("true")},
        {"reconnect.backoff.max.ms", ANC_STR("5000")},
        {"log_level", ANC_STR("3")},
    };
    if (anc_str_ends(place->security, ANC_STR("ssl")) && place->ca_file.len > 0)
        ANC_TRY(check_trusted(place->ca_file, err));
    if (place->mock_brokers == 0)
        ANC_TRY(clt_kafka_brokers_check(place, err));
    if (place->mock_brokers > 0)
        ANC_TRY(
            clt_kafka_set_number(conf, place, "test.mock.num.brokers", place->mock_brokers, err));
    return clt_kafka_set(conf, place, settings, ANC_COUNT(settings), err);
}

static void log_nothing(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)rk;
    (void)level;
    (void)facility;
    (void)text; /* what matters comes as an error */
}

void clt_kafka_listen(rd_kafka_conf_t *conf, void *opaque,
                      void (*on_error)(rd_kafka_t *rk, int code, const char *reason, void *opaque))
{
    rd_kafka_conf_set_opaque(conf, opaque);
    rd_kafka_conf_set_log_cb(conf, log_nothing);
    rd_kafka_conf_set_error_cb(conf, on_error);
}

void clt_kafka_complain(clt_kafka_complaint *c, const char *reason)
{
    (void)pthread_mutex_lock(&c->mutex);
    (void)snprintf(c->text, sizeof c->text, "%.*s", CLT_KAFKA_PROBLEM - 1, reason);
    (void)pthread_mutex_unlock(&c->mutex);
    atomic_store(&c->unauthenticated, false);
}

void clt_kafka_complain_of(clt_kafka_complaint *c, int code, const char *reason)
{
    (void)pthread_mutex_lock(&c->mutex);
    const bool why = code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || c->text[0] == '\0';
    (void)pthread_mutex_unlock(&c->mutex);
    if (why)
        clt_kafka_complain(c, reason);
    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
        code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED)
        atomic_store(&c->unauthenticated, true);
}

/* What is known of a librdkafka that says its nonce twice: brokers of Kafka 4 compare it (RFC 5802, 5.1), earlier ones
 * did not. */
static void explain(const char *complaint, anc_buf *out)
{
    enum { WELL = 0x020601ff };
    if (strstr(complaint, "SCRAM-SHA-") == NULL || rd_kafka_version() >= WELL)
        return;
    (void)anc_buf_printf(out,
                         "with SCRAM librdkafka %s gets into Kafka 3 but not into Kafka 4, as from "
                         "2.6.1 on; PLAIN over TLS does, if user and password are right: ",
                         rd_kafka_version_str());
}

static anc_status status_of(rd_kafka_resp_err_t code)
{
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        return ANC_LIMIT;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return ANC_NOT_FOUND;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return ANC_FORBIDDEN;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        return ANC_UNAUTHENTICATED;
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
        return ANC_CANCELLED;
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
        return ANC_INVALID;
    default:
        return ANC_UNAVAILABLE;
    }
}

anc_status clt_kafka_refusal(clt_kafka_complaint *c, rd_kafka_resp_err_t code, const char *what,
                             anc_err *err)
{
    char last[CLT_KAFKA_PROBLEM];
    (void)pthread_mutex_lock(&c->mutex);
    memcpy(last, c->text, sizeof last);
    (void)pthread_mutex_unlock(&c->mutex);
    ANC_BUF(known, EXPLAINED);
    explain(last, &known);
    const anc_status status = status_of(code);
    return ANC_FAIL(err,
                    status == ANC_UNAVAILABLE && clt_kafka_unauthenticated(c) ? ANC_UNAUTHENTICATED
                                                                              : status,
                    "kafka: %.*s%s: %s%s%s", ANC_FMT(anc_buf_view(&known)), what,
                    rd_kafka_err2str(code), last[0] != '\0' ? "; " : "", last);
}

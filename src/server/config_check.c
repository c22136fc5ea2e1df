/* config_check.c - values that fit one by one and not together. */
#include "config_check.h"

#include "config_table.h"
#include "house_impl.h"
#include "kernel/domain/event.h"
#include "net/uri.h"

static anc_str origin_of(const srv_config *config, const char *key)
{
    return config->origins[srv_row_find(anc_str_of(key)) - srv_rows];
}

/* An address outside loopback without a key would hand the documents to anybody. */
static anc_status check_listen(const srv_config *c, anc_err *err)
{
    if (net_host_is_loopback(c->http.listen))
        return ANC_OK;
    return ANC_FAIL(err, ANC_INVALID,
                    "%.*s: http.listen is %.*s, outside loopback, and there is no API key: set "
                    "ANCHORAGE_API_KEY (auth.api_key), or listen on 127.0.0.1",
                    ANC_FMT(origin_of(c, "http.listen")), ANC_FMT(c->http.listen));
}

/* Every page that a browser on this machine opens could read and change the documents. */
static anc_status check_origins(const srv_config *c, anc_err *err)
{
    for (size_t i = 0; i < c->http.cors_origins.n; i++)
        if (anc_str_eq(c->http.cors_origins.items[i], ANC_STR("*")))
            return ANC_FAIL(
                err, ANC_INVALID,
                "%.*s: http.cors_origins has '*', which lets every web page in, and "
                "there is no API key: set ANCHORAGE_API_KEY (auth.api_key), or name the "
                "origins, such as http://localhost:3000",
                ANC_FMT(origin_of(c, "http.cors_origins")));
    return ANC_OK;
}

/* ---- events of other services ---- */

enum { NAMES_BYTES = 320 };

/* Those that something is done with; and one of every other, which is shown. */
static void list_types(anc_buf *out)
{
    for (unsigned i = 0; i < EV_TYPE_COUNT; i++) {
        const ev_type *type = ev_type_of((ev_type_id)i);
        const bool comes_from_others = i >= EV_DOCUMENT_UPLOADED;
        if (comes_from_others)
            (void)anc_buf_printf(out, "%s%s", out->len > 0 ? ", " : "", type->name);
    }
}

/* A service that was told wrongly would send for ever, and nobody would read it. */
static anc_status check_types(const srv_config *c, const char *key, const srv_strs *types,
                              anc_err *err)
{
    for (size_t i = 0; i < types->n; i++) {
        const anc_str type = types->items[i];
        if (ev_type_by_name(type) != NULL)
            continue;
        ANC_BUF(known, NAMES_BYTES);
        list_types(&known);
        return ANC_FAIL(err, ANC_INVALID,
                        "%.*s: %s: '%.*s' is no type of event that is known here; known are %s, "
                        "and our own, such as query.completed, to show those of others",
                        ANC_FMT(origin_of(c, key)), key, ANC_FMT(anc_str_sub(type, 0, 80)),
                        known.ptr);
    }
    return ANC_OK;
}

/* Also where no Kafka is configured: what is written wrongly is said where it is written. */
static anc_status check_topics(const srv_config *c, anc_err *err)
{
    const krn_bus_kafka_options options = srv_kafka_options(c);
    anc_err why = {0};
    const anc_status status = krn_bus_kafka_names_check(&options, &why);
    return status == ANC_OK ? ANC_OK
                            : anc_fail_at(err, status, why.where, "%.*s: bus.kafka.topics: %s",
                                          ANC_FMT(origin_of(c, "bus.kafka.topics")), why.text);
}

anc_status srv_config_check_types(const srv_config *config, anc_err *err)
{
    ANC_TRY(check_types(config, "bus.redis.inbound", &config->bus.redis.inbound, err));
    ANC_TRY(check_types(config, "bus.kafka.inbound", &config->bus.kafka.inbound, err));
    return check_topics(config, err);
}

/* ---- privacy ---- */

anc_status srv_config_check_privacy(const srv_config *c, anc_err *err)
{
    if (!anc_str_eq(c->model.cache_persistent, ANC_STR("true")) ||
        !anc_str_eq(c->privacy.keep_texts, ANC_STR("false")))
        return ANC_OK;
    return ANC_FAIL(err, ANC_INVALID,
                    "%.*s: model.cache_persistent is true and privacy.keep_texts false: a vector "
                    "tells nearly what its text was, so keep both or neither",
                    ANC_FMT(origin_of(c, "model.cache_persistent")));
}

/* ---- what is served ---- */

anc_status srv_config_check_serving(const srv_config *config, anc_err *err)
{
    if (config->auth.api_key.len > 0)
        return ANC_OK;
    ANC_TRY(check_listen(config, err));
    return check_origins(config, err);
}

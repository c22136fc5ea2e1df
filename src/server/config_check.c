/* config_check.c - values that fit one by one and not together. */
#include "config_table.h"
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

anc_status srv_config_check_serving(const srv_config *config, anc_err *err)
{
    if (config->auth.api_key.len > 0)
        return ANC_OK;
    ANC_TRY(check_listen(config, err));
    return check_origins(config, err);
}

/* brokers.c - "host:port,host:port" looked at before librdkafka does, which makes port 0 of a word. */
#include "base/str.h"
#include "kafka_impl.h"

enum { SHOWN = 120 };

static anc_status check_port(anc_str broker, anc_str port, anc_err *err)
{
    uint64_t number = 0;
    if (anc_str_to_u64(port, &number) && number >= 1 && number <= UINT16_MAX)
        return ANC_OK;
    return ANC_FAIL(err, ANC_INVALID,
                    "kafka: broker '%.*s': '%.*s' is no port, a number from 1 to 65535 is",
                    ANC_FMT(anc_str_sub(broker, 0, SHOWN)), ANC_FMT(anc_str_sub(port, 0, SHOWN)));
}

/* Where the host of "[::1]:9092" or "host:9092" ends. */
static size_t end_of_host(anc_str s)
{
    const bool v6 = anc_str_starts(s, ANC_STR("["));
    const size_t end = anc_str_find(s, v6 ? ANC_STR("]") : ANC_STR(":"));
    return end == SIZE_MAX ? s.len : end + (v6 ? 1 : 0);
}

static anc_status check_broker(anc_str broker, anc_err *err)
{
    anc_str s = anc_str_trim(broker);
    const size_t scheme = anc_str_find(s, ANC_STR("://"));
    if (scheme != SIZE_MAX)
        s = anc_str_sub(s, scheme + 3, s.len);
    const size_t end = end_of_host(s);
    if (s.len == 0) /* as behind a last comma */
        return ANC_OK;
    if (end == 0)
        return ANC_FAIL(err, ANC_INVALID, "kafka: broker '%.*s' has no host, host:port is wanted",
                        ANC_FMT(anc_str_sub(broker, 0, SHOWN)));
    if (end == s.len) /* the usual port */
        return ANC_OK;
    if (s.ptr[end] != ':')
        return ANC_FAIL(err, ANC_INVALID,
                        "kafka: broker '%.*s' has something behind its host, host:port is wanted",
                        ANC_FMT(anc_str_sub(broker, 0, SHOWN)));
    return check_port(broker, anc_str_sub(s, end + 1, s.len), err);
}

/* "user:password@host:port", as for other servers: of the list nothing is told up to its last '@', since a password may
 * have commas and more of them. */
static anc_status check_users(const clt_kafka_place *place, anc_err *err)
{
    const char *names = place->names != NULL ? place->names : "";
    size_t at = place->brokers.len;
    while (at > 0 && place->brokers.ptr[at - 1] != '@')
        at--;
    if (at == 0)
        return ANC_OK;
    return ANC_FAIL(err, ANC_INVALID,
                    "kafka: brokers '***@%.*s' have something before an '@'; host:port is wanted, "
                    "user and password are %suser and %spassword",
                    ANC_FMT(anc_str_sub(place->brokers, at, SHOWN)), names, names);
}

anc_status clt_kafka_brokers_check(const clt_kafka_place *place, anc_err *err)
{
    anc_str rest = place->brokers, one;
    if (anc_str_trim(rest).len == 0)
        return ANC_FAIL(err, ANC_INVALID, "kafka: no broker is named");
    ANC_TRY(check_users(place, err));
    while (anc_str_split(&rest, ',', &one))
        ANC_TRY(check_broker(one, err));
    return ANC_OK;
}

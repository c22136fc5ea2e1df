/* names.c - topics that are called otherwise than here: "FROM=TO", and what does not fit. */
#include <string.h>

#include "base/str.h"
#include "bus_kafka_impl.h"

enum { SUFFIX_BYTES = 4, TOLD_BYTES = 100, KNOWN_BYTES = 4096, ALL_TOPICS = 256 };
_Static_assert(EV_TYPE_COUNT + 1 + EV_INBOUND_TYPES <= ALL_TOPICS, "every topic has a place");

static bool split(anc_str item, anc_str *ret_from, anc_str *ret_to)
{
    *ret_to = item;
    if (anc_str_find(item, ANC_STR("=")) == SIZE_MAX || !anc_str_split(ret_to, '=', ret_from))
        return false;
    *ret_from = anc_str_trim(*ret_from);
    *ret_to = anc_str_trim(*ret_to);
    return true;
}

anc_str krn_bus_kafka_name(const krn_bus_kafka_options *o, anc_str topic)
{
    anc_str from, to;
    for (size_t i = 0; i < o->n_topics; i++)
        if (split(o->topics[i], &from, &to) && anc_str_eq(from, topic))
            return to;
    return topic;
}

/* ---- what does not fit ---- */

/* A topic of ours, under the name that it has here. */
typedef struct known {
    anc_str name;
    bool read; /* others write it, and we read */
} known;

static bool is_listed(const known *list, size_t n, anc_str name)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq(list[i].name, name))
            return true;
    return false;
}

/* The types that are written to topics of their own names (topic_a_type). */
static size_t list_types(known *list, size_t n)
{
    for (unsigned i = 0; i < EV_TYPE_COUNT; i++) {
        const ev_type *type = ev_type_of((ev_type_id)i);
        if (type->topic == NULL && type->durable && !is_listed(list, n, anc_str_of(type->name)))
            list[n++] = (known){anc_str_of(type->name), false};
    }
    return n;
}

/* Those that are written, those that are read, and those that are named as their types. */
static size_t list_known(const krn_bus_kafka_options *o, known list[ALL_TOPICS])
{
    size_t n = 0;
    for (unsigned i = 0; i < EV_TYPE_COUNT; i++) {
        const char *topic = ev_type_of((ev_type_id)i)->topic;
        if (topic != NULL && !is_listed(list, n, anc_str_of(topic)))
            list[n++] = (known){anc_str_of(topic), false};
    }
    list[n++] = (known){KRN_KAFKA_OTHERS, false};
    for (size_t i = 0; i < o->n_inbound && i < EV_INBOUND_TYPES; i++)
        if (!is_listed(list, n, o->inbound[i]))
            list[n++] = (known){o->inbound[i], true};
    return o->topic_a_type ? list_types(list, n) : n;
}

static bool is_legal(const krn_bus_kafka_options *o, anc_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '.' && c != '_' && c != '-')
            return false;
    }
    return name.len > 0 && o->prefix.len + name.len + SUFFIX_BYTES <= KRN_KAFKA_TOPIC_MAX &&
           !anc_str_eq(name, ANC_STR(".")) && !anc_str_eq(name, ANC_STR("..")) &&
           !anc_str_ends(name, ANC_STR(".dlq"));
}

static anc_status check_item(const krn_bus_kafka_options *o, size_t at, const known *list, size_t n,
                             anc_err *err)
{
    anc_str from, to, other, ignored;
    const anc_str item = o->topics[at], told = anc_str_sub(item, 0, TOLD_BYTES);
    if (!split(item, &from, &to))
        return ANC_FAIL(err, ANC_INVALID,
                        "'%.*s' renames nothing: TOPIC=NAME does, such as "
                        "chatbot.error=chatbot.error.occurred",
                        ANC_FMT(told));
    if (!is_legal(o, to))
        return ANC_FAIL(err, ANC_INVALID,
                        "'%.*s': a topic's name is of letters, digits, '.', '_' and '-', at most "
                        "%d with prefix and .dlq, which it does not end in",
                        ANC_FMT(told), KRN_KAFKA_TOPIC_MAX);
    for (size_t i = 0; i < at; i++)
        if (split(o->topics[i], &other, &ignored) && anc_str_eq(other, from))
            return ANC_FAIL(err, ANC_INVALID, "'%.*s' is renamed twice", ANC_FMT(from));
    if (is_listed(list, n, from))
        return ANC_OK;
    ANC_BUF(names, KNOWN_BYTES);
    for (size_t i = 0; i < n; i++)
        (void)anc_buf_printf(&names, "%s%.*s", i > 0 ? ", " : "", ANC_FMT(list[i].name));
    return ANC_FAIL(err, ANC_INVALID, "'%.*s' is no topic of ours; these are: %.*s",
                    ANC_FMT(anc_str_sub(from, 0, TOLD_BYTES)), ANC_FMT(anc_buf_view(&names)));
}

static bool is_renamed(const krn_bus_kafka_options *o, anc_str topic)
{
    anc_str from, to;
    for (size_t i = 0; i < o->n_topics; i++)
        if (split(o->topics[i], &from, &to) && anc_str_eq(from, topic))
            return true;
    return false;
}

/* Several that are written may be one topic, where each of them was given that name: then it is meant. Never batch-status,
 * which has no envelopes, and never one that is read. */
static anc_status check_two(const krn_bus_kafka_options *o, known a, known b, anc_err *err)
{
    const anc_str name = krn_bus_kafka_name(o, a.name);
    const anc_str flat = ANC_STR(KRN_KAFKA_WORK_STATUS);
    if (!anc_str_eq(name, krn_bus_kafka_name(o, b.name)))
        return ANC_OK;
    if (a.read || b.read || anc_str_eq(a.name, flat) || anc_str_eq(b.name, flat))
        return ANC_FAIL(err, ANC_INVALID,
                        "'%.*s' and '%.*s' would both be '%.*s': what others send, and %s, have "
                        "topics of their own",
                        ANC_FMT(a.name), ANC_FMT(b.name), ANC_FMT(name), KRN_KAFKA_WORK_STATUS);
    if (is_renamed(o, a.name) && is_renamed(o, b.name))
        return ANC_OK;
    return ANC_FAIL(err, ANC_INVALID,
                    "'%.*s' and '%.*s' would both be '%.*s'; where that is meant give the name to "
                    "both, also to the one that has it already",
                    ANC_FMT(a.name), ANC_FMT(b.name), ANC_FMT(name));
}

anc_status krn_bus_kafka_names_check(const krn_bus_kafka_options *o, anc_err *err)
{
    known list[ALL_TOPICS];
    const size_t n = list_known(o, list);
    for (size_t i = 0; i < o->n_topics; i++)
        ANC_TRY(check_item(o, i, list, n, err));
    for (size_t i = 0; o->n_topics > 0 && i < n; i++)
        for (size_t k = 0; k < i; k++)
            ANC_TRY(check_two(o, list[k], list[i], err));
    return ANC_OK;
}

/* test_kafka_names.c - topics by other names, where types have topics of their own names. */
#include "support/test.h"

#include <string.h>

#include "kernel/adapters/bus_kafka/bus_kafka.h"

typedef struct row {
    const char *name;
    bool topic_a_type;
    const char *topics[2];
    const char *error; /* part of the text; NULL: it fits */
} row;

static const row rows[] = {
    {"a type's topic gets another name", true, {"feedback.given=failures"}, NULL},
    {"without such topics there is none",
     false,
     {"feedback.given=failures"},
     "is no topic of ours"},
    {"another topic onto it, unawares",
     true,
     {"chatbot.error=feedback.given"},
     "would both be 'feedback.given'"},
    {"without such topics nothing is there", false, {"chatbot.error=feedback.given"}, NULL},
    {"both, and it is meant",
     true,
     {"chatbot.error=feedback.given", "feedback.given=feedback.given"},
     NULL},
};

static void names(void **state)
{
    const row *r = *state;
    anc_str topics[ANC_COUNT(r->topics)];
    krn_bus_kafka_options o = {.topic_a_type = r->topic_a_type, .topics = topics};
    anc_err err = {0};
    for (; o.n_topics < ANC_COUNT(topics) && r->topics[o.n_topics] != NULL; o.n_topics++)
        topics[o.n_topics] = anc_str_of(r->topics[o.n_topics]);
    const anc_status status = krn_bus_kafka_names_check(&o, &err);
    if (r->error == NULL) {
        ASSERT_OK(status, &err);
        return;
    }
    assert_int_equal(status, ANC_INVALID);
    if (strstr(err.text, r->error) == NULL)
        fail_msg("%s: %s", r->name, err.text);
}

int main(void)
{
    return RUN_TABLE("names", rows, names);
}

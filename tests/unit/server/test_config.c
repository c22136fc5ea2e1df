/* test_config.c - each row is one configuration and what comes of it. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/file.h"
#include "server/config.h"

typedef struct row {
    const char *name;
    const char *yaml;   /* NULL: no file */
    const char *dotenv; /* NULL: no file */
    const char *env[4];
    srv_override override;
    const char *error; /* part of the message; NULL: it loads */
    int64_t port;      /* where it loads; 0: not looked at */
} row;

#define OVERRIDE(k, v)                            \
    {                                             \
        ANC_STR_INIT(k), ANC_STR_INIT(v), "--set" \
    }

static const row rows[] = {
    {.name = "nothing given: the defaults", .port = 8000},
    {.name = "the file", .yaml = "http:\n  port: 8123\n", .port = 8123},
    {.name = "dotted key in the file", .yaml = "http.port: 8124\n", .port = 8124},
    {.name = "an empty file", .yaml = "", .port = 8000},
    {.name = "an empty section", .yaml = "http:\nchat:\n  top_k: 7\n", .port = 8000},
    {.name = "environment over file",
     .yaml = "http:\n  port: 1\n",
     .env = {"HOME=/h", "ANCHORAGE_HTTP__PORT=2"},
     .port = 2},
    {.name = ".env under environment",
     .dotenv = "# note\nexport ANCHORAGE_HTTP__PORT=\"3\"\n",
     .env = {"ANCHORAGE_HTTP__PORT=4"},
     .port = 4},
    {.name = ".env over file",
     .yaml = "http:\n  port: 1\n",
     .dotenv = "ANCHORAGE_HTTP__PORT='3'\n",
     .port = 3},
    {.name = "flag over all",
     .env = {"ANCHORAGE_HTTP__PORT=4"},
     .override = OVERRIDE("http.port", "5"),
     .port = 5},
    {.name = "unknown key has file and line",
     .yaml = "chat:\n  top_k: 3\n  topk: 4\n",
     .error = ":3: unknown key 'chat.topk' (did you mean 'chat.top_k'?)"},
    {.name = "unknown section", .yaml = "\nchatt:\n  x: 1\n", .error = ":2: unknown key 'chatt'"},
    {.name = "bad number says what is allowed",
     .yaml = "http:\n  port: eighty\n",
     .error = ":2: http.port: 'eighty' does not fit: allowed is a whole number from 0 to 65535"},
    {.name = "number out of range", .yaml = "http:\n  port: 70000\n", .error = "from 0 to 65535"},
    {.name = "fraction where whole is due", .yaml = "chat:\n  top_k: 2.5\n", .error = "'2.5'"},
    {.name = "choice", .yaml = "log:\n  level: loud\n", .error = "one of debug|info|warn|error"},
    {.name = "set twice", .yaml = "http:\n  port: 1\n  port: 2\n", .error = ":3: http.port is set"},
    {.name = "mapping where a value is due",
     .yaml = "http:\n  port:\n    x: 1\n",
     .error = "http.port takes a value, not a mapping"},
    {.name = "not YAML", .yaml = "http: [1,\n", .error = "not YAML"},
    {.name = "a list at the top", .yaml = "- a\n", .error = "a mapping of keys is expected"},
    {.name = "environment that names no key",
     .env = {"ANCHORAGE_HTTP__PROT=1"},
     .error = "environment: ANCHORAGE_HTTP__PROT names no key of the configuration (did you mean "
              "ANCHORAGE_HTTP__PORT?)"},
    {.name = "one underscore where two are due",
     .env = {"ANCHORAGE_HTTP_PORT=1"},
     .error = "(did you mean ANCHORAGE_HTTP__PORT?)"},
    {.name = "the end of a name",
     .env = {"ANCHORAGE_PORT=8001"},
     .error = "(did you mean ANCHORAGE_HTTP__PORT?)"},
    {.name = "a name near one that is no key",
     .env = {"ANCHORAGE_APIKEY=x"},
     .error = "(did you mean ANCHORAGE_API_KEY?)"},
    {.name = "a name near to none",
     .env = {"ANCHORAGE_WHATEVER=x"},
     .error = "ANCHORAGE_WHATEVER names no key of the configuration; `anchorage serve"},
    {.name = "an unknown name in .env",
     .dotenv = "ANCHORAGE_DATADIR=/d\n",
     .error = ".env: ANCHORAGE_DATADIR names no key of the configuration (did you mean "
              "ANCHORAGE_DATA_DIR?)"},
    {.name = "names that are ours and no keys",
     .env = {"ANCHORAGE_DATA_DIR=/d", "ANCHORAGE_RUN_FROM=/x", "ANCHORAGE_TEST_DATA=/x"},
     .port = 8000},
    {.name = "more of them",
     .env = {"ANCHORAGE_MODELS_DIR=/d", "ANCHORAGE_API_KEY=k", "ANCHORAGE_URL=http://x"},
     .port = 8000},
    {.name = "names that a cluster sets",
     .env = {"ANCHORAGE_SERVICE_HOST=10.0.0.1", "ANCHORAGE_PORT=tcp://10.0.0.1:8000",
             "ANCHORAGE_PORT_8000_TCP_ADDR=10.0.0.1"},
     .port = 8000},
    {.name = "a name that a secret refers to",
     .yaml = "llm:\n  api_key: env:ANCHORAGE_MY_KEY\n",
     .env = {"ANCHORAGE_MY_KEY=s"},
     .port = 8000},
    {.name = "a list as it is shown",
     .override = OVERRIDE("http.cors_origins", "[]"),
     .port = 8000},
    {.name = "a type of event that nobody knows",
     .yaml = "bus:\n  redis:\n    inbound: [user.created, no.such.type]\n",
     .error = ":3: bus.redis.inbound: 'no.such.type' is no type of event that is known here; known "
              "are document.uploaded, accounting.entry.created, user.created"},
    {.name = "one on the other bus",
     .env = {"ANCHORAGE_BUS__KAFKA__INBOUND=user.create"},
     .error = "environment: ANCHORAGE_BUS__KAFKA__INBOUND: bus.kafka.inbound: 'user.create' is no"},
    {.name = "topics by other names, as a mapping",
     .yaml = "bus:\n  kafka:\n    topics:\n      chatbot.error: chatbot.error.occurred\n"
             "      user.created: crm.users\n",
     .port = 8000},
    {.name = "as a list",
     .yaml = "bus:\n  kafka:\n    topics: [chatbot.error=all, chatbot.query.completed=all]\n",
     .port = 8000},
    {.name = "in the environment",
     .env = {"ANCHORAGE_BUS__KAFKA__TOPICS=chatbot.error=a,chatbot.query.completed=b"},
     .port = 8000},
    {.name = "a topic that is none of ours",
     .yaml = "bus:\n  kafka:\n    topics:\n      chatbot.eror: a\n",
     .error = ":4: bus.kafka.topics: 'chatbot.eror' is no topic of ours; these are: knowledge."},
    {.name = "a name that Kafka does not take",
     .env = {"ANCHORAGE_BUS__KAFKA__TOPICS=chatbot.error=all errors"},
     .error = "bus.kafka.topics: 'chatbot.error=all errors': a topic's name is of letters"},
    {.name = "a topic renamed to nothing",
     .override = OVERRIDE("bus.kafka.topics", "chatbot.error="),
     .error = "--set: bus.kafka.topics: 'chatbot.error=': a topic's name is of letters"},
    {.name = "no name at all",
     .override = OVERRIDE("bus.kafka.topics", "chatbot.error"),
     .error = "--set: bus.kafka.topics: 'chatbot.error' renames nothing: TOPIC=NAME does"},
    {.name = "a topic renamed twice",
     .override = OVERRIDE("bus.kafka.topics", "chatbot.error=a,chatbot.error=b"),
     .error = "'chatbot.error' is renamed twice"},
    {.name = "two topics of one name unawares",
     .override = OVERRIDE("bus.kafka.topics", "chatbot.error=chatbot.query.completed"),
     .error = "would both be 'chatbot.query.completed'; where that is meant give the name to both"},
    {.name = "two topics of one name, and it is meant",
     .override = OVERRIDE("bus.kafka.topics", "chatbot.error=chatbot.query.completed,"
                                              "chatbot.query.completed=chatbot.query.completed"),
     .port = 8000},
    {.name = "what others send on a topic of ours",
     .override = OVERRIDE("bus.kafka.topics", "user.created=a,chatbot.error=a"),
     .error = "would both be 'a': what others send, and batch-status, have topics of their own"},
    {.name = "a type that has no topic of its own",
     .override = OVERRIDE("bus.kafka.topics", "feedback.given=a"),
     .error = "'feedback.given' is no topic of ours"},
    {.name = "a name of a mapping that would be split",
     .yaml = "bus:\n  kafka:\n    topics:\n      chatbot.error=a,user.created: b\n",
     .error = ":4: the name 'chatbot.error=a,user.created' is empty, or has a '=' or ','"},
    {.name = "a value of a mapping that would be two rows",
     .yaml = "bus:\n  kafka:\n    topics:\n      chatbot.error: a,user.created=b\n",
     .error = ":4: the value 'a,user.created=b' of 'chatbot.error' has a '=' or ','"},
    {.name = "a mapping where a list is due",
     .yaml = "http:\n  cors_origins:\n    a: b\n",
     .error = "http.cors_origins takes a value, not a mapping"},
    {.name = "flag that names no key",
     .override = OVERRIDE("http.prt", "1"),
     .error = "--set: unknown key 'http.prt' (did you mean 'http.port'?)"},
    {.name = "secret from a file that is not there",
     .yaml = "llm:\n  api_key: file:/no/such/file\n",
     .error = "llm.api_key: cannot read the file '/no/such/file'"},
};

static void put_file(const char *path, const char *text)
{
    anc_err err = {0};
    ASSERT_OK(os_file_replace(anc_str_of(path), anc_str_of(text), &err), &err);
}

static void load_row(void **state)
{
    const row *r = *state;
    char folder[] = "/tmp/anc_config_XXXXXX", yaml[64], dotenv[64];
    anc_err err = {0};
    srv_config *config = NULL;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(yaml, sizeof yaml, "%s/a.yaml", folder);
    (void)snprintf(dotenv, sizeof dotenv, "%s/.env", folder);
    put_file(yaml, r->yaml != NULL ? r->yaml : "");
    if (r->dotenv != NULL)
        put_file(dotenv, r->dotenv);
    const srv_config_sources sources = {.file = anc_str_of(yaml),
                                        .env = r->env,
                                        .dotenv = anc_str_of(dotenv),
                                        .overrides = &r->override,
                                        .n_overrides = r->override.origin != NULL};
    const anc_status status = srv_config_load(&sources, &config, &err);
    if (r->error != NULL) {
        assert_int_equal(status, ANC_INVALID);
        assert_null(config);
        if (strstr(err.text, r->error) == NULL)
            fail_msg("'%s' is not in '%s'", r->error, err.text);
    } else {
        ASSERT_OK(status, &err);
        assert_int_equal(config->http.port, r->port);
    }
    srv_config_free(config);
    ASSERT_OK(os_folder_remove(anc_str_of(folder), &err), &err);
}

static void other_names_and_secrets(void **state)
{
    (void)state;
    static const char *const env[] = {"HOME=/home/x",
                                      "OPENAI_API_KEY=sk-very-secret",
                                      "OPENAI_BASE_URL=http://me:very-secret@h/v1",
                                      "ANCHORAGE_MODEL__REMOTE__URL=http://me:very-secret@m/v1",
                                      "ANCHORAGE_RERANK__REMOTE__URL=http://r/?key=very-secret",
                                      "LOG_LEVEL=warn",
                                      NULL};
    const srv_config_sources sources = {.env = env};
    srv_config *config = NULL;
    anc_err err = {0};
    ANC_BUF(out, 1 << 16);
    ASSERT_OK(srv_config_load(&sources, &config, &err), &err);
    assert_string_equal(config->llm.api_key.ptr, "sk-very-secret");
    assert_string_equal(config->llm.base_url.ptr, "http://me:very-secret@h/v1");
    assert_string_equal(config->log.level.ptr, "warn");
    assert_string_equal(config->data_dir.ptr, "/home/x/.local/share/anchorage/data");
    srv_config_dump(config, &out);
    assert_null(strstr(out.ptr, "very-secret"));
    assert_non_null(strstr(out.ptr, "api_key: (set)"));
    srv_config_free(config);
}

/* ---- what must not be served ---- */

static const struct served_row {
    const char *name, *yaml, *key;
    const char *error; /* NULL: it may */
} served_rows[] = {
    {"the defaults", "", "", NULL},
    {"outside, no key", "http:\n  listen: 0.0.0.0\n", "", ".yaml:2: http.listen is 0.0.0.0"},
    {"outside, a key", "http:\n  listen: 0.0.0.0\n", "k", NULL},
    {"a named origin", "http:\n  cors_origins: [\"http://a.example\"]\n", "", NULL},
    {"any origin, no key", "http:\n  port: 1\n  cors_origins: [\"http://a.example\", \"*\"]\n", "",
     ".yaml:3: http.cors_origins has '*'"},
    {"any origin, a key", "http:\n  cors_origins: [\"*\"]\n", "k", NULL},
};

static void what_is_served(void **state)
{
    const struct served_row *r = *state;
    char path[] = "/tmp/anc_served_XXXXXX.yaml", key[64];
    const char *env[] = {key, NULL};
    anc_err err = {0};
    srv_config *config = NULL;
    const int fd = mkstemps(path, 5);
    assert_true(fd >= 0);
    (void)close(fd);
    put_file(path, r->yaml);
    (void)snprintf(key, sizeof key, "ANCHORAGE_API_KEY=%s", r->key);
    const srv_config_sources sources = {.file = anc_str_of(path), .env = env};
    ASSERT_OK(srv_config_load(&sources, &config, &err), &err);
    const anc_status status = srv_config_check_serving(config, &err);
    if (r->error == NULL) {
        ASSERT_OK(status, &err);
    } else {
        assert_int_equal(status, ANC_INVALID);
        if (strstr(err.text, r->error) == NULL)
            fail_msg("'%s' is not in '%s'", r->error, err.text);
    }
    srv_config_free(config);
    (void)unlink(path);
}

/* What describe prints is a configuration that loads, with the defaults. */
static void description_is_a_configuration(void **state)
{
    (void)state;
    static const char *const env[] = {"HOME=/h", NULL};
    char path[] = "/tmp/anc_describe_XXXXXX";
    anc_err err = {0};
    ANC_BUF(out, 1 << 16);
    ANC_BUF(a, 1 << 16);
    ANC_BUF(b, 1 << 16);
    srv_config *config = NULL, *plain = NULL;
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    srv_config_describe(&out);
    put_file(path, out.ptr);
    const srv_config_sources sources = {.file = anc_str_of(path), .env = env};
    ASSERT_OK(srv_config_load(&sources, &config, &err), &err);
    ASSERT_OK(srv_config_load(&(srv_config_sources){.env = env}, &plain, &err), &err);
    srv_config_dump(config, &a);
    srv_config_dump(plain, &b);
    assert_string_equal(a.ptr, b.ptr);
    srv_config_free(config);
    srv_config_free(plain);
    (void)unlink(path);
}

/* ---- a list in each of its forms ---- */

static const struct list_row {
    const char *name, *value, *shown;
} list_rows[] = {
    {"as a variable", "a,b", "cors_origins: [a, b]\n"},
    {"as it is shown", "[a, b]", "cors_origins: [a, b]\n"},
    {"with quotes", " [\"a\", 'b' ,] ", "cors_origins: [a, b]\n"},
    {"none", "", "cors_origins: []\n"},
    {"none, as it is shown", "[]", "cors_origins: []\n"},
    {"one address of the sixth kind", "http://[::1]:80", "cors_origins: [http://[::1]:80]\n"},
};

static void list_is_read(void **state)
{
    const struct list_row *r = *state;
    const srv_override o = {ANC_STR("http.cors_origins"), anc_str_of(r->value), "--set"};
    const srv_config_sources sources = {.overrides = &o, .n_overrides = 1};
    anc_err err = {0};
    srv_config *config = NULL;
    ANC_BUF(out, 1 << 16);
    ASSERT_OK(srv_config_load(&sources, &config, &err), &err);
    srv_config_dump(config, &out);
    assert_non_null(strstr(out.ptr, r->shown));
    srv_config_free(config);
}

/* Each line of what describe prints is a flag that is taken, and means the default. */
static void description_is_flags(void **state)
{
    (void)state;
    static const char *const env[] = {"HOME=/h", NULL};
    ANC_BUF(out, 1 << 16);
    ANC_BUF(want, 1 << 16);
    anc_err err = {0};
    srv_config *plain = NULL;
    anc_str section = ANC_STR_NONE, line;
    size_t n = 0;
    srv_config_describe(&out);
    ASSERT_OK(srv_config_load(&(srv_config_sources){.env = env}, &plain, &err), &err);
    srv_config_dump(plain, &want);
    for (anc_str rest = anc_buf_view(&out); anc_str_split(&rest, '\n', &line);) {
        const bool inside = anc_str_starts(line, ANC_STR("  "));
        const anc_str said = anc_str_trim(line);
        if (said.len == 0 || said.ptr[0] == '#')
            continue;
        const size_t colon = anc_str_find(said, ANC_STR(":"));
        const anc_str name = anc_str_sub(said, 0, colon);
        section = inside ? section : name;
        if (!inside && colon + 1 == said.len)
            continue;
        ANC_BUF(key, 128);
        ANC_BUF(got, 1 << 16);
        (void)anc_buf_printf(&key, "%.*s%s%.*s", ANC_FMT(inside ? section : ANC_STR("")),
                             inside ? "." : "", ANC_FMT(name));
        const srv_override o = {anc_buf_view(&key),
                                anc_str_trim(anc_str_sub(said, colon + 1, said.len)), "--set"};
        srv_config *config = NULL;
        ASSERT_OK(
            srv_config_load(&(srv_config_sources){.env = env, .overrides = &o, .n_overrides = 1},
                            &config, &err),
            &err);
        srv_config_dump(config, &got);
        assert_string_equal(got.ptr, want.ptr);
        srv_config_free(config);
        n++;
    }
    assert_true(n > 100);
    srv_config_free(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_names_and_secrets),
        cmocka_unit_test(description_is_a_configuration),
        cmocka_unit_test(description_is_flags),
    };
    int failed = RUN_TABLE("configuration", rows, load_row);
    failed += RUN_TABLE("lists", list_rows, list_is_read);
    failed += RUN_TABLE("served", served_rows, what_is_served);
    failed += cmocka_run_group_tests_name("configuration as a whole", tests, NULL, NULL);
    return failed;
}

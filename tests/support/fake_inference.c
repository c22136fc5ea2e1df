/* fake_inference.c - one connection after another, a request and its answer each. */
#include "support/fake_inference.h"

#include <stdlib.h>

#include "os/thread.h"
#include "support/clock_fixed.h"
#include "support/encoder_hash.h"
#include "support/reranker_words.h"
#include "support/socket.h"
#include "json/json.h"

enum { POLL_MS = 5, REQUEST_MAX = 8 << 20, TEXTS_MAX = 256, ARENA_BYTES = 16 << 20 };

struct fake_inference {
    int fd;
    uint16_t port;
    os_thread *thread;
    atomic_bool stopping, silent;
    int64_t now_ns;
    emb_encoder encoder;
    reranker_words words;
    emb_reranker reranker;
};

/* One request: its texts, and room for what becomes of them. */
typedef struct asked {
    krn_call call;
    anc_err err;
    atomic_bool never;
    anc_str texts[TEXTS_MAX];
    size_t n;
} asked;

static void take_texts(asked *a, const json_value *list)
{
    for (size_t i = 0; i < json_count(list) && a->n < TEXTS_MAX; i++) {
        const json_value *v = json_element(list, i);
        const json_value *parts = json_member(json_member(v, "content"), "parts");
        a->texts[a->n++] =
            json_str(parts != NULL ? json_member(json_element(parts, 0), "text") : v, ANC_STR("?"));
    }
}

static void put_row(json_writer *w, const float *row)
{
    json_open_array(w);
    for (size_t i = 0; i < ENCODER_HASH_DIMS; i++)
        json_write_float(w, row[i] * 3); /* servers need not give unit vectors */
    json_close_array(w);
}

static void put_vectors(fake_inference *f, asked *a, bool gemini, json_writer *w)
{
    emb_encoded encoded;
    float *rows = anc_arena_alloc(a->call.mem, a->n * ENCODER_HASH_DIMS, sizeof *rows);
    if (rows == NULL || f->encoder.ops->encode(f->encoder.self, &a->call, EMB_TEXT_PASSAGE,
                                               a->texts, a->n, rows, &encoded) != ANC_OK)
        abort();
    json_open_object(w);
    json_name(w, gemini ? "embeddings" : "data");
    json_open_array(w);
    for (size_t i = 0; i < a->n; i++) {
        const size_t at = gemini ? i : a->n - 1 - i;
        json_open_object(w);
        if (!gemini)
            json_put_int(w, "index", (int64_t)at);
        json_name(w, gemini ? "values" : "embedding");
        put_row(w, rows + at * ENCODER_HASH_DIMS);
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}

/* The best that is left, which then is none any more. */
static size_t take_best(const float *scores, bool *taken, size_t n)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < n; i++)
        if (!taken[i] && (best == SIZE_MAX || scores[i] > scores[best]))
            best = i;
    taken[best] = true;
    return best;
}

static void put_scores(fake_inference *f, asked *a, anc_str query, bool tei, json_writer *w)
{
    emb_scored scored;
    float scores[TEXTS_MAX];
    bool taken[TEXTS_MAX] = {false};
    if (f->reranker.ops->score(f->reranker.self, &a->call, query, a->texts, a->n, scores,
                               &scored) != ANC_OK)
        abort();
    if (!tei) {
        json_open_object(w);
        json_name(w, "results");
    }
    json_open_array(w);
    for (size_t i = 0; i < a->n; i++) {
        const size_t best = take_best(scores, taken, a->n);
        json_open_object(w);
        json_put_int(w, "index", (int64_t)best);
        json_name(w, tei ? "score" : "relevance_score");
        json_write_float(w, scores[best]);
        json_close_object(w);
    }
    json_close_array(w);
    if (!tei)
        json_close_object(w);
}

static void answer(fake_inference *f, anc_str path, anc_str body, anc_buf *out)
{
    static asked a; /* one request at a time */
    json_doc *doc = NULL;
    ANC_ARENA(mem, ARENA_BYTES);
    json_writer w = json_writer_of(out);
    a = (asked){.n = 0};
    a.call = (krn_call){.mem = mem, .err = &a.err, .deadline_ns = INT64_MAX, .cancelled = &a.never};
    if (mem == NULL || json_parse(body, &doc, &a.err) != ANC_OK)
        abort();
    const json_value *root = json_root(doc);
    const char *const lists[] = {"input", "requests", "documents", "texts"};
    for (size_t i = 0; i < ANC_COUNT(lists); i++)
        take_texts(&a, json_member(root, lists[i]));
    if (json_member(root, "query") != NULL)
        put_scores(f, &a, json_str(json_member(root, "query"), ANC_STR("")),
                   json_member(root, "texts") != NULL, &w);
    else
        put_vectors(f, &a, anc_str_find(path, ANC_STR("batchEmbedContents")) != SIZE_MAX, &w);
    json_doc_free(doc);
}

static bool wait_readable(fake_inference *f, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (!atomic_load(&f->stopping))
        if (poll(&p, 1, POLL_MS) > 0)
            return true;
    return false;
}

static size_t declared_length(anc_str head)
{
    uint64_t n = 0;
    const size_t at = anc_str_find(head, ANC_STR("Content-Length: "));
    const anc_str rest = at == SIZE_MAX ? ANC_STR("") : anc_str_sub(head, at + 16, head.len);
    (void)anc_str_to_u64(anc_str_sub(rest, 0, anc_str_find(rest, ANC_STR("\r"))), &n);
    return (size_t)n;
}

static void serve_one(fake_inference *f, int fd)
{
    ANC_BUF(request, REQUEST_MAX);
    ANC_BUF(body, REQUEST_MAX);
    ANC_BUF(all, REQUEST_MAX);
    size_t end;
    for (;;) {
        const anc_str got = anc_buf_view(&request);
        end = anc_str_find(got, ANC_STR("\r\n\r\n"));
        if (end != SIZE_MAX && got.len >= end + 4 + declared_length(anc_str_sub(got, 0, end + 2)))
            break;
        if (!wait_readable(f, fd) || !sock_receive(fd, &request))
            return;
    }
    if (atomic_load(&f->silent)) {
        (void)wait_readable(f, fd);
        return;
    }
    const anc_str got = anc_buf_view(&request);
    answer(f, anc_str_sub(got, 0, anc_str_find(got, ANC_STR("\r"))),
           anc_str_sub(got, end + 4, got.len), &body);
    (void)anc_buf_printf(&all,
                         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                         "%zu\r\nConnection: close\r\n\r\n",
                         body.len);
    (void)anc_buf_add(&all, anc_buf_view(&body));
    (void)sock_send(fd, anc_buf_view(&all));
}

static void serve(void *arg)
{
    fake_inference *f = arg;
    while (wait_readable(f, f->fd)) {
        const int fd = accept4(f->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        serve_one(f, fd);
        (void)close(fd);
    }
}

fake_inference *fake_inference_start(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    anc_err err = {0};
    fake_inference *f = calloc(1, sizeof *f);
    if (f == NULL)
        abort();
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    f->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (f->fd < 0 || bind(f->fd, (const struct sockaddr *)&a, sizeof a) != 0 ||
        listen(f->fd, 64) != 0 || getsockname(f->fd, (struct sockaddr *)&a, &len) != 0)
        abort();
    f->port = ntohs(a.sin_port);
    f->encoder = encoder_hash_open(clock_fixed(&f->now_ns), NULL);
    f->words = (reranker_words){.clock = clock_fixed(&f->now_ns)};
    f->reranker = reranker_words_open(&f->words);
    if (os_thread_start("fake", serve, f, &f->thread, &err) != ANC_OK)
        abort();
    return f;
}

void fake_inference_stop(fake_inference *f)
{
    atomic_store(&f->stopping, true);
    os_thread_join(f->thread);
    (void)close(f->fd);
    emb_encoder_close(&f->encoder);
    emb_reranker_close(&f->reranker);
    free(f);
}

void fake_inference_silence(fake_inference *f, bool silent)
{
    atomic_store(&f->silent, silent);
}

uint16_t fake_inference_port(const fake_inference *f)
{
    return f->port;
}

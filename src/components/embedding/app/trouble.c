/* trouble.c - failures of the model are counted, and told when they begin and end. */
#include "trouble_impl.h"

#include <stdio.h>

#include "base/utf8.h"

void emb_trouble_init(emb_trouble *t, krn_log log, krn_metrics m)
{
    *t = (emb_trouble){.log = log};
    (void)pthread_mutex_init(&t->mutex, NULL);
    if (m.ops != NULL)
        t->failures = m.ops->counter(m.self, "anchorage_embedding_failures_total", "",
                                     "Batches that the embedding model failed, those that it was "
                                     "left alone for after a failure among them");
}

void emb_trouble_destroy(emb_trouble *t)
{
    (void)pthread_mutex_destroy(&t->mutex);
}

/* Without the words of an endpoint that refused: they may quote what was asked. */
static anc_str own_words(anc_str text)
{
    const size_t at = anc_str_find(text, ANC_STR(" answered "));
    if (at == SIZE_MAX)
        return text;
    const size_t end = anc_str_find(anc_str_sub(text, at, text.len - at), ANC_STR(": "));
    return end == SIZE_MAX ? text : anc_str_sub(text, 0, at + end);
}

static void begin(emb_trouble *t, const anc_err *err)
{
    (void)pthread_mutex_lock(&t->mutex);
    const bool news = !atomic_load(&t->on);
    if (news) {
        const anc_str text = own_words(anc_str_of(err->text));
        const size_t shown = anc_utf8_floor(text, EMB_TROUBLE_REASON_MAX);
        (void)snprintf(t->reason, sizeof t->reason, "%.*s", ANC_FMT(anc_str_sub(text, 0, shown)));
        atomic_store(&t->on, true);
        krn_log_write(t->log, KRN_WARN, "embedding",
                      "the embedding model fails, words alone are searched",
                      KRN_STR("reason", anc_str_of(t->reason)));
    }
    (void)pthread_mutex_unlock(&t->mutex);
}

static bool end(emb_trouble *t)
{
    (void)pthread_mutex_lock(&t->mutex);
    const bool was_on = atomic_exchange(&t->on, false);
    if (was_on)
        krn_log_write(t->log, KRN_WARN, "embedding", "the embedding model answers again",
                      KRN_STR("reason", anc_str_of(t->reason)));
    (void)pthread_mutex_unlock(&t->mutex);
    return was_on;
}

/* An endpoint that is away or says nonsense, a model's file that cannot be read any more. */
static bool is_of_the_model(anc_status status)
{
    return status == ANC_UNAVAILABLE || status == ANC_PROVIDER || status == ANC_CORRUPT ||
           status == ANC_IO;
}

bool emb_trouble_note(emb_trouble *t, anc_status status, const anc_err *err)
{
    if (is_of_the_model(status)) {
        krn_count(t->failures, 1);
        begin(t, err);
    } else if (status == ANC_OK && atomic_load_explicit(&t->on, memory_order_relaxed)) {
        return end(t);
    }
    return false;
}

bool emb_trouble_tell(emb_trouble *t, anc_buf *out)
{
    (void)pthread_mutex_lock(&t->mutex);
    const bool on = atomic_load(&t->on);
    if (on)
        (void)anc_buf_add(out, anc_str_of(t->reason));
    (void)pthread_mutex_unlock(&t->mutex);
    return on;
}

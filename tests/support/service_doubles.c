/* service_doubles.c - doubles of every component that the edge speaks to. */
#include "support/service_doubles.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/domain/ids.h"
#include "os/clock.h"

struct kno_service {
    int nothing;
};
struct emb_service {
    int nothing;
};
struct srch_service {
    int nothing;
};
struct ing_service {
    int nothing;
};
struct rag_service {
    int nothing;
};

service_doubles doubles = {.lock = PTHREAD_MUTEX_INITIALIZER};

static kno_service kno_one;
static emb_service emb_one;
static srch_service srch_one;
static ing_service ing_one;
static rag_service rag_one;

kno_service *double_kno(void)
{
    return &kno_one;
}

emb_service *double_emb(void)
{
    return &emb_one;
}

srch_service *double_srch(void)
{
    return &srch_one;
}

ing_service *double_ing(void)
{
    return &ing_one;
}

rag_service *double_rag(void)
{
    return &rag_one;
}

void doubles_reset(net_loop *loop)
{
    doubles.loop = loop;
    atomic_store(&doubles.puts, 0);
    atomic_store(&doubles.prepared, 0);
    atomic_store(&doubles.finished, 0);
    atomic_store(&doubles.cancelled, 0);
    atomic_store(&doubles.holding, 0);
    atomic_store(&doubles.looks, 0);
    atomic_store(&doubles.texts_open, 0);
    atomic_store(&doubles.release, false);
    atomic_store(&doubles.ready, true);
    atomic_store(&doubles.writer_healthy, true);
}

unsigned double_sum(anc_str bytes)
{
    unsigned sum = 1;
    for (size_t i = 0; i < bytes.len; i++)
        sum = sum * 31 + (unsigned char)bytes.ptr[i];
    return sum;
}

static void keep(char *out, size_t size, anc_str s)
{
    (void)snprintf(out, size, "%.*s", ANC_FMT(s));
}

static bool is(anc_str s, const char *text)
{
    return anc_str_eq(s, anc_str_of(text));
}

/* Waits until it is released, the caller left, or the deadline passed. */
static anc_status hold(krn_call *call)
{
    anc_status status = ANC_OK;
    atomic_fetch_add(&doubles.holding, 1);
    while (!atomic_load(&doubles.release)) {
        if (atomic_load(call->cancelled))
            status = ANC_FAIL(call->err, ANC_CANCELLED, "the caller left");
        else if (os_mono_ns() > call->deadline_ns)
            status = ANC_FAIL(call->err, ANC_DEADLINE, "the deadline passed");
        if (status != ANC_OK)
            break;
        os_sleep_ns(1000000);
    }
    atomic_fetch_sub(&doubles.holding, 1);
    return status;
}

/* ---- knowledge ---- */

static const anc_str public_label[] = {ANC_STR_INIT("public")};

static kno_collection collection_of(const char *name)
{
    return (kno_collection){.name = anc_str_of(name),
                            .description = ANC_STR("about it"),
                            .language = ANC_STR("en"),
                            .acl = public_label,
                            .n_acl = 1,
                            .model = ANC_STR(""),
                            .created_ms = 1700000000000,
                            .updated_ms = 1700000001000,
                            .documents = 2,
                            .chunks = 7};
}

anc_status kno_collection_create(kno_service *kno, krn_call *call, const kno_collection *wanted,
                                 kno_collection *ret)
{
    (void)kno;
    if (!krn_collection_valid(wanted->name))
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/name",
                              "\"%.*s\" is no name of a collection", ANC_FMT(wanted->name));
    if (is(wanted->name, "taken"))
        return ANC_FAIL(call->err, ANC_CONFLICT, "collection taken exists");
    atomic_fetch_add(&doubles.puts, 1);
    *ret = collection_of("x");
    ret->name = wanted->name;
    ret->description = wanted->description;
    ret->chunking = wanted->chunking;
    ret->chunk_tokens = wanted->chunk_tokens;
    if (wanted->n_acl > 0) {
        ret->acl = wanted->acl;
        ret->n_acl = wanted->n_acl;
    }
    return ANC_OK;
}

anc_status kno_collection_find(kno_service *kno, krn_call *call, anc_str name, kno_collection *ret)
{
    (void)kno;
    if (is(name, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no collection nope");
    *ret = collection_of("x");
    ret->name = name;
    return ANC_OK;
}

anc_status kno_collection_update(kno_service *kno, krn_call *call, const kno_collection *wanted,
                                 kno_collection *ret)
{
    (void)kno;
    (void)call;
    *ret = *wanted;
    return ANC_OK;
}

anc_status kno_collection_list(kno_service *kno, krn_call *call, anc_str after, size_t limit,
                               kno_collection **ret, size_t *ret_n)
{
    static const char *const names[] = {"alpha", "beta", "gamma"};
    (void)kno;
    *ret = anc_arena_alloc(call->mem, 3, sizeof **ret);
    *ret_n = 0;
    for (size_t i = 0; *ret != NULL && i < 3 && *ret_n < limit; i++)
        if (anc_str_cmp(anc_str_of(names[i]), after) > 0)
            (*ret)[(*ret_n)++] = collection_of(names[i]);
    return ANC_OK;
}

anc_status kno_collection_delete(kno_service *kno, krn_call *call, anc_str name, uint64_t *ret_seq)
{
    kno_collection found;
    *ret_seq = 1;
    return kno_collection_find(kno, call, name, &found);
}

static void keep_input(const kno_document_input *input)
{
    (void)pthread_mutex_lock(&doubles.lock);
    keep(doubles.collection, sizeof doubles.collection, input->collection);
    keep(doubles.document, sizeof doubles.document, input->id);
    keep(doubles.title, sizeof doubles.title, input->title);
    keep(doubles.metadata, sizeof doubles.metadata, input->metadata);
    keep(doubles.content_type, sizeof doubles.content_type, input->content_type);
    keep(doubles.name, sizeof doubles.name, input->name);
    keep(doubles.acl, sizeof doubles.acl, input->n_acl > 0 ? input->acl[0] : ANC_STR(""));
    doubles.content_len = input->content.len;
    doubles.content_sum = double_sum(input->content);
    (void)pthread_mutex_unlock(&doubles.lock);
}

anc_status kno_document_put(kno_service *kno, krn_call *call, const kno_document_input *input,
                            bool must_be_new, kno_put_result *ret)
{
    (void)kno;
    (void)must_be_new;
    if (is(input->id, "hold"))
        ANC_TRY(hold(call));
    if (is(input->content, "BROKEN"))
        return ANC_FAIL(call->err, ANC_UNSUPPORTED, "the content is of no known kind");
    if (is(input->id, "full"))
        return ANC_FAIL(call->err, ANC_DISK_FULL, "the disk is full");
    keep_input(input);
    *ret = (kno_put_result){.collection = input->collection,
                            .document_id = input->id.len > 0 ? input->id : ANC_STR("made-here"),
                            .version = 1,
                            .chunks = 3,
                            .change_seq = is(input->id, "unseen") ? 99 : 1};
    if (is(input->id, "known")) {
        ret->version = 2;
        ret->status = KNO_UPDATED;
    } else if (is(input->id, "same")) {
        ret->status = KNO_UNCHANGED;
        ret->change_seq = 0;
    }
    ret->version += (uint32_t)atomic_fetch_add(&doubles.puts, 1);
    return ANC_OK;
}

static kno_document document_of(anc_str collection, anc_str id)
{
    return (kno_document){.collection = collection,
                          .id = id,
                          .title = ANC_STR("Hive care"),
                          .uri = ANC_STR("file:///hive.md"),
                          .source = ANC_STR("folder"),
                          .content_type = ANC_STR("text/markdown"),
                          .language = ANC_STR("en"),
                          .metadata = ANC_STR("{\"year\":2024}"),
                          .version = 3,
                          .chunks = 2,
                          .bytes = 100,
                          .text_bytes = 90,
                          .content_sha256 = ANC_STR("00ff"),
                          .acl = public_label,
                          .n_acl = 1,
                          .created_ms = 1700000000000,
                          .updated_ms = 1700000001000};
}

anc_status kno_document_find(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                             kno_document *ret)
{
    (void)kno;
    if (is(id, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no document nope in %.*s",
                        ANC_FMT(collection));
    *ret = document_of(collection, id);
    return ANC_OK;
}

anc_status kno_document_list(kno_service *kno, krn_call *call, anc_str collection, anc_str q,
                             anc_str after, size_t limit, kno_document **ret, size_t *ret_n)
{
    (void)kno;
    (void)q;
    *ret = anc_arena_alloc(call->mem, limit, sizeof **ret);
    *ret_n = 0;
    if (*ret == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "documents");
    if (after.len == 0)
        (*ret)[(*ret_n)++] =
            document_of(collection.len > 0 ? collection : ANC_STR("default"), ANC_STR("a/b.md"));
    else if (!is(after, "a/b.md") && !is(after, "default\na/b.md"))
        return ANC_FAIL(call->err, ANC_INVALID, "an odd cursor came");
    return ANC_OK;
}

anc_status kno_document_delete(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint64_t *ret_seq)
{
    kno_document found;
    *ret_seq = 1;
    return kno_document_find(kno, call, collection, id, &found);
}

anc_status kno_text_open(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                         uint32_t version, kno_text *ret)
{
    kno_document found;
    ANC_TRY(kno_document_find(kno, call, collection, id, &found));
    if (version > 3)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no version %u", version);
    const size_t n = is(id, "long") ? DOUBLE_LONG_TEXT : is(id, "empty") ? 0 : 10;
    char *text = malloc(n + 1);
    if (text == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "a text");
    for (size_t i = 0; i < n; i++)
        text[i] = (char)('a' + i % 26);
    *ret = (kno_text){{text, n}, text};
    atomic_fetch_add(&doubles.texts_open, 1);
    return ANC_OK;
}

void kno_text_close(kno_service *kno, kno_text *text)
{
    (void)kno;
    free(text->owner);
    atomic_fetch_sub(&doubles.texts_open, 1);
}

anc_status kno_chunk_list(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                          uint32_t from, size_t limit, kno_chunk **ret, size_t *ret_n)
{
    kno_document found;
    ANC_TRY(kno_document_find(kno, call, collection, id, &found));
    *ret = anc_arena_alloc(call->mem, 3, sizeof **ret);
    *ret_n = 0;
    for (uint32_t i = from; *ret != NULL && i < 3 && *ret_n < limit; i++)
        (*ret)[(*ret_n)++] = (kno_chunk){.ref = {collection, id, 3, i},
                                         .id = krn_chunk_id(call->mem, id, 3, i),
                                         .heading = i == 0 ? ANC_STR_NONE : ANC_STR("Winter"),
                                         .page = i,
                                         .start = i * 10,
                                         .end = i * 10 + 10,
                                         .text = ANC_STR("some words"),
                                         .tokens = 4};
    return ANC_OK;
}

anc_status kno_stats(kno_service *kno, krn_call *call, kno_stats_row **ret, size_t *ret_n)
{
    (void)kno;
    *ret = anc_arena_alloc(call->mem, 1, sizeof **ret);
    *ret_n = *ret != NULL;
    if (*ret != NULL)
        **ret = (kno_stats_row){.collection = ANC_STR("default"),
                                .documents = 2,
                                .languages = ANC_STR("{\"en\":2}"),
                                .last_change_ms = 0};
    return ANC_OK;
}

/* ---- embedding ---- */

emb_info_row emb_info(const emb_service *emb)
{
    (void)emb;
    return (emb_info_row){.available = true, .model = ANC_STR("tiny"), .detail = ANC_STR("tiny")};
}

emb_cache_stats emb_cache(const emb_service *emb)
{
    (void)emb;
    return (emb_cache_stats){.hits = 1};
}

/* ---- search ---- */

bool srch_mode_parse(anc_str s, srch_mode *ret)
{
    static const char *const names[] = {"auto", "hybrid", "semantic", "keyword"};
    *ret = SRCH_AUTO;
    for (size_t i = 0; i < 4; i++)
        if (is(s, names[i])) {
            *ret = (srch_mode)i;
            return true;
        }
    return is(s, "rag");
}

const char *srch_mode_name(srch_mode mode)
{
    return mode == SRCH_KEYWORD ? "keyword" : "hybrid";
}

static void keep_filters(const json_value *filters)
{
    ANC_BUF(text, 256);
    if (filters != NULL)
        json_dump(filters, &text);
    (void)pthread_mutex_lock(&doubles.lock);
    keep(doubles.filters, sizeof doubles.filters, anc_buf_view(&text));
    (void)pthread_mutex_unlock(&doubles.lock);
}

static anc_status check_collections(krn_call *call, const anc_str *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is(names[i], "nope"))
            return ANC_FAIL_FIELD(call->err, ANC_NOT_FOUND, "/collections",
                                  "there is no collection nope");
    atomic_store(&doubles.n_collections, (int)n);
    return ANC_OK;
}

anc_status srch_query(srch_service *srch, krn_call *call, const srch_request *request,
                      srch_result *ret)
{
    (void)srch;
    if (anc_str_trim(request->query).len == 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/query", "query is blank");
    ANC_TRY(check_collections(call, request->collections, request->n_collections));
    if (is(request->query, "hold"))
        ANC_TRY(hold(call));
    keep_filters(request->filters);
    srch_hit *hit = anc_arena_alloc(call->mem, 1, sizeof *hit);
    if (hit == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "hits");
    *hit = (srch_hit){.position = 1,
                      .collection = ANC_STR("default"),
                      .document_id = ANC_STR("hive"),
                      .chunk_id = ANC_STR("hive.3.0"),
                      .version = 3,
                      .title = ANC_STR("Hive care"),
                      .uri = ANC_STR(""),
                      .text = ANC_STR("Feed the bees."),
                      .end = 14,
                      .metadata = ANC_STR("{}"),
                      .score = 0.83,
                      .fused = 0.9,
                      .keyword = 11.2,
                      .semantic = (double)NAN};
    *ret = (srch_result){.hits = hit, .n = 1, .mode = request->mode, .total_ms = 1.5};
    return ANC_OK;
}

anc_status srch_wait_visible(srch_service *srch, krn_call *call, uint64_t seq)
{
    (void)srch;
    return seq == 99 ? ANC_FAIL(call->err, ANC_DEADLINE, "the index is behind") : ANC_OK;
}

srch_status_row srch_status(srch_service *srch)
{
    (void)srch;
    return (srch_status_row){.ready = atomic_load(&doubles.ready),
                             .cursor = 5,
                             .documents = 2,
                             .chunks = 7,
                             .detail = ANC_STR("")};
}

/* ---- rag ---- */

struct rag_turn {
    anc_arena *mem; /* owned */
    char question[64];
    rag_answer answer;
    rag_source source;
    rag_citation citation;
    rag_sink sink;
    anc_status status;
    anc_err err;
    bool hanging; /* loop, as the next */
    bool stopped;
};

bool rag_mode_parse(anc_str s, rag_mode *ret)
{
    srch_mode mode;
    const bool known = srch_mode_parse(s, &mode);
    *ret = (rag_mode)mode;
    return known;
}

static anc_status check_question(krn_call *call, const rag_question *q)
{
    if (anc_str_trim(q->question).len == 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/question", "question is blank");
    if (is(q->conversation_id, "nope"))
        return ANC_FAIL_FIELD(call->err, ANC_NOT_FOUND, "/conversation_id",
                              "there is no conversation nope");
    ANC_TRY(check_collections(call, q->collections, q->n_collections));
    return is(q->question, "hold") ? hold(call) : ANC_OK;
}

static void fill_turn(rag_turn *turn, anc_str trace)
{
    turn->source = (rag_source){.position = 1,
                                .collection = ANC_STR("default"),
                                .document_id = ANC_STR("hive"),
                                .chunk_id = ANC_STR("hive.3.0"),
                                .version = 3,
                                .title = ANC_STR("Hive care"),
                                .uri = ANC_STR(""),
                                .heading = ANC_STR("Winter"),
                                .page = 4,
                                .text = ANC_STR("Feed the bees."),
                                .end = 14,
                                .score = 0.8,
                                .semantic = 0.7};
    turn->citation = (rag_citation){1, ANC_STR("hive.3.0"), 0, 14, ANC_STR("Feed the bees.")};
    turn->answer = (rag_answer){.query_id = ANC_STR("q-1"),
                                .conversation_id = ANC_STR("c-1"),
                                .message_id = ANC_STR("m-1"),
                                .text = ANC_STR("Feed the bees. [1]"),
                                .citations = &turn->citation,
                                .n_citations = 1,
                                .sources = &turn->source,
                                .n_sources = 1,
                                .intent = ANC_STR("semantic"),
                                .tier = ANC_STR("Q2"),
                                .route_reason = ANC_STR("short"),
                                .stages = 1,
                                .model_used = ANC_STR("anchorage/extractive"),
                                .provider = ANC_STR("extractive"),
                                .generated_at_ms = 1700000000000,
                                .trace_id = trace};
}

anc_status rag_prepare(rag_service *rag, krn_call *call, const rag_question *question,
                       rag_turn **ret)
{
    (void)rag;
    ANC_TRY(check_question(call, question));
    keep_filters(question->filters);
    atomic_store(&doubles.top_k, (int)question->top_k);
    rag_turn *turn = calloc(1, sizeof *turn);
    if (turn == NULL || (turn->mem = anc_arena_new(1 << 20)) == NULL)
        abort();
    keep(turn->question, sizeof turn->question, question->question);
    fill_turn(turn, anc_arena_copy(turn->mem, call->trace_id));
    atomic_fetch_add(&doubles.prepared, 1);
    *ret = turn;
    return ANC_OK;
}

const rag_answer *rag_turn_sources(const rag_turn *turn)
{
    return &turn->answer;
}

const anc_err *rag_turn_error(const rag_turn *turn)
{
    return &turn->err;
}

static void end_turn(rag_turn *turn, anc_status status, const char *why)
{
    turn->status = status;
    if (status != ANC_OK)
        (void)ANC_FAIL(&turn->err, status, "%s", why);
    turn->sink.on_done(turn->sink.arg, status, &turn->err);
}

static void last_token(void *arg)
{
    rag_turn *turn = arg;
    turn->sink.on_token(turn->sink.arg, ANC_STR("the bees. [1]"));
    end_turn(turn, ANC_OK, "");
}

static void first_token(void *arg)
{
    rag_turn *turn = arg;
    if (strcmp(turn->question, "fail") == 0) {
        end_turn(turn, ANC_PROVIDER, "the provider said no");
        return;
    }
    if (turn->stopped) {
        end_turn(turn, ANC_CANCELLED, "the caller left");
        return;
    }
    turn->sink.on_token(turn->sink.arg, ANC_STR("Feed "));
    if (strcmp(turn->question, "hang") == 0)
        turn->hanging = true;
    else if (!net_loop_post(doubles.loop, last_token, turn))
        abort();
}

void rag_generate(rag_service *rag, rag_turn *turn, const rag_sink *sink)
{
    (void)rag;
    turn->sink = *sink;
    if (!net_loop_post(doubles.loop, first_token, turn))
        abort();
}

static void cancelled(void *arg)
{
    end_turn(arg, ANC_CANCELLED, "the caller left");
}

void rag_cancel(rag_service *rag, rag_turn *turn)
{
    (void)rag;
    atomic_fetch_add(&doubles.cancelled, 1);
    turn->stopped = true;
    if (!turn->hanging)
        return;
    turn->hanging = false;
    if (!net_loop_post(doubles.loop, cancelled, turn))
        abort();
}

anc_status rag_finish(rag_service *rag, rag_turn *turn, const rag_answer **ret)
{
    (void)rag;
    atomic_fetch_add(&doubles.finished, 1);
    if (turn->status != ANC_OK)
        return turn->status;
    *ret = &turn->answer;
    return ANC_OK;
}

void rag_turn_free(rag_turn *turn)
{
    if (turn == NULL)
        return;
    anc_arena_free(turn->mem);
    free(turn);
}

static rag_conversation conversation_of(anc_str id, anc_str title)
{
    return (rag_conversation){.id = id,
                              .title = title,
                              .user_id = ANC_STR("admin"),
                              .created_ms = 1700000000000,
                              .updated_ms = 1700000001000,
                              .messages = 1};
}

anc_status rag_conversation_create(rag_service *rag, krn_call *call, anc_str id, anc_str title,
                                   rag_conversation *ret)
{
    (void)rag;
    if (is(id, "taken"))
        return ANC_FAIL(call->err, ANC_CONFLICT, "conversation taken exists");
    atomic_fetch_add(&doubles.puts, 1);
    *ret = conversation_of(id.len > 0 ? id : ANC_STR("c-new"), title);
    return ANC_OK;
}

anc_status rag_conversation_list(rag_service *rag, krn_call *call, anc_str before_id, size_t limit,
                                 rag_conversation **ret, size_t *ret_n)
{
    (void)rag;
    *ret = anc_arena_alloc(call->mem, 1, sizeof **ret);
    *ret_n = *ret != NULL && before_id.len == 0 && limit > 0;
    if (*ret_n > 0)
        **ret = conversation_of(ANC_STR("c-1"), ANC_STR("Bees"));
    return ANC_OK;
}

anc_status rag_conversation_find(rag_service *rag, krn_call *call, anc_str id,
                                 rag_conversation *ret)
{
    (void)rag;
    if (is(id, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no conversation nope");
    *ret = conversation_of(id, ANC_STR("Bees"));
    return ANC_OK;
}

anc_status rag_message_list(rag_service *rag, krn_call *call, anc_str conversation_id, size_t limit,
                            rag_message **ret, size_t *ret_n)
{
    (void)rag;
    (void)conversation_id;
    (void)limit;
    *ret = anc_arena_alloc(call->mem, 2, sizeof **ret);
    *ret_n = *ret != NULL ? 2 : 0;
    for (size_t i = 0; i < *ret_n; i++)
        (*ret)[i] = (rag_message){.id = ANC_STR("m-1"),
                                  .query_id = ANC_STR("q-1"),
                                  .question = ANC_STR("what do bees eat?"),
                                  .answer = ANC_STR("Sugar. [1]"),
                                  .answer_json = i == 0 ? ANC_STR("{\"citations\":[{\"marker\":1}],"
                                                                  "\"sources\":[{\"position\":1}]}")
                                                        : ANC_STR("not JSON"),
                                  .at_ms = 1700000000000};
    return ANC_OK;
}

anc_status rag_conversation_delete(rag_service *rag, krn_call *call, anc_str id)
{
    rag_conversation found;
    return rag_conversation_find(rag, call, id, &found);
}

size_t rag_providers(rag_service *rag, rag_provider_status *out, size_t max)
{
    (void)rag;
    if (max > 0)
        out[0] = (rag_provider_status){.name = ANC_STR("extractive"), .healthy = true};
    return max > 0;
}

/* ---- ingest ---- */

const char *ing_state_name(ing_state state)
{
    static const char *const names[] = {"queued", "processing", "completed", "failed", "cancelled"};
    return names[state];
}

static ing_batch batch_of(anc_str id, ing_state state, uint64_t done)
{
    return (ing_batch){.id = id,
                       .state = state,
                       .collection = ANC_STR("default"),
                       .source = ANC_STR("/papers"),
                       .total = 3,
                       .processed = done,
                       .searchable = done,
                       .eta_s = state == ING_COMPLETED ? 0 : -1,
                       .created_ms = 1700000000000,
                       .updated_ms = 1700000001000,
                       .completed_ms = state == ING_COMPLETED ? 1700000002000 : 0,
                       .revision = done + 1};
}

anc_status ing_folder_start(ing_service *ing, krn_call *call, const ing_folder_request *request,
                            ing_batch *ret)
{
    (void)ing;
    if (anc_str_starts(request->path, ANC_STR("/no/")))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no %.*s", ANC_FMT(request->path));
    (void)pthread_mutex_lock(&doubles.lock);
    keep(doubles.path, sizeof doubles.path, request->path);
    keep(doubles.glob, sizeof doubles.glob, request->glob);
    keep(doubles.collection, sizeof doubles.collection, request->collection);
    (void)pthread_mutex_unlock(&doubles.lock);
    atomic_fetch_add(&doubles.puts, 1);
    *ret = batch_of(anc_str_starts(request->path, ANC_STR("/forever")) ? ANC_STR("forever")
                                                                       : ANC_STR("b-1"),
                    ING_QUEUED, 0);
    return ANC_OK;
}

anc_status ing_batch_find(ing_service *ing, krn_call *call, anc_str id, ing_batch *ret)
{
    (void)ing;
    if (is(id, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no batch nope");
    const int looks = atomic_fetch_add(&doubles.looks, 1);
    const uint64_t done = looks < 3 ? (uint64_t)looks : 3;
    if (is(id, "forever"))
        *ret = batch_of(ANC_STR("forever"), ING_PROCESSING, 1);
    else
        *ret = batch_of(anc_arena_copy(call->mem, id), done < 3 ? ING_PROCESSING : ING_COMPLETED,
                        done);
    return ANC_OK;
}

anc_status ing_batch_list(ing_service *ing, krn_call *call, anc_str before, size_t limit,
                          ing_batch **ret, size_t *ret_n)
{
    (void)ing;
    *ret = anc_arena_alloc(call->mem, 1, sizeof **ret);
    *ret_n = *ret != NULL && before.len == 0 && limit > 0;
    if (*ret_n > 0)
        **ret = batch_of(ANC_STR("b-1"), ING_COMPLETED, 3);
    return ANC_OK;
}

anc_status ing_batch_cancel(ing_service *ing, krn_call *call, anc_str id, ing_batch *ret)
{
    (void)ing;
    if (is(id, "ended"))
        return ANC_FAIL(call->err, ANC_CONFLICT, "batch ended has ended");
    *ret = batch_of(id, ING_CANCELLED, 1);
    return ANC_OK;
}

anc_status ing_failure_list(ing_service *ing, krn_call *call, anc_str batch_id, size_t limit,
                            ing_failure **ret, size_t *ret_n)
{
    (void)ing;
    (void)limit;
    *ret = anc_arena_alloc(call->mem, 1, sizeof **ret);
    *ret_n = *ret != NULL;
    if (*ret != NULL)
        **ret = (ing_failure){.id = ANC_STR("f-1"),
                              .batch_id = batch_id,
                              .document = ANC_STR("/papers/broken.html"),
                              .stage = ANC_STR("parse"),
                              .reason = ANC_STR("it is broken"),
                              .at_ms = 1700000000000};
    return ANC_OK;
}

size_t ing_active(const ing_service *ing)
{
    (void)ing;
    return 0;
}

/* ---- ports of the kernel ---- */

static anc_status outbox_read(void *self, krn_call *call, const krn_event_filter *filter,
                              krn_kept_event **ret, size_t *ret_n)
{
    (void)self;
    *ret = anc_arena_alloc(call->mem, 2, sizeof **ret);
    *ret_n = 0;
    for (uint64_t seq = 9; *ret != NULL && seq >= 8 && *ret_n < filter->limit; seq--)
        if (filter->before_seq == 0 || seq < filter->before_seq)
            (*ret)[(*ret_n)++] = (krn_kept_event){
                .seq = seq,
                .id = ANC_STR("e"),
                .type = ANC_STR("document.created"),
                .envelope = ANC_STR("{\"id\":\"e\",\"event_type\":\"document.created\","
                                    "\"timestamp\":\"2026-11-20T15:36:00.123Z\",\"payload\":{},"
                                    "\"metadata\":{\"seq\":9}}")};
    return ANC_OK;
}

static anc_status outbox_head(void *self, krn_call *call, uint64_t *ret)
{
    (void)self;
    (void)call;
    *ret = 9;
    return ANC_OK;
}

static anc_status outbox_cursor(void *self, krn_call *call, anc_str consumer, uint64_t *ret)
{
    (void)self;
    (void)call;
    (void)consumer;
    *ret = 7;
    return ANC_OK;
}

krn_outbox double_outbox(void)
{
    static const krn_outbox_ops ops = {
        .name = "double", .read = outbox_read, .head = outbox_head, .cursor_get = outbox_cursor};
    return (krn_outbox){&ops, NULL};
}

static krn_bus_stats bus_stats(void *self)
{
    (void)self;
    return (krn_bus_stats){.subscribers = 2, .running = true};
}

krn_bus double_bus(void)
{
    static const krn_bus_ops ops = {.name = "double", .stats = bus_stats};
    return (krn_bus){&ops, NULL};
}

static size_t writer_queued(void *self)
{
    (void)self;
    return 0;
}

static bool writer_healthy(void *self)
{
    (void)self;
    return atomic_load(&doubles.writer_healthy);
}

krn_writer double_writer(void)
{
    static const krn_writer_ops ops = {
        .name = "double", .queued = writer_queued, .healthy = writer_healthy};
    return (krn_writer){&ops, NULL};
}

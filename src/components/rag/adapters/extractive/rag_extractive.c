/* rag_extractive.c - a job that computes on the cpu pool and speaks on the loop.
 *
 * start   (loop)  makes the job and submits `compute`
 * compute (cpu)   chooses and renders, submits the first `deliver`
 * deliver (loop)  one quoted sentence, submits the next `deliver`; after the last, on_done
 *
 * The job belongs to one of these at a time. `cancelled` is the only field that two threads touch:
 * cancel sets it on the loop, compute looks at it between its steps. When the loop's queue is full,
 * compute cannot say that it ended, and waits in small steps until it can: a job's end is never lost
 * while the loop runs. Once the loop has ended there is nobody left to tell, and the job just goes.
 */
#include "rag_extractive.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "rag/domain/abstain.h"
#include "rag/domain/context.h"
#include "rag/domain/extract.h"
#include "rag/domain/pointer.h"
#include "rag/domain/smalltalk.h"

enum { JOB_MEMORY_BYTES = 64 << 20, MAX_SCORED = 64, DEFAULT_SCORED = 6, MAX_NEAR = 32 };

typedef struct extractive {
    rag_extractive_options with; /* immutable after open */
} extractive;

struct rag_provider_job {
    extractive *self;
    const rag_request *request; /* borrowed until on_done */
    rag_provider_sink sink;
    atomic_bool cancelled;
    anc_arena *mem; /* owned */
    anc_err err;
    anc_status status; /* of compute */
    anc_str pieces[RAG_ROWS_MAX + 2];
    size_t n_pieces;
    size_t delivered;
    rag_usage usage;
    rag_quote quotes[RAG_ROWS_MAX];
};

static void job_free(rag_provider_job *job)
{
    anc_arena_free(job->mem);
    free(job);
}

static bool is_cancelled(const rag_provider_job *job)
{
    return atomic_load(&job->cancelled) ||
           atomic_load_explicit(job->request->call->cancelled, memory_order_relaxed);
}

/* Likeness in meaning for the units that words put first; without a scorer words alone decide. */
static void ask_scorer(rag_provider_job *job, rag_extraction *x)
{
    const rag_sentence_scorer scorer = job->self->with.scorer;
    if (scorer.ops == NULL)
        return;
    uint32_t units[MAX_SCORED];
    anc_str texts[MAX_SCORED];
    float cosines[MAX_SCORED];
    const size_t n = rag_extraction_ask(x, job->self->with.max_scored, units);
    const rag_units *all = rag_extraction_units(x);
    for (size_t i = 0; i < n; i++)
        texts[i] = rag_unit_text(&all->items[units[i]], job->request->passages);
    krn_call call = *job->request->call;
    anc_err err = {.code = ANC_OK};
    call.mem = job->mem;
    call.err = &err;
    call.cancelled = &job->cancelled;
    if (n == 0 ||
        scorer.ops->score(scorer.self, &call, job->request->question, texts, n, cosines) != ANC_OK)
        return;
    for (size_t i = 0; i < n; i++)
        rag_extraction_tell(x, units[i], (double)cosines[i]);
}

/* How near the best sentence comes to the word that the question turns on, where it has none for it. */
static void ask_nearness(rag_provider_job *job, rag_extraction *x)
{
    const rag_sentence_scorer scorer = job->self->with.scorer;
    anc_str wanted;
    anc_str words[MAX_NEAR];
    float cosines[MAX_NEAR];
    const size_t n = scorer.ops != NULL ? rag_extraction_unsaid(x, MAX_NEAR, &wanted, words) : 0;
    krn_call call = *job->request->call;
    anc_err err = {.code = ANC_OK};
    call.mem = job->mem;
    call.err = &err;
    call.cancelled = &job->cancelled;
    if (n == 0 || scorer.ops->score(scorer.self, &call, wanted, words, n, cosines) != ANC_OK)
        return;
    float best = cosines[0];
    for (size_t i = 1; i < n; i++)
        best = cosines[i] > best ? cosines[i] : best;
    rag_extraction_nearest(x, (double)best);
}

static txt_language language_of(const rag_request *r)
{
    return r->language != TXT_UND ? r->language : txt_language_detect(r->question);
}

/* The page or the row that a pick stands on; 0: not known. */
static uint32_t stands_on(const rag_request *r, const rag_pick *pick)
{
    const rag_passage *p = &r->passages[pick->passage];
    uint32_t number = 0;
    for (size_t i = 0; i < p->n_places && p->places[i].at <= p->start + pick->start; i++)
        number = r->seeks == RAG_POINTS_ROW ? p->places[i].row : p->pages != NULL ? p->pages[i] : 0;
    return number;
}

/* "Page 3: " before a pick, where it is asked for what stands where. */
static anc_status say_where(rag_provider_job *job, const rag_pick *pick, anc_str *text)
{
    const rag_request *r = job->request;
    const uint32_t number = r->seeks != RAG_POINTS_NOWHERE ? stands_on(r, pick) : 0;
    if (number == 0)
        return ANC_OK;
    *text = anc_arena_printf(job->mem, "%s%u: %.*s", rag_pointer_label(r->seeks, language_of(r)),
                             (unsigned)number, ANC_FMT(*text));
    return text->ptr != NULL
               ? ANC_OK
               : ANC_FAIL(&job->err, anc_arena_refusal(job->mem), "no room for an answer");
}

/* How many rows there are beside those that are told. */
static anc_status say_more(rag_provider_job *job, const rag_choice *choice)
{
    const size_t counted = job->request->counted;
    const size_t more = counted > choice->n ? counted - choice->n : choice->more;
    if (more == 0)
        return ANC_OK;
    const anc_str text = rag_more_rows(job->mem, language_of(job->request), more);
    if (text.ptr == NULL)
        return ANC_FAIL(&job->err, anc_arena_refusal(job->mem), "no room for an answer");
    job->pieces[job->n_pieces++] = text;
    return ANC_OK;
}

/* Each pick with its marker is a piece of its own. */
static anc_status render(rag_provider_job *job, const rag_choice *choice)
{
    const rag_request *r = job->request;
    if (r->lead.len > 0)
        job->pieces[job->n_pieces++] = r->lead;
    for (size_t i = 0; i < choice->n; i++) {
        const rag_choice one = {.picks = {choice->picks[i]}, .n = 1};
        anc_str text;
        ANC_TRY(rag_choice_render(job->mem, &one, r->passages, &text, &job->err));
        ANC_TRY(say_where(job, &choice->picks[i], &text));
        if (i > 0)
            text = anc_arena_printf(job->mem, " %.*s", ANC_FMT(text));
        if (text.ptr == NULL)
            return ANC_FAIL(&job->err, anc_arena_refusal(job->mem), "no room for an answer");
        job->pieces[job->n_pieces++] = text;
        job->quotes[i] =
            (rag_quote){choice->picks[i].passage + 1, choice->picks[i].start, choice->picks[i].end};
    }
    ANC_TRY(say_more(job, choice));
    job->usage.n_quotes = choice->n;
    return ANC_OK;
}

static rag_choice chosen(const rag_request *r, rag_extraction *x)
{
    if (r->read)
        return r->counted > 0 ? rag_extraction_read_rows(x) : rag_extraction_read(x, r->more_there);
    rag_choice choice = rag_extraction_choose(x);
    rag_choice_tell_peers(x, &choice);
    return choice;
}

static anc_status answer(rag_provider_job *job)
{
    const rag_request *r = job->request;
    const anc_str reply = r->reply.len > 0 ? r->reply : rag_small_talk_reply(r->question);
    rag_extraction *x;
    if (reply.ptr != NULL) {
        job->pieces[job->n_pieces++] = reply;
        return ANC_OK;
    }
    ANC_TRY(rag_extraction_new(job->mem, r->question, r->passages, r->n_passages, &x, &job->err));
    if (is_cancelled(job))
        return ANC_FAIL(&job->err, ANC_CANCELLED, "the caller left");
    if (!r->read) {
        ask_scorer(job, x);
        ask_nearness(job, x);
    }
    if (is_cancelled(job))
        return ANC_FAIL(&job->err, ANC_CANCELLED, "the caller left");
    const rag_choice choice = chosen(r, x);
    const double best_score = rag_best_score(r->passages, r->n_passages);
    if (!rag_choice_answers(&choice, best_score, r->unread, r->threshold)) {
        job->pieces[job->n_pieces++] =
            rag_nothing_found(language_of(r), r->question, r->read ? 0 : best_score);
        job->usage.abstained = true;
        return ANC_OK;
    }
    return render(job, &choice);
}

static void deliver(void *arg);

static void hand_over(rag_provider_job *job)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    anc_status status;
    while ((status = krn_submit(job->self->with.loop, deliver, job, NULL)) == ANC_UNAVAILABLE)
        (void)nanosleep(&moment, NULL);
    if (status != ANC_OK)
        job_free(job);
}

static void compute(void *arg)
{
    rag_provider_job *job = arg;
    job->status =
        is_cancelled(job) ? ANC_FAIL(&job->err, ANC_CANCELLED, "the caller left") : answer(job);
    hand_over(job);
}

static void finish(rag_provider_job *job, anc_status status)
{
    const rag_provider_sink sink = job->sink;
    for (size_t i = 0; i < job->n_pieces; i++)
        job->usage.output_tokens += rag_tokens_estimate(job->pieces[i]);
    sink.on_done(sink.arg, status, &job->err, &job->usage);
    job_free(job);
}

/* On the loop. A piece at a time, so that other streams get their turn between two. */
static void deliver(void *arg)
{
    rag_provider_job *job = arg;
    if (job->status == ANC_OK && is_cancelled(job))
        job->status = ANC_FAIL(&job->err, ANC_CANCELLED, "the caller left");
    if (job->status != ANC_OK || job->delivered == job->n_pieces) {
        finish(job, job->status);
        return;
    }
    job->sink.on_token(job->sink.arg, job->pieces[job->delivered++]);
    if (krn_submit(job->self->with.loop, deliver, job, NULL) == ANC_OK)
        return;
    while (job->delivered < job->n_pieces)
        job->sink.on_token(job->sink.arg, job->pieces[job->delivered++]);
    finish(job, ANC_OK);
}

static rag_provider_info extractive_info(void *self)
{
    (void)self;
    return (rag_provider_info){ANC_STR(RAG_EXTRACTIVE_NAME), ANC_STR(RAG_EXTRACTIVE_MODEL)};
}

static anc_status extractive_start(void *self, const rag_request *request,
                                   const rag_provider_sink *sink, rag_provider_job **ret,
                                   anc_err *err)
{
    extractive *e = self;
    rag_provider_job *job = calloc(1, sizeof *job);
    anc_arena *mem = anc_arena_new(JOB_MEMORY_BYTES);
    if (job == NULL || mem == NULL) {
        free(job);
        anc_arena_free(mem);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an answer");
    }
    job->self = e;
    job->request = request;
    job->sink = *sink;
    job->mem = mem;
    job->usage.quotes_itself = true;
    job->usage.quotes = job->quotes;
    job->usage.model = ANC_STR(RAG_EXTRACTIVE_NAME "/" RAG_EXTRACTIVE_MODEL);
    job->usage.input_tokens = rag_tokens_estimate(request->question);
    *ret = job;
    const anc_status status = krn_submit(e->with.cpu, compute, job, err);
    if (status != ANC_OK) {
        *ret = NULL;
        job_free(job);
    }
    return status;
}

static void extractive_cancel(void *self, rag_provider_job *job)
{
    (void)self;
    atomic_store(&job->cancelled, true);
}

static void extractive_close(void *self)
{
    free(self);
}

anc_status rag_extractive_open(const rag_extractive_options *options, rag_provider *ret,
                               anc_err *err)
{
    static const rag_provider_ops ops = {
        .name = "extractive",
        .info = extractive_info,
        .start = extractive_start,
        .cancel = extractive_cancel,
        .close = extractive_close,
    };
    extractive *e = calloc(1, sizeof *e);
    if (e == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the extractive answerer");
    e->with = *options;
    if (e->with.max_scored == 0)
        e->with.max_scored = DEFAULT_SCORED;
    if (e->with.max_scored > MAX_SCORED)
        e->with.max_scored = MAX_SCORED;
    *ret = (rag_provider){&ops, e};
    return ANC_OK;
}

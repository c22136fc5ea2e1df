/* unrelated.c - how alike unrelated texts are to a model, measured. */
#include "unrelated_impl.h"

#include "base/str.h"
#include "embedding/domain/model_table.h"

enum { ARENA_BYTES = 4 << 20 };

static const anc_str sentences[] = {
    ANC_STR_INIT("The ferry leaves the harbour at six in the morning."),
    ANC_STR_INIT("Tomatoes should be planted after the last frost."),
    ANC_STR_INIT("He signed the contract without reading the second page."),
    ANC_STR_INIT("A prime number has exactly two divisors."),
    ANC_STR_INIT("The orchestra played the symphony twice."),
    ANC_STR_INIT("Vaccines train the body to recognise a virus."),
    ANC_STR_INIT("Press the red button to stop the machine."),
    ANC_STR_INIT("Her grandmother's recipe needs three eggs and some flour."),
    ANC_STR_INIT("The parliament rejected the law by a single vote."),
    ANC_STR_INIT("Glaciers carved this valley long ago."),
    ANC_STR_INIT("The goalkeeper was injured in the first minute."),
    ANC_STR_INIT("Invoices are paid within thirty days."),
};
enum { N = ANC_COUNT(sentences) };

static double mean_cosine(const float *vectors, uint32_t dims)
{
    double sum = 0;
    for (size_t i = 0; i < N; i++)
        for (size_t j = i + 1; j < N; j++)
            for (uint32_t d = 0; d < dims; d++)
                sum += (double)vectors[i * dims + d] * (double)vectors[j * dims + d];
    return sum / (N * (N - 1) / 2);
}

anc_status emb_measure_unrelated(const emb_encoder *encoder, krn_clock clock, int64_t most_ns,
                                 const krn_call *whose, double *ret, anc_err *err)
{
    const atomic_bool never = false;
    const int64_t until_ns = krn_now_ns(clock) + most_ns;
    *ret = 0;
    if (encoder->ops == NULL || anc_str_eq(encoder->model, anc_str_of(emb_model_at(0)->name)))
        return ANC_OK;
    ANC_ARENA(mem, ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room to look at a model");
    krn_call call = {.mem = mem, .err = err, .deadline_ns = until_ns, .cancelled = &never};
    if (whose != NULL) {
        call.deadline_ns = whose->deadline_ns < until_ns ? whose->deadline_ns : until_ns;
        call.cancelled = whose->cancelled;
    }
    float *vectors = anc_arena_alloc(mem, (size_t)N * encoder->dims, sizeof *vectors);
    if (vectors == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room to look at a model");
    for (size_t i = 0, n; i < N; i += n) {
        emb_encoded ignored;
        n = N - i < encoder->max_batch ? N - i : encoder->max_batch;
        ANC_TRY(encoder->ops->encode(encoder->self, &call, EMB_TEXT_PASSAGE, &sentences[i], n,
                                     vectors + i * encoder->dims, &ignored));
    }
    *ret = mean_cosine(vectors, encoder->dims);
    return ANC_OK;
}

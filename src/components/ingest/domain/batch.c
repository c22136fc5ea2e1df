/* batch.c - states, figures, pace, retries. */
#include "ingest/domain/batch.h"

#include "base/str.h"

enum {
    DOCUMENT_BYTES = 2048,
    /* of what was done since reading was taken up: less says more of the start than of the pace */
    PACE_MS = 2000,
    PACE_DOCUMENTS = 5
};

const char *ing_phase_name(ing_phase phase)
{
    static const char *const names[] = {[ING_PHASE_QUEUED] = "queued",
                                        [ING_PHASE_PROCESSING] = "processing",
                                        [ING_PHASE_COMPLETED] = "completed",
                                        [ING_PHASE_FAILED] = "failed",
                                        [ING_PHASE_CANCELLED] = "cancelled"};
    return (unsigned)phase < ANC_COUNT(names) ? names[phase] : "unknown";
}

bool ing_phase_ended(ing_phase phase)
{
    return phase != ING_PHASE_QUEUED && phase != ING_PHASE_PROCESSING;
}

bool ing_phase_may_become(ing_phase from, ing_phase to)
{
    if (from == ING_PHASE_QUEUED)
        return to == ING_PHASE_PROCESSING || to == ING_PHASE_FAILED || to == ING_PHASE_CANCELLED;
    return from == ING_PHASE_PROCESSING && ing_phase_ended(to);
}

const char *ing_stage_name(ing_stage stage)
{
    static const char *const names[ING_STAGES] = {
        [ING_STAGE_READ] = "read",   [ING_STAGE_PARSE] = "parse", [ING_STAGE_CHUNK] = "chunk",
        [ING_STAGE_EMBED] = "embed", [ING_STAGE_WRITE] = "write", [ING_STAGE_INDEX] = "index"};
    return (unsigned)stage < ING_STAGES ? names[stage] : "unknown";
}

bool ing_counts_fit(const ing_counts *c)
{
    return c->total == c->waiting + c->under_way + ing_counts_done(c) &&
           c->unchanged <= c->skipped && c->bytes_done <= c->bytes_total;
}

bool ing_counts_finished(const ing_counts *c)
{
    if (c->under_way > 0)
        return false;
    return ing_phase_ended(c->phase) || (c->listed && c->waiting == 0);
}

/* What there is to do for so many documents of so many bytes: one of a few words is some work too. */
static double work_of(uint64_t documents, uint64_t bytes)
{
    return (double)bytes + (double)documents * DOCUMENT_BYTES;
}

/* Seconds for what is left, at the speed of what was done since reading was taken up: `part` of all that is done. */
static double left_s(const ing_counts *c, uint64_t done, double part, double took_s)
{
    const double all = work_of(c->total, c->bytes_total), did = work_of(done, c->bytes_done);
    return all > did ? (all - did) * took_s / (did * part) : 0;
}

ing_pace ing_batch_pace(const ing_batch_record *b, int64_t now_ms)
{
    const int64_t until = b->completed_ms != 0 ? b->completed_ms : now_ms;
    const uint64_t done = ing_counts_done(&b->now);
    const bool ended = ing_phase_ended(b->now.phase);
    ing_pace pace = {.eta_s = ended ? 0 : -1};
    if (b->rate_from_ms == 0 || done <= b->rate_from_done)
        return pace;
    const int64_t ms = until > b->rate_from_ms ? until - b->rate_from_ms : 1;
    pace.docs_per_s = (double)(done - b->rate_from_done) * 1000.0 / (double)ms;
    const bool known = ms >= PACE_MS && done - b->rate_from_done >= PACE_DOCUMENTS;
    if (!ended && known && b->now.listed && b->now.total >= done)
        pace.eta_s = left_s(&b->now, done, (double)(done - b->rate_from_done) / (double)done,
                            (double)ms / 1000.0);
    return pace;
}

ing_stage ing_slowest_stage(const uint64_t stage_us[ING_STAGES], unsigned workers)
{
    ing_stage slowest = ING_STAGES;
    double most = 0;
    for (unsigned i = 0; i < ING_STAGES; i++) {
        const double hands = i == ING_STAGE_INDEX || workers == 0 ? 1 : workers;
        const double each = (double)stage_us[i] / hands;
        if (each > most) {
            most = each;
            slowest = (ing_stage)i;
        }
    }
    return slowest;
}

int64_t ing_retry_after_ms(unsigned tries)
{
    static const int64_t waits_ms[] = {200, 500, 1000, 2000, 5000};
    if (tries == 0)
        return 0;
    return tries <= ANC_COUNT(waits_ms) ? waits_ms[tries - 1] : -1;
}

int64_t ing_step_retry_ms(unsigned failures)
{
    static const int64_t waits_ms[] = {0, 1000, 2000, 4000, 8000, 16000, 32000};
    return failures < ANC_COUNT(waits_ms) ? waits_ms[failures] : 60000;
}

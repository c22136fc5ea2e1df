/* scrub.c - what was deleted leaves the catalog's log too, soon after, and the memory of sentences' vectors.
 *
 * A deletion overwrites rows in the file, but what they were stands in the log until it is written anew. A step
 * looks every few seconds whether versions went since the last time, and then has the log emptied: at most once in
 * that time, however many went. While somebody reads the old pages it waits, and holds up nobody's writing for
 * longer than a moment.
 */
#include "house_impl.h"

enum { ARENA_BYTES = 1 << 20 };
#define EVERY_NS  ((int64_t)3000000000)
#define MOMENT_NS ((int64_t)100000000)

static int64_t step(void *arg, int64_t now_ns)
{
    srv_house *h = arg;
    const uint64_t discarded = kno_discarded_versions(h->kno);
    if (discarded == h->scrubbed)
        return now_ns + EVERY_NS;
    emb_forget_passages(h->library);
    anc_err err = {0};
    const atomic_bool never = false;
    ANC_ARENA(mem, ARENA_BYTES);
    if (mem == NULL)
        return now_ns + EVERY_NS;
    krn_call call = {
        .mem = mem, .err = &err, .deadline_ns = now_ns + MOMENT_NS, .cancelled = &never};
    const anc_status status = krn_sqlite_scrub(h->catalog, &call);
    if (status == ANC_OK)
        h->scrubbed = discarded;
    else if (status != ANC_UNAVAILABLE)
        krn_log_write(h->log, KRN_WARN, "server", "the catalog's log was not emptied",
                      KRN_STR("error", anc_str_of(err.text)));
    return now_ns + EVERY_NS;
}

anc_status srv_scrub_open(srv_house *h, anc_err *err)
{
    uint32_t id;
    return h->scheduler.ops->add(h->scheduler.self, "scrub", step, h, &id, err);
}

/* pair.c - the two lists of a search, one after the other or on two threads.
 *
 * To wake another thread costs some ten microseconds, and the end of the search waits for it; in a small index that is
 * as long as a list takes. The list by vectors is the one that moves: it asks nobody whether to go on, and takes its
 * scratch from an arena of its own. What it finds lies in rows that the caller has made room for.
 */
#include "search.h"

enum { SCRATCH_BYTES = 256 << 20 };

typedef struct pair {
    eng_run *run;
    eng_run vectors; /* as `run`, with what must not be shared of its own */
    eng_query query;
    anc_err err;
    anc_status words_status, vectors_status;
} pair;

static void make_list(void *arg, size_t i)
{
    pair *p = arg;
    if (i == 0)
        p->words_status = eng_run_keyword(p->run);
    else
        p->vectors_status = eng_run_semantic(&p->vectors);
}

static anc_status on_two_threads(eng_run *run, anc_arena *scratch)
{
    pair p = {.run = run, .vectors = *run, .query = *run->query};
    p.query.may_go_on = NULL;
    p.vectors.query = &p.query;
    p.vectors.mem = scratch;
    p.vectors.err = &p.err;
    os_pool_for(run->query->pool, 2, make_list, &p);
    run->semantic = p.vectors.semantic;
    ANC_TRY(p.words_status);
    if (p.vectors_status != ANC_OK && run->err != NULL)
        *run->err = p.err;
    return p.vectors_status;
}

anc_status eng_run_lists(eng_run *run)
{
    const eng_query *q = run->query;
    const bool pays = q->pool != NULL && run->snapshot->chunks >= run->snapshot->from.paired &&
                      run->keyword.k > 0 && run->semantic.k > 0;
    anc_arena *scratch = pays ? anc_arena_new(SCRATCH_BYTES) : NULL;
    if (scratch == NULL) {
        ANC_TRY(eng_run_semantic(run));
        return eng_run_keyword(run);
    }
    const anc_status status = on_two_threads(run, scratch);
    anc_arena_free(scratch);
    return status;
}

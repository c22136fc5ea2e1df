/* turns.c - see turns.h.
 *
 *   piece   waits ──join──▶ in a batch ──last step──▶ done
 *   batch   driven by one thread ◀──▶ put back, for whoever of its urgency has time next
 *
 * One mutex guards everything but the steps, which run without it. What a driven batch holds is changed by the thread
 * that drives it, between steps; a caller that leaves waits for that. Whoever has work that may run and no thread for it is
 * found by `offer`, which is called whenever room or work has come.
 */
#include "infer/turns.h"

#include <pthread.h>
#include <stdlib.h>

#include "leads_impl.h"
#include "os/clock.h"
#include "os/wait.h"

#define LOOK_NS  INT64_C(5000000)   /* so soon is a caller that leaves while it waits noticed */
#define ALONE_NS INT64_C(100000000) /* so long nobody is called after one was waited for */

typedef struct batch batch;
typedef struct caller caller;

typedef struct piece {
    struct piece *next; /* that waits */
    caller *owner;
    batch *batch; /* NULL: waits, or is done */
    inf_piece what;
    const inf_runner *runner; /* the owner's */
    bool waits;
    bool leaves; /* nobody waits for it any more, as soon as its batch is between steps */
} piece;

struct batch {
    batch *next;    /* that was put back */
    inf_lead *lead; /* while it is driven; NULL: nobody may lend a hand */
    inf_runner runner;
    inf_urgency urgency;
    piece *members[INF_JOINED_MOST]; /* borrowed; [n]; NULL: left */
    size_t n, live;
    void *work; /* the runner's; NULL: not begun */
    bool driven;
    bool failed;
};

struct caller {
    caller *next; /* that waits */
    const inf_turn *turn;
    pthread_cond_t wake;
    piece *pieces; /* owned: [n] */
    size_t n, left, leaving;
    anc_status status; /* of its check */
    bool failed;
    bool called; /* a piece of work was offered */
};

typedef struct class
{
    piece *first, *last; /* that wait, borrowed from their callers */
    size_t waiting;
    batch *put_back; /* owned */
    size_t calls;
    unsigned running;
    unsigned passed_over; /* how often, since a step was done */
    uint64_t begun, joined, gave_way;
} class;

struct inf_turns {
    inf_turns_options with;
    pthread_mutex_t mutex;
    pthread_cond_t quiet; /* a caller or helper has left */
    class of[INF_URGENCIES];
    caller *waiting;                  /* borrowed from their stacks */
    unsigned helpers, helpers_queued; /* the latter of the former */
    inf_leads leads;                  /* owned */
    int64_t alone_until_ns;           /* monotonic */
    bool stopped;
};

anc_status inf_turns_open(const inf_turns_options *options, inf_turns **ret, anc_err *err)
{
    if (options->most_calls == 0)
        return ANC_FAIL(err, ANC_INVALID, "turns without room for a call");
    inf_turns *t = calloc(1, sizeof *t);
    if (t == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the turns of an encoder");
    t->with = *options;
    if (t->with.at_once == 0)
        t->with.at_once = os_cores();
    (void)pthread_mutex_init(&t->mutex, NULL);
    os_cond_init(&t->quiet);
    const bool alone = t->with.at_once == 1 || t->with.pool == NULL;
    const anc_status status = inf_leads_open(&t->leads, alone ? 0 : t->with.at_once, err);
    if (status == ANC_OK)
        *ret = t;
    else
        inf_turns_free(t);
    return status;
}

/* ---- who may run, under the mutex --------------------------------------------------------------- */

static bool has_work(const class *c)
{
    return c->put_back != NULL || c->first != NULL;
}

/* Batches of that urgency and of greater. */
static unsigned running_up_to(const inf_turns *t, inf_urgency u)
{
    unsigned n = 0;
    for (inf_urgency i = INF_AT_ONCE; i <= u; i++)
        n += t->of[i].running;
    return n;
}

/* Whether somebody waits with more urgent work, who then takes the room that there is. */
static bool is_second(const inf_turns *t, inf_urgency u)
{
    for (const caller *c = t->waiting; c != NULL; c = c->next)
        if (c->turn->urgency < u && has_work(&t->of[c->turn->urgency]))
            return true;
    return false;
}

static bool may_run(const inf_turns *t, inf_urgency u)
{
    const class *c = &t->of[u];
    return (running_up_to(t, u) < t->with.at_once && !is_second(t, u)) ||
           (c->running == 0 && c->passed_over >= INF_PASSED_OVER_MOST);
}

static bool has_to_give_way(const inf_turns *t, inf_urgency u)
{
    return running_up_to(t, u) > t->with.at_once;
}

static bool pool_has_tasks(const inf_turns *t)
{
    return os_pool_queued(t->with.pool) > t->helpers_queued;
}

static void help(void *arg);

/* A thread of the pool that has nothing to do comes, where there is one. */
static bool call_helper(inf_turns *t)
{
    anc_err ignored = {0};
    if (t->with.pool == NULL || t->stopped || t->helpers + 1 >= t->with.at_once ||
        pool_has_tasks(t) || os_pool_submit(t->with.pool, help, t, &ignored) != ANC_OK)
        return false;
    t->helpers++;
    t->helpers_queued++;
    return true;
}

/* ---- hands that are lent, under the mutex -------------------------------------------------------- */

static unsigned cores_taken(const inf_turns *t)
{
    return running_up_to(t, INF_WHEN_FREE) + t->leads.lent;
}

static bool has_a_core_for(const inf_turns *t, const inf_lead *l)
{
    const unsigned taken = cores_taken(t);
    return taken < t->with.at_once || (taken == t->with.at_once && l->lent > 0);
}

/* Before a step: who has time is called, and who is there sent away when something else has come. */
static void call_hands(inf_turns *t, inf_lead *l)
{
    if (l == NULL)
        return;
    if (t->stopped || !has_a_core_for(t, l) || pool_has_tasks(t) ||
        os_mono_ns() < t->alone_until_ns) {
        inf_lead_close(l);
        return;
    }
    inf_lead_open(l);
    while (cores_taken(t) + t->helpers_queued < t->with.at_once && l->lent + 1 < INF_HANDS_MOST &&
           call_helper(t))
        ;
}

/* After a step: where the cores have work of others, who is called is waited for. */
static void look_at_hands(inf_turns *t, const inf_lead *l)
{
    if (l != NULL && l->open && inf_hands_slept(l->hands))
        t->alone_until_ns = os_mono_ns() + ALONE_NS;
}

/* A thread of the pool that has no other work; whether it may look for more. */
static bool lend_a_hand(inf_turns *t)
{
    return cores_taken(t) < t->with.at_once && inf_leads_lend(&t->leads, &t->mutex);
}

/* ---- offers, under the mutex ---------------------------------------------------------------------- */

/* Whether somebody of that urgency was called, be it before. */
static bool call_waiting(inf_turns *t, inf_urgency u)
{
    bool called = false;
    for (caller *c = t->waiting; c != NULL; c = c->next) {
        if (c->turn->urgency != u)
            continue;
        called = true;
        if (c->called)
            continue;
        c->called = true;
        (void)pthread_cond_signal(&c->wake);
        break;
    }
    return called;
}

static void offer(inf_turns *t)
{
    bool called = false;
    for (inf_urgency u = INF_AT_ONCE; u < INF_URGENCIES && !called; u++)
        if (has_work(&t->of[u]) && may_run(t, u))
            called = call_waiting(t, u) || call_helper(t);
}

/* ---- pieces and batches, under the mutex -------------------------------------------------------- */

static void queue_up(class *c, piece *p)
{
    p->waits = true;
    p->next = NULL;
    if (c->first == NULL)
        c->first = p;
    else
        c->last->next = p;
    c->last = p;
    c->waiting++;
}

static void unqueue(class *c, piece *p)
{
    piece *before = NULL;
    for (piece *at = c->first; at != p; at = at->next)
        before = at;
    if (before == NULL)
        c->first = p->next;
    else
        before->next = p->next;
    if (c->last == p)
        c->last = before;
    p->waits = false;
    c->waiting--;
}

static void piece_done(piece *p, bool failed)
{
    caller *owner = p->owner;
    p->batch = NULL;
    owner->failed |= failed;
    if (--owner->left == 0)
        (void)pthread_cond_signal(&owner->wake);
}

static void join(class *c, batch *b, piece *p)
{
    unqueue(c, p);
    p->batch = b;
    b->members[b->n++] = p;
    b->live++;
}

/* The first piece that waits, and those behind it that go with it; NULL: there is none, or no memory for it. */
static batch *make_batch(class *c, inf_urgency u)
{
    piece *first = c->first;
    if (first == NULL)
        return NULL;
    batch *b = calloc(1, sizeof *b);
    if (b == NULL) {
        unqueue(c, first);
        piece_done(first, true);
        return NULL;
    }
    size_t weight = first->what.weight;
    b->runner = *first->runner;
    b->urgency = u;
    join(c, b, first);
    for (piece *p = c->first, *next; p != NULL && b->n < INF_JOINED_MOST; p = next) {
        next = p->next;
        if (p->runner->self != b->runner.self || weight + p->what.weight > b->runner.most_weight)
            continue;
        weight += p->what.weight;
        join(c, b, p);
    }
    c->begun++;
    c->joined += b->n - 1;
    return b;
}

/* What of that urgency comes next, for this thread to drive; NULL: nothing, or it may not run. */
static batch *take(inf_turns *t, inf_urgency u)
{
    class *c = &t->of[u];
    if (!may_run(t, u))
        return NULL;
    batch *b = c->put_back;
    if (b != NULL)
        c->put_back = b->next;
    else
        b = make_batch(c, u);
    if (b == NULL)
        return NULL;
    b->driven = true;
    c->running++;
    for (inf_urgency less = u + 1; less < INF_URGENCIES; less++)
        if (has_work(&t->of[less]))
            t->of[less].passed_over++;
    offer(t);
    return b;
}

static void end_batch(batch *b)
{
    if (b->work != NULL)
        b->runner.end(b->runner.self, b->work);
    b->work = NULL;
    for (size_t i = 0; i < b->n; i++)
        if (b->members[i] != NULL)
            piece_done(b->members[i], b->failed);
    free(b);
}

static void let_go(batch *b, size_t i)
{
    caller *owner = b->members[i]->owner;
    b->members[i]->batch = NULL;
    if (b->members[i]->leaves && --owner->leaving == 0)
        (void)pthread_cond_signal(&owner->wake);
    b->members[i] = NULL;
    b->live--;
}

static void let_go_leaving(batch *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->members[i] != NULL && b->members[i]->leaves)
            let_go(b, i);
}

/* ---- the work ------------------------------------------------------------------------------------ */

/* One step; whether it was the last. Without the mutex. */
static bool advance(batch *b)
{
    const inf_runner *r = &b->runner;
    if (b->work == NULL) {
        void *pieces[INF_JOINED_MOST];
        for (size_t i = 0; i < b->n; i++)
            pieces[i] = b->members[i]->what.work;
        b->work = r->begin(r->self, pieces, b->n);
        b->failed = b->work == NULL;
    }
    if (b->failed)
        return true;
    if (!r->step(r->self, b->work, b->lead != NULL ? b->lead->hands : NULL))
        return false;
    for (size_t i = 0; i < b->n; i++)
        if (b->members[i] != NULL)
            r->give(r->self, b->work, i, b->members[i]->what.work);
    return true;
}

static anc_status ask(const inf_check *check)
{
    return check->ask != NULL ? check->ask(check->arg) : ANC_OK;
}

/* Whether this thread has to do with something else: a helper (NULL) with tasks of its pool. */
static bool is_over(const inf_turns *t, const caller *me)
{
    if (t->stopped)
        return true;
    return me != NULL ? me->left == 0 || me->status != ANC_OK : pool_has_tasks(t);
}

static void put_back(class *c, batch *b)
{
    b->next = c->put_back;
    c->put_back = b;
}

/* Runs it until it has ended, has to give way, or this thread has to leave. */
static void drive(inf_turns *t, batch *b, caller *me)
{
    class *c = &t->of[b->urgency];
    bool last;
    b->lead = b->urgency == INF_AT_ONCE ? inf_leads_take(&t->leads) : NULL;
    do {
        call_hands(t, b->lead);
        (void)pthread_mutex_unlock(&t->mutex);
        last = advance(b);
        if (me != NULL && !last)
            me->status = ask(&me->turn->check);
        (void)pthread_mutex_lock(&t->mutex);
        c->passed_over = 0;
        look_at_hands(t, b->lead);
        let_go_leaving(b);
    } while (!last && b->live > 0 && !has_to_give_way(t, b->urgency) && !is_over(t, me));
    inf_lead_give_back(b->lead);
    b->lead = NULL;
    c->gave_way += !last && has_to_give_way(t, b->urgency);
    c->running--;
    b->driven = false;
    if (last || b->live == 0)
        end_batch(b);
    else
        put_back(c, b);
    offer(t);
}

/* A task of the pool. */
static void help(void *arg)
{
    inf_turns *t = arg;
    (void)pthread_mutex_lock(&t->mutex);
    t->helpers_queued--;
    for (inf_urgency u = INF_AT_ONCE; u < INF_URGENCIES && !is_over(t, NULL);) {
        batch *b = take(t, u);
        if (b != NULL)
            drive(t, b, NULL);
        const bool more = b != NULL || (u == INF_WHEN_FREE && lend_a_hand(t));
        u = more ? INF_AT_ONCE : u + 1;
    }
    t->helpers--;
    (void)pthread_cond_broadcast(&t->quiet);
    (void)pthread_mutex_unlock(&t->mutex);
}

/* ---- callers -------------------------------------------------------------------------------------- */

/* For room, for what others do of its work, or for the time to look whether it is still wanted. */
static void wait_a_little(inf_turns *t, caller *me)
{
    me->called = false;
    me->next = t->waiting;
    t->waiting = me;
    (void)os_cond_wait(&me->wake, &t->mutex, os_mono_ns() + LOOK_NS);
    caller **at = &t->waiting;
    while (*at != me)
        at = &(*at)->next;
    *at = me->next;
    if (me->left == 0 || t->stopped)
        return;
    (void)pthread_mutex_unlock(&t->mutex);
    me->status = ask(&me->turn->check);
    (void)pthread_mutex_lock(&t->mutex);
}

static anc_status work_on(inf_turns *t, caller *me, anc_err *err)
{
    while (me->left > 0 && me->status == ANC_OK) {
        if (t->stopped)
            return ANC_FAIL(err, ANC_CANCELLED, "the encoder is being closed");
        batch *b = take(t, me->turn->urgency);
        if (b != NULL)
            drive(t, b, me);
        else if (me->left > 0)
            wait_a_little(t, me);
    }
    ANC_TRY(me->status);
    return me->failed ? ANC_FAIL(err, ANC_NO_MEMORY, "no room for the activations of a text")
                      : ANC_OK;
}

static void take_out(class *c, batch *b, const piece *p)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->members[i] == p)
            let_go(b, i);
    if (b->live > 0)
        return;
    batch **at = &c->put_back;
    while (*at != b)
        at = &(*at)->next;
    *at = b->next;
    end_batch(b);
}

/* Nobody touches its pieces afterwards. */
static void leave(inf_turns *t, caller *me)
{
    class *c = &t->of[me->turn->urgency];
    for (piece *p = me->pieces; p < me->pieces + me->n; p++) {
        if (p->waits) {
            unqueue(c, p);
        } else if (p->batch != NULL && p->batch->driven) {
            p->leaves = true;
            me->leaving++;
        } else if (p->batch != NULL) {
            take_out(c, p->batch, p);
        }
    }
    while (me->leaving > 0)
        os_cond_wait_slice(&me->wake, &t->mutex);
    c->calls--;
    if (!has_work(c))
        c->passed_over = 0;
    offer(t);
    (void)pthread_cond_broadcast(&t->quiet);
}

static anc_status enter(inf_turns *t, caller *me, anc_err *err)
{
    class *c = &t->of[me->turn->urgency];
    if (t->stopped)
        return ANC_FAIL(err, ANC_CANCELLED, "the encoder is being closed");
    if (c->calls >= t->with.most_calls)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "%zu calls wait for the encoder already", c->calls);
    c->calls++;
    for (size_t i = 0; i < me->n; i++)
        queue_up(c, &me->pieces[i]);
    return ANC_OK;
}

anc_status inf_turns_run(const inf_turn *turn, const inf_runner *runner, const inf_piece *pieces,
                         size_t n, anc_err *err)
{
    inf_turns *t = turn->turns;
    if (n == 0)
        return ANC_OK;
    caller me = {.turn = turn, .n = n, .left = n, .pieces = calloc(n, sizeof *me.pieces)};
    if (me.pieces == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for %zu pieces of work", n);
    for (size_t i = 0; i < n; i++)
        me.pieces[i] = (piece){.owner = &me, .what = pieces[i], .runner = runner};
    os_cond_init(&me.wake);
    (void)pthread_mutex_lock(&t->mutex);
    anc_status status = enter(t, &me, err);
    if (status == ANC_OK) {
        status = work_on(t, &me, err);
        leave(t, &me);
    }
    (void)pthread_mutex_unlock(&t->mutex);
    (void)pthread_cond_destroy(&me.wake);
    free(me.pieces);
    return status;
}

/* ---- the end --------------------------------------------------------------------------------------- */

void inf_turns_stop(inf_turns *t)
{
    if (t == NULL)
        return;
    (void)pthread_mutex_lock(&t->mutex);
    t->stopped = true;
    for (caller *c = t->waiting; c != NULL; c = c->next)
        (void)pthread_cond_signal(&c->wake);
    (void)pthread_mutex_unlock(&t->mutex);
}

void inf_turns_free(inf_turns *t)
{
    if (t == NULL)
        return;
    inf_turns_stop(t);
    (void)pthread_mutex_lock(&t->mutex);
    while (t->helpers > 0)
        os_cond_wait_slice(&t->quiet, &t->mutex);
    (void)pthread_mutex_unlock(&t->mutex);
    (void)pthread_cond_destroy(&t->quiet);
    (void)pthread_mutex_destroy(&t->mutex);
    inf_leads_done(&t->leads);
    free(t);
}

unsigned inf_turns_at_once(const inf_turns *t)
{
    return t->with.at_once;
}

inf_turns_stats inf_turns_about(inf_turns *t)
{
    inf_turns_stats stats = {0};
    (void)pthread_mutex_lock(&t->mutex);
    for (inf_urgency u = INF_AT_ONCE; u < INF_URGENCIES; u++) {
        const class *c = &t->of[u];
        stats.of[u].calls = c->calls;
        stats.of[u].pieces = c->waiting;
        stats.of[u].runs = c->running;
        stats.of[u].begun = c->begun;
        stats.of[u].joined = c->joined;
        stats.of[u].gave_way = c->gave_way;
    }
    stats.lent = t->leads.lent;
    stats.was_lent = t->leads.was_lent;
    (void)pthread_mutex_unlock(&t->mutex);
    return stats;
}

/* service_doubles.h - the components' root headers answered from memory, for tests of an edge.
 *
 * What a double does is decided by the names in a request ("nope" is never there, "hang" waits), so a
 * test is readable from its request alone. What it was asked last is kept for the test to look at.
 */
#ifndef ANC_TESTS_SUPPORT_SERVICE_DOUBLES_H
#define ANC_TESTS_SUPPORT_SERVICE_DOUBLES_H

#include <pthread.h>
#include <stdatomic.h>

#include "embedding/library.h"
#include "embedding/rerank.h"
#include "ingest/ingest.h"
#include "kernel/ports/bus.h"
#include "kernel/ports/outbox.h"
#include "kernel/ports/relays.h"
#include "kernel/ports/replies.h"
#include "kernel/ports/writer.h"
#include "knowledge/knowledge.h"
#include "net/loop.h"
#include "rag/rag.h"
#include "search/search.h"

enum { DOUBLE_LONG_TEXT = 5 << 20 };

typedef struct service_doubles {
    net_loop *loop; /* where generating goes on */

    atomic_int puts;           /* documents put */
    atomic_int prepared;       /* questions begun */
    atomic_int finished;       /* and ended */
    atomic_int rewritten;      /* of them, by a model */
    atomic_int told;           /* searches that the events know */
    atomic_bool searches_wait; /* the writer does not take them */
    atomic_int cancelled;      /* calls of rag_cancel */
    atomic_int holding;        /* puts and searches that wait in "hold" */
    atomic_int looks;          /* at batches */
    atomic_int texts_open;
    atomic_int raw_whole, raw_parts; /* originals opened to be sent whole, and not */
    atomic_int top_k, n_collections; /* of the last question or search */
    atomic_int broken_uploads, discarded_uploads;
    atomic_bool room;         /* of the spool */
    atomic_bool release;      /* lets what waits in "hold" go on */
    atomic_bool ready;        /* of the index */
    atomic_bool keep_replies; /* over the next doubles_reset, as a catalog does */
    atomic_bool sources_gone; /* of the answers that were given */
    atomic_bool no_reranker;
    atomic_int condition;  /* of the catalog, a krn_condition */
    atomic_int unreadable; /* documents */

    pthread_mutex_t lock; /* guards what follows */
    char collection[128], document[600], title[256], metadata[256], content_type[128], name[256];
    char acl[256], filters[256], glob[64], path[256], conversation[160];
    size_t content_len;
    unsigned content_sum;
    char upload[4096]; /* of the last upload: "<line 1|…>" a record, "<<name|…>" a file */
    size_t upload_len;
} service_doubles;

extern service_doubles doubles;

/* As it was at the start. */
void doubles_reset(net_loop *loop);

kno_service *double_kno(void);
emb_service *double_emb(void);
emb_rerank_service *double_rerank(void);
srch_service *double_srch(void);
ing_service *double_ing(void);
rag_service *double_rag(void);
krn_outbox double_outbox(void);
krn_bus double_bus(void);
krn_relays double_relays(void); /* one bus, that has taken seq 7 */
krn_writer double_writer(void);
krn_replies double_replies(void);
void double_replies_forget(void);
/* As after a crash: all were begun, none was answered. */
void double_replies_unanswer(void);

/* A simple sum by which contents are compared. */
unsigned double_sum(anc_str bytes);

#endif

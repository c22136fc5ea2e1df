/* tracking.h - what others may ask of the tracking: the query log, retrievals, lives of documents, numbers.
 *
 * All of it is made from the events, by a step that follows them with a cursor of its own; nobody tells the
 * tracking anything. A question asked here first lets it take in what happened until now. Answers are
 * written as JSON, in the form of the interface.
 *
 * Where the tracking is off everything but trk_erase is NOT_IMPLEMENTED. Any thread but the loop.
 */
#ifndef ANC_TRACKING_TRACKING_H
#define ANC_TRACKING_TRACKING_H

#include "kernel/domain/call.h"
#include "json/json.h"

typedef struct trk_service trk_service;

enum { TRK_TROUBLE_BYTES = 512 };

/* Whether something is wrong, in words: events wait to be taken in because that failed the last time, or a part of
 * the repository is damaged. Any thread, never for long. */
bool trk_trouble(trk_service *service, char ret[TRK_TROUBLE_BYTES]);

/* Every member that is set narrows the list. */
typedef struct trk_wish {
    anc_str user_id, collection; /* empty: any */
    anc_str text;                /* words, all of which are in the question */
    anc_str status;              /* requested, completed, failed; empty: any */
    int64_t since_ms, until_ms;  /* Unix time, until exclusive; 0: no bound */
    double min_ms;               /* took at least this */
    bool zero_results;           /* found nothing, or nothing that answers it */
    anc_str mark;                /* of the page before; empty: from the newest */
    size_t limit;                /* 1 to 1000 */
} trk_wish;

/* Writes an array of queries, newest first; `ret_mark` is for the next page, ptr NULL at the end.
 * INVALID names the parameter. */
anc_status trk_list(trk_service *service, krn_call *call, const trk_wish *wish, json_writer *w,
                    anc_str *ret_mark) ANC_MUST_CHECK;

/* A query with its retrievals. NOT_FOUND. */
anc_status trk_show(trk_service *service, krn_call *call, anc_str query_id,
                    json_writer *w) ANC_MUST_CHECK;

/* Whether it knows such a query, and the caller may speak of it: the owner of any, others of their own. */
anc_status trk_knows(trk_service *service, krn_call *call, anc_str query_id,
                     bool *ret) ANC_MUST_CHECK;

/* What happened to a document of a collection, and how often it was found and cited. NOT_FOUND. `collection` empty:
 * the one that has a document of that id; INVALID names the parameter where several have. */
anc_status trk_document(trk_service *service, krn_call *call, anc_str document_id,
                        anc_str collection, json_writer *w) ANC_MUST_CHECK;

/* Numbers since then, by `bucket`: "hour", "day", "week"; empty: as it fits. INVALID names the parameter,
 * also where that would be more than 5,000 buckets. */
anc_status trk_stats_write(trk_service *service, krn_call *call, int64_t since_ms, anc_str bucket,
                           json_writer *w) ANC_MUST_CHECK;

/* Questions by how often they were asked for an answer since then, at most `most` (1 to 1000); none where texts are not
 * kept. In call->mem. */
anc_status trk_most_asked(trk_service *service, krn_call *call, int64_t since_ms, size_t most,
                          anc_str **ret, size_t *ret_n) ANC_MUST_CHECK;

/* One user is forgotten, everywhere that this server can reach: an object that says what went from where, and
 * what others hold and for how long. INVALID without an id. Asked again it does what is left. */
anc_status trk_erase(trk_service *service, krn_call *call, anc_str user_id,
                     json_writer *w) ANC_MUST_CHECK;

#endif

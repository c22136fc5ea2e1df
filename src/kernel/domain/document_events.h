/* document_events.h - what is announced about documents, batches and dead letters. */
#ifndef ANC_KERNEL_DOMAIN_DOCUMENT_EVENTS_H
#define ANC_KERNEL_DOMAIN_DOCUMENT_EVENTS_H

#include "kernel/domain/event.h"

typedef struct ev_document_created {
    anc_str document_id;
    anc_str collection;
    anc_str title;
    uint32_t version;
    uint32_t chunks;
    uint64_t bytes;
    anc_str source;
    ev_json metadata;
    anc_str content; /* the extracted text, where the configuration asks for it; else NULL */
} ev_document_created;

typedef struct ev_document_updated {
    anc_str document_id;
    anc_str collection;
    uint32_t version;
    ev_strs changed; /* of title, content, metadata */
    uint32_t chunks_added;
    uint32_t chunks_removed;
    uint64_t bytes;   /* of the new version */
    anc_str title;    /* with `changed`: the new one; NULL when it did not change */
    ev_json metadata; /* likewise */
    anc_str content;  /* likewise, where the configuration asks for it */
} ev_document_updated;

typedef struct ev_document_deleted {
    anc_str document_id;
    anc_str collection;
    uint32_t version;
} ev_document_deleted;

typedef struct ev_documents_ingested {
    ev_strs document_ids;
    anc_str batch_id;
    uint32_t count;
} ev_documents_ingested;

typedef struct ev_batch_status {
    anc_str batch_id;
    anc_str status; /* queued, processing, completed, failed, cancelled */
    uint64_t total_documents;
    uint64_t processed_documents;
    uint64_t failed_documents;
    anc_str error_message; /* NULL when there is none */
} ev_batch_status;

typedef struct ev_deadletter_added {
    anc_str dead_letter_id;
    anc_str batch_id;
    anc_str stage;
    anc_str reason;
} ev_deadletter_added;

/* Taken in from other services. */
typedef struct ev_document_uploaded {
    anc_str document_id;
    anc_str uri;
    anc_str content;
    anc_str title;
    ev_json metadata;
    anc_str collection;
} ev_document_uploaded;

typedef struct ev_accounting_entry_created {
    anc_str entry_id;
    anc_str date;
    anc_str label;
    double amount;
    anc_str account;
} ev_accounting_entry_created;

typedef struct ev_user_created {
    anc_str user_id;
    anc_str username;
    ev_strs groups;
} ev_user_created;

#endif

/* rows.h - a file whose records are documents: they become further items of its batch. */
#ifndef ANC_INGEST_APP_ROWS_H
#define ANC_INGEST_APP_ROWS_H

#include "service_impl.h"

enum { ING_ROWS_SEGMENTS = 64, ING_ROWS_BYTES = 64 << 10 };

/* What a file's records came to while it was read; the worker's. Zeroed: nothing was begun. */
typedef struct ing_expansion {
    ing_service *ing;
    const ing_worker *worker;
    krn_call *call;
    anc_arena *mem;  /* owned; of the items at hand, a piece at the most */
    ing_item *items; /* [n] */
    size_t n;
    uint64_t paths;       /* bytes of their names */
    ing_children stored;  /* those before them */
    size_t named;         /* segments, from the first on, that the catalog knows by them */
    anc_buf json;         /* owned */
    ing_segment *segment; /* owned; being written */
    uint64_t segment_bytes;
    int64_t segments[ING_ROWS_SEGMENTS]; /* ids of all */
    size_t n_segments;
    kno_rows_wanted wanted;
    bool full; /* told back: it was broken off, since the spool had no room for more */
} ing_expansion;

/* Whether the records of the worker's item are to be documents. */
bool ing_wants_rows(const ing_worker *worker);

/* For the item that `worker` holds; `x` and `call` stay where they are until it is closed. */
anc_status ing_expansion_open(ing_expansion *x, const ing_worker *worker, krn_call *call,
                              const kno_rows_wanted **ret) ANC_MUST_CHECK;

/* A failed item beside the document that is read: "<document>#<what>", with the reason. Opens `x` where it is not. */
anc_status ing_expansion_fail(ing_expansion *x, const ing_worker *worker, krn_call *call,
                              anc_str document, const char *what, anc_str why) ANC_MUST_CHECK;

/* UNAVAILABLE, with the figures: the spool has no room for the rows of a file. */
anc_status ing_rows_refuse(const ing_service *ing, anc_err *err);

/* Frees it; `kept`: the items are in the catalog, else their bytes are removed (those of stored items by the
 * keeper, with them). */
void ing_expansion_close(ing_expansion *x, bool kept);

/* What was asked for, as a batch keeps it. INVALID names the field. */
anc_status ing_rows_encode(const ing_rows *rows, anc_buf *out, anc_err *err) ANC_MUST_CHECK;

enum { ING_ROW_BYTES = ING_RECORD_BYTES + (1 << 20) };

/* A row as the payload of an item: JSON in `out`, which has room for ING_ROW_BYTES. */
anc_status ing_row_encode(const kno_row *row, anc_buf *out, anc_err *err) ANC_MUST_CHECK;

/* The document of an item of the kind ING_ITEM_ROW, from its payload; in call->mem. INVALID, with the
 * reason, when it is a line that is broken. */
anc_status ing_row_read(anc_str json, krn_call *call, kno_document_input *ret) ANC_MUST_CHECK;

#endif

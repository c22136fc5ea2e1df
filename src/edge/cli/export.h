/* export.h - an export in the making: its lines, and one version written. Private. */
#ifndef ANC_EDGE_CLI_EXPORT_H
#define ANC_EDGE_CLI_EXPORT_H

#include "archive.h"
#include "client.h"
#include "os/file.h"
#include "term.h"

typedef struct exporting {
    cli_client *client;
    os_writer *file; /* NULL: stdout */
    anc_str path;    /* of the file */
    anc_buf names;   /* of the collections, one a line */
    anc_buf line;
    uint64_t lines, collections, documents, versions, bytes, failed;
    bool lack_told;  /* that a version goes without its vectors, which could not be read */
    uint64_t total;  /* versions that are expected */
    json_doc *stats; /* owned: those of each collection */
    term_progress progress;
    anc_err *err;
    anc_status status;
} exporting;

/* Begins a line; what is put behind goes into x->line. */
json_writer export_line(exporting *x, const char *kind);
anc_status export_end_line(exporting *x, json_writer *w) ANC_MUST_CHECK;

/* A member of what the server said, as it stands; nothing where it is absent. */
void export_copy(json_writer *w, const json_value *from, const char *name);

/* An answer that was asked for ahead. */
typedef struct export_answer {
    anc_status status;
    net_response response;
    anc_err err;
} export_answer;

/* False: it was too large, and is to be asked for by itself. */
bool export_kept(const export_answer *answer);
/* A kept answer read as JSON; what it failed with, or a problem that it is, is the failure. */
anc_status export_parse(const export_answer *answer, json_doc **ret, anc_err *err) ANC_MUST_CHECK;

/* Of one version; what is not kept of it is asked for again. */
typedef struct export_given {
    const export_answer *raw, *vectors;
} export_given;

enum { EXPORT_GROUP = 16 }; /* documents whose versions are asked for at once */

/* The path of what belongs to a version: "raw" or "vectors"; ptr NULL without memory. */
anc_str export_path(anc_arena *mem, const json_value *document, const json_value *version,
                    const char *what);

/* Writes a version of a document with its content, or tells that it was left out. `given` NULL: nothing was asked
 * for ahead. */
anc_status export_version(exporting *x, const json_value *document, const json_value *version,
                          const export_given *given) ANC_MUST_CHECK;

/* Writes all versions of documents of a list, each document's oldest first. */
anc_status export_documents(exporting *x, const json_value *documents) ANC_MUST_CHECK;

#endif

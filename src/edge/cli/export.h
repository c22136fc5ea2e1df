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

/* Writes a version of a document with its content, or tells that it was left out. */
anc_status export_version(exporting *x, const json_value *document,
                          const json_value *version) ANC_MUST_CHECK;

#endif

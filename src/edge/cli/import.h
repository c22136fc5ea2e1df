/* import.h - a version of an export on its way to the server. Private. */
#ifndef ANC_EDGE_CLI_IMPORT_H
#define ANC_EDGE_CLI_IMPORT_H

#include "archive.h"
#include "client.h"
#include "os/lines.h"

/* The lines of the file. */
typedef struct import_file {
    anc_str name; /* for messages */
    os_lines *lines;
    uint64_t number; /* of the last line given */
    bool ended;      /* behind the last line */
    bool is_ours;    /* the first line begins as that of an exporting */
} import_file;

/* The next line, checked and parsed, *ret_doc NULL at the end of the file. A line that is damaged,
 * or cut off, is INVALID with its number and where the file stands. */
anc_status import_next(import_file *file, json_doc **ret_doc, anc_err *err) ANC_MUST_CHECK;

/* A request that puts one version, with what it stands on. */
typedef struct import_put {
    anc_arena *mem; /* owned */
    uint64_t line;  /* of the version */
    anc_str key;    /* "collection\ndocument"; in `mem` */
    anc_str id;     /* the document; in `mem` */
    uint64_t version;
    net_request request;
    anc_buf body; /* owned, or … */
    void *map;    /* … of a temporary file without name; owned */
    size_t map_bytes;
} import_put;

anc_status import_put_open(import_put *put, anc_err *err) ANC_MUST_CHECK;
void import_put_clear(import_put *put);         /* ready for the next version */
size_t import_put_bytes(const import_put *put); /* of its body, in memory or on disk */
void import_put_close(import_put *put);

/* Makes the request of a version line; reads the content lines behind it where there are some. INVALID
 * for what does not fit. */
anc_status import_put_make(import_put *put, cli_client *client, import_file *file,
                           const json_value *version, anc_err *err) ANC_MUST_CHECK;

/* Passes over the content lines of a version that is not wanted. */
anc_status import_skip_content(import_file *file, const json_value *version,
                               anc_err *err) ANC_MUST_CHECK;

#endif

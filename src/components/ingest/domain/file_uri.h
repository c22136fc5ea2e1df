/* file_uri.h - which file of this machine a URI of another service names. */
#ifndef ANC_INGEST_DOMAIN_FILE_URI_H
#define ANC_INGEST_DOMAIN_FILE_URI_H

#include "base/arena.h"

/* The path in "file:///path", "file://localhost/path", "file:/path" or "/path", with %XX decoded, in `mem`.
 * UNSUPPORTED for another scheme or host; INVALID where it is no such URI; FORBIDDEN where a part of the path is
 * ".", ".." or hidden. Each names /payload/uri, and shows of another scheme's URI no more than scheme and host. */
anc_status ing_file_uri_read(anc_str uri, anc_arena *mem, anc_str *ret_path,
                             anc_err *err) ANC_MUST_CHECK;

/* The URI without the name and password that may stand before its host; in `mem` where there were some. */
anc_status ing_uri_without_user(anc_str uri, anc_arena *mem, anc_str *ret,
                                anc_err *err) ANC_MUST_CHECK;

/* What is left of `path` below `folder` (absolute, with or without slashes at its end); empty where it does not lie
 * there. By the names alone, links are for the reader to look at. */
anc_str ing_path_below(anc_str folder, anc_str path);

#endif

/* glob.h - which paths a pattern means.
 *
 *   *      any characters but '/'         ?      one character but '/'
 *   **     any characters, '/' too        [a-z]  one of a set; [!a-z] one outside of it
 *          ("**" before a '/': any        \x     the character x itself
 *          number of folders, or none)
 *
 * A pattern without '/' is matched with the last part of the path, any other with the whole of it.
 * A character is a whole code point. A path that is not UTF-8 matches the empty pattern alone.
 */
#ifndef ANC_INGEST_DOMAIN_GLOB_H
#define ANC_INGEST_DOMAIN_GLOB_H

#include "base/base.h"

enum { ING_MAX_GLOB_BYTES = 256 };

/* Whether the pattern can be used: sets are closed, a backslash has a character behind it, at most ING_MAX_GLOB_BYTES. */
bool ing_glob_valid(anc_str pattern);

/* An empty pattern means every path. At most pattern.len * path.len steps. */
bool ing_glob_match(anc_str pattern, anc_str path);

/* The same with the whole of `text`, whether the pattern has a '/' or not. */
bool ing_glob_match_whole(anc_str pattern, anc_str text);

#endif

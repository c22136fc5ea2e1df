/* ignore.h - which paths a file of patterns leaves out, in the manner of git's.
 *
 *   # a comment                  *.log       any file or folder of that ending, at any depth
 *   build/   folders of that     /drafts     only beside the file of patterns
 *            name                docs/?.tmp  anchored too, since it has a slash inside
 *   **       with a slash before or behind it: any number of folders, or none
 *   !x.log   takes back what an earlier line left out
 *
 * Later lines win. Blanks at the end do not count unless a backslash stands before them; a backslash
 * takes the meaning from the character behind it. What lies in a folder that is left out cannot be
 * taken back, since the folder is not entered.
 */
#ifndef ANC_INGEST_DOMAIN_IGNORE_H
#define ANC_INGEST_DOMAIN_IGNORE_H

#include "base/arena.h"

enum { ING_IGNORE_BYTES = 1 << 20, ING_IGNORE_RULES = 10000 };

typedef struct ing_ignore_rule {
    anc_str pattern;  /* without the marks around it */
    bool negated;     /* takes back */
    bool folder_only; /* means folders alone */
    bool anchored;    /* matched with the whole path, else with its last part */
} ing_ignore_rule;

typedef struct ing_ignore {
    const ing_ignore_rule *rules; /* [n] */
    size_t n;
} ing_ignore;

/* Reads a file of patterns into `mem`; its bytes need not stay. A line that is no pattern (an open '[',
 * longer than a pattern may be, not UTF-8) is passed over. LIMIT past ING_IGNORE_RULES. */
anc_status ing_ignore_read(anc_str text, anc_arena *mem, ing_ignore *ret,
                           anc_err *err) ANC_MUST_CHECK;

typedef enum ing_verdict {
    ING_NOT_NAMED, /* no line means it: what a folder above says, counts */
    ING_LEFT_OUT,
    ING_TAKEN_BACK
} ing_verdict;

/* What the file says about `path`, which is relative to the folder that the file lies in. */
ing_verdict ing_ignore_ask(const ing_ignore *ignore, anc_str path, bool is_folder);

#endif

/* config_table.h - the rows of the configuration: all that differs between two keys. Private. */
#ifndef ANC_SERVER_CONFIG_TABLE_H
#define ANC_SERVER_CONFIG_TABLE_H

#include "server/config.h"

typedef enum srv_kind {
    SRV_TEXT,
    SRV_PATH,   /* "~/" stands for the home folder */
    SRV_SECRET, /* a literal, or env:NAME, file:PATH; never shown */
    SRV_INT,
    SRV_REAL,
    SRV_CHOICE,
    SRV_MAP, /* "NAME=VALUE,…" as a list; in the file a mapping too */
    SRV_LIST /* of texts; "a,b" or "[a, b]" in the environment and in --set */
} srv_kind;

typedef struct srv_row {
    const char *key; /* "http.port" */
    srv_kind kind;
    size_t offset;         /* bytes into srv_config */
    const char *initial;   /* default, as it would stand in YAML */
    double min, max;       /* of numbers */
    const char *choices;   /* "debug|info|warn|error" */
    const char *other_env; /* names that other stacks use, separated by blanks; NULL: none */
    const char *help;
} srv_row;

extern const srv_row srv_rows[];
extern const size_t srv_row_count;

const srv_row *srv_row_find(anc_str key); /* NULL: unknown */

/* How many characters differ; SIZE_MAX for texts longer than any key. From SRV_FAR on two names have
 * nothing to do with each other. */
enum { SRV_FAR = 4 };
size_t srv_distance(anc_str a, anc_str b);

/* The known key that is nearest to `key`, or NULL when none is near. */
const char *srv_row_nearest(anc_str key);

#endif

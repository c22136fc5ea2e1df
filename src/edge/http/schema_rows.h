/* schema_rows.h - how the tables of schemas.h are written: a row for each member, a table for each shape. Private.
 *
 * Short names, for files that hold nothing but such tables.
 */
#ifndef ANC_EDGE_HTTP_SCHEMA_ROWS_H
#define ANC_EDGE_HTTP_SCHEMA_ROWS_H

#include "schemas.h"

/* Where a member that comes in goes. */
#define AT(type, member) .offset = offsetof(type, member)

/* A shape that comes in, decoded into a struct; one that goes out. */
#define IN(name_, help_, rows, type)                                                     \
    {                                                                                    \
        .name = (name_), .help = (help_), .fields = (rows), .n_fields = ANC_COUNT(rows), \
        .size = sizeof(type)                                                             \
    }
#define OUT(name_, help_, rows)                                                         \
    {                                                                                   \
        .name = (name_), .help = (help_), .fields = (rows), .n_fields = ANC_COUNT(rows) \
    }

/* A member that always goes out; one that may be null; one of a shape of its own. */
#define ROW(name_, kind_, help_)                                                  \
    {                                                                             \
        .name = (name_), .kind = (kind_), .flags = HTTP_REQUIRED, .help = (help_) \
    }
#define MAYBE(name_, kind_, help_)                                                                \
    {                                                                                             \
        .name = (name_), .kind = (kind_), .flags = HTTP_REQUIRED | HTTP_NULLABLE, .help = (help_) \
    }
#define PART(name_, kind_, of_, help_)                                                         \
    {                                                                                          \
        .name = (name_), .kind = (kind_), .flags = HTTP_REQUIRED, .help = (help_), .of = (of_) \
    }
#define TEXT(name, help) ROW(name, HTTP_TEXT, help)
#define INT(name, help)  ROW(name, HTTP_INT, help)
#define REAL(name, help) ROW(name, HTTP_REAL, help)
#define BOOL(name, help) ROW(name, HTTP_BOOL, help)
#define TIME(name, help) ROW(name, HTTP_TIME, help)
#define NEXT_CURSOR      MAYBE("next_cursor", HTTP_TEXT, "for the next page; null at the end")

/* What a search may be made by. */
#define MODES "auto|rag|hybrid|semantic|keyword"

#endif

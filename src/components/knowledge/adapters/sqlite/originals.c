/* originals.c - which files of the raw store the catalog's current versions need, looked at from outside. */
#include <string.h>

#include "db/sqlite/sqlite.h"
#include "kno_sqlite.h"
#include "knowledge/domain/rules.h"

static void db_cleanup(db_sqlite **db)
{
    db_close(*db);
}

static bool digest_of(anc_str blob, kno_digest *ret)
{
    if (blob.len != sizeof ret->bytes)
        return false;
    memcpy(ret->bytes, blob.ptr, sizeof ret->bytes);
    return true;
}

anc_status kno_sqlite_objects(anc_str path, kno_sqlite_object_fn *fn, void *arg, anc_err *err)
{
    static const char current[] =
        "SELECT c.name, d.name, w.content, w.text FROM kno_document d"
        " JOIN kno_version w ON w.id = d.current_id"
        " JOIN kno_collection c ON c.id = d.collection_id WHERE c.dropped = 0";
    const db_options read_only = {.read_only = true, .from_outside = true};
    ANC_CLEANUP(db_cleanup) db_sqlite *db = NULL;
    ANC_TRY(db_open(path, &read_only, &db, err));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(db, current, &s, err));
    for (;;) {
        kno_digest content, text;
        ANC_TRY(db_step(s, &row, err));
        if (!row)
            return ANC_OK;
        const anc_str collection = db_col_str(s, 0), document = db_col_str(s, 1);
        if (!digest_of(db_col_blob(s, 2), &content) || !digest_of(db_col_blob(s, 3), &text))
            return ANC_FAIL(err, ANC_CORRUPT, "the version of '%.*s' names no files",
                            ANC_FMT(document));
        fn(arg, collection, document, &content);
        if (!kno_digest_eq(&content, &text))
            fn(arg, collection, document, &text);
    }
}

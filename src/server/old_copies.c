/* old_copies.c - "catalog.db.before-<n>", the copy before a migration, lives until the next start went well.
 *
 * The start that migrates leaves it for whoever has to go back. A later one that came as far as reading its whole
 * index shows that nobody has to; and a copy that stayed would keep what is deleted from then on.
 */
#include "base/str.h"
#include "house_impl.h"

enum { NAMES_MAX = 10000 };

#define COPY_NAME ANC_STR("catalog.db.before-")

anc_status srv_old_copies_find(srv_house *h, anc_err *err)
{
    anc_str *names = NULL;
    size_t n = 0;
    ANC_TRY(os_folder_list(h->mem, h->data_dir, NAMES_MAX, &names, &n, err));
    anc_str *copies = anc_arena_alloc(h->mem, n, sizeof *copies);
    if (copies == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the copies of the catalog");
    h->n_old_copies = 0;
    for (size_t i = 0; i < n; i++)
        if (anc_str_starts(names[i], COPY_NAME))
            copies[h->n_old_copies++] = names[i];
    h->old_copies = copies;
    return ANC_OK;
}

void srv_old_copies_remove(srv_house *h)
{
    ANC_ARENA(mem, 1 << 20);
    for (size_t i = 0; mem != NULL && i < h->n_old_copies; i++) {
        anc_err err = {0};
        const anc_str path = os_path_join(mem, h->data_dir, h->old_copies[i]);
        const anc_status status = path.ptr != NULL ? os_file_remove(path, &err) : ANC_NO_MEMORY;
        krn_log_write(h->log, status == ANC_OK ? KRN_INFO : KRN_WARN, "server",
                      status == ANC_OK ? "copy from before a migration removed"
                                       : "copy from before a migration not removed",
                      KRN_STR("file", h->old_copies[i]), KRN_STR("error", anc_str_of(err.text)));
    }
}

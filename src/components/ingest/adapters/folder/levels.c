/* levels.c - see levels.h. */
#include "levels.h"

#include "os/file.h"
#include "plain.h"

const anc_str ing_ignore_name = ANC_STR_INIT(".anchorageignore");

bool ing_is_left_out(const ing_level *l, anc_str item, bool is_folder)
{
    for (; l != NULL; l = l->up) {
        const anc_str path = anc_str_sub(item, l->prefix, item.len);
        const ing_verdict verdict = ing_ignore_ask(&l->ignore, path, is_folder);
        if (verdict != ING_NOT_NAMED)
            return verdict == ING_LEFT_OUT;
    }
    return false;
}

anc_status ing_level_read(anc_arena *mem, anc_str root, anc_str folder, ing_ignore *ret,
                          anc_err *err)
{
    const anc_str path = os_path_join(mem, folder, ing_ignore_name);
    ing_plain file;
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a path");
    ANC_TRY(ing_plain_read(mem, root, path, ING_IGNORE_BYTES, &file, err));
    return ing_ignore_read(file.bytes, mem, ret, err);
}

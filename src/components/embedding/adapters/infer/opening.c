/* opening.c - the name of a model's folder, the precision that is asked for, and what is kept beside it. */
#include "opening_impl.h"

#include "base/str.h"
#include "os/file.h"

enum { KEEP_FROM_BYTES = 4 << 20 };

anc_str emb_infer_model_name(anc_str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    for (size_t i = path.len; i-- > 0;)
        if (path.ptr[i] == '/')
            return anc_str_sub(path, i + 1, SIZE_MAX);
    return path;
}

/* What the configuration says of the precision. */
static anc_status read_precision(anc_str word, inf_choose_options *ret, anc_err *err)
{
    if (word.len == 0 || anc_str_eq(word, ANC_STR("auto")))
        return ANC_OK;
    ret->fixed = true;
    for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++)
        if (anc_str_eq(word, anc_str_of(inf_precision_name(p)))) {
            ret->precision = p;
            return ANC_OK;
        }
    return ANC_FAIL(err, ANC_INVALID,
                    "the precision of a model is auto, f32, bf16 or int8, not \"%.*s\"",
                    ANC_FMT(anc_str_sub(word, 0, 40)));
}

bool emb_infer_keeps(anc_str folder)
{
    anc_err ignored = {0};
    os_stat stat;
    ANC_ARENA(mem, OS_PATH_MAX * 2);
    const anc_str path =
        mem != NULL ? os_path_join(mem, folder, ANC_STR("model.safetensors")) : ANC_STR_NONE;
    return path.ptr != NULL && os_stat_of(path, &stat, &ignored) == ANC_OK &&
           stat.bytes >= KEEP_FROM_BYTES;
}

static anc_status ask(void *arg)
{
    const emb_infer_options *options = arg;
    return krn_call_check(options->clock, options->call);
}

anc_status emb_infer_choose(const emb_infer_options *options, anc_str digest, inf_choice *ret,
                            anc_err *err)
{
    emb_infer_options asked = *options;
    inf_choose_options with = {.folder = options->folder, .digest = digest, .pool = options->pool};
    if (options->call != NULL)
        with.check = (inf_check){ask, &asked};
    ANC_TRY(read_precision(options->precision, &with, err));
    return inf_choose(&with, ret, err);
}

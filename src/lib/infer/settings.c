/* settings.c - the small JSON files read member by member. */
#include "settings_impl.h"

#include "os/file.h"

enum { FILE_MAX_BYTES = 1 << 20, SHOWN_BYTES = 80 };

anc_status inf_settings_read(anc_arena *mem, anc_str folder, const char *name, json_doc **ret,
                             anc_err *err)
{
    anc_str text;
    anc_err inner = {0};
    const anc_str path = os_path_join(mem, folder, anc_str_of(name));
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    if (!os_exists(path))
        return ANC_OK;
    ANC_TRY(os_file_read(mem, path, FILE_MAX_BYTES, &text, err));
    const anc_status status = json_parse_wide(text, ret, &inner);
    if (status != ANC_OK)
        return ANC_FAIL(err, status == ANC_NO_MEMORY ? ANC_NO_MEMORY : ANC_CORRUPT, "%.*s: %.200s",
                        ANC_FMT(path), inner.text);
    return ANC_OK;
}

anc_status inf_setting_size(const char *file, const json_value *object, const char *name,
                            size_t max, size_t *ret, anc_err *err)
{
    const json_value *v = json_member(object, name);
    const int64_t n = json_int(v, -1);
    if (json_kind_of(v) != JSON_INT || n < 1 || (uint64_t)n > max)
        return ANC_FAIL(err, ANC_CORRUPT, "%s: %s is no whole number of 1 to %zu", file, name, max);
    *ret = (size_t)n;
    return ANC_OK;
}

static bool is_absent(const json_value *v)
{
    return json_kind_of(v) == JSON_ABSENT || json_kind_of(v) == JSON_NULL;
}

anc_status inf_setting_word(const char *file, const json_value *object, const char *name,
                            anc_str otherwise, anc_str *ret, anc_err *err)
{
    const json_value *v = json_member(object, name);
    if (!is_absent(v) && json_kind_of(v) != JSON_STRING)
        return ANC_FAIL(err, ANC_CORRUPT, "%s: %s is no text but of kind %s", file, name,
                        json_kind_name(json_kind_of(v)));
    *ret = json_str(v, otherwise);
    return ANC_OK;
}

anc_status inf_setting_flag(const char *file, const json_value *object, const char *name,
                            bool otherwise, bool *ret, anc_err *err)
{
    const json_value *v = json_member(object, name);
    if (!is_absent(v) && json_kind_of(v) != JSON_BOOL)
        return ANC_FAIL(err, ANC_CORRUPT, "%s: %s is neither true nor false but of kind %s", file,
                        name, json_kind_name(json_kind_of(v)));
    *ret = json_bool(v, otherwise);
    return ANC_OK;
}

anc_status inf_setting_window(const char *file, const json_value *object, const char *name,
                              size_t min, size_t *window, bool *ret_there, anc_err *err)
{
    const json_value *v = json_member(object, name);
    const json_kind kind = json_kind_of(v);
    const double n = json_double(v, 0);
    *ret_there = !is_absent(v);
    if (!*ret_there || (kind == JSON_REAL && n >= (double)*window))
        return ANC_OK;
    if (kind != JSON_INT)
        return ANC_FAIL(err, ANC_CORRUPT, "%s: %s is no whole number", file, name);
    if (n < (double)min)
        return ANC_FAIL(err, ANC_CORRUPT, "%s: %s %lld is below %zu", file, name,
                        (long long)json_int(v, 0), min);
    if (n < (double)*window)
        *window = (size_t)n;
    return ANC_OK;
}

anc_str inf_setting_shown(anc_str text)
{
    return anc_str_sub(text, 0, SHOWN_BYTES);
}

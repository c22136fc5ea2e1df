/* settings_impl.h - members of the small JSON files of a model folder, each of the kind that it must have.
 *
 * `file` stands before what an error says. A member that is absent or null is what the caller takes `otherwise`;
 * one of another kind is CORRUPT, never taken for absent.
 */
#ifndef ANC_INFER_SETTINGS_IMPL_H
#define ANC_INFER_SETTINGS_IMPL_H

#include "json/json.h"

/* `folder`/`name` as JSON, its great integers as doubles (json_parse_wide); `ret` stays NULL where the file is absent. */
anc_status inf_settings_read(anc_arena *mem, anc_str folder, const char *name, json_doc **ret,
                             anc_err *err) ANC_MUST_CHECK;

/* For ANC_CLEANUP. */
static inline void inf_settings_cleanup(json_doc **doc)
{
    json_doc_free(*doc);
}

/* A whole number of 1 to `max`, which must be there. */
anc_status inf_setting_size(const char *file, const json_value *object, const char *name,
                            size_t max, size_t *ret, anc_err *err) ANC_MUST_CHECK;

/* A text; a view into the document, or `otherwise`. */
anc_status inf_setting_word(const char *file, const json_value *object, const char *name,
                            anc_str otherwise, anc_str *ret, anc_err *err) ANC_MUST_CHECK;

anc_status inf_setting_flag(const char *file, const json_value *object, const char *name,
                            bool otherwise, bool *ret, anc_err *err) ANC_MUST_CHECK;

/* Makes `window` no greater than the member says, of at least `min`; what says nothing, or a number past all windows,
 * leaves it. Says in `ret_there` whether a number was there. */
anc_status inf_setting_window(const char *file, const json_value *object, const char *name,
                              size_t min, size_t *window, bool *ret_there,
                              anc_err *err) ANC_MUST_CHECK;

/* As much of a text of a model folder as an error shows. */
anc_str inf_setting_shown(anc_str text);

#endif

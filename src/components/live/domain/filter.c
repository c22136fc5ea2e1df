/* filter.c - patterns become bits once, so that a look at an event is one test. */
#include "live/domain/filter.h"

#include "base/str.h"

_Static_assert(EV_TYPE_COUNT <= 64, "a set of types is one word");

/* The registered types that the pattern fits. */
static uint64_t types_of(anc_str pattern)
{
    uint64_t types = 0;
    for (unsigned id = 0; id < EV_TYPE_COUNT; id++)
        if (ev_pattern_matches(pattern, anc_str_of(ev_type_of((ev_type_id)id)->name)))
            types |= UINT64_C(1) << id;
    return types;
}

anc_status liv_filter_make(const anc_str *patterns, size_t n, ev_severity severity, liv_filter *ret,
                           anc_err *err)
{
    liv_filter f = {.all = n == 0, .severity = severity};
    for (size_t i = 0; i < n; i++) {
        const uint64_t types = ev_pattern_valid(patterns[i]) ? types_of(patterns[i]) : 0;
        if (types == 0)
            return ANC_FAIL(err, ANC_INVALID, "there is no event type \"%.*s\"",
                            ANC_FMT(anc_str_sub(patterns[i], 0, EV_NAME_MAX)));
        f.types |= types;
        f.all = f.all || anc_str_eq(patterns[i], ANC_STR("*"));
    }
    *ret = f;
    return ANC_OK;
}

bool liv_filter_fits(const liv_filter *f, const ev_type *type, ev_severity severity)
{
    if (severity < f->severity)
        return false;
    if (type == NULL)
        return f->all;
    const size_t id = (size_t)(type - ev_type_of((ev_type_id)0));
    return f->all || (f->types >> id & 1) != 0;
}

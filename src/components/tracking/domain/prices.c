/* prices.c - cost by model. */
#include "prices.h"

#include <math.h>

static const double NANO_A_TOKEN = 1000; /* a price of 1 per million tokens, in billionths */
static const double DEAREST = 1e6;

static bool price_of(anc_str text, double *ret)
{
    return anc_str_to_double(text, ret) && *ret >= 0 && *ret <= DEAREST;
}

anc_status trk_price_read(anc_str text, trk_price *ret, anc_err *err)
{
    anc_str rest = text;
    anc_str model, input;
    const bool fits = anc_str_split(&rest, '=', &model) && anc_str_split(&rest, '/', &input);
    ret->model = anc_str_trim(model);
    if (!fits || ret->model.len == 0 || !price_of(anc_str_trim(input), &ret->input) ||
        !price_of(anc_str_trim(rest), &ret->output))
        return ANC_FAIL(err, ANC_INVALID,
                        "\"%.*s\" is no price: MODEL=INPUT/OUTPUT is, per million tokens, such as "
                        "gpt-4o-mini=0.15/0.60",
                        ANC_FMT(anc_str_sub(text, 0, 200)));
    return ANC_OK;
}

int64_t trk_cost_nano(trk_prices prices, anc_str model, uint32_t input, uint32_t output)
{
    for (size_t i = 0; i < prices.n; i++) {
        const trk_price *p = &prices.items[i];
        if (anc_str_eq(p->model, model))
            return llround((input * p->input + output * p->output) * NANO_A_TOKEN);
    }
    return -1;
}

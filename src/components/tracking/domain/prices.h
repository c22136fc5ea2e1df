/* prices.h - what a model's tokens cost, by a table of the configuration. */
#ifndef ANC_TRACKING_DOMAIN_PRICES_H
#define ANC_TRACKING_DOMAIN_PRICES_H

#include "base/str.h"

enum { TRK_PRICES_MAX = 256 };

/* Per million tokens, in whatever currency the table is in. */
typedef struct trk_price {
    anc_str model;
    double input, output;
} trk_price;

typedef struct trk_prices {
    const trk_price *items; /* [n] */
    size_t n;
} trk_prices;

/* "gpt-4o-mini=0.15/0.60"; INVALID says what is wrong. The view is into `text`. */
anc_status trk_price_read(anc_str text, trk_price *ret, anc_err *err) ANC_MUST_CHECK;

/* In billionths of the currency; -1 of a model that has no price. */
int64_t trk_cost_nano(trk_prices prices, anc_str model, uint32_t input, uint32_t output);

#endif

/* filter.h - a condition looked at against the documents of a block. */
#ifndef ANC_ENGINE_FILTER_H
#define ANC_ENGINE_FILTER_H

#include "block.h"

/* INVALID names what is wrong with the tree: too deep, too large, a leaf without its value, a NOT
 * without its one child. */
anc_status eng_filter_check(const eng_filter *filter, anc_err *err) ANC_MUST_CHECK;

/* Whether document `row` of `b` fits a checked tree. */
bool eng_filter_fits(const eng_filter *filter, const eng_block *b, uint32_t row);

/* columns.c: sets in `bits` [documents / 64 + 1, zeroed] the documents that fit a checked tree, of a block that has
 * columns. LIMIT when `mem` is full. */
anc_status eng_filter_select(const eng_filter *filter, const eng_block *b, anc_arena *mem,
                             uint64_t *bits, anc_err *err) ANC_MUST_CHECK;

/* Whether a leaf is about the field of this name. */
bool eng_filter_is_about(const eng_filter *leaf, anc_str name);

/* Whether a value fits a leaf that is about its field; ENG_NE and ENG_NIN as ENG_EQ and ENG_IN. */
bool eng_filter_value_fits(const eng_filter *leaf, const eng_value *have, bool in_list);

/* How a value stands to a wanted one. */
typedef enum eng_order {
    ENG_LESS = -1,
    ENG_EQUAL = 0,
    ENG_GREATER = 1,
    ENG_UNORDERED = 2
} eng_order;
eng_order eng_filter_order(const eng_value *have, const eng_value *want);

/* A field's value; a string is a view into the block. */
eng_value eng_field_value(const eng_block *b, const eng_block_field *row);

#endif

/* filter.h - a condition looked at against the documents of a block. */
#ifndef ANC_ENGINE_FILTER_H
#define ANC_ENGINE_FILTER_H

#include "block.h"

/* INVALID names what is wrong with the tree: too deep, too large, a leaf without its value, a NOT
 * without its one child. */
anc_status eng_filter_check(const eng_filter *filter, anc_err *err) ANC_MUST_CHECK;

/* Whether document `row` of `b` fits a checked tree. */
bool eng_filter_fits(const eng_filter *filter, const eng_block *b, uint32_t row);

/* A field's value; a string is a view into the block. */
eng_value eng_field_value(const eng_block *b, const eng_block_field *row);

#endif

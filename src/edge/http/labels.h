/* labels.h - arrays of texts of a body as arrays of views. */
#ifndef ANC_EDGE_HTTP_LABELS_H
#define ANC_EDGE_HTTP_LABELS_H

#include "impl.h"

/* The elements of `array` (of texts) in cx->mem; n 0 when it is absent. */
anc_status http_texts_read(http_ctx *cx, const json_value *array, const anc_str **ret,
                           size_t *ret_n);
void http_texts_write(json_writer *w, const char *name, const anc_str *items, size_t n);

#endif

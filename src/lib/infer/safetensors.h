/* safetensors.h - the tensors of a model file, in memory or in an open file.
 *
 * The format, little-endian:
 *
 *   offset  bytes     content
 *   0       8         n, length of the header
 *   8       n         JSON: {"<name>": {"dtype", "shape": […], "data_offsets": [begin, end]}, …},
 *                     may hold "__metadata__", may end in spaces
 *   8 + n   the rest  the tensors, back to back, row-major; offsets count from here
 *
 * Everything is checked before a tensor is handed out: known types, lengths that agree with the
 * shapes, no overlap, no gap, no byte too few or too many. Of an open file nothing but the table is kept in memory, and
 * nothing is mapped: whoever cuts the file off afterwards makes reads fail, and writes that others do into it are seen.
 * Immutable after reading: any thread.
 */
#ifndef ANC_INFER_SAFETENSORS_H
#define ANC_INFER_SAFETENSORS_H

#include "base/str.h"
#include "os/file.h"

enum { INF_TENSOR_MAX_RANK = 8, INF_TENSORS_MAX = 65536, INF_TENSORS_MAX_HEADER_BYTES = 16 << 20 };

typedef enum inf_dtype {
    INF_DTYPE_F32,
    INF_DTYPE_F16,
    INF_DTYPE_BF16,
    INF_DTYPE_OTHER /* integers and the like: may stand in a file, are never read */
} inf_dtype;

typedef struct inf_tensor {
    anc_str name;
    const unsigned char
        *bytes; /* borrowed from the caller of inf_tensors_read; not aligned; NULL: in the file */
    const os_reader *file; /* borrowed; NULL: in memory */
    uint64_t at;           /* of the first byte, in the file or that memory */
    size_t len;            /* bytes */
    inf_dtype dtype;
    unsigned rank;
    uint64_t shape[INF_TENSOR_MAX_RANK];
} inf_tensor;

typedef struct inf_tensors inf_tensors;

void inf_tensors_free(inf_tensors *t); /* NULL is a no-op; the bytes are the caller's */

/* Reads the table of a whole file; `bytes` is borrowed for the life of `ret`, `file` names it in
 * messages. CORRUPT when anything does not fit, UNSUPPORTED for a type that is not known, LIMIT,
 * NO_MEMORY. */
anc_status inf_tensors_read(anc_str bytes, anc_str file, inf_tensors **ret,
                            anc_err *err) ANC_MUST_CHECK;

/* The same of an open file, which is borrowed as long. Also what os_reader_get gives. */
anc_status inf_tensors_open(const os_reader *from, anc_str file, inf_tensors **ret,
                            anc_err *err) ANC_MUST_CHECK;

size_t inf_tensors_count(const inf_tensors *t);
const inf_tensor *inf_tensors_at(const inf_tensors *t, size_t i);       /* i < count */
const inf_tensor *inf_tensors_find(const inf_tensors *t, anc_str name); /* NULL: absent */

/* The tensor `name` of floats with exactly this shape: [rows, cols], or [rows] where cols is 0.
 * CORRUPT, naming file, tensor, the shape that is there and the one expected. */
anc_status inf_tensors_get(const inf_tensors *t, anc_str name, uint64_t rows, uint64_t cols,
                           inf_tensor *ret, anc_err *err) ANC_MUST_CHECK;

/* Whether all of a float tensor's elements are finite. CORRUPT, naming file, tensor and the first that is not; what
 * inf_tensor_floats gives. */
anc_status inf_tensors_check_finite(const inf_tensors *t, const inf_tensor *tensor,
                                    anc_err *err) ANC_MUST_CHECK;

/* Elements [first, first + n) of a float tensor as f32; the caller keeps to its length. Of a tensor in memory always OK;
 * of one in a file what os_reader_get gives, and `out` is then undefined. */
anc_status inf_tensor_floats(const inf_tensor *tensor, size_t first, size_t n, float *out,
                             anc_err *err) ANC_MUST_CHECK;

#endif

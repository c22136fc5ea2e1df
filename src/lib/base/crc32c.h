/* crc32c.h - CRC32C (Castagnoli, as in RFC 3720): tells stored bytes that were damaged. Pure.
 *
 * No defence against somebody who changes bytes and sum together.
 */
#ifndef ANC_BASE_CRC32C_H
#define ANC_BASE_CRC32C_H

#include "base/base.h"

/* The checksum of what `crc` stands for (0: of nothing) followed by `bytes`. */
uint32_t anc_crc32c(uint32_t crc, anc_str bytes);

/* The ways to compute it that work on this processor, slowest first; the last one is what anc_crc32c uses. */
typedef uint32_t anc_crc32c_fn(uint32_t crc, anc_str bytes);
size_t anc_crc32c_levels(anc_crc32c_fn **out, size_t max);

#endif

/* engine_seal.h - sums made to fit, so that what a segment says is all that is wrong with it. */
#ifndef ANC_TESTS_SUPPORT_ENGINE_SEAL_H
#define ANC_TESTS_SUPPORT_ENGINE_SEAL_H

#include <stdint.h>
#include <string.h>

#include "base/crc32c.h"
#include "segment.h"

/* Whether [at, at + n) is in a file of `len` bytes. */
static inline bool seal_is_in(uint64_t at, uint64_t n, size_t len)
{
    return at <= len && n <= len - at;
}

static inline uint32_t seal_sum(const unsigned char *bytes, uint64_t at, uint64_t n)
{
    return anc_crc32c(0, (anc_str){(const char *)bytes + at, (size_t)n});
}

/* Computes every sum of a segment that has a place in `bytes` [len] anew, whatever else it says. */
static inline void seal_segment(unsigned char *bytes, size_t len)
{
    eng_segment_head head;
    if (len < sizeof head)
        return;
    memcpy(&head, bytes, sizeof head);
    memcpy(head.header.magic, ENG_SEGMENT_MAGIC, sizeof head.header.magic);
    head.header.version = ENG_SEGMENT_VERSION;
    head.header.bytes = len;
    const eng_segment_section *sums = &head.sections[ENG_SECTION_SUMS];
    for (unsigned i = 0; i < ENG_SECTIONS; i++) {
        const eng_segment_section *s = &head.sections[i];
        if (!eng_section_is_large(i) || !seal_is_in(s->at, s->bytes, len))
            continue;
        for (uint64_t page = 0; page * ENG_PAGE_BYTES < s->bytes; page++) {
            const uint64_t from = page * ENG_PAGE_BYTES, rest = s->bytes - from;
            const uint32_t sum =
                seal_sum(bytes, s->at + from, rest < ENG_PAGE_BYTES ? rest : ENG_PAGE_BYTES);
            const uint64_t at = (s->first_page + page) * sizeof sum;
            if (seal_is_in(sums->at, sums->bytes, len) && seal_is_in(at, sizeof sum, sums->bytes))
                memcpy(bytes + sums->at + at, &sum, sizeof sum);
        }
    }
    for (unsigned i = 0; i < ENG_SECTIONS; i++) {
        eng_segment_section *s = &head.sections[i];
        if (!eng_section_is_large(i) && seal_is_in(s->at, s->bytes, len))
            s->crc = seal_sum(bytes, s->at, s->bytes);
    }
    head.header.crc = eng_segment_sum(&head);
    memcpy(bytes, &head, sizeof head);
}

#endif

/* segment_check.c - sums compared before what they stand for is used. */
#include "base/crc32c.h"
#include "segment.h"

void eng_segment_damaged(eng_segment *segment, unsigned section, uint64_t at, const char *what)
{
    (void)pthread_mutex_lock(&segment->lock);
    if (!atomic_load_explicit(&segment->damaged, memory_order_relaxed)) {
        segment->what = what;
        segment->section = section;
        segment->at = at + (section < ENG_SECTIONS ? segment->head->sections[section].at : 0);
        atomic_store_explicit(&segment->damaged, true, memory_order_release);
    }
    (void)pthread_mutex_unlock(&segment->lock);
}

/* Two threads may check one page: they find the same. */
bool eng_page_check(const eng_pages *pages, uint64_t page)
{
    const uint64_t from = page * ENG_PAGE_BYTES;
    const uint64_t n = pages->n - from < ENG_PAGE_BYTES ? pages->n - from : ENG_PAGE_BYTES;
    const anc_str bytes = {(const char *)pages->bytes + from, (size_t)n};
    if (anc_crc32c(0, bytes) != pages->sums[page]) {
        eng_segment_damaged(pages->segment, pages->section, from, "the sum of a page does not fit");
        return false;
    }
    atomic_fetch_or_explicit(&pages->checked[page / 64], UINT64_C(1) << (page % 64),
                             memory_order_relaxed);
    return true;
}

/* The section whose sum does not fit; ENG_SECTIONS when all do. */
static unsigned bad_sum(const eng_segment *s)
{
    for (unsigned i = 0; i < ENG_SECTIONS; i++) {
        const eng_segment_section *row = &s->head->sections[i];
        const anc_str bytes = {(const char *)s->map.bytes + row->at, (size_t)row->bytes};
        if (!eng_section_is_large(i) && anc_crc32c(0, bytes) != row->crc)
            return i;
    }
    return ENG_SECTIONS;
}

bool eng_segment_check(const eng_block *b)
{
    eng_segment *s = b->segment;
    if (atomic_load_explicit(&s->core, memory_order_acquire) == ENG_CORE_DAMAGED)
        return false;
    unsigned section = bad_sum(s);
    const char *what = section < ENG_SECTIONS ? "its sum does not fit" : NULL;
    if (what == NULL)
        what = eng_structure_fault(b, &section);
    if (what != NULL)
        eng_segment_damaged(s, section, 0, what);
    atomic_store_explicit(&s->core, what == NULL ? ENG_CORE_GOOD : ENG_CORE_DAMAGED,
                          memory_order_release);
    return what == NULL;
}

bool eng_segment_first_check(const eng_block *b)
{
    eng_segment *s = b->segment;
    (void)pthread_mutex_lock(&s->checking);
    const int known = atomic_load_explicit(&s->core, memory_order_acquire);
    const bool good = known == ENG_CORE_UNREAD ? eng_segment_check(b) : known == ENG_CORE_GOOD;
    (void)pthread_mutex_unlock(&s->checking);
    return good;
}

bool eng_block_is_damaged(const eng_block *b)
{
    eng_segment *s = b->segment;
    if (s == NULL)
        return false;
    if (s->disk->lost(s->disk->self, &s->map))
        eng_segment_damaged(s, ENG_SECTIONS, 0, "it was cut, or its disk cannot read it");
    return atomic_load_explicit(&s->damaged, memory_order_acquire);
}

anc_status eng_block_fault(const eng_block *b, anc_err *err)
{
    if (!eng_block_is_damaged(b))
        return ANC_OK;
    return ANC_FAIL(err, ANC_CORRUPT, "seg-%llu is damaged: section %s, byte %llu: %s",
                    (unsigned long long)b->segment->number, eng_section_name(b->segment->section),
                    (unsigned long long)b->segment->at, b->segment->what);
}

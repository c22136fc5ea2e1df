/* engine_story.c - a step is a hash of its number. */
#include "support/engine_story.h"

static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static uint32_t document_of(uint64_t n)
{
    return (uint32_t)(mix(n) % ENGINE_STORY_DOCUMENTS);
}

static bool drops(uint64_t n)
{
    return mix(n) / ENGINE_STORY_DOCUMENTS % 4 == 0;
}

anc_status engine_story_step(eng_index *index, uint64_t n, anc_err *err)
{
    if (drops(n))
        ANC_TRY(engine_world_drop(index, document_of(n), err));
    else
        ANC_TRY(engine_world_put(index, document_of(n), (uint32_t)n, err));
    return eng_mark(index, n, err);
}

bool engine_story_agrees(eng_index *index, uint64_t n)
{
    uint32_t versions[ENGINE_STORY_DOCUMENTS] = {0};
    bool agrees = true;
    for (uint64_t i = 1; i <= n; i++)
        versions[document_of(i)] = drops(i) ? 0 : (uint32_t)i;
    eng_snapshot *s = eng_snapshot_acquire(index);
    for (uint32_t d = 0; d < ENGINE_STORY_DOCUMENTS; d++)
        agrees = agrees && engine_world_version(s, d) == versions[d];
    eng_snapshot_release(s);
    return agrees;
}

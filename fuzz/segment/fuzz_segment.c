/* fuzz_segment.c - any bytes, given sums that fit, are a segment that can be opened, searched, merged and verified, or
 * one that is refused by name; and as they are a manifest.
 */
#include <stdlib.h>

#include "engine/engine.h"
#include "manifest.h"
#include "support/engine_disk.h"
#include "support/engine_seal.h"

enum { DIMS = 16, MOST = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* A manifest that means the segment. */
static void put_manifest(engine_disk *disk, const unsigned char *bytes, size_t n)
{
    eng_segment_header segment = {0};
    memcpy(&segment, bytes, n < sizeof segment ? n : sizeof segment);
    unsigned char manifest[sizeof(eng_manifest_header) + sizeof(eng_manifest_segment)];
    eng_manifest_header header = {.version = ENG_MANIFEST_VERSION,
                                  .bytes = sizeof manifest,
                                  .next = 2,
                                  .dims = DIMS,
                                  .n_segments = 1};
    const eng_manifest_segment row = {
        .number = 1, .bytes = n, .crc = segment.crc, .documents = segment.documents};
    memcpy(header.magic, ENG_MANIFEST_MAGIC, sizeof header.magic);
    memcpy(manifest + sizeof header, &row, sizeof row);
    memcpy(manifest, &header, sizeof header);
    header.crc = seal_sum(manifest, 0, sizeof manifest);
    memcpy(manifest, &header, sizeof header);
    engine_disk_put(disk, "index/manifest", (anc_str){(const char *)manifest, sizeof manifest});
}

static void search(const eng_snapshot *s, bool near)
{
    ANC_ARENA(mem, 64 << 20);
    float vector[DIMS] = {1};
    const eng_query_term terms[] = {{.text = ANC_STR("word0"), .weight = 1},
                                    {.text = ANC_STR("word1"), .weight = 1, .begins = true}};
    const anc_str label = ANC_STR("public"), phrase[] = {ANC_STR("word0"), ANC_STR("word1")};
    const eng_wording wording = {ENG_HAS_PHRASE, phrase, 2, 0};
    const eng_demand demand = {&wording, 1, near};
    const eng_value seven = {.kind = ENG_INT, .integer = 7};
    const eng_filter filter = {
        .op = ENG_GT, .field = ANC_STR("n"), .values = &seven, .n_values = 1};
    const eng_query q = {.terms = terms,
                         .n_terms = 2,
                         .vector = vector,
                         .dims = DIMS,
                         .labels = &label,
                         .n_labels = 1,
                         .filter = near ? NULL : &filter,
                         .demands = &demand,
                         .n_demands = 1,
                         .k_keyword = 10,
                         .k_semantic = 10,
                         .k_documents = 10,
                         .order_by = ANC_STR("at"),
                         .explain = true};
    eng_result r;
    anc_err err = {0};
    if (mem != NULL && eng_search(s, &q, mem, &r, &err) != ANC_OK)
        must(err.text[0] != 0);
}

static void use(engine_disk *disk)
{
    const eng_options options = {.dims = DIMS,
                                 .from = {.exact = 2, .bits = 4, .graph = 8},
                                 .folder = ANC_STR("index"),
                                 .disk = engine_disk_ops(disk)};
    anc_err err = {0};
    eng_index *index;
    uint64_t found, cursor = 0;
    uint32_t mended;
    anc_str key;
    bool did;
    if (eng_index_open(&options, &index, &err) != ANC_OK) {
        must(err.text[0] != 0);
        return;
    }
    eng_snapshot *s = eng_snapshot_acquire(index);
    search(s, true);
    search(s, false);
    while (eng_document_next(s, &cursor, &key, NULL))
        must(eng_document_find(s, key, NULL) || key.len > 0);
    eng_snapshot_release(s);
    must(eng_verify(index, &(eng_verify_options){0}, &found, &err) == ANC_OK);
    (void)!eng_tidy(index, &(eng_tidy_options){.all = true}, &did, NULL);
    (void)!eng_save(index, &(eng_tidy_options){0}, NULL);
    must(eng_mend(index, &mended, &err) == ANC_OK);
    eng_index_close(index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MOST || size == 0)
        return 0;
    engine_disk *disk = engine_disk_new(1);
    unsigned char *bytes = malloc(size);
    must(bytes != NULL);
    memcpy(bytes, data, size);
    seal_segment(bytes, size);
    engine_disk_put(disk, "index/seg-1", (anc_str){(const char *)bytes, size});
    put_manifest(disk, bytes, size);
    use(disk);
    engine_disk_free(disk);
    disk = engine_disk_new(1);
    engine_disk_put(disk, "index/manifest", (anc_str){(const char *)data, size});
    use(disk);
    engine_disk_free(disk);
    free(bytes);
    return 0;
}

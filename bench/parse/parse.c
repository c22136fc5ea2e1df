/* parse.c - bytes of each format to text and structure: one core, real documents, a Python peer each.
 *
 *   bench_parse NAME FILE…
 *
 * Reads the files as documents called NAME ("a.md"; the kind is told as for any document) one after the
 * other, once to warm up and once timed by processor time, that of children too, and prints
 *
 *   bytes <tab> seconds <tab> bytes of text <tab> kind
 *
 * parse.py makes the input, runs this and the peers by turns, and prints the figures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/str.h"
#include "common/bench.h"
#include "parse/parse.h"

enum { MAX_BYTES = 1 << 30 };

static double cpu_seconds(void)
{
    struct rusage children;
    if (getrusage(RUSAGE_CHILDREN, &children) != 0)
        bench_fail("no figures of children");
    const struct timeval *u = &children.ru_utime, *s = &children.ru_stime;
    return bench_cpu_seconds() + (double)(u->tv_sec + s->tv_sec) +
           (double)(u->tv_usec + s->tv_usec) / 1e6;
}

static anc_str read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        bench_fail("cannot open %s", path);
    size_t cap = 1 << 20, n = 0, got;
    char *bytes = malloc(cap);
    while (bytes != NULL && (got = fread(bytes + n, 1, cap - n, f)) > 0) {
        n += got;
        if (n == cap && cap < MAX_BYTES)
            bytes = realloc(bytes, cap *= 2);
    }
    if (bytes == NULL || ferror(f) || n == MAX_BYTES)
        bench_fail("cannot read %s", path);
    (void)fclose(f);
    return (anc_str){bytes, n};
}

static anc_status count_block(void *self, const prs_block *block, anc_err *err)
{
    (void)err;
    *(size_t *)self += block->text.len;
    return ANC_OK;
}

static size_t parse(anc_str bytes, const char *name, prs_kind *kind)
{
    size_t text = 0;
    anc_err err;
    anc_err_clear(&err);
    prs_limits limits = prs_limits_default();
    limits.text_bytes = MAX_BYTES;
    limits.blocks = SIZE_MAX;
    const prs_sink sink = {.block = count_block, .self = &text};
    prs_result result;
    bench_must(prs_detect(bytes, anc_str_of(name), ANC_STR(""), kind, &err), &err);
    bench_must(prs_parse(*kind, bytes, &limits, &sink, &result, &err), &err);
    return text;
}

int main(int argc, char **argv)
{
    prs_kind kind = PRS_TEXT;
    size_t bytes = 0, text = 0;
    if (argc < 3)
        bench_fail("usage: bench_parse NAME FILE...");
    const size_t n = (size_t)argc - 2;
    anc_str *files = bench_alloc(n, sizeof *files);
    for (size_t i = 0; i < n; i++) {
        files[i] = read_file(argv[i + 2]);
        bytes += files[i].len;
        (void)parse(files[i], argv[1], &kind);
    }
    const double from = cpu_seconds();
    for (size_t i = 0; i < n; i++)
        text += parse(files[i], argv[1], &kind);
    printf("%zu\t%.6f\t%zu\t%s\n", bytes, cpu_seconds() - from, text, prs_kind_name(kind));
    return 0;
}

/* fuzz_ignore.c - any patterns, any path: an answer in bounded time, the same each time.
 *
 * The first line is the path, the rest is the file of patterns.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "ingest/domain/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    anc_str text = {(const char *)data, size}, path = ANC_STR_NONE;
    ANC_ARENA(mem, 16 << 20);
    ing_ignore ignore = {0};
    anc_err err = {0};
    (void)anc_str_split(&text, '\n', &path);
    if (mem == NULL || path.len > 4096 || ing_ignore_read(text, mem, &ignore, &err) != ANC_OK)
        return 0;
    const ing_verdict file = ing_ignore_ask(&ignore, path, false);
    if (file != ing_ignore_ask(&ignore, path, false))
        abort();
    (void)ing_ignore_ask(&ignore, path, true);
    return 0;
}

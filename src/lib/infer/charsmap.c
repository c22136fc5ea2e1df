/* charsmap.c - the double array of SentencePiece, walked and checked. */
#include "charsmap_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

enum { ASCII = 0x80, BYTES = 256, HEAD = 4, UNIT = 4 };

struct inf_charsmap {
    uint32_t *units; /* owned */
    size_t n_units;
    char *texts; /* owned: replacements, each ended by a NUL */
    size_t n_texts;
    bool ascii[ASCII]; /* has a replacement */
};

/* A unit of an inner node: the byte that leads to it, whether it has a number, its children's base
 * (relative, by XOR). A number's unit has the highest bit set. */
static uint32_t label_of(uint32_t unit)
{
    return unit & (1u << 31 | 0xFF);
}

static bool has_number(uint32_t unit)
{
    return (unit >> 8 & 1) != 0;
}

static uint32_t offset_of(uint32_t unit)
{
    return unit >> 10 << ((unit & 1u << 9) >> 6);
}

static uint32_t number_of(uint32_t unit)
{
    return unit & ((1u << 31) - 1);
}

static uint32_t read_u32(const char *bytes)
{
    const unsigned char *b = (const unsigned char *)bytes;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

void inf_charsmap_free(inf_charsmap *map)
{
    if (map == NULL)
        return;
    free(map->units);
    free(map->texts);
    free(map);
}

static void map_cleanup(inf_charsmap **map)
{
    inf_charsmap_free(*map);
}

static anc_status copy_parts(inf_charsmap *map, anc_str blob, size_t trie_bytes, anc_err *err)
{
    const anc_str texts = anc_str_sub(blob, HEAD + trie_bytes, blob.len);
    if (!anc_utf8_valid(texts))
        return ANC_FAIL(err, ANC_CORRUPT, "the replacements are no UTF-8");
    map->n_units = trie_bytes / UNIT;
    map->n_texts = texts.len;
    map->units = malloc(trie_bytes);
    map->texts = calloc(texts.len + 1, 1);
    if (map->units == NULL || map->texts == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for %zu bytes", blob.len);
    for (size_t i = 0; i < map->n_units; i++)
        map->units[i] = read_u32(blob.ptr + HEAD + UNIT * i);
    if (texts.len > 0)
        memcpy(map->texts, texts.ptr, texts.len);
    return ANC_OK;
}

/* A number must point to the start of a character and have its NUL near. */
static anc_status check_number(const inf_charsmap *map, uint32_t at, anc_err *err)
{
    const size_t from = number_of(map->units[at]);
    if (from >= map->n_texts || ((unsigned char)map->texts[from] & 0xC0) == 0x80)
        return ANC_FAIL(err, ANC_CORRUPT, "unit %u points to byte %zu of %zu of replacements", at,
                        from, map->n_texts);
    const size_t rest = map->n_texts - from;
    const size_t near = rest < INF_REPLACEMENT_MAX_BYTES ? rest : INF_REPLACEMENT_MAX_BYTES;
    if (rest > near && memchr(map->texts + from, '\0', near + 1) == NULL)
        return ANC_FAIL(err, ANC_CORRUPT, "the replacement at byte %zu is longer than %d", from,
                        INF_REPLACEMENT_MAX_BYTES);
    return ANC_OK;
}

/* Nodes that are still to be checked: their children's bases. */
typedef struct walk {
    uint32_t *bases; /* owned: [n_units] */
    bool *seen;      /* owned: [n_units] */
    size_t n;
} walk;

static void walk_done(walk *w)
{
    free(w->bases);
    free(w->seen);
}

/* Notes the node in unit `at`, whose children's base is `base`. */
static anc_status note(const inf_charsmap *map, walk *w, uint32_t at, uint32_t base, anc_err *err)
{
    if ((base | (BYTES - 1)) >= map->n_units)
        return ANC_FAIL(err, ANC_CORRUPT, "unit %u points to unit %u of %zu", at, base,
                        map->n_units);
    if (w->seen[at])
        return ANC_OK; /* endings are shared */
    w->seen[at] = true;
    if (has_number(map->units[at]))
        ANC_TRY(check_number(map, base, err));
    w->bases[w->n++] = base;
    return ANC_OK;
}

/* Everything that a walk can come to. */
static anc_status check(const inf_charsmap *map, anc_err *err)
{
    ANC_CLEANUP(walk_done)
    walk w = {malloc(map->n_units * sizeof *w.bases), calloc(map->n_units, 1), 0};
    if (w.bases == NULL || w.seen == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room to check %zu units", map->n_units);
    ANC_TRY(note(map, &w, 0, offset_of(map->units[0]), err));
    while (w.n > 0) {
        const uint32_t base = w.bases[--w.n];
        for (uint32_t c = 1; c < BYTES; c++) {
            const uint32_t at = base ^ c, unit = map->units[at];
            if (label_of(unit) == c)
                ANC_TRY(note(map, &w, at, at ^ offset_of(unit), err));
        }
    }
    return ANC_OK;
}

anc_status inf_charsmap_read(anc_str blob, inf_charsmap **ret, anc_err *err)
{
    const size_t trie_bytes = blob.len >= HEAD ? read_u32(blob.ptr) : 0;
    if (trie_bytes < UNIT || trie_bytes % UNIT != 0 || trie_bytes > blob.len - HEAD)
        return ANC_FAIL(err, ANC_CORRUPT, "a double array of %zu bytes in %zu bytes", trie_bytes,
                        blob.len);
    ANC_CLEANUP(map_cleanup) inf_charsmap *map = calloc(1, sizeof *map);
    if (map == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for %zu bytes", blob.len);
    ANC_TRY(copy_parts(map, blob, trie_bytes, err));
    ANC_TRY(check(map, err));
    for (unsigned c = 1; c < ASCII; c++) {
        const char byte = (char)c;
        anc_str unused;
        map->ascii[c] = inf_charsmap_find(map, (anc_str){&byte, 1}, &unused);
    }
    *ret = map;
    map = NULL;
    return ANC_OK;
}

bool inf_charsmap_find(const inf_charsmap *map, anc_str chunk, anc_str *ret)
{
    uint32_t base = offset_of(map->units[0]);
    for (size_t i = 0; i < chunk.len && chunk.ptr[i] != '\0'; i++) {
        const uint32_t c = (unsigned char)chunk.ptr[i];
        const uint32_t at = base ^ c, unit = map->units[at];
        if (label_of(unit) != c)
            return false;
        base = at ^ offset_of(unit);
        if (has_number(unit)) {
            *ret = anc_str_of(map->texts + number_of(map->units[base]));
            return true;
        }
    }
    return false;
}

bool inf_charsmap_has_ascii(const inf_charsmap *map, unsigned char c)
{
    return map->ascii[c];
}

/* manifest.c - written and read. */
#include "manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "files.h"
#include "segment.h"

static uint32_t sum_of(const eng_manifest_header *header, const unsigned char *rest, size_t n)
{
    eng_manifest_header copy = *header;
    copy.crc = 0;
    return anc_crc32c(anc_crc32c(0, (anc_str){(const char *)&copy, sizeof copy}),
                      (anc_str){(const char *)rest, n});
}

static uint64_t words_of(uint64_t documents)
{
    return (documents + 63) / 64;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static eng_manifest_segment row_of(const eng_part *part)
{
    const eng_segment *segment = part->block->segment;
    eng_manifest_segment row = {.number = segment->number,
                                .bytes = segment->map.len,
                                .crc = segment->head->header.crc,
                                .documents = part->block->documents.n};
    if (part->dead != NULL) {
        row.dead_chunks = part->dead->chunks;
        row.dead_documents = part->dead->documents;
        row.dead_vectors = part->dead->vectors;
        row.dead_length = part->dead->length;
        row.dead_words = words_of(row.documents);
    }
    return row;
}

static uint64_t bytes_of(const eng_snapshot *s)
{
    uint64_t n = sizeof(eng_manifest_header) + s->n_parts * sizeof(eng_manifest_segment);
    for (size_t i = 0; i < s->n_parts; i++)
        n += row_of(&s->parts[i]).dead_words * sizeof(uint64_t);
    return n;
}

static void encode(const eng_snapshot *s, uint64_t next, unsigned char *out, uint64_t n)
{
    eng_manifest_header header = {.version = ENG_MANIFEST_VERSION,
                                  .bytes = n,
                                  .cursor = s->cursor,
                                  .next = next,
                                  .dims = s->dims,
                                  .n_segments = (uint32_t)s->n_parts};
    memcpy(header.magic, ENG_MANIFEST_MAGIC, sizeof header.magic);
    unsigned char *row_at = out + sizeof header;
    unsigned char *bits_at = row_at + s->n_parts * sizeof(eng_manifest_segment);
    for (size_t i = 0; i < s->n_parts; i++) {
        const eng_manifest_segment row = row_of(&s->parts[i]);
        const size_t bits = (size_t)row.dead_words * sizeof(uint64_t);
        memcpy(row_at, &row, sizeof row);
        if (bits > 0)
            memcpy(bits_at, s->parts[i].dead->bits, bits);
        row_at += sizeof row;
        bits_at += bits;
    }
    header.crc = sum_of(&header, out + sizeof header, (size_t)n - sizeof header);
    memcpy(out, &header, sizeof header);
}

/* The whole file under its temporary name, synced. */
static anc_status put(const eng_disk *disk, anc_str path, anc_str bytes, anc_err *err)
{
    void *file;
    ANC_TRY(disk->create(disk->self, path, &file, err));
    anc_status status = disk->append(disk->self, file, bytes, err);
    if (status == ANC_OK)
        status = disk->sync(disk->self, file, err);
    disk->close(disk->self, file);
    return status;
}

anc_status eng_manifest_write(const eng_disk *disk, anc_str folder, const eng_snapshot *s,
                              uint64_t next, bool *ret_counts, anc_err *err)
{
    char temporary[OS_PATH_MAX], path[OS_PATH_MAX];
    const anc_str from = eng_file_path(folder, temporary, ENG_MANIFEST_NAME ".tmp");
    const anc_str to = eng_file_path(folder, path, ENG_MANIFEST_NAME);
    const uint64_t n = bytes_of(s);
    *ret_counts = false;
    unsigned char *bytes = s->n_parts <= ENG_MANIFEST_SEGMENTS ? malloc((size_t)n) : NULL;
    if (bytes == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the manifest of %zu segments",
                        s->n_parts);
    encode(s, next, bytes, n);
    anc_status status = put(disk, from, (anc_str){(const char *)bytes, (size_t)n}, err);
    free(bytes);
    if (status == ANC_OK) {
        *ret_counts = true; /* from here on a failure does not say what is on the disk */
        status = disk->rename(disk->self, from, to, err);
    }
    if (status == ANC_OK)
        return disk->sync_folder(disk->self, folder, err);
    (void)disk->remove(disk->self, from, NULL);
    return status;
}

/* ---- reading ---------------------------------------------------------------------------------- */

static const char *segment_fault(const eng_manifest_segment *row, uint64_t next)
{
    if (row->number >= next || row->documents >= UINT32_MAX)
        return "a segment is out of range";
    if (row->dead_words == 0)
        return row->dead_documents == 0 && row->dead_chunks == 0 ? NULL : "its dead are miscounted";
    return row->dead_words != words_of(row->documents) || row->dead_documents > row->documents
               ? "its dead are miscounted"
               : NULL;
}

static const char *fault_of(const os_map *map)
{
    const eng_manifest_header *h = (const void *)map->bytes;
    if (map->len < sizeof *h)
        return "it is too short";
    if (memcmp(h->magic, ENG_MANIFEST_MAGIC, sizeof h->magic) != 0)
        return "it is no manifest";
    if (h->version != ENG_MANIFEST_VERSION)
        return "its format is of another version";
    if (h->bytes != map->len || sum_of(h, map->bytes + sizeof *h, map->len - sizeof *h) != h->crc)
        return "its sum does not fit";
    if (h->n_segments > ENG_MANIFEST_SEGMENTS || h->dims > ENG_MAX_DIMS)
        return "its counts are out of range";
    uint64_t n = sizeof *h + h->n_segments * sizeof(eng_manifest_segment);
    if (n > map->len)
        return "it is too short";
    const eng_manifest_segment *rows = (const void *)(map->bytes + sizeof *h);
    for (uint32_t i = 0; i < h->n_segments; i++) {
        const char *fault = segment_fault(&rows[i], h->next);
        if (fault != NULL)
            return fault;
        n += rows[i].dead_words * sizeof(uint64_t);
    }
    return n != map->len ? "it has another length than it says" : NULL;
}

anc_status eng_manifest_open(const eng_disk *disk, anc_str folder, eng_manifest *ret, anc_err *err)
{
    char path[OS_PATH_MAX];
    eng_manifest m = {0};
    const anc_str name = eng_file_path(folder, path, ENG_MANIFEST_NAME);
    ANC_TRY(disk->map(disk->self, name, &m.map, err));
    const char *fault = fault_of(&m.map);
    if (fault != NULL) {
        eng_manifest_close(disk, &m);
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s: %s", ANC_FMT(name), fault);
    }
    m.header = (const void *)m.map.bytes;
    m.segments = (const void *)(m.map.bytes + sizeof *m.header);
    *ret = m;
    return ANC_OK;
}

void eng_manifest_close(const eng_disk *disk, eng_manifest *m)
{
    disk->unmap(disk->self, &m->map);
    *m = (eng_manifest){0};
}

bool eng_manifest_dead(const eng_manifest *m, uint32_t at, const eng_block *block, eng_dead **ret)
{
    const eng_manifest_segment *row = &m->segments[at];
    const unsigned char *bits = (const unsigned char *)(m->segments + m->header->n_segments);
    const size_t bytes = (size_t)row->dead_words * sizeof(uint64_t);
    *ret = NULL;
    if (bytes == 0)
        return true;
    for (uint32_t i = 0; i < at; i++)
        bits += m->segments[i].dead_words * sizeof(uint64_t);
    eng_dead *dead = eng_dead_new(block);
    if (dead == NULL)
        return false;
    dead->chunks = row->dead_chunks;
    dead->length = row->dead_length;
    dead->vectors = row->dead_vectors;
    dead->documents = row->dead_documents;
    memcpy(dead->bits, bits, bytes);
    *ret = dead;
    return true;
}

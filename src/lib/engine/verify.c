/* verify.c - everything read, every promise looked at. */
#include "verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "index.h"
#include "manifest.h"
#include "places.h"
#include "segment.h"

void eng_report_add(eng_report *r, const char *fmt, ...)
{
    enum { MOST_TOLD = 1000, LINE_BYTES = 512 };
    char line[LINE_BYTES];
    va_list args;
    if (r->n++ >= MOST_TOLD || r->options->found == NULL)
        return;
    const int head = snprintf(line, sizeof line, "%s: ", r->where);
    va_start(args, fmt);
    (void)vsnprintf(line + head, sizeof line - (size_t)head, fmt, args);
    va_end(args);
    r->options->found(r->options->arg, anc_str_of(line));
}

/* ---- a file ----------------------------------------------------------------------------------- */

static anc_status verify_pages(eng_report *r, const eng_segment *segment, const eng_pages *p)
{
    for (uint64_t page = 0; page * ENG_PAGE_BYTES < p->n; page++) {
        const uint64_t at = page * ENG_PAGE_BYTES + segment->head->sections[p->section].at;
        ANC_TRY(eng_report_may_go_on(r, page));
        if (!eng_page_check(p, page))
            eng_report_add(r, "section %s, byte %llu: the sum of a page does not fit",
                           eng_section_name(p->section), (unsigned long long)at);
    }
    return ANC_OK;
}

/* The first byte of [from, to) that is not 0; `to` when all are. */
static uint64_t first_set(const eng_segment *segment, uint64_t from, uint64_t to)
{
    while (from < to && segment->map.bytes[from] == 0)
        from++;
    return from;
}

/* No sum covers what stands between the sections, which nobody uses: a bit that flipped there says that the disk does
 * not keep what it is given. */
static void verify_padding(eng_report *r, eng_segment *segment)
{
    uint64_t end = sizeof *segment->head;
    for (unsigned i = 0; i <= ENG_SECTIONS; i++) {
        const eng_segment_section *s = i < ENG_SECTIONS ? &segment->head->sections[i] : NULL;
        const uint64_t next = s != NULL ? s->at : segment->head->header.bytes;
        const uint64_t at = first_set(segment, end, next);
        if (at < next) {
            const char *what = "a byte that belongs to no section is not 0";
            eng_segment_damaged(segment, ENG_SECTIONS, at, what);
            eng_report_add(r, "byte %llu, %s %s: %s", (unsigned long long)at,
                           s != NULL ? "before section" : "behind the last section",
                           s != NULL ? eng_section_name(i) : "", what);
        }
        end = s != NULL ? s->at + s->bytes : next;
    }
}

/* Whether all of a segment is what was written, read once more. */
static anc_status verify_sums(eng_report *r, const eng_block *b, bool *ret_good)
{
    const uint64_t before = r->n;
    anc_err why = {0};
    *ret_good = false;
    if (!eng_segment_check(b)) {
        if (eng_block_fault(b, &why) != ANC_OK)
            eng_report_add(r, "%s", why.text);
        return ANC_OK; /* the sums of the pages may be what is damaged */
    }
    for (size_t i = 0; i < ENG_LARGE_SECTIONS; i++)
        ANC_TRY(verify_pages(r, b->segment, &b->segment->pages[i]));
    verify_padding(r, b->segment);
    *ret_good = r->n == before;
    return ANC_OK;
}

/* ---- lists ------------------------------------------------------------------------------------ */

static void verify_order(eng_report *r, const eng_block *b, const eng_block_term *rows, size_t i,
                         const char *what)
{
    const anc_str text = eng_block_text(b, rows[i].text);
    if (text.len == 0 || text.len > ENG_MAX_TERM_BYTES)
        eng_report_add(r, "%s %zu has %zu bytes", what, i, text.len);
    if (i > 0 && anc_str_cmp(eng_block_text(b, rows[i - 1].text), text) >= 0)
        eng_report_add(r, "%s %.*s does not come after the one before", what, ANC_FMT(text));
}

static anc_status verify_terms(eng_report *r, const eng_block *b)
{
    uint64_t postings = 0;
    for (size_t i = 0; i < b->terms.n; i++) {
        const eng_block_term *term = &b->terms.ptr[i];
        eng_postings p;
        ANC_TRY(eng_report_may_go_on(r, i));
        verify_order(r, b, b->terms.ptr, i, "term");
        eng_block_postings(b, term, &p);
        const char *fault = eng_postings_fault(&p, term->df, eng_block_norm, b);
        if (fault != NULL)
            eng_report_add(r, "term %.*s: %s", ANC_FMT(eng_block_text(b, term->text)), fault);
        postings += term->df;
    }
    if (postings != b->n_postings)
        eng_report_add(r, "there are %llu postings, not %llu", (unsigned long long)postings,
                       (unsigned long long)b->n_postings);
    return ANC_OK;
}

static anc_status verify_forms(eng_report *r, const eng_block *b)
{
    for (size_t i = 0; i < b->forms.n; i++) {
        const eng_block_term *form = &b->forms.ptr[i];
        ANC_TRY(eng_report_may_go_on(r, i));
        verify_order(r, b, b->forms.ptr, i, "form");
        const char *fault = eng_places_fault(b, form);
        if (fault != NULL)
            eng_report_add(r, "form %.*s: %s", ANC_FMT(eng_block_text(b, form->text)), fault);
    }
    return ANC_OK;
}

/* ---- documents -------------------------------------------------------------------------------- */

static anc_status verify_documents(eng_report *r, const eng_block *b)
{
    for (uint32_t row = 0; row < b->documents.n; row++) {
        const eng_block_document *d = &b->documents.ptr[row];
        const anc_str key = eng_block_text(b, d->key);
        ANC_TRY(eng_report_may_go_on(r, row));
        if (eng_block_find(b, key) != row)
            eng_report_add(r, "document %.*s is not found by its key", ANC_FMT(key));
        for (uint32_t c = d->first_chunk + 1; c < d->first_chunk + d->n_chunks; c++)
            if (b->ordinals.ptr[c - 1] >= b->ordinals.ptr[c])
                eng_report_add(r, "document %.*s: its chunks do not ascend", ANC_FMT(key));
    }
    return ANC_OK;
}

static bool is_same(const void *a, size_t n, const void *b, size_t m, size_t size)
{
    return n == m && (n == 0 || memcmp(a, b, n * size) == 0);
}

/* Columns are made once more, and compared. */
static anc_status verify_columns(eng_report *r, const eng_block *b, anc_err *err)
{
    eng_block again = {.dims = b->dims}; /* not its count of users, which others change */
    again.documents = b->documents;
    again.fields = b->fields;
    again.text = b->text;
    const bool ok = eng_block_columns(&again);
    if (ok && (!is_same(again.columns.ptr, again.columns.n, b->columns.ptr, b->columns.n,
                        sizeof *b->columns.ptr) ||
               !is_same(again.distinct.ptr, again.distinct.n, b->distinct.ptr, b->distinct.n,
                        sizeof *b->distinct.ptr) ||
               !is_same(again.holders.ptr, again.holders.n, b->holders.ptr, b->holders.n,
                        sizeof *b->holders.ptr)))
        eng_report_add(r, "its columns are not those of its fields");
    free(again.columns.ptr);
    free(again.distinct.ptr);
    free(again.holders.ptr);
    return ok ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "no memory to verify an index");
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void verify_dead(eng_report *r, const eng_part *part)
{
    const eng_block *b = part->block;
    uint64_t documents = 0, chunks = 0, vectors = 0, length = 0;
    if (part->dead == NULL)
        return;
    for (size_t row = 0; row < b->documents.n; row++) {
        const eng_block_document *d = &b->documents.ptr[row];
        if (!eng_bit(part->dead->bits, row))
            continue;
        documents++;
        chunks += d->n_chunks;
        for (uint32_t c = d->first_chunk; c < d->first_chunk + d->n_chunks; c++) {
            length += b->lengths.ptr[c];
            vectors += eng_block_has_vector(b, c) ? 1 : 0;
        }
    }
    if (documents != part->dead->documents || chunks != part->dead->chunks ||
        vectors != part->dead->vectors || length != part->dead->length)
        eng_report_add(r, "what died in it is miscounted");
}

static bool is_alive(const eng_part *part, uint32_t row)
{
    return part->dead == NULL || !eng_bit(part->dead->bits, row);
}

/* No later part has a live document of the same key. */
static anc_status verify_alone(eng_report *r, const eng_snapshot *s, size_t at)
{
    const eng_block *b = s->parts[at].block;
    for (uint32_t row = 0; row < b->documents.n; row++) {
        const anc_str key = eng_block_text(b, b->documents.ptr[row].key);
        ANC_TRY(eng_report_may_go_on(r, row));
        for (size_t i = at + 1; i < s->n_parts && is_alive(&s->parts[at], row); i++) {
            if (!eng_block_ready(s->parts[i].block))
                continue;
            const uint32_t other = eng_block_find(s->parts[i].block, key);
            if (other != UINT32_MAX && is_alive(&s->parts[i], other))
                eng_report_add(r, "document %.*s lives twice", ANC_FMT(key));
        }
    }
    return ANC_OK;
}

static anc_status verify_part(eng_report *r, const eng_snapshot *s, size_t at, anc_err *err)
{
    const eng_block *b = s->parts[at].block;
    unsigned section;
    bool good = true;
    if (b->segment != NULL)
        ANC_TRY(verify_sums(r, b, &good));
    if (!good)
        return ANC_OK;
    const char *fault = eng_structure_fault(b, &section);
    if (fault != NULL) {
        eng_report_add(r, "section %s: %s", eng_section_name(section), fault);
        return ANC_OK;
    }
    ANC_TRY(verify_documents(r, b));
    ANC_TRY(verify_columns(r, b, err));
    ANC_TRY(verify_terms(r, b));
    ANC_TRY(verify_forms(r, b));
    ANC_TRY(eng_verify_vectors(r, b, err));
    verify_dead(r, &s->parts[at]);
    return verify_alone(r, s, at);
}

/* Files that the manifest names and that have gone: what is mapped of them is lost with the next start. */
static void verify_files(eng_report *r, const eng_store *store)
{
    for (size_t i = 0; store->saved != NULL && i < store->saved->n_parts; i++) {
        eng_segment *segment = store->saved->parts[i].block->segment;
        char path[OS_PATH_MAX];
        os_map map = {0};
        const anc_str name = eng_segment_path(store->folder, path, segment->number);
        if (store->disk->map(store->disk->self, name, &map, NULL) == ANC_NOT_FOUND) {
            eng_segment_damaged(segment, ENG_SECTIONS, 0, "its file has gone");
            eng_report_add(r, "it names seg-%llu, whose file has gone",
                           (unsigned long long)segment->number);
        }
        store->disk->unmap(store->disk->self, &map);
    }
}

/* Where something is wrong with it the next save writes another one. */
static anc_status verify_manifest(eng_report *r, eng_store *store, anc_err *err)
{
    eng_manifest m = {0};
    anc_err why = {0};
    r->where = ENG_MANIFEST_NAME;
    const anc_status status = eng_manifest_open(store->disk, store->folder, &m, &why);
    if (status == ANC_CORRUPT)
        eng_report_add(r, "%s", why.text);
    else if (status == ANC_OK)
        eng_manifest_close(store->disk, &m);
    else if (status != ANC_NOT_FOUND)
        return ANC_FAIL(err, status, "%s", why.text);
    else if (store->saved != NULL)
        eng_report_add(r, "it has gone");
    verify_files(r, store);
    if (r->n > 0) {
        eng_snapshot_release(store->saved);
        store->saved = NULL;
    }
    return ANC_OK;
}

anc_status eng_verify(eng_index *index, const eng_verify_options *options, uint64_t *ret_n,
                      anc_err *err)
{
    eng_report r = {.options = options};
    anc_status status = ANC_OK;
    (void)pthread_mutex_lock(&index->keeping);
    if (index->store.folder.len > 0)
        status = verify_manifest(&r, &index->store, err);
    eng_snapshot *s = eng_snapshot_acquire(index);
    (void)pthread_mutex_unlock(&index->keeping);
    for (size_t i = 0; i < s->n_parts && status == ANC_OK; i++) {
        char where[64];
        const eng_segment *segment = s->parts[i].block->segment;
        if (segment != NULL)
            (void)snprintf(where, sizeof where, "seg-%llu", (unsigned long long)segment->number);
        else
            (void)snprintf(where, sizeof where, "block %zu, in memory", i);
        r.where = where;
        status = verify_part(&r, s, i, err);
    }
    eng_snapshot_release(s);
    *ret_n = r.n;
    return status;
}

/* archive_impl.h - a ZIP archive in memory, and its entries unpacked in pieces.
 *
 * Nothing is written anywhere: an entry is read only when a reader asks for it by name, so names that
 * climb out ("../x", "/x") lead nowhere. What an archive holds may be another archive; it is never
 * opened. Everything that is unpacked counts against the limits of the emitter.
 */
#ifndef ANC_PARSE_ARCHIVE_IMPL_H
#define ANC_PARSE_ARCHIVE_IMPL_H

#include "parse_impl.h"

typedef struct prs_archive {
    struct zip *zip; /* owned; NULL: not open */
    anc_str bytes;
    prs_emitter *e; /* NULL while a kind is being told */
} prs_archive;

/* Opens `bytes`, which stay where they are while it is open. False when the emitter has failed: the
 * archive is cut short, damaged, or has too many entries. */
bool prs_archive_open(anc_str bytes, prs_emitter *e, prs_archive *ret) ANC_MUST_CHECK;
void prs_archive_done(prs_archive *a);

/* Whether there is an entry of this name, letter case aside. */
bool prs_archive_has(const prs_archive *a, const char *name);

/* Name of entry `i` in the order of the directory, as it stands there; empty past the last one. */
anc_str prs_archive_name(const prs_archive *a, size_t i);

/* Takes a piece of an entry; false ends the reading (the emitter has failed). */
typedef bool (*prs_archive_take)(void *self, anc_str piece);

/* Unpacks the entry piece by piece. False when the emitter has failed: there is no such entry, it is
 * protected, damaged (its checksum is compared behind the last piece), or passes a limit. */
bool prs_archive_read(prs_archive *a, const char *name, prs_archive_take take,
                      void *self) ANC_MUST_CHECK;

/* Appends the whole entry to `out`, whose ceiling counts. */
bool prs_archive_load(prs_archive *a, const char *name, anc_buf *out) ANC_MUST_CHECK;

/* Sets `out` to the name of the entry that `target` means in a file named `base` ("word/document.xml"):
 * relative to its folder, or to the root with a slash before it; "%20" is a blank, what stands behind
 * "#" or "?" is dropped. False, with `out` empty, when it climbs out, is an address ("http:…"), or is
 * longer than `out` holds; out->starved tells when memory was the reason. */
bool prs_archive_resolve(anc_str base, anc_str target, anc_buf *out);

/* Tells what kind of document the archive `bytes` is; its file `name` decides where nothing in it can be read. UNSUPPORTED, without a text, for all that is not read:
 * then `ret_what` is what it looks like. */
anc_status prs_archive_kind(anc_str bytes, anc_str name, prs_kind *ret, const char **ret_what,
                            anc_err *err) ANC_MUST_CHECK;

#endif

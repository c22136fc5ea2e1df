/* output.c - pieces, and what happens between them. */
#include "output.h"

#include "engine/pace.h"

enum { PIECE_BYTES = 1 << 20, UNSYNCED_BYTES = 16 << 20 };

anc_status eng_output_open(const eng_disk *disk, anc_str path, const eng_tidy_options *options,
                           eng_output *ret, anc_err *err)
{
    *ret = (eng_output){.disk = disk, .options = options, .err = err};
    return disk->create(disk->self, path, &ret->file, err);
}

void eng_output_close(eng_output *out)
{
    out->disk->close(out->disk->self, out->file);
}

anc_status eng_output_sync(eng_output *out)
{
    ANC_TRY(out->disk->sync(out->disk->self, out->file, out->err));
    out->synced = out->at;
    return ANC_OK;
}

static anc_status put_piece(eng_output *out, anc_str piece)
{
    eng_pace *pace = out->options->pace;
    if (out->options->may_go_on != NULL)
        ANC_TRY(out->options->may_go_on(out->options->arg));
    ANC_TRY(eng_pace_wait(pace, piece.len, out->options));
    ANC_TRY(out->disk->append(out->disk->self, out->file, piece, out->err));
    out->at += piece.len;
    const bool paced = pace != NULL && pace->bytes_per_second > 0;
    return paced && out->at - out->synced >= UNSYNCED_BYTES ? eng_output_sync(out) : ANC_OK;
}

anc_status eng_output_put(eng_output *out, const void *bytes, uint64_t n)
{
    for (uint64_t at = 0; at < n; at += PIECE_BYTES) {
        const uint64_t left = n - at;
        ANC_TRY(put_piece(out, (anc_str){(const char *)bytes + at,
                                         (size_t)(left < PIECE_BYTES ? left : PIECE_BYTES)}));
    }
    return ANC_OK;
}

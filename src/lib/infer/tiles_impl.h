/* tiles_impl.h - the tiles of AMX as products use them: 0 to 3 are sums, 4 and 5 rows, 6 and 7 columns. */
#ifndef ANC_INFER_TILES_IMPL_H
#define ANC_INFER_TILES_IMPL_H

#include <immintrin.h>

#include "products_impl.h"

enum { TILES = 8, TILE_BYTES = 64, TILE_COLUMNS = 16, SIDE = 2 * INF_TILE_ROWS };

typedef struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_config;

/* Until _tile_release. */
static inline void tiles_set_up(void)
{
    tile_config config = {.palette = 1};
    for (size_t t = 0; t < TILES; t++) {
        config.row_bytes[t] = TILE_BYTES;
        config.rows[t] = INF_TILE_ROWS;
    }
    /* gcc 12 says of the instruction that it reads 8 bytes: all of it has to be there. */
    __asm__ volatile("" : : "m"(config));
    _tile_loadconfig(&config);
}

static inline void tiles_clear(void)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

/* Adds 64 bytes of depth of sixteen rows, or of thirty-two (`two`), by a panel's step. Each tile that is read is used for
 * each of the other side. */
#define TILES_STEP(DOT, row, stride, panel, two)                        \
    do {                                                                \
        _tile_loadd(4, (row), (stride));                                \
        _tile_loadd(6, (panel), INF_STEP_BYTES);                        \
        DOT(0, 4, 6);                                                   \
        _tile_loadd(7, (panel) + TILE_BYTES, INF_STEP_BYTES);           \
        DOT(1, 4, 7);                                                   \
        if (two) {                                                      \
            _tile_loadd(5, (row) + INF_TILE_ROWS * (stride), (stride)); \
            DOT(2, 5, 6);                                               \
            DOT(3, 5, 7);                                               \
        }                                                               \
    } while (0)

/* Sums from rows of a panel's columns, `stride` bytes apart; of thirty-two rows, or of sixteen. */
static inline void tiles_load(const void *from, size_t stride, bool two)
{
    const char *at = (const char *)from;
    _tile_loadd(0, at, stride);
    _tile_loadd(1, at + TILE_BYTES, stride);
    if (two) {
        _tile_loadd(2, at + INF_TILE_ROWS * stride, stride);
        _tile_loadd(3, at + INF_TILE_ROWS * stride + TILE_BYTES, stride);
    }
}

/* Sums to rows of a panel's columns, `stride` bytes apart. */
static inline void tiles_store(void *to, size_t stride, bool two)
{
    char *at = (char *)to;
    _tile_stored(0, at, stride);
    _tile_stored(1, at + TILE_BYTES, stride);
    if (two) {
        _tile_stored(2, at + INF_TILE_ROWS * stride, stride);
        _tile_stored(3, at + INF_TILE_ROWS * stride + TILE_BYTES, stride);
    }
}

#endif

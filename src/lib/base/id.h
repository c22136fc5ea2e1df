/* id.h - UUIDs of version 7 and instants as text. Time and randomness come from the caller. */
#ifndef ANC_BASE_ID_H
#define ANC_BASE_ID_H

#include "base/base.h"

enum { ANC_UUID_TEXT = 36, ANC_TIME_TEXT = 24 };

/* Writes the UUIDv7 (RFC 9562, 5.7) of `unix_ms` and 10 random bytes, 36 characters and a NUL. Ids
 * of later milliseconds sort after earlier ones. */
void anc_uuid7_text(int64_t unix_ms, const unsigned char random[10], char out[ANC_UUID_TEXT + 1]);

/* Whether `s` has the form of a UUID of any version (8-4-4-4-12 hex digits). */
bool anc_uuid_valid(anc_str s);

/* Lower-case hex digits of `n` bytes: 2 * n characters and a NUL. */
void anc_hex_text(const unsigned char *bytes, size_t n, char *out);

/* "2026-11-20T15:36:00.123Z" (RFC 3339, UTC, milliseconds) and a NUL. Years 0 to 9999. */
void anc_time_text(int64_t unix_ms, char out[ANC_TIME_TEXT + 1]);

/* Reads an RFC 3339 instant, or a date alone (then midnight UTC). False when it is neither. */
bool anc_time_parse(anc_str s, int64_t *ret_unix_ms);

#endif

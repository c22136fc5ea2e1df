/* guard.h - the maps that are open, known to whoever handles SIGBUS. */
#ifndef ANC_OS_GUARD_H
#define ANC_OS_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row for the map; 0 where there is none left: then the map is not guarded. */
uint32_t os_guard_add(const void *at, size_t bytes);
void os_guard_remove(uint32_t row); /* before the map is; 0 is a no-op */
bool os_guard_lost(uint32_t row);   /* false for 0 */

#endif

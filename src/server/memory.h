/* memory.h - memory that work has left free goes back to the system. */
#ifndef ANC_SERVER_MEMORY_H
#define ANC_SERVER_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Gives back what is free when the process has grown or shrunk by some MiB since it had `seen` bytes, unless it is busy.
 * What it has then, to be given the next time. */
uint64_t srv_memory_give_back(uint64_t seen, bool busy);

#endif

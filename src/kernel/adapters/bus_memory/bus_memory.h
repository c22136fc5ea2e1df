/* bus_memory.h - the bus port inside this process. */
#ifndef ANC_KERNEL_ADAPTERS_BUS_MEMORY_BUS_MEMORY_H
#define ANC_KERNEL_ADAPTERS_BUS_MEMORY_BUS_MEMORY_H

#include "kernel/ports/bus.h"

typedef struct krn_bus_memory krn_bus_memory;

/* Each subscription holds at most `max_queued` events (0: 1,024). NULL when memory is out. */
krn_bus_memory *krn_bus_memory_new(size_t max_queued);
void krn_bus_memory_free(krn_bus_memory *bus); /* stops it first; NULL is a no-op */
krn_bus krn_bus_memory_bus(krn_bus_memory *bus);

#endif

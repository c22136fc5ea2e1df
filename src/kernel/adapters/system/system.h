/* system.h - the clock port on the machine's clocks and chance. */
#ifndef ANC_KERNEL_ADAPTERS_SYSTEM_SYSTEM_H
#define ANC_KERNEL_ADAPTERS_SYSTEM_SYSTEM_H

#include "kernel/ports/clock.h"

krn_clock krn_system_clock(void);

#endif

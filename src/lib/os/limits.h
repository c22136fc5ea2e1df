/* limits.h - what the system lets this process have. */
#ifndef ANC_OS_LIMITS_H
#define ANC_OS_LIMITS_H

#include "base/base.h"

/* Raises the number of descriptors this process may have open to `wanted`, or as far as it is allowed
 * to, and gives the number that holds from now on. Never lowers it. */
uint64_t os_descriptors_raise(uint64_t wanted);

/* How many this process has open; 0 where the system does not tell. */
uint64_t os_descriptors_open(void);

#endif

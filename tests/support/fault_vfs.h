/* fault_vfs.h - SQLite's files on a disk that fails when it is told to.
 *
 * The VFS "fault" passes everything on to the system's. Each write, truncation, sync and removal
 * counts as one operation; number `fail_at` fails with `fail_rc`. With `dies`, half of the bytes of
 * that write arrive and every later operation fails too, as in a process that was killed: close
 * what is open, call fault_vfs_heal, and open the file again.
 */
#ifndef ANC_TESTS_SUPPORT_FAULT_VFS_H
#define ANC_TESTS_SUPPORT_FAULT_VFS_H

#include <stdbool.h>

void fault_vfs_register(void);

/* Counts from now on. `fail_at` 0 is the next operation; -1: never. */
void fault_vfs_arm(long fail_at, int fail_rc, bool syncs_only, bool dies);
void fault_vfs_heal(void);

/* Reads and looks at the size are operations too; off at first. */
void fault_vfs_count_reads(bool reads);

long fault_vfs_operations(void); /* since it was armed */
bool fault_vfs_hit(void);        /* whether the armed operation came */

#endif

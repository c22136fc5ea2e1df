/* pem.h - files of certificates, looked at before a library is given them that says less about what is wrong. */
#ifndef ANC_OS_PEM_H
#define ANC_OS_PEM_H

#include "base/status.h"

/* Whether the file `path` can be read and holds a certificate in PEM. INVALID names the file and what is wrong with it:
 * it is not there, may not be read, is a folder, or what it holds instead. */
anc_status os_certificates_check(anc_str path, anc_err *err) ANC_MUST_CHECK;

#endif

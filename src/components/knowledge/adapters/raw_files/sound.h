/* sound.h - which objects were seen to have the bytes of their names. Private.
 *
 * An object is read and hashed when it is opened for the first time in the life of a process, and then
 * believed until its file is changed. What is remembered is bounded: when it is too much, all of it is forgotten and seen again.
 * Any thread.
 */
#ifndef ANC_KNOWLEDGE_ADAPTERS_RAW_FILES_SOUND_H
#define ANC_KNOWLEDGE_ADAPTERS_RAW_FILES_SOUND_H

#include <pthread.h>

#include "base/map.h"
#include "base/status.h"
#include "knowledge/domain/records.h"

typedef struct kno_sound {
    pthread_mutex_t lock;
    anc_map *seen; /* owned; the file's stamp by the bytes of the digest; under lock */
} kno_sound;

bool kno_sound_init(kno_sound *s); /* false when memory is out */
void kno_sound_done(kno_sound *s);

/* Whether `bytes`, of a file with that stamp (os_map), are those of the digest. NO_MEMORY. */
anc_status kno_sound_check(kno_sound *s, const kno_digest *digest, anc_str bytes, uint64_t stamp,
                           bool *ret, anc_err *err) ANC_MUST_CHECK;

void kno_sound_forget(kno_sound *s, const kno_digest *digest);

#endif

/* library.h - the embedding models of this machine: each is a service of its own once it is asked for.
 *
 * The model of the configuration is there from the start. Any other folder below models_dir is loaded
 * when it is first held, once however many hold it, and stays until room is needed for another one:
 * then the one whose last use is longest ago goes, of those that nobody holds. How many there may be,
 * and of how many bytes of weights, the composition root says.
 */
#ifndef ANC_EMBEDDING_LIBRARY_H
#define ANC_EMBEDDING_LIBRARY_H

#include "base/str.h"
#include "embedding/embedding.h"

/* Longest name of a model that a collection may ask for; a revision starts with the name, whole. */
enum { EMB_MODEL_NAME_MAX = 100 };

typedef struct emb_library emb_library;

/* A service that stays while it is held; zeroed: none. */
typedef struct emb_held {
    emb_service *emb;
    emb_library *library; /* NULL: the one of the configuration, which always stays */
    void *place;
} emb_held;

/* The service of a model: by its name, or by a revision of its vectors (emb_info_row.revision), which
 * must be what the folder gives now. Empty: the configured one, also where it could not be opened.
 * Blocks while it is loaded, seconds at most. INVALID for a name that is not installed (the text lists
 * those that are) or cannot be one; UNAVAILABLE where the revision is another, or all places are taken by
 * models in use; what opening gives (CORRUPT, UNSUPPORTED: the text names file and reason); DEADLINE,
 * CANCELLED. Any thread but a loop. */
anc_status emb_hold(emb_library *library, krn_call *call, anc_str model,
                    emb_held *ret) ANC_MUST_CHECK;

void emb_let_go(emb_held *held); /* none is a no-op; it then is none */

typedef struct emb_listed {
    anc_str name; /* in call->mem, as all of it */
    bool configured, installed, loaded;
    uint64_t bytes;      /* of the weights; 0: not installed */
    anc_str revision;    /* "" while it is not loaded */
    uint32_t dims;       /* 0 likewise */
    uint32_t max_tokens; /* 0 likewise */
    anc_str precision;   /* "" likewise */
} emb_listed;

/* The configured model, then the others that are installed, by name. */
anc_status emb_library_list(emb_library *library, krn_call *call, emb_listed **ret,
                            size_t *ret_n) ANC_MUST_CHECK;

/* Forgets the vectors of all texts that were seen before, of every model, those that were kept for the next start
 * too; how many, those of them once that are in memory and kept. What the catalog gives; DEADLINE, CANCELLED: some may
 * be left. Any thread but the loop. */
anc_status emb_forget(emb_library *library, krn_call *call, uint64_t *ret_n) ANC_MUST_CHECK;

/* Forgets the vectors of passages, of every model: some of them may be of a document that is gone. Any thread. */
void emb_forget_passages(emb_library *library);

/* What is loaded beside the configured model, "; " between; nothing where nothing is. Never waits for a
 * model that is being loaded: any thread. */
void emb_library_describe(emb_library *library, anc_buf *out);

#endif

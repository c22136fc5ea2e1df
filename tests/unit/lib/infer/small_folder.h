/* small_folder.h - copies of the small model of this tree with something changed. */
#ifndef ANC_TESTS_UNIT_LIB_INFER_SMALL_FOLDER_H
#define ANC_TESTS_UNIT_LIB_INFER_SMALL_FOLDER_H

#include "base/str.h"

/* The content of a file of the small model. */
anc_str small_file(anc_arena *mem, const char *name);

/* Writes the model into `folder`, which is there, with `file` (may be one that the model has not, one folder down) made
 * of `content`; left out where that has ptr NULL. */
void small_folder_make(anc_arena *mem, anc_str folder, const char *file, anc_str content);

#endif

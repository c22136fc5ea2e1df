/* folder.h - the source port on folders and files of this machine.
 *
 * Hidden names (".git", ".env") are passed over, and what a file .anchorageignore in one of the folders
 * leaves out (ingest/domain/ignore.h). A link is read when what it points to lies inside
 * the folder and is a file; links to folders are not followed, so a walk ends. At most 64 folders
 * deep.
 */
#ifndef ANC_INGEST_ADAPTERS_FOLDER_FOLDER_H
#define ANC_INGEST_ADAPTERS_FOLDER_FOLDER_H

#include "ingest/ports/source.h"

/* Has no state; any number of threads. */
ing_source ing_folder_source(void);

#endif

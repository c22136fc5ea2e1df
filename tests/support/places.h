/* places.h - where tests find what does not lie in their own folder. */
#ifndef ANC_TESTS_SUPPORT_PLACES_H
#define ANC_TESTS_SUPPORT_PLACES_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PLACE_MAX = 4096 };

/* `name` below the source tree. */
static inline const char *place_in_source(char out[PLACE_MAX], const char *name)
{
    const char *source = getenv("ANCHORAGE_SOURCE_DIR");
    (void)snprintf(out, PLACE_MAX, "%s/%s", source != NULL ? source : ".", name);
    return out;
}

/* `name` below the shared collections (ANCHORAGE_TEST_DATA, default ../shared/data beside the
 * source tree); NULL, with a line that says so, when it is absent. */
static inline const char *place_in_data(char out[PLACE_MAX], const char *name)
{
    const char *data = getenv("ANCHORAGE_TEST_DATA");
    char beside[PLACE_MAX];
    if (data == NULL)
        data = place_in_source(beside, "../shared/data");
    const int n = snprintf(out, PLACE_MAX, "%s/%s", data, name);
    if (n > 0 && n < PLACE_MAX && access(out, R_OK) == 0)
        return out;
    (void)printf("skipped: no %s\n", out);
    return NULL;
}

/* The folder of all-MiniLM-L6-v2 (ANCHORAGE_TEST_MODEL, default where `anchorage model pull` puts
 * it); NULL, with a line that says so, when it is absent. */
static inline const char *place_of_model(char out[PLACE_MAX])
{
    const char *model = getenv("ANCHORAGE_TEST_MODEL");
    const char *home = getenv("HOME");
    if (model != NULL)
        (void)snprintf(out, PLACE_MAX, "%s", model);
    else
        (void)snprintf(out, PLACE_MAX, "%s/.local/share/anchorage/models/all-MiniLM-L6-v2",
                       home != NULL ? home : "");
    if (access(out, R_OK) == 0)
        return out;
    (void)printf("skipped: no model in %s\n", out);
    return NULL;
}

#endif

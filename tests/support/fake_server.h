/* fake_server.h - a server that does to each client exactly what a script says.
 *
 * It takes one connection after another on a port of its own, reads a request (head and declared
 * body), and follows the script. What the client sent is kept.
 */
#ifndef ANC_TESTS_SUPPORT_FAKE_SERVER_H
#define ANC_TESTS_SUPPORT_FAKE_SERVER_H

#include <stdatomic.h>

#include "base/str.h"

typedef enum fake_kind {
    FAKE_END,             /* close in good order; what a script ends with */
    FAKE_SEND,            /* the text */
    FAKE_WAIT_MS,         /* number: milliseconds */
    FAKE_HANG,            /* nothing more until the client leaves */
    FAKE_SEND_UNTIL_GONE, /* the text again and again until the client leaves */
    FAKE_RESET,           /* close with a reset */
    FAKE_NEXT             /* close in good order; what follows is for the clients after this one */
} fake_kind;

typedef struct fake_step {
    fake_kind kind;
    const char *text;
    int number;
} fake_step;

typedef struct fake_server fake_server;

/* `script` is borrowed. With `silent` not even the request is read before the script. */
fake_server *fake_server_start(const fake_step *script, bool silent);
void fake_server_stop(fake_server *s);

uint16_t fake_server_port(const fake_server *s);
int fake_server_clients(const fake_server *s); /* taken so far */
int fake_server_left(const fake_server *s);    /* seen to leave in a HANG or SEND_UNTIL_GONE */
bool fake_server_got(fake_server *s, const char *text); /* in some request */

/* A port on which nothing listens. */
uint16_t fake_closed_port(void);

#endif

/* redis_server.h - a real redis-server in a temporary folder, on a socket of that folder alone.
 *
 * What it was told is kept in its append-only file, so that it is there again after a kill. It dies
 * with the test.
 */
#ifndef ANC_TESTS_SUPPORT_REDIS_SERVER_H
#define ANC_TESTS_SUPPORT_REDIS_SERVER_H

#include "base/str.h"
#include "clients/redis/redis.h"

typedef struct redis_server redis_server;

/* NULL when there is no redis-server on this machine. */
redis_server *redis_server_start(const char *password);
void redis_server_stop(redis_server *s);

const char *redis_server_folder(const redis_server *s);
const char *redis_server_url(const redis_server *s); /* with the password */

void redis_server_kill(redis_server *s);  /* at once, as a power cut */
void redis_server_again(redis_server *s); /* in the same folder, until it answers */
void redis_server_pause(redis_server *s);
void redis_server_resume(redis_server *s);

/* A client of its own. */
clt_redis *redis_server_client(const redis_server *s);

/* One command of words parted by blanks; aborts the test when there is no answer. */
const clt_redis_reply *redis_do(clt_redis *c, const char *words);

#endif

/* client.h - requests of a command to the server that it found or started. Private. */
#ifndef ANC_EDGE_CLI_CLIENT_H
#define ANC_EDGE_CLI_CLIENT_H

#include <stdatomic.h>

#include "context.h"
#include "net/http_client.h"
#include "json/json.h"

typedef struct cli_client {
    cli_context *cx;
    cli_endpoint at;
    bool embedded; /* the server runs inside this process */
    net_client *net;
    anc_str auth; /* "Bearer …", empty: none */
} cli_client;

/* Finds a server or starts one inside. With `own` it always starts one (eval). Prints the problem
 * itself and gives the exit code. */
int cli_client_open(cli_client *client, cli_context *cx, bool own);
void cli_client_close(cli_client *client);

/* Starts a server inside this process; where another one is just starting on the folder that one is
 * waited for. */
anc_status cli_await_start(cli_client *client, const cli_facts *facts, anc_err *err) ANC_MUST_CHECK;

/* Waits while the server reads its index after a start, with a line of progress; then, or where it does
 * not say so, what is asked next is to be answered. */
void cli_await_index(cli_client *client);

/* Waits while the server builds its index anew beside the one that answers; half an hour at most. */
void cli_await_rebuild(cli_client *client);

/* Opens a client, runs `work` with it and closes it; the exit code. */
int cli_with_server(cli_context *cx, int (*work)(cli_client *client));

/* Whether a server answers at the context's URL or socket; fills `at`. */
bool cli_client_probe(cli_client *client);

/* One exchange; an answer of 400 or more is a failure whose text is the problem's detail, with its
 * code. `body` empty: none. The answer's text lives in `mem`. */
anc_status cli_call(cli_client *client, const char *method, anc_str path, anc_str body,
                    anc_arena *mem, anc_str *ret_body, anc_err *err) ANC_MUST_CHECK;

/* The same, the answer parsed; the document is the caller's to free. */
anc_status cli_call_json(cli_client *client, const char *method, anc_str path, anc_str body,
                         json_doc **ret, anc_err *err) ANC_MUST_CHECK;

/* From now on Ctrl-C and SIGTERM ask this process to end instead of ending it; once more ends it. */
void cli_interrupt_catch(void);
/* Whether that was asked. */
bool cli_interrupted(void);
const atomic_bool *cli_interrupt_flag(void);

/* Streams Server-Sent Events of a POST (body not empty) or GET; `on_event` gives false to stop. CANCELLED when
 * the process was asked to end (see above). */
struct net_sse_event;
anc_status cli_stream(cli_client *client, anc_str path, anc_str body,
                      bool (*on_event)(void *arg, anc_str event, anc_str data), void *arg,
                      anc_err *err) ANC_MUST_CHECK;

enum { CLI_PLACE_BYTES = 24 };

/* The same of a GET that has no end, with the id of each event; `place` (may be "") is where to go on, and afterwards how
 * far it came. OK when `on_event` stopped it or the server ended it. */
anc_status cli_watch(cli_client *client, anc_str path, char place[CLI_PLACE_BYTES],
                     bool (*on_event)(void *arg, const struct net_sse_event *event), void *arg,
                     anc_err *err) ANC_MUST_CHECK;

/* A request for net_client_run_many: url, headers and timeouts set; everything in `mem`. */
anc_status cli_request_make(cli_client *client, const char *method, anc_str path, anc_str body,
                            anc_arena *mem, net_request *ret, anc_err *err) ANC_MUST_CHECK;

/* The same with another content type than JSON. */
anc_status cli_request_typed(cli_client *client, const char *method, anc_str path,
                             anc_str content_type, anc_str body, anc_arena *mem, net_request *ret,
                             anc_err *err) ANC_MUST_CHECK;

/* The failure that an answer stands for; OK below 400. */
anc_status cli_problem(const net_response *response, anc_err *err);

/* `text` percent-encoded for a path segment or a query value. */
anc_str cli_encode(anc_arena *mem, anc_str text);

static inline void cli_json_cleanup(json_doc **doc)
{
    json_doc_free(*doc);
}

#define CLI_JSON(name) ANC_CLEANUP(cli_json_cleanup) json_doc *name = NULL

#endif

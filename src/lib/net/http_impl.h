/* http_impl.h - server, connection and exchange from the inside. Private.
 *
 * Who may touch what:
 *   - net_server and net_conn belong to the loop's thread.
 *   - Of a net_exchange the request is fixed before on_request; `lock` guards the answer (phase,
 *     out list, callbacks); the atomics speak for themselves; what stands under "loop" belongs to
 *     the loop's thread.
 *   - Other threads never touch a connection: they change the exchange under its lock, raise a bit
 *     in `wanted` and post its task; the loop serves the bits (net_conn_serve). So does a callback on
 *     the loop, except that inside net_conn_pump the bits are served when it returns.
 *
 * Who frees what: a connection is freed in the close callback of its handle and holds a reference
 * to its exchange until then; an exchange is freed with its last reference (connection, handler,
 * queued task); the server is freed when it is closed and its last handle is gone.
 *
 * Lock order: an exchange's lock is the only one, held for a few assignments, never over a call
 * that leaves this library.
 */
#ifndef ANC_NET_HTTP_IMPL_H
#define ANC_NET_HTTP_IMPL_H

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "loop_impl.h"
#include "net/channel.h"
#include "net/http_codec.h"
#include "net/http_server.h"

enum {
    PEER_TEXT = 64,
    LOG_ID_TEXT = 64,
    READ_BUFFER_BYTES = 64 << 10,
    LINGER_MS = 2000,        /* how long a closing connection's input is thrown away */
    LINGER_BYTES = 32 << 20, /* and how much of it */
    DRAIN_LINGER_MS = 200,   /* how long when the server ends: it waits for none that stays */
    DRAIN_LAST_MS = 500,     /* how long a channel that does not read has for its last words then */
    DRAIN_SWEEP_MS = 50,
    STALL_LOOK_MS = 20, /* how often channels that wait for room are looked at */
    SILENT_MS = 1000,   /* a connection without a request gives its place to another after that */
    DEPARTURE_POLL_MS = 25, /* how often a connection that is not being read is asked for its end */
    BODY_RATE_GRACE_MS = 10000
};

/* A piece of an answer on its way out. */
typedef struct out_block {
    struct out_block *next;
    size_t len;
    size_t sent;
    char *owned;  /* the bytes, freed with the block; NULL: they are `bytes` */
    char bytes[]; /* [len] where owned is NULL */
} out_block;

typedef enum ex_phase { EX_OPEN, EX_BEGUN, EX_ENDED } ex_phase;

/* bits of net_exchange.wanted */
enum {
    WANT_FLUSH = 1,
    WANT_PUMP = 2,
    WANT_ABORT = 4,
    WANT_GONE_CALL = 8,
    WANT_ANSWER = 16, /* the handler let go without an answer */
    WANT_DRAIN_CALL = 32
};

typedef enum body_mode { BODY_UNASKED, BODY_WHOLE, BODY_PIECES } body_mode;

typedef struct net_conn net_conn;

/* What waits for the clients of a server, all together. Exchanges may outlive their server. */
typedef struct net_output {
    atomic_uint refs;
    atomic_size_t bytes;        /* that its exchanges count with */
    atomic_size_t reservations; /* answers that asked for room and are not out */
    atomic_uint_fast64_t refused;
    size_t max;
} net_output;

struct net_exchange {
    atomic_uint refs;  /* memory */
    atomic_uint users; /* the handler's part of refs */
    net_loop *loop;    /* shared (ref) */

    /* the request */
    net_head head;
    int64_t begun_us; /* first byte of the head */
    char peer[PEER_TEXT];

    atomic_bool gone;
    atomic_bool paused;
    atomic_bool must_close;    /* the connection ends after this answer */
    atomic_bool body_complete; /* nothing of the body is left to read */
    atomic_size_t buffered;    /* bytes in the out list */
    size_t max_output_bytes;
    net_output *output; /* shared (ref) */
    atomic_uint wanted;
    atomic_bool overflow; /* a write was refused: too much waits */
    atomic_bool queued;   /* the task is posted, with a reference of its own */
    net_task task;

    pthread_mutex_t lock;
    ex_phase phase;
    int status;
    bool chunked_out;     /* of a begun answer */
    uint64_t length_left; /* of a begun answer of declared length */
    bool has_length_out;
    out_block *out_first, *out_last;
    size_t held;       /* bytes of those blocks, what is out of them included */
    size_t reserved;   /* bytes that the answer will hold at once; 0 when all of it is queued */
    size_t counted;    /* the larger of the two: its part of output->bytes */
    bool has_reserved; /* it is one of output->reservations */
    void (*gone_fn)(void *arg);
    void *gone_arg;
    bool gone_running;
    pthread_cond_t gone_idle;
    void (*drain_fn)(void *arg);
    void *drain_arg;
    size_t drain_below;

    /* loop */
    net_conn *conn; /* NULL once the two are parted */
    char log_id[LOG_ID_TEXT + 1];
    net_body body;
    body_mode mode;
    bool body_over; /* the end of the body was told */
    bool continue_sent;
    net_end end; /* as far as something other than the client ended it */
    uint64_t max_body_bytes;
    uint64_t bytes_in;
    uint64_t bytes_out;
    int64_t body_since_ms;   /* body was asked for, less the time it was paused */
    int64_t body_byte_ms;    /* last byte of it */
    int64_t paused_since_ms; /* 0: is not */
    anc_buf whole;
    void (*on_whole)(void *arg, net_exchange *ex, anc_status status, anc_buf *body);
    void (*on_chunk)(void *arg, net_exchange *ex, anc_str bytes);
    void (*on_body_end)(void *arg, net_exchange *ex, anc_status status);
    void *body_arg;
};

typedef enum conn_state {
    CONN_HEAD,     /* between requests, or inside a head */
    CONN_EXCHANGE, /* a request is being worked on */
    CONN_CHANNEL,  /* HTTP is over: channel.c has it */
    CONN_LINGER,   /* the last answer went out; input is thrown away until the client closes */
    CONN_CLOSED    /* the handle is closing */
} conn_state;

struct net_conn {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    net_server *server;
    net_conn *next, *prev; /* all connections of the server */
    conn_state state;
    bool pumping; /* net_conn_pump is on the stack */
    bool reading;
    bool past_limit;      /* there were as many as there may be when it came */
    anc_buf in;           /* came ahead of its turn */
    net_exchange *ex;     /* shared (ref): of the head that is coming in, or the one worked on */
    net_channel *channel; /* owned; NULL until the exchange was taken over */
    int64_t since_ms;     /* of the state; in CONN_HEAD with a byte: of the first byte */
    size_t lingered;      /* bytes thrown away */
    uv_write_t write_req;
    uv_shutdown_t shutdown_req;
    size_t writing; /* bytes given to uv_write, 0: none under way */
    int64_t
        slow_since_ms; /* since when answers have waited for the client at every look; 0: they do not */
    uint64_t slow_from; /* bytes that it had taken then */
    char peer[PEER_TEXT];
};

typedef struct net_listener {
    uv_poll_t poll; /* of `fd` */
    net_server *server;
    int fd; /* owned: the listening socket */
    bool is_pipe;
    bool open;
    uint16_t port;
    char *path; /* owned; of a Unix socket, removed at the end */
} net_listener;

enum { LISTENERS_MAX = 16, SPARES = 4 };

struct net_server {
    net_loop *loop;     /* shared (ref) */
    net_output *output; /* shared (ref) */
    net_server_options options;
    net_listener listeners[LISTENERS_MAX];
    size_t n_listeners;
    size_t first_listener[LISTENERS_MAX]; /* of each address of the options */
    size_t handles;                       /* whose close callback is still to come */
    net_conn *conns;
    net_channel *blocked; /* those that wait for room */
    uv_timer_t stall;     /* looks at them; runs while there are any */
    uv_timer_t sweep;     /* deadlines; runs while there are connections */
    uv_timer_t poll;      /* departures; runs while some connection is not read */
    uv_timer_t pause;     /* runs while nothing is taken from the system */
    uv_tcp_t first;     /* never used: with the first stream libuv opens a descriptor of its own */
    int spares[SPARES]; /* [n_spares] descriptors that are given up when there are no others */
    size_t n_spares;
    size_t past; /* connections past the limit */
    bool paused;
    uint64_t sweep_every_ms;
    net_timer *drain_timer;
    void (*drain_done)(void *arg, bool all);
    void *drain_arg;
    bool draining, closed;
    bool sweeping, polling, stalling;
    char read_buffer[READ_BUFFER_BYTES];
    atomic_uint_fast64_t n_conns, n_exchanges, accepted, refused, requests, bad_requests;
};

/* ---- http_server.c ---- */
void net_server_conn_closed(net_server *server, net_conn *conn); /* its handle is gone */
void net_server_handle_closed(net_server *server);
void net_server_poll_departures(net_server *server); /* some connection is not being read */
void net_server_watch_blocked(net_server *server);   /* some channel waits for room */
void net_server_log(net_server *server, const net_exchange *ex, int status, net_end end);
void net_server_update_sweep(net_server *server);

/* ---- http_listen.c ---- */
anc_status net_server_listen(net_server *server, const net_address *address,
                             anc_err *err) ANC_MUST_CHECK;
void net_listener_start(net_listener *listener); /* net_server_take is called when somebody comes */
void net_listener_close(net_listener *listener); /* once open */

/* ---- http_accept.c ---- */
void net_server_take(net_listener *listener);  /* somebody waits to be taken */
void net_server_past_gone(net_server *server); /* a connection past the limit ended */
void net_server_begin_accepting(net_server *server);
void net_server_end_accepting(net_server *server);

/* ---- http_conn.c ---- */
/* Takes `fd` over. False when there was no memory for it; it is closed. */
bool net_conn_accept(net_server *server, const net_listener *listener, int fd, bool past_limit);
void net_conn_refuse_past_limit(net_conn *conn); /* in CONN_HEAD */
/* Closes the connection that has been silent between requests the longest, SILENT_MS at least, or else has
 * begun a head and not ended it for the longest, as long at least. False: there
 * is none. */
bool net_conn_make_room(net_server *server);
void net_conn_close(net_conn *conn);
void net_conn_sweep(net_conn *conn, int64_t now_ms);
void net_conn_pump(net_conn *conn);
bool net_conn_has_left(net_conn *conn); /* asks the system; for one that is not being read */
/* Answers by the server itself, ends the body with `ended`, and closes afterwards. */
void net_conn_refuse(net_conn *conn, int status, const char *detail, anc_status ended);
void net_conn_serve(net_exchange *ex); /* what `wanted` asks for */
void net_conn_linger(net_conn *conn);  /* no more is sent; waits a little for the client to close */

/* ---- http_write.c ---- */
void net_conn_flush(net_conn *conn);

/* ---- channel.c ---- */
void net_channels_look(net_server *server); /* ends those that are slow or broken */
void net_channel_tick(net_conn *conn, int64_t now_ms);
void net_channel_take_bytes(net_conn *conn, anc_str *in);
void net_channel_drain(net_conn *conn);
void net_channel_closed(net_conn *conn); /* the handle is closing: the owner is told */
void net_channel_free(net_channel *channel);

/* ---- http_exchange.c ---- */
/* The connection goes its own way: the exchange counts as answered with `status`. */
void net_exchange_hand_over(net_exchange *ex, int status, size_t bytes_out);
net_exchange *net_exchange_new(net_conn *conn);
void net_exchange_release(net_exchange *ex);         /* one reference of ours */
void net_exchange_part(net_exchange *ex, bool gone); /* the connection lets go of it */
ex_phase net_exchange_phase(net_exchange *ex);
void net_exchange_want(net_exchange *ex, unsigned bits); /* any thread */
bool net_exchange_continue(net_exchange *ex); /* queues 100 Continue where no answer has begun */
bool net_exchange_is_out(net_exchange *ex);   /* answered, and nothing of it is left to send */
void net_exchange_call_gone(net_exchange *ex);
void net_exchange_call_drain(net_exchange *ex);
bool net_exchange_is_head(const net_exchange *ex); /* nothing of a body goes out */
bool net_exchange_answer(net_exchange *ex, int status, const net_header *headers, size_t n,
                         anc_str copied, anc_buf *taken);

/* ---- http_output.c ---- */
net_output *net_output_new(size_t max);
void net_output_unref(net_output *output); /* NULL is a no-op */
/* These three with the exchange's lock held. */
void net_output_add(net_exchange *ex, out_block *b);            /* takes the block over */
void net_output_count(net_exchange *ex);                        /* `held` or `reserved` changed */
bool net_output_has_room(const net_exchange *ex, size_t bytes); /* for more of a begun answer */
void net_output_sent(net_exchange *ex, size_t bytes);           /* the system took them; loop */
void net_exchange_clear_out(net_exchange *ex);                  /* nothing of it is held any more */

/* ---- http_body.c ---- */
/* Takes body bytes off the front of *in. False when it can take none now. */
bool net_body_take(net_conn *conn, anc_str *in);
void net_body_end(net_exchange *ex, anc_status status);
const char *net_body_overdue(const net_conn *conn, int64_t now_ms); /* NULL: is not */

/* ---- http_answer.c ---- */
typedef struct answer_shape {
    int status;
    bool keep_alive;
    bool chunked;
    bool has_length; /* write `length` as Content-Length */
    uint64_t length;
    int minor; /* of the request */
} answer_shape;
bool net_answer_head(anc_buf *out, const answer_shape *shape, const net_header *headers, size_t n);
bool net_answer_has_no_body(int status);

#endif

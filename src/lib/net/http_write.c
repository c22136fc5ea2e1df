/* http_write.c - the blocks of an answer on their way to the system.
 *
 * As much as the socket takes is written at once, up to a budget, so that one fast reader of a long
 * answer does not hold up the loop; the rest goes through one uv_write at a time, whose blocks stay
 * in the list until it is over.
 */
#include "http_impl.h"

enum { BUFS_MAX = 16, PIECE_BYTES = 256 << 10, BUDGET_BYTES = 1 << 20 };

static size_t gather(net_exchange *ex, uv_buf_t *bufs, unsigned max, unsigned *ret_n)
{
    size_t total = 0;
    unsigned n = 0;
    (void)pthread_mutex_lock(&ex->lock);
    for (out_block *b = ex->out_first; b != NULL && n < max && total < PIECE_BYTES; b = b->next) {
        char *bytes = b->owned != NULL ? b->owned : b->bytes;
        size_t len = b->len - b->sent;
        if (len > PIECE_BYTES - total)
            len = PIECE_BYTES - total;
        bufs[n++] = uv_buf_init(bytes + b->sent, (unsigned)len);
        total += len;
    }
    (void)pthread_mutex_unlock(&ex->lock);
    *ret_n = n;
    return total;
}

bool net_exchange_is_out(net_exchange *ex)
{
    (void)pthread_mutex_lock(&ex->lock);
    const bool out = ex->phase == EX_ENDED && ex->out_first == NULL;
    (void)pthread_mutex_unlock(&ex->lock);
    return out;
}

static void on_written(uv_write_t *req, int status)
{
    net_conn *conn = req->data;
    const size_t n = conn->writing;
    conn->writing = 0;
    if (conn->state == CONN_CLOSED)
        return;
    if (status < 0) {
        net_conn_close(conn);
        return;
    }
    net_output_sent(conn->ex, n);
    net_conn_flush(conn);
    if (conn->state != CONN_CLOSED)
        net_conn_pump(conn);
}

static void write_later(net_conn *conn, const uv_buf_t *bufs, unsigned n, size_t bytes)
{
    conn->write_req.data = conn;
    conn->writing = bytes;
    if (uv_write(&conn->write_req, &conn->uv.stream, bufs, n, on_written) != 0) {
        conn->writing = 0;
        net_conn_close(conn);
    }
}

void net_conn_flush(net_conn *conn)
{
    net_exchange *ex = conn->ex;
    size_t budget = BUDGET_BYTES;
    while (conn->state == CONN_EXCHANGE && conn->writing == 0) {
        uv_buf_t bufs[BUFS_MAX];
        unsigned n = 0;
        const size_t bytes = gather(ex, bufs, BUFS_MAX, &n);
        if (n == 0)
            break;
        const int rc = budget > 0 ? uv_try_write(&conn->uv.stream, bufs, n) : UV_EAGAIN;
        if (rc == UV_EAGAIN) {
            write_later(conn, bufs, n, bytes);
            break;
        }
        if (rc < 0) {
            net_conn_close(conn);
            return;
        }
        net_output_sent(ex, (size_t)rc);
        budget -= (size_t)rc < budget ? (size_t)rc : budget;
    }
    if (conn->state == CONN_EXCHANGE)
        net_exchange_call_drain(ex);
}

/* tls.c - TLS over a wire's socket, by OpenSSL.
 *
 * Its BIO is our own, so that bytes go out with MSG_NOSIGNAL: a server that leaves must not end the
 * process with SIGPIPE. A session has a context of its own, made anew for each connection, so that a
 * certificate file that was replaced is read.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "os/pem.h"
#include "redis_impl.h"

enum { SERVER_NAME_MAX = 255 };

struct clt_redis_tls {
    SSL_CTX *context;   /* owned */
    SSL *session;       /* owned */
    BIO_METHOD *method; /* owned */
};

/* ---- the socket as a BIO ---- */

static int fd_of(BIO *bio)
{
    const int *fd = BIO_get_data(bio);
    return *fd;
}

static int bio_result(BIO *bio, ssize_t n, bool writing)
{
    BIO_clear_retry_flags(bio);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        if (writing)
            BIO_set_retry_write(bio);
        else
            BIO_set_retry_read(bio);
    }
    return (int)n;
}

static int bio_write(BIO *bio, const char *bytes, int n)
{
    return bio_result(bio, send(fd_of(bio), bytes, (size_t)n, MSG_NOSIGNAL), true);
}

static int bio_read(BIO *bio, char *out, int n)
{
    return bio_result(bio, recv(fd_of(bio), out, (size_t)n, 0), false);
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *new_method(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "redis");
    if (m == NULL)
        return NULL;
    (void)BIO_meth_set_write(m, bio_write);
    (void)BIO_meth_set_read(m, bio_read);
    (void)BIO_meth_set_ctrl(m, bio_control);
    return m;
}

/* ---- a session ---- */

void clt_redis_tls_free(clt_redis_tls *tls)
{
    if (tls == NULL)
        return;
    SSL_free(tls->session);
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->method);
    free(tls);
}

/* The first reason that OpenSSL keeps; empties its list. */
static const char *reason(void)
{
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char *text = code != 0 ? ERR_reason_error_string(code) : NULL;
    return text != NULL ? text : "the handshake failed";
}

static anc_status trust_file(clt_redis_tls *tls, const clt_redis_trust *trust, anc_err *err)
{
    const bool own = trust->ca_file.len > 0;
    anc_err why = {0};
    if (own && os_certificates_check(trust->ca_file, &why) != ANC_OK)
        return ANC_FAIL(err, ANC_INVALID, "certificates to trust: %s", why.text);
    const int ok = own ? SSL_CTX_load_verify_file(tls->context, trust->ca_file.ptr)
                       : SSL_CTX_set_default_verify_paths(tls->context);
    if (ok == 1)
        return ANC_OK;
    return ANC_FAIL(err, ANC_INVALID, "the certificates in %s cannot be used: %s",
                    own ? trust->ca_file.ptr : "the system's folder", reason());
}

/* `name` is a copy, since OpenSSL takes the greeting's name as one that it might change. */
static anc_status set_name(clt_redis_tls *tls, anc_str wanted, anc_err *err)
{
    unsigned char address[sizeof(struct in6_addr)];
    char name[SERVER_NAME_MAX + 1] = {0};
    if (wanted.len > SERVER_NAME_MAX)
        return ANC_FAIL(err, ANC_INVALID, "the server's name has more than %d bytes",
                        SERVER_NAME_MAX);
    memcpy(name, wanted.ptr, wanted.len);
    const bool numeric =
        inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
    const int ok = numeric ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls->session), name)
                           : SSL_set1_host(tls->session, name);
    /* an address has no place in the greeting (RFC 6066, 3) */
    if (ok != 1 || (!numeric && SSL_set_tlsext_host_name(tls->session, name) != 1))
        return ANC_FAIL(err, ANC_INVALID, "'%s' is no name for a certificate", name);
    return ANC_OK;
}

static anc_status prepare(clt_redis_tls *tls, clt_redis_wire *w, const clt_redis_trust *trust,
                          anc_err *err)
{
    tls->context = SSL_CTX_new(TLS_client_method());
    tls->method = new_method();
    if (tls->context == NULL || tls->method == NULL ||
        SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) != 1)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for TLS");
    SSL_CTX_set_verify(tls->context, trust->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    if (!trust->insecure)
        ANC_TRY(trust_file(tls, trust, err));
    BIO *bio = BIO_new(tls->method);
    tls->session = SSL_new(tls->context);
    if (bio == NULL || tls->session == NULL) {
        (void)BIO_free(bio);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for TLS");
    }
    BIO_set_data(bio, &w->fd);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->session, bio, bio);
    (void)SSL_set_mode(tls->session,
                       SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return set_name(tls, trust->server_name, err);
}

/* What to do after a call that gave `rc`: OK to try again. */
static anc_status after(clt_redis_wire *w, int rc, int64_t deadline_ns, anc_err *err)
{
    const int error = SSL_get_error(w->tls->session, rc);
    if (error == SSL_ERROR_WANT_READ)
        return clt_redis_wait(w, w->fd, POLLIN, deadline_ns, err);
    if (error == SSL_ERROR_WANT_WRITE)
        return clt_redis_wait(w, w->fd, POLLOUT, deadline_ns, err);
    if (error == SSL_ERROR_SSL)
        return ANC_FAIL(err, ANC_PROVIDER, "TLS: %s", reason());
    ERR_clear_error();
    return ANC_FAIL(err, ANC_UNAVAILABLE, "the server closed the connection");
}

static anc_status shake_hands(clt_redis_wire *w, int64_t deadline_ns, anc_err *err)
{
    for (;;) {
        ERR_clear_error();
        const int rc = SSL_connect(w->tls->session);
        if (rc == 1)
            return ANC_OK;
        const long verdict = SSL_get_verify_result(w->tls->session);
        if (SSL_get_error(w->tls->session, rc) == SSL_ERROR_SSL && verdict != X509_V_OK) {
            ERR_clear_error();
            return ANC_FAIL(err, ANC_PROVIDER, "TLS: its certificate is refused: %s",
                            X509_verify_cert_error_string(verdict));
        }
        anc_err why = {0};
        const anc_status status = after(w, rc, deadline_ns, &why);
        if (status == ANC_DEADLINE || status == ANC_UNAVAILABLE)
            return ANC_FAIL(err, status, "TLS was not answered (%s): does the server speak TLS?",
                            why.text);
        if (status != ANC_OK)
            return anc_fail_at(err, status, why.where, "%s", why.text);
    }
}

anc_status clt_redis_tls_open(clt_redis_wire *w, const clt_redis_trust *trust, int64_t deadline_ns,
                              anc_err *err)
{
    w->tls = calloc(1, sizeof *w->tls);
    if (w->tls == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for TLS");
    ANC_TRY(prepare(w->tls, w, trust, err));
    return shake_hands(w, deadline_ns, err);
}

anc_status clt_redis_tls_send(clt_redis_wire *w, anc_str bytes, int64_t deadline_ns, anc_err *err)
{
    while (bytes.len > 0) {
        size_t n = 0;
        ERR_clear_error();
        const int rc = SSL_write_ex(w->tls->session, bytes.ptr, bytes.len, &n);
        if (rc == 1)
            bytes = anc_str_sub(bytes, n, bytes.len);
        else
            ANC_TRY(after(w, rc, deadline_ns, err));
    }
    return ANC_OK;
}

anc_status clt_redis_tls_receive(clt_redis_wire *w, char *out, size_t n, int64_t deadline_ns,
                                 size_t *ret_n, anc_err *err)
{
    for (;;) {
        ERR_clear_error();
        const int rc = SSL_read_ex(w->tls->session, out, n, ret_n);
        if (rc == 1)
            return ANC_OK;
        ANC_TRY(after(w, rc, deadline_ns, err));
    }
}

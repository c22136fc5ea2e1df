/* sha256.c - libcrypto's digest context behind our header. */
#include "hash/sha256.h"

#include <stdlib.h>

#include <openssl/evp.h>

struct anc_sha256 {
    EVP_MD_CTX *ctx; /* owned */
};

anc_sha256 *anc_sha256_new(void)
{
    anc_sha256 *sha = calloc(1, sizeof *sha);
    if (sha == NULL)
        return NULL;
    sha->ctx = EVP_MD_CTX_new();
    if (sha->ctx == NULL || EVP_DigestInit_ex(sha->ctx, EVP_sha256(), NULL) != 1) {
        anc_sha256_free(sha);
        return NULL;
    }
    return sha;
}

void anc_sha256_free(anc_sha256 *sha)
{
    if (sha == NULL)
        return;
    EVP_MD_CTX_free(sha->ctx);
    free(sha);
}

void anc_sha256_add(anc_sha256 *sha, anc_str bytes)
{
    (void)EVP_DigestUpdate(sha->ctx, bytes.ptr, bytes.len);
}

void anc_sha256_end(anc_sha256 *sha, unsigned char out[ANC_SHA256_BYTES])
{
    (void)EVP_DigestFinal_ex(sha->ctx, out, NULL);
    (void)EVP_DigestInit_ex(sha->ctx, EVP_sha256(), NULL);
}

anc_status anc_sha256_of(anc_str bytes, unsigned char out[ANC_SHA256_BYTES], anc_err *err)
{
    if (EVP_Digest(bytes.ptr, bytes.len, out, NULL, EVP_sha256(), NULL) != 1)
        return ANC_FAIL(err, ANC_NO_MEMORY, "sha256 of %zu bytes", bytes.len);
    return ANC_OK;
}

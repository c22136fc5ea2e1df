/* test_pem.c - what a file of certificates is, and what is said of one that is none. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/file.h"
#include "os/pem.h"

static const struct pem_row {
    const char *name, *content;
    const char *says; /* NULL: it fits */
} rows[] = {
    {"a certificate", "x\n-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n", NULL},
    {"one that OpenSSL trusts", "-----BEGIN TRUSTED CERTIFICATE-----\nMA==\n", NULL},
    {"nothing", "", "is empty"},
    {"a key", "-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n",
     "holds a private key and no certificate"},
    {"another block", "-----BEGIN X509 CRL-----\nMA==\n", "holds no certificate"},
    {"binary", "0\202\003\001", "perhaps DER"},
    {"words", "certificate", "is no PEM"},
};

static void what_is_in_it(void **state)
{
    const struct pem_row *row = *state;
    char path[] = "/tmp/anc_pem_XXXXXX";
    anc_err err = {0};
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    ASSERT_OK(os_file_replace(anc_str_of(path), anc_str_of(row->content), &err), &err);
    const anc_status status = os_certificates_check(anc_str_of(path), &err);
    assert_int_equal(status, row->says == NULL ? ANC_OK : ANC_INVALID);
    if (row->says != NULL)
        assert_true(strstr(err.text, row->says) != NULL && strstr(err.text, path) != NULL);
    (void)unlink(path);
}

static void what_is_no_file(void **state)
{
    static const struct no_file {
        const char *path, *says;
    } rows_of[] = {
        {"/no/such.pem", "No such file"}, {"/tmp", "is a folder"}, {"/dev/null", "special"}};
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows_of); i++) {
        anc_err err = {0};
        assert_int_equal(os_certificates_check(anc_str_of(rows_of[i].path), &err), ANC_INVALID);
        assert_non_null(strstr(err.text, rows_of[i].says));
        assert_non_null(strstr(err.text, rows_of[i].path));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_no_file)};
    return RUN_TABLE("files", rows, what_is_in_it) +
           cmocka_run_group_tests_name("others", tests, NULL, NULL);
}

/* pem.c - see pem.h. */
#include "os/pem.h"

#include "base/arena.h"
#include "base/str.h"
#include "os/file.h"

enum { FILE_MAX = 16 << 20, ROOM = FILE_MAX + 4096 };

static bool holds(anc_str text, const char *what)
{
    return anc_str_find(text, anc_str_of(what)) != SIZE_MAX;
}

/* What a file without a certificate in PEM is. */
static const char *kind_of(anc_str text)
{
    if (text.len == 0)
        return "is empty";
    if (holds(text, "PRIVATE KEY-----"))
        return "holds a private key and no certificate";
    if (holds(text, "-----BEGIN "))
        return "holds no certificate";
    if ((unsigned char)text.ptr[0] == 0x30)
        return "is no PEM but perhaps DER, which `openssl x509 -inform der -in FILE -out FILE.pem` "
               "turns into PEM";
    return "is no PEM (-----BEGIN CERTIFICATE-----)";
}

anc_status os_certificates_check(anc_str path, anc_err *err)
{
    os_stat found;
    anc_str text;
    anc_err why = {0};
    ANC_ARENA(mem, ROOM);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a file of certificates");
    if (os_stat_of(path, &found, &why) != ANC_OK)
        return ANC_FAIL(err, ANC_INVALID, "%s", why.text);
    if (!found.is_file)
        return ANC_FAIL(err, ANC_INVALID, "%.*s is a %s, a file of certificates is wanted",
                        ANC_FMT(path), found.is_folder ? "folder" : "special file");
    if (os_file_read(mem, path, FILE_MAX, &text, &why) != ANC_OK)
        return ANC_FAIL(err, ANC_INVALID, "%s", why.text);
    if (holds(text, "-----BEGIN CERTIFICATE-----") ||
        holds(text, "-----BEGIN TRUSTED CERTIFICATE-----") ||
        holds(text, "-----BEGIN X509 CERTIFICATE-----"))
        return ANC_OK;
    return ANC_FAIL(err, ANC_INVALID, "%.*s %s", ANC_FMT(path), kind_of(text));
}

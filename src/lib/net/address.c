/* address.c - which addresses belong to the public internet (RFC 6890 and its registries). */
#include <arpa/inet.h>
#include <string.h>

#include "net/uri.h"

typedef struct range {
    unsigned char bytes[16];
    unsigned bits;
} range;

static const range reserved4[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private */
    {{100, 64}, 10},      /* a provider's inside */
    {{127}, 8},           /* this machine */
    {{169, 254}, 16},     /* a link, and where clouds tell secrets */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* protocols */
    {{192, 0, 2}, 24},    /* examples */
    {{192, 88, 99}, 24},  /* 6to4 */
    {{192, 168}, 16},     /* private */
    {{198, 18}, 15},      /* measurements */
    {{198, 51, 100}, 24}, /* examples */
    {{203, 0, 113}, 24},  /* examples */
    {{224}, 3},           /* groups, reserved, all */
};

/* Only 2000::/3 is given out; of it: */
static const range reserved6[] = {
    {{0x20, 0x01, 0x00}, 23},       /* protocols, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* examples */
    {{0x20, 0x02}, 16},             /* 6to4: an IPv4 address inside */
    {{0x3f, 0xff, 0x00}, 20},       /* examples */
};

static bool is_in(const unsigned char *address, const range *r)
{
    const unsigned whole = r->bits / 8, rest = r->bits % 8;
    if (memcmp(address, r->bytes, whole) != 0)
        return false;
    const unsigned mask = rest == 0 ? 0 : 0xffU << (8 - rest) & 0xffU;
    return rest == 0 || ((address[whole] ^ r->bytes[whole]) & mask) == 0;
}

static bool is_in_any(const unsigned char *address, const range *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_in(address, &list[i]))
            return true;
    return false;
}

bool net_address_is_public(const char *address)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    unsigned char a[16];
    if (inet_pton(AF_INET, address, a) == 1)
        return !is_in_any(a, reserved4, ANC_COUNT(reserved4));
    if (inet_pton(AF_INET6, address, a) != 1)
        return false;
    if (memcmp(a, mapped, sizeof mapped) == 0)
        return !is_in_any(a + sizeof mapped, reserved4, ANC_COUNT(reserved4));
    return (a[0] & 0xe0) == 0x20 && !is_in_any(a, reserved6, ANC_COUNT(reserved6));
}

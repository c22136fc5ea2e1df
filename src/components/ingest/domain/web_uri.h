/* web_uri.h - which machine of the web a URI of another service names, and whether it is one that may be asked. */
#ifndef ANC_INGEST_DOMAIN_WEB_URI_H
#define ANC_INGEST_DOMAIN_WEB_URI_H

#include "base/status.h"

typedef struct ing_web_uri {
    anc_str scheme; /* "http" or "https" */
    anc_str host;   /* a name, or an address without brackets; as it stands */
    uint16_t port;
    anc_str target; /* path and query, "" or from their '/' or '?' on, without the fragment */
    anc_str name;   /* last part of the path, as it stands; may be empty */
} ing_web_uri;

/* Whether it begins with http:// or https://. */
bool ing_is_web_uri(anc_str uri);

/* Views into `uri`. INVALID, with /payload/uri, for one with a name or password before its host, or with what no URI
 * has; nothing of what stands before or behind the host is shown. */
anc_status ing_web_uri_read(anc_str uri, ing_web_uri *ret, anc_err *err) ANC_MUST_CHECK;

/* Whether `hosts` [n] names its host: "files.example.org" at the port of its scheme, "files.example.org:8443" at that
 * one; an IPv6 address in brackets where a port follows. */
bool ing_web_host_is_named(const ing_web_uri *uri, const anc_str *hosts, size_t n);

/* Whether one of `hosts` is just this address, at whatever port. */
bool ing_web_address_is_named(anc_str address, const anc_str *hosts, size_t n);

#endif

"""Requests that two servers in a row could read differently: each is refused, with its connection closed, or
proven harmless: the answers are as many, and as they should be, whatever stands behind."""
import re
import socket
import ssl

from harness import serving

H = b"Host: localhost\r\n"
NEXT = b"GET /livez?smuggled HTTP/1.1\r\n" + H + b"Connection: close\r\n\r\n"
POST = b"POST /v1/search HTTP/1.1\r\n" + H
TE = b"Transfer-Encoding: chunked\r\n"

# name, bytes, status: the whole is refused, and nothing behind it is answered
REFUSED = [
    # length against coding
    ("length, then coding", POST + b"Content-Length: 4\r\n" + TE + b"\r\n0\r\n\r\n", 400),
    ("coding, then length", POST + TE + b"Content-Length: 4\r\n\r\n0\r\n\r\n", 400),
    ("length of nothing and a coding", POST + b"Content-Length: 0\r\n" + TE + b"\r\n0\r\n\r\n", 400),
    ("two codings", POST + TE + TE + b"\r\n0\r\n\r\n", 400),
    ("coding twice, once as another", POST + TE + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400),
    ("two lengths that differ", POST + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello", 400),
    ("two lengths that agree", POST + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400),
    ("lengths in a list", POST + b"Content-Length: 0, 0\r\n\r\n", 400),
    ("length with a sign", POST + b"Content-Length: +0\r\n\r\n", 400),
    ("negative length", POST + b"Content-Length: -1\r\n\r\n", 400),
    ("length with a blank inside", POST + b"Content-Length: 1 0\r\n\r\n", 400),
    ("length in hexadecimal", POST + b"Content-Length: 0x0\r\n\r\n", 400),
    ("length past 64 bits", POST + b"Content-Length: 18446744073709551616\r\n\r\n", 400),
    ("length of words", POST + b"Content-Length: zero\r\n\r\n", 400),
    ("length without a value", POST + b"Content-Length:\r\n\r\n", 400),
    ("length with a fraction", POST + b"Content-Length: 0.0\r\n\r\n", 400),
    ("coding that is unknown", POST + b"Transfer-Encoding: cow\r\n\r\n0\r\n\r\n", 501),
    ("coding with another before", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    ("coding with another behind", POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501),
    ("coding misspelt by a prefix", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    ("coding in quotes", POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n', 501),
    ("coding behind a vertical tab", POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    ("coding with a NUL behind", POST + b"Transfer-Encoding: chunked\x00\r\n\r\n0\r\n\r\n", 400),
    ("coding with a comma alone", POST + b"Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", 501),
    ("coding without a value", POST + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n", 501),
    ("coding in HTTP/1.0", b"POST /v1/search HTTP/1.0\r\n" + TE + b"\r\n0\r\n\r\n", 400),
    # names and lines
    ("blank before the colon", POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    ("tab before the colon", POST + b"Content-Length\t: 0\r\n\r\n", 400),
    ("blank before a name", b"POST /v1/search HTTP/1.1\r\n Content-Length: 0\r\n" + H + b"\r\n", 400),
    ("folded coding", POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 501),
    ("folded length", POST + b"Content-Length:\r\n 0\r\n\r\n", 400),
    ("folded by a tab", POST + b"X: a\r\n\tContent-Length: 5\r\n\r\n", 400),
    ("bare line feed after a field", POST + b"Content-Length: 0\n" + TE + b"\r\n", 400),
    ("bare line feed in a value", POST + b"X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("bare line feed at the end of the head", POST + b"Content-Length: 0\r\n\n", 400),
    ("bare carriage return in a value", POST + b"X: a\rTransfer-Encoding: chunked\r\n\r\n", 400),
    ("two carriage returns", POST + b"Content-Length: 0\r\r\n\r\n", 400),
    ("NUL in a name", POST + b"Content-Length\x00: 0\r\n\r\n", 400),
    ("NUL in a value", POST + b"X: a\x00b\r\n\r\n", 400),
    ("control byte in a value", POST + b"X: a\x08b\r\n\r\n", 400),
    ("a name of nothing", POST + b": x\r\n\r\n", 400),
    ("a line without colon", POST + b"Content-Length 0\r\n\r\n", 400),
    ("a name with a bracket", POST + b"Content[Length]: 0\r\n\r\n", 400),
    ("a name beyond ASCII", POST + b"Content\xadLength: 0\r\n\r\n", 400),
    # the request line
    ("absolute form of another scheme", b"GET https://localhost/livez HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("absolute form with a user", b"GET http://a@localhost/livez HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("absolute form and no host", b"GET http://localhost/livez HTTP/1.1\r\n\r\n", 400),
    ("authority form", b"CONNECT localhost:80 HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("two hosts", b"GET /livez HTTP/1.1\r\n" + H + b"Host: evil.example\r\n\r\n", 400),
    ("no host", b"GET /livez HTTP/1.1\r\n\r\n", 400),
    ("a host with a path", b"GET /livez HTTP/1.1\r\nHost: localhost/evil\r\n\r\n", 400),
    ("a host with a user", b"GET /livez HTTP/1.1\r\nHost: a@localhost\r\n\r\n", 400),
    ("a blank in the target", b"GET /livez /x HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("two blanks", b"GET  /livez HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("a tab instead of a blank", b"GET\t/livez HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("a request without version", b"GET /livez\r\n" + H + b"\r\n", 400),
    ("version 0.9", b"GET /livez HTTP/0.9\r\n" + H + b"\r\n", 505),
    ("version 1.2", b"GET /livez HTTP/1.2\r\n" + H + b"\r\n", 505),
    ("version 2.0", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("version 3.0", b"GET /livez HTTP/3.0\r\n" + H + b"\r\n", 505),
    ("version with a leading zero", b"GET /livez HTTP/01.1\r\n" + H + b"\r\n", 400),
    ("version in small letters", b"GET /livez http/1.1\r\n" + H + b"\r\n", 400),
    ("a method in brackets", b"GET() /livez HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("a TLS handshake", b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"\x00" * 193, 400),
    ("blank lines before", b"\r\n\r\nGET /livez HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("a fragment", b"GET /livez#x HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("an expectation that is unknown", POST + b"Expect: 200-maybe\r\nContent-Length: 0\r\n\r\n", 417),
    # chunks
    ("chunk size with a prefix", POST + TE + b"\r\n0x0\r\n\r\n", 400),
    ("chunk size with a sign", POST + TE + b"\r\n+0\r\n\r\n", 400),
    ("negative chunk size", POST + TE + b"\r\n-1\r\n\r\n", 400),
    ("chunk size with a blank", POST + TE + b"\r\n0 \r\n\r\n", 400),
    ("chunk size with an underscore", POST + TE + b"\r\n1_0\r\n\r\n", 400),
    ("chunk size of nothing", POST + TE + b"\r\n\r\n0\r\n\r\n", 400),
    ("chunk size past 64 bits", POST + TE + b"\r\n10000000000000000\r\n\r\n", 400),
    ("chunk size with a bare line feed", POST + TE + b"\r\n0\n\r\n", 400),
    ("chunk size with a bare carriage return", POST + TE + b"\r\n0\rX\n\r\n", 400),
    ("chunk extension with a bare line feed", POST + TE + b"\r\n0;a\nGET /livez HTTP/1.1\r\n\r\n", 400),
    ("chunk extension with a NUL", POST + TE + b"\r\n0;a\x00\r\n\r\n", 400),
    ("chunk extension without end", POST + TE + b"\r\n0;" + b"a" * 20000 + b"\r\n\r\n", 400),
    ("chunk longer than it says", POST + TE + b"\r\n1\r\n{}\r\n0\r\n\r\n", 400),
    ("chunk shorter than it says", POST + TE + b"\r\n5\r\n{}\r\n0\r\n\r\n", 400),
    ("chunk that ends in a line feed", POST + TE + b"\r\n2\r\n{}\n0\r\n\r\n", 400),
    ("trailer without colon", POST + TE + b"\r\n0\r\nGET /livez HTTP/1.1\r\n\r\n", 400),
    ("trailer that is folded", POST + TE + b"\r\n0\r\nX: a\r\n b\r\n\r\n", 400),
    ("trailer with a bare line feed", POST + TE + b"\r\n0\r\nX: a\n\r\n", 400),
    *[("trailer " + field.decode(), POST + TE + b"\r\n2\r\n{}\r\n0\r\nX-Fine: 1\r\n" + field + b"\r\n\r\n", 400) for field in (
        b"Content-Length: 999", b"CONTENT-length:5", b"Transfer-Encoding: chunked", b"Host: evil.example", b"Authorization: Bearer x",
        b"Proxy-Authorization: Basic x", b"Cookie: a=b", b"Connection: close", b"TE: trailers", b"Trailer: Host", b"Upgrade: h2c",
        b"Expect: 100-continue", b"Content-Type: text/plain", b"Content-Encoding: gzip", b"Content-Range: bytes 0-1/2",
        b"If-Match: x", b"If-Unmodified-Since: x", b"Range: bytes=0-1", b"Max-Forwards: 1", b"Cache-Control: no-cache",
        b"Idempotency-Key: k", b"X-Timeout-Ms: 1", b"Origin: http://evil.example", b"X-Forwarded-For: 10.0.0.1",
        b"X-HTTP-Method-Override: DELETE")],
    ("trailers without end", POST + TE + b"\r\n0\r\n" + b"X: aaaaaaaaaaaaaaaa\r\n" * 1000 + b"\r\n", 431),
    # limits
    ("a long request line", b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n" + H + b"\r\n", 414),
    ("a long field", POST + b"X: " + b"a" * 20000 + b"\r\n\r\n", 431),
    ("many fields", POST + b"X: a\r\n" * 200 + b"\r\n", 431),
]

GET = b"GET /livez HTTP/1.1\r\n" + H
QUERY = b'{"query":"x"}'
SIZED = POST + b"Content-Length: %d\r\n" % len(QUERY)
CHUNK = b"%x" % len(QUERY)
# name, bytes, statuses: read as it stands, and what follows is the next request
HARMLESS = [
    ("a length of nothing", GET + b"Content-Length: 0\r\n\r\n", [200]),
    ("a length", SIZED + b"\r\n" + QUERY, [200]),
    ("a request inside a body", POST + b"Content-Length: %d\r\n\r\n" % len(NEXT) + NEXT, [400]),
    ("a request inside a chunk", POST + TE + b"\r\n%x\r\n" % len(NEXT) + NEXT + b"\r\n0\r\n\r\n", [400]),
    ("a coding in capitals", POST + b"TRANSFER-ENCODING: CHUNKED\r\n\r\n" + CHUNK + b"\r\n" + QUERY + b"\r\n0\r\n\r\n", [200]),
    ("an underscore is another name", SIZED + b"Content_Length: 500\r\n\r\n" + QUERY, [200]),
    ("a name near another", SIZED + b"X-Transfer-Encoding: chunked\r\nXContent-Length: 99\r\n\r\n" + QUERY, [200]),
    ("leading zeros of a length", POST + b"Content-Length: 000%d\r\n\r\n" % len(QUERY) + QUERY, [200]),
    ("leading zeros of a chunk", POST + TE + b"\r\n000" + CHUNK + b"\r\n" + QUERY + b"\r\n000\r\n\r\n", [200]),
    ("a chunk extension", POST + TE + b"\r\n" + CHUNK + b';a="b";c\r\n' + QUERY + b"\r\n0;x\r\n\r\n", [200]),
    ("a trailer that says nothing of the request", POST + TE + b"\r\n" + CHUNK + b"\r\n" + QUERY
     + b"\r\n0\r\nX-Checksum: 999\r\nX-Content-Length-Of-All-That-Came-Before: 3\r\n\r\n", [200]),
    ("Connection that names a length", SIZED + b"Connection: content-length\r\n\r\n" + QUERY, [200]),
    ("one blank line before", b"\r\n" + GET + b"\r\n", [200]),
    ("absolute form of this host", b"GET http://localhost:1/livez?x HTTP/1.1\r\n" + H + b"\r\n", [200]),
    ("absolute form of this host, whatever Host says", b"GET http://127.0.0.1/v1/collections HTTP/1.1\r\nHost: evil.example\r\n\r\n", [200]),
    ("absolute form of another host", b"GET http://evil.example/v1/collections HTTP/1.1\r\n" + H + b"\r\n", [403]),
    ("three in a row", GET + b"\r\n" + GET + b"\r\n" + b"GET /nowhere HTTP/1.1\r\n" + H + b"\r\n", [200, 200, 404]),
    ("HEAD has no body", b"HEAD /livez HTTP/1.1\r\n" + H + b"\r\n", [200]),
    ("X-HTTP-Method-Override is no method", GET + b"X-HTTP-Method-Override: DELETE\r\n\r\n", [200]),
    ("an upgrade that is not done", GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
     b"HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", [200]),
]

# a body that the route does not read: one answer, and the connection is closed, so that nobody guesses where it ends
UNREAD = [
    ("a length", GET + b"Content-Length: %d\r\n\r\n" % len(NEXT) + NEXT),
    ("chunks", GET + TE + b"\r\n%x\r\n" % len(NEXT) + NEXT + b"\r\n0\r\n\r\n"),
    ("a length that is a lie", GET + b"Content-Length: 1000000\r\n\r\n"),
]


def exchange(port, data, pieces):
    """Everything that comes back until the server closes; False when it does not close."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
        got = b""
        try:
            for at in range(0, len(data), pieces):
                s.sendall(data[at:at + pieces])
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            while chunk := s.recv(65536):
                got += chunk
        except ConnectionResetError:
            pass
        except TimeoutError:
            return got, False
        return got, True


def statuses(got):
    return [int(m) for m in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)]


def test_requests_that_two_servers_read_differently_are_refused(binary):
    assert len(REFUSED) >= 40
    with serving(binary) as s:
        for name, data, status in REFUSED:
            for pieces in (len(data) + len(NEXT), 7):
                got, closed = exchange(s.port, data + NEXT, pieces)
                assert statuses(got) == [status], (name, pieces, statuses(got), got[:300])
                assert closed and b"connection: close" in got.lower(), (name, pieces, got[:300])
                assert b"smuggled" not in got, (name, got[:300])
        assert s.get("/livez").status == 200
        # none of them was answered as a request of its own
        assert "smuggled" not in s.log_text()


def test_https_is_answered_at_once(binary):
    """Whoever asks https:// of it learns that it is not TLS, long before the time of a head is over."""
    with serving(binary, env={"ANCHORAGE_HTTP__HEAD_TIMEOUT_MS": "600000"}) as s:
        context = ssl.create_default_context()
        with socket.create_connection(("127.0.0.1", s.port), timeout=60) as plain:
            try:
                context.wrap_socket(plain, server_hostname="localhost")
            except ssl.SSLError as e:
                assert "WRONG_VERSION_NUMBER" in str(e), e  # what came back is HTTP
            else:
                raise AssertionError("TLS is spoken")
        got, closed = exchange(s.port, b"\x16\x03\x01", 3)
        assert statuses(got) == [400] and closed and b"TLS is not spoken here" in got, got


def test_odd_requests_are_read_one_way(binary):
    with serving(binary) as s:
        for name, data, expected in HARMLESS:
            for pieces in (len(data) + len(NEXT), 3):
                got, closed = exchange(s.port, data + NEXT, pieces)
                assert statuses(got) == [*expected, 200] and closed, (name, pieces, statuses(got), got[:300])
        for name, data in UNREAD:
            got, closed = exchange(s.port, data + NEXT, len(data) + len(NEXT))
            assert statuses(got) == [200] and closed and b"connection: close" in got.lower(), (name, statuses(got), got[:300])

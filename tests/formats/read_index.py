#!/usr/bin/env python3
"""A reader of an index made from docs/formats alone.

    read_index.py FOLDER     reads manifest and segments, decodes every section and checks what the pages say of it; of
                             a folder with a ledger every index that it names
    read_index.py PROGRAM    the same of a folder that the program writes

It knows nothing of the engine: where the two differ, one of them is wrong. Prints what it found, or what is wrong.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

LARGE = (8, 10, 12, 22, 23)
NONE = 2**32 - 1
TABLE = []
for i in range(256):
    crc = i
    for _ in range(8):
        crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    TABLE.append(crc)


def crc32c(data):
    crc = NONE
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return crc ^ NONE


def check(holds, what):
    if not holds:
        raise ValueError(what)


def hash64(key):
    h = 0xCBF29CE484222325
    for byte in key:
        h = (h ^ byte) * 0x100000001B3 & 2**64 - 1
    h ^= h >> 32
    h = h * 0x9E3779B97F4A7C15 & 2**64 - 1
    return h ^ h >> 29


class Varints:
    def __init__(self, data):
        self.data, self.at = data, 0

    def next(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value


def unpack(data, bits):
    """128 numbers of so many bits, in four streams of words that alternate."""
    numbers = []
    for lane in range(4):
        words = struct.unpack(f"<{4 * bits}I", data[:16 * bits])[lane::4]
        stream = sum(word << 32 * i for i, word in enumerate(words))
        numbers.append([stream >> bits * i & (1 << bits) - 1 for i in range(32)])
    return [numbers[i % 4][i // 4] for i in range(128)]


class Segment:
    def __init__(self, data):
        self.data = data
        check(data[:8] == b"ANCSEG\r\n", "magic")
        (self.version, crc, length, self.chunks, self.vectors, self.postings, self.length,
         self.documents, self.dims, n) = struct.unpack_from("<IIQQQQQQII", data, 8)
        (self.graph_n, self.code_bytes, self.record, self.scale, self.entry, self.top, self.n_up,
         _) = struct.unpack_from("<IIIfIIII", data, 72)
        self.mean = struct.unpack_from("<d", data, 128)[0]
        check(self.version == 1 and n == 27 and length == len(data), "header")
        check(crc32c(data[:12] + bytes(4) + data[16:1000]) == crc, "CRC of the head")
        self.rows = [struct.unpack_from("<IIQQII", data, 136 + 32 * i) for i in range(27)]
        end = 1000
        for i, (number, _, at, size, _, _) in enumerate(self.rows):
            check(number == i + 1 and at >= end and at % (4096 if number in LARGE else 64) == 0, "place of a section")
            end = at + size
        check(end == len(data), "end of the file")
        sums, page = self.u32(27), 0
        for number, crc, at, size, first, _ in self.rows:
            if number not in LARGE:
                check(crc32c(self.section(number)) == crc, f"CRC of section {number}")
                continue
            check(first == page, "first page")
            for from_ in range(0, size, 65536):
                check(crc32c(data[at + from_:at + min(size, from_ + 65536)]) == sums[page], f"page {page}")
                page += 1

    def section(self, number):
        _, _, at, size, _, _ = self.rows[number - 1]
        return self.data[at:at + size]

    def u32(self, number):
        section = self.section(number)
        return struct.unpack(f"<{len(section) // 4}I", section)

    def structs(self, number, layout):
        return list(struct.iter_unpack("<" + layout, self.section(number)))

    def text(self, at, size):
        text = self.section(20)
        check(at + size <= len(text), "a span")
        return text[at:at + size]


def read_documents(s):
    rows = s.structs(1, "QII7II")
    chunk = field = 0
    slots = s.u32(2)
    document_of, ordinals = s.u32(6), s.u32(4)
    for d, (at, size, _, version, language, first, n, first_field, n_fields, access, _) in enumerate(rows):
        check(first == chunk and first_field == field and language < 64, "runs of a document")
        check(all(document_of[c] == d for c in range(first, first + n)), "document_of")
        check(list(ordinals[first:first + n]) == sorted(set(ordinals[first:first + n])), "ordinals")
        chunk, field = chunk + n, field + n_fields
        key = s.text(at, size)
        slot = hash64(key) & len(slots) - 1
        while slots[slot] != d + 1:
            check(slots[slot] != 0, "a key in the slots")
            slot = slot + 1 & len(slots) - 1
    check(len(rows) == s.documents and chunk == s.chunks, "documents")
    check(sum(s.u32(5)) == s.length, "lengths")
    return len(rows)


def read_fields(s):
    names = [s.text(at, size) for at, size, _ in s.structs(16, "QII")]
    values = []
    for name, kind, in_list, _, size, _, raw in s.structs(3, "IBBHII8s"):
        value = s.text(struct.unpack("<Q", raw)[0], size) if kind == 0 else \
            struct.unpack("<d" if kind == 2 else "<q", raw)[0]
        values.append((names[name], kind, in_list, value))
    distinct, holders = s.structs(14, "II"), s.u32(15)
    owner = [d for d, row in enumerate(s.structs(1, "QII7II")) for _ in range(row[8])]
    for name, kind, in_list, _, first, n in s.structs(13, "IBBHII"):
        got = {}
        for i in range(first, first + n):
            field, from_ = distinct[i]
            got[values[field][3]] = list(holders[from_:distinct[i + 1][1]])
        want = {}
        for field, value in enumerate(values):
            if value[:3] == (names[name], kind, in_list):
                want.setdefault(value[3], set()).add(owner[field])
        check(got == {v: sorted(d) for v, d in want.items()} and list(got) == sorted(got), "a column")
    labels, sets = s.structs(17, "QII"), s.u32(19)
    for first, n in s.structs(18, "II"):
        check(all(label < len(labels) for label in sets[first:first + n]), "an access set")
    return len(values)


def read_postings(s, data, df, norms):
    chunk, found, heads = -1, [], df // 128
    tail, tail_impact = 0, 0
    if heads:
        tail, tail_impact = struct.unpack_from("<IB", data)
        packs = data[8 + 12 * heads:tail]
        for h in range(heads):
            last, at, gap_bits, tf_bits, impact, _ = struct.unpack_from("<IIBBBB", data, 8 + 12 * h)
            gaps = unpack(packs[at:], gap_bits)
            counts = unpack(packs[at + 16 * gap_bits:], tf_bits)
            most = 0
            for gap, count in zip(gaps, counts):
                chunk += gap + 1
                found.append((chunk, count + 1))
                most = max(most, 255 * (count + 1) / (count + 1 + norms[chunk]))
            check(chunk == last and most <= impact < most + 1.001, "a pack")
    varints = Varints(data[tail:])
    for _ in range(df % 128):
        value = varints.next()
        chunk += value >> 1
        found.append((chunk, 1 if value & 1 else varints.next()))
        count = found[-1][1]
        check(not tail_impact or 255 * count / (count + norms[chunk]) <= tail_impact, "impact of a tail")
    check(varints.at == len(data) - tail, "end of a list")
    check(all(0 <= c < s.chunks and n > 0 for c, n in found), "postings")
    return found


def lists_of(s, table, bytes_):
    rows, data = s.structs(table, "QIIIIQ"), s.section(bytes_)
    texts = [s.text(at, size) for at, size, *_ in rows]
    check(texts == sorted(set(texts)), f"order of section {table}")
    for i, row in enumerate(rows):
        end = rows[i + 1][5] if i + 1 < len(rows) else len(data)
        yield texts[i], row[3], data[row[5]:end]


def read_places(s, data, df):
    """Pairs of a chunk and the positions in it."""
    varints, chunk, found = Varints(data), -1, []
    for _ in range(df):
        chunk += varints.next()
        check(chunk < s.chunks, "a chunk of a form")
        end = varints.next()
        end += varints.at
        position, positions = -1, []
        while varints.at < end:
            position += varints.next()
            positions.append(position)
        check(varints.at == end and position >= 0, "positions")
        found.append((chunk, positions))
    check(varints.at == len(data), "end of places")
    return found


def read_words(s):
    """Postings by term and places by form."""
    norms = [1.2 * (0.25 + 0.75 * n / s.mean) for n in s.u32(5)] if s.mean else []
    terms = {text: read_postings(s, data, df, norms) for text, df, data in lists_of(s, 9, 10)}
    check(sum(map(len, terms.values())) == s.postings, "postings")
    return terms, {text: read_places(s, data, df) for text, df, data in lists_of(s, 11, 12)}


def read_vectors(s):
    if s.vectors == 0:
        return 0
    words = s.structs(7, "Q")
    has = [words[c // 64][0] >> c % 64 & 1 for c in range(s.chunks)]
    check(sum(has) == s.vectors, "has_vector")
    vectors = s.structs(8, f"{s.dims}e")
    check(all(abs(sum(x * x for x in v) - 1) < 0.02 for c, v in enumerate(vectors) if has[c]), "lengths of vectors")
    means = s.structs(21, f"{s.dims}f")
    for c, row in enumerate(s.structs(22, f"{(s.dims + 63) // 64}Q") if means else []):
        check(not has[c] or all((row[d // 64] >> d % 64 & 1) == (vectors[c][d] > means[0][d])
                                for d in range(s.dims)), "bits")
    for c, row in enumerate(s.structs(23, f"{s.code_bytes}s32I") if s.graph_n else []):
        codes, links = row[0], row[1:]
        links = links[:links.index(NONE)] if NONE in links else links
        check(all(link < s.chunks and link != c and has[link] and has[c] for link in links), "links")
        check(all(code == 128 for code in codes[s.dims:]), "padding of codes")
        check(not has[c] or all(abs(codes[d] - 128 - max(-127, min(127, vectors[c][d] * s.scale))) < 0.51
                                for d in range(s.dims)), "codes")
    nodes, first, links = s.u32(24), s.u32(25) + (len(s.u32(26)),), s.u32(26)
    levels = [(first[i + 1] - first[i]) // 16 for i in range(s.n_up)]
    check(list(nodes) == sorted(set(nodes)) and all(has[node] for node in nodes), "upper table")
    for row in range(s.n_up):
        for at in range(first[row], first[row + 1]):
            level = (at - first[row]) // 16 + 1
            check(links[at] == NONE or links[at] < s.n_up and levels[links[at]] >= level, "upper links")
    check(s.n_up == 0 or 1 <= s.top <= levels[s.entry], "entry")
    return s.vectors


def read_manifest(data):
    """The rows of the segments, each with the set of its dead documents."""
    check(data[:8] == b"ANCMAN\r\n", "magic of the manifest")
    version, crc, length, cursor, following, dims, n = struct.unpack_from("<IIQQQII", data, 8)
    check(version == 1 and length == len(data), "header of the manifest")
    check(crc32c(data[:12] + bytes(4) + data[16:]) == crc, "CRC of the manifest")
    segments, at = [], 48 + 64 * n
    for i in range(n):
        row = struct.unpack_from("<QQIIQQQQQ", data, 48 + 64 * i)
        words = struct.unpack_from(f"<{row[8]}Q", data, at)
        at += 8 * row[8]
        check(row[0] < following and row[8] in (0, (row[7] + 63) // 64), "a row of the manifest")
        segments.append((row, {d for d in range(64 * row[8]) if words[d // 64] >> d % 64 & 1}))
    check(at == len(data), "end of the manifest")
    return cursor, dims, segments


def check_dead(s, row, dead):
    documents = s.structs(1, "QII7II")
    chunks = [c for d in dead for c in range(documents[d][5], documents[d][5] + documents[d][6])]
    lengths, words = s.u32(5), s.structs(7, "Q")
    vectors = sum(words[c // 64][0] >> c % 64 & 1 for c in chunks) if words else 0
    check(row[3:7] == (len(chunks), len(dead), vectors, sum(lengths[c] for c in chunks)), "what died")
    return {s.text(d[0], d[1]) for i, d in enumerate(documents) if i not in dead}


def read_index(folder):
    cursor, dims, segments = read_manifest((folder / "manifest").read_bytes())
    living = set()
    for row, dead in segments:
        data = (folder / f"seg-{row[0]}").read_bytes()
        s = Segment(data)
        check(len(data) == row[1] and struct.unpack_from("<I", data, 12)[0] == row[2], "the segment meant")
        check(s.documents == row[7] and s.dims == dims, "counts of a segment")
        forms = read_words(s)[1]
        places = sum(len(positions) for places in forms.values() for _, positions in places)
        print(f"seg-{row[0]}: {read_documents(s)} documents, {len(dead)} of them dead, {read_fields(s)} values, "
              f"{s.postings} postings, {places} places, {read_vectors(s)} vectors, {s.n_up} rows above the ground")
        alive = check_dead(s, row, dead)
        check(not living & alive, "a key that lives twice")
        living |= alive
    print(f"{len(living)} living documents, the mark at {cursor}")
    return dims


def living_chunks(folder):
    """All that words and meaning are compared with, of every living chunk: by the key of its document and its ordinal."""
    found = {}
    for row, dead in read_manifest((folder / "manifest").read_bytes())[2]:
        s = Segment((folder / f"seg-{row[0]}").read_bytes())
        documents, ordinals, lengths = s.structs(1, "QII7II"), s.u32(4), s.u32(5)
        vectors = s.structs(8, f"{s.dims}e") if s.vectors else [None] * s.chunks
        chunks = [{"language": documents[d][4], "length": lengths[c], "counts": {}, "positions": {},
                   "vector": vectors[c]} for c, d in enumerate(s.u32(6))]
        terms, forms = read_words(s)
        for member, lists in (("counts", terms), ("positions", forms)):
            for text, rows in lists.items():
                for c, value in rows:
                    chunks[c][member][text.decode()] = value
        for c, d in enumerate(s.u32(6)):
            if d not in dead:
                found[s.text(*documents[d][:2]).decode(), ordinals[c]] = chunks[c]
    return found


def read_ledger(data):
    """What the ledger says, as an object."""
    line, text = data.split(b"\n", 1)
    kind, version, crc = line.split(b" ")
    check(kind == b"anchorage-index" and version == b"1", "first line of the ledger")
    check(crc == b"%08x" % crc32c(version + text), "CRC of the ledger")
    ledger = json.loads(text)
    check(text.endswith(b"}\n") and isinstance(ledger["cursor"], int) and isinstance(ledger["whole"], bool),
          "members of the ledger")
    return ledger


def read_home(path):
    """Reads every index that the ledger of a folder names; the ledger."""
    ledger = read_ledger((path / "ledger").read_bytes())
    for index in ledger["indexes"]:
        parts = index["folder"].split("/")
        check(len(parts) == 2 and all(p and p[0] != "." for p in parts) and len(index["folder"]) < 160, "a folder's name")
        check(index["collection"] != "" and isinstance(index["removed"], bool), "an index of the ledger")
        dims = read_index(path / index["folder"])
        check(dims == index["dims"], "dims of an index")
    return ledger


def main():
    path = pathlib.Path(sys.argv[1])
    if (path / "ledger").is_file():
        read_home(path)
        return 0
    if path.is_dir():
        read_index(path)
        return 0
    with tempfile.TemporaryDirectory() as tmp:
        subprocess.run([str(path), tmp], check=True)
        read_index(pathlib.Path(tmp))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ValueError, IndexError, KeyError, struct.error) as e:
        print(f"wrong: {e!r}")
        sys.exit(1)

"""faults.py - a disk that fails when it is told to, under a server: the layer of tests/support/fault_shim.c."""
import errno
import mmap
import struct

from harness import ROOT, Skipped

OPEN, WRITE, SYNC, NAME, REMOVE, READ, LOOK = (1 << n for n in range(7))
CHANGES = OPEN | WRITE | SYNC | NAME | REMOVE
ONCE, FROM_THEN_ON = 1, 2
HEAD, TEXTS = struct.Struct("<QqQQQQ"), struct.Struct("<32s512s512s")


def library():
    built = sorted((ROOT / "build").glob("*/tests/support/libanc_faults.so"), key=lambda f: f.stat().st_mtime)
    if not built:
        raise Skipped("the layer that fails (libanc_faults.so) is not built")
    return built[-1]


class Faults:
    """Calls of a place's server to its data folder. One call is chosen at a time."""

    def __init__(self, place):
        path = place.home / "faults"
        path.write_bytes(HEAD.pack(0, 0, 0, 0, 0, 0) + TEXTS.pack(b"", b"", str(place.data).encode()))
        with open(path, "r+b") as f:
            self.memory = mmap.mmap(f.fileno(), 0)
        self.env = {"LD_PRELOAD": str(library()), "ANC_FAULTS": str(path),
                    # where the server has a sanitizer, it need not be the first library
                    "ASAN_OPTIONS": place.env.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}

    def arm(self, after, error, kinds, mode=ONCE):
        """The call after `after` others of these kinds fails, or all from it on."""
        self.memory[0:8] = bytes(8)
        self.memory[:HEAD.size] = HEAD.pack(0, after, error, kinds, 0, 0)
        self.memory[HEAD.size:HEAD.size + 544] = bytes(544)
        self.memory[0:8] = struct.pack("<Q", mode)

    def count(self, kinds):
        """Counts such calls from now on; none fails."""
        self.arm(0, 0, kinds, mode=0)

    def lift(self):
        self.memory[0:8] = bytes(8)

    @property
    def seen(self):
        return HEAD.unpack_from(self.memory)[4]

    @property
    def failed(self):
        return HEAD.unpack_from(self.memory)[5]

    def told(self):
        """What failed first, for people."""
        call, path, _ = (t.split(b"\0")[0].decode() for t in TEXTS.unpack_from(self.memory, HEAD.size))
        return f"{call} {path}" if call else "nothing"

    @property
    def call(self):
        return self.told().split(" ", 1)[0]


def name_of(error):
    return errno.errorcode[error]

"""oracle.py - what a server has acknowledged, and what may be there besides since its answer never came."""
import threading

ABSENT = None


class Oracle:
    """Values by key. Of a key whose last change was not answered, the value before and the one after are both
    allowed; which it is, is settled by looking. A key is changed by one thread at a time."""

    def __init__(self):
        self.lock = threading.Lock()
        self.known, self.maybe = {}, {}

    def value(self, key):
        with self.lock:
            return self.known.get(key, ABSENT)

    def begins(self, key, after):
        with self.lock:
            self.maybe[key] = after

    def answered(self, key, value):
        """The change that began was acknowledged, with `value` as what is there now."""
        with self.lock:
            self.known[key] = value
            self.maybe.pop(key, None)

    def refused(self, key):
        with self.lock:
            self.maybe.pop(key, None)

    def keys(self):
        with self.lock:
            return sorted(set(self.known) | set(self.maybe))

    def touched(self):
        """Keys whose last change was not answered."""
        with self.lock:
            return sorted(self.maybe)

    def settle(self, key, found, same=lambda allowed, found: allowed == found):
        """Takes what was found for what is there; fails when neither of the two allowed values is."""
        with self.lock:
            allowed = [self.known.get(key, ABSENT)] + ([self.maybe[key]] if key in self.maybe else [])
            assert any(same(a, found) for a in allowed), f"{key}: found {found}, allowed is {allowed}"
            self.known[key] = found
            self.maybe.pop(key, None)

    def forget(self, key):
        with self.lock:
            self.known.pop(key, None)
            self.maybe.pop(key, None)

"""Damaged files of a data folder: found, named, and never served."""
import re

from harness import Server, place

# where the catalog's first pages carry what is read at every start
BEGINNING = (0, 20, 100, 4096)
NOT_FOR_PEOPLE = re.compile(r"SELECT|PRAGMA|malformed|sqlite_|image")


def test_a_damaged_catalog_stops_the_start_and_says_what_to_do(binary):
    with place(binary) as p:
        server = Server(p)
        assert server.put_document(id="a", text="The lighthouse keeper sleeps by day.").status == 201
        assert server.stop() == 0
        catalog = p.data / "catalog.db"
        whole = catalog.read_bytes()
        for at in BEGINNING:
            catalog.write_bytes(whole[:at] + bytes(b ^ 0xff for b in whole[at:at + 16]) + whole[at + 16:])
            for command in (("serve", "--port", "0"), ("search", "lighthouse")):
                got = p.run(*command)
                assert got.returncode == 1, (at, command, got)
                assert str(catalog) in got.stderr and "damaged" in got.stderr, (at, command, got.stderr)
                assert "backup" in got.stderr and "ingest" in got.stderr, (at, command, got.stderr)
                assert not NOT_FOR_PEOPLE.search(got.stderr), (at, command, got.stderr)
        catalog.write_bytes(whole)
        found = p.run("search", "lighthouse")
        assert found.returncode == 0 and "lighthouse keeper" in found.stdout, found

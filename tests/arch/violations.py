#!/usr/bin/env python3
"""Deliberate violations of the layer rule, each of which must be refused.

    violations.py SOURCE_DIR

A small tree with the project's own AncLayer.cmake is made once; it must build. Then each row of the
table changes it in one place, and configure or compile must fail with the words given.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = """cmake_minimum_required(VERSION 3.25)
project(violations LANGUAGES C)
list(APPEND CMAKE_MODULE_PATH {cmake})
set(CMAKE_C_STANDARD 17)
include(AncWarnings)
include(AncSanitizers)
include(AncLayer)
anc_add_all(src)
anc_check_layers()
"""

# folder, name, sources, headers, deps
TREE = [
    ("lib/base", "base", ["base.c"], ["base.h"], []),
    ("lib/os", "os", ["file.c"], ["file.h"], ["base"]),
    ("lib/net", "net", ["http.c"], ["http.h"], ["base", "os"]),
    ("lib/engine", "engine", ["engine.c"], ["engine.h"], ["base", "os"]),
    ("kernel/domain", "kernel/domain", ["call.c"], ["call.h"], ["base"]),
    ("kernel/ports", "kernel/ports", [], ["bus.h"], ["base", "kernel/domain"]),
    ("components/search", "search", [], ["search.h"], ["base", "kernel/domain"]),
    ("components/search/domain", "search/domain", ["fusion.c"], ["fusion.h"], ["base"]),
    ("components/search/ports", "search/ports", [], ["index.h"], ["base", "kernel/domain", "search/domain"]),
    ("components/search/app", "search/app", ["query.c"], ["query.h"], ["search", "search/ports", "kernel/ports"]),
    ("components/search/adapters/engine", "search/adapters/engine", ["adapter.c"], ["adapter.h"],
     ["search/ports", "engine"]),
    ("components/search/adapters/remote", "search/adapters/remote", ["remote.c"], ["remote.h"], ["search/ports", "net"]),
    ("components/rag", "rag", [], ["rag.h"], ["base", "kernel/domain"]),
    ("components/rag/domain", "rag/domain", ["prompt.c"], ["prompt.h"], ["base"]),
    ("components/rag/app", "rag/app", ["ask.c"], ["ask.h"], ["rag", "rag/domain", "search"]),
    ("edge/http", "edge/http", ["routes.c"], ["routes.h"], ["base", "net", "rag", "search"]),
]

# name, where, what is put there, words of the refusal. A change of DEPS is refused by configure, an
# include by the compiler.
VIOLATIONS = [
    ("a domain depends on an adapter", "search/domain", ("dep", "search/adapters/engine"), "may not depend on search/adapters/engine"),
    ("a domain depends on a port", "search/domain", ("dep", "search/ports"), "may not depend on search/ports"),
    ("a domain depends on the disk", "rag/domain", ("dep", "os"), "may not depend on os"),
    ("a port depends on the network", "search/ports", ("dep", "net"), "may not depend on net"),
    ("the engine depends on the network", "engine", ("dep", "net"), "may not depend on net"),
    ("a use case depends on another's use case", "rag/app", ("dep", "search/app"), "may not depend on search/app"),
    ("a use case depends on another's domain", "rag/app", ("dep", "search/domain"), "may not depend on search/domain"),
    ("an adapter depends on a sibling", "search/adapters/remote", ("dep", "search/adapters/engine"),
     "may not depend on search/adapters/engine"),
    ("an adapter depends on a root header of another", "search/adapters/engine", ("dep", "rag"), "may not depend on rag"),
    ("the edge depends on a use case", "edge/http", ("dep", "rag/app"), "may not depend on rag/app"),
    ("the edge depends on a database", "edge/http", ("dep", "db/sqlite"), "may not depend on db/sqlite"),
    ("the kernel depends on a component", "kernel/ports", ("dep", "search"), "may not depend on search"),
    ("a library depends on the kernel", "os", ("dep", "kernel/domain"), "may not depend on kernel/domain"),
    ("a use case links a library of others", "rag/app", ("vendor", "sqlite3"), "may not use third-party libraries"),
    ("a folder that is no layer", "rag/domain", ("name", "rag/helpers"), "is no layer of this house"),
    ("a dependency that does not exist", "rag/app", ("dep", "ingest"), "which does not exist"),
    ("a domain includes an adapter's header", "search/domain", ("include", "search/adapters/engine/adapter.h"), "No such file"),
    ("a domain includes its port", "search/domain", ("include", "search/ports/index.h"), "No such file"),
    ("a use case includes another's domain", "rag/app", ("include", "search/domain/fusion.h"), "No such file"),
    ("a use case includes a library", "rag/app", ("include", "net/http.h"), "No such file"),
    ("an adapter includes a sibling", "search/adapters/remote", ("include", "search/adapters/engine/adapter.h"), "No such file"),
    ("a private header of another layer", "search/app", ("include", "search/domain/private.h"), "No such file"),
    ("the edge includes a use case", "edge/http", ("include", "rag/app/ask.h"), "No such file"),
]


def write_layer(top, folder, name, sources, headers, deps, extra=""):
    d = top / "src" / folder
    d.mkdir(parents=True, exist_ok=True)
    for h in headers + ["private.h"]:
        guard = "X_" + name.replace("/", "_") + "_" + h.replace(".", "_")
        (d / h).write_text(f"#ifndef {guard}\n#define {guard}\n#endif\n")
    for s in sources:
        sym = (name + "_" + s).replace("/", "_").replace(".", "_")
        (d / s).write_text(f"int {sym}(void);\nint {sym}(void)\n{{\n    return 0;\n}}\n")
    parts = [f"NAME {name}"]
    if sources:
        parts.append("SOURCES " + " ".join(sources))
    parts.append("HEADERS " + " ".join(headers))
    if deps:
        parts.append("DEPS " + " ".join(deps))
    (d / "CMakeLists.txt").write_text(f"anc_layer({' '.join(parts)}{extra})\n")


def make_tree(top, cmake):
    (top / "CMakeLists.txt").write_text(ROOT.format(cmake=cmake))
    for row in TREE:
        write_layer(top, *row)


def change(top, where, what):
    folder, name, sources, headers, deps = next(r for r in TREE if r[1] == where)
    kind, value = what
    if kind == "dep":
        write_layer(top, folder, name, sources, headers, deps + [value])
    elif kind == "vendor":
        write_layer(top, folder, name, sources, headers, deps, f" VENDOR {value}")
    elif kind == "name":
        write_layer(top, folder, value, sources, headers, deps)
    else:
        path = top / "src" / folder / sources[0]
        path.write_text(f'#include "{value}"\n' + path.read_text())


def build(top):
    b = top / "build"
    shutil.rmtree(b, ignore_errors=True)
    for command in (["cmake", "-G", "Ninja", "-S", str(top), "-B", str(b)], ["cmake", "--build", str(b)]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            return False, done.stdout + done.stderr
    return True, ""


def main():
    cmake = pathlib.Path(sys.argv[1]).resolve() / "cmake"
    wrong = []
    with tempfile.TemporaryDirectory() as tmp:
        top = pathlib.Path(tmp) / "tree"
        top.mkdir()
        make_tree(top, cmake)
        ok, output = build(top)
        if not ok:
            print("the tree without a violation does not build:\n" + output)
            return 1
        for name, where, what, words in VIOLATIONS:
            make_tree(top, cmake)
            change(top, where, what)
            ok, output = build(top)
            said = " ".join(output.split())
            if ok:
                wrong.append(f"{name}: was not refused")
            elif words not in said:
                wrong.append(f"{name}: refused, but without '{words}':\n{output[-800:]}")
    print("\n".join(wrong) or f"{len(VIOLATIONS)} violations refused")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""The rules that a compiler does not see.

    check_arch.py SOURCE_DIR BUILD_DIR    checks the tree; prints what is wrong, one line each
    check_arch.py --self-test             checks that deliberate faults are found

Rules: no '..' in an include; each file opens with its name; one include guard a header, made of its
path; pure layers include only headers that do no I/O; every public symbol of a layer carries its
prefix; a domain calls nothing that reads the world or allocates; the project speaks of itself alone.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

PURE_HEADERS = set("assert float inttypes limits math stdalign stdarg stdatomic stdbool stddef stdint "
                   "stdio stdlib string".split())
PURE_SYMBOLS = re.compile(
    r"^(bcmp|mem(cpy|move|set|cmp|chr|mem|rchr)|str(len|n?cmp|ncat|r?chr|tod|toull?|toll?)|qsort|bsearch"
    r"|v?snprintf|abort|(floor|ceil|sqrt|log|log2|log10|log1p|exp|expm1|pow|fabs|round|lround|fmin|fmax|"
    r"tanh|ldexp|trunc|rint|lrint|isnan)f?|__assert_fail|__(stack_chk|asan|ubsan|tsan|sanitizer|san|gcov)\w*|"
    r"llvm_gcov\w*|_GLOBAL_OFFSET_TABLE_|__isoc\w+|__v?snprintf_chk|__mem\w+_chk|__popcountdi2)$")
PURE_LAYERS = ("domain", "ports", "app")
LOCKS = {"app": {"pthread.h"}}  # use cases may guard what they share, and do nothing else with the system
PREFIX = {"base": ("anc_",), "hash": ("anc_",), "json": ("json_",), "text": ("txt_",), "os": ("os_",),
          "net": ("net_",), "db": ("db_",), "clients": ("clt_",), "parse": ("prs_",), "engine": ("eng_",),
          "infer": ("inf_",), "kernel": ("krn_", "ev_"), "knowledge": ("kno_",), "embedding": ("emb_",),
          "search": ("srch_",), "ingest": ("ing_",), "rag": ("rag_",), "live": ("liv_",), "routing": ("rte_",), "tracking": ("trk_",), "identity": ("idn_",), "server": ("srv_", "main")}
EDGE_PREFIX = {"http": ("http_",), "cli": ("cli_", "term_", "eval_", "ask_", "ingest_", "follow_", "list_", "archive_", "export_", "import_")}
PURE_LIBS = ("anc_", "json_", "txt_")
SANITIZER = ("__asan", "__odr_asan", "__sanitizer", "__start", "__stop", "__san", "__gcov", "__tsan", "__ubsan")


def place(rel):
    """('lib', 'base'), ('knowledge', 'domain'), ('kernel', 'ports'), ('edge', 'http'), ('server', '')"""
    parts = rel.parts
    if parts[0] == "lib":
        return "lib", parts[1]
    if parts[0] == "components":
        return parts[1], parts[2] if len(parts) > 3 else "root"
    if parts[0] == "server":
        return "server", ""
    return parts[0], parts[1] if len(parts) > 1 else ""


def include_path(rel):
    parts = rel.parts
    return "/".join(parts[1:] if parts[0] in ("lib", "components") else parts)


def check_file(path, rel):
    text, bad = path.read_text(), []
    layer = place(rel)[1]
    if re.search(r'#\s*include\s*"[^"]*\.\.', text):
        bad.append(f"{rel}: '..' in an include")
    if not text.startswith("/* " + path.name + " - "):
        bad.append(f"{rel}: does not open with '/* {path.name} - …'")
    for h in re.findall(r"#\s*include\s*<([^>]+)>", text):
        if (layer in PURE_LAYERS or layer == "root") and h.removesuffix(".h") not in PURE_HEADERS \
                and h not in LOCKS.get(layer, ()):
            bad.append(f"{rel}: <{h}> does not belong into {layer}")
    guard = "ANC_" + re.sub(r"[^A-Za-z0-9]", "_", include_path(rel)).upper()
    if path.suffix == ".h" and f"#ifndef {guard}\n#define {guard}\n" not in text:
        bad.append(f"{rel}: guard is not {guard}")
    if re.search(r"\b(TODO|FIXME|XXX)\b", text):
        bad.append(f"{rel}: unfinished business in a comment")
    return bad


def nm(lib, *options):
    out = subprocess.run(["nm", *options, str(lib)], capture_output=True, text=True).stdout
    return [line.split() for line in out.splitlines() if line.strip() and not line.endswith(":")]


def library_prefixes(name):
    parts = name[len("libanc_"):-2].split("_")
    if parts[0] == "edge":
        return EDGE_PREFIX[parts[1]]
    return PREFIX[parts[0]]


def check_library(lib):
    bad, prefixes = [], library_prefixes(lib.name)
    for row in nm(lib, "-g", "--defined-only"):
        if len(row) == 3 and not row[2].startswith(prefixes + SANITIZER):
            bad.append(f"{lib.name}: symbol {row[2]} lacks the prefix {' or '.join(prefixes)}")
    if lib.name.endswith("_domain.a"):
        own = prefixes + ("krn_", "ev_")
        for row in nm(lib, "-u"):
            name = row[-1]
            if not name.startswith(own + PURE_LIBS) and not PURE_SYMBOLS.match(name):
                bad.append(f"{lib.name}: a domain may not call {name}()")
    return bad


def check_words(root):
    """Absolute paths of a machine have no place in the tree."""
    bad = []
    for top in ("src", "tests", "bench", "fuzz", "docs", "cmake", "scripts"):
        for f in sorted((root / top).rglob("*")):
            if f.suffix in (".c", ".h", ".py", ".md", ".cmake", ".sh", ".txt") and f.is_file() and \
                    f.name != "check_arch.py" and "corpus" not in f.parts:
                if re.search(r'(?<![\w.])/(work|root|home/[a-z]+)/\w', f.read_text(errors="replace")):
                    bad.append(f"{f.relative_to(root)}: an absolute path of a machine")
    return bad


def check_tree(root, build):
    bad = []
    for f in sorted((root / "src").rglob("*.[ch]")):
        bad += check_file(f, f.relative_to(root / "src"))
    libs = sorted(build.rglob("libanc_*.a"))
    if not libs:
        bad.append(f"{build}: no libraries to look at")
    for lib in libs:
        bad += check_library(lib)
    return bad + check_words(root)


FAULTS = [
    ("src/lib/base/x.c", '/* x.c - x. */\n#include "../y.h"\n', "'..' in an include"),
    ("src/lib/base/x.c", "int a;\n", "does not open with"),
    ("src/components/rag/domain/x.c", "/* x.c - x. */\n#include <sys/socket.h>\n", "does not belong into domain"),
    ("src/components/rag/ports/x.h", "/* x.h - x. */\n#ifndef ANC_PORTS_X_H\n#define ANC_PORTS_X_H\n",
     "guard is not ANC_RAG_PORTS_X_H"),
    ("src/components/rag/rag.h", "/* rag.h - x. */\n#ifndef ANC_RAG_RAG_H\n#define ANC_RAG_RAG_H\n#include <sqlite3.h>\n",
     "does not belong into root"),
    ("src/lib/os/x.c", "/* x.c - x. */\n/* TODO later */\n", "unfinished business"),
]
OBJECT_FAULTS = [
    ("libanc_rag_domain.a", "int foo_bar(void); int foo_bar(void) { return 1; }", "symbol foo_bar lacks the prefix"),
    ("libanc_rag_domain.a", "char *getenv(const char *); int rag_x(void); int rag_x(void) { return getenv(\"A\") != 0; }",
     "may not call getenv()"),
    ("libanc_knowledge_domain.a", "void *malloc(unsigned long); int kno_x(void); int kno_x(void) { return malloc(3) != 0; }",
     "may not call malloc()"),
]


def self_test():
    missed = []
    for name, text, want in FAULTS:
        with tempfile.TemporaryDirectory() as tmp:
            path = pathlib.Path(tmp) / name
            path.parent.mkdir(parents=True)
            path.write_text(text)
            found = check_file(path, path.relative_to(pathlib.Path(tmp) / "src"))
            if not any(want in line for line in found):
                missed.append(f"{name}: '{want}' was not found, but {found}")
    for name, text, want in OBJECT_FAULTS:
        with tempfile.TemporaryDirectory() as tmp:
            c, o, lib = (pathlib.Path(tmp) / n for n in ("x.c", "x.o", name))
            c.write_text(text)
            subprocess.run(["cc", "-fno-builtin", "-c", str(c), "-o", str(o)], check=True)
            subprocess.run(["ar", "rc", str(lib), str(o)], check=True)
            found = check_library(lib)
            if not any(want in line for line in found):
                missed.append(f"{name}: '{want}' was not found, but {found}")
    return missed


def main():
    bad = self_test() if sys.argv[1] == "--self-test" else check_tree(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    print("\n".join(bad) or "architecture: ok")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

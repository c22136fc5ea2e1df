#!/usr/bin/env bash
# fuzz.sh SECONDS - runs every fuzz target for a while, each from its corpus.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/setup.sh
seconds=${1:-60}
mkdir -p build/fuzz
[ -f build/fuzz/build.ninja ] || quietly build/fuzz/configure.log cmake --preset fuzz
quietly build/fuzz/build.log cmake --build build/fuzz
for folder in fuzz/*/; do
    name=fuzz_$(basename "$folder")
    target=build/fuzz/${folder%/}/$name
    [ -x "$target" ] || continue
    found=$(mktemp -d)
    say "== $name, $seconds s"
    "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 \
        -artifact_prefix="build/fuzz/$name-" "$found" "$folder/corpus" 2>&1 | tail -n 3
    rm -rf "$found"
done

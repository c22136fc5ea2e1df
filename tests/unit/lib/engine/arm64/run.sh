#!/usr/bin/env bash
# run.sh - builds lib/base, lib/os and lib/engine for 64-bit ARM, and runs levels.c on an emulated one.
#
#   run.sh SOURCE_DIR BUILD_DIR
#
# Exits with 77 where the cross compiler or the emulator is not there (packages gcc-aarch64-linux-gnu,
# libc6-dev-arm64-cross, qemu-user).
set -euo pipefail
source=$1 build=$2/arm64
compiler=aarch64-linux-gnu-gcc
for program in $compiler qemu-aarch64; do
    command -v $program >/dev/null || { echo "skipped: there is no $program"; exit 77; }
done

# A header is named by its layer: "engine/engine.h".
rm -rf "$build"
mkdir -p "$build"
for file in "$source"/src/lib/{base,os,engine}/*.c "$source"/tests/unit/lib/engine/arm64/levels.c; do
    printf '%s %s\n' "$build/$(basename "$(dirname "$file")")-$(basename "$file" .c).o" "$file"
done | xargs -P 2 -L 1 sh -c "$compiler -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -I '$source'/src/lib -I '$source'/src/lib/engine -c \"\$1\" -o \"\$0\""
aarch64-linux-gnu-ar rcs "$build/libengine.a" "$build"/{base,os,engine}-*.o
$compiler -static "$build/arm64-levels.o" "$build/libengine.a" -o "$build/levels" -lpthread -lm

# A processor with every level, and one from before products of four bytes: the levels it has are those it names.
qemu-aarch64 -cpu max "$build/levels" | tee "$build/said"
grep -q 'level neondot agrees' "$build/said"
qemu-aarch64 -cpu cortex-a57 "$build/levels" | tee "$build/said"
! grep -q neondot "$build/said"

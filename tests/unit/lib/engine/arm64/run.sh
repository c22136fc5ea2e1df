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
lib=$source/src/lib
compiler="$compiler -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -I$lib -I$lib/engine"
shopt -s extglob
rm -rf "$build"
mkdir -p "$build"
cd "$build"

# What is compared is optimised as it is where it is shipped. The rest is there to be compiled and linked: optimising it
# would take longer than all that this test is for.
$compiler -O2 -c "$lib"/engine/@(simd*|codes|graph*).c "$source/tests/unit/lib/engine/arm64/levels.c" & kernels=$!
$compiler -c "$lib"/{base,os}/*.c "$lib"/engine/!(simd*|codes|graph*).c
wait $kernels
aarch64-linux-gnu-ar rcs libengine.a !(levels).o # of which the linker takes what is asked for
$compiler -static levels.o libengine.a -o levels -lpthread -lm

# A processor with every level, and one from before products of four bytes: the levels it has are those it names.
qemu-aarch64 -cpu max ./levels | tee said
grep -q 'level neondot agrees' said
qemu-aarch64 -cpu cortex-a57 ./levels | tee said
! grep -q neondot said

#!/usr/bin/env bash
# run.sh - builds lib/infer for 64-bit ARM, and runs the tests of its levels on an emulated one.
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
lib=$source/src/lib tests=$source/tests/unit/lib/infer
compiler="$compiler -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -I$tests/arm64 -I$lib -I$source/tests"
shopt -s extglob
rm -rf "$build"
mkdir -p "$build"
cd "$build"

# As src/lib/infer/CMakeLists.txt has them. The rest is there to be compiled: it needs libraries that a foreign machine lacks.
$compiler -O2 -ffp-contract=fast -c "$lib/infer/kernel_neon.c"
$compiler -O2 -ffp-contract=off -march=armv8.2-a+dotprod -c "$lib/infer/product_neon_dot.c"
$compiler -O2 -ffp-contract=off -march=armv8.2-a+bf16 -c "$lib/infer/product_neon_bf16.c"
$compiler -O2 -c "$lib"/infer/{kernels,products,kernel_scalar,product_scalar}.c
$compiler -O1 -c "$tests"/{test_kernels,test_products,arm64/levels}.c
$compiler -fsyntax-only "$lib"/infer/!(kernel*|product*|attention_amx).c
levels=$(echo kernel*.o product*.o)
for program in test_kernels test_products levels; do
    $compiler -static $program.o $levels -o $program -lm
done

# A processor with every level, and one from before dot products: the levels it has are those it names.
qemu-aarch64 -cpu max ./levels | tee said
grep -q 'level int8 neondot, fast' said
grep -q 'level bf16 neonbf16, fast' said
qemu-aarch64 -cpu max ./test_kernels
qemu-aarch64 -cpu max ./test_products
qemu-aarch64 -cpu cortex-a57 ./levels | tee said
grep -q 'level f32 neon' said
! grep -q fast said

# The warnings of every target of ours, as errors, on both compilers.
add_library(anc_warnings INTERFACE)
target_compile_definitions(anc_warnings INTERFACE _GNU_SOURCE)
target_compile_options(anc_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wconversion -Wsign-conversion -Wshadow
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
  -Wcast-qual -Wcast-align -Wwrite-strings -Wundef -Wvla -Wswitch-enum
  -Wformat=2 -Wimplicit-fallthrough -Wdouble-promotion
  -Wpointer-arith -Wunused-result -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
  $<$<C_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wtrampolines -Wmismatched-dealloc>
  $<$<C_COMPILER_ID:Clang>:-Wcomma -Wunreachable-code -Wassign-enum>)

# SPDX-License-Identifier: Apache-2.0
#
# ddbc_flags: warnings, hardening and sanitizers for every target of ours. Link it PRIVATE.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

add_library(ddbc_flags INTERFACE)
target_compile_options(ddbc_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion)
if(DDBC_WERROR)
  target_compile_options(ddbc_flags INTERFACE -Werror)
endif()

if(DDBC_SANITIZE)
  set(DDBC_SANITIZERS -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_compile_options(ddbc_flags INTERFACE ${DDBC_SANITIZERS} -fno-omit-frame-pointer -g -O1)
  target_link_options(ddbc_flags INTERFACE ${DDBC_SANITIZERS})
else()
  check_c_compiler_flag(-fstack-protector-strong DDBC_HAS_STACK_PROTECTOR)
  if(DDBC_HAS_STACK_PROTECTOR)
    target_compile_options(ddbc_flags INTERFACE -fstack-protector-strong)
  endif()
  # gcc fills and copies with `rep`, of which each takes 30 cycles to begin, where it thinks that code is rare: of states
  # of hashes and structures of some dozens of bytes, in much of an item's work. A call of libc takes less.
  check_c_compiler_flag(-mstringop-strategy=libcall DDBC_HAS_STRINGOP_STRATEGY)
  if(DDBC_HAS_STRINGOP_STRATEGY)
    target_compile_options(ddbc_flags INTERFACE -mstringop-strategy=libcall)
  endif()
  # Undefined first: some compilers predefine it, and a second value would be a warning.
  target_compile_options(ddbc_flags INTERFACE $<$<CONFIG:Release>:-U_FORTIFY_SOURCE>
                                              $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
  check_linker_flag(C "-Wl,-z,relro,-z,now" DDBC_HAS_RELRO)
  if(DDBC_HAS_RELRO)
    target_link_options(ddbc_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
  endif()
endif()

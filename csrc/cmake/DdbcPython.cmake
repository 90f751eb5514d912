# SPDX-License-Identifier: Apache-2.0
#
# The extension module _engine, installed into the package, for the one version of CPython that builds it: the full API
# is a tenth faster (docs/benchmarks.md). With scikit-build-core's wheel.py-api=cp311 it is made for the limited API.
if(SKBUILD_SABI_COMPONENT)
  set(DDBC_PYTHON_COMPONENT ${SKBUILD_SABI_COMPONENT})
  set(DDBC_USE_SABI USE_SABI ${SKBUILD_SABI_VERSION})
else()
  set(DDBC_PYTHON_COMPONENT Development.Module)
  set(DDBC_USE_SABI)
endif()

find_package(Python 3.11 QUIET COMPONENTS Interpreter ${DDBC_PYTHON_COMPONENT})
if(NOT Python_FOUND)
  message(FATAL_ERROR
    "ddbcrypt needs CPython 3.11 or newer with its C headers. Install them and build again:\n"
    "    Debian, Ubuntu   apt-get install python3-dev\n"
    "    Fedora, RHEL     dnf install python3-devel\n"
    "    macOS            the installers of python.org and Homebrew bring them")
endif()

file(GLOB DDBC_PYTHON_SOURCES CONFIGURE_DEPENDS python/*.c)
Python_add_library(_engine MODULE ${DDBC_USE_SABI} WITH_SOABI ${DDBC_PYTHON_SOURCES})
target_include_directories(_engine PRIVATE .)
find_package(Threads REQUIRED)
target_link_libraries(_engine PRIVATE ddbcrypt_core ddbc_flags Threads::Threads)
set_target_properties(_engine PROPERTIES C_VISIBILITY_PRESET hidden)

# Hides the engine's own functions as well: the module's only export is its init function.
include(CheckLinkerFlag)
check_linker_flag(C "-Wl,--exclude-libs,ALL" DDBC_HAS_EXCLUDE_LIBS)
if(DDBC_HAS_EXCLUDE_LIBS)
  target_link_options(_engine PRIVATE -Wl,--exclude-libs,ALL)
endif()

# Accessors of the engine are inlined into the marshalling.
include(CheckIPOSupported)
check_ipo_supported(RESULT DDBC_HAS_IPO LANGUAGES C)
if(DDBC_HAS_IPO AND NOT DDBC_SANITIZE)
  set_target_properties(_engine ddbcrypt_core PROPERTIES INTERPROCEDURAL_OPTIMIZATION_RELEASE ON)
endif()

install(TARGETS _engine DESTINATION ddbcrypt COMPONENT python)
# The demo's sample: one copy in git, and one in the wheel where `python -m ddbcrypt demo` finds it.
install(FILES "${CMAKE_CURRENT_SOURCE_DIR}/../examples/patients.jsonl" DESTINATION ddbcrypt/cli/data COMPONENT python)

# SPDX-License-Identifier: Apache-2.0
#
# libcrypto with its headers, or one message that says what to install.
find_package(OpenSSL 3.0 QUIET COMPONENTS Crypto)

if(NOT OPENSSL_FOUND)
  if(OPENSSL_VERSION)
    set(DDBC_OPENSSL_SEEN "found only version ${OPENSSL_VERSION}")
  else()
    set(DDBC_OPENSSL_SEEN "its headers or libcrypto were not found")
  endif()
  message(FATAL_ERROR
    "ddbcrypt needs the development files of OpenSSL 3.0 or newer: ${DDBC_OPENSSL_SEEN}. Install them and build again:\n"
    "    Debian, Ubuntu   apt-get install libssl-dev\n"
    "    Fedora, RHEL     dnf install openssl-devel\n"
    "    macOS            brew install openssl@3 && export OPENSSL_ROOT_DIR=\"$(brew --prefix openssl@3)\"")
endif()
message(STATUS "OpenSSL ${OPENSSL_VERSION}: ${OPENSSL_CRYPTO_LIBRARY}")

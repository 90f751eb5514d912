/* SPDX-License-Identifier: Apache-2.0
 * ascii: whether bytes are ASCII alone, in words that may overlap. */
#ifndef DDBC_CORE_ASCII_H
#define DDBC_CORE_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t ddbc_word_eight(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint32_t ddbc_word_four(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline bool ddbc_is_ascii(const uint8_t *bytes, size_t size)
{
    if (size >= sizeof(uint64_t)) {
        uint64_t all = ddbc_word_eight(bytes + size - sizeof(uint64_t));
        for (size_t i = 0; i + sizeof(uint64_t) < size; i += sizeof(uint64_t)) {
            all |= ddbc_word_eight(bytes + i);
        }
        return (all & UINT64_C(0x8080808080808080)) == 0;
    }
    if (size >= sizeof(uint32_t)) {
        uint32_t all = ddbc_word_four(bytes) | ddbc_word_four(bytes + size - sizeof(uint32_t));
        return (all & UINT32_C(0x80808080)) == 0;
    }
    uint32_t all = 0;
    for (size_t i = 0; i < size; i++) {
        all |= bytes[i];
    }
    return (all & 0x80u) == 0;
}

#endif

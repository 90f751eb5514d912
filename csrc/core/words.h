/* SPDX-License-Identifier: Apache-2.0
 * words: bytes read and written some at a time. */
#ifndef DDBC_CORE_WORDS_H
#define DDBC_CORE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The first byte is the highest. */
static inline uint64_t ddbc_first_eight(const uint8_t *bytes)
{
    /* Written out, compilers make it one load and one swap of bytes. */
    return (uint64_t)bytes[0] << 56 | (uint64_t)bytes[1] << 48 | (uint64_t)bytes[2] << 40 | (uint64_t)bytes[3] << 32 |
           (uint64_t)bytes[4] << 24 | (uint64_t)bytes[5] << 16 | (uint64_t)bytes[6] << 8 | (uint64_t)bytes[7];
}

static inline size_t ddbc_first_four(const uint8_t *bytes)
{
    return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

/* The way back of ddbc_first_four; to behind them. */
static inline uint8_t *ddbc_put_four(uint8_t *out, size_t value)
{
    out[0] = (uint8_t)(value >> 24);
    out[1] = (uint8_t)(value >> 16);
    out[2] = (uint8_t)(value >> 8);
    out[3] = (uint8_t)value;
    return out + 4;
}

/* In the machine's order. */
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

enum { DDBC_STRETCH = 64 };

/* Whether DDBC_STRETCH bytes are ASCII. In the widest registers that every machine of the kind has. */
static inline bool ddbc_is_ascii_stretch(const uint8_t *bytes)
{
#if defined __GNUC__ || defined __clang__
    typedef uint64_t pair __attribute__((vector_size(16)));
    pair four[4];
    memcpy(four, bytes, sizeof four);
    pair all = (four[0] | four[1]) | (four[2] | four[3]);
    return ((all[0] | all[1]) & UINT64_C(0x8080808080808080)) == 0;
#else
    uint64_t all = 0;
    for (size_t i = 0; i < DDBC_STRETCH; i += sizeof all) {
        all |= ddbc_word_eight(bytes + i);
    }
    return (all & UINT64_C(0x8080808080808080)) == 0;
#endif
}

/* Words may overlap. */
static inline bool ddbc_is_ascii(const uint8_t *bytes, size_t size)
{
    for (; size > DDBC_STRETCH; bytes += DDBC_STRETCH, size -= DDBC_STRETCH) {
        if (!ddbc_is_ascii_stretch(bytes)) {
            return false;
        }
    }
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

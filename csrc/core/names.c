/* SPDX-License-Identifier: Apache-2.0
 * names: the JCE names of algorithms and transformations that both clients use. */
#include <string.h>

#include "core/status.h"
#include "ddbcrypt_primitives.h"

typedef struct named {
    const char *name;
    int value;
} named;

static const named algorithms[] = {
    {"AES", DDBC_ALG_AES},
    {"AESWrap", DDBC_ALG_AES_WRAP},
    {"RSA", DDBC_ALG_RSA},
    {"HmacSHA224", DDBC_ALG_HMAC_SHA224},
    {"HmacSHA256", DDBC_ALG_HMAC_SHA256},
    {"HmacSHA384", DDBC_ALG_HMAC_SHA384},
    {"HmacSHA512", DDBC_ALG_HMAC_SHA512},
    {"SHA224withRSA", DDBC_ALG_SHA224_RSA},
    {"SHA256withRSA", DDBC_ALG_SHA256_RSA},
    {"SHA384withRSA", DDBC_ALG_SHA384_RSA},
    {"SHA512withRSA", DDBC_ALG_SHA512_RSA},
};

static const named transformations[] = {
    {"AES/CBC/PKCS5Padding", DDBC_MODE_CBC_PKCS5},
    {"AES/CBC/NoPadding", DDBC_MODE_CBC_NONE},
    {"AES/CTR/NoPadding", DDBC_MODE_CTR_NONE},
    {"AES/CTR/PKCS5Padding", DDBC_MODE_CTR_PKCS5},
    {"AESWrap", DDBC_MODE_AES_WRAP},
    {"RSA", DDBC_MODE_RSA_PKCS1},
    {"RSA/ECB/PKCS1Padding", DDBC_MODE_RSA_PKCS1},
    {"RSA/ECB/OAEPWithSHA-1AndMGF1Padding", DDBC_MODE_RSA_OAEP_SHA1},
    {"RSA/ECB/OAEPWithSHA-256AndMGF1Padding", DDBC_MODE_RSA_OAEP_SHA256},
    {"RSA/ECB/OAEPWithSHA-384AndMGF1Padding", DDBC_MODE_RSA_OAEP_SHA384},
    {"RSA/ECB/OAEPWithSHA-512AndMGF1Padding", DDBC_MODE_RSA_OAEP_SHA512},
};

/* As the raw RSA keyring's padding schemes are called. */
static const named paddings[] = {
    {"PKCS1", DDBC_MODE_RSA_PKCS1},
    {"OAEP_SHA1_MGF1", DDBC_MODE_RSA_OAEP_SHA1},
    {"OAEP_SHA256_MGF1", DDBC_MODE_RSA_MGF1_SHA256},
    {"OAEP_SHA384_MGF1", DDBC_MODE_RSA_MGF1_SHA384},
    {"OAEP_SHA512_MGF1", DDBC_MODE_RSA_MGF1_SHA512},
};

/* -1 for a name that is not in the table. */
static int find(const named *table, size_t count, ddbc_bytes name)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(table[i].name) == name.len && memcmp(table[i].name, name.ptr, name.len) == 0) {
            return table[i].value;
        }
    }
    return -1;
}

bool ddbc_algorithm_from_name(ddbc_bytes name, ddbc_algorithm *out, ddbc_status *status)
{
    int found = find(algorithms, sizeof algorithms / sizeof algorithms[0], name);
    if (found < 0) {
        return ddbc_fail(status, DDBC_INVALID_ALGORITHM,
                         "unknown key algorithm; expected AES, AESWrap, RSA, HmacSHA224, HmacSHA256, HmacSHA384, "
                         "HmacSHA512, SHA224withRSA, SHA256withRSA, SHA384withRSA or SHA512withRSA");
    }
    *out = (ddbc_algorithm)found;
    return true;
}

const char *ddbc_algorithm_name(ddbc_algorithm algorithm)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        if (algorithms[i].value == (int)algorithm) {
            return algorithms[i].name;
        }
    }
    return "";
}

bool ddbc_mode_from_name(ddbc_bytes name, ddbc_mode *out, ddbc_status *status)
{
    int found = find(transformations, sizeof transformations / sizeof transformations[0], name);
    if (found < 0) {
        return ddbc_fail(
            status, DDBC_UNKNOWN_TRANSFORMATION,
            "unknown transformation; expected AES/CBC or AES/CTR with PKCS5Padding or NoPadding, or RSA/ECB "
            "with PKCS1Padding or OAEPWithSHA-1AndMGF1Padding (also SHA-256, SHA-384, SHA-512)");
    }
    *out = (ddbc_mode)found;
    return true;
}

bool ddbc_padding_from_name(ddbc_bytes name, ddbc_mode *out, ddbc_status *status)
{
    int found = find(paddings, sizeof paddings / sizeof paddings[0], name);
    if (found < 0) {
        return ddbc_fail(status, DDBC_UNKNOWN_TRANSFORMATION,
                         "unknown RSA padding; expected PKCS1, OAEP_SHA1_MGF1, OAEP_SHA256_MGF1, OAEP_SHA384_MGF1 or "
                         "OAEP_SHA512_MGF1");
    }
    *out = (ddbc_mode)found;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's public C API for the structured format (AWS Database Encryption SDK for DynamoDB), after ddbcrypt.h,
 * whose conventions hold here too. docs/format-structured.md describes the bytes. */
#ifndef DDBCRYPT_STRUCTURED_H
#define DDBCRYPT_STRUCTURED_H

#include "ddbcrypt_primitives.h"

struct evp_pkey_st; /* libcrypto's */

#ifdef __cplusplus
extern "C" {
#endif

/* ---- names and limits ------------------------------------------------------------------------------------------ */

#define DDBC_STRUCTURED_HEADER "aws_dbe_head"
#define DDBC_STRUCTURED_FOOTER "aws_dbe_foot"
/* No attribute of a plaintext item begins with it. */
#define DDBC_STRUCTURED_RESERVED "aws_dbe_"

#define DDBC_SUITE_HMAC 0x6700  /* AES-256-GCM, HKDF-SHA512, commitment, HMAC-SHA384 tags */
#define DDBC_SUITE_ECDSA 0x6701 /* and an ECDSA P-384 signature */

#define DDBC_MESSAGE_ID_SIZE 32
#define DDBC_COMMITMENT_SIZE 32
#define DDBC_TAG_SIZE 48
#define DDBC_DATA_KEYS_MAX 255
/* Bytes that an encrypted value is longer than its serialisation: type id and tag. */
#define DDBC_FIELD_OVERHEAD 18

/* ---- values ---------------------------------------------------------------------------------------------------- */

void ddbc_structured_type_id(ddbc_type type, uint8_t out[2]);
/* Serialisation of a value, writing: its type id and its bytes, which for S, B and canonical N are those of the tree. What
 * ddbc_attribute_check refuses is refused, in the same words. */
DDBC_MUST_USE bool ddbc_structured_write_value(ddbc_workspace *workspace, const ddbc_attribute *attribute,
                                               uint8_t type_id[2], ddbc_bytes *out, ddbc_status *status);
/* Reading: the tree's views point into `in`, the whole of which must be one value; else DDBC_MALFORMED_ATTRIBUTE. */
DDBC_MUST_USE bool ddbc_structured_read_value(ddbc_workspace *workspace, const uint8_t type_id[2], ddbc_bytes in,
                                              ddbc_attribute *out, ddbc_status *status);

/* ---- header ---------------------------------------------------------------------------------------------------- */

typedef struct ddbc_data_key {
    ddbc_bytes provider_id; /* UTF-8 */
    ddbc_bytes provider_info;
    ddbc_bytes ciphertext;
} ddbc_data_key;

typedef struct ddbc_structured_header {
    uint8_t version;       /* 1, or 2 where attributes are in the encryption context */
    uint16_t suite;        /* DDBC_SUITE_* */
    ddbc_bytes message_id; /* DDBC_MESSAGE_ID_SIZE */
    ddbc_bytes legend;     /* a byte for each signed attribute in order of canonical path: 'e', 's' or 'c' */
    ddbc_pair *context;    /* the stored part of the encryption context, in order of name */
    size_t context_count;
    ddbc_data_key *keys; /* 1 to DDBC_DATA_KEYS_MAX */
    size_t key_count;
    ddbc_bytes partial; /* all before the commitment */
    ddbc_bytes commitment;
} ddbc_structured_header;

/* Header bytes, reading; views into `in`. Nothing of it is verified. DDBC_MALFORMED_HEADER. */
DDBC_MUST_USE bool ddbc_structured_read_header(ddbc_workspace *workspace, ddbc_bytes in, ddbc_structured_header *out,
                                               ddbc_status *status);

/* ---- item ------------------------------------------------------------------------------------------------------ */

/* A key of a raw AES keyring. */
typedef struct ddbc_wrapping_key {
    const ddbc_key *key; /* DDBC_ALG_AES */
    ddbc_bytes provider; /* namespace, UTF-8 */
    ddbc_bytes name;
} ddbc_wrapping_key;

/* An item with what its encryption or decryption needs; a batch is an array of these. */
typedef struct ddbc_structured_job {
    ddbc_item item;       /* without reserved attributes; sinks: see below */
    bool leaves_values;   /* decrypt: encrypted S, L and M are left to the caller as `unread` */
    ddbc_bytes table;     /* logical table name */
    ddbc_bytes partition; /* name of the partition key */
    ddbc_bytes sort;      /* name of the sort key; NULL pointer for none */
    ddbc_bytes header;    /* encrypt: set; decrypt: the stored one */
    ddbc_bytes footer;

    /* Raw AES keys instead of the materials below: then `suite` alone is to be set, to encrypt, and the engine makes the
     * rest as a default materials manager would with a (multi-)keyring of these keys. The data key never leaves it. */
    const ddbc_wrapping_key *wrapping;
    size_t wrapping_count; /* 0 for none; at most DDBC_DATA_KEYS_MAX */

    /* materials */
    uint16_t suite;
    ddbc_bytes data_key; /* 32 bytes, plaintext */
    const ddbc_data_key *keys;
    size_t key_count;         /* encrypt */
    const ddbc_pair *context; /* the whole encryption context */
    size_t context_count;
    const ddbc_bytes *required; /* encrypt: names of the context that the header does not store */
    size_t required_count;
    ddbc_bytes signing_key; /* DDBC_SUITE_ECDSA: PKCS#8 to encrypt, point to decrypt; else empty */
    const ddbc_bytes *tag_keys;
    size_t tag_key_count; /* encrypt: one for each data key, in their order; decrypt: one */

    ddbc_structured_header parsed; /* set by resolve */
    struct ddbc_field *fields;     /* set by resolve; for decrypt */
    size_t field_count;
    bool resolved;
    /* set by the engine where it makes the materials; zero else */
    ddbc_bytes context_bytes; /* the whole context serialised */
    ddbc_bytes stored_bytes;  /* encrypt: its part in the header */
    struct evp_pkey_st *pair; /* encrypt, DDBC_SUITE_ECDSA; only while the job is worked on */
} ddbc_structured_job;

/* The part of the encryption context that is made from the item itself, in order of name: keys and names of the table,
 * and for version 2 the attributes that are DDBC_SIGN_AND_INCLUDE. DDBC_MISSING_ATTRIBUTE where a key is missing. */
DDBC_MUST_USE bool ddbc_structured_context(ddbc_workspace *workspace, const ddbc_structured_job *job, uint8_t version,
                                           ddbc_pair **out, size_t *out_count, ddbc_status *status);
/* Serialisation of an encryption context: count, then the pairs in order of name. */
DDBC_MUST_USE bool ddbc_structured_write_context(ddbc_workspace *workspace, const ddbc_pair *pairs, size_t count,
                                                 ddbc_bytes *out, ddbc_status *status);
/* Decrypt, first step, without keys: reads the header and gives each attribute that is not DDBC_DO_NOTHING the action
 * that the legend says. The caller has made DDBC_DO_NOTHING what it allows to be unsigned. */
DDBC_MUST_USE bool ddbc_structured_resolve(ddbc_workspace *workspace, ddbc_structured_job *job, ddbc_status *status);

/* Encrypts and signs each job's item in place: DDBC_ENCRYPT_AND_SIGN values become B. A sink of an attribute takes the
 * bytes of a top-level S or B and DDBC_FIELD_OVERHEAD more. On failure `failed` is the index of the job and no job is to
 * be used. */
DDBC_MUST_USE bool ddbc_structured_encrypt(ddbc_workspace *workspace, ddbc_structured_job *jobs, size_t count,
                                           size_t *failed, ddbc_status *status);
/* Resolves each job that is not yet, checks its commitment, recipient tag and signature, then decrypts its item in place.
 * A sink takes ddbc_structured_binary_size bytes; on failure it may hold plaintext, which the caller wipes. */
DDBC_MUST_USE bool ddbc_structured_decrypt(ddbc_workspace *workspace, ddbc_structured_job *jobs, size_t count,
                                           size_t *failed, ddbc_status *status);
/* Bytes of the B that attribute `index` of a resolved job will decrypt to; 0 where it is another type or not encrypted. */
size_t ddbc_structured_binary_size(const ddbc_structured_job *job, size_t index);

#ifdef __cplusplus
}
#endif
#endif /* DDBCRYPT_STRUCTURED_H */

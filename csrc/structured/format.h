/* SPDX-License-Identifier: Apache-2.0
 * What the files of the structured format share. */
#ifndef DDBC_STRUCTURED_FORMAT_H
#define DDBC_STRUCTURED_FORMAT_H

#include <string.h>

#include "core/engine.h"
#include "core/gcm.h"
#include "core/words.h"
#include "ddbcrypt_structured.h"

enum { DDBC_TYPE_ID_SIZE = 2 };

/* One signed attribute. */
typedef struct ddbc_field {
    ddbc_item_attribute *attribute;
    size_t units;     /* of the attribute's name in UTF-16, by which paths of a table sort first */
    ddbc_bytes path;  /* canonical; set by ddbc_record_new */
    ddbc_bytes value; /* serialised; to decrypt, of an encrypted one, the stored bytes */
    uint8_t
        *stored; /* of an encrypted one, set by ddbc_record_new: room for its stored bytes, or their copy; else NULL */
    uint8_t type_id[DDBC_TYPE_ID_SIZE];
    bool inside; /* the record holds the value, or its place; else a sink or the item does */
} ddbc_field;

/* ---- big-endian numbers, written out so that compilers make each one load or store */
static inline uint8_t *ddbc_put_u16(uint8_t *out, size_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return out + 2;
}

static inline uint8_t *ddbc_put_u64(uint8_t *out, size_t value)
{
    return ddbc_put_four(ddbc_put_four(out, (size_t)((uint64_t)value >> 32)), value & 0xFFFFFFFF);
}

static inline uint8_t *ddbc_put_bytes(uint8_t *out, ddbc_bytes bytes)
{
    if (bytes.len > 0) {
        memcpy(out, bytes.ptr, bytes.len);
    }
    return out + bytes.len;
}

static inline size_t ddbc_get_u16(const uint8_t *in)
{
    return (size_t)in[0] << 8 | in[1];
}

/* ---- bytes.c: bounded reading, and base 64 */
ddbc_bytes ddbc_text(const char *text);
/* Base 64 (RFC 4648, padded) of `size` bytes. */
#define DDBC_BASE64_SIZE(size) (((size) + 2) / 3 * 4)
void ddbc_put_base64(uint8_t *out, ddbc_bytes in);
/* The way back, of exactly `size` bytes. */
bool ddbc_take_base64(ddbc_bytes in, uint8_t *out, size_t size);
/* Each takes from the front of `in`, and fails where too little is left. */
bool ddbc_take_number(ddbc_bytes *in, size_t size, size_t *out);
bool ddbc_take_bytes(ddbc_bytes *in, size_t size, ddbc_bytes *out);
/* A length of 16 bits and as many bytes. */
bool ddbc_take_sized(ddbc_bytes *in, ddbc_bytes *out);

/* ---- fields.c */
/* The signed attributes in order of canonical path; paths and values are left empty. */
DDBC_MUST_USE bool ddbc_fields_new(ddbc_workspace *workspace, ddbc_structured_job *job, ddbc_field **out, size_t *count,
                                   ddbc_status *status);

/* ---- record.c: the canonical record */
typedef struct ddbc_record {
    ddbc_bytes *pieces; /* from DDBC_RECORD_FRONT on those of the fields; the ones before are left for what precedes */
    size_t count;       /* of all */
} ddbc_record;

enum { DDBC_RECORD_FRONT = 3 };

/* Lays out the fields, whose values are set, and makes their paths. To encrypt, each encrypted field has its stored bytes
 * written to `stored` before the hash is taken. To decrypt, that is a copy, which may be decrypted in its place once it is
 * verified; where there is none the value stays where it is. */
DDBC_MUST_USE bool ddbc_record_new(ddbc_workspace *workspace, ddbc_bytes table, ddbc_field *fields, size_t count,
                                   bool encrypting, ddbc_record *out, ddbc_status *status);
/* SHA-384 of header, whole encryption context, and fields. */
DDBC_MUST_USE bool ddbc_record_hash(ddbc_workspace *workspace, const ddbc_structured_job *job, ddbc_record *record,
                                    uint8_t out[DDBC_SHA384_SIZE], ddbc_status *status);

/* ---- context.c */
/* The whole of an encryption context serialised, or without the names in `left_out`. */
DDBC_MUST_USE bool ddbc_context_write(ddbc_workspace *workspace, const ddbc_pair *pairs, size_t count,
                                      const ddbc_bytes *left_out, size_t left_out_count, ddbc_bytes *out,
                                      ddbc_status *status);
/* Whether the job's context holds what is made from its item, as the materials manager must leave it. */
DDBC_MUST_USE bool ddbc_context_check(ddbc_workspace *workspace, const ddbc_structured_job *job, uint8_t version,
                                      ddbc_status *status);

/* ---- header.c */
/* All before the commitment, with room for it behind. */
DDBC_MUST_USE bool ddbc_header_write(ddbc_workspace *workspace, const ddbc_structured_job *job, uint8_t version,
                                     const uint8_t message_id[DDBC_MESSAGE_ID_SIZE], const ddbc_field *fields,
                                     size_t count, uint8_t **out, size_t *partial_size, ddbc_status *status);

/* ---- crypt.c: the contexts of one call, and what is derived from a data key */
typedef struct ddbc_crypt {
    ddbc_workspace *workspace;
    ddbc_gcm gcm;
} ddbc_crypt;

DDBC_MUST_USE bool ddbc_crypt_begin(ddbc_workspace *workspace, ddbc_crypt *out, ddbc_status *status);
void ddbc_crypt_end(ddbc_crypt *crypt);

/* Keys of one item; wiped by the caller. */
typedef struct ddbc_item_keys {
    uint8_t commit[32];
    uint8_t root[32]; /* of the fields */
} ddbc_item_keys;

DDBC_MUST_USE bool ddbc_crypt_derive(ddbc_crypt *crypt, ddbc_bytes data_key, ddbc_bytes message_id, ddbc_item_keys *out,
                                     ddbc_status *status);
/* What a header ends with: HMAC-SHA512 under the commit key, cut. AWS's implementations take SHA-512 here, not the
 * SHA-384 that their specification names. */
DDBC_MUST_USE bool ddbc_crypt_commitment(ddbc_crypt *crypt, const ddbc_item_keys *keys, ddbc_bytes partial,
                                         uint8_t out[DDBC_COMMITMENT_SIZE], ddbc_status *status);
DDBC_MUST_USE bool ddbc_crypt_tag(ddbc_crypt *crypt, ddbc_bytes key, ddbc_bytes data, uint8_t out[DDBC_TAG_SIZE],
                                  ddbc_status *status);
/* Encrypts each ENCRYPT_AND_SIGN field: its value becomes the stored one. */
DDBC_MUST_USE bool ddbc_crypt_encrypt(ddbc_crypt *crypt, const ddbc_item_keys *keys, ddbc_field *fields, size_t count,
                                      ddbc_status *status);
/* Decrypts each of them into its attribute. */
DDBC_MUST_USE bool ddbc_crypt_decrypt(ddbc_crypt *crypt, const ddbc_item_keys *keys, ddbc_field *fields, size_t count,
                                      bool leaves_values, ddbc_status *status);

/* ---- keyring.c: materials of raw AES keys */
/* Random bytes that ddbc_keyring_encrypt takes. */
size_t ddbc_keyring_random_size(const ddbc_structured_job *job);
/* The encryption context of the item and a data key, encrypted under each wrapping key. The caller frees `pair`. */
DDBC_MUST_USE bool ddbc_keyring_encrypt(ddbc_crypt *crypt, ddbc_structured_job *job, uint8_t version,
                                        const uint8_t *random, ddbc_status *status);
/* Materials of a resolved job: the first data key that one of the wrapping keys decrypts. */
DDBC_MUST_USE bool ddbc_keyring_decrypt(ddbc_crypt *crypt, ddbc_structured_job *job, ddbc_status *status);

/* ---- footer.c */
DDBC_MUST_USE bool ddbc_footer_write(ddbc_crypt *crypt, const ddbc_structured_job *job,
                                     const uint8_t hash[DDBC_SHA384_SIZE], ddbc_bytes *out, ddbc_status *status);
DDBC_MUST_USE bool ddbc_footer_verify(ddbc_crypt *crypt, const ddbc_structured_job *job,
                                      const uint8_t hash[DDBC_SHA384_SIZE], ddbc_status *status);

#endif

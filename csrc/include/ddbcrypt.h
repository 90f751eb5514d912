/* SPDX-License-Identifier: Apache-2.0
 *
 * ddbcrypt: the engine's public C API. Pure C11 on OpenSSL libcrypto (3.0 or newer); it knows nothing of Python.
 *
 * Reading order, which is also the way an item flows:
 *
 *   1. status      how every function reports an error          core/status.c
 *   2. allocator   where memory comes from, wiped when it goes  core/memory.c, core/arena.c
 *   3. engine      libcrypto objects, fetched once              core/engine_new.c
 *   4. workspace   one thread's arena and contexts              core/workspace.c
 *   5. key         raw key and its cached schedules             core/key.c (core/cipher.c, core/mac.c, core/digest.c)
 *   6. number      DynamoDB's 38-digit decimal                  core/number.c
 *   7. attribute   the typed tree of an item                    core/attribute.c
 *   8. legacy      the DynamoDB Encryption Client's format      legacy/
 *   9. primitives  for keyrings, in ddbcrypt_primitives.h      core/
 *  10. structured  the AWS Database Encryption SDK's format,    structured/
 *                  in ddbcrypt_structured.h
 *
 * Conventions
 *   - A function that can fail returns `bool`, true for success, and takes a caller-owned `ddbc_status *` last.
 *     On failure the status is set and every output parameter is left as it was.
 *   - `ddbc_bytes` is a view: it owns nothing. Results named `out` live in the workspace's arena until
 *     ddbc_workspace_reset; input views must stay valid for as long.
 *   - `new`/`free` are owned by the caller. `free` accepts NULL and wipes what it frees.
 *   - An engine and a key may be used by many threads at once; a workspace and a status by one at a time.
 *   - There are no global variables that change. */
#ifndef DDBCRYPT_H
#define DDBCRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define DDBC_MUST_USE __attribute__((warn_unused_result))
#else
#define DDBC_MUST_USE
#endif

/* ---- 1. status ------------------------------------------------------------------------------------------------ */

/* Every error once: code, and the name of the Python exception that it becomes. */
#define DDBC_STATUS_CODES(X)                                                                                           \
    X(OK, "")                                                                                                          \
    X(OUT_OF_MEMORY, "MemoryError")                                                                                    \
    X(LIBCRYPTO, "EngineError")                                                                                        \
    X(INVALID_ARGUMENT, "InvalidArgumentError")                                                                        \
    X(INVALID_KEY, "InvalidKeyError")                                                                                  \
    X(INVALID_ALGORITHM, "InvalidAlgorithmError")                                                                      \
    X(UNKNOWN_TRANSFORMATION, "JceTransformationError")                                                                \
    X(PARTIAL_BLOCK, "EncryptionError")                                                                                \
    X(INVALID_NUMBER, "InvalidNumberError")                                                                            \
    X(UNSUPPORTED_TYPE, "UnsupportedTypeError")                                                                        \
    X(INVALID_TEXT, "InvalidTextError")                                                                                \
    X(DUPLICATE_MEMBER, "DuplicateSetMemberError")                                                                     \
    X(TOO_DEEP, "NestingDepthError")                                                                                   \
    X(TOO_LARGE, "SerializationError")                                                                                 \
    X(MALFORMED_ATTRIBUTE, "DeserializationError")                                                                     \
    X(MALFORMED_HEADER, "DeserializationError")                                                                        \
    X(MALFORMED_DESCRIPTION, "InvalidMaterialDescriptionError")                                                        \
    X(DESCRIPTION_VERSION, "InvalidMaterialDescriptionVersionError")                                                   \
    X(RESERVED_NAME, "ReservedAttributeError")                                                                         \
    X(MISSING_ATTRIBUTE, "InvalidArgumentError")                                                                       \
    X(NO_ENCRYPTION_KEY, "EncryptionError")                                                                            \
    X(NO_DECRYPTION_KEY, "DecryptionError")                                                                            \
    X(UNSUPPORTED_MODE, "UnsupportedEncryptionModeError")                                                              \
    X(NOT_CIPHERTEXT, "DecryptionError")                                                                               \
    X(BAD_CIPHERTEXT, "DecryptionError")                                                                               \
    X(WRAP_FAILED, "WrappingError")                                                                                    \
    X(UNWRAP_FAILED, "UnwrappingError")                                                                                \
    X(SIGNATURE_MISMATCH, "SignatureVerificationError")

typedef enum ddbc_code {
#define DDBC_X(name, exception) DDBC_##name,
    DDBC_STATUS_CODES(DDBC_X)
#undef DDBC_X
        DDBC_CODE_COUNT
} ddbc_code;

#define DDBC_MESSAGE_MAX 320
#define DDBC_NAME_MAX 128

/* What went wrong. `message` says what was expected and how to mend it; it never holds a key or an attribute value.
 * `attribute` is the name of the top-level attribute, cut at a whole UTF-8 character, or empty. */
typedef struct ddbc_status {
    ddbc_code code;
    char attribute[DDBC_NAME_MAX];
    char message[DDBC_MESSAGE_MAX];
} ddbc_status;

/* The code's name ("INVALID_NUMBER"), never NULL. */
const char *ddbc_code_name(ddbc_code code);
/* The name of the exception that the Python package raises for the code. */
const char *ddbc_code_exception(ddbc_code code);

typedef struct ddbc_bytes {
    const uint8_t *ptr;
    size_t len;
} ddbc_bytes;

/* ---- 2. allocator --------------------------------------------------------------------------------------------- */

/* Memory for everything that the engine allocates itself (libcrypto's own allocations are libcrypto's).
 * `release` gets blocks that have been wiped already. NULL stands for malloc and free. */
typedef struct ddbc_allocator {
    void *(*acquire)(void *context, size_t size);
    void (*release)(void *context, void *block, size_t size);
    void *context;
} ddbc_allocator;

/* ---- 3. engine ------------------------------------------------------------------------------------------------ */

typedef struct ddbc_engine ddbc_engine;

/* Fetches the ciphers, digests and the MAC from libcrypto's default library context. Fails with DDBC_LIBCRYPTO where a
 * provider lacks one. `allocator` is copied; it may be NULL. The engine must outlive its workspaces and keys. */
DDBC_MUST_USE bool ddbc_engine_new(const ddbc_allocator *allocator, ddbc_engine **out, ddbc_status *status);
void ddbc_engine_free(ddbc_engine *engine);

/* ---- 4. workspace --------------------------------------------------------------------------------------------- */

typedef struct ddbc_workspace ddbc_workspace;

DDBC_MUST_USE bool ddbc_workspace_new(ddbc_engine *engine, ddbc_workspace **out, ddbc_status *status);
/* Wipes all that the arena handed out, so no secret stays; keeps up to 1 MiB of memory for the next item. */
void ddbc_workspace_reset(ddbc_workspace *workspace);
void ddbc_workspace_free(ddbc_workspace *workspace);
/* `size` bytes from the arena, aligned for any type, not cleared. NULL when there is no memory. */
void *ddbc_workspace_alloc(ddbc_workspace *workspace, size_t size);

/* ---- 5. key --------------------------------------------------------------------------------------------------- */

typedef enum ddbc_algorithm {
    DDBC_ALG_AES,         /* 16, 24 or 32 bytes */
    DDBC_ALG_HMAC_SHA224, /* HMAC keys: 1 to 1,024 bytes */
    DDBC_ALG_HMAC_SHA256,
    DDBC_ALG_HMAC_SHA384,
    DDBC_ALG_HMAC_SHA512,
    DDBC_ALG_AES_WRAP,   /* an AES key that only wraps */
    DDBC_ALG_RSA,        /* wraps with the public key, unwraps with the private one */
    DDBC_ALG_SHA224_RSA, /* RSA signatures, PKCS#1 v1.5 */
    DDBC_ALG_SHA256_RSA,
    DDBC_ALG_SHA384_RSA,
    DDBC_ALG_SHA512_RSA
} ddbc_algorithm;

/* What a key is, and how its bytes are encoded. Symmetric keys are raw; RSA keys are PKCS#8 or PKCS#1 (private),
 * SubjectPublicKeyInfo or PKCS#1 (public), in DER or PEM, without a password. */
typedef enum ddbc_key_kind { DDBC_KIND_SYMMETRIC, DDBC_KIND_PRIVATE, DDBC_KIND_PUBLIC } ddbc_key_kind;
typedef enum ddbc_encoding { DDBC_ENCODING_RAW, DDBC_ENCODING_DER, DDBC_ENCODING_PEM } ddbc_encoding;

#define DDBC_RSA_BITS_MIN 2048

typedef enum ddbc_mode {
    DDBC_MODE_CBC_PKCS5,     /* "AES/CBC/PKCS5Padding", the mode of items */
    DDBC_MODE_CBC_NONE,      /* "AES/CBC/NoPadding", whole blocks only */
    DDBC_MODE_CTR_NONE,      /* "AES/CTR/NoPadding" */
    DDBC_MODE_CTR_PKCS5,     /* "AES/CTR/PKCS5Padding" */
    DDBC_MODE_AES_WRAP,      /* "AESWrap": only to wrap and unwrap */
    DDBC_MODE_RSA_PKCS1,     /* "RSA/ECB/PKCS1Padding", or "RSA" */
    DDBC_MODE_RSA_OAEP_SHA1, /* "RSA/ECB/OAEPWithSHA-1AndMGF1Padding"; MGF1 takes SHA-1 in all of them */
    DDBC_MODE_RSA_OAEP_SHA256,
    DDBC_MODE_RSA_OAEP_SHA384,
    DDBC_MODE_RSA_OAEP_SHA512,
    DDBC_MODE_RSA_MGF1_SHA256, /* OAEP whose MGF1 takes the same digest, as the raw RSA keyring has it */
    DDBC_MODE_RSA_MGF1_SHA384,
    DDBC_MODE_RSA_MGF1_SHA512
} ddbc_mode;

/* JCE transformation to mode; DDBC_UNKNOWN_TRANSFORMATION for any but those above, for encryption and decryption. */
DDBC_MUST_USE bool ddbc_mode_from_name(ddbc_bytes name, ddbc_mode *out, ddbc_status *status);

#define DDBC_IV_SIZE 16
#define DDBC_MAC_MAX 64
/* An HMAC, or an RSA signature of a key of up to 8,192 bits. */
#define DDBC_SIGNATURE_MAX 1024

typedef struct ddbc_key ddbc_key;

/* JCE name ("AES", "HmacSHA256", "SHA256withRSA") to algorithm; DDBC_INVALID_ALGORITHM for any other. */
DDBC_MUST_USE bool ddbc_algorithm_from_name(ddbc_bytes name, ddbc_algorithm *out, ddbc_status *status);
/* The way back. */
const char *ddbc_algorithm_name(ddbc_algorithm algorithm);
/* A symmetric key; copies `raw`. DDBC_INVALID_KEY when its length does not fit the algorithm, DDBC_INVALID_ALGORITHM for
 * an RSA algorithm. */
DDBC_MUST_USE bool ddbc_key_new(ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_bytes raw, ddbc_key **out,
                                ddbc_status *status);
/* A key of any kind. DDBC_INVALID_KEY when kind, encoding, bytes or length do not fit the algorithm. */
DDBC_MUST_USE bool ddbc_key_load(ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_key_kind kind,
                                 ddbc_encoding encoding, ddbc_bytes encoded, ddbc_key **out, ddbc_status *status);
/* A new RSA private key of 2,048 to 8,192 bits, as PKCS#8 DER. Takes a second or more for large ones. */
DDBC_MUST_USE bool ddbc_rsa_generate(ddbc_workspace *workspace, unsigned bits, ddbc_bytes *out, ddbc_status *status);
void ddbc_key_free(ddbc_key *key);
ddbc_algorithm ddbc_key_algorithm(const ddbc_key *key);

#define DDBC_HKDF_MAX 1024
/* HKDF (RFC 5869) with SHA-256 and no salt: `size` bytes of key, at most DDBC_HKDF_MAX, which the caller wipes. */
DDBC_MUST_USE bool ddbc_hkdf_sha256(ddbc_engine *engine, ddbc_bytes material, ddbc_bytes info, uint8_t *out,
                                    size_t size, ddbc_status *status);

/* IV(16, random) + ciphertext, as the reference clients store it. DDBC_INVALID_ALGORITHM on an HMAC key,
 * DDBC_PARTIAL_BLOCK where DDBC_MODE_CBC_NONE gets a partial block. */
DDBC_MUST_USE bool ddbc_key_encrypt(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes plaintext,
                                    ddbc_bytes *out, ddbc_status *status);
/* The way back. Every malformed input gives the one error DDBC_BAD_CIPHERTEXT. */
DDBC_MUST_USE bool ddbc_key_decrypt(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes ciphertext,
                                    ddbc_bytes *out, ddbc_status *status);
/* Wraps a content key of 16 to 4,096 bytes: AES and AESWrap keys by RFC 3394 whatever `mode` is, RSA keys by the padding of `mode`.
 * DDBC_WRAP_FAILED when the content key does not fit. */
DDBC_MUST_USE bool ddbc_key_wrap(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes content,
                                 ddbc_bytes *out, ddbc_status *status);
/* The way back. Every malformed input gives the one error DDBC_UNWRAP_FAILED. */
DDBC_MUST_USE bool ddbc_key_unwrap(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes wrapped,
                                   ddbc_bytes *out, ddbc_status *status);
/* HMAC or RSA signature of `data`; `signature` takes up to DDBC_SIGNATURE_MAX bytes, DDBC_MAC_MAX of an HMAC key.
 * DDBC_INVALID_ALGORITHM on a key that cannot sign. */
DDBC_MUST_USE bool ddbc_key_sign(ddbc_key *key, ddbc_bytes data, uint8_t *signature, size_t *signature_size,
                                 ddbc_status *status);
/* HMACs are compared in constant time; DDBC_SIGNATURE_MISMATCH when the signature differs, in length too. */
DDBC_MUST_USE bool ddbc_key_verify(ddbc_key *key, ddbc_bytes data, ddbc_bytes signature, ddbc_status *status);

/* ---- 6. number ------------------------------------------------------------------------------------------------ */

#define DDBC_NUMBER_DIGITS 38
/* Longest plain notation: "-0." + 129 zeros + 38 digits. */
#define DDBC_NUMBER_MAX 176
/* Longest text that is looked at; DynamoDB's own texts are far shorter. */
#define DDBC_NUMBER_TEXT_MAX 512

/* A finite decimal text ("-1.50", "15E-1", "+0") to its canonical form: plain notation, no exponent, no leading or
 * trailing zeros, "0" for any zero. At most 38 significant digits, magnitude 0 or 1E-130 to 9.9...9E+125 (38 nines), as
 * DynamoDB stores; else DDBC_INVALID_NUMBER. Exact, never rounded. Writes at most DDBC_NUMBER_MAX bytes, no NUL. */
DDBC_MUST_USE bool ddbc_number_canonical(ddbc_bytes text, char out[DDBC_NUMBER_MAX], size_t *out_len,
                                         ddbc_status *status);
/* As above, then rounded half-even to 28 digits: what the Python reference client signs (see DDBC_READ_28_DIGITS). */
DDBC_MUST_USE bool ddbc_number_canonical_28(ddbc_bytes text, char out[DDBC_NUMBER_MAX], size_t *out_len,
                                            ddbc_status *status);

/* ---- 7. attribute --------------------------------------------------------------------------------------------- */

/* A value at the top of an item has depth 1, a member of a top-level list or map depth 2, and so on. As in DynamoDB,
 * scalars and sets may stand at depth 32, lists and maps (even empty ones) at depth 31. */
#define DDBC_DEPTH_MAX 32

typedef enum ddbc_type {
    DDBC_TYPE_S,
    DDBC_TYPE_N,
    DDBC_TYPE_B,
    DDBC_TYPE_BOOL,
    DDBC_TYPE_NULL,
    DDBC_TYPE_SS,
    DDBC_TYPE_NS,
    DDBC_TYPE_BS,
    DDBC_TYPE_L,
    DDBC_TYPE_M
} ddbc_type;

/* A number as it came and as it is signed and encrypted. */
typedef struct ddbc_number {
    ddbc_bytes text;
    ddbc_bytes canonical;
} ddbc_number;

typedef struct ddbc_attribute ddbc_attribute;
typedef struct ddbc_member ddbc_member; /* a map's key and value */

struct ddbc_attribute {
    ddbc_type type;
    union {
        ddbc_bytes bytes; /* S (UTF-8), B */
        ddbc_number number;
        bool boolean;
        struct {
            ddbc_bytes *members;
            size_t count;
        } set; /* SS, BS */
        struct {
            ddbc_number *members;
            size_t count;
        } numbers; /* NS */
        struct {
            ddbc_attribute *members;
            size_t count;
        } list;
        struct {
            ddbc_member *members;
            size_t count;
        } map; /* in any order */
    } as;
};

struct ddbc_member {
    ddbc_bytes name;
    ddbc_attribute value;
};

/* "S", "NS", ... */
const char *ddbc_type_name(ddbc_type type);
/* Fills `out` from a number's text, canonical form in the workspace's arena. */
DDBC_MUST_USE bool ddbc_number_parse(ddbc_workspace *workspace, ddbc_bytes text, ddbc_number *out, ddbc_status *status);
/* Refuses sets with equal members (numbers by canonical form), depth over DDBC_DEPTH_MAX, and maps with equal keys. */
DDBC_MUST_USE bool ddbc_attribute_check(ddbc_workspace *workspace, const ddbc_attribute *attribute,
                                        ddbc_status *status);

typedef enum ddbc_action {
    DDBC_DO_NOTHING,
    DDBC_SIGN_ONLY,
    DDBC_ENCRYPT_AND_SIGN,
    DDBC_SIGN_AND_INCLUDE /* in the encryption context; the structured format alone has it */
} ddbc_action;

/* One attribute of an item. */
typedef struct ddbc_item_attribute {
    ddbc_bytes name;
    ddbc_action action;
    ddbc_attribute value; /* encrypt and decrypt replace it in place */
    /* Room of the caller's for a large result, which then needs no copy; NULL for the arena.
     * encrypt: ddbc_legacy_ciphertext_size bytes for a top-level S or B; the ciphertext is put there.
     * decrypt: ddbc_legacy_binary_size bytes, set between verify and decrypt. On failure it may hold plaintext: the
     * caller wipes it. */
    uint8_t *sink;
    /* decrypt, where the job leaves_values: what the `value` of an S, L or M, which is empty, is to be read from; else its
     * pointer is NULL. It is in the workspace's arena, verified and decrypted, but may be malformed. */
    ddbc_bytes unread;
    /* encrypt, of a list or map that is encrypted: what it is serialised as, where the caller has that; then its `value` is
     * empty. Else its pointer is NULL. */
    ddbc_bytes written;
} ddbc_item_attribute;

typedef struct ddbc_item {
    ddbc_item_attribute *attributes; /* without the two reserved ones, in any order, names unique */
    size_t count;
} ddbc_item;

/* ---- 8. legacy: the DynamoDB Encryption Client ----------------------------------------------------------------- */

#define DDBC_LEGACY_DESCRIPTION "*amzn-ddb-map-desc*"
#define DDBC_LEGACY_SIGNATURE "*amzn-ddb-map-sig*"

/* The order in which names, map keys and set members are signed. The two clients differ only on names and strings that
 * mix U+E000..U+FFFF with characters beyond U+FFFF, and on binary sets with bytes of 0x80 and more. */
typedef enum ddbc_dialect {
    DDBC_DIALECT_PYTHON, /* by code point; binary members by unsigned bytes */
    DDBC_DIALECT_JAVA    /* by UTF-16 code unit; binary members by signed bytes */
} ddbc_dialect;

/* Canonical attribute bytes, writing. S, N and B are of type bytes; L, M and sets nest. */
DDBC_MUST_USE bool ddbc_legacy_write_attribute(ddbc_workspace *workspace, const ddbc_attribute *attribute,
                                               ddbc_dialect dialect, ddbc_bytes *out, ddbc_status *status);
/* Canonical attribute bytes, reading: the tree's views point into `in`. The whole of `in` must be one attribute;
 * anything else is DDBC_MALFORMED_ATTRIBUTE. Equal set members are accepted, as another client may have written them. */
DDBC_MUST_USE bool ddbc_legacy_read_attribute(ddbc_workspace *workspace, ddbc_bytes in, ddbc_attribute *out,
                                              ddbc_status *status);

typedef struct ddbc_pair {
    ddbc_bytes name;
    ddbc_bytes value;
} ddbc_pair;

/* Material description, writing: version 0, then the pairs in order of name by code point. Names must differ. */
DDBC_MUST_USE bool ddbc_legacy_write_description(ddbc_workspace *workspace, const ddbc_pair *pairs, size_t count,
                                                 ddbc_bytes *out, ddbc_status *status);
/* Material description, reading: pairs in any order, names unique, nothing after the last pair. */
DDBC_MUST_USE bool ddbc_legacy_read_description(ddbc_workspace *workspace, ddbc_bytes in, ddbc_pair **out,
                                                size_t *out_count, ddbc_status *status);

/* SHA-256 of "TABLE>table<TABLE", then for each attribute that is not DO_NOTHING, in order of name: SHA-256 of its name,
 * of "PLAINTEXT" or "ENCRYPTED", and of its canonical bytes. */
DDBC_MUST_USE bool ddbc_legacy_string_to_sign(ddbc_workspace *workspace, const ddbc_item *item, ddbc_bytes table,
                                              ddbc_dialect dialect, ddbc_bytes *out, ddbc_status *status);

/* Bytes that ENCRYPT_AND_SIGN makes of a top-level S or B of `size` bytes: IV and padded ciphertext. */
size_t ddbc_legacy_ciphertext_size(size_t size);

/* Reading options, a set of bits. */
#define DDBC_READ_28_DIGITS 1u /* accept a signature made over numbers rounded to 28 digits */

/* Gives every number of the item the canonical form that the Python reference client signs: rounded to 28 digits. */
DDBC_MUST_USE bool ddbc_legacy_round_numbers(ddbc_workspace *workspace, ddbc_item *item, ddbc_status *status);

/* An item with what its encryption or decryption needs; a batch is an array of these. */
typedef struct ddbc_legacy_job {
    ddbc_item item;
    ddbc_bytes table;       /* "None" where the table is unknown, as the Python reference has it */
    ddbc_key *cipher_key;   /* AES, or NULL when nothing is ENCRYPT_AND_SIGN */
    ddbc_key *signing_key;  /* HMAC */
    ddbc_dialect dialect;   /* of a written item; a read tries both */
    unsigned options;       /* DDBC_READ_* */
    const ddbc_pair *pairs; /* material description: encrypt serialises it, decrypt reads the mode in it */
    size_t pair_count;
    bool default_description; /* encrypt: instead of `pairs` the signing algorithm and, with a cipher key, the mode */
    ddbc_bytes description;   /* encrypt: set to the description's bytes */
    ddbc_bytes signature;     /* encrypt: set to the signature; decrypt: the stored one */
    bool leaves_values;       /* decrypt: encrypted S, L and M are left to the caller as `unread` */
    bool verified;            /* set by verify, used up by decrypt; false at first */
} ddbc_legacy_job;

/* Encrypts and signs each job's item in place: ENCRYPT_AND_SIGN values become B. All IVs of the batch are drawn at once.
 * On failure `failed` is the index of the job and no job is to be used. Item limits are DynamoDB's to enforce. */
DDBC_MUST_USE bool ddbc_legacy_encrypt(ddbc_workspace *workspace, ddbc_legacy_job *jobs, size_t count, size_t *failed,
                                       ddbc_status *status);
/* Checks each job's material description and signature. */
DDBC_MUST_USE bool ddbc_legacy_verify(ddbc_workspace *workspace, ddbc_legacy_job *jobs, size_t count, size_t *failed,
                                      ddbc_status *status);
/* Decrypts each job's item in place, those that are not verified yet after verifying them. A plaintext is in the tree
 * only after its item verified. */
DDBC_MUST_USE bool ddbc_legacy_decrypt(ddbc_workspace *workspace, ddbc_legacy_job *jobs, size_t count, size_t *failed,
                                       ddbc_status *status);
/* Bytes of the B that attribute `index` of a verified job decrypts to; 0 where it is another type, so that it needs no
 * sink, or where it will not decrypt, which ddbc_legacy_decrypt reports. */
size_t ddbc_legacy_binary_size(const ddbc_legacy_job *job, size_t index);

#ifdef __cplusplus
}
#endif
#endif /* DDBCRYPT_H */

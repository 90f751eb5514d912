# SPDX-License-Identifier: Apache-2.0
"""Names that the legacy format fixes: its reserved attributes and the keys of its material description."""

from __future__ import annotations

from typing import Final

__all__ = (
    "ATTRIBUTE_ENCRYPTION_MODE",
    "CBC_PKCS5",
    "CONTENT_ALGORITHM",
    "DESCRIPTION_ATTRIBUTE",
    "DIALECT_JAVA",
    "DIALECT_PYTHON",
    "ITEM_SIGNATURE_ALGORITHM",
    "KMS_CONTEXT_ATTRIBUTES",
    "KMS_WRAPPING",
    "META_ID",
    "MINIMUM_HMAC_BITS",
    "READ_28_DIGITS",
    "RESERVED_NAMES",
    "SIGNATURE_ATTRIBUTE",
    "SIGNING_ALGORITHM",
    "UPDATE_IDS",
    "WRAPPED_DATA_KEY",
    "WRAPPING_ALGORITHM",
)

#: Attribute that holds the material description of an encrypted item.
DESCRIPTION_ATTRIBUTE: Final = "*amzn-ddb-map-desc*"
#: Attribute that holds the signature of an encrypted item.
SIGNATURE_ATTRIBUTE: Final = "*amzn-ddb-map-sig*"
RESERVED_NAMES: Final = (DESCRIPTION_ATTRIBUTE, SIGNATURE_ATTRIBUTE)

#: Material description key of the mode that attributes are encrypted in.
ATTRIBUTE_ENCRYPTION_MODE: Final = "amzn-ddb-map-sym-mode"
#: Material description key of the algorithm that the item is signed with.
SIGNING_ALGORITHM: Final = "amzn-ddb-map-signingAlg"
#: Material description key of the item's own data key, wrapped, in base64.
WRAPPED_DATA_KEY: Final = "amzn-ddb-env-key"
#: Material description key of the algorithm that the data key is for.
CONTENT_ALGORITHM: Final = "amzn-ddb-env-alg"
#: Material description key of the algorithm that the data key is wrapped by.
WRAPPING_ALGORITHM: Final = "amzn-ddb-wrap-alg"
#: Material description key of the signing algorithm that AWS KMS's provider derives a key for.
ITEM_SIGNATURE_ALGORITHM: Final = "amzn-ddb-sig-alg"
#: Material description key of the material and version in a MetaStore, ``name#version``.
META_ID: Final = "amzn-ddb-meta-id"
#: Material description key of what AWS KMS's provider binds data keys to.
KMS_CONTEXT_ATTRIBUTES: Final = "aws-kms-ec-attr"
#: Material description key of the ids of the last updates.
UPDATE_IDS: Final = "ddbcrypt-update-ids"
#: Wrapping algorithm of data keys that are AWS KMS's.
KMS_WRAPPING: Final = "kms"
#: The one mode of items; appended to the algorithm of the encryption key it is the transformation.
CBC_PKCS5: Final = "/CBC/PKCS5Padding"

#: Shorter HMAC keys are warned about.
MINIMUM_HMAC_BITS: Final = 128

# The engine's numbers for the order of signed members, and its option bit for numbers rounded to 28 digits.
DIALECT_PYTHON: Final = 0
DIALECT_JAVA: Final = 1
READ_28_DIGITS: Final = 1

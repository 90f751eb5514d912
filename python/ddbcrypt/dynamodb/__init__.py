# SPDX-License-Identifier: Apache-2.0
"""What stands between boto3 and DynamoDB: requests are checked and encrypted, responses verified and decrypted.

Internal: the public classes are :class:`ddbcrypt.encrypted.client.EncryptedClient` and
:class:`ddbcrypt.encrypted.table.EncryptedTable`. Reading order: ``parameters`` and ``operations`` (what is allowed),
``conditions`` and ``expressions`` (what a condition mentions), ``requests``, ``tables``, ``items``, ``responses``,
``calls``, ``batch_get`` and ``batch_write``.
"""

# SPDX-License-Identifier: Apache-2.0
"""What stands between boto3 and DynamoDB: requests are checked and encrypted, responses verified and decrypted.

Internal: the public face is :func:`ddbcrypt.attach` and the wrappers of :mod:`ddbcrypt.encrypted`. Reading order:
``effects`` (what a flow may ask for), ``protected``, ``legacy_table`` and ``registry`` (which table is protected how),
``flows`` (what is done to each operation), ``running`` and ``hooks`` (how a flow runs over botocore's events).
"""

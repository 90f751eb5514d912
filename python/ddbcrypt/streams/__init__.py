# SPDX-License-Identifier: Apache-2.0
"""DynamoDB Streams: old and new images of encrypted items, from Lambda, Kinesis and ``get_records``.

``attach`` takes a ``dynamodbstreams`` client as it takes a ``dynamodb`` one: the images of its ``get_records`` come
back verified and decrypted. :func:`decrypt_stream_record` does the same for a record that arrived in another way.
"""

from __future__ import annotations

from ddbcrypt.streams.records import decrypt_stream_record

__all__ = ("decrypt_stream_record",)

# SPDX-License-Identifier: Apache-2.0
"""Parts of the AWS KMS materials provider, for its own use: key ids, algorithms, encryption context, clients, calls."""

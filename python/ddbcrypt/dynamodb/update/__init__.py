# SPDX-License-Identifier: Apache-2.0
"""``update_item`` on tables whose items are signed.

Reading order: ``unprotected`` (what DynamoDB may do by itself), ``plan`` (what a request asks for), ``writing`` (the
write that carries it out), ``trail`` and ``fate`` (whether a write whose answer was lost arrived), ``answers``.
"""

# SPDX-License-Identifier: Apache-2.0
"""What runs in processes of its own: each imports no more than it needs."""

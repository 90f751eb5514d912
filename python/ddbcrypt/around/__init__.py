# SPDX-License-Identifier: Apache-2.0
"""What makes its clients itself: sessions, and libraries over botocore."""

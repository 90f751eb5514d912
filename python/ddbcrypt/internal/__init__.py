# SPDX-License-Identifier: Apache-2.0
"""Inner parts of the package. Nothing in here is public: names may change in any release."""

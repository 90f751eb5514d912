# SPDX-License-Identifier: Apache-2.0
"""How long a test waits for what has to come: a limit for what hangs, which no machine is too busy to keep."""

PATIENCE_SECONDS = 180

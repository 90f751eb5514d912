# SPDX-License-Identifier: Apache-2.0
"""``python -m ddbcrypt``: the command line, see :mod:`ddbcrypt.cli`."""

import sys

from ddbcrypt.cli import main

sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""``make bench``: what ddbcrypt costs, beside what else does the same work, in one run.

=====================  =======================================================================================
``__main__``           the command: measures the chosen suites, prints and writes what they found
``options``            its arguments
``suites``             what is measured: one module a suite, each with ``measure`` and ``render``
``contestants``        whom is measured: ddbcrypt, the reference client, AWS's Java clients, the libcrypto floors
``shapes``             the items
``timing``             alternating rounds
``cells``              what was found, one figure a cell, to JSON and back
``goals``              what must be, with verdicts
``compare``            an older run beside this one
``markdown``           tables, and the regions of docs/benchmarks.md
``picture``            docs/benchmarks.svg and docs/benchmarks.png
=====================  =======================================================================================
"""

"""Starts target-csv 0.3.0 on Python 3.10 and newer.

The published target uses `collections.MutableMapping`, which Python 3.10 removed, and dies at its first record
(https://github.com/singer-io/target-csv/issues/34).
Run by the Python of the connector's environment, with the target's own arguments.
"""

import collections
import collections.abc

collections.MutableMapping = collections.abc.MutableMapping

import target_csv  # noqa: E402  it needs the name above

target_csv.main()

"""Prints the SBOM of a folder with a connector, and of a root with an operating system: sbom.py SINGER FOLDER ROOT [NAME VERSION]."""

import json
import sys

singer, folder, root, *connector = sys.argv[1:]
sys.path.insert(0, singer)
import sbom  # noqa: E402

name, version = connector or (None, None)
print(json.dumps(sbom.sbom(folder, name, version, root)))

"""Packs a program as a wheel, so that it is installed the way connectors are: `wheel.py FOLDER NAME VERSION PROGRAM`."""

import base64
import hashlib
import sys
import zipfile


def main(folder: str, name: str, version: str, program: str) -> None:
    stem = f"{name.replace('-', '_')}-{version}"
    with open(program, "rb") as file:
        content = file.read()
    files = {
        f"{stem}.data/scripts/{name}": content,
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{stem}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},{hash_of(data)},{len(data)}\n" for path, data in files.items())
    with zipfile.ZipFile(f"{folder}/{stem}-py3-none-any.whl", "w") as wheel:
        for path, data in files.items():
            wheel.writestr(path, data)
        wheel.writestr(f"{stem}.dist-info/RECORD", f"{record}{stem}.dist-info/RECORD,,\n")


def hash_of(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"


main(*sys.argv[1:])

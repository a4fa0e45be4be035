"""Brings splunk-sdk 2.1.1, the one library the app carries, and makes sure that it is exactly that.

The package index is asked once, through pip, with the hash pinned in requirements/sdk.txt; later builds use the
unpacked copy after comparing the hash of the whole tree.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
from pathlib import Path

from workbench.compiler.finding import BuildError, finding
from workbench.compiler.rule import APP_CONF, rule
from workbench.writing import folder_written_aside

NO_SDK = rule(
    "NPM707",
    "no-sdk",
    what="The library that the app carries cannot be fetched, or is not the pinned one.",
    why="The commands of the app do not run without it.",
    see=APP_CONF,
)


SDIST = "splunk-sdk-2.1.1.tar.gz"
SDIST_SHA256 = "46300d52f09e0aed7e5962ce2ba08ef54421ffb3a538c6af6164dcbf9f075faa"
TREE_SHA256 = "aee352a4c468f9dc8c190b206c73bed205151a0ecc54570a02a8d2767740f2cd"
_INSIDE = "splunk-sdk-2.1.1/splunklib/"


def tree_hash(folder: Path) -> str:
    """Return one hash over the names and contents of all files below a folder; caches of Python do not count."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda one: one.relative_to(folder).as_posix()):
        if path.is_file() and "__pycache__" not in path.parts:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def sdk_folder(work: Path, requirements: Path) -> Path:
    """Return the folder of the unmodified ``splunklib``, below work (usually build/); fetched if it is not there.

    Raises BuildError if it can be neither found nor fetched.
    """
    folder = work / "sdk" / "splunklib"
    if tree_hash(folder) != TREE_SHA256:
        _unpack(_sdist(work / "sdk-download", requirements), folder)
    return folder


def _sdist(folder: Path, requirements: Path) -> bytes:
    path = folder / SDIST
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SDIST_SHA256:
        _download(folder, requirements)
    content = path.read_bytes() if path.is_file() else b""
    if (found := hashlib.sha256(content).hexdigest()) != SDIST_SHA256:
        raise _failure(requirements, f"gave {SDIST} with sha256 {found}, wanted {SDIST_SHA256}", "do not use it")
    return content


def _download(folder: Path, requirements: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--no-deps"]
    command += ["--no-binary", ":all:", "--no-build-isolation", "--require-hashes"]
    command += ["-r", str(requirements), "--dest", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise _failure(requirements, f"could not be fetched ({last})", "check the network and the settings of pip")


def _unpack(content: bytes, folder: Path) -> None:
    """Replace the folder by the library alone, without what else the archive holds."""
    with folder_written_aside(folder) as aside, tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for member in archive.getmembers():
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is None or not member.name.startswith(_INSIDE) or not member.name.endswith(".py"):
                continue
            target = aside / member.name[len(_INSIDE) :]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(stream.read())


def _failure(requirements: Path, message: str, fix: str) -> BuildError:
    return BuildError([finding(NO_SDK, str(requirements), f"splunk-sdk: {message}", fix)])

"""The secret key of person ids: without it nobody can tell from a record which id it has.

Losing it does not change ids that were minted. It is kept beside the warehouse, or given by the environment, and
belongs into the same backup as the warehouse.
"""

import hmac
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import duckdb

from warehouse.errors import IdentityKeyError
from warehouse.statements import run

VARIABLE: Final = "POPBASE_IDENTITY_KEY"
_BYTES: Final = 32
_BLOCK: Final = 64
_SHAPE: Final = re.compile(rf"[0-9a-fA-F]{{{2 * _BYTES}}}")
_PADS: Final = ("wh_inner_pad", "wh_outer_pad")
_SETTING: Final = "identity_key_fingerprint"
_OTHER_KEY: Final = "this warehouse's person ids were made with another key; restore that one"


def load_identity_key(path: Path, environment: Mapping[str, str] | None = None, *, variable: str = VARIABLE) -> bytes:
    """The key of the environment, else of the file, which is made (mode 0600) when it is not there.

    Args:
        path: of the key file, usually `warehouse/identity.key`.
        environment: the process's own when omitted.
        variable: its name in the environment.

    Raises:
        IdentityKeyError: the key is not 64 hexadecimal digits, or others may read the file.
    """
    given = (os.environ if environment is None else environment).get(variable)
    if given is not None:
        return _decode(given, variable)
    if not path.exists():
        _create(path)
    if path.stat().st_mode & 0o077:
        raise IdentityKeyError(f"{path}: other users may read it; set its mode to 0600")
    return _decode(path.read_text(encoding="ascii", errors="replace"), str(path))


def warehouse_key(con: duckdb.DuckDBPyConnection, path: Path) -> bytes:
    """The key of a warehouse, made only for one that has none yet.

    Raises:
        IdentityKeyError: the key that was used before is missing, unusable, or another one.
    """
    return known_warehouse_key(con, path) or load_identity_key(path)


def known_warehouse_key(con: duckdb.DuckDBPyConnection, path: Path) -> bytes | None:
    """The key of a warehouse, or None for one that has none yet; nothing is made.

    Raises:
        IdentityKeyError: the key that was used before is missing, unusable, or another one.
    """
    known = con.execute("SELECT value FROM setting WHERE name = ?", [_SETTING]).fetchall()
    if not path.exists() and VARIABLE not in os.environ:
        if known:
            raise IdentityKeyError(f"{path} is missing, and person ids are made with it; restore it from the backup")
        return None
    key = load_identity_key(path)
    if known and known[0][0] != key_fingerprint(key):
        raise IdentityKeyError(_OTHER_KEY)
    return key


def check_identity_key(con: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Make sure that a warehouse always uses one key; the first one used is remembered by a digest.

    Raises:
        IdentityKeyError: it is another key.
    """
    fingerprint = key_fingerprint(key)
    row = con.execute("SELECT value FROM setting WHERE name = ?", [_SETTING]).fetchone()
    if row is None:
        con.execute("INSERT INTO setting VALUES (?, ?)", [_SETTING, fingerprint])
    elif row[0] != fingerprint:
        raise IdentityKeyError(_OTHER_KEY)


def key_fingerprint(key: bytes) -> str:
    """A digest by which a key is known again, and from which it cannot be told."""
    return hmac.digest(key, b"popbase identity key", "sha256").hex()[:32]


def exchange_key(path: Path) -> None:
    """A new key in place of the one in a file; the old one stays beside it, named by its fingerprint.

    Raises:
        IdentityKeyError: the file holds no key.
    """
    if path.exists():
        old = key_fingerprint(_decode(path.read_text(encoding="ascii", errors="replace"), str(path)))
        path.rename(path.with_name(f"{path.stem}.{old[:8]}.key"))
    _create(path)


@contextmanager
def keyed_ids(con: duckdb.DuckDBPyConnection, key: bytes) -> Iterator[None]:
    """Inside, SQL may call `keyed_id(prefix, text)`; afterwards the connection no longer knows the key."""
    for name, pad in zip(_PADS, hmac_pads(key), strict=True):
        con.execute(f"SET VARIABLE {name} = $1::BLOB", [pad])
    run(con, "keyed_id")
    try:
        yield
    finally:
        # An aborted transaction resets nothing; what aborted it is what has to be said.
        with suppress(duckdb.TransactionException):
            for name in _PADS:
                con.execute(f"RESET VARIABLE {name}")


def hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """The two padded keys by which SQL computes HMAC: sha256(outer || sha256(inner || text)).

    Source: RFC 2104, for keys up to the block of SHA-256.
    """
    block = key.ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def _decode(text: str, origin: str) -> bytes:
    if not _SHAPE.fullmatch(text.strip()):
        raise IdentityKeyError(f"{origin}: a key is {2 * _BYTES} hexadecimal digits")
    return bytes.fromhex(text.strip())


def _create(path: Path) -> None:
    """Write a new key whole: a kill leaves no half key behind."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(_BYTES) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(path)

"""Tokens of those who signed in from this account: a file that only they can read."""

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from moisson.sections import ConfigError


class Tokens(BaseModel):
    """What signing in to one API gave; `expires` in seconds since 1970."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    client_id: str
    access: str = Field(repr=False)
    refresh: str | None = Field(None, repr=False)
    expires: float


_FILE = TypeAdapter(dict[str, Tokens])


def token_path(environment: Mapping[str, str] = os.environ) -> Path:
    """tokens.json in the user's configuration folder (XDG Base Directory)."""
    base = environment.get("XDG_CONFIG_HOME", "")
    # The specification: a relative path there is not to be used.
    folder = Path(base) if base.startswith("/") else Path.home() / ".config"
    return folder / "moisson" / "tokens.json"


def read_tokens(path: Path) -> dict[str, Tokens]:
    """By the API's address. Raises ConfigError."""
    try:
        return _FILE.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except ValidationError:
        raise ConfigError(f"{path}: damaged: remove it and sign in again") from None


def write_tokens(path: Path, url: str, tokens: Tokens | None) -> None:
    """Keeps the tokens for an API (None: forgets them); readable by the user only. Raises ConfigError."""
    kept = {**read_tokens(path), url: tokens}
    content = orjson.dumps({name: one.model_dump() for name, one in kept.items() if one is not None})
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A new file is 0600 from its beginning, and the old one stays whole until the new one is.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tokens-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None

"""The environment variables that the tool reads, in one list: for reading them, for help and for `docs/`."""

from __future__ import annotations

from enum import StrEnum


class Variable(StrEnum):
    """A variable's name."""

    ACCESS_TOKEN = "CRONOFY_ACCESS_TOKEN"  # noqa: S105 - a name, not a value
    CLIENT_ID = "CRONOFY_CLIENT_ID"
    CLIENT_SECRET = "CRONOFY_CLIENT_SECRET"  # noqa: S105 - a name, not a value
    DATA_CENTER = "CRONOFY_DATA_CENTER"
    CONTEXT = "CRONOFY_CONTEXT"
    SIMULATOR_URL = "CRONOFY_SIMULATOR_URL"
    CONFIG_DIR = "CRONOFY_CONFIG_DIR"
    DATA_DIR = "CRONOFY_DATA_DIR"
    HISTORY = "CRONOFY_HISTORY"
    NO_KEYRING = "CRONOFY_NO_KEYRING"
    NO_INPUT = "CRONOFY_NO_INPUT"
    NO_COLOR = "NO_COLOR"
    CLICOLOR_FORCE = "CLICOLOR_FORCE"
    CLICOLOR = "CLICOLOR"
    PAGER = "PAGER"
    NO_UPDATE_NOTICE = "CRONOFY_NO_UPDATE_NOTICE"
    SSL_CERT_FILE = "SSL_CERT_FILE"
    SSL_CERT_DIR = "SSL_CERT_DIR"
    HTTPS_PROXY = "HTTPS_PROXY"
    NO_PROXY = "NO_PROXY"

    @property
    def meaning(self) -> str:
        """One line for people."""
        return _MEANINGS[self]


_MEANINGS = {
    Variable.ACCESS_TOKEN: "the account's access token; not for the simulator, which brings its own",
    Variable.CLIENT_ID: "the application's client id",
    Variable.CLIENT_SECRET: "the application's client secret; several, comma-separated, while one is being rotated",
    Variable.DATA_CENTER: "us (default), uk, de, au, ca, sg, simulator, or an address",
    Variable.CONTEXT: "the context to use, as --context",
    Variable.SIMULATOR_URL: "the simulator that is meant where none is named; cronofy simulator exec sets it",
    Variable.CONFIG_DIR: "where settings and secret files are, instead of the platform's folder for settings",
    Variable.NO_KEYRING: "set: never use the system's keyring",
    Variable.DATA_DIR: "where deliveries are kept, instead of the platform's folder for data",
    Variable.HISTORY: (
        "where deliveries are kept instead: the address of a PostgreSQL database that a team shares, or a file"
    ),
    Variable.NO_INPUT: "set: never ask anything, as --no-input",
    Variable.NO_COLOR: "set: no colours (https://no-color.org)",
    Variable.CLICOLOR_FORCE: (
        "set, and not 0: colours also in a pipe, unless NO_COLOR is set; tab-separated text and JSON in a pipe, which "
        "programs read, never have any"
    ),
    Variable.CLICOLOR: "0: no colours",
    Variable.PAGER: "the program that shows long output on a terminal, such as less; without it, or with cat, none",
    Variable.NO_UPDATE_NOTICE: "set: never look whether there is a newer version, and never say so",
    Variable.SSL_CERT_FILE: "a file of certificate authorities to trust instead of the system's",
    Variable.SSL_CERT_DIR: "a folder of hashed certificate authorities to trust instead of the system's",
    Variable.HTTPS_PROXY: "a proxy for calls to Cronofy (HTTP_PROXY and ALL_PROXY likewise)",
    Variable.NO_PROXY: "hosts that are called without the proxy",
}

"""Checks of the settings that become an address or an argument of another program. Pure."""

from __future__ import annotations

import re

from cronofy_cli.adapters.hosts import is_this_machine
from cronofy_cli.core.pages import origin_of
from cronofy_cli.errors import WrongUsage

_PORT_AND_PATH = re.compile(r"([0-9]{1,5})(?:/[!-\[\]-~]*)?")
_HOST = re.compile(r"(?!-)[A-Za-z0-9.-]{1,253}")
_SSH_HOST = re.compile(r"(?!-)(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?(?!-)[A-Za-z0-9._:-]{1,253}")
_HIGHEST_PORT = 65535


def check_forward(target: str) -> str:
    """Return a target of forwarding: an address, or a port of this machine with an optional path.

    Raises:
        WrongUsage: it is neither.
    """
    if not _is_local_port(target):
        try:
            origin_of(target)
        except ValueError as error:
            raise WrongUsage(
                f"'{target}' is not a target", hint="use http://localhost:3000/hook, or 3000/hook for short"
            ) from error
    return target


def check_loopback_forward(target: str) -> str:
    """Return a target of forwarding that is on this machine whatever the name service says.

    Raises:
        WrongUsage: it may be elsewhere.
    """
    check_forward(target)
    if not _is_local_port(target) and not _is_surely_here(origin_of(target).host):
        raise WrongUsage(f"'{target}' is not on this machine", hint="a project file may forward to localhost only")
    return target


def check_host(name: str) -> str:
    """Return a host name; a leading dash would make it an option of the program that gets it.

    Raises:
        WrongUsage: it is none.
    """
    if not _HOST.fullmatch(name):
        raise WrongUsage(f"'{name}' is not a host name", hint="use a name such as hooks.example.com")
    return name


def check_ssh_host(name: str) -> str:
    """Return what names a host for ssh; a leading dash would make it an option, which can run a program.

    Raises:
        WrongUsage: it is none.
    """
    if not _SSH_HOST.fullmatch(name):
        raise WrongUsage(f"'{name}' is not a host for ssh", hint="use a host, USER@HOST, or a name of ~/.ssh/config")
    return name


def _is_local_port(target: str) -> bool:
    match = _PORT_AND_PATH.fullmatch(target)
    return match is not None and 0 < int(match[1]) <= _HIGHEST_PORT


def _is_surely_here(host: str) -> bool:
    # Names below "localhost" are looked up by some systems.
    return not host.endswith(".localhost") and is_this_machine(host)

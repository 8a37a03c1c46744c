"""Is the program installed as it requires: the version of Python, and the packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.doctor.requirements import meets, parse_requirement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.doctor.requirements import Requirement

PYTHON: Final = "python"
DEPENDENCIES: Final = "dependencies"
PACKAGE: Final = "cronofy-cli"
_REINSTALL: Final = f"python3 -m pip install --upgrade {PACKAGE}"


def check_python(version: str, *, wanted: str | None, executable: str) -> Check:
    """Say whether Python's version is one that the package supports; `wanted` is None where it is not installed."""
    evidence = (("version", version), ("required", wanted or "unknown"), ("executable", executable))
    if wanted is None or meets(version, wanted):
        return passed(PYTHON, f"{version}, {executable}", evidence=evidence)
    return Check(
        PYTHON,
        CheckState.FAILED,
        f"{version} is not supported: {wanted} is required",
        code="wrong_version",
        meaning="parts of the program do not work with this version of Python",
        hint=f"install it with a newer Python: pipx install --python python3.13 {PACKAGE}",
        evidence=evidence,
    )


def check_dependencies(
    requirements: Sequence[str] | None, installed: Callable[[str], str | None], *, platform: str
) -> tuple[Check, ...]:
    """Say of each package that is missing or of another version what is wrong; all that are right are one line.

    `requirements` is None where the program runs from its source without being installed; `installed` returns a
    package's version.
    """
    if requirements is None:
        return (skipped(DEPENDENCIES, f"{PACKAGE} is not installed as a package, so its requirements are not known"),)
    parsed = filter(None, map(parse_requirement, requirements))
    needed = [requirement for requirement in parsed if requirement.is_needed(platform)]
    versions = {requirement.package: installed(requirement.package) for requirement in needed}
    wrong = [check for each in needed if (check := _judge(each, versions[each.package])) is not None]
    if wrong:
        return tuple(wrong)
    evidence = tuple(("package", f"{package} {version}") for package, version in versions.items())
    return (passed(DEPENDENCIES, f"{len(needed)} packages, all in a supported version", evidence=evidence),)


def _judge(requirement: Requirement, version: str | None) -> Check | None:
    if version is not None and requirement.is_met_by(version):
        return None
    package = requirement.package
    return Check(
        DEPENDENCIES,
        CheckState.FAILED,
        f"{package} is missing"
        if version is None
        else f"{package} {version} is not supported: {requirement.versions} is required",
        subject=package,
        code="missing" if version is None else "wrong_version",
        meaning="commands that use it fail or behave differently",
        hint=_REINSTALL,
        evidence=(("version", version or ""), ("required", requirement.versions)),
    )

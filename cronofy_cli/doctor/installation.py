"""Is the program itself installed as it asks to be: the Python, and the packages."""

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
    """Say whether Python's version is one that the package asks for; `wanted` is None where it is not installed."""
    evidence = (("version", version), ("wanted", wanted or "unknown"), ("executable", executable))
    if wanted is None or meets(version, wanted):
        return passed(PYTHON, f"{version}, {executable}", evidence=evidence)
    return Check(
        PYTHON,
        CheckState.FAILED,
        f"{version} is not {wanted}",
        cause="wrong_version",
        meaning="parts of the program use what this Python does not have",
        remedy=f"install it under a newer Python: pipx install --python python3.13 {PACKAGE}",
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
        return (skipped(DEPENDENCIES, f"{PACKAGE} is not installed as a package, so nothing states what it needs"),)
    parsed = filter(None, map(parse_requirement, requirements))
    needed = [requirement for requirement in parsed if requirement.is_needed(platform)]
    versions = {requirement.package: installed(requirement.package) for requirement in needed}
    wrong = [check for each in needed if (check := _judge(each, versions[each.package])) is not None]
    if wrong:
        return tuple(wrong)
    evidence = tuple((package, version or "") for package, version in versions.items())
    return (passed(DEPENDENCIES, f"{len(needed)} packages, each of a version that will do", evidence=evidence),)


def _judge(requirement: Requirement, version: str | None) -> Check | None:
    if version is not None and requirement.is_met_by(version):
        return None
    package = requirement.package
    return Check(
        DEPENDENCIES,
        CheckState.FAILED,
        f"{package} is missing" if version is None else f"{package} {version} is not {requirement.versions}",
        subject=package,
        cause="missing" if version is None else "wrong_version",
        meaning="commands that use it fail or behave differently",
        remedy=_REINSTALL,
        evidence=(("version", version or ""), ("wanted", requirement.versions)),
    )

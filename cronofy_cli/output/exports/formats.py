"""The forms that deliveries are exported in."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.output.exports.ndjson import Beside


class ExportFormat(StrEnum):
    """What is written."""

    NDJSON = "ndjson"
    """A line of JSON each; can be imported again."""
    HAR = "har"
    """HTTP Archive 1.2, which browsers and proxies read."""
    CURL = "curl"
    """A shell script that sends them again."""
    PYTEST = "pytest"
    """A module with a fixture for the tests of an application."""


def exported(
    deliveries: Iterable[Delivery],
    form: ExportFormat,
    version: str,
    beside: Callable[[Delivery], Beside] | None = None,
) -> Iterator[bytes]:
    """Yield what is to be written, piece by piece; `version` is that of this program.

    `beside` is for NDJSON and HAR.
    """
    if form is ExportFormat.HAR:
        from cronofy_cli.output.exports.har import har

        return har(deliveries, version, None if beside is None else lambda delivery: beside(delivery).forwards)
    if form is ExportFormat.CURL:
        from cronofy_cli.output.exports.curl import curl_script

        return curl_script(deliveries)
    if form is ExportFormat.PYTEST:
        from cronofy_cli.output.exports.pytest_fixture import pytest_module

        return pytest_module(deliveries)
    from cronofy_cli.output.exports.ndjson import delivery_lines

    return delivery_lines(deliveries, beside)

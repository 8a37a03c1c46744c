"""The diagnosis of a failed signature: body, header and client secrets are altered in turn until a digest matches.

Pure, and nothing here accepts a request: whether a signature is valid is `core.signature`'s to say.
"""

from cronofy_cli.core.autopsy.causes import Cause, Confidence, Family, Finding
from cronofy_cli.core.autopsy.examination import examine

__all__ = ["Cause", "Confidence", "Family", "Finding", "examine"]

"""Why a signature failed: the body, the header and the client secrets are altered in turn until a digest matches.

Pure, and nothing here accepts a request: whether a signature is valid is `core.signature`'s to say.
"""

from cronofy_cli.core.autopsy.causes import Cause, Confidence, Finding
from cronofy_cli.core.autopsy.examination import examine

__all__ = ["Cause", "Confidence", "Finding", "examine"]

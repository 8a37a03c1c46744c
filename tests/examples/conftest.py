"""The examples have suites of their own, which test_examples.py runs as their developers would."""

collect_ignore = ["fastapi_app"]

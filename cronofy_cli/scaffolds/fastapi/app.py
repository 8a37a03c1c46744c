"""A handler for Cronofy's push notifications.

uvicorn app:app --port 3000
"""

from cronofy_receiver import Receiver
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool


def on_event(event):
    """Do what the application does with a changed event."""
    print("deleted" if event.get("deleted") else "changed", event["event_uid"], event.get("summary"), flush=True)


def create_app(receiver):
    """Make the application."""
    application = FastAPI()

    @application.post("/cronofy/hook")
    async def hook(request: Request):  # no model as a parameter: it would be checked before the signature
        body = await request.body()
        signatures = request.headers.get("Cronofy-HMAC-SHA256")
        # A file is written: not on the event loop.
        return Response(status_code=await run_in_threadpool(receiver.take, body, signatures))

    return application


def __getattr__(name):
    """Make `app` when it is asked for, so that the tests can make their own."""
    if name != "app":
        raise AttributeError(name)
    globals()["app"] = create_app(Receiver(on_event).start())
    return globals()["app"]

"""A handler for Cronofy's push notifications.

flask --app app run --port 3000
"""

from cronofy_receiver import Receiver
from flask import Flask, Response, request


def on_event(event):
    """Do what the application does with a changed event."""
    print("deleted" if event.get("deleted") else "changed", event["event_uid"], event.get("summary"), flush=True)


def create_app(receiver=None):
    """Make the application. Flask's command calls this without arguments."""
    application = Flask(__name__)
    receiver = receiver or Receiver(on_event).start()

    @application.post("/cronofy/hook")
    def hook():
        body = request.get_data()  # first: request.form of a form would have emptied the stream
        return Response(status=receiver.take(body, request.headers.get("Cronofy-HMAC-SHA256")))

    return application

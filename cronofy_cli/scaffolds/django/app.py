"""A handler for Cronofy's push notifications.

    gunicorn app:application --bind 127.0.0.1:3000 --threads 4

In a project of your own take `hook` and its line in `urlpatterns`; the settings here are the least that Django needs.
"""

import os

from cronofy_receiver import Receiver
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

receiver = None


def on_event(event):
    """Do what the application does with a changed event."""
    print("deleted" if event.get("deleted") else "changed", event["event_uid"], event.get("summary"), flush=True)


@csrf_exempt
@require_POST
def hook(request):
    """Take a notification."""
    body = request.body  # before request.POST and before any reader of the stream
    return HttpResponse(status=receiver.take(body, request.headers.get("Cronofy-HMAC-SHA256")))


urlpatterns = [path("cronofy/hook", hook)]  # no slash at the end: APPEND_SLASH would turn a POST into an error

settings.configure(
    SECRET_KEY=os.environ.get("SECRET_KEY", "only-for-development"),
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1", "localhost", ".ngrok.app", ".ngrok-free.app", ".trycloudflare.com"],  # else 400
    MIDDLEWARE=["django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
)


def create_application(own_receiver):
    """Make the application."""
    global receiver
    receiver = own_receiver
    return get_wsgi_application()


def __getattr__(name):
    """Make `application` when it is asked for, so that the tests can make their own."""
    if name != "application":
        raise AttributeError(name)
    globals()["application"] = create_application(Receiver(on_event).start())
    return globals()["application"]

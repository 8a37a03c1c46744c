"""Being signed in, as documents. None holds a secret but the one that prints an access token."""

from __future__ import annotations

from cronofy_cli.output.documents.base import Document


class SignInStartedDocument(Document, frozen=True):
    """Where to approve a sign-in that a person ends elsewhere."""

    authorize_url: str
    redirect_uri: str


class SignedInDocument(Document, frozen=True):
    """Who signed in, and where the secrets are kept."""

    context: str
    data_center: str | None
    sub: str | None
    email: str | None
    secret_place: str | None


class SignedOutDocument(Document, frozen=True):
    """What signing out removed."""

    context: str
    secrets_removed: bool
    revoked: bool


class AuthStatusDocument(Document, frozen=True):
    """Which access token is used, whose it is and until when; what only Cronofy knows is null unless it was asked."""

    context: str | None
    data_center: str | None
    signed_in: bool
    token_from: str | None
    accepted: bool | None
    """Whether Cronofy accepts the token; null if it was not asked."""
    sub: str | None
    email: str | None
    client_id: str | None
    scope: str | None
    expires_at: str | None
    renews_itself: bool
    client_secrets: tuple[str, ...]
    """Their labels."""
    secret_place: str | None
    secret_store: str | None
    overridden_by: tuple[str, ...]
    """The variables that come before what the context holds."""


class AccessTokenDocument(Document, frozen=True):
    """The access token of the context in use."""

    access_token: str


class ClientSecretDocument(Document, frozen=True):
    """A client secret without its value."""

    label: str
    added_at: str
    removed_at: str | None


class ClientSecretRemovedDocument(Document, frozen=True):
    """A client secret that was removed; `forgotten` if its value was erased too."""

    label: str
    forgotten: bool


class AccountDocument(Document, frozen=True):
    """The account that a context belongs to."""

    sub: str
    email: str | None


class ContextDocument(Document, frozen=True):
    """A context: a named set of application, account, data center and settings."""

    name: str
    current: bool
    data_center: str | None
    client_id: str | None
    account: AccountDocument | None
    scope: str | None
    calendars: tuple[str, ...]
    tunnel: str | None
    tunnel_domain: str | None
    ssh_host: str | None
    forward: tuple[str, ...]
    secret_place: str | None


class ContextRemovedDocument(Document, frozen=True):
    """A context that was removed."""

    name: str
    secrets_removed: bool

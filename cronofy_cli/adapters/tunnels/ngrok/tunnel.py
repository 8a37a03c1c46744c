"""ngrok as a `Tunnel`: an agent that already runs is used, else one is found and started."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels.interface import ProviderStatus, TunnelFacts
from cronofy_cli.adapters.tunnels.ngrok.agents import find_agent
from cronofy_cli.adapters.tunnels.ngrok.codes import explain_code
from cronofy_cli.adapters.tunnels.ngrok.configuration import find_token, read_own_configuration
from cronofy_cli.adapters.tunnels.ngrok.foreign_agent import ForeignAgent, find_foreign_agent
from cronofy_cli.adapters.tunnels.ngrok.own_agent import AgentPlan, OwnAgent
from cronofy_cli.adapters.tunnels.ngrok.redaction import Redactor
from cronofy_cli.errors import CronofyError, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelOptions

FACTS: Final = TunnelFacts("ngrok", ready_hint="see the agents and endpoints at https://dashboard.ngrok.com")
NO_TOKEN: Final = "ERR_NGROK_4018"  # noqa: S105 - an error's code

_DOMAIN = re.compile(r"(?:https://)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+)/?", re.IGNORECASE)


class NgrokTunnel:
    """An ngrok endpoint."""

    def __init__(self, options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> None:
        """Take the options.

        Raises:
            WrongUsage: the domain is not one.
        """
        self._options = options
        self._url = _address_of_domain(options.domain)
        self._on_event = on_event
        self._link: OwnAgent | ForeignAgent | None = None

    @property
    def facts(self) -> TunnelFacts:
        """What a caller must know about ngrok."""
        return FACTS

    @property
    def public_url(self) -> str | None:
        """The endpoint's address; None while there is none."""
        return self._link.public_url if self._link is not None else None

    def start(self, port: int) -> str:
        """Lead an ngrok address to `port`.

        Raises:
            CronofyError: there is no agent or no authtoken, or ngrok refuses.
        """
        self.stop()
        self._link = self._new_link()
        return self._link.open(port)

    def is_alive(self) -> bool:
        """Whether the endpoint exists."""
        return self._link is not None and self._link.is_alive()

    def explain_answer(self, status: int, headers: Mapping[str, str]) -> CronofyError | None:  # noqa: ARG002
        """Return ngrok's own refusal. ngrok guarantees that nothing behind it can set the header."""
        code = headers.get("ngrok-error-code")
        return explain_code(code) if code else None

    def stop(self) -> None:
        """Close the endpoint; end the agent if it is ours."""
        if self._link is not None:
            self._link.close()

    def _new_link(self) -> OwnAgent | ForeignAgent:
        options = self._options
        configuration = read_own_configuration()
        name = f"cronofy-{secrets.token_hex(4)}"
        redact = Redactor([options.environment.get("NGROK_AUTHTOKEN"), *configuration.secrets])
        foreign = find_foreign_agent(configuration.web_port, redact)
        if foreign is not None:
            return ForeignAgent(foreign, name, self._url, self._on_event)
        agent = find_agent(options.environment, options.data_folder)
        token = find_token(options.ngrok_token, options.environment, configuration)
        if token is None:
            raise explain_code(NO_TOKEN)
        plan = AgentPlan(agent, configuration, token, self._url, options.data_folder / "tunnels", options.limit_s)
        return OwnAgent(plan, name, self._on_event)


def make_tunnel(options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> NgrokTunnel:
    """Return the tunnel, not started yet.

    Raises:
        WrongUsage: the domain is not one.
    """
    return NgrokTunnel(options, on_event)


def status(options: TunnelOptions) -> ProviderStatus:
    """Return whether ngrok can be used on this machine, without starting anything."""
    try:
        configuration = read_own_configuration()
        foreign = find_foreign_agent(configuration.web_port, Redactor([]))
        if foreign is not None:
            foreign.close()
            return ProviderStatus(FACTS.name, is_usable=True, detail=f"an agent runs on port {configuration.web_port}")
        agent = find_agent(options.environment, options.data_folder)
        token = find_token(options.ngrok_token, options.environment, configuration)
    except CronofyError as error:
        return ProviderStatus(FACTS.name, is_usable=False, detail=error.message, hint=error.hint)
    found = f"agent {agent.version_text} at {agent.path}"
    if token is None:
        return ProviderStatus(
            FACTS.name, is_usable=False, detail=f"{found}, but no authtoken", hint=explain_code(NO_TOKEN).hint
        )
    return ProviderStatus(FACTS.name, is_usable=True, detail=f"{found}, authtoken from {token.origin}")


def _address_of_domain(domain: str | None) -> str | None:
    if domain is None:
        return None
    match = _DOMAIN.fullmatch(domain.strip())
    if match is None:
        raise WrongUsage(f"'{domain}' is not a domain", hint="give one such as --domain name.ngrok.app")
    return f"https://{match[1].lower()}"

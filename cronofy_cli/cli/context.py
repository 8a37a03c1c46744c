"""What a command is given: the flags that all commands share, the output, and adapters made when first asked for."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.flags import Flags
from cronofy_cli.core.accounts.data_centers import SIMULATOR, DataCenterId, data_center_at, parse_data_center
from cronofy_cli.errors import HistoryUnavailable, Unreachable, WrongUsage
from cronofy_cli.output.streams import Output, OutputFormat, wants_color

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cronofy_cli.adapters.api.budget import Budget
    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.adapters.api.retries import RetryPolicy
    from cronofy_cli.adapters.api.tokens import AccessTokens
    from cronofy_cli.adapters.deadline import Deadline
    from cronofy_cli.adapters.event_cache import EventCache
    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.adapters.settings import Settings
    from cronofy_cli.adapters.simulator.running import RunningSimulator
    from cronofy_cli.auth.account import SignedInContext
    from cronofy_cli.auth.credentials import Credentials
    from cronofy_cli.core.accounts.data_centers import DataCenter
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.errors import NotSignedIn
    from cronofy_cli.output.progress import Progress

_DEPENDENT = (
    "settings",
    "data_center_choice",
    "data_center",
    "credentials",
    "account",
    "tokens",
    "client_secrets",
    "api",
)
"""What follows from the flags for context and data center."""


@dataclass(eq=False, repr=False)
class AppContext:
    """One run of the program. Carried in `typer.Context.obj`."""

    environment: Mapping[str, str]
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    flags: Flags = field(default_factory=Flags)
    resources: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    deadline: Deadline | None = None
    """By when the command has to end; no call of the API goes on beyond it."""
    complete: Callable[[str], str] = str
    """Adds to commands that a text names what this command line chose."""
    is_paged: bool = False
    """Whether output goes to the user's pager."""
    budget: Budget | None = None
    retry_policy: RetryPolicy | None = None
    """What gives calls of the API their turns, and how patiently they are repeated, if not as usual."""
    _warned: set[str] = field(default_factory=set)

    @cached_property
    def output(self) -> Output:
        """Where results and remarks go."""
        options: dict[str, Any] = {
            "stdout": self.stdout,
            "stderr": self.stderr,
            "format": self._format(),
            "color_stdout": wants_color(self.flags.color, self.stdout, self.environment),
            "color_stderr": wants_color(self.flags.color, self.stderr, self.environment),
            "can_prompt": self._can_prompt(),
            "complete": self.complete,
        }
        if self.flags.query is not None:
            from cronofy_cli.output.queried import QueriedOutput

            return QueriedOutput(**options, query=self.flags.query, is_raw=self.flags.raw_output)
        if self.flags.raw_output:
            raise WrongUsage("--raw-output goes with --query", hint="add --query EXPR")
        return Output(**options)

    def page_output(self) -> None:
        """Let what is written from now on go to the user's pager, on a terminal where one is set.

        For output that may be long and comes to an end.
        """
        command = self.environment.get(Variable.PAGER, "").strip()
        is_wanted = command not in {"", "cat"} and not self.flags.no_pager
        if not is_wanted or self.is_paged or not (self.stdin.isatty() and self.stdout.isatty()):
            return
        from cronofy_cli.adapters.pager import open_pager

        pager = open_pager(
            command,
            self.environment,
            self.stdout,
            lambda code: self.warn(f"PAGER is '{command}', which fails ({code})"),
        )
        if pager is None:
            self.warn(f"PAGER is '{command}', which cannot be run")
            return
        self.is_paged = True
        self.stdout = self.resources.enter_context(pager)
        self.__dict__.pop("output", None)

    def _can_prompt(self) -> bool:
        is_allowed = not self.flags.no_input and not self.environment.get(Variable.NO_INPUT)
        return is_allowed and self.stdin.isatty() and self.stderr.isatty()

    def _format(self) -> OutputFormat:
        if self.flags.ndjson:
            return OutputFormat.NDJSON
        if self.flags.wants_json:
            return OutputFormat.JSON
        return OutputFormat.TABLE if self.stdout.isatty() else OutputFormat.TSV

    @cached_property
    def settings(self) -> Settings:
        """What is set, by options, environment, project and user, and the contexts.

        Raises:
            WrongUsage: a file is broken, or something in it cannot be meant.
        """
        from cronofy_cli.adapters.settings import Key, load_settings

        flags = {Key.CONTEXT: self.flags.context, Key.DATA_CENTER: self.flags.data_center}
        return load_settings(self.environment, Path.cwd(), flags)

    @property
    def chosen_options(self) -> tuple[str, ...]:
        """The options of this command line that chose context and data center, for commands that messages name."""
        flags = (("--data-center", self.flags.data_center), ("--context", self.flags.context))
        return tuple(part for name, value in flags if value is not None for part in (name, value))

    @cached_property
    def data_center_choice(self) -> str:
        """What names the data center. No file is read if the flag or the environment says it."""
        said = self.flags.data_center or self.environment.get(Variable.DATA_CENTER, "").strip()
        if said:
            return said
        from cronofy_cli.adapters.settings import Key

        return self.settings.find(Key.DATA_CENTER).text or DataCenterId.US

    @property
    def is_simulator(self) -> bool:
        """Whether the data center is Cronofy on this machine."""
        return self.data_center_choice.lower() == SIMULATOR

    @cached_property
    def running_simulators(self) -> tuple[RunningSimulator, ...]:
        """The simulators that run on this machine."""
        from cronofy_cli.adapters.simulator.running import running_simulators

        return running_simulators(self.environment)

    @property
    def running_simulator(self) -> RunningSimulator | None:
        """The simulator that runs on this machine, if one does; of several the newest."""
        return self.running_simulators[-1] if self.running_simulators else None

    def simulator_is_missing(self) -> Unreachable:
        """Return the error that says how to start a simulator, or that the one that the environment names is gone."""
        from cronofy_cli.adapters.simulator.running import named_url

        url = named_url(self.environment)
        if url is not None:
            return Unreachable(
                f"the simulator that {Variable.SIMULATOR_URL} names, {url}, does not answer",
                hint=f"unset {Variable.SIMULATOR_URL}",
            )
        return Unreachable(
            "no simulator is running on this machine", hint="start one in another terminal: cronofy simulator run"
        )

    @cached_property
    def simulator(self) -> RunningSimulator:
        """The one simulator that runs on this machine.

        Raises:
            Unreachable: none does.
            WrongUsage: there are several.
        """
        if not self.running_simulators:
            raise self.simulator_is_missing()
        if len(self.running_simulators) > 1:
            urls = [simulator.url for simulator in self.running_simulators]
            raise WrongUsage(
                f"{len(urls)} simulators are running on this machine: {', '.join(urls)}",
                hint=f"choose one: --data-center {urls[-1]}",
            )
        return self.running_simulators[0]

    @cached_property
    def data_center(self) -> DataCenter:
        """Where the account lives."""
        if self.is_simulator:
            return data_center_at(self.simulator.url, name=SIMULATOR)
        return parse_data_center(self.data_center_choice)

    @cached_property
    def credentials(self) -> Credentials:
        """The credentials of the environment, or those that the running simulator publishes. No keyring is asked."""
        from cronofy_cli.auth import credentials

        if self.is_simulator:
            return credentials.of_simulator(self.simulator)
        return credentials.from_environment(self.data_center.name, self.environment)

    @cached_property
    def account(self) -> SignedInContext | None:
        """The context in use, if it is one of the chosen data center: its secrets are sent nowhere else."""
        context = self.settings.context
        if context is None or not context.is_at(self.data_center_choice):
            return None
        from cronofy_cli.auth.account import SignedInContext
        from cronofy_cli.auth.context_store import AccountKeeper

        keeper = AccountKeeper(self.settings.user_file, self.environment, self.warn, deadline=self.deadline)
        return SignedInContext(context, self.data_center, keeper, self.observer, self.budget)

    @cached_property
    def tokens(self) -> AccessTokens:
        """Where access tokens come from: the environment, then what signing in kept; a simulator brings its own.

        Raises:
            NotSignedIn: nowhere.
        """
        from cronofy_cli.adapters.api.tokens import FixedToken

        if not self.environment_is_enough and self.account is not None and self.account.has_tokens:
            return self.account.tokens
        if self.credentials.token is None:
            raise self.no_token()
        return FixedToken(self.credentials.token)

    def no_token(self) -> NotSignedIn:
        """Return the error that says why no access token may be used here."""
        from cronofy_cli.adapters.settings import Key
        from cronofy_cli.auth.account import no_token_for

        return no_token_for(self.settings.context, self.settings.find(Key.DATA_CENTER))

    @cached_property
    def client_secrets(self) -> tuple[ClientSecret, ...]:
        """The client secrets that signatures are checked with; none if none is known."""
        if self.credentials.client_secrets or self.account is None:
            return self.credentials.client_secrets
        return self.account.secrets.signing_secrets

    @property
    def environment_is_enough(self) -> bool:
        """Whether the access token comes from the environment, so that no store has to be looked into."""
        return bool(self.environment.get(Variable.ACCESS_TOKEN, "").strip()) and not self.is_simulator

    @property
    def token_source(self) -> str:
        """Where the access token in use comes from: a variable's name, a context, the running simulator."""
        if not self.environment_is_enough and self.account is not None and self.account.has_tokens:
            return f"context {self.account.context.name}"
        return "the running simulator" if self.is_simulator else Variable.ACCESS_TOKEN.value

    @property
    def observer(self) -> Callable[[Exchange], None] | None:
        """What is called with every exchange with Cronofy, with --verbose."""
        if not self.flags.verbose:
            return None
        from cronofy_cli.output.exchanges import exchange_printer

        return exchange_printer(self.output)

    def limit_time(self, timeout: str | None) -> Deadline | None:
        """Let the command's `--timeout` run from now on; call it before anything else.

        Raises:
            WrongUsage: it is not a duration.
        """
        if timeout is not None:
            from cronofy_cli.adapters.deadline import Deadline
            from cronofy_cli.core.durations import parse_duration

            self.deadline = Deadline.after(parse_duration(timeout, option="--timeout"))
        return self.deadline

    def warn(self, sentence: str) -> None:
        """Write a warning to stderr."""
        self.output.advise(f"warning: {sentence}")

    @cached_property
    def api(self) -> ApiClient:
        """Cronofy's API, with the account's token."""
        from cronofy_cli.adapters.api.client import ApiClient, Timeouts
        from cronofy_cli.output.exchanges import retry_printer

        client = ApiClient(
            self.data_center,
            self.tokens,
            observe=self.observer,
            on_retry=retry_printer(self.output),
            timeouts=Timeouts(deadline=self.deadline),
            retry_policy=self.retry_policy,
            budget=self.budget,
        )
        return self.resources.enter_context(client)

    @cached_property
    def history_place(self) -> HistoryPlace:
        """Where the deliveries are: a file, or a database that a team shares.

        Raises:
            WrongUsage: what is set cannot be meant.
        """
        from cronofy_cli.adapters.history import history_place

        return history_place(self.environment)

    @cached_property
    def history(self) -> History:
        """The store of deliveries, to read from. One that is not there yet is empty."""
        return self.open_history(read_only=True)

    def open_history(self, *, read_only: bool = False) -> History:
        """Return a connection to the store of deliveries of its own, closed at the end of the run."""
        from cronofy_cli.adapters.history import open_history

        history = self.resources.enter_context(open_history(self.history_place, read_only=read_only))
        self.resources.callback(self._warn_of_damage, history)
        return history

    def _warn_of_damage(self, history: History) -> None:
        """Say at the end, once, what could not be read."""
        with contextlib.suppress(HistoryUnavailable):
            damage = history.damage()
            if damage is not None and str(damage) not in self._warned:
                self._warned.add(str(damage))
                self.warn(f"{damage.message}\nhint: {damage.hint}")

    def open_event_cache(self, sub: str) -> EventCache:
        """Return the cache of an account's events at this data center; the caller closes it.

        A simulator's calendars start over with it, so what was seen in another one does not count.

        Raises:
            EventCacheUnavailable: it cannot be opened.
        """
        from cronofy_cli.adapters.event_cache import open_event_cache

        world = f"{self.simulator.url} {self.simulator.pid}" if self.is_simulator else ""
        return open_event_cache(self.data_center.name, sub, self.environment, world=world)

    def progress(self, noun: str, *, is_wanted: bool = True) -> Progress:
        """Return a line of progress, drawn only where it can be removed again and no exchanges are shown."""
        from cronofy_cli.output.progress import Progress

        can_be_drawn = self.stderr.isatty() and self.environment.get("TERM") != "dumb" and not self.flags.verbose
        return Progress(self.output, noun, enabled=is_wanted and can_be_drawn and not self.is_paged)

    def forget_choices(self) -> None:
        """Forget everything that follows from the flags, so that it is worked out again."""
        for name in _DEPENDENT:
            self.__dict__.pop(name, None)

    def use_simulator(self, simulator: RunningSimulator) -> None:
        """Make a simulator that this process started the data center of this run."""
        self.flags.data_center = SIMULATOR
        self.forget_choices()
        # What was signed in to is another simulator, which may know other tokens.
        self.__dict__["account"] = None
        self.__dict__["running_simulators"] = (simulator,)
        self.__dict__["simulator"] = simulator

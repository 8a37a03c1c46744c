"""`cronofy api`: any call of the API, signed in and with the retries of every other command."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.client_secrets import STDIN, read_bytes
from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.core.accounts.credential import Credential
from cronofy_cli.core.api.api_fields import as_document, as_query, parse_field
from cronofy_cli.core.api.api_request import (
    ApiRequest,
    Method,
    api_address,
    asked_as_other,
    is_versioned,
    parse_header,
    parse_method,
)
from cronofy_cli.core.text import decoded
from cronofy_cli.errors import CronofyError, InvalidRequest, NotAllowed, NotFound, NotSignedIn, WrongUsage
from cronofy_cli.output.api_printer import AnswerPrinter, Form

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from cronofy_cli.adapters.api.api_errors import Answer
    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.api.api_fields import Field

app = command_app()


RawFieldOption = Annotated[
    list[str] | None,
    typer.Option(
        "-f", "--raw-field", metavar="KEY=VALUE", help="Add a string, to the query of a GET, otherwise to the body."
    ),
]
FieldOption = Annotated[
    list[str] | None,
    typer.Option(
        "-F",
        "--field",
        metavar="KEY=VALUE",
        help="Add a typed value: true, false, null, a whole number, @FILE or a string.",
    ),
]
HeaderOption = Annotated[
    list[str] | None, typer.Option("-H", "--header", metavar="NAME: VALUE", help="Add a request header.")
]
InputOption = Annotated[
    str | None,
    typer.Option("--input", metavar="FILE|-", help="Send this file as the body; fields then go to the query."),
]
MethodOption = Annotated[
    str | None,
    typer.Option("-X", "--method", metavar="METHOD", help="By default GET, or POST with a field or a body."),
]
UseClientSecretOption = Annotated[
    bool, typer.Option("--use-client-secret", help="Authenticate as the application, with its client secret.")
]


@app.command(cls=ApiListCommand)
def call_api(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="[METHOD] PATH", help="Such as /v1/userinfo or 'v1/events?tzid=Etc/UTC'.")
    ],
    method: MethodOption = None,
    raw_field: RawFieldOption = None,
    field: FieldOption = None,
    header: HeaderOption = None,
    input_: InputOption = None,
    paginate: Annotated[bool, typer.Option("--paginate", help="Read all pages.")] = False,
    use_client_secret: UseClientSecretOption = False,
    include: Annotated[bool, typer.Option("--include", "-i", help="Print the response's status and headers.")] = False,
    silent: Annotated[bool, typer.Option("--silent", help="Do not print the body.")] = False,
) -> None:
    """Call any endpoint of Cronofy's API, and print the response as it came.

    Nested fields are a[b]=1, arrays a[]=1; a[] alone is an empty one. --ndjson prints a list's items, one a line, and
    --paginate --json those of all pages as one array. The token is sent to the data center's own address only.

    \b
    Examples:
      cronofy api /v1/userinfo
      cronofy api /v1/userinfo --query sub -r
      cronofy api /v1/events -f tzid=Etc/UTC -f 'calendar_ids[]=cal_1' --paginate --ndjson
      cronofy api /v1/channels -f callback_url=https://example.com/hook -F 'filters[only_managed]=true'
      cronofy api -X POST /v1/real_time_scheduling --use-client-secret --input request.json
    """
    run = app_context(context)
    credential = Credential.CLIENT_SECRET if use_client_secret else Credential.ACCESS_TOKEN
    fields = _fields(run, raw_field, field, input_)
    has_body = (bool(fields) or input_ is not None) and not paginate
    known, path = _method_and_path(words, method, Method.POST if has_body else Method.GET)
    request = _request(run, known, path, fields, header, input_)
    if paginate and request.method is not Method.GET:
        raise WrongUsage("--paginate works with GET only", hint="leave out --paginate")
    printer = AnswerPrinter(run.output, _form(run, paginate=paginate), with_head=include, with_body=not silent)
    if include and run.flags.query is not None:
        raise WrongUsage("--include and --query cannot be combined", hint="leave out one of them")
    if include and not printer.takes_any_answer:
        raise WrongUsage(
            "--include cannot be combined with a list of items", hint="leave out --include, --ndjson or --json"
        )
    try:
        with closing(_answers(_client(run, credential), request, paginate=paginate)) as answers:
            printer.show_all(answers)
    except CronofyError as error:
        _show_refusal(error, printer)
        error.hint = _hint(error, request.address, credential)
        raise


def _method_and_path(words: Sequence[str], option: str | None, otherwise: Method) -> tuple[Method, str]:
    """Return what `[METHOD] PATH` and --method say.

    Raises:
        WrongUsage: the path is missing, there are too many words, or the method is given twice.
    """
    if len(words) > 2:
        raise WrongUsage(f"there is one path, not {len(words) - 1}", hint="cronofy api --help")
    *before, path = words
    if not before and path.upper() in set(Method):
        raise WrongUsage("the path is missing", hint=f"cronofy api {path} /v1/userinfo")
    if before and option is not None:
        raise WrongUsage("the method is given twice", hint=f"leave out {before[0]} or --method {option}")
    named = before[0] if before else option
    return otherwise if named is None else parse_method(named), path


def _fields(run: AppContext, raw: Sequence[str] | None, typed: Sequence[str] | None, input_: str | None) -> list[Field]:
    """Return the fields in their order, those of -f first."""
    sources = [input_]

    def read_file(source: str) -> str:
        sources.append(source)
        if sources.count(STDIN) > 1:
            raise WrongUsage("stdin can be read only once", hint="use a file for the body or the field")
        return _text(read_bytes(run, source), source)

    return [*map(parse_field, raw or ()), *(parse_field(each, read_file) for each in typed or ())]


def _text(content: bytes, source: str) -> str:
    """Return a file's text without its last line break, which an editor puts there."""
    try:
        return decoded(content).removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise WrongUsage(f"'{source}' is not UTF-8 text", hint="use --input FILE for the body") from error


def _request(
    run: AppContext, known: Method, path: str, fields: list[Field], headers: Sequence[str] | None, input_: str | None
) -> ApiRequest:
    lines = tuple(map(parse_header, headers or ()))
    in_query = known.puts_fields_in_query or input_ is not None
    document = None if in_query or not fields else as_document(fields)
    address = api_address(path, run.data_center.api_url, as_query(fields) if in_query else ())
    if input_ is not None:
        return ApiRequest(known, address, lines, read_bytes(run, input_))
    return ApiRequest(known, address, lines, None if document is None else _encoded(document))


def _encoded(document: dict[str, object]) -> bytes:
    import msgspec

    return msgspec.json.encode(document)


def _form(run: AppContext, *, paginate: bool) -> Form:
    if run.flags.ndjson:
        return Form.ITEM_LINES
    if not paginate:
        return Form.ONE
    return Form.ITEM_ARRAY if run.flags.wants_json else Form.PAGES


def _client(run: AppContext, credential: Credential) -> ApiClient:
    if credential is Credential.ACCESS_TOKEN:
        return run.api
    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.api.tokens import ApplicationSecrets
    from cronofy_cli.output.exchanges import retry_printer

    if not run.client_secrets:
        raise NotSignedIn(
            "no client secret is known",
            hint=f"set {Variable.CLIENT_SECRET}, sign in with cronofy auth login, or use the simulator's: "
            "--data-center simulator",
        )
    secrets = ApplicationSecrets(tuple(secret.value for secret in run.client_secrets))
    client = ApiClient(
        run.data_center, secrets, observe=run.observer, on_retry=retry_printer(run.output), credential=credential
    )
    return run.resources.enter_context(client)


def _answers(client: ApiClient, request: ApiRequest, *, paginate: bool) -> Generator[Answer]:
    from cronofy_cli.adapters.api.paging import stream_answers

    if paginate:
        yield from stream_answers(client, request.address, request.headers)
    else:
        yield client.send(request.method, request.address, content=request.content, headers=request.headers)


def _show_refusal(error: CronofyError, printer: AnswerPrinter) -> None:
    """Write an answer that is an error to stdout, as it came: the sentence on stderr says only what it means."""
    from cronofy_cli.adapters.api.api_errors import refused_answer

    refused = refused_answer(error)
    if refused is not None and printer.takes_any_answer:
        printer.show(refused)


def _hint(error: CronofyError, address: str, credential: Credential) -> str | None:
    """Return what fixes a call of the user's own making: other commands' options do not."""
    if isinstance(error, InvalidRequest) and error.fields:
        return f"correct {', '.join(error.fields)}; a field is given as -f name=value"
    if isinstance(error, NotFound) and not is_versioned(address):
        return "the API's paths begin with /v1, such as /v1/userinfo"
    wanted = asked_as_other(address, credential)
    if wanted is None or not isinstance(error, NotSignedIn | NotAllowed):
        return error.hint
    if wanted is Credential.CLIENT_SECRET:
        return "this call is made as the application: add --use-client-secret"
    return "this call is made for an account: leave out --use-client-secret"

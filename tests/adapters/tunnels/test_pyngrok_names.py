"""What we use of pyngrok that it does not promise: these tests fail when a new version moves it."""

from __future__ import annotations

import inspect

from pyngrok import conf, exception, installer, log, ngrok, process


def test_the_registry_of_processes() -> None:
    """Processes stand in a dictionary by the path of their program."""
    assert isinstance(process._current_processes, dict)
    assert "_current_processes[pyngrok_config.ngrok_path]" in inspect.getsource(process._start_process)


def test_the_reader_of_the_log() -> None:
    """A process object has its Popen, and its reading thread under `_monitor_thread`."""
    held = process.NgrokProcess(None, conf.PyngrokConfig(auth_token="x"))  # type: ignore[arg-type]
    assert held._monitor_thread is None
    assert "self._monitor_thread = threading.Thread" in inspect.getsource(process.NgrokProcess)
    assert hasattr(held, "proc")


def test_the_token_can_be_kept_off_the_command_line() -> None:
    """The token is put on the command line only from `auth_token`, which can be emptied."""
    assert "if pyngrok_config.auth_token:" in inspect.getsource(process._start_process)


def test_the_program_is_not_downloaded_if_it_is_there() -> None:
    """Only a path that does not exist makes pyngrok download."""
    assert "if not os.path.exists(pyngrok_config.ngrok_path):" in inspect.getsource(ngrok.install_ngrok)


def test_the_callback_gets_every_line() -> None:
    """The log's callback is called while the agent starts and afterwards, with what the lines say."""
    line = log.NgrokLog('lvl=eror msg="failed to reconnect session" err="a b"')
    assert (line.lvl, line.msg, line.err) == ("ERROR", "failed to reconnect session", "a b")
    assert "log_event_callback(log)" in inspect.getsource(process.NgrokProcess._log_line)


def test_where_errors_hold_the_agents_words() -> None:
    """A failed request has the agent's answer in `body`, a failed start has the log's error in `ngrok_error`."""
    failed = exception.PyngrokNgrokHTTPError("x", "http://x", 502, None, {}, "the body")
    assert (failed.body, exception.PyngrokNgrokError("x", [], "the error").ngrok_error) == ("the body", "the error")


def test_the_folder_and_the_address() -> None:
    """ngrok's folder and the address of its agent are asked for by functions."""
    assert installer.get_default_ngrok_dir().endswith("ngrok")
    assert installer.get_ngrok_cdn_url("3").startswith("https://")

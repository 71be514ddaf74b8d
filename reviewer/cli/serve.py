"""`reviewer serve`: a page on this machine to paste a proposal into."""

from typing import Any

import click

from reviewer.cli.options import asking_options, lang_option, rubric_option, voice_option, waivers_option
from reviewer.errors import SettingsError


@click.command()
@rubric_option
@lang_option
@voice_option
@waivers_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Listen here. [default: a free one]")
@click.option(
    "--host", default="127.0.0.1", metavar="ADDRESS", help="Another address of this machine. [default: 127.0.0.1]"
)
@click.option("--no-browser", is_flag=True, help="Print the address, and open nothing.")
@click.option("--offline", is_flag=True, default=None, help="Offer no model, whatever the settings name.")
@click.option("--model", metavar="NAME", help="Offer this model, for example openai:gpt-5-mini; a button asks it.")
@click.option("--base-url", metavar="URL", help="An OpenAI-compatible server in place of the provider's own.")
@click.option("--timeout", type=float, metavar="SECONDS", help="How long one call may take. [default: 120]")
@click.option("--max-cost", type=float, metavar="USD", help="Refuse an answer that may cost more than this.")
@asking_options
def command(port: int, host: str, no_browser: bool, **flags: Any) -> int:
    """Open a page to paste a proposal into, or drop one on, and watch the score move while you edit.

    Only this machine reaches it, and only by the address with the secret in it, which is printed. What you
    paste stays in memory until Ctrl-C. The offline engine reads it; a model is asked only by a button that
    says first what it costs and who will see the text.

    \b
    Examples:
      reviewer serve
      reviewer serve --rubric course-proposal --lang ko
      reviewer serve --port 8421 --no-browser
      OPENAI_API_KEY=... reviewer serve --model openai:gpt-5-mini
    """
    from reviewer.cli.report import waivers, waivers_file
    from reviewer.cli.settings import RUBRIC, model_settings, resolve
    from reviewer.pipeline import load_rubric

    try:
        from reviewer.serve import Desk, Options, listen, serve
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in ("starlette", "uvicorn"):
            raise
        raise SettingsError(
            f"the page needs {library}, which is not installed: pip install 'proposal-reviewer[serve]'"
        ) from error
    settings = resolve(flags)
    rubric = settings.rubric or RUBRIC
    waivers(settings, load_rubric(rubric))  # now, so that a mistake in them is told here
    options = Options(
        rubric=rubric,
        language=settings.lang,
        voice=settings.voice,
        waivers=waivers_file(settings),
        model=model_settings(settings),
        samples=settings.samples,
    )
    with listen(host, port) as listening:
        serve(Desk(options), listening, lambda address: _ready(address, host, opens=not no_browser))
    click.echo("reviewer: ended; nothing was stored", err=True)
    return 0


def _ready(address: str, host: str, *, opens: bool) -> None:
    import threading

    if host not in ("127.0.0.1", "localhost"):
        click.echo(f"reviewer: {host} may be in reach of others, who can read along: this is plain HTTP", err=True)
    click.echo(address)
    click.echo("reviewer: Ctrl-C ends it", err=True)
    if opens:  # beside us: a browser may wait for the page before it returns
        threading.Thread(target=_open, args=(address,), daemon=True).start()


def _open(address: str) -> None:
    import os
    import sys
    import webbrowser

    # Without a screen there are only browsers that would take this terminal over.
    screen = sys.platform != "linux" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
    if not (screen and webbrowser.open(address)):
        click.echo("reviewer: no browser was found; open the address above", err=True)

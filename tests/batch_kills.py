"""Start a command again and again, kill it at a random moment each time, and let the last one finish.

    python batch_kills.py KILLS SEED RUN ARGUMENTS...

A process that has everything imported starts the others, so that a hundred of them take a minute. Most are killed a
moment after they have kept something new, some at any time. Prints how many were killed, how many of them had kept
something new, and the exit code of the last.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import langchain.chat_models  # noqa: F401 - so that each start is quick, as are the next
import langchain_openai  # noqa: F401
import tiktoken  # noqa: F401

import reviewer.batch.asking
import reviewer.batch.pool
import reviewer.batch.run
import reviewer.cli.run  # noqa: F401 - so that each start is quick
from reviewer.__main__ import main
from reviewer.batch.store import open_store
from reviewer.errors import ReviewerError
from reviewer.llm import connect  # noqa: F401
from reviewer.pipeline import load_rubric


def start(arguments: list[str]) -> int:
    if pid := os.fork():
        return pid
    code = 99
    try:
        code = main(arguments)
    finally:
        os._exit(code)


def kept(run: Path) -> int:
    try:
        with open_store(run) as store:
            return sum(count for state, count in store.counts().items() if state != "pending")
    except ReviewerError:
        return 0


if __name__ == "__main__":  # the processes of a pool read this file, too
    kills, seed, run, arguments = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]
    load_rubric("fsdl")
    chance = random.Random(seed)
    killed = at_work = 0
    for _ in range(kills):
        before, early = kept(run), chance.random() < 0.2
        pid = start(arguments)
        while (
            not early and kept(run) == before and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        ):
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.15))
        os.kill(pid, signal.SIGKILL)
        killed += os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
        at_work += kept(run) > before
    pid = start(arguments)
    print(killed, at_work, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

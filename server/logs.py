"""What goes to a log: no query string, since it says who was looked at, and no words of an error.

The words of an error may hold a value of the data, such as a patient's id; its kind and the lines of the program
that led to it are kept, which is what is needed to mend it. This holds for every line that the process logs,
whoever writes it: the server, the framework or a library.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Mapping
from typing import Any

ADDRESS = re.compile(r"(?:[a-z]+:/)?/[^\s?]*\?\S*", re.IGNORECASE)


def keep_patients_out() -> None:
    """From now on, make every line of a log without query strings and without the words of an error."""
    known = logging.getLogRecordFactory()
    if getattr(known, "keeps_patients_out", False):
        return

    def made(*arguments: Any, **named: Any) -> logging.LogRecord:
        return _without_patients(known(*arguments, **named))

    made.keeps_patients_out = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(made)


def _without_patients(record: logging.LogRecord) -> logging.LogRecord:
    if isinstance(record.msg, BaseException):
        record.msg = type(record.msg).__name__
    elif isinstance(record.msg, str):
        record.msg = without_queries(record.msg)
    if isinstance(record.args, Mapping):
        record.args = {key: _plain(value) for key, value in record.args.items()}
    elif record.args:
        record.args = tuple(_plain(value) for value in record.args)
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text = without_words(record.exc_info[1])  # every formatter takes this where it is there
    return record


def _plain(value: object) -> object:
    if isinstance(value, BaseException):
        return type(value).__name__
    return without_queries(value) if isinstance(value, str) else value


def without_queries(text: str) -> str:
    """Return text with every address in it cut at its question mark."""
    return ADDRESS.sub(lambda found: f"{found[0].partition('?')[0]}?…", text)


def without_words(error: BaseException) -> str:
    """Return the way to an error as a traceback tells it, of each error its kind alone."""
    told = ""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        told = f"{without_words(earlier)}\n\nwhich led to\n\n"
    frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    kind = type(error)
    return f"{told}Traceback (most recent call last):\n{frames}{kind.__module__}.{kind.__qualname__}"

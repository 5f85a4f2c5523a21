"""Errors that end a connector with one line."""

from __future__ import annotations


class ConnectorError(Exception):
    """Ends the connector with exit code 1 and one line on stderr.

    `problem` describes what is wrong and where; `fix` describes what to do. Both are sentences without the
    final period.
    """

    def __init__(self, problem: str, fix: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix

    def line(self) -> str:
        """Return the error as one line of text."""
        text = self.problem + (f". {self.fix}" if self.fix else "")
        return " ".join(text.split())


class Stopped(BaseException):
    """Raised in the main thread by SIGTERM and SIGINT. Not an `Exception`: nothing handles it
    except clean-up and the program's end."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number

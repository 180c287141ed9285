"""What can go wrong between ``make run`` and ``ready``, as sentences with a way out."""

from __future__ import annotations

import errno


class SetupProblem(Exception):
    """Something a person has to put right: ``what`` was found, and the ``remedy``."""

    def __init__(self, what: str, remedy: str = "", *, exit_code: int = 3) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.exit_code = exit_code


class Stopped(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived while something was still being set up."""

    def __init__(self, signal_name: str) -> None:
        super().__init__(signal_name)
        self.signal_name = signal_name


def no_room(where: str, detail: str = "") -> SetupProblem:
    """The problem of a full disk, in the same words wherever it is met."""
    return SetupProblem(
        f"No room left on the disk that holds {where}." + (f" {detail}" if detail else ""),
        "Free some space, or put the data elsewhere with WANGGE_VAR=/another/disk; then run make again: "
        "what was finished is kept, what was half made is made anew.",
    )


def explain_os_error(error: OSError) -> SetupProblem | None:
    """A ``SetupProblem`` for the errors of the operating system a person can mend; None for a bug."""
    where = str(error.filename or "the project")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room(where)
    if error.errno == errno.EROFS:
        return SetupProblem(
            f"{where} is on a read-only file system.", "Give a writable folder: WANGGE_VAR=/some/folder"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return SetupProblem(
            f"No permission for {where}.",
            "Run make as the owner of the folder, or give another one: WANGGE_VAR=/some/folder",
        )
    return None


def explain_output(text: str, what: str) -> SetupProblem | None:
    """A ``SetupProblem`` when a program's output says that the disk is full."""
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return no_room("the project, its data or the temporary files", f"({what} could not write.)")
    return None

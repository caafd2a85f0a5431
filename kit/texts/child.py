"""The process that takes the text out of one file: bytes in, text out, with nothing else in its reach.

It is a program by itself (`python -m kit.texts.child`), begun for one file and gone with it: without
surroundings, with bounds on time, memory and files that it cannot raise again. What strangers put into
a file is read here and never run; whatever it does to the reader ends with this process.
"""

import json
import resource
import sys

LONGEST = 200_000
"""Characters of a file that are searched; a longer one is searched as far."""
_MEMORY, _SECONDS = 512 * 1024 * 1024, 20


def bound() -> None:
    """From here on no more than this, whatever the file holds."""
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def answer(media_type: str, data: bytes) -> dict[str, str]:
    """What the file says, or why nobody can tell."""
    # The readers come in behind the bounds.
    from kit.texts.formats import Unreadable, text_of

    try:
        return {"text": text_of(media_type, data, LONGEST)}
    except Unreadable as why:
        return {"error": str(why)}
    except MemoryError:
        return {"error": "Its text takes more memory than a file is given."}
    except Exception:  # noqa: BLE001 - whatever is wrong with a file is wrong with it alone
        return {"error": "It is damaged, or not what it seems; its text cannot be read."}


def main() -> None:
    bound()
    told = answer(sys.argv[1], sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()

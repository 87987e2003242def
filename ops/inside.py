"""Runs inside .venv: several management commands in one process, since starting Django takes seconds.

The only file of this room that imports anything from outside the standard library. One request a line on
standard input (a JSON list of arguments), one answer a line on standard output ({"code", "text"}); what the
commands print goes into the answer, errors and stray output to the log on standard error.
"""

import io
import json
import os
import sys
import traceback


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import django
    from django.core.management import call_command

    django.setup()
    for line in sys.stdin:
        code, text = 0, io.StringIO()
        try:
            call_command(*json.loads(line), stdout=text, stderr=sys.stderr)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except Exception:
            traceback.print_exc()
            code = 1
        print(text.getvalue(), end="", file=sys.stderr, flush=True)
        print(json.dumps({"code": code, "text": text.getvalue()}), file=answers, flush=True)


if __name__ == "__main__":
    main()

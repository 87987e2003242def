"""Sets this clone up and runs it: the code behind ./run and ./check.

Standard library only (but for ``inside``, which runs in the virtual environment), because it works before
anything is installed. It changes no permission, file or process that it did not make itself.
"""

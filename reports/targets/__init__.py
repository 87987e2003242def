"""Target progress (目标进度): what an agreement promised, what is reached, and where it should be today."""

from reports.targets.progress import progress_of
from reports.targets.row import TargetProgress
from reports.targets.verdicts import Verdict

__all__ = ["TargetProgress", "Verdict", "progress_of"]

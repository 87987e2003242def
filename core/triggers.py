"""Small additions to pgtrigger: conditions joined by AND."""

import pgtrigger


class AllOf(pgtrigger.Condition):
    """Every part holds. Parts are pgtrigger conditions (Q, AnyChange, …)."""

    def __init__(self, *parts):
        self.parts = parts

    def resolve(self, model):
        joined = " AND ".join(f"({part.resolve(model)})" for part in self.parts)
        return f"({joined})"

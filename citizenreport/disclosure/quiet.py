"""HiGHS without its greeting: what publishes and what audits print their own lines only."""

import highspy


class QuietHighs(highspy.Highs):
    """The solver, silent from its first line: the constructor greets when it enables callbacks."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the solver's own name
        """Silence it, then do as the solver does."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]

"""How long ago something was, in words."""

from citizenreport.web.translate import _, ngettext


def age_words(days: int) -> str:
    """Return a number of days back from today as people say it."""
    if days <= 0:
        return _("hari ini")
    if days == 1:
        return _("kemarin")
    return ngettext("%(num)d hari lalu", "%(num)d hari lalu", days)

"""What other people's lists call a category, and whom to telephone first."""

from citizenreport.cities.edits import Entry
from citizenreport.cities.rules import City
from citizenreport.console.edits.category_texts import joined, parts
from citizenreport.console.edits.fields import Field, Form, Group
from citizenreport.console.edits.new_category import flag
from citizenreport.console.edits.words import column_name
from citizenreport.web.locale import in_page_language
from citizenreport.web.translate import _


def groups(city: City, entry: Entry) -> list[Group]:
    """Return the controls of numbers to call, of the smart-city dimension and of SP4N-LAPOR!."""
    return [
        Group(
            title=_("Keadaan darurat"),
            lead=_("Nomor yang dicentang ditampilkan sebelum orang menulis laporan."),
            fields=(flag("may_be_emergency", entry), _numbers(city, entry)),
        ),
        Group(title=_("Padanan"), fields=(_dimension(city, entry), _national(entry))),
    ]


def read(entry: Entry, form: Form) -> dict[str, str]:
    """Return the columns as they were chosen."""
    national = joined(form.text("national_categories"), entry.get("national_categories") or "")
    not_so = "no" if entry.get("may_be_emergency") else ""
    return {
        "may_be_emergency": "yes" if form.text("may_be_emergency") else not_so,
        "emergency_numbers": " ".join(form.all_of("emergency_numbers")),
        "dimension": form.line("dimension"),
        "national_categories": national,
    }


def _numbers(city: City, entry: Entry) -> Field:
    chosen = (entry.get("emergency_numbers") or "").split()
    known = {one.number: in_page_language(one.names) for one in city.emergency_numbers}
    # Those that are chosen come first, in their order: it is the order in which they are shown.
    numbers = dict.fromkeys([*(one for one in chosen if one in known), *known])
    return Field(
        name="emergency_numbers",
        label=column_name("emergency_numbers"),
        kind="checks",
        options=tuple((number, f"{number} {known[number]}") for number in numbers),
        chosen=tuple(chosen),
    )


def _dimension(city: City, entry: Entry) -> Field:
    named = {one.dimension_code: in_page_language(one.names) for one in city.dimensions}
    options = [
        (one.dimension_code, " › ".join(filter(None, (named.get(one.parent_code or ""), name))))
        for one in city.dimensions
        for name in (named[one.dimension_code],)
    ]
    return Field(
        name="dimension",
        label=column_name("dimension"),
        kind="choice",
        options=(("", "–"), *sorted(options, key=lambda one: one[1])),
        value=entry.get("dimension") or "",
    )


def _national(entry: Entry) -> Field:
    return Field(
        name="national_categories",
        label=column_name("national_categories"),
        kind="area",
        hint=_("Satu per baris, seperti ditulis di SP4N-LAPOR!."),
        value="\n".join(parts(entry.get("national_categories") or "")),
        most=1000,
    )

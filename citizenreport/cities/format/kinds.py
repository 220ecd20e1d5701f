"""Categories, their texts and questions, the dimensions they belong to, and the routing rows."""

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.parts import CategoryQuestion, CategoryText, Line
from citizenreport.cities.format.tables import Heading, Row, read_table
from citizenreport.cities.rules import (
    Aspect,
    Category,
    ComplaintClass,
    Dimension,
    Names,
    Priority,
    ProtectionClass,
    PublicPrecision,
    Question,
    RoutingRow,
    Visibility,
)
from citizenreport.core.text import _n

CATEGORIES = Heading(
    file="categories.csv",
    needed=(
        "category_code",
        "aspect",
        "name",
        "lead",
        "priority",
        "visibility",
        "first_response_hours",
        "verification_working_days",
        "settlement_working_days",
    ),
    optional=(
        "supporting",
        "external",
        "complaint_class",
        "may_be_emergency",
        "emergency_numbers",
        "protection_class",
        "public_precision",
        "public_photo",
        "village_access",
        "may_be_suggested",
        "mediation",
        "sensitive_flags",
        "deadline_basis",
        "national_categories",
        "indicators",
        "authority",
        "is_physical",
        "is_good_practice",
        "dimension",
        "valid_from",
        "valid_to",
        "status",
    ),
)
CATEGORY_TEXTS = Heading(
    file="category_texts.csv",
    needed=("category_code", "lang", "name"),
    optional=("example", "keywords", "status"),
)
QUESTIONS = Heading(
    file="questions.csv",
    needed=("category_code", "code", "datatype"),
    optional=("order", "required", "choices", "retired", "status"),
    by_language=("label_",),
)
DIMENSIONS = Heading(
    file="dimensions.csv",
    needed=("dimension_code",),
    optional=("parent_code", "source"),
    by_language=("name_",),
)
ROUTING = Heading(
    file="routing.csv",
    needed=("rule_id", "category_code", "agency_code"),
    optional=(
        "area_code",
        "answers",
        "office_hours",
        "valid_from",
        "valid_to",
        "status",
        "note",
    ),
)
VILLAGE_ACCESS = ("ya", "tidak", "per_kasus")
DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
LISTS = ("singlevaluelist", "multivaluelist")


def read_categories(
    text: str | None, findings: Findings, *, deadline_basis: str
) -> list[Line[Category]]:
    """Return the categories without their texts and questions; a row for each period."""
    return [
        Line(
            file=row.file,
            row=row.number,
            value=_category(row, deadline_basis),
            is_confirmed=row.is_confirmed(),
        )
        for row in read_table(text, CATEGORIES, findings)
    ]


def _category(row: Row, deadline_basis: str) -> Category:
    visibility = row.choice("visibility", Visibility)
    protection_class = row.choice("protection_class", ProtectionClass, default=ProtectionClass.NONE)
    # What a pack leaves out falls to the careful side.
    is_public = visibility == Visibility.PUBLIC
    is_unprotected = protection_class == ProtectionClass.NONE
    return Category(
        category_code=row.code("category_code"),
        aspect=row.choice("aspect", Aspect),
        names={"id": row.needed("name")},
        examples={},
        keywords={},
        questions=(),
        lead=row.code("lead"),
        supporting=row.codes("supporting"),
        external=row.codes("external"),
        complaint_class=row.choice(
            "complaint_class", ComplaintClass, default=ComplaintClass.ORDINARY
        ),
        priority=row.choice("priority", Priority),
        emergency_numbers=row.codes("emergency_numbers"),
        may_be_emergency=row.flag("may_be_emergency", default=False),
        visibility=visibility,
        protection_class=protection_class,
        public_precision=row.choice(
            "public_precision",
            PublicPrecision,
            default=PublicPrecision.GRID_100M if is_public else PublicPrecision.NONE,
        ),
        public_photo=row.flag("public_photo", default=is_public),
        village_access=_village_access(row, default="ya" if is_unprotected else "tidak"),
        may_be_suggested=row.flag("may_be_suggested", default=is_unprotected),
        mediation=row.flag("mediation", default=False),
        sensitive_flags=row.codes("sensitive_flags"),
        first_response_hours=row.whole("first_response_hours", least=1),
        verification_working_days=row.whole("verification_working_days", least=1),
        settlement_working_days=row.whole("settlement_working_days", least=1),
        deadline_basis=row.text("deadline_basis") or deadline_basis,
        national_categories=row.texts("national_categories"),
        is_confirmed=row.is_confirmed(),
        is_physical=row.flag("is_physical", default=True),
        is_good_practice=row.flag("is_good_practice", default=False),
        indicators=row.texts("indicators")
        if ";" in row.text("indicators")
        else row.codes("indicators"),
        authority=row.text("authority"),
        dimension_code=row.optional_code("dimension"),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to"),
    )


def _village_access(row: Row, *, default: str) -> str:
    return row.one_of("village_access", VILLAGE_ACCESS) if row.text("village_access") else default


def read_category_texts(text: str | None, findings: Findings) -> list[Line[CategoryText]]:
    """Return names, examples and search words of categories by language."""
    return [
        Line(
            file=row.file,
            row=row.number,
            value=CategoryText(
                category_code=row.code("category_code"),
                language=row.code("lang"),
                name=row.text("name"),
                examples=row.texts("example"),
                keywords=row.texts("keywords"),
            ),
            is_confirmed=row.is_confirmed(),
        )
        for row in read_table(text, CATEGORY_TEXTS, findings)
    ]


def read_questions(
    text: str | None, findings: Findings, *, languages: tuple[str, ...]
) -> list[Line[CategoryQuestion]]:
    """Return the follow-up questions of categories."""
    return [
        Line(
            file=row.file,
            row=row.number,
            value=CategoryQuestion(
                category_code=row.code("category_code"),
                question=_question(row, languages),
            ),
            is_confirmed=row.is_confirmed(),
        )
        for row in read_table(text, QUESTIONS, findings)
    ]


def _question(row: Row, languages: tuple[str, ...]) -> Question:
    question = Question(
        code=row.code("code"),
        labels=row.names("label_", languages=languages),
        datatype=row.one_of("datatype", DATATYPES),
        required=row.flag("required", default=False),
        choices=tuple(
            (value, _choice_names(labels, languages)) for value, labels in row.pairs("choices")
        ),
        order=row.optional_whole("order", least=1) or 1,
        is_retired=row.flag("retired", default=False),
    )
    values = [value for value, _ in question.choices]
    if len(set(values)) != len(values):
        row.error(
            "choices",
            problem=_n("Kolom %(column)s memuat nilai yang sama dua kali."),
            remedy=_n("Beri setiap pilihan nilai sendiri."),
        )
    if (question.datatype in LISTS) != bool(values):
        row.error(
            "choices",
            problem=_n("Kolom choices tidak cocok dengan datatype."),
            remedy=_n(
                "Isi choices hanya untuk singlevaluelist dan multivaluelist, dan selalu untuk itu."
            ),
        )
    return question


def _choice_names(labels: str, languages: tuple[str, ...]) -> Names:
    """Return `Label id/Label en/…` by language, in the order in which `city.toml` lists them."""
    texts = [label.strip() for label in labels.split("/", len(languages) - 1)]
    found = {code: label for code, label in zip(languages, texts, strict=False) if label}
    return {"id": found.get("id") or texts[0], **found}


def read_dimensions(
    text: str | None, findings: Findings, *, languages: tuple[str, ...]
) -> list[Line[Dimension]]:
    """Return the dimensions and sub-dimensions of the smart city."""
    return [
        Line(
            file=row.file,
            row=row.number,
            value=Dimension(
                dimension_code=row.code("dimension_code"),
                names=row.names("name_", languages=languages),
                parent_code=row.optional_code("parent_code"),
            ),
        )
        for row in read_table(text, DIMENSIONS, findings)
    ]


def read_routing(text: str | None, findings: Findings) -> list[Line[RoutingRow]]:
    """Return the decision table that says who takes a report."""
    return [
        Line(
            file=row.file,
            row=row.number,
            value=RoutingRow(
                rule_id=row.code("rule_id"),
                category_code=row.code("category_code"),
                agency_code=row.code("agency_code"),
                area_code=row.optional_code("area_code"),
                answers=row.pairs("answers"),
                office_hours=row.optional_flag("office_hours"),
                valid_from=row.day("valid_from"),
                valid_to=row.day("valid_to"),
                is_confirmed=row.is_confirmed(),
            ),
            is_confirmed=row.is_confirmed(),
        )
        for row in read_table(text, ROUTING, findings)
    ]

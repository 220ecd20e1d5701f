"""What an indicator means, in the reader's language."""

from typing import Final

from citizenreport.cities.rules import City
from citizenreport.core.text import _n
from citizenreport.indicators.rules.definitions import (
    CohortEvent,
    Definition,
    Direction,
    UniverseName,
)
from citizenreport.web.locale import page_language
from citizenreport.web.translate import _

COHORT_NAMES: Final = {
    CohortEvent.RECEIVED: _n("tanggal laporan diterima"),
    CohortEvent.DUE: _n("tanggal tenggat jatuh"),
    CohortEvent.ASSIGNED: _n("tanggal laporan ditugaskan"),
    CohortEvent.CLOSED: _n("tanggal laporan dinyatakan selesai"),
    CohortEvent.ENDED: _n("tanggal berakhir"),
    CohortEvent.RECORDED: _n("tanggal dicatat"),
    CohortEvent.SURVEY: _n("tanggal survei dijawab"),
    CohortEvent.ASSESSMENT: _n("tahun penilaian"),
}
UNIVERSE_NAMES: Final = {
    UniverseName.PUBLIC: _n("laporan publik yang sudah ditayangkan"),
    UniverseName.WHOLE: _n("semua laporan, juga yang terbatas dan rahasia"),
    UniverseName.SURVEY: _n("jawaban survei"),
    UniverseName.PROGRAMME: _n("register program dan inovasi kota"),
    UniverseName.EXTERNAL: _n("data lembaga lain"),
}
LEVEL_NAMES: Final = {
    "kota": _n("kota"),
    "kecamatan": _n("kecamatan"),
    "kelurahan": _n("kelurahan"),
}
ASPECT_NAMES: Final = {
    "semua": _n("semua aspek"),
    "aman": _n("aman"),
    "nyaman": _n("nyaman"),
    "toleransi": _n("toleransi"),
    "harmoni": _n("harmoni"),
}
DIRECTION_NAMES: Final = {
    Direction.HIGHER: _n("makin tinggi makin baik"),
    Direction.LOWER: _n("makin rendah makin baik"),
    Direction.NEUTRAL: _n("naik atau turun tidak berarti baik atau buruk"),
}


def meaning_of(city: City, definition: Definition) -> dict[str, str]:
    """Return what an indicator is, in words: for its page."""
    language = page_language()
    dimensions = {dimension.dimension_code: dimension for dimension in city.dimensions}
    dimension = dimensions.get(definition.dimension)
    names = dimension.names if dimension else {}
    return {
        "language": language if language in definition.translations else "id",
        "concept": definition.said("concept", language),
        "definition": definition.said("definition", language),
        "interpretation": definition.said("interpretation", language),
        "aspect": _(ASPECT_NAMES.get(definition.aspect, definition.aspect)),
        "dimension": names.get(language) or names.get("id") or definition.dimension,
        "cohort": _(COHORT_NAMES[definition.cohort_event]),
        "universe": _(UNIVERSE_NAMES[definition.universe]),
        "levels": ", ".join(_(LEVEL_NAMES[level]) for level in definition.estimation_levels),
    }

"""Who will see what of a report, said before it is sent; from the rules that will decide it."""

from dataclasses import dataclass
from typing import Final

from citizenreport.cities.rules import AreaLevel, Category, City, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.text import _n
from citizenreport.disclosure.rules import published_instant, published_place
from citizenreport.geo.position import Position
from citizenreport.web.translate import _

NAMES: Final = {
    Visibility.PUBLIC: _n("Umum, setelah diperiksa petugas"),
    Visibility.RESTRICTED: _n("Dinas saja"),
    Visibility.CONFIDENTIAL: _n("Rahasiakan"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Three lists of sentences for one visibility."""

    visibility: Visibility
    name: str
    public: tuple[str, ...]
    agency: tuple[str, ...]
    nobody: tuple[str, ...]

    @property
    def shows_words(self) -> bool:
        """Say whether the public may read the resident's words."""
        return self.visibility is Visibility.PUBLIC


def preview(city: City, category: Category, visibility: Visibility) -> Preview:
    """Return what public, agency and nobody will see of a report of this kind."""
    return Preview(
        visibility=visibility,
        name=_(NAMES[visibility]),
        public=_public(city, category, visibility),
        agency=_agency(visibility),
        nobody=_nobody(),
    )


def _public(city: City, category: Category, visibility: Visibility) -> tuple[str, ...]:
    if visibility is Visibility.RESTRICTED:
        return (_("Hanya jumlahnya, bersama laporan lain."),)
    if visibility is Visibility.CONFIDENTIAL:
        return (_("Tidak ada, selain satu hitungan setahun untuk seluruh kota."),)
    exact_time = published_instant(category, utcnow()) is not None
    return (
        _("Jenis masalah, instansi yang menangani, dan perkembangannya."),
        _place(city, category),
        _("Hari dan jam laporan.") if exact_time else _("Hari laporan, tanpa jam."),
        _("Foto setelah diperiksa, dengan wajah dan pelat nomor dikaburkan.")
        if category.public_photo
        else _("Foto tidak ditayangkan."),
        _("Nama, kontak, RW, dan jawaban Anda tidak pernah ditayangkan."),
        _("Tulisan Anda setelah diperiksa, bila perlu disunting petugas."),
    )


def _place(city: City, category: Category) -> str:
    """Return how exactly the public sees a place: the rule of release is asked with a real one."""
    area = next(a for a in city.areas.values() if a.level is AreaLevel.VILLAGE)
    here = _within(city, area.area_code)
    shown = published_place(city, category, position=here, area_code=area.area_code)
    if shown.position == here:
        return _("Tempat: titik yang tepat, dan patokan setelah diperiksa.")
    if shown.position is not None:
        return _("Tempat: kotak 100 × 100 meter di sekitarnya, bukan titiknya.")
    if shown.area_code is not None:
        return _("Tempat: nama kelurahan saja.")
    return _("Tempat tidak ditayangkan.")


def _within(city: City, area_code: str) -> Position:
    point = city.area_index.outline(area_code).representative_point()
    return Position(lon=point.x, lat=point.y)


def _agency(visibility: Visibility) -> tuple[str, ...]:
    readers = (
        _(
            "Hanya petugas yang ditunjuk: tulisan, jawaban, foto, dan tempat. Tiap kali dibaca, tercatat."
        )
        if visibility is Visibility.CONFIDENTIAL
        else _("Instansi yang menangani: tulisan, jawaban, foto asli, dan titik tempatnya.")
    )
    return (
        readers,
        _("Nama, nomor, dan email Anda hanya dibuka dengan alasan, dan itu tercatat."),
    )


def _nobody() -> tuple[str, ...]:
    return (
        _("Lokasi dan keterangan lain yang tersembunyi di dalam foto: dibuang."),
        _("Kantor yang Anda laporkan tidak menerima dan tidak dapat membaca laporan ini."),
    )

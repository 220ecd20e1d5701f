"""Invented innovations: one for each agency that leads a public category, marked as made up.

They stand at different places of their way, so that every page has something to show.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.agency_lines import taking_part
from citizenreport.cities.rules import AreaLevel, Category, City, ProtectionClass, Visibility
from citizenreport.core.ids import new_id
from citizenreport.identity.rules import Actor, Grant, Role
from citizenreport.pipeline.demo.cast import Cast
from citizenreport.programme.queries import innovation
from citizenreport.programme.records import Given
from citizenreport.programme.rules import Novelty, Phase, Stage
from citizenreport.programme.service import Decided, create, move

NAMES: Final = ("Siaga Sehari", "Jemput Bola", "Satu Pintu Kampung")
WAY: Final = (
    Phase.SUBMITTED,
    Phase.VALIDATED,
    Phase.APPROVED,
    Phase.ENDORSED,
    Phase.PUBLISHED,
)
AS_FAR_AS: Final = (5, 5, 4, 5, 1, 3, 0, 5, 2)
"""How many steps of the way the first, second, … agency has made; then from the beginning again."""
PARTS: Final = {
    "legal_basis": (
        "Contoh yang dikarang untuk peragaan, bukan inovasi sungguhan. Peraturan daerah tentang pelayanan "
        "publik meminta setiap instansi menanggapi laporan warga secara cepat, terbuka, dan dapat "
        "dipertanggungjawabkan. Peraturan wali kota tentang inovasi daerah memberi ruang bagi instansi untuk "
        "mencoba cara kerja baru, mencatat hasilnya, lalu menetapkannya sebagai prosedur tetap apabila "
        "terbukti bermanfaat bagi warga dan tidak membebani mereka dengan biaya maupun syarat tambahan."
    ),
    "problem": (
        "Laporan warga tentang {topic} datang hampir setiap pekan, dan sebagian menunggu terlalu lama karena "
        "harus melewati beberapa meja sebelum sampai kepada petugas yang dapat menyelesaikannya. Warga tidak "
        "tahu siapa yang menangani dan kapan selesai, sehingga mereka melapor lagi lewat saluran lain. "
        "Petugas pun bolak-balik ke tempat yang sama karena tidak ada catatan bersama tentang apa yang sudah "
        "dikerjakan, bahan apa yang kurang, dan siapa yang berjanji kembali."
    ),
    "strategic_issue": (
        "Kota berjanji menjadi kota cerdas yang nyaman dan aman bagi semua. Janji itu diukur dari hal kecil "
        "yang dialami warga setiap hari, antara lain {topic}. Bila keluhan kecil dibiarkan, kepercayaan kepada "
        "pemerintah turun dan warga berhenti melapor. Karena anggaran terbatas, yang perlu diperbaiki lebih "
        "dulu adalah cara bekerja: memakai data laporan untuk menentukan urutan, dan membagi tugas dengan "
        "kelurahan serta warga yang mau membantu."
    ),
    "novelty": (
        "Petugas menerima daftar laporan {topic} setiap pagi, diurutkan menurut bahaya dan jarak, lengkap "
        "dengan bahan yang perlu dibawa. Setiap kelurahan punya satu penghubung yang memeriksa lebih dulu dan "
        "mengirim foto keadaan. Yang dapat selesai sehari dikerjakan hari itu juga, yang tidak diberi tanggal "
        "dan diumumkan. Sebelumnya pekerjaan dimulai dari surat masuk dan berakhir tanpa kabar kepada "
        "pelapornya; sekarang pelapor tahu setiap langkahnya."
    ),
    "advantage": (
        "Cara ini tidak perlu membeli aplikasi baru maupun menambah pegawai, karena memakai saluran laporan "
        "warga yang sudah ada dan rapat pagi yang singkat. Hasilnya dapat dihitung dari waktu tanggap dan "
        "dari banyaknya laporan yang dibuka kembali. Instansi lain dapat menirunya dalam beberapa hari dengan "
        "panduan empat halaman. Warga memperoleh kabar yang jelas, petugas memperoleh rute yang hemat, dan "
        "pimpinan melihat hambatannya pada hari yang sama."
    ),
    "aim": "Laporan {topic} ditanggapi pada hari yang sama dan selesai sesuai target layanan kota.",
    "benefit": "Warga tahu siapa yang menangani dan kapan selesai; petugas bekerja dengan rute yang hemat.",
    "result": "Contoh: daftar pagi dipakai setiap hari kerja, dan setiap laporan punya penanggung jawab.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """What an agency invents: about a category, in a year, so many steps on its way."""

    agency_code: str
    category: Category
    year: int
    number: int
    steps: int


def invent(session: Session, city: City, cast: Cast, *, now: datetime) -> int:
    """Write the made-up innovations of this year and last year's first ones; return how many."""
    year, number = city.local_date(now).year, 0
    for agency_code in taking_part(city, year):
        category = _topic_of(city, agency_code)
        if category is None:
            continue
        idea = Idea(
            agency_code=agency_code,
            category=category,
            year=year,
            number=number,
            steps=AS_FAR_AS[number % len(AS_FAR_AS)],
        )
        if number % 3 == 0:
            last = replace(idea, year=year - 1, number=number + 1, steps=len(WAY))
            _write(session, city, cast, last, now=now)
        _write(session, city, cast, idea, now=now)
        number += 1
    return number


def _topic_of(city: City, agency_code: str) -> Category | None:
    """Return the first public category that an agency leads."""
    for category in city.categories.values():
        is_open = category.visibility is Visibility.PUBLIC
        is_open = is_open and category.protection_class is ProtectionClass.NONE
        if is_open and category.lead == agency_code:
            return category
    return None


def _write(
    session: Session,
    city: City,
    cast: Cast,
    idea: Idea,
    *,
    now: datetime,
) -> None:
    agency_code = idea.agency_code
    writer = _actor(cast.officer(agency_code), Grant(role=Role.OFFICER, agency_code=agency_code))
    lead = _actor(cast.lead(agency_code), Grant(role=Role.AGENCY_LEAD, agency_code=agency_code))
    desk = _actor(cast.desk(), Grant(role=Role.CITY_DESK))
    given = _given(city, idea)
    id_ = create(session, city, writer, given, innovation_id=new_id(), now=now, is_demo=True)
    whose = {Phase.SUBMITTED: writer, Phase.ENDORSED: lead}
    for target in WAY[: idea.steps]:
        row = innovation(session, city, desk, id_)
        decided = Decided(
            target=target,
            novelty=Novelty.NEW.value,
            novelty_reason="Contoh: cara kerjanya belum ada tahun lalu.",
        )
        move(session, city, whose.get(target, desk), row, decided, seen=row.version, now=now)


def _actor(staff_id: UUID, grant: Grant) -> Actor:
    return Actor(staff_id=staff_id, name="", grants=(grant,), is_demo=True)


def _given(city: City, idea: Idea) -> Given:
    category, year, number = idea.category, idea.year, idea.number
    topic = category.names.get("id", category.category_code)
    stage = tuple(Stage)[number % 3]
    villages = sorted(c for c, a in city.areas.items() if a.level is AreaLevel.VILLAGE)
    texts = {part: text.replace("{topic}", topic.lower()) for part, text in PARTS.items()}
    return Given(
        agency_code=idea.agency_code,
        year=str(year),
        name=f"{NAMES[number % len(NAMES)]}: {topic}",
        stage=stage.value,
        initiator=("agency", "civil_servant", "resident")[number % 3],
        form="public_service",
        is_digital=number % 2 == 0,
        main_affair="Pelayanan publik",
        other_affairs="",
        trial_on="" if stage is Stage.INITIATIVE else f"{year}-02-03",
        applied_on=f"{year}-05-04" if stage is Stage.APPLIED else "",
        place=city.name,
        video_url="",
        category_codes=(category.category_code,),
        area_codes=tuple(villages[number % 5 : number % 5 + 3]),
        **texts,
    )

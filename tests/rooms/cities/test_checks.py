"""Each fault a person can put into a pack is found, where it is, with what to do about it."""

import pytest

from citizenreport.cities.findings import Severity
from citizenreport.cities.pack import check_pack
from tests.rooms.cities.faults import Pack

CATEGORY = (
    "category_code,aspect,name,lead,priority,visibility,protection_class,public_precision,"
    "public_photo,village_access,may_be_suggested,first_response_hours,"
    "verification_working_days,settlement_working_days"
)
HANDLERS = "protection_class,agency_code,positions,escalation"


def test_the_pack_of_the_handbook_is_good(pack: Pack) -> None:
    checked = check_pack(pack.folder)
    assert [str(finding) for finding in checked.of(Severity.ERROR)] == []
    assert checked.of(Severity.NOTE) == ()
    assert checked.city is not None


def test_everything_wrong_is_reported_at_once(pack: Pack) -> None:
    pack.change("routing.csv", "maling,MALING,,,SATPOL\n", "")
    pack.change("agencies.csv", "SATPOL,Satuan Polisi Pamong Praja,no,", "SATPOL,,maybe,")
    pack.change("city.toml", 'time_zone = "Asia/Jakarta"', 'time_zone = "Asia/Magelang"')
    pack.change("areas.csv", "CTH-T,kelurahan,Timur,CTH", "CTH-T,kelurahan,Timur,XX")
    pack.write("areas.geojson", "{")
    assert {finding.file for finding in pack.errors()} == {
        "agencies.csv",
        "areas.csv",
        "areas.geojson",
        "categories.csv",
        "city.toml",
    }
    assert len([f for f in pack.errors() if f.file == "agencies.csv"]) == 2
    assert all(finding.remedy for finding in pack.errors())


@pytest.mark.parametrize(
    "file",
    ["city.toml", "areas.csv", "areas.geojson", "agencies.csv", "categories.csv", "routing.csv"],
)
def test_a_missing_file_is_one_finding_and_not_a_hundred(pack: Pack, file: str) -> None:
    (pack.folder / file).unlink()
    assert [finding.file for finding in pack.errors()] == [file]


GEOREPORT = "agency_code,name,is_external,channel,georeport_url,georeport_services"


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("X_A,A,yes,,http://a.example/v2,", "bukan alamat https"),
        ("X_A,A,yes,,https://kunci@a.example/v2,", "bukan alamat https"),
        ("X_A,A,no,,https://a.example/v2,", "Hanya instansi luar"),
        ("X_A,A,yes,,https://a.example/v2,LAMPU:1", "bukan pasangan kode"),
    ],
    ids=["plain", "login", "inside", "pairs"],
)
def test_an_outside_body_is_reached_by_program_only_as_it_may_be(
    pack: Pack, row: str, word: str
) -> None:
    rows = pack.read("agencies.csv").splitlines()[1:]
    pack.write("agencies.csv", "\n".join([GEOREPORT, *(f"{one},," for one in rows), row, ""]))
    [finding] = [one for one in pack.errors() if word in str(one)]
    assert finding.file == "agencies.csv"


def test_an_outside_body_names_its_codes_by_ours(pack: Pack) -> None:
    rows = pack.read("agencies.csv").splitlines()[1:]
    row = "X_A,A,yes,,https://a.example/v2/,LAMPU=012; *=000"
    pack.write("agencies.csv", "\n".join([GEOREPORT, *(f"{one},," for one in rows), row, ""]))
    city = check_pack(pack.folder).city
    assert city is not None
    channel = city.agencies["X_A"].georeport
    assert channel is not None
    assert channel.url == "https://a.example/v2"
    assert [channel.service_for(code) for code in ("LAMPU", "LAIN")] == ["012", "000"]


def test_a_folder_that_does_not_exist_lacks_every_file(pack: Pack) -> None:
    checked = check_pack(pack.folder / "elsewhere")
    assert len(checked.of(Severity.ERROR)) == 6


CELLS = [
    # file, what is changed, into what, where the finding stands, a word of it
    ("categories.csv", ",sedang,public,48,", ",sedang,public,dua hari,", 2, "bilangan bulat"),
    ("categories.csv", ",sedang,public,48,", ",sedang,public,0,", 2, "paling kecil 1"),
    ("categories.csv", ",sedang,public,48,", ",sedang,public,,", 2, "kosong"),
    ("categories.csv", ",sedang,public,48,", ",urgent,public,48,", 2, "kritis, tinggi"),
    ("categories.csv", ",sedang,public,48,", ",sedang,secret,48,", 2, "restricted"),
    ("categories.csv", "LAMPU,nyaman", "LAMPU,bahagia", 2, "toleransi"),
    ("categories.csv", "LAMPU,nyaman", "LA MPU,nyaman", 2, "kode yang tidak sah"),
    ("agencies.csv", "Umum,no,", "Umum,nope,", 3, "yes atau no"),
    ("agencies.csv", "Umum,no,", "Umum,no,,", 3, "5 kolom"),
    ("areas.csv", "CTH-B,kelurahan", "CTH-B,desa", 3, "kelurahan, kecamatan, kota"),
]


@pytest.mark.parametrize(("file", "old", "new", "row", "word"), CELLS)
def test_a_cell_that_cannot_be_read(
    pack: Pack, file: str, old: str, new: str, row: int, word: str
) -> None:
    assert pack.change(file, old, new).says(f"{file}:{row}", word)


REFERENCES = [
    ("categories.csv", "padam,DPU", "padam,DPUU", "categories.csv:2", ["lead", "DPUU", "DPU?"]),
    ("categories.csv", "padam,DPU", "padam,X_POLISI", "categories.csv:2", ["lead", "X_POLISI"]),
    ("categories.csv", "SATPOL,X_POLISI", "SATPOL,DPU", "categories.csv:4", ["external", "DPU"]),
    ("routing.csv", "lampu,LAMPU,,,DPU", "lampu,LAMPU,,,DPX", "routing.csv:2", ["DPX"]),
    ("routing.csv", "lampu,LAMPU,,,DPU", "lampu,LAMPU,,,X_POLISI", "routing.csv:2", ["X_POLISI"]),
    ("routing.csv", "CTH-T", "CTH-U", "routing.csv:4", ["area_code", "CTH-U"]),
    ("routing.csv", "CTH-T", "CTH", "routing.csv:4", ["bukan wilayah terkecil"]),
    ("routing.csv", "lain,LAIN", "lain,LAIM", "routing.csv:6", ["category_code", "LAIM"]),
    ("routing.csv", "maling,MALING", "lampu,MALING", "routing.csv:5", ["sudah ada di baris 2"]),
    (
        "city.toml",
        '"KOMINFO"\n\n[cal',
        '"KOMINFA"\n\n[cal',
        "city.toml",
        ["desk_agency", "KOMINFA"],
    ),
    ("city.toml", '"*" = "INSPEKTORAT"', '"*" = "X_POLISI"', "city.toml", ["conflict", "X_POLISI"]),
    ("city.toml", 'INSPEKTORAT = "KOMINFO"', "", "city.toml", ["INSPEKTORAT sendiri"]),
    ("areas.csv", "Timur,CTH", "Timur,CTH-B", "areas.csv:4", ["Induk CTH-T"]),
    ("areas.csv", "CTH,kota,Kota Contoh,\n", "", "areas.csv", ["0 wilayah setingkat kota"]),
]


@pytest.mark.parametrize(("file", "old", "new", "place", "words"), REFERENCES)
def test_a_code_that_nothing_stands_behind(
    pack: Pack, file: str, old: str, new: str, place: str, words: list[str]
) -> None:
    assert pack.change(file, old, new).says(place, *words)


def test_a_known_fault_is_not_reported_a_second_time_as_an_idle_row(pack: Pack) -> None:
    pack.change("routing.csv", "CTH-T", "CTH-U")
    assert len(pack.errors()) == 1


def test_an_office_is_needed_for_every_area_that_a_row_sends_there(pack: Pack) -> None:
    pack.change("routing.csv", "lampu,LAMPU,,,DPU", "lampu,LAMPU,,,@KELURAHAN")
    assert pack.says("agencies.csv", "@KELURAHAN", "Barat", "0 kantor")
    assert pack.says("agencies.csv", "@KELURAHAN", "Timur", "0 kantor")
    pack.write(
        "agencies.csv",
        "agency_code,name,is_external,area_code\n"
        "KOMINFO,K,no,\nDPU,D,no,\nSATPOL,S,no,\nINSPEKTORAT,I,no,\nX_POLISI,P,yes,\n"
        "KEL_B,Kantor Barat,no,CTH-B\nKEL_T,Kantor Timur,no,CTH-T\n",
    )
    assert pack.errors() == []


UNITS = [
    ("city.toml", 'verification_unit = "working_days"\n', "", ["verification_unit tidak ada"]),
    ("city.toml", 'settlement_unit = "working_days"', 'settlement_unit = "days"', ["days"]),
    ("city.toml", 'basis = "target layanan kota"\n', "", ["basis tidak ada"]),
    ("city.toml", "metric_crs = 32749", "metric_crs = 4326", ["bersatuan meter"]),
    ("city.toml", "metric_crs = 32749", "metric_crs = 999999", ["bersatuan meter"]),
    ("city.toml", "metric_crs = 32749", 'metric_crs = "UTM"', ["bilangan bulat"]),
    ("city.toml", "metric_crs = 32749", "metric_crs = 32619", ["zona UTM"]),
    ("city.toml", '"Asia/Jakarta"', '"../etc/passwd"', ["IANA"]),
    ("city.toml", '"Asia/Jakarta"', '"WIB"', ["IANA"]),
    ("city.toml", 'country = "ID"', 'country = "XX"', ["pustaka holidays"]),
    ("city.toml", '["public", "government"]', '["libur"]', ["pustaka holidays"]),
    ("city.toml", 'country = "ID"', 'country = "ID"\nweekend = [0]', ["1 sampai 7"]),
    ("city.toml", 'country = "ID"', 'country = "ID"\nweekend = [1,2,3,4,5,6,7]', ["hari kerja"]),
    ("city.toml", 'country = "ID"', 'country = "ID"\noffice_opens = "25:00"', ["07:30"]),
    ("city.toml", 'country = "ID"', 'country = "ID"\noffice_opens = "17:00"', ["jam buka"]),
    ("city.toml", 'country = "ID"', 'country = "ID"\nweekends = [7]', ["weekend?"]),
    ("city.toml", "[city]", "[intake]\nborder_tolerance_m = inf\n[city]", ["paling kecil 0"]),
    ("city.toml", "[city]", "[intake]\nborder_tolerance_m = nan\n[city]", ["paling kecil 0"]),
    ("city.toml", "[city]", "[contest]\ndays = true\n[city]", ["paling kecil 1"]),
    ("city.toml", "[city]", "[contest]\ndays = 10\n[city]", ["unit tidak ada"]),
    ("city.toml", "[city]", "deep = " + "[" * 5000 + "\n[city]", ["terlalu dalam"]),
    ("city.toml", "[calendar]", "[kalender]", ["[kalender]"]),
    ("city.toml", "[calendar]", "[calendar", ["TOML rusak"]),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), UNITS)
def test_settings_without_unit_or_sense(
    pack: Pack, file: str, old: str, new: str, words: list[str]
) -> None:
    assert pack.change(file, old, new).says(file, *words)


def test_a_number_of_people_needs_year_and_source(pack: Pack) -> None:
    pack.add(
        "population.csv",
        "area_code,year,persons,source",
        "CTH,,1000,",
        "CTH-B,2025,,",
        "CTH-X,2025,5,BPS",
    )
    assert pack.says("population.csv:2", "year", "kosong")
    assert pack.says("population.csv:2", "source", "kosong")
    assert pack.says("population.csv:4", "CTH-X")
    assert pack.says("population.csv:3", "CTH-B", severity=Severity.OPEN)


def test_a_number_nobody_has_tried_is_noted_and_not_refused(pack: Pack) -> None:
    pack.add("emergency.csv", "number,name_id,situations_id,verified_on", "112,Darurat,apa saja,")
    assert pack.errors() == []
    assert pack.says("emergency.csv:2", "112", "tidak ditampilkan", severity=Severity.NOTE)


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ("restricted,violence,tidak_ada,no,tidak,no", "visibility"),
        ("confidential,violence,kelurahan,no,tidak,no", "public_precision"),
        ("confidential,violence,tidak_ada,yes,tidak,no", "public_photo"),
        ("confidential,violence,tidak_ada,no,ya,no", "village_access"),
        ("confidential,violence,tidak_ada,no,per_kasus,yes", "may_be_suggested"),
        ("confidential,none,100m,no,tidak,no", "public_precision"),
        ("confidential,none,tidak_ada,no,ya,no", "village_access"),
        ("restricted,none,tepat,no,ya,yes", "public_precision"),
        ("restricted,none,tidak_ada,yes,ya,yes", "public_photo"),
    ],
)
def test_protection_that_contradicts_itself(pack: Pack, columns: str, wanted: str) -> None:
    pack.write(
        "categories.csv", f"{CATEGORY}\nKDRT,aman,Kekerasan,SATPOL,kritis,{columns},1,3,14\n"
    )
    pack.write("routing.csv", "rule_id,category_code,agency_code\nkdrt,KDRT,SATPOL\n")
    names = [f"{kind},SATPOL,Kepala ; Sekretaris,INSPEKTORAT" for kind in ("violence", "none")]
    pack.add("handlers.csv", HANDLERS, *names)
    assert [f.values["column"] for f in pack.errors()] == [wanted]
    assert pack.says("categories.csv:2", "bertentangan")


@pytest.mark.parametrize("access", ["tidak", "per_kasus"])
@pytest.mark.parametrize("receiver", ["@KELURAHAN", "KEL-T"])
def test_no_rule_sends_to_a_kelurahan_what_is_granted_case_by_case(
    pack: Pack, access: str, receiver: str
) -> None:
    pack.write(
        "categories.csv",
        f"{CATEGORY}\nX,aman,Taman,SATPOL,sedang,public,none,kelurahan,no,{access},no,1,3,14\n",
    )
    pack.write("routing.csv", f"rule_id,category_code,agency_code\nx,X,{receiver}\n")
    pack.write(
        "agencies.csv",
        "agency_code,name,is_external,area_code\nKOMINFO,Dinas Kominfo,no,\n"
        "KEL-T,Kelurahan Timur,no,CTH-T\nKEL-B,Kelurahan Barat,no,CTH-B\nSATPOL,Satpol,no,\n",
    )
    assert pack.says("categories.csv:2", "dikirim ke kelurahan", access)


def test_a_class_needs_two_handlers_wherever_its_reports_may_go(pack: Pack) -> None:
    columns = "confidential,violence,tidak_ada,no,tidak,no"
    pack.write(
        "categories.csv", f"{CATEGORY}\nKDRT,aman,Kekerasan,SATPOL,kritis,{columns},1,3,14\n"
    )
    pack.write(
        "routing.csv",
        "rule_id,category_code,area_code,agency_code\nkdrt,KDRT,,SATPOL\nkdrt-t,KDRT,CTH-T,@OPD_TERKAIT\n",
    )
    pack.add("handlers.csv", HANDLERS, "violence,SATPOL,Kepala ; Kepala,INSPEKTORAT")
    assert pack.says("handlers.csv", "SATPOL", "1 penangan")
    assert pack.says("handlers.csv", "KOMINFO", "0 penangan")
    pack.write(
        "handlers.csv", f"{HANDLERS}\nviolence,SATPOL,A ; B,SATPOL\nviolence,KOMINFO,A ; B,\n"
    )
    assert pack.says("handlers.csv:2", "eskalasinya sendiri")
    assert pack.says("handlers.csv:3", "KOMINFO", severity=Severity.NOTE)


def test_handlers_of_another_class_open_nothing(pack: Pack) -> None:
    columns = "confidential,none,tidak_ada,no,tidak,no"
    pack.write(
        "categories.csv", f"{CATEGORY}\nRAHASIA,aman,Rahasia,SATPOL,kritis,{columns},1,3,14\n"
    )
    pack.write("routing.csv", "rule_id,category_code,agency_code\nr,RAHASIA,SATPOL\n")
    pack.add("handlers.csv", HANDLERS, "violence,SATPOL,Kepala ; Sekretaris,INSPEKTORAT")
    assert pack.says("handlers.csv", "SATPOL", "0 penangan")


def test_a_category_closed_to_the_kelurahan_is_not_sent_there(pack: Pack) -> None:
    columns = "public,none,tepat,yes,tidak,yes"
    pack.write(
        "categories.csv", f"{CATEGORY}\nJALAN,aman,Jalan,@KELURAHAN,kritis,{columns},1,3,14\n"
    )
    pack.write("routing.csv", "rule_id,category_code,agency_code\njalan,JALAN,DPU\n")
    assert pack.says("categories.csv:2", "dikirim ke kelurahan")


def test_what_is_proposed_or_untranslated_is_listed_for_the_city(pack: Pack) -> None:
    pack.change("city.toml", '["id"]', '["id", "en"]')
    pack.add(
        "category_texts.csv", "category_code,lang,name,status", "LAMPU,en,Street light,confirmed"
    )
    waiting = [str(finding) for finding in pack.found(Severity.OPEN)]
    assert any("LAMPU masih usulan" in text for text in waiting)
    assert any(text.startswith("categories.csv:3: PARKIR belum punya teks") for text in waiting)
    assert not any("LAMPU belum punya teks" in text for text in waiting)
    assert any("SATPOL menerima laporan mendesak" in text for text in waiting)
    city = check_pack(pack.folder).city
    assert city is not None
    assert list(city.open_points) == waiting

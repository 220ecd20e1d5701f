"""The register of innovations in words, the same for staff, the public and the files."""

from typing import Final

from citizenreport.core.text import _n
from citizenreport.programme.rules import FileKind, Form, Initiator, Novelty, Phase, Stage

STAGES: Final = {
    Stage.INITIATIVE: _n("Inisiatif"),
    Stage.TRIAL: _n("Uji coba"),
    Stage.APPLIED: _n("Penerapan"),
}
INITIATORS: Final = {
    Initiator.REGIONAL_HEAD: _n("Kepala daerah"),
    Initiator.COUNCIL: _n("DPRD"),
    Initiator.AGENCY: _n("Instansi (OPD)"),
    Initiator.CIVIL_SERVANT: _n("ASN"),
    Initiator.RESIDENT: _n("Masyarakat"),
}
FORMS: Final = {
    Form.GOVERNANCE: _n("Tata kelola pemerintahan"),
    Form.PUBLIC_SERVICE: _n("Pelayanan publik"),
    Form.OTHER: _n("Bentuk lainnya"),
}
PHASES: Final = {
    Phase.DRAFT: _n("Draf"),
    Phase.SUBMITTED: _n("Diajukan"),
    Phase.VALIDATED: _n("Divalidasi"),
    Phase.REVISE: _n("Perlu diperbaiki"),
    Phase.APPROVED: _n("Disetujui"),
    Phase.ENDORSED: _n("Disahkan pimpinan"),
    Phase.PUBLISHED: _n("Tayang"),
    Phase.WITHDRAWN: _n("Ditarik"),
}
NOVELTIES: Final = {
    Novelty.NEW: _n("Baru"),
    Novelty.FURTHER: _n("Pengembangan dari tahun lalu"),
    Novelty.SAME: _n("Sama dengan tahun lalu, berganti nama"),
}
FILES: Final = {FileKind.DOCUMENT: _n("Dokumen"), FileKind.PHOTO: _n("Foto")}
PARTS: Final = {
    "legal_basis": _n("Dasar hukum"),
    "problem": _n("Permasalahan"),
    "strategic_issue": _n("Isu strategis"),
    "novelty": _n("Metode pembaruan"),
    "advantage": _n("Keunggulan"),
    "aim": _n("Tujuan"),
    "benefit": _n("Manfaat"),
    "result": _n("Hasil"),
}
"""The texts of a record, in the order in which they are read. The first five are its design."""

"""The base of every schema that reads what comes in: strict, its messages Indonesian; field kinds."""

from collections.abc import Iterable
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from citizenreport.core.text import _n

FIELD_MESSAGES: Final[tuple[tuple[type, dict[str, str]], ...]] = (
    (
        fields.Field,
        {
            "required": _n("Bagian ini wajib diisi."),
            "null": _n("Bagian ini tidak boleh kosong (null)."),
            "validator_failed": _n("Isian tidak sesuai."),
            "invalid": _n("Isian tidak sesuai."),
        },
    ),
    (
        fields.String,
        {
            "invalid": _n("Isi dengan teks."),
            "invalid_utf8": _n("Tulisan memuat karakter yang rusak. Tulis ulang."),
        },
    ),
    (fields.Email, {"invalid": _n("Alamat email ini tidak benar.")}),
    (
        fields.Number,
        {
            "invalid": _n("Isi dengan angka."),
            "too_large": _n("Angka terlalu besar."),
            "special": _n("Isi dengan angka biasa, bukan NaN atau tak hingga."),
        },
    ),
    (fields.Boolean, {"invalid": _n("Isi dengan true atau false.")}),
    (
        fields.DateTime,
        {
            "invalid": _n("Isi dengan tanggal dan jam, misalnya 2026-03-17T08:00:00+07:00."),
            "invalid_awareness": _n("Sertakan zona waktu, misalnya +07:00."),
        },
    ),
    (fields.Mapping, {"invalid": _n("Isi dengan objek JSON.")}),
    (fields.List, {"invalid": _n("Isi dengan daftar.")}),
    (fields.Nested, {"type": _n("Isi dengan objek JSON.")}),
)
"""From the general to the special: the last class that fits speaks."""


class WireSchema(Schema):
    """Refuses unknown fields, so that typing errors are seen, and says so in Indonesian."""

    error_messages = {  # noqa: RUF012 - marshmallow reads it from the class
        "unknown": _n("Bagian ini tidak dikenal. Periksa ejaannya."),
        "type": _n("Isi dengan objek JSON."),
    }

    class Meta(Schema.Meta):
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: "fields.Field[Any]") -> None:
        for kind, messages in FIELD_MESSAGES:
            if isinstance(field_obj, kind):
                field_obj.error_messages = {**field_obj.error_messages, **messages}


class Text(fields.String):
    """A string that PostgreSQL and UTF-8 can hold, without outer blanks."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        assert isinstance(text, str)
        if "\x00" in text:
            raise ValidationError(_n("Hapus karakter kosong (NUL) dari tulisan."))
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise ValidationError(_n("Tulisan memuat karakter yang rusak. Tulis ulang."))
        return text.strip()


class JsonNumber(fields.Float):
    """A JSON number. Text that Python would take for one (`"1_0"`, `"١٠"`) is refused."""

    def _validated(self, value: Any) -> float:
        if not isinstance(value, int | float):
            raise self.make_error("invalid")
        return super()._validated(value)


class Texts(fields.Dict):
    """An object of texts. What is wrong with one is said at its name, not at a step below it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            said = {name: list(parts.values()) for name, parts in error.messages.items()}
            raise ValidationError(said) from error


def text(max_chars: int, *, min_chars: int = 0, **kwargs: Any) -> Text:
    """Return a text field with its bounds and their message."""
    message = _n("Tulisan terlalu pendek atau terlalu panjang (%(min)d sampai %(max)d huruf).")
    bounds = validate.Length(
        min=min_chars, max=max_chars, error=message % {"min": min_chars, "max": max_chars}
    )
    return Text(validate=bounds, **kwargs)


def between(smallest: int, largest: int) -> validate.Range:
    """Return a bound for a number, with its message."""
    message = _n("Isi dengan angka dari %(min)d sampai %(max)d.")
    return validate.Range(smallest, largest, error=message % {"min": smallest, "max": largest})


def one_of(choices: Iterable[str]) -> validate.OneOf:
    """Return a choice among codes, with its message; the codes are named."""
    return validate.OneOf(list(choices), error=_n("Pilih salah satu: {choices}."))

"""The base of every schema that reads what comes in: strict, its messages Indonesian; field kinds."""

import re
from collections.abc import Iterable
from datetime import datetime
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


INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


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
        inner = [getattr(field_obj, name, None) for name in ("inner", "key_field", "value_field")]
        for found in inner:
            if found is not None:
                self.on_bind_field(field_name, found)


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


class Email(fields.Email):
    """An address as people write it; marshmallow takes the message when the field is made."""

    default_error_messages = {"invalid": _n("Alamat email ini tidak benar.")}  # noqa: RUF012


class JsonNumber(fields.Float):
    """A JSON number. Text that Python would take for one (`"1_0"`, `"١٠"`) is refused."""

    def _validated(self, value: Any) -> float:
        if not isinstance(value, int | float):
            raise self.make_error("invalid")
        return super()._validated(value)


class Instant(fields.AwareDateTime):
    """A date with a time and an offset. Source: RFC 3339, section 5.6.

    Python reads more than that: weeks, times without separators, a NUL at the end.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not INSTANT.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        found = super()._deserialize(value, attr, data, **kwargs)
        assert isinstance(found, datetime)
        return found


class Texts(fields.Dict):
    """An object of texts. What is wrong with one is said at its name, not at a step below it."""

    def __init__(self, *, max_properties: int, **kwargs: Any) -> None:
        super().__init__(**kwargs, metadata={"maxProperties": max_properties})
        self._max_properties = max_properties

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict) and len(value) > self._max_properties:
            raise ValidationError(_n("Jawabannya terlalu banyak."))
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

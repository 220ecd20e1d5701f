"""What a request carries, read strictly: a damaged body is refused, never half understood."""

from io import BytesIO
from json import JSONDecodeError
from typing import IO, Any, Final

from flask import Request, current_app
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.formparser import FormDataParser, MultiPartParser

from citizenreport.core.errors import CitizenReportError
from citizenreport.core.text import _n
from citizenreport.web.strict_json import NOT_A_NUMBER, RefusedJSON
from citizenreport.web.translate import _

EVERY_BYTE: Final = "iso-8859-1"
"""Gives each byte a character of its own: nothing is lost before UTF-8 is checked."""

Fields = MultiDict[str, str]


class MalformedBody(CitizenReportError):
    """Not JSON, or not a form: nothing in it can be pointed at. `detail` says where it breaks."""

    code = "malformed-request"
    title = _n("Permintaan tidak dapat dibaca.")


class BodyTooLarge(CitizenReportError):
    """More than the door reads; `maximum_bytes` says how much that is."""

    code = "too-large"
    title = _n("Kiriman terlalu besar.")


class StrictFormParser(FormDataParser):
    """Reads forms as werkzeug does, but refuses a damaged one instead of returning an empty one.

    Werkzeug also puts U+FFFD where text is not UTF-8: the words of a resident would be stored
    damaged, and nobody would be told.
    """

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], Fields, MultiDict[str, Any]]:
        self.silent = False
        try:
            return super().parse(stream, mimetype, content_length, options)
        except ValueError as error:
            raise MalformedBody(
                _n("Formulir terpotong atau rusak. Periksa boundary, panjang, dan UTF-8-nya.")
            ) from error

    def _parse_multipart(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str],
    ) -> tuple[IO[bytes], Fields, MultiDict[str, Any]]:
        boundary = options.get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("no boundary")
        parts = _RawParts(
            stream_factory=self.stream_factory,
            max_form_memory_size=self.max_form_memory_size,
            max_form_parts=self.max_form_parts,
            cls=self.cls,
        )
        form, files = parts.parse(stream, boundary, content_length)
        texts = [(name, text.encode(EVERY_BYTE).decode()) for name, text in form.items(multi=True)]
        return stream, self.cls(texts), files


class _RawParts(MultiPartParser):
    def get_part_charset(self, headers: Headers) -> str:
        return EVERY_BYTE


class StrictRequest(Request):
    """Keeps files that come in in memory: werkzeug's way to a temporary file is a photo's place
    and owner on a disk. `MAX_CONTENT_LENGTH` bounds them together.
    """

    form_data_parser_class = StrictFormParser

    def _get_file_stream(self, *args: object, **kwargs: object) -> IO[bytes]:
        return BytesIO()


def read_json(body: bytes) -> Any:
    """Return what a JSON text says, as strictly as the application reads any JSON.

    Raises:
        MalformedBody: it is not UTF-8, or not JSON.
    """
    try:
        return current_app.json.loads(body.decode())
    except UnicodeDecodeError as error:
        raise MalformedBody(_n("Isinya bukan UTF-8.")) from error
    except RefusedJSON as error:
        raise MalformedBody(error.detail) from error
    except JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        sentence = _("Bukan JSON yang sah pada baris %(line)d, kolom %(column)d.", **place)
        raise MalformedBody(sentence) from error
    except ValueError as error:  # an integer of thousands of digits
        raise MalformedBody(NOT_A_NUMBER) from error

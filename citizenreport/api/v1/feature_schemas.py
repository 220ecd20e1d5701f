"""What OGC API – Features answers and is asked, for the OpenAPI document."""

from typing import Any

from marshmallow import Schema, ValidationError, fields

from citizenreport.core.text import _n
from citizenreport.web.published_query import PAGE_DEFAULT, PAGE_MAX, FiltersSchema
from citizenreport.web.wire import Text, WireSchema


class LinkSchema(Schema):
    href = fields.URL()
    rel = fields.String()
    type = fields.String()
    title = fields.String()


class LinkedSchema(Schema):
    title = fields.String()
    description = fields.String()
    links = fields.List(fields.Nested(LinkSchema))


class ConformanceSchema(Schema):
    conformsTo = fields.List(fields.URL())  # noqa: N815 - the standard's name


class CollectionSchema(LinkedSchema):
    id = fields.String()
    itemType = fields.String()  # noqa: N815
    crs = fields.List(fields.String())
    extent = fields.Dict(keys=fields.String())


class CollectionsSchema(Schema):
    links = fields.List(fields.Nested(LinkSchema))
    collections = fields.List(fields.Nested(CollectionSchema))


class FeatureSchema(Schema):
    """A feature of RFC 7946; the properties depend on the collection."""

    type = fields.String(metadata={"enum": ["Feature"]})
    id = fields.String()
    geometry = fields.Dict(keys=fields.String(), allow_none=True)
    properties = fields.Dict(keys=fields.String())
    links = fields.List(fields.Nested(LinkSchema))


class FeaturesSchema(Schema):
    type = fields.String(metadata={"enum": ["FeatureCollection"]})
    features = fields.List(fields.Nested(FeatureSchema))
    links = fields.List(fields.Nested(LinkSchema))
    numberReturned = fields.Integer()  # noqa: N815
    numberMatched = fields.Integer(  # noqa: N815
        metadata={"description": "Left out where counting would take long"}
    )


class Limit(fields.Integer):
    """How many on a page; more than the most is the most. Source: OGC 17-069r4, 7.15.2."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        number = super()._deserialize(value, attr, data, **kwargs)
        if number < 1:
            raise ValidationError(_n("Isi dengan angka mulai dari 1."))
        return min(number, PAGE_MAX)


class ItemsQuerySchema(FiltersSchema):
    limit = Limit(load_default=PAGE_DEFAULT, metadata={"minimum": 1})
    datetime = Text(metadata={"description": "A day, an instant, or an interval (2026-01-01/..)"})
    f = Text(metadata={"description": "json; there is no other form"})


class NoQuerySchema(WireSchema):
    f = Text(metadata={"description": "json; there is no other form"})
    lang = Text(metadata={"description": "Language of errors: id, en, jv"})

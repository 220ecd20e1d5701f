"""Version 1 of the REST API, one module per resource; `document.py` makes its OpenAPI document."""

"""GitHub's published OpenAPI description, fetched with npm: is a request one that GitHub takes, an answer one it gives?

Our server answers with fewer fields than GitHub; what it does answer must have GitHub's names and types.
"""

import json
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from github_server import Call
from jsonschema import Draft202012Validator

PACKAGE = "@octokit/openapi@23.0.2"
FILE = "package/generated/api.github.com.deref.json"
ANY = {401, 403, 404, 422, 429, 500, 502, 503}  # which every operation may give, whether described or not


class Described:
    """The description."""

    def __init__(self, folder: Path) -> None:
        subprocess.run(("npm", "pack", "--silent", PACKAGE), cwd=folder, check=True, capture_output=True)
        [archive] = folder.glob("*.tgz")
        with tarfile.open(archive) as opened:
            file = opened.extractfile(FILE)
            assert file is not None
            self.paths: dict[str, Any] = json.load(file)["paths"]

    def check(self, call: Call) -> str:
        """The operation that the call is; fails where the call is none."""
        if call.path.endswith("/graphql"):
            assert set(call.body) == {"query", "variables"}
            return "POST /graphql"
        path = self._path(call)
        operation = self.paths[path][call.method.lower()]
        known = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        assert set(call.query) <= known, f"{call}: {set(call.query) - known}"
        if call.body is not None:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            Draft202012Validator(_closed(schema, sparse=False)).validate(call.body)
        answers = operation["responses"]
        assert str(call.status) in answers or call.status in ANY, call
        content = answers.get(str(call.status), {}).get("content", {})
        if "application/json" in content and call.status < 400:
            Draft202012Validator(_closed(content["application/json"]["schema"], sparse=True)).validate(call.answer)
        return f"{call.method} {path}"

    def _path(self, call: Call) -> str:
        fits = [
            path
            for path, operations in self.paths.items()
            if call.method.lower() in operations and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), call.path)
        ]
        assert fits, f"GitHub has no {call.method} {call.path}"
        return min(fits, key=lambda path: path.count("{"))


def _closed(schema: Any, *, sparse: bool, part: bool = False) -> Any:
    """As JSON Schema of today, without unknown fields; `sparse`: a part of the fields is enough."""
    if isinstance(schema, list):
        return [_closed(one, sparse=sparse, part=part) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("example", "examples", "description", "nullable", "format") or (key == "required" and sparse):
            continue
        if key == "properties":
            made[key] = {name: _closed(one, sparse=sparse) for name, one in value.items()}
        elif key == "oneOf" and sparse:  # with fewer fields several may fit
            made["anyOf"] = _closed(value, sparse=sparse)
        else:
            made[key] = _closed(value, sparse=sparse, part=key == "allOf")
    if "properties" in made and not part:
        made.setdefault("additionalProperties", False)
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made

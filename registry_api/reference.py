"""The table of all operations in `docs/api.md`, made from the schema. `python -m registry_api.reference` prints it."""

from __future__ import annotations

from registry_api import auth, openapi


def table() -> str:
    schema = openapi.document()
    lines = ["| call | what it does | roles |", "|---|---|---|"]
    for tag in openapi.TAGS:
        for path, operations in schema["paths"].items():
            for method, one in operations.items():
                if one["tags"] == [tag]:
                    about = one["description"].partition("\n")[0]
                    lines.append(f"| `{method.upper()} {path}` | {about} | {_roles(one)} |")
    return "\n".join(lines) + "\n"


def _roles(operation: dict[str, object]) -> str:
    if "security" not in operation:
        return "no key"
    allowed = auth.MAY.get(str(operation["operationId"]))
    return ", ".join(sorted(allowed)) if allowed else "any"


if __name__ == "__main__":
    print(table(), end="")

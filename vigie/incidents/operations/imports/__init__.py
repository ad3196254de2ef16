"""Import declarations from outside: real databases of incidents, the past of a register."""

from vigie.incidents.operations.imports.declarations import import_declarations, import_mapped
from vigie.incidents.operations.imports.veris import import_veris

__all__ = ["import_declarations", "import_mapped", "import_veris"]

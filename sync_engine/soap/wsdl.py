"""The WSDLs the engine builds its requests from, parsed once a process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import zeep
from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.wsdl import Document

from sync_engine.errors import SettingsError

SHIPPED_WSDLS = Path(__file__).resolve().parents[1] / "wsdl"
ZUORA_WSDL = SHIPPED_WSDLS / "zuora.wsdl"
SALESFORCE_WSDL = SHIPPED_WSDLS / "salesforce-partner.wsdl"

ZEEP_SETTINGS = zeep.Settings(
    strict=True, raw_response=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False
)


class _LocalFiles:
    """Hands zeep files and nothing else: reading a WSDL never opens a connection."""

    def load(self, location: str) -> bytes:
        if "://" in location:
            raise SettingsError(
                f"The WSDL refers to {location}, and a WSDL is read from files only.",
                "Use a WSDL that holds its schemas itself, as the ones both services hand out do.",
            )
        return Path(location).read_bytes()


@lru_cache(maxsize=8)
def load_wsdl(path: Path) -> Any:
    """The parsed WSDL at `path`, shared by every client of the process; raises `SettingsError` if it cannot be read."""
    try:
        files: Any = _LocalFiles()
        return Document(str(path), files, settings=ZEEP_SETTINGS)
    except (OSError, etree.XMLSyntaxError, ZeepError) as error:
        raise SettingsError(
            f"The WSDL {path} cannot be read: {error}.", "Name a WSDL as the service hands it out, or leave it out."
        ) from error

from __future__ import annotations

from mock_zuora.wsdl.document import render
from mock_zuora.wsdl.pages import DOWNLOAD_PATH, Page, download, of_endpoint

__all__ = ["DOWNLOAD_PATH", "Page", "download", "of_endpoint", "render"]

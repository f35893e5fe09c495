"""EC2's instance types guide: the seven pages of specifications, and the page about the Nitro System."""

from __future__ import annotations

from scrapers.guide.ec2_guide import Ec2Guide
from scrapers.guide.nitro_page import NitroPage

__all__ = ["Ec2Guide", "NitroPage"]

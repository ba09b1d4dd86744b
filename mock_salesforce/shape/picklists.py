"""Picklists' values in metadata: of a field, of a global value set, of a standard value set, of the older form."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from mock_salesforce.shape.documents import Unusable, child, flag, word
from simulator.soap import children


@dataclass(frozen=True, slots=True)
class Values:
    """A picklist's values in their order, those no longer active among them, and the default, "" for none."""

    values: tuple[str, ...] = ()
    inactive: tuple[str, ...] = ()
    default: str = ""
    restricted: bool = False


STANDARD_SETS: dict[str, tuple[tuple[str, str], ...]] = {
    "AccountContactRole": (("AccountContactRole", "Role"),),
    "AccountOwnership": (("Account", "Ownership"),),
    "AccountRating": (("Account", "Rating"), ("Lead", "Rating")),
    "AccountType": (("Account", "Type"),),
    "CaseOrigin": (("Case", "Origin"),),
    "CasePriority": (("Case", "Priority"),),
    "CaseReason": (("Case", "Reason"),),
    "CaseStatus": (("Case", "Status"),),
    "CaseType": (("Case", "Type"),),
    "ContractStatus": (("Contract", "Status"),),
    "Industry": (("Account", "Industry"), ("Lead", "Industry")),
    "LeadSource": (
        ("Account", "AccountSource"),
        ("Contact", "LeadSource"),
        ("Lead", "LeadSource"),
        ("Opportunity", "LeadSource"),
    ),
    "LeadStatus": (("Lead", "Status"),),
    "OpportunityStage": (("Opportunity", "StageName"),),
    "OpportunityType": (("Opportunity", "Type"),),
    "OrderStatus": (("Order", "Status"),),
    "OrderType": (("Order", "Type"),),
    "Product2Family": (("Product2", "Family"),),
    "QuoteStatus": (("Quote", "Status"),),
    "Salutation": (("Contact", "Salutation"), ("Lead", "Salutation")),
    "TaskPriority": (("Task", "Priority"),),
    "TaskStatus": (("Task", "Status"),),
}
"""Which fields a standard value set has the values of."""


def of_set(root: etree._Element, element: str) -> Values:
    """The values of a value set, each in a child of this name."""
    found, inactive, default = [], [], ""
    for each in children(root, element):
        name = word(each, "fullName")
        if not name:
            raise Unusable(f"a <{element}> has no <fullName>")
        found.append(name)
        if word(each, "isActive").lower() == "false":
            inactive.append(name)
        elif flag(each, "default"):
            default = name
    return Values(tuple(dict.fromkeys(found)), tuple(inactive), default)


def of_field(root: etree._Element, sets: dict[str, Values]) -> Values:
    """The values of a picklist field; `sets` are the global value sets by name in lower case. Raises `Unusable`."""
    value_set = child(root, "valueSet")
    if value_set is None:
        older = child(root, "picklist")
        if older is None:
            return Values()
        found = of_set(older, "picklistValues")
        return Values(found.values, found.inactive, found.default, flag(older, "restrictedAdminField"))
    named, restricted = word(value_set, "valueSetName"), flag(value_set, "restricted")
    if named:
        shared = sets.get(named.lower())
        if shared is None:
            raise Unusable(
                f"<valueSetName> is {named[:80]!r}, and the folder has no globalValueSets/{named[:80]}"
                ".globalValueSet-meta.xml; retrieve the global value set too"
            )
        # A global value set is always restricted, whatever the field says.
        return Values(shared.values, shared.inactive, shared.default, restricted=True)
    definition = child(value_set, "valueSetDefinition")
    found = Values() if definition is None else of_set(definition, "value")
    return Values(found.values, found.inactive, found.default, restricted)

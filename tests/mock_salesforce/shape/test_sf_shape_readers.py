"""Reading a project's metadata and describes: what is found, what is told, what is refused; and the shape's file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce.schema import OnDelete, catalogue
from mock_salesforce.shape import (
    LeftOut,
    Shape,
    ShapeField,
    ShapeFilter,
    ShapeObject,
    ShapeRule,
    ShapeSummary,
    UnusableDescribe,
    UnusableFolder,
    UnusableShape,
    from_json,
    joined,
    merged,
    read_describes,
    read_folder,
    to_json,
)
from mock_salesforce.shape.model import TYPES
from tests.mock_salesforce.project import REGION, REGION_FIELDS, RULES, project, put, xml

BASE = catalogue.plain(catalogue.PACKAGES)


def field_of(shape: Shape, name: str) -> ShapeField:
    sobject, _, field = name.partition(".")
    found = shape.object_named(sobject)
    assert found is not None
    return next(each for each in found.fields if each.name == field)


def test_a_project_tells_its_objects_fields_picklists_and_rules(tmp_path: Path) -> None:
    shape = read_folder(project(tmp_path))
    assert {each.name for each in shape.objects} == {"Account", "Region__c", "Visit__c"}
    stage = field_of(shape, "Region__c.Stage__c")
    assert (stage.values, stage.inactive_values, stage.restricted, stage.default) == (
        ("Draft", "Open", "Old"),
        ("Old",),
        True,
        "Draft",
    )
    colours = field_of(shape, "Region__c.Colours__c")
    assert (colours.values, colours.restricted) == (("Red", "Green"), True)
    code = field_of(shape, "Region__c.Code__c")
    assert (code.external_id, code.unique, code.case_sensitive, code.length) == (True, True, False, 8)
    assert field_of(shape, "Region__c.Long_Minutes__c").summary == ShapeSummary(
        "sum", "Visit__c", "Region__c", "Minutes__c", (ShapeFilter("Minutes__c", "greaterThan", "30"),)
    )
    assert field_of(shape, "Region__c.Opened__c").default_formula == "TODAY() + 1"
    assert {rule.name: rule.active for rule in shape.rules}["Sleeping"] is False
    assert len(shape.rules) == len(RULES)
    assert [each.what for each in shape.left_out] == ["1 of kind trigger"]


def test_the_older_layout_with_one_file_an_object_tells_the_same(tmp_path: Path) -> None:
    inside = REGION + "".join(
        f"<fields><fullName>{name}</fullName>{body}</fields>" for name, body in REGION_FIELDS.items()
    )
    inside += "".join(
        f"<validationRules><fullName>{name}</fullName>{body}</validationRules>" for name, body in RULES.items()
    )
    older = tmp_path / "src"
    put(older, "objects/Region__c.object", xml("CustomObject", inside))
    colours = (project(tmp_path) / "main/default/globalValueSets/Colours.globalValueSet-meta.xml").read_text()
    put(older, "globalValueSets/Colours.globalValueSet", colours)

    def bare(shape: Shape) -> Any:
        kept = json.loads(to_json(shape))
        region = next(each for each in kept["objects"] if each["name"] == "Region__c")
        for each in (*region["fields"], *kept["rules"]):
            each.pop("file")
        rules = sorted(kept["rules"], key=lambda each: str(each["name"]))
        return sorted(region["fields"], key=lambda each: str(each["name"])), rules

    assert bare(read_folder(older)) == bare(read_folder(tmp_path / "force-app"))


def test_an_objects_own_folder_is_enough(tmp_path: Path) -> None:
    shape = read_folder(project(tmp_path) / "main/default/objects/Visit__c")
    assert {each.name for each in shape.objects} == {"Visit__c"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<fullName>X__c</fullName><type>Hologram</type>", "<type> is 'Hologram', a type that the mock has not"),
        ("<fullName>X__c</fullName>", "it has no <type>"),
        ("<type>Text</type>", "it has no <fullName>"),
        ("<fullName>X__c</fullName><type>Text</type><length>many</length>", "<length> is 'many'"),
        ("<fullName>X__c</fullName><type>Text</type><unique>maybe</unique>", "<unique> is 'maybe'"),
        ("<fullName>X__c</fullName><type>Lookup</type>", "it has no <referenceTo>"),
        (
            (
                "<fullName>X__c</fullName><type>Lookup</type><referenceTo>Account</referenceTo>"
                "<deleteConstraint>Forget</deleteConstraint>"
            ),
            "<deleteConstraint> is 'Forget'",
        ),
        (
            "<fullName>X__c</fullName><type>Picklist</type><valueSet><valueSetName>Gone</valueSetName></valueSet>",
            "globalValueSets/Gone.globalValueSet-meta.xml; retrieve the global value set too",
        ),
        (
            "<fullName>X__c</fullName><type>Summary</type><summaryOperation>median</summaryOperation>",
            "<summaryOperation> is 'median'",
        ),
        (
            (
                "<fullName>X__c</fullName><type>Summary</type><summaryOperation>count</summaryOperation>"
                "<summaryForeignKey>Visit__c</summaryForeignKey>"
            ),
            "<summaryForeignKey> is 'Visit__c'",
        ),
        ("<fullName>Code__c</fullName><type>Text</type><length>3</length>", "the field Code__c is there twice"),
    ],
)
def test_a_field_that_cannot_be_used_is_told_with_its_file_and_the_rest_is_there(
    tmp_path: Path, body: str, why: str
) -> None:
    folder = project(tmp_path)
    file = put(folder / "main/default", "objects/Region__c/fields/X__c.field-meta.xml", xml("CustomField", body))
    (told,) = [each for each in read_folder(folder).left_out if each.file]
    assert why in told.why
    assert told.file == file.as_posix()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<CustomField", "it cannot be read as XML"),
        ("", "it cannot be read as XML"),
        ("<Profile/>", "its root is 'Profile' where 'CustomField' is expected"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><CustomField>&a;</CustomField>', "it cannot be read as XML"),
        ("<CustomField>" + "<a>" * 50 + "</a>" * 50 + "</CustomField>", "nested more than 30 deep"),
    ],
)
def test_a_file_that_is_no_metadata_is_told(tmp_path: Path, content: str, why: str) -> None:
    folder = project(tmp_path)
    put(folder, "main/default/objects/Region__c/fields/X__c.field-meta.xml", content)
    (told,) = [each for each in read_folder(folder).left_out if each.file]
    assert why in told.why


def test_objects_of_kinds_that_the_mock_has_not_are_told_with_their_fields(tmp_path: Path) -> None:
    put(tmp_path, "objects/Rate__mdt/Rate__mdt.object-meta.xml", xml("CustomObject", "<label>Rate</label>"))
    put(
        tmp_path,
        "objects/Rate__mdt/fields/A__c.field-meta.xml",
        xml("CustomField", "<fullName>A__c</fullName><type>Text</type><length>3</length>"),
    )
    shape = read_folder(tmp_path)
    assert shape.objects == ()
    assert [each.why for each in shape.left_out] == ["custom metadata types are not in the mock"] * 2


def test_standard_fields_bring_their_picklists_and_nothing_else(tmp_path: Path) -> None:
    field = "<fullName>Industry</fullName><trackHistory>true</trackHistory>"
    put(tmp_path, "objects/Account/fields/Industry.field-meta.xml", xml("CustomField", field))
    values = (
        "<sorted>false</sorted><standardValue><fullName>Warm</fullName><default>false</default></standardValue>"
        "<standardValue><fullName>Cold</fullName><default>true</default><isActive>true</isActive></standardValue>"
    )
    put(tmp_path, "standardValueSets/AccountRating.standardValueSet-meta.xml", xml("StandardValueSet", values))
    unknown = put(tmp_path, "standardValueSets/Odd.standardValueSet-meta.xml", xml("StandardValueSet", values))
    shape = read_folder(tmp_path)
    assert [each.file for each in shape.left_out] == [unknown.as_posix()]
    rating = joined(BASE, shape).schema.required("Account").field("Rating")
    assert rating is not None
    assert (rating.values, rating.default) == (("Warm", "Cold"), "Cold")


def test_a_folder_without_metadata_of_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFolder, match="it holds no metadata of objects"):
        read_folder(tmp_path)
    with pytest.raises(UnusableFolder, match="there is no such folder"):
        read_folder(tmp_path / "gone")


# Describes.


def described(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    own = {"name": "Name", "type": "string", "length": 80, "nameField": True, "nillable": False, "createable": True}
    system = {"name": "Id", "type": "id", "length": 18}
    return {"name": name, "label": name, "labelPlural": f"{name}s", "fields": [system, own, *fields], **more}


CASE = described(
    "Case",
    {"name": "CaseNumber", "type": "string", "length": 30, "autoNumber": True, "nillable": False},
    {"name": "Subject", "type": "string", "length": 255, "createable": True, "updateable": True, "nillable": True},
    {
        "name": "AccountId",
        "type": "reference",
        "referenceTo": ["Account"],
        "relationshipName": "Account",
        "createable": True,
        "updateable": True,
        "restrictedDelete": True,
    },
    {
        "name": "Level__c",
        "type": "double",
        "precision": 5,
        "scale": 1,
        "nillable": False,
        "createable": True,
        "updateable": True,
        "defaultedOnCreate": False,
    },
    {
        "name": "Twice__c",
        "type": "double",
        "precision": 18,
        "scale": 1,
        "calculated": True,
        "calculatedFormula": "Level__c * 2",
        "createable": False,
    },
    {"name": "Summed__c", "type": "double", "precision": 18, "scale": 0, "calculated": True},
    {"name": "Spot", "type": "address"},
    {"name": "Cloud", "type": "complexvalue"},
    {
        "name": "Origin",
        "type": "picklist",
        "createable": True,
        "restrictedPicklist": True,
        "picklistValues": [
            {"value": "Web", "active": True, "defaultValue": True},
            {"value": "Fax", "active": False},
        ],
    },
    keyPrefix="500",
)
ACCOUNT = described(
    "Account", childRelationships=[{"childSObject": "Case", "field": "AccountId", "relationshipName": "Cases"}]
)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda each: each,
        lambda each: {"status": 0, "result": each, "warnings": []},
        lambda each: [ACCOUNT, each],
        lambda each: {"sobjects": [each, ACCOUNT]},
    ],
)
def test_a_standard_object_that_the_mock_lacks_comes_from_its_describe(
    wrapped: Callable[[dict[str, Any]], Any],
) -> None:
    shape = read_describes(json.dumps(wrapped(CASE)), "case.json")
    made = joined(BASE, shape)
    case = made.schema.required("Case")
    assert case.key_prefix == "500"
    level, account, number = (case.field(each) for each in ("Level__c", "AccountId", "CaseNumber"))
    assert level is not None
    assert account is not None
    assert number is not None
    assert (level.required, level.precision, level.scale) == (True, 5, 1)
    assert (account.refers_to, account.relationship, account.on_delete) == ("Account", "Account", OnDelete.RESTRICT)
    assert number.autonumber
    twice, origin = case.field("Twice__c"), case.field("Origin")
    assert twice is not None
    assert twice.calculation is not None
    assert origin is not None
    assert (origin.values, origin.inactive_values, origin.default) == (("Web", "Fax"), ("Fax",), "Web")
    told = {each.what: each.why for each in made.left_out}
    assert "puts other fields together" in told["Case.Spot"]
    assert "'complexvalue'" in told["Case.Cloud"]
    assert "its metadata does (--sfdx)" in told["Case.Summed__c"]


def test_children_have_the_name_that_the_parents_describe_gives_them() -> None:
    schema = joined(BASE, read_describes(json.dumps([ACCOUNT, CASE]))).schema
    link = schema.required("Account").child("Cases")
    assert link is not None
    assert (link.child, link.field.name) == ("Case", "AccountId")


@pytest.mark.parametrize("text", ["", "[", "{}", "[]", "1", '{"fields": 1, "name": "X"}', "[" * 100_000])
def test_what_is_no_describe_is_refused(text: str) -> None:
    with pytest.raises(UnusableDescribe):
        read_describes(text)


def test_metadata_and_describes_complete_each_other(tmp_path: Path) -> None:
    tier = "<fullName>Tier__c</fullName><type>Text</type><length>9</length>"
    put(tmp_path, "objects/Case/fields/Tier__c.field-meta.xml", xml("CustomField", tier))
    told = described("Case", {"name": "Tier__c", "label": "Tier!", "type": "string", "length": 5, "createable": True})
    both = merged(read_folder(tmp_path), read_describes(json.dumps(told)))
    field = field_of(both, "Case.Tier__c")
    assert (field.length, field.label) == (9, "Tier!")
    assert joined(BASE, both).schema.required("Case").field("Tier__c") is not None


# The shape's file.

_NAMES = st.from_regex(r"[A-Z][a-z]{0,5}__c", fullmatch=True)
_WORDS = st.text(max_size=12)
_FIELDS = st.builds(
    ShapeField,
    name=_NAMES,
    type=st.sampled_from(sorted(TYPES)),
    label=_WORDS,
    length=st.integers(0, 1000),
    precision=st.integers(9, 18),
    scale=st.integers(0, 9),
    required=st.booleans(),
    unique=st.booleans(),
    refers_to=st.lists(_NAMES, max_size=2).map(tuple),
    delete=st.sampled_from(["set_null", "cascade", "restrict"]),
    values=st.lists(_WORDS, max_size=3).map(tuple),
    default_formula=_WORDS,
    formula=_WORDS,
    blanks_as_zero=st.booleans(),
    summary=st.none()
    | st.builds(
        ShapeSummary,
        st.sampled_from(["sum", "count", "min", "max"]),
        _NAMES,
        _NAMES,
        _NAMES,
        st.lists(st.builds(ShapeFilter, _NAMES, st.just("equals"), _WORDS), max_size=2).map(tuple),
    ),
)
_OBJECTS = st.builds(
    ShapeObject,
    name=_NAMES,
    label=_WORDS,
    setting=st.booleans(),
    name_field=st.none() | _FIELDS,
    fields=st.lists(_FIELDS, max_size=3, unique_by=lambda each: each.name.lower()).map(tuple),
    whole=st.booleans(),
)
_SHAPES = st.builds(
    Shape,
    st.lists(_OBJECTS, max_size=3, unique_by=lambda each: each.name.lower()).map(tuple),
    st.lists(st.builds(ShapeRule, _NAMES, _WORDS, _WORDS, _WORDS, _WORDS, st.booleans()), max_size=2).map(tuple),
    st.lists(st.builds(LeftOut, _WORDS, _WORDS, _WORDS), max_size=2).map(tuple),
)


@given(_SHAPES)
def test_a_shape_is_the_same_after_its_file(shape: Shape) -> None:
    assert from_json(to_json(shape)) == shape


@given(_SHAPES)
def test_any_shape_joins_or_is_told_why_not(shape: Shape) -> None:
    made = joined(BASE, shape)
    assert len(made.schema.sobjects) >= len(BASE.sobjects)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is no JSON"),
        ("[]", "it is no org's shape"),
        ('{"salesforce_shape": 2}', "it is no org's shape"),
        ('{"salesforce_shape": 1, "objects": 1}', "objects"),
        ('{"salesforce_shape": 1, "objects": [{"name": "a b"}]}', "'a b' cannot be a name"),
        ('{"salesforce_shape": 1, "objects": [{"name": "A__c"}, {"name": "a__c"}]}', "one name to a query"),
        (
            '{"salesforce_shape": 1, "objects": [{"name": "A__c", "fields": [{"name": "B__c", "type": "Odd"}]}]}',
            "A__c.B__c has the type 'Odd'",
        ),
        (
            (
                '{"salesforce_shape": 1, "objects": [{"name": "A__c", "fields": '
                '[{"name": "B__c", "type": "Number", "precision": 99}]}]}'
            ),
            "a length or precision that no field has",
        ),
    ],
)
def test_a_file_that_is_no_shape_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnusableShape, match=why):
        from_json(text)

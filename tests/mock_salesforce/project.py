"""A Salesforce project of a made-up org, in source format, as `sf project retrieve start` lays it out."""

from __future__ import annotations

from pathlib import Path

_XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://soap.sforce.com/2006/04/metadata">{body}</{root}>\n'
)

REGION = """<label>Region</label><pluralLabel>Regions</pluralLabel><deploymentStatus>Deployed</deploymentStatus>
<nameField><label>Region Name</label><type>Text</type></nameField><sharingModel>ReadWrite</sharingModel>"""
VISIT = """<label>Visit</label><pluralLabel>Visits</pluralLabel>
<nameField><label>Visit Number</label><type>AutoNumber</type><displayFormat>V-{0000}</displayFormat></nameField>"""

REGION_FIELDS = {
    "Code__c": "<label>Code</label><type>Text</type><length>8</length><externalId>true</externalId>"
    "<unique>true</unique><caseSensitive>false</caseSensitive>",
    "Stage__c": "<label>Stage</label><type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition>"
    "<sorted>false</sorted><value><fullName>Draft</fullName><default>true</default><label>Draft</label></value>"
    "<value><fullName>Open</fullName><default>false</default><label>Open</label></value>"
    "<value><fullName>Old</fullName><default>false</default><isActive>false</isActive><label>Old</label></value>"
    "</valueSetDefinition></valueSet>",
    "Colours__c": "<label>Colours</label><type>MultiselectPicklist</type><visibleLines>4</visibleLines><valueSet>"
    "<valueSetName>Colours</valueSetName></valueSet>",
    "Opened__c": "<label>Opened</label><type>Date</type><defaultValue>TODAY() + 1</defaultValue>",
    "Closed__c": "<label>Closed</label><type>Date</type>",
    "Budget__c": "<label>Budget</label><type>Currency</type><precision>18</precision><scale>2</scale>",
    "Share__c": "<label>Share</label><type>Percent</type><precision>5</precision><scale>2</scale>",
    "Active__c": "<label>Active</label><type>Checkbox</type><defaultValue>true</defaultValue>",
    "Starts__c": "<label>Starts</label><type>Time</type>",
    "Notes__c": "<label>Notes</label><type>LongTextArea</type><length>2000</length><visibleLines>3</visibleLines>",
    "Place__c": "<label>Place</label><type>Location</type><scale>5</scale>",
    "Account__c": "<label>Account</label><type>Lookup</type><referenceTo>Account</referenceTo>"
    "<relationshipName>Regions</relationshipName><deleteConstraint>SetNull</deleteConstraint>",
    "Days_Open__c": "<label>Days Open</label><type>Number</type><precision>18</precision><scale>0</scale>"
    "<formula>IF(ISBLANK(Closed__c), TODAY(), Closed__c) - Opened__c</formula>"
    "<formulaTreatBlanksAs>BlankAsZero</formulaTreatBlanksAs>",
    "Part__c": "<label>Part</label><type>Currency</type><precision>18</precision><scale>2</scale>"
    "<formula>Budget__c * Share__c</formula><formulaTreatBlanksAs>BlankAsBlank</formulaTreatBlanksAs>",
    "Title__c": "<label>Title</label><type>Text</type>"
    '<formula>UPPER(Code__c) &amp; " of " &amp; Account__r.Name &amp; " " &amp; TEXT(Days_Open__c)</formula>',
    "Visits__c": "<label>Visits</label><type>Summary</type><summaryForeignKey>Visit__c.Region__c</summaryForeignKey>"
    "<summaryOperation>count</summaryOperation>",
    "Long_Minutes__c": "<label>Long Minutes</label><type>Summary</type><summarizedField>Visit__c.Minutes__c"
    "</summarizedField><summaryForeignKey>Visit__c.Region__c</summaryForeignKey><summaryOperation>sum"
    "</summaryOperation><summaryFilterItems><field>Visit__c.Minutes__c</field><operation>greaterThan</operation>"
    "<value>30</value></summaryFilterItems>",
    "Strange__c": "<label>Strange</label><type>Number</type><precision>18</precision><scale>0</scale>"
    "<formula>DISTANCE(Place__c, Place__c, 'km')</formula>",
}
VISIT_FIELDS = {
    "Region__c": "<label>Region</label><type>MasterDetail</type><referenceTo>Region__c</referenceTo>"
    "<relationshipName>Visits</relationshipName><reparentableMasterDetail>false</reparentableMasterDetail>",
    "Minutes__c": "<label>Minutes</label><type>Number</type><precision>6</precision><scale>0</scale>",
    "Of_Budget__c": "<label>Of Budget</label><type>Number</type><precision>18</precision><scale>2</scale>"
    "<formula>Region__r.Budget__c / Minutes__c</formula><formulaTreatBlanksAs>BlankAsZero</formulaTreatBlanksAs>",
}
RULES = {
    "Closed_after_opened": "<active>true</active><errorConditionFormula>Closed__c &lt; Opened__c"
    "</errorConditionFormula><errorDisplayField>Closed__c</errorDisplayField>"
    "<errorMessage>A region closes after it opens.</errorMessage>",
    "Open_needs_budget": '<active>true</active><errorConditionFormula>AND(ISPICKVAL(Stage__c, "Open"), '
    "BLANKVALUE(Budget__c, 0) &lt;= 0)</errorConditionFormula><errorMessage>An open region has a budget."
    "</errorMessage>",
    "No_way_back": '<active>true</active><errorConditionFormula>ISPICKVAL(PRIORVALUE(Stage__c), "Open") &amp;&amp; '
    "ISCHANGED(Stage__c) &amp;&amp; NOT(ISNEW())</errorConditionFormula><errorDisplayField>Stage__c"
    "</errorDisplayField><errorMessage>An open region stays open.</errorMessage>",
    "Sleeping": "<active>false</active><errorConditionFormula>TRUE</errorConditionFormula>"
    "<errorMessage>Never said.</errorMessage>",
    "Looks_up": "<active>true</active><errorConditionFormula>VLOOKUP(Name, Name, Code__c) = 'x'"
    "</errorConditionFormula><errorMessage>Never said either.</errorMessage>",
    "On_strange": "<active>true</active><errorConditionFormula>Strange__c &gt; 1</errorConditionFormula>"
    "<errorMessage>Nor this.</errorMessage>",
}
COLOURS = """<masterLabel>Colours</masterLabel><sorted>false</sorted>
<customValue><fullName>Red</fullName><default>false</default><label>Red</label></customValue>
<customValue><fullName>Green</fullName><default>false</default><label>Green</label></customValue>"""


def xml(root: str, body: str) -> str:
    """A metadata file."""
    return _XML.format(root=root, body=body)


def put(folder: Path, name: str, text: str) -> Path:
    """A file in the project, with the folders above it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def project(folder: Path) -> Path:
    """The whole project; returns its package folder."""
    main = folder / "force-app" / "main" / "default"
    for name, body, fields in (("Region__c", REGION, REGION_FIELDS), ("Visit__c", VISIT, VISIT_FIELDS)):
        put(main, f"objects/{name}/{name}.object-meta.xml", xml("CustomObject", body))
        for field, inside in fields.items():
            whole = f"<fullName>{field}</fullName>{inside}"
            put(main, f"objects/{name}/fields/{field}.field-meta.xml", xml("CustomField", whole))
    for rule, inside in RULES.items():
        whole = f"<fullName>{rule}</fullName>{inside}"
        put(main, f"objects/Region__c/validationRules/{rule}.validationRule-meta.xml", xml("ValidationRule", whole))
    put(main, "objects/Region__c/listViews/All.listView-meta.xml", xml("ListView", "<fullName>All</fullName>"))
    put(main, "globalValueSets/Colours.globalValueSet-meta.xml", xml("GlobalValueSet", COLOURS))
    tier = "<fullName>Tier__c</fullName><label>Tier</label><type>Text</type><length>10</length>"
    put(main, "objects/Account/fields/Tier__c.field-meta.xml", xml("CustomField", tier))
    put(main, "triggers/Regions.trigger-meta.xml", xml("ApexTrigger", "<status>Active</status>"))
    return folder / "force-app"

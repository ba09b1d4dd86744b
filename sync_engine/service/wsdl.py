"""The service's WSDL, in what an org can import: document/literal, one binding, plain types, no xsd:any."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

NAMESPACE = "http://ondemand-sync/service"

_WSDL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="{namespace}" targetNamespace="{namespace}">
  <types>
    <xsd:schema elementFormDefault="qualified" targetNamespace="{namespace}">
      <xsd:element name="Credentials">
        <xsd:complexType>
          <xsd:sequence>
            <xsd:element name="token" type="xsd:string"/>
          </xsd:sequence>
        </xsd:complexType>
      </xsd:element>
      <xsd:element name="requestSync">
        <xsd:complexType>
          <xsd:sequence>
            <xsd:element name="organizationId" type="xsd:string"/>
            <xsd:element name="userName" type="xsd:string" minOccurs="0"/>
            <xsd:element name="objectType" type="xsd:string"/>
            <xsd:element name="objectId" type="xsd:string" minOccurs="0"/>
            <xsd:element name="zuoraId" type="xsd:string" minOccurs="0"/>
            <xsd:element name="entityId" type="xsd:string" minOccurs="0"/>
          </xsd:sequence>
        </xsd:complexType>
      </xsd:element>
      <xsd:complexType name="RequestResult">
        <xsd:sequence>
          <xsd:element name="accepted" type="xsd:boolean"/>
          <xsd:element name="message" type="xsd:string"/>
        </xsd:sequence>
      </xsd:complexType>
      <xsd:element name="requestSyncResponse">
        <xsd:complexType>
          <xsd:sequence>
            <xsd:element name="result" type="tns:RequestResult"/>
          </xsd:sequence>
        </xsd:complexType>
      </xsd:element>
    </xsd:schema>
  </types>
  <message name="Header">
    <part name="Credentials" element="tns:Credentials"/>
  </message>
  <message name="requestSyncRequest">
    <part name="parameters" element="tns:requestSync"/>
  </message>
  <message name="requestSyncResponse">
    <part name="parameters" element="tns:requestSyncResponse"/>
  </message>
  <portType name="OnDemandSync">
    <operation name="requestSync">
      <input message="tns:requestSyncRequest"/>
      <output message="tns:requestSyncResponse"/>
    </operation>
  </portType>
  <binding name="OnDemandSyncBinding" type="tns:OnDemandSync">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="requestSync">
      <soap:operation soapAction=""/>
      <input>
        <soap:header message="tns:Header" part="Credentials" use="literal"/>
        <soap:body parts="parameters" use="literal"/>
      </input>
      <output>
        <soap:body use="literal"/>
      </output>
    </operation>
  </binding>
  <service name="OnDemandSyncService">
    <port name="OnDemandSync" binding="tns:OnDemandSyncBinding">
      <soap:address location={location}/>
    </port>
  </service>
</definitions>
"""


def render(location: str) -> bytes:
    """The WSDL of a service at this address."""
    return _WSDL.format(namespace=NAMESPACE, location=quoteattr(location)).encode()

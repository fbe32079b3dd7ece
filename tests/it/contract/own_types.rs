//! Structures, arrays and enumerations are told alike by a description and by a table.

use chunkgate::soap::{Array, Contract, Enumeration, Field, Operation, Parameter, Structure, Type};

use super::{described, dispatched};

const VERB: Enumeration = Enumeration {
    name: "Verb",
    values: &["Equals", "Like"],
};

const CONDITION: Structure = Structure {
    name: "Condition",
    fields: &[
        Field::new("Verb", Type::Enumeration(&VERB)),
        Field::new("VerbData", Type::String),
    ],
    is_reference: false,
};

const CONTROL: Structure = Structure {
    name: "Control",
    fields: &[
        Field::new("First", Type::Structure(&CONDITION)),
        Field::new("Second", Type::Structure(&CONDITION)),
    ],
    is_reference: true,
};

const MESSAGE: Structure = Structure {
    name: "Message",
    fields: &[
        Field::new("Code", Type::Short),
        Field::new("Cost", Type::Decimal),
    ],
    is_reference: true,
};

const MESSAGES: Array = Array {
    name: "ArrayOfMessage",
    item: "Message",
    of: &MESSAGE,
    nillable: true,
};

const CONTRACT: Contract = Contract {
    name: "InterFax",
    namespace: "http://www.interfax.cc",
    operations: &[
        Operation {
            name: "Query",
            about: "Finds.",
            parameters: &[
                Parameter::new("Form", Type::Structure(&CONDITION)),
                Parameter::new("Control", Type::Structure(&CONTROL)),
                Parameter::by_ref("Total", Type::Int),
            ],
            result: Type::Array(&MESSAGES),
        },
        Operation {
            name: "Messages",
            about: "Lists.",
            parameters: &[],
            result: Type::Array(&MESSAGES),
        },
        Operation {
            name: "Explain",
            about: "Explains.",
            parameters: &[Parameter::new("Code", Type::Int)],
            result: Type::String,
        },
    ],
};

const FACTS: &str = "\
element ArrayOfMessage: ArrayOfMessage nillable
element string: string nillable
type {http://www.interfax.cc}Condition: Verb Verb 1..1, VerbData string 0..1
type {http://www.interfax.cc}Verb: string, one of Equals Like
type {http://www.interfax.cc}Control: First Condition 1..1, Second Condition 1..1
type {http://www.interfax.cc}ArrayOfMessage: Message Message 0..unbounded nillable
type {http://www.interfax.cc}Message: Code short 1..1, Cost decimal 1..1";

/// The types of that table, as the vendor's tools describe such.
const DESCRIPTION: &str = r#"<wsdl:definitions xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:tns="http://www.interfax.cc" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" targetNamespace="http://www.interfax.cc">
  <wsdl:types>
    <s:schema elementFormDefault="qualified" targetNamespace="http://www.interfax.cc">
      <s:element name="Query"><s:complexType><s:sequence>
        <s:element minOccurs="1" maxOccurs="1" name="Form" type="tns:Condition"/>
        <s:element minOccurs="0" maxOccurs="1" name="Control" type="tns:Control"/>
        <s:element minOccurs="1" maxOccurs="1" name="Total" type="s:int"/>
      </s:sequence></s:complexType></s:element>
      <s:complexType name="Condition"><s:sequence>
        <s:element minOccurs="1" maxOccurs="1" name="Verb" type="tns:Verb"/>
        <s:element minOccurs="0" maxOccurs="1" name="VerbData" type="s:string"/>
      </s:sequence></s:complexType>
      <s:simpleType name="Verb"><s:restriction base="s:string">
        <s:enumeration value="Equals"/><s:enumeration value="Like"/>
      </s:restriction></s:simpleType>
      <s:complexType name="Control"><s:sequence>
        <s:element minOccurs="1" maxOccurs="1" name="First" type="tns:Condition"/>
        <s:element minOccurs="1" maxOccurs="1" name="Second" type="tns:Condition"/>
      </s:sequence></s:complexType>
      <s:element name="QueryResponse"><s:complexType><s:sequence>
        <s:element minOccurs="0" maxOccurs="1" name="QueryResult" type="tns:ArrayOfMessage"/>
        <s:element minOccurs="1" maxOccurs="1" name="Total" type="s:int"/>
      </s:sequence></s:complexType></s:element>
      <s:complexType name="ArrayOfMessage"><s:sequence>
        <s:element minOccurs="0" maxOccurs="unbounded" name="Message" nillable="true" type="tns:Message"/>
      </s:sequence></s:complexType>
      <s:complexType name="Message"><s:sequence>
        <s:element minOccurs="1" maxOccurs="1" name="Code" type="s:short"/>
        <s:element minOccurs="1" maxOccurs="1" name="Cost" type="s:decimal"/>
      </s:sequence></s:complexType>
      <s:element name="Messages"><s:complexType/></s:element>
      <s:element name="MessagesResponse"><s:complexType><s:sequence>
        <s:element minOccurs="0" maxOccurs="1" name="MessagesResult" type="tns:ArrayOfMessage"/>
      </s:sequence></s:complexType></s:element>
      <s:element name="Explain"><s:complexType><s:sequence>
        <s:element minOccurs="1" maxOccurs="1" name="Code" type="s:int"/>
      </s:sequence></s:complexType></s:element>
      <s:element name="ExplainResponse"><s:complexType><s:sequence>
        <s:element minOccurs="0" maxOccurs="1" name="ExplainResult" type="s:string"/>
      </s:sequence></s:complexType></s:element>
      <s:element name="ArrayOfMessage" nillable="true" type="tns:ArrayOfMessage"/>
      <s:element name="string" nillable="true" type="s:string"/>
    </s:schema>
  </wsdl:types>
  <wsdl:service name="InterFax"/>
</wsdl:definitions>"#;

fn about_types(lines: &[String]) -> String {
    let told = |line: &&String| line.starts_with("element ") || line.starts_with("type ");
    let told: Vec<&str> = lines.iter().filter(told).map(String::as_str).collect();
    told.join("\n")
}

fn about_parameters(lines: &[String]) -> Vec<&String> {
    let told = |line: &&String| {
        ["operation ", "  takes ", "  gives "]
            .iter()
            .any(|it| line.starts_with(it))
    };
    lines.iter().filter(told).collect()
}

#[test]
fn a_description_and_a_table_tell_them_alike() {
    let described = described::facts(DESCRIPTION);
    let dispatched = dispatched::facts(&CONTRACT);
    assert_eq!(about_types(&described), FACTS);
    assert_eq!(about_types(&dispatched), FACTS);
    assert_eq!(about_parameters(&described), about_parameters(&dispatched));
    assert!(about_parameters(&dispatched).len() > 8);
}

#[test]
fn what_is_told_differently_is_seen() {
    for (from, to) in [
        (
            " nillable=\"true\" type=\"tns:Message\"",
            " type=\"tns:Message\"",
        ),
        ("<s:enumeration value=\"Like\"/>", ""),
        ("name=\"string\" nillable=\"true\"", "name=\"string\""),
        (
            "name=\"First\" type=\"tns:Condition\"",
            "name=\"First\" type=\"tns:Control\"",
        ),
    ] {
        let other = DESCRIPTION.replace(from, to);
        assert_ne!(other, DESCRIPTION);
        assert_ne!(about_types(&described::facts(&other)), FACTS, "{from}");
    }
}

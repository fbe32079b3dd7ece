//! A service description in the lines of `facts.txt`.

use roxmltree::{Document, Node};

const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";
const SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
const SOAP_12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
const HTTP: &str = "http://schemas.xmlsoap.org/wsdl/http/";
const MIME: &str = "http://schemas.xmlsoap.org/wsdl/mime/";

/// What `description` says.
pub fn facts(description: &str) -> Vec<String> {
    let document = Document::parse(description).expect("well-formed XML");
    let wsdl = Wsdl(document.root_element());
    let mut lines = wsdl.service();
    for operation in wsdl.operations() {
        lines.extend(wsdl.operation(operation));
    }
    lines
}

struct Wsdl<'a>(Node<'a, 'a>);

impl<'a> Wsdl<'a> {
    /// Service, ports, and the types beside the operations' own.
    fn service(&self) -> Vec<String> {
        let service = child(self.0, WSDL, "service");
        let mut lines = vec![format!(
            "service {} in {}",
            attribute(service, "name"),
            attribute(self.0, "targetNamespace")
        )];
        for port in children(service, WSDL, "port") {
            let binding = self.find("binding", local(port, "binding"));
            assert_eq!(attribute(port, "name"), attribute(binding, "name"));
            lines.push(format!(
                "port {}: {}",
                attribute(port, "name"),
                self.transport(binding)
            ));
            let offered = self.find("portType", local(binding, "type"));
            let offered = offered_by(offered);
            assert_eq!(offered, offered_by(binding), "port type and binding");
            lines.push(format!("  offers {}", offered.join(", ")));
        }
        for element in children(self.schemas()[0], SCHEMA, "element") {
            if element.has_attribute("type") {
                lines.push(format!(
                    "element {}: {}{}",
                    attribute(element, "name"),
                    local(element, "type"),
                    nillable(element)
                ));
            }
        }
        for schema in self.schemas() {
            for kind in schema.children().filter(|it| it.has_attribute("name")) {
                let namespace = attribute(schema, "targetNamespace");
                let members = match kind.tag_name().name() {
                    "complexType" => members(kind).join(", "),
                    "simpleType" => words(kind),
                    _ => continue,
                };
                lines.push(format!(
                    "type {{{namespace}}}{}: {members}",
                    attribute(kind, "name")
                ));
            }
        }
        lines
    }

    fn transport(&self, binding: Node<'a, 'a>) -> String {
        let form = attribute(self.schemas()[0], "elementFormDefault");
        for (namespace, version) in [(SOAP, "1.1"), (SOAP_12, "1.2")] {
            if let Some(soap) = children(binding, namespace, "binding").next() {
                let transport = attribute(soap, "transport");
                return format!("SOAP {version} over {transport}, {form} elements");
            }
        }
        format!(
            "HTTP {}",
            attribute(child(binding, HTTP, "binding"), "verb")
        )
    }

    /// The names of the operations, in the order of their elements.
    fn operations(&self) -> Vec<&'a str> {
        let elements = children(self.schemas()[0], SCHEMA, "element");
        let wrappers = elements.filter(|element| !element.has_attribute("type"));
        let names = wrappers.map(|element| attribute(element, "name"));
        names.filter(|name| !name.ends_with("Response")).collect()
    }

    fn operation(&self, name: &str) -> Vec<String> {
        let mut lines = vec![format!("operation {name}")];
        for (verb, element) in [
            ("takes", name.to_owned()),
            ("gives", format!("{name}Response")),
        ] {
            let wrapper = children(self.schemas()[0], SCHEMA, "element")
                .find(|found| attribute(*found, "name") == element)
                .unwrap_or_else(|| panic!("no element {element}"));
            let kind = child(wrapper, SCHEMA, "complexType");
            lines.extend(
                members(kind)
                    .iter()
                    .map(|member| format!("  {verb} {member}")),
            );
        }
        for binding in children(self.0, WSDL, "binding") {
            let port_type = self.find("portType", local(binding, "type"));
            let [offered, bound] = [port_type, binding].map(|node| {
                children(node, WSDL, "operation").find(|found| attribute(*found, "name") == name)
            });
            assert_eq!(
                offered.is_some(),
                bound.is_some(),
                "{name} is in port type and binding"
            );
            if let (Some(offered), Some(bound)) = (offered, bound) {
                let port = attribute(binding, "name");
                let [takes, gives] = ["input", "output"].map(|direction| {
                    self.message(local(child(offered, WSDL, direction), "message"))
                });
                lines.push(format!("  {port}: {takes} -> {gives}, {}", wire(bound)));
            }
        }
        lines
    }

    fn message(&self, name: &str) -> String {
        let parts = children(self.find("message", name), WSDL, "part").map(|part| {
            let name = attribute(part, "name");
            if part.has_attribute("element") {
                format!("{name}={}", local(part, "element"))
            } else {
                format!("{name} {}", local(part, "type"))
            }
        });
        format!("{name}({})", parts.collect::<Vec<_>>().join(", "))
    }

    fn schemas(&self) -> Vec<Node<'a, 'a>> {
        children(child(self.0, WSDL, "types"), SCHEMA, "schema").collect()
    }

    fn find(&self, kind: &'a str, name: &str) -> Node<'a, 'a> {
        children(self.0, WSDL, kind)
            .find(|node| attribute(*node, "name") == name)
            .unwrap_or_else(|| panic!("no {kind} {name}"))
    }
}

/// The operations of a port type or of a binding.
fn offered_by<'a>(node: Node<'a, 'a>) -> Vec<&'a str> {
    children(node, WSDL, "operation")
        .map(|operation| attribute(operation, "name"))
        .collect()
}

/// How an operation of a binding goes over the wire.
fn wire(operation: Node<'_, '_>) -> String {
    let directions = ["input", "output"].map(|direction| {
        let body = child(operation, WSDL, direction)
            .first_element_child()
            .expect("a form");
        let uri = body.tag_name().namespace().expect("a namespace");
        match (uri, body.tag_name().name()) {
            (SOAP | SOAP_12, "body") => attribute(body, "use").to_owned(),
            (HTTP, "urlEncoded") => "urlEncoded".to_owned(),
            (MIME, "content") => format!("content {}", attribute(body, "type")),
            (MIME, "mimeXml") => format!("mimeXml {}", attribute(body, "part")),
            other => panic!("{other:?}"),
        }
    });
    let [takes, gives] = directions;
    let head = operation
        .first_element_child()
        .expect("an operation of the binding");
    if head.tag_name().namespace() == Some(HTTP) {
        return format!(
            "location {}, {takes} -> {gives}",
            attribute(head, "location")
        );
    }
    let [action, style] = ["soapAction", "style"].map(|name| attribute(head, name));
    format!("action {action}, {style} {takes} -> {gives}")
}

/// The elements of a sequence: name, type, how often, and whether they may be nil.
fn members(kind: Node<'_, '_>) -> Vec<String> {
    // The original writes a type without members without a sequence.
    let sequences = children(kind, SCHEMA, "sequence");
    let elements = sequences.flat_map(|sequence| children(sequence, SCHEMA, "element"));
    let elements = elements.map(|element| {
        let [least, most] =
            ["minOccurs", "maxOccurs"].map(|name| element.attribute(name).unwrap_or("1"));
        format!(
            "{} {} {least}..{most}{}",
            attribute(element, "name"),
            local(element, "type"),
            nillable(element)
        )
    });
    elements.collect()
}

/// The words of an enumeration.
fn words(kind: Node<'_, '_>) -> String {
    let restriction = child(kind, SCHEMA, "restriction");
    let words = children(restriction, SCHEMA, "enumeration");
    let words: Vec<&str> = words.map(|word| attribute(word, "value")).collect();
    let base = local(restriction, "base");
    format!("{base}, one of {}", words.join(" "))
}

/// What the facts say of an element that may be nil.
fn nillable(element: Node<'_, '_>) -> &'static str {
    match element.attribute("nillable") {
        Some("true") => " nillable",
        Some("false") | None => "",
        Some(other) => panic!("nillable={other}"),
    }
}

fn children<'a>(
    node: Node<'a, 'a>,
    namespace: &'static str,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children()
        .filter(move |child| child.has_tag_name((namespace, name)))
}

fn child<'a>(node: Node<'a, 'a>, namespace: &'static str, name: &'a str) -> Node<'a, 'a> {
    children(node, namespace, name)
        .next()
        .unwrap_or_else(|| panic!("no {name} in {}", node.tag_name().name()))
}

fn attribute<'a>(node: Node<'a, 'a>, name: &str) -> &'a str {
    node.attribute(name)
        .unwrap_or_else(|| panic!("no {name} at {}", node.tag_name().name()))
}

/// The name that an attribute refers to, without its prefix, which must be one of those that every
/// tool knows how to look up.
fn local<'a>(node: Node<'a, 'a>, name: &str) -> &'a str {
    let (prefix, local) = attribute(node, name).split_once(':').expect("a prefix");
    let namespace = node
        .lookup_namespace_uri(Some(prefix))
        .expect("a declared prefix");
    let expected = match (name, local) {
        ("type", "StringArray") => "http://www.interfax.cc/AbstractTypes",
        ("type" | "base", _) if namespace == SCHEMA => SCHEMA,
        _ => "http://www.interfax.cc",
    };
    assert_eq!(namespace, expected, "{name}={prefix}:{local}");
    local
}

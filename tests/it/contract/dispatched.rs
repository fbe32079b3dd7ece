//! The table of operations in the lines of `facts.txt`.

use chunkgate::soap::{Contract, Operation, Type};

/// Name, and what the facts say of each port.
const SOAP_PORTS: [(&str, &str); 2] =
    [("InterFaxSoap", "SOAP 1.1"), ("InterFaxSoap12", "SOAP 1.2")];
const FORM_PORTS: [(&str, &str, &str); 2] = [
    ("InterFaxHttpGet", "GET", "urlEncoded"),
    (
        "InterFaxHttpPost",
        "POST",
        "content application/x-www-form-urlencoded",
    ),
];

/// What `contract` says, as far as it does, and what follows from it.
pub fn facts(contract: &Contract) -> Vec<String> {
    let mut lines = vec![format!(
        "service {} in {}",
        contract.name, contract.namespace
    )];
    let all: Vec<&Operation> = contract.operations.iter().collect();
    for (port, version) in SOAP_PORTS {
        lines.push(format!(
            "port {port}: {version} over http://schemas.xmlsoap.org/soap/http, qualified elements"
        ));
        lines.push(offers(&all));
    }
    let forms: Vec<&Operation> = all
        .into_iter()
        .filter(|operation| operation.has_form())
        .collect();
    for (port, verb, _) in FORM_PORTS {
        lines.push(format!("port {port}: HTTP {verb}"));
        lines.push(offers(&forms));
    }
    lines.extend(form_answers(&forms));
    lines.extend(own_types(contract));
    let has_bytes = |operation: &&Operation| {
        operation
            .parameters
            .iter()
            .any(|parameter| parameter.kind == Type::Base64Binary)
    };
    if forms.iter().any(has_bytes) {
        lines.push(format!(
            "type {{{}/AbstractTypes}}StringArray: String string 0..unbounded",
            contract.namespace
        ));
    }
    for operation in contract.operations {
        lines.extend(operation_facts(contract, operation));
    }
    lines
}

/// The element of a form's answer, for each type of result.
fn form_answers(forms: &[&Operation]) -> Vec<String> {
    let mut lines = Vec::new();
    for result in forms.iter().map(|operation| operation.result) {
        // Whatever may be missing is then nil.
        let nillable = if result.is_optional() {
            " nillable"
        } else {
            ""
        };
        let line = format!("element {0}: {0}{nillable}", result.name());
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// The service's own types, each behind the first that needs it.
fn own_types(contract: &Contract) -> Vec<String> {
    let mut lines = Vec::new();
    for operation in contract.operations {
        for parameter in operation.parameters {
            own_type(contract, parameter.kind, &mut lines);
        }
        own_type(contract, operation.result, &mut lines);
    }
    lines
}

fn own_type(contract: &Contract, kind: Type, lines: &mut Vec<String>) {
    let inner: Vec<Type> = match kind {
        Type::Structure(it) => it.fields.iter().map(|field| field.kind).collect(),
        Type::Array(it) => vec![Type::Structure(it.of)],
        _ => Vec::new(),
    };
    let content = match kind {
        Type::Enumeration(it) => format!("string, one of {}", it.values.join(" ")),
        Type::Structure(it) => {
            let fields = it.fields.iter();
            let fields = fields.map(|field| format!("{} {}", field.name, occurrence(field.kind)));
            fields.collect::<Vec<_>>().join(", ")
        }
        Type::Array(it) => {
            let nillable = if it.nillable { " nillable" } else { "" };
            format!("{} {} 0..unbounded{nillable}", it.item, it.of.name)
        }
        _ => return,
    };
    let line = format!("type {{{}}}{}: {content}", contract.namespace, kind.name());
    if !lines.contains(&line) {
        lines.push(line);
        for kind in inner {
            own_type(contract, kind, lines);
        }
    }
}

fn offers(operations: &[&Operation]) -> String {
    let names: Vec<&str> = operations.iter().map(|operation| operation.name).collect();
    format!("  offers {}", names.join(", "))
}

fn operation_facts(contract: &Contract, operation: &Operation) -> Vec<String> {
    let name = operation.name;
    let mut lines = vec![format!("operation {name}")];
    for parameter in operation.parameters {
        lines.push(format!(
            "  takes {} {}",
            parameter.name,
            occurrence(parameter.kind)
        ));
    }
    lines.push(format!(
        "  gives {name}Result {}",
        occurrence(operation.result)
    ));
    for parameter in operation
        .parameters
        .iter()
        .filter(|parameter| parameter.by_ref)
    {
        lines.push(format!(
            "  gives {} {}",
            parameter.name,
            occurrence(parameter.kind)
        ));
    }
    for (port, _) in SOAP_PORTS {
        lines.push(format!(
            "  {port}: {name}SoapIn(parameters={name}) -> {name}SoapOut(parameters={name}Response), \
             action {}/{name}, document literal -> literal",
            contract.namespace
        ));
    }
    if operation.has_form() {
        for (port, _, encoding) in FORM_PORTS {
            let binding = port
                .strip_prefix(contract.name)
                .expect("named after the service");
            let fields = operation.parameters.iter().map(|parameter| {
                let kind = if parameter.kind == Type::Base64Binary {
                    "StringArray"
                } else {
                    "string"
                };
                format!("{} {kind}", parameter.name)
            });
            lines.push(format!(
                "  {port}: {name}{binding}In({}) -> {name}{binding}Out(Body={}), \
                 location /{name}, {encoding} -> mimeXml Body",
                fields.collect::<Vec<_>>().join(", "),
                operation.result.name()
            ));
        }
    }
    lines
}

fn occurrence(kind: Type) -> String {
    let least = u8::from(!kind.is_optional());
    format!("{} {least}..1", kind.name())
}

//! The messages of an operation: what is sent, and what comes back.
//!
//! Requests are shown to the byte, with line feeds as line ends, which servers understand; their
//! Content-Length is that of what is shown. SOAP answers come on one line; they are shown broken, with
//! the Content-Length of that one line.
//!
//! Deviation: the original shows the names of types for values and the word `length`, which do not
//! work when they are pasted (`help::samples`).

use form_urlencoded::byte_serialize;

use super::{Help, sample::Sample};
use crate::{
    soap::{FORM_MEDIA_TYPE, Operation, Parameter, Structure, Type, Version},
    xml::escape,
};

/// A request and its answer.
pub struct Exchange {
    /// Part of the page's anchors: `soap11`.
    pub id: &'static str,
    /// The name of the binding, for people.
    pub title: &'static str,
    pub request: Sample,
    pub response: Sample,
    /// The same request as a command.
    pub command: Sample,
}

/// Every way to call an operation.
pub fn exchanges(help: &Help<'_>, operation: &Operation) -> Vec<Exchange> {
    let mut exchanges = vec![
        soap(help, operation, Version::V11),
        soap(help, operation, Version::V12),
    ];
    if operation.has_form() {
        if help.http_get {
            exchanges.push(http_get(help, operation));
        }
        exchanges.push(http_post(help, operation));
    }
    exchanges
}

fn soap(help: &Help<'_>, operation: &Operation, version: Version) -> Exchange {
    let (authority, path) = help.authority_and_path();
    let namespace = help.contract.namespace;
    let action = help.action(operation);
    let headers = match version {
        Version::V11 => vec![
            ("Content-Type", version.content_type().to_owned()),
            ("SOAPAction", format!("\"{action}\"")),
        ],
        Version::V12 => vec![(
            "Content-Type",
            format!("{}; action=\"{action}\"", version.content_type()),
        )],
    };
    let wrapper = |name: &str, elements: Vec<Line>| {
        let begin = Sample::new(format!("<{name} xmlns=\"{namespace}\">"));
        envelope(version, around(begin, name, elements))
    };
    let sent = operation.parameters.iter().map(|parameter| {
        let only_comes_back = parameter.by_ref && parameter.kind.is_optional();
        // Clients send it empty.
        let example = if only_comes_back {
            ""
        } else {
            parameter.example
        };
        element(parameter.name, parameter.kind, example)
    });
    let body = wrapper(operation.name, sent.flatten().collect()).broken();

    let result = format!("{}Result", operation.name);
    let result = element(&result, operation.result, help.sample_result(operation));
    let refs = operation.parameters.iter().filter(|it| it.by_ref);
    let refs = refs.flat_map(|it| element(it.name, it.kind, it.example));
    let answer = format!("{}Response", operation.name);
    let answer = wrapper(&answer, result.into_iter().chain(refs).collect());

    let command = headers
        .iter()
        .fold(Sample::new("curl -sS"), |command, (name, value)| {
            command.text(format!(" \\\n  -H {}", quoted(&format!("{name}: {value}"))))
        });
    let command = command
        .text(format!(
            " \\\n  --data-binary @- {} <<'END'\n",
            quoted(help.address)
        ))
        .then(body.clone())
        .text("\nEND");
    let (id, title) = match version {
        Version::V11 => ("soap11", "SOAP 1.1"),
        Version::V12 => ("soap12", "SOAP 1.2"),
    };
    Exchange {
        id,
        title,
        request: request(&format!("POST {path} HTTP/1.1"), authority, &headers, body),
        response: response(
            version.content_type(),
            answer.on_one_line().len(),
            answer.broken(),
        ),
        command,
    }
}

fn http_get(help: &Help<'_>, operation: &Operation) -> Exchange {
    let (authority, path) = help.authority_and_path();
    let mut target = Sample::new(format!("GET {path}/{}", operation.name));
    if !operation.parameters.is_empty() {
        target = target.text("?").then(urlencoded(operation));
    }
    let fields = fields_of_command(operation);
    Exchange {
        id: "get",
        title: "HTTP GET",
        request: target.text(format!(" HTTP/1.1\nHost: {authority}\n\n")),
        response: form_response(help, operation),
        command: Sample::new("curl -sS -G").then(fields).text(format!(
            " \\\n  {}",
            quoted(&format!("{}/{}", help.address, operation.name))
        )),
    }
}

fn http_post(help: &Help<'_>, operation: &Operation) -> Exchange {
    let (authority, path) = help.authority_and_path();
    let form = ("Content-Type", FORM_MEDIA_TYPE.to_owned());
    let body = urlencoded(operation);
    // Without fields `curl` has to be told that this is a POST.
    let method = if operation.parameters.is_empty() {
        " -d ''"
    } else {
        ""
    };
    Exchange {
        id: "post",
        title: "HTTP POST",
        request: request(
            &format!("POST {path}/{} HTTP/1.1", operation.name),
            authority,
            &[form],
            body,
        ),
        response: form_response(help, operation),
        command: Sample::new(format!("curl -sS{method}"))
            .then(fields_of_command(operation))
            .text(format!(
                " \\\n  {}",
                quoted(&format!("{}/{}", help.address, operation.name))
            )),
    }
}

fn request(line: &str, authority: &str, headers: &[(&str, String)], body: Sample) -> Sample {
    let length = ("Content-Length", body.len().to_string());
    let headers = headers.iter().chain([&length]);
    let headers: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let head = format!("{line}\nHost: {authority}\n{}\n\n", headers.join("\n"));
    Sample::new(head).then(body)
}

fn response(content_type: &str, length: usize, body: Sample) -> Sample {
    Sample::new(format!(
        "HTTP/1.1 200 OK\nContent-Type: {content_type}\nContent-Length: {length}\n\n"
    ))
    .then(body)
}

fn form_response(help: &Help<'_>, operation: &Operation) -> Sample {
    let kind = operation.result;
    let namespaces = if kind.is_primitive() { "" } else { XML_SCHEMA };
    let name = kind.name();
    let begin = Sample::new(format!(
        "<{name}{namespaces} xmlns=\"{}\">",
        help.contract.namespace
    ));
    let mut lines = value(begin, name, kind, help.sample_result(operation));
    lines.insert(0, (0, Sample::new(DECLARATION)));
    let body = Document(lines).broken();
    // Each line ends with a carriage return, too.
    let length = body.len() + body.line_ends();
    response("text/xml; charset=utf-8", length, body)
}

/// The fields of a form, encoded.
fn urlencoded(operation: &Operation) -> Sample {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let fields = operation.parameters.iter().map(|parameter| {
        Sample::new(format!("{}=", encoded(parameter.name))).value(encoded(parameter.example))
    });
    Sample::join(fields, "&")
}

/// The fields of a form as arguments of `curl`, which encodes them.
fn fields_of_command(operation: &Operation) -> Sample {
    let field = |parameter: &Parameter| {
        // Examples are ours: none has a quote.
        Sample::new(format!(" \\\n  --data-urlencode '{}=", parameter.name))
            .value(parameter.example)
            .text("'")
    };
    Sample::join(operation.parameters.iter().map(field), "")
}

const DECLARATION: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;
const XML_SCHEMA: &str = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                          xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";

/// How deep a line is, and the line.
type Line = (usize, Sample);

/// A document, line by line.
struct Document(Vec<Line>);

fn envelope(version: Version, content: Vec<Line>) -> Document {
    let begin = format!(
        "<soap:Envelope xmlns:soap=\"{}\"{XML_SCHEMA}>",
        version.envelope()
    );
    let body = around(Sample::new("<soap:Body>"), "soap:Body", content);
    let mut lines = around(Sample::new(begin), "soap:Envelope", body);
    lines.insert(0, (0, Sample::new(DECLARATION)));
    Document(lines)
}

/// An element with an example in it, or with an example in each of its fields.
fn element(name: &str, kind: Type, example: &str) -> Vec<Line> {
    value(Sample::new(format!("<{name}>")), name, kind, example)
}

fn value(begin: Sample, name: &str, kind: Type, example: &str) -> Vec<Line> {
    match kind {
        Type::Structure(it) => around(begin, name, in_fields(it)),
        Type::Array(it) => {
            let item = Sample::new(format!("<{}>", it.item));
            around(begin, name, around(item, it.item, in_fields(it.of)))
        }
        Type::String
        | Type::Base64Binary
        | Type::Boolean
        | Type::Short
        | Type::Int
        | Type::Long
        | Type::Decimal
        | Type::DateTime
        | Type::Enumeration(_) => {
            let mut escaped = String::new();
            escape(example, &mut escaped);
            vec![(0, begin.value(escaped).text(format!("</{name}>")))]
        }
    }
}

fn in_fields(structure: &Structure) -> Vec<Line> {
    let fields = structure.fields.iter();
    let elements = fields.flat_map(|it| element(it.name, it.kind, it.example));
    elements.collect()
}

/// The begin tag, `content` one deeper, and the end tag.
fn around(begin: Sample, name: &str, content: Vec<Line>) -> Vec<Line> {
    let content = content.into_iter().map(|(depth, line)| (depth + 1, line));
    let mut lines = vec![(0, begin)];
    lines.extend(content);
    lines.push((0, Sample::new(format!("</{name}>"))));
    lines
}

impl Document {
    fn broken(&self) -> Sample {
        let lines = self.0.iter();
        let indented =
            lines.map(|(depth, line)| Sample::new("  ".repeat(*depth)).then(line.clone()));
        Sample::join(indented, "\n")
    }

    fn on_one_line(&self) -> Sample {
        Sample::join(self.0.iter().map(|(_, line)| line.clone()), "")
    }
}

/// An argument for the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

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
    soap::{FORM_MEDIA_TYPE, Operation, Parameter, Type, Version},
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
    let fields = operation.parameters.iter().map(|parameter| {
        let value = if parameter.by_ref && parameter.kind == Type::String {
            // It only comes back; clients send it empty.
            ""
        } else {
            parameter.example
        };
        (parameter.name.to_owned(), value)
    });
    let body = envelope(version, operation.name, namespace, fields).broken();

    let result = (
        format!("{}Result", operation.name),
        help.sample_result(operation),
    );
    let refs = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.by_ref);
    let refs = refs.map(|parameter| (parameter.name.to_owned(), parameter.example));
    let wrapper = format!("{}Response", operation.name);
    let answer = envelope(
        version,
        &wrapper,
        namespace,
        [result].into_iter().chain(refs),
    );

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
    let name = operation.result.name();
    let body = Sample::new(format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{name} xmlns=\"{}\">",
        help.contract.namespace
    ))
    .value(help.sample_result(operation))
    .text(format!("</{name}>"));
    // The line ends with a carriage return, too.
    let length = body.len() + 1;
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

/// An envelope, line by line.
struct Envelope(Vec<(usize, Sample)>);

fn envelope<'a>(
    version: Version,
    wrapper: &str,
    namespace: &str,
    fields: impl IntoIterator<Item = (String, &'a str)>,
) -> Envelope {
    let mut lines = vec![
        (0, Sample::new(r#"<?xml version="1.0" encoding="utf-8"?>"#)),
        (
            0,
            Sample::new(format!(
                "<soap:Envelope xmlns:soap=\"{}\" \
                 xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                 xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">",
                version.envelope()
            )),
        ),
        (1, Sample::new("<soap:Body>")),
        (2, Sample::new(format!("<{wrapper} xmlns=\"{namespace}\">"))),
    ];
    for (name, value) in fields {
        let mut escaped = String::new();
        escape(value, &mut escaped);
        let element = Sample::new(format!("<{name}>"));
        lines.push((3, element.value(escaped).text(format!("</{name}>"))));
    }
    lines.push((2, Sample::new(format!("</{wrapper}>"))));
    lines.push((1, Sample::new("</soap:Body>")));
    lines.push((0, Sample::new("</soap:Envelope>")));
    Envelope(lines)
}

impl Envelope {
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

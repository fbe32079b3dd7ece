//! What came of trying an operation.

use maud::{Markup, html};

use super::{Entered, Help, form::continuations};
use crate::soap::{Operation, Reply, Type, Value, Version};

/// What came of trying an operation.
#[derive(Debug)]
pub enum Trial {
    /// It ran.
    Ran(Reply),
    /// It did not run, in the words that a form's client gets.
    Refused(String),
}

impl Trial {
    /// What was entered, and in place of it what came back.
    ///
    /// Data that was taken is gone: the next piece of it is another one.
    pub(super) fn with_what_came_back(&self, mut entered: Entered) -> Entered {
        let Self::Ran(reply) = self else {
            return entered;
        };
        if !is_bad(reply) {
            entered.forget_data();
        }
        for (name, value) in reply.refs() {
            if let Some(text) = value.as_text() {
                entered.set(name, text);
            }
        }
        entered
    }
}

/// The result, what it means, and how to go on. Data in it is not read.
pub fn markup(help: &Help<'_>, operation: &Operation, entered: &Entered, trial: &Trial) -> Markup {
    html! {
        section #result {
            h2 { "Result" }
            @match trial {
                Trial::Refused(why) => p.outcome.bad { (why) },
                Trial::Ran(reply) => {
                    @let reply = &reply.shown();
                    (result(help, operation, reply))
                    (came_back(operation, reply))
                    @if !is_bad(reply) {
                        (continuations(help, operation, entered))
                    }
                    details {
                        summary { "The SOAP reply" }
                        pre.wrap #reply { (soap_reply(help, reply)) }
                    }
                }
            }
        }
    }
}

/// The name under which an operation that returns something else tells how it went, beside its
/// result or within it.
const RESULT_CODE: &str = "ResultCode";

/// Whether the operation failed.
fn is_bad(reply: &Reply) -> bool {
    has_bad_result(reply) || bad_code(reply).is_some()
}

fn has_bad_result(reply: &Reply) -> bool {
    let number = reply.result().and_then(Value::as_text);
    number.is_some_and(is_negative)
}

fn is_negative(number: &str) -> bool {
    number.starts_with('-')
}

/// The [`RESULT_CODE`], if it is that of a failure.
fn bad_code(reply: &Reply) -> Option<&str> {
    let refs = reply.refs().iter();
    let mut beside = refs.filter(|(name, _)| *name == RESULT_CODE);
    let within = || value_of(reply.result(), RESULT_CODE);
    let code = beside.next().map(|(_, value)| value).or_else(within);
    code.and_then(Value::as_text)
        .filter(|code| is_negative(code))
}

fn result(help: &Help<'_>, operation: &Operation, reply: &Reply) -> Markup {
    let code = bad_code(reply).filter(|_| !has_bad_result(reply));
    let meaning = |number| {
        let meaning = (help.guide.meaning)(operation, number);
        html! {
            @if let Some(meaning) = meaning { " " span #meaning { (meaning) } }
        }
    };
    html! {
        @if let Some(code) = code {
            p.outcome.bad { strong #code { (code) } (meaning(code)) }
        }
        @match reply.result() {
            None if code.is_some() => {}
            None => p.outcome.good { strong #value { "nothing" } },
            Some(Value::Text(text)) if code.is_some() => p { code #value { (text) } },
            Some(Value::Text(text)) => {
                @let is_bad = has_bad_result(reply);
                p.outcome.bad[is_bad].good[!is_bad] { strong #value { (text) } (meaning(text)) }
            }
            Some(value) => div #value .scroll { (inner(operation.result, value)) },
        }
    }
}

fn came_back(operation: &Operation, reply: &Reply) -> Markup {
    let kind = |name: &str| {
        let parameters = operation.parameters.iter();
        let mut named = parameters.filter(|parameter| parameter.name == name);
        named
            .next()
            .map_or(Type::String, |parameter| parameter.kind)
    };
    html! {
        @for (name, value) in reply.refs().iter().filter(|(_, it)| it.as_text() != Some("")) {
            dl.addresses {
                dt { (name) }
                dd { code id={ "ref-" (name) } { (inner(kind(name), value)) } }
            }
        }
    }
}

/// A value for people; a structure is a table of its fields, an array one of its items.
fn inner(kind: Type, value: &Value) -> Markup {
    html! {
        @match value {
            Value::Text(text) => (text),
            Value::Data(data) => { "(" (data.length()) " bytes)" }
            Value::Structure(fields) => table {
                tbody {
                    @for (name, value) in fields {
                        tr { th { (name) } td { (inner(kind_of(kind, name), value)) } }
                    }
                }
            },
            Value::Array { items, .. } if items.is_empty() => "none",
            Value::Array { items, .. } => table {
                thead {
                    tr {
                        @for field in kind.fields() { th { (field.name) } }
                    }
                }
                tbody {
                    @for item in items {
                        tr {
                            @for field in kind.fields() {
                                td { @if let Some(value) = value_of(item.as_ref(), field.name) {
                                    (inner(field.kind, value))
                                } }
                            }
                        }
                    }
                }
            },
        }
    }
}

/// The type of a field of a structure.
fn kind_of(structure: Type, name: &str) -> Type {
    let field = structure.fields().iter().find(|field| field.name == name);
    field.map_or(Type::String, |field| field.kind)
}

/// A field of a structure.
fn value_of<'v>(structure: Option<&'v Value>, name: &str) -> Option<&'v Value> {
    let Some(Value::Structure(fields)) = structure else {
        return None;
    };
    let field = fields.iter().find(|(known, _)| *known == name);
    field.map(|(_, value)| value)
}

fn soap_reply(help: &Help<'_>, reply: &Reply) -> String {
    let response = reply
        .shown()
        .into_response(Version::V11, help.contract.namespace);
    let body = response.body.in_memory().unwrap_or_default();
    String::from_utf8_lossy(&body).into_owned()
}

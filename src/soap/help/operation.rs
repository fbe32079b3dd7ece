//! The page of one operation.

use maud::{Markup, html};

use super::{
    Entered, Help, Page, Trial, form,
    page::document,
    result,
    samples::{Exchange, exchanges},
};
use crate::soap::{Operation, Parameter, Type};

/// What the operation takes and gives, and how to call it.
pub fn page(
    help: &Help<'_>,
    operation: &Operation,
    entered: &Entered,
    trial: Option<&Trial>,
) -> Page {
    let exchanges = exchanges(help, operation);
    let content = html! {
        p.back { "Click " a href="?" { "here" } " for a complete list of operations." }
        h1 { (operation.name) }
        p.about { (operation.about) }
        @if let Some(trial) = trial {
            (result::markup(help, operation, entered, trial))
        }
        (form::section(help, operation, entered))
        h2 { "Parameters" }
        (parameters(operation))
        h2 #samples { "Sample messages" }
        p {
            "Each works as it stands, if only to be refused. Replace the "
            mark { "marked" } " values with your own, and " code { "Content-Length" }
            " with the length of the body that results."
        }
        nav.jump {
            @for exchange in &exchanges {
                a href={ "#" (exchange.id) } { (exchange.title) }
            }
        }
        @for exchange in &exchanges {
            (sample_messages(exchange))
        }
    };
    let title = format!("{} – {} Web Service", operation.name, help.contract.name);
    document(help, &title, &content).holding(entered.place())
}

fn parameters(operation: &Operation) -> Markup {
    html! {
        div.scroll {
            table {
                thead {
                    tr { th { "Name" } th { "Type" } th { "Remark" } }
                }
                tbody {
                    @for parameter in operation.parameters {
                        tr {
                            td { code { (parameter.name) } }
                            td { code { (parameter.kind.name()) } }
                            td { (remark(parameter)) (words(parameter.kind)) }
                        }
                        (fields(parameter.name, parameter.kind))
                    }
                    tr.result {
                        td { code { (operation.name) "Result" } }
                        td { code { (operation.result.name()) } }
                        td { "the result" (words(operation.result)) }
                    }
                    (fields(&format!("{}Result", operation.name), operation.result))
                }
            }
        }
    }
}

fn remark(parameter: &Parameter) -> &'static str {
    match (parameter.by_ref, parameter.kind.is_optional()) {
        (true, true) => "optional in the schema; comes back with the result",
        (true, false) => "comes back with the result",
        (false, true) => "optional in the schema",
        (false, false) => "",
    }
}

/// The rows of what is in a structure, or in the items of an array.
fn fields(of: &str, kind: Type) -> Markup {
    let path = match kind {
        Type::Array(array) => format!("{of}/{}", array.item),
        _ => of.to_owned(),
    };
    html! {
        @for field in kind.fields() {
            @let name = format!("{path}/{}", field.name);
            tr {
                td { code { (name) } }
                td { code { (field.kind.name()) } }
                td {
                    @if field.kind.is_optional() { "optional in the schema" }
                    (words(field.kind))
                }
            }
            (fields(&name, field.kind))
        }
    }
}

/// The words of an enumeration.
fn words(kind: Type) -> Markup {
    html! {
        @if let Type::Enumeration(it) = kind { "one of " (it.values.join(", ")) }
    }
}

fn sample_messages(exchange: &Exchange) -> Markup {
    let Exchange { id, title, .. } = exchange;
    html! {
        section id=(id) {
            h3 { (title) }
            p {
                "The following is a sample " (title) " request and response."
                @if id.starts_with("soap") {
                    " The response comes on one line; it is broken here for reading."
                }
            }
            h4 { "Request" }
            pre tabindex="0" id={ (id) "-request" } { (exchange.request) }
            h4 { "Response" }
            pre tabindex="0" id={ (id) "-response" } { (exchange.response) }
            h4 { "The same with curl" }
            pre tabindex="0" id={ (id) "-curl" } { (exchange.command) }
        }
    }
}

//! The list of operations.

use maud::{Markup, html};

use super::{Help, Page, page::document};

/// The page on which everything begins.
pub fn page(help: &Help<'_>) -> Page {
    let content = html! {
        h1 { (help.contract.name) }
        p.about { (help.about) }
        p {
            "The following operations are supported. For a formal definition, please review the "
            a href="?wsdl" { "Service Description" } "."
        }
        (operations(help))
        (addresses(help))
        (codes(help))
    };
    document(
        help,
        &format!("{} Web Service", help.contract.name),
        &content,
    )
}

/// The page of an operation that does not exist.
pub fn not_found(help: &Help<'_>, name: &str) -> Page {
    let similar = help
        .contract
        .operations
        .iter()
        .find(|operation| operation.name.eq_ignore_ascii_case(name));
    let content = html! {
        h1 { "No such operation" }
        p.notice {
            "Method '" (name) "' was not found in service " (help.contract.name) "."
            @if let Some(operation) = similar {
                " Case matters: did you mean "
                a href={ "?op=" (operation.name) } { (operation.name) } "?"
            }
        }
        p { "The following operations are supported." }
        (operations(help))
    };
    document(
        help,
        &format!("{} Web Service", help.contract.name),
        &content,
    )
}

/// The page for a form that was not sent from one of these pages.
pub fn sent_from_elsewhere(help: &Help<'_>) -> Page {
    let content = html! {
        h1 { "Not from here" }
        p.notice {
            "This form was sent by a page of another site, so nothing was done. If that was you, go to the "
            a href="?" { "list of operations" } ", and begin there."
        }
    };
    document(help, "Refused", &content)
}

fn operations(help: &Help<'_>) -> Markup {
    html! {
        ul.operations {
            @for operation in help.contract.operations {
                li {
                    a href={ "?op=" (operation.name) } { (operation.name) }
                    p { (operation.about) }
                }
            }
        }
    }
}

fn addresses(help: &Help<'_>) -> Markup {
    html! {
        h2 { "Addresses" }
        dl.addresses {
            dt { "Service" }
            dd { code { (help.address) } }
            dt { "Description (WSDL)" }
            dd { a href="?wsdl" { code { (help.address) "?wsdl" } } }
            dt { "Discovery" }
            dd { a href="?disco" { code { (help.address) "?disco" } } }
            dt { "Namespace" }
            dd { code { (help.contract.namespace) } }
        }
    }
}

fn codes(help: &Help<'_>) -> Markup {
    html! {
        h2 #codes { "Result codes" }
        p { "A failed operation answers with a negative number, under HTTP status 200." }
        table {
            thead {
                tr { th { "Code" } th { "Meaning" } }
            }
            tbody {
                @for (code, meaning) in help.guide.codes {
                    tr { td { code { (code) } } td { (meaning) } }
                }
            }
        }
    }
}

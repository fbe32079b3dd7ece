//! The form to try an operation.

use maud::{Markup, html};

use super::{Entered, Help, TestForm};
use crate::soap::{Operation, Parameter, Type};

/// The form, filled in with what is known, or why there is none.
pub fn section(help: &Help<'_>, operation: &Operation, entered: &Entered) -> Markup {
    html! {
        section #test {
            h2 { "Test" }
            @match help.test_form {
                _ if !operation.has_test_form() => p.notice {
                    "The test form is only available for methods with primitive types as parameters."
                },
                TestForm::Shown => {
                    p {
                        "'Invoke' runs the operation on this gateway with these values, and shows its result "
                        "and the SOAP reply that a client would get."
                    }
                    (form(operation, entered))
                }
                TestForm::OnlyLocal => p.notice {
                    "The test form is only available for requests from the local machine."
                },
                TestForm::Off => p.notice { "The test form is switched off." },
            }
        }
    }
}

fn form(operation: &Operation, entered: &Entered) -> Markup {
    html! {
        form method="post" action={ "?op=" (operation.name) } {
            @for parameter in operation.parameters {
                div.field {
                    label for={ "field-" (parameter.name) } {
                        (parameter.name) " " small { (parameter.kind.name()) }
                    }
                    (field(parameter, entered.get(parameter.name).unwrap_or_default()))
                }
            }
            button type="submit" { "Invoke" }
        }
    }
}

fn field(parameter: &Parameter, value: &str) -> Markup {
    let name = parameter.name;
    let id = format!("field-{name}");
    html! {
        @match parameter.kind {
            Type::Base64Binary => {
                textarea.code id=(id) name=(name) rows="5" spellcheck="false"
                    placeholder={ "base64, as " (parameter.example) } { (value) }
            }
            Type::String if parameter.is_document => {
                textarea.code id=(id) name=(name) rows="5" spellcheck="false" autocapitalize="off" {
                    // A browser drops a line end that comes first.
                    "\n" (value)
                }
            }
            Type::Boolean => (choices(&id, name, &["false", "true"], value)),
            Type::Enumeration(it) => (choices(&id, name, it.values, value)),
            Type::String if parameter.is_secret => {
                input id=(id) name=(name) type="password" autocomplete="off";
            }
            Type::String => {
                input.code id=(id) name=(name) type="text" value=(value)
                    autocomplete="off" autocapitalize="off" spellcheck="false";
            }
            // The form is for operations without structures only.
            Type::Structure(_) | Type::Array(_) => {}
            Type::Short | Type::Int | Type::Long | Type::Decimal | Type::DateTime => {
                input.code id=(id) name=(name) type="text" autocomplete="off"
                    value=(if value.is_empty() { parameter.example } else { value });
            }
        }
    }
}

fn choices(id: &str, name: &str, choices: &[&str], chosen: &str) -> Markup {
    html! {
        select id=(id) name=(name) {
            @for choice in choices {
                option value=(choice) selected[*choice == chosen] { (choice) }
            }
        }
    }
}

/// Buttons that go on to the operations that may follow, with what is known, which travels in the request's body:
/// the name of a session has no place in an address, which is written to histories and logs.
pub fn continuations(help: &Help<'_>, operation: &Operation, entered: &Entered) -> Markup {
    let next = (help.guide.next)(operation).iter();
    let others = next.filter_map(|name| help.contract.operation(name));
    let known = |other: &'static Operation| {
        let taken = other.parameters.iter();
        let taken = taken.filter(|parameter| !parameter.by_ref);
        taken
            .filter_map(|parameter| {
                let value = entered.get(parameter.name)?;
                (parameter.kind == Type::String && !value.is_empty())
                    .then_some((parameter.name, value))
            })
            .collect::<Vec<_>>()
    };
    html! {
        div.continue {
            @for (other, values) in others.map(|other| (other, known(other))) {
                @if !values.is_empty() {
                    form method="post" action={ "?show&op=" (other.name) } {
                        @for (name, value) in values {
                            input type="hidden" name=(name) value=(value);
                        }
                        button.quiet type="submit" { (other.name) " →" }
                    }
                }
            }
        }
    }
}

//! What came of trying an operation.

use maud::{Markup, html};

use super::{Entered, Help, form::continuations};
use crate::soap::{Operation, Reply, Version};

/// What came of trying an operation.
#[derive(Clone, Debug)]
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
            entered.set(name, value);
        }
        entered
    }
}

/// The result, what it means, and how to go on.
pub fn markup(help: &Help<'_>, operation: &Operation, entered: &Entered, trial: &Trial) -> Markup {
    html! {
        section #result {
            h2 { "Result" }
            @match trial {
                Trial::Refused(why) => p.outcome.bad { (why) },
                Trial::Ran(reply) => {
                    (result(help, operation, reply))
                    (came_back(reply))
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

/// Whether the operation failed.
fn is_bad(reply: &Reply) -> bool {
    reply.result().is_some_and(|value| value.starts_with('-'))
}

fn result(help: &Help<'_>, operation: &Operation, reply: &Reply) -> Markup {
    let value = reply.result();
    let is_bad = is_bad(reply);
    let meaning = value.and_then(|value| (help.guide.meaning)(operation, value));
    html! {
        p.outcome.bad[is_bad].good[!is_bad] {
            strong #value { (value.unwrap_or("nothing")) }
            @if let Some(meaning) = meaning {
                " " span #meaning { (meaning) }
            }
        }
    }
}

fn came_back(reply: &Reply) -> Markup {
    html! {
        @for (name, value) in reply.refs().iter().filter(|(_, value)| !value.is_empty()) {
            dl.addresses {
                dt { (name) }
                dd { code id={ "ref-" (name) } { (value) } }
            }
        }
    }
}

fn soap_reply(help: &Help<'_>, reply: &Reply) -> String {
    let response = reply
        .clone()
        .into_response(Version::V11, help.contract.namespace);
    String::from_utf8_lossy(&response.body).into_owned()
}

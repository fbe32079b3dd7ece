//! The help page: what the service offers, for people with a browser.
//!
//! As ASMX had it: a list of the operations, and a page for each with sample messages and a form
//! to try it. It works without JavaScript, and nothing on it comes from elsewhere.
//!
//! - `index`, `operation`: the pages
//! - `samples`: the messages on a page, which work when pasted; `sample`: a text with marked values
//! - `form`: trying an operation; `entered`: what is shown again; `result`: what came of it
//! - `page`: what all pages share, and the headers that keep a browser to it

mod entered;
mod form;
mod index;
mod operation;
mod page;
mod result;
mod sample;
mod samples;

use super::{Contract, Operation};

pub use entered::{Entered, Recorder};
pub use page::{Page, content_security_policy};
pub use result::Trial;

/// Whether operations can be tried on their pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestForm {
    /// Yes.
    Shown,
    /// By clients on the gateway's own machine, of which this is none.
    OnlyLocal,
    /// By nobody.
    Off,
}

/// The help page of one service, for one client.
#[derive(Clone, Copy, Debug)]
pub struct Help<'a> {
    /// What is described.
    pub contract: &'static Contract,
    /// What the service is for, in one sentence.
    pub about: &'static str,
    /// The address under which the client reaches the service.
    pub address: &'a str,
    /// Whether operations can be called with GET.
    pub http_get: bool,
    /// Whether the client may try operations.
    pub test_form: TestForm,
    /// What the contract does not say.
    pub guide: &'static Guide,
}

/// What a front end knows of its operations beyond their contract.
#[derive(Clone, Copy, Debug)]
pub struct Guide {
    /// What the result of an operation means, in one sentence; or its `ResultCode`, beside the
    /// result or in it, if that is negative.
    pub meaning: fn(&Operation, &str) -> Option<String>,
    /// The result of an operation called with its examples, where its type's example will not do.
    pub sample_result: fn(&Operation) -> Option<&'static str>,
    /// The names of the operations that may follow one that succeeded.
    pub next: fn(&Operation) -> &'static [&'static str],
    /// Numbers that are results, with their meanings.
    pub codes: &'static [(i32, &'static str)],
}

impl Help<'_> {
    /// The list of operations.
    pub fn index(&self) -> Page {
        index::page(self)
    }

    /// The page of the operation of that name, or one that says that there is none.
    pub fn operation(&self, name: &str) -> Page {
        match self.contract.operation(name) {
            Some(operation) => operation::page(self, operation, &Entered::default(), None),
            None => index::not_found(self, name),
        }
    }

    /// The page of an operation whose form is filled in.
    pub fn filled(&self, operation: &'static Operation, entered: &Entered) -> Page {
        operation::page(self, operation, entered, None)
    }

    /// The page of an operation that was tried, with its form as it was filled in.
    pub fn result(&self, operation: &'static Operation, entered: Entered, trial: &Trial) -> Page {
        let entered = trial.with_what_came_back(entered);
        operation::page(self, operation, &entered, Some(trial))
    }

    /// The page for a form that another site's page sent.
    pub fn sent_from_elsewhere(&self) -> Page {
        index::sent_from_elsewhere(self)
    }

    /// What an operation called with its examples answers.
    fn sample_result(&self, operation: &Operation) -> &'static str {
        let special = (self.guide.sample_result)(operation);
        special.unwrap_or(operation.result.example())
    }

    /// The SOAP action of an operation.
    fn action(&self, operation: &Operation) -> String {
        format!("{}/{}", self.contract.namespace, operation.name)
    }

    /// The address in two: authority and path.
    fn authority_and_path(&self) -> (&str, &str) {
        let rest = self
            .address
            .split_once("://")
            .map_or(self.address, |(_, rest)| rest);
        let slash = rest.find('/').unwrap_or(rest.len());
        rest.split_at(slash)
    }
}

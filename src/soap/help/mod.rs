//! The help page: what the service offers, for people with a browser.
//!
//! As ASMX had it: a list of the operations, and a page for each with sample messages and a form
//! to try it. It works without JavaScript, and nothing on it comes from elsewhere.
//!
//! - `index`, `operation`: the pages
//! - `samples`: the messages on a page, which work when pasted; `sample`: a text with marked values
//! - `page`: what all pages share, and the headers that keep a browser to it

mod index;
mod operation;
mod page;
mod sample;
mod samples;

use super::{Contract, Operation};

pub use page::{Page, content_security_policy};

/// The help page of one service, for one client.
#[derive(Clone, Copy, Debug)]
pub struct Help<'a> {
    /// What is described.
    pub contract: &'static Contract,
    /// What the service is for, in one sentence.
    pub about: &'static str,
    /// The address under which the client reaches the service.
    pub address: &'a str,
}

impl Help<'_> {
    /// The list of operations.
    pub fn index(&self) -> Page {
        index::page(self)
    }

    /// The page of the operation of that name, or one that says that there is none.
    pub fn operation(&self, name: &str) -> Page {
        match self.contract.operation(name) {
            Some(operation) => operation::page(self, operation),
            None => index::not_found(self, name),
        }
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

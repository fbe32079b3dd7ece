//! One request on its way through an operation.

use std::{
    cell::{Cell, RefCell},
    net::IpAddr,
    rc::Rc,
};

use crate::{
    engine::{AnswerReceipt, Peer, UploadEngine, UploadError},
    http::{BodyMemory, Connection, RequestFacts},
    telemetry::metrics::{self, Refusal},
};

use super::codes::{self, Wire, wire};

/// What the operations work with, and what they leave for the endpoint.
pub struct Exchange<'a> {
    pub engine: &'a UploadEngine,
    pub memory: &'a BodyMemory,
    pub client: IpAddr,
    connection: Option<Rc<Connection>>,
    facts: RefCell<RequestFacts>,
    receipt: RefCell<Option<Box<dyn AnswerReceipt>>>,
    busy: Cell<bool>,
}

impl<'a> Exchange<'a> {
    pub fn new(
        engine: &'a UploadEngine,
        memory: &'a BodyMemory,
        client: IpAddr,
        connection: Option<Rc<Connection>>,
    ) -> Self {
        let facts = RequestFacts {
            protocol: super::PROTOCOL,
            client: Some(client),
            ..RequestFacts::default()
        };
        Self {
            engine,
            memory,
            client,
            connection,
            facts: RefCell::new(facts),
            receipt: RefCell::default(),
            busy: Cell::new(false),
        }
    }

    /// What the client's end looks like now.
    pub fn peer(&self) -> Peer {
        self.connection
            .as_ref()
            .map_or(Peer::Present, |connection| connection.peer())
    }

    /// Adds to the log line.
    pub fn note(&self, add: impl FnOnce(&mut RequestFacts)) {
        add(&mut self.facts.borrow_mut());
    }

    /// The result of an operation that succeeded: a number of bytes, or 0.
    pub fn success(&self, number: u64) -> i32 {
        // Totals beyond the protocol's `int` are kept out by the limit of a session.
        let result = i32::try_from(number).unwrap_or(i32::MAX);
        self.note(|facts| facts.result = Some(result.into()));
        result
    }

    /// The result of an operation that failed.
    pub fn failure(&self, error: &UploadError) -> i32 {
        metrics::upload_error(error.label());
        let code = match wire(error) {
            Wire::Code(code) => code,
            Wire::Busy => {
                self.busy.set(true);
                metrics::refused(match error {
                    UploadError::TooManyUnprovenBytes => Refusal::Unproven,
                    UploadError::TooManyLogIns => Refusal::LogIns,
                    _ => Refusal::UnknownSessions,
                });
                codes::INTERNAL
            }
            Wire::Nobody => codes::INTERNAL,
        };
        self.note(|facts| {
            facts.result = Some(code.into());
            facts.problem = Some(error.to_string());
            facts.blame = Some(error.blame());
        });
        code
    }

    /// Keeps what wants to know whether the answer arrives.
    pub fn keep_receipt(&self, receipt: impl AnswerReceipt + 'static) {
        self.receipt.replace(Some(Box::new(receipt)));
    }

    /// Whether the answer is 503, whatever the operation made of it.
    pub fn is_busy(&self) -> bool {
        self.busy.get()
    }

    /// What the operations left.
    pub fn finish(self) -> (RequestFacts, Option<Box<dyn AnswerReceipt>>) {
        (self.facts.into_inner(), self.receipt.into_inner())
    }
}

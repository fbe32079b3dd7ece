//! One request on its way through an operation.

use std::{
    cell::{Cell, RefCell},
    net::IpAddr,
    sync::Arc,
};

use crate::{
    engine::{
        AnswerReceipt, Blame, ConnectionId, Peer, UploadEngine, UploadError, account::Account,
        accounts::Credentials,
    },
    fax::{self, FaxError, Faxes, Submitted},
    http::{BodyMemory, Connection, RequestFacts},
    telemetry::metrics::{self, Refusal},
};

use super::codes::{self, Wire, fax_wire, wire};

/// What the front end is built on.
#[derive(Clone, Copy)]
pub struct Services<'a> {
    pub engine: &'a UploadEngine,
    pub faxes: &'a Faxes,
    pub memory: &'a BodyMemory,
}

/// What the operations work with, and what they leave for the endpoint.
pub struct Exchange<'a> {
    pub engine: &'a UploadEngine,
    pub faxes: &'a Faxes,
    pub memory: &'a BodyMemory,
    pub client: IpAddr,
    /// The connection, if it is the client's own and not a proxy's.
    pub own_connection: Option<ConnectionId>,
    connection: Option<Arc<Connection>>,
    facts: RefCell<RequestFacts>,
    receipt: RefCell<Option<Box<dyn AnswerReceipt>>>,
    busy: Cell<bool>,
}

impl<'a> Exchange<'a> {
    pub fn new(
        services: Services<'a>,
        client: IpAddr,
        connection: Option<Arc<Connection>>,
        own_connection: Option<ConnectionId>,
    ) -> Self {
        let facts = RequestFacts {
            protocol: super::PROTOCOL,
            client: Some(client),
            ..RequestFacts::default()
        };
        let Services {
            engine,
            faxes,
            memory,
        } = services;
        Self {
            engine,
            faxes,
            memory,
            client,
            own_connection,
            connection,
            facts: RefCell::new(facts),
            receipt: RefCell::default(),
            busy: Cell::new(false),
        }
    }

    /// What the client's end looks like now. One that cannot be looked at has gone.
    pub fn peer(&self) -> Peer {
        self.connection
            .as_ref()
            .map_or(Peer::Gone, |connection| connection.peer())
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
        if wire(error) == Wire::Busy {
            metrics::refused(match error {
                UploadError::TooManyUnprovenBytes => Refusal::Unproven,
                UploadError::TooManyLogIns => Refusal::LogIns,
                _ => Refusal::UnknownSessions,
            });
        }
        self.failed(wire(error), error, error.blame())
    }

    /// The result of an operation on faxes that failed.
    pub fn fax_failure(&self, error: &FaxError) -> i32 {
        if let FaxError::Upload(error) = error {
            return self.failure(error);
        }
        metrics::fax_error(error.label());
        self.failed(fax_wire(error), error, error.blame())
    }

    /// The result of an operation whose request makes no sense, whoever sends it.
    pub fn refused(&self, code: i32, why: &str) -> i64 {
        self.note(|facts| {
            facts.result = Some(code.into());
            facts.problem = Some(why.to_owned());
            facts.blame = Some(Blame::Client);
        });
        code.into()
    }

    fn failed(&self, wire: Wire, error: &dyn std::error::Error, blame: Blame) -> i32 {
        let code = match wire {
            Wire::Code(code) => code,
            Wire::Busy => {
                self.busy.set(true);
                codes::INTERNAL
            }
            Wire::Nobody => codes::INTERNAL,
        };
        self.note(|facts| {
            facts.result = Some(code.into());
            facts.problem = Some(error.to_string());
            facts.blame = Some(blame);
        });
        code
    }

    /// The account of these credentials, if it may send faxes.
    pub async fn log_in(&self, credentials: &Credentials) -> Result<Account, FaxError> {
        let account = self.faxes.log_in(credentials, self.client).await?;
        self.note(|facts| facts.account = Some(account.name.clone()));
        Ok(account)
    }

    /// The result of an operation on faxes that only does something.
    pub fn done(&self, done: Result<(), FaxError>) -> i32 {
        match done {
            Ok(()) => self.success(0),
            Err(error) => self.fax_failure(&error),
        }
    }

    /// The result of a submission: the number of its transaction.
    pub fn submitted(&self, submitted: Result<Submitted, FaxError>) -> i64 {
        match submitted {
            Ok(submitted) => {
                self.note(|facts| facts.result = Some(submitted.id.0.into()));
                submitted.id.0.into()
            }
            Err(error) => self.fax_failure(&error).into(),
        }
    }

    /// Does `work` as a client of the faxes.
    pub async fn as_client<T>(&self, work: impl AsyncFnOnce(&fax::Client<'_>) -> T) -> T {
        let peer = || self.peer();
        let client = fax::Client {
            address: self.client,
            protocol: super::PROTOCOL,
            connection: self.own_connection,
            peer: &peer,
        };
        work(&client).await
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

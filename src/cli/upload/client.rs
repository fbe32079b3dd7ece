//! The service's operations, repeated until they are answered.

use std::{cell::RefCell, thread, time::Duration};

use ureq::{Agent, tls::Certificate};

use super::{
    call::{self, Attempt, CallError},
    message::Operation,
    transfer::Observer,
};

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How patient a client is.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// How long one attempt may take, connecting included.
    pub timeout: Duration,
    /// How often a call without an answer is repeated.
    pub retries: u32,
    /// The pause before the first repetition; it doubles up to five seconds.
    pub first_pause: Duration,
    /// Certificate authorities that are trusted beside the machine's.
    pub authorities: Vec<Certificate<'static>>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(1),
            retries: 8,
            first_pause: Duration::from_millis(200),
            authorities: Vec::new(),
        }
    }
}

/// A client of one service. Its calls block.
#[derive(Debug)]
pub struct Client {
    url: String,
    options: ClientOptions,
    agent: RefCell<Agent>,
}

impl Client {
    /// A client of the service at `url`; nothing is sent yet.
    ///
    /// # Errors
    /// [`CallError::Address`] if `url` is neither `http://` nor `https://`.
    pub fn new(url: &str, options: ClientOptions) -> Result<Self, CallError> {
        if !["http://", "https://"].iter().any(|scheme| {
            url.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        }) {
            return Err(CallError::Address(format!(
                "{url:?} is no address of a service: it begins with neither http:// nor https://"
            )));
        }
        Ok(Self {
            url: url.to_owned(),
            agent: RefCell::new(call::agent(&options)),
            options,
        })
    }

    /// `StartFileUpload`: the `SessionID` of a new upload. If an answer was lost, a session without
    /// bytes may stay behind until it expires.
    pub fn start(
        &self,
        user: &str,
        password: &str,
        observer: &mut dyn Observer,
    ) -> Result<String, CallError> {
        let request = Operation::Start.request(|writer| {
            writer.element("Username", user);
            writer.element("Password", password);
        });
        let (_, session) = self.call(Operation::Start, &request, observer)?;
        session
            .filter(|session| !session.is_empty())
            .ok_or_else(|| CallError::Unexpected("the service named no SessionID".to_owned()))
    }

    /// `UploadFileChunk`: the bytes the session has now, by the service's count.
    pub fn chunk(
        &self,
        session: &str,
        chunk: &[u8],
        is_last: bool,
        observer: &mut dyn Observer,
    ) -> Result<u64, CallError> {
        let request = Operation::Chunk.request(|writer| {
            writer.element("SessionID", session);
            let encoded = base64_simd::STANDARD.encode_to_string(chunk);
            writer.open("Chunk").markup(&encoded).close("Chunk");
            writer.element("IsLast", if is_last { "true" } else { "false" });
        });
        self.call(Operation::Chunk, &request, observer)
            .map(|(total, _)| total)
    }

    /// `CancelFileUpload`; tried once, because the session expires anyway.
    pub fn cancel(&self, session: &str) -> Result<(), CallError> {
        let request = Operation::Cancel.request(|writer| {
            writer.element("SessionID", session);
        });
        self.renew_connection();
        self.attempt(Operation::Cancel, &request)
            .map(drop)
            .map_err(|attempt| match attempt {
                Attempt::Never(error) => error,
                Attempt::Again(last) => CallError::NoAnswer { attempts: 1, last },
            })
    }

    /// A call, repeated until it is answered: the operation's number, and the `SessionID`.
    pub(super) fn call(
        &self,
        operation: Operation,
        request: &str,
        observer: &mut dyn Observer,
    ) -> Result<(u64, Option<String>), CallError> {
        let mut pause = self.options.first_pause;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let last = match self.attempt(operation, request) {
                Ok(answer) => return Ok(answer),
                Err(Attempt::Never(error)) => return Err(error),
                Err(Attempt::Again(reason)) => reason,
            };
            // The service takes the same chunk again for a repetition only when the connection
            // that was to carry its answer has ended.
            self.renew_connection();
            if attempts > self.options.retries {
                return Err(CallError::NoAnswer { attempts, last });
            }
            observer.repeats(operation.name(), &last, pause);
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn attempt(
        &self,
        operation: Operation,
        request: &str,
    ) -> Result<(u64, Option<String>), Attempt> {
        call::call(&self.agent.borrow(), &self.url, operation, request)
    }

    fn renew_connection(&self) {
        self.agent.replace(call::agent(&self.options));
    }
}

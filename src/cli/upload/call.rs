//! One request and its answer, on a connection of its own if need be.

use std::{io, time::Duration};

use rustls::CertificateError;
use ureq::{
    Agent, Error,
    tls::{Certificate, RootCerts, TlsConfig},
};

use crate::soap::media_type;

use super::{
    ClientOptions,
    message::{Answer, Operation},
};

/// The longest answer that is read, in bytes; a real one has a few hundred.
const LONGEST_ANSWER: u64 = 64 << 10;
/// Characters of a refusal in plain text that are shown.
const LONGEST_WORDS: usize = 200;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// Why a call did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The address cannot be used at all.
    #[error("{0}")]
    Address(String),
    /// No usable answer came, however often the call was repeated; whether the last one took
    /// effect is unknown.
    #[error("no answer after {attempts} attempts; the last one: {last}")]
    NoAnswer {
        /// How often the call was made.
        attempts: u32,
        /// What happened last.
        last: String,
    },
    /// The service refused, with one of its negative numbers.
    #[error("the service refused {operation} with {code}: {}", meaning(*.code))]
    Refused {
        /// The operation's name.
        operation: &'static str,
        /// The number.
        code: i64,
    },
    /// An answer that no service of this kind gives, or a SOAP fault.
    #[error("{0}")]
    Unexpected(String),
}

/// How one attempt failed.
pub(super) enum Attempt {
    /// The same request may be sent again.
    Again(String),
    /// It would fail again.
    Never(CallError),
}

/// An agent without connections.
pub(super) fn agent(options: &ClientOptions) -> Agent {
    let timeout = options.timeout;
    let of_the_machine = rustls_native_certs::load_native_certs().certs;
    let roots = of_the_machine
        .iter()
        .map(|authority| Certificate::from_der(authority).to_owned())
        .chain(options.authorities.iter().cloned());
    Agent::config_builder()
        .timeout_global(Some(timeout))
        .timeout_connect(Some(CONNECT.min(timeout)))
        .http_status_as_error(false)
        // A redirected POST would become a GET.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("chunkgate/", env!("CARGO_PKG_VERSION")))
        .tls_config(
            TlsConfig::builder()
                .root_certs(RootCerts::from(roots))
                .build(),
        )
        .build()
        .new_agent()
}

/// Sends a request and reads its answer: the operation's number if it is not negative, and the
/// `SessionID`.
pub(super) fn call(
    agent: &Agent,
    url: &str,
    operation: Operation,
    request: &str,
) -> Result<(u64, Option<String>), Attempt> {
    let mut response = agent
        .post(url)
        .header("Content-Type", "text/xml; charset=utf-8")
        .header("SOAPAction", operation.action())
        .send(request)
        .map_err(|error| attempt(&error))?;
    let status = response.status().as_u16();
    let body = response
        .body_mut()
        .with_config()
        .limit(LONGEST_ANSWER)
        .read_to_vec()
        .map_err(|error| attempt(&error))?;
    match status {
        // Busy, or a proxy that lost its server: the answer is lost, the request perhaps not.
        408 | 429 | 502 | 503 | 504 => return Err(Attempt::Again(format!("HTTP status {status}"))),
        // A fault comes with 500.
        200 | 500 => {}
        _ => {
            let mut message = format!("the server answered with HTTP status {status}");
            if let Some(words) = plain_words(&response, &body) {
                message = format!("{message}: {words}");
            }
            if status == 404 {
                message.push_str("; the path is /dfs.asmx by default");
            }
            return Err(Attempt::Never(CallError::Unexpected(message)));
        }
    }
    match Answer::read(operation, &body) {
        Ok(answer) => number(operation, answer),
        Err(_) if status == 500 => {
            let message = "the server answered with HTTP status 500 and no SOAP fault";
            Err(Attempt::Never(CallError::Unexpected(message.to_owned())))
        }
        Err(unreadable) => Err(Attempt::Again(unreadable.to_string())),
    }
}

/// The beginning of an answer that is meant for people: its first line, if that is plain text.
fn plain_words<B>(response: &ureq::http::Response<B>, body: &[u8]) -> Option<String> {
    let content_type = response.headers().get("Content-Type")?.to_str().ok()?;
    if media_type(content_type) != "text/plain" {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    // What a terminal would obey must not reach it.
    let printable = line.chars().filter(|character| !character.is_control());
    Some(printable.take(LONGEST_WORDS).collect())
}

fn number(operation: Operation, answer: Answer) -> Result<(u64, Option<String>), Attempt> {
    match answer {
        Answer::Result { code, session } => match u64::try_from(code) {
            Ok(number) => Ok((number, session)),
            Err(_) if code == INTERNAL => Err(Attempt::Again(format!("{code}: {}", meaning(code)))),
            Err(_) => Err(Attempt::Never(CallError::Refused {
                operation: operation.name(),
                code,
            })),
        },
        Answer::Fault(words) => {
            let message = format!("the service answered with a SOAP fault: {words}");
            Err(Attempt::Never(CallError::Unexpected(message)))
        }
    }
}

/// The service could not; the same request is safe to repeat.
const INTERNAL: i64 = -150;

/// What the service means by its number.
fn meaning(code: i64) -> &'static str {
    match code {
        -112 => {
            "no number can be dialled, or there are more than fax.max_recipients; allowed are at \
             least three digits, with blanks and -().,/*# between them and + before them"
        }
        -114 => "the fax is postponed by more than 30 days",
        -123 => {
            "the gateway takes no document of this type; fax.file_types lists those it takes, and \
             the end of the file's name says the type"
        }
        INTERNAL => "an internal error",
        -310 => "the account is not a primary user",
        -666 => "the account belongs to another switch group",
        -677 => "the account has no fax service",
        -1002 => "not as many types as sizes; this is a fault of chunkgate's, report it",
        -1003 => "wrong user or password, or the account is disabled",
        -1004 => "the document has no type; the end of the file's name says it, as in scan.pdf",
        -1007 => "a size is no number above 0; this is a fault of chunkgate's, report it",
        -1008 => "the sizes are not those of the upload, so it is not whole; upload it again",
        -1011 => "the account has too many open sessions",
        -1059 => "more documents than fax.max_documents",
        -1061 => "the chunk is missing or empty",
        -1062 => "the session is unknown, closed, expired, or used by a fax",
        -1063 => {
            "the chunk or the document is too big; --chunk-size makes chunks smaller, and at the \
             gateway session.max_total or `account set --max-total` allows longer documents"
        }
        -2003 => "the account may not be used from this address",
        _ => "an error without a known meaning",
    }
}

/// What helps against an error of TLS.
fn tls_mend(error: &io::Error) -> &'static str {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref());
    match cause {
        Some(rustls::Error::InvalidMessage(_)) => {
            "does this port speak HTTP without TLS? Then the address begins with http://"
        }
        Some(rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => "use the name in the certificate in --url",
        _ => "--ca FILE names an authority that is to be trusted",
    }
}

fn attempt(error: &Error) -> Attempt {
    let message = error.to_string();
    match error {
        Error::Http(_) | Error::BadUri(_) | Error::InvalidProxyUrl | Error::HostNotFound => {
            Attempt::Never(CallError::Address(message))
        }
        Error::Tls(_) | Error::Rustls(_) | Error::BodyExceedsLimit(_) => {
            Attempt::Never(CallError::Unexpected(message))
        }
        // How rustls says that it does not trust the server.
        Error::Io(io) if io.kind() == io::ErrorKind::InvalidData => Attempt::Never(
            CallError::Unexpected(format!("{message}; {}", tls_mend(io))),
        ),
        Error::Io(io) if io.kind() == io::ErrorKind::ConnectionRefused => {
            Attempt::Again(format!("{message}; is a gateway running there?"))
        }
        // Not our enum; whatever else it says, no answer came.
        _ => Attempt::Again(message),
    }
}

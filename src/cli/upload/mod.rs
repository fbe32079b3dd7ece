//! `chunkgate upload`: a file over SOAP 1.1, as a legacy client sends it.
//!
//! [`Client`] makes single calls and repeats what was not answered; [`transfer()`] sends a whole
//! document with it, and [`Client::submit`] has it faxed. None of them prints anything, so `demo` and the tests use them too.

mod call;
mod client;
mod fax;
mod message;
mod report;
mod transfer;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use serde::Serialize;
use ureq::tls::{Certificate, PemItem, parse_pem};

pub use call::CallError;
pub use client::{Client, ClientOptions};
pub use fax::{Fax, SubmitError, type_of};
pub use transfer::{Accepted, Observer, TransferCause, TransferError, Transferred, transfer};

use super::{Failure, output, password, values};
use report::Report;

/// Upload a file over SOAP, as a legacy client would.
///
/// Calls `StartFileUpload` and `UploadFileChunk`, and prints the `SessionID` that a fax submission
/// may name. With --fax it makes that submission too (`SendfaxEx_2`), and prints the
/// `TransactionID`.
///
/// Every total that the server answers is compared with what was sent. A chunk whose answer is
/// lost (time-out, broken connection, 503, -150) is sent again on a new connection, so that it is
/// stored once; so is a submission, which the gateway recognises. If the upload or the submission
/// fails, the session is cancelled.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate upload scan.pdf --url http://127.0.0.1:8080/dfs.asmx --user acme
  chunkgate upload scan.pdf --url http://127.0.0.1:8080/dfs.asmx --user acme --fax +442079460123
  pass show fax/acme | chunkgate upload scan.pdf --url https://fax.example/dfs.asmx --user acme \\
      --password-stdin --chunk-size 200000 --json | jq -r .session_id")]
pub(super) struct Arguments {
    /// The file
    file: PathBuf,
    /// Address of the service, as in `http://127.0.0.1:8080/dfs.asmx`
    #[arg(long)]
    url: String,
    /// Name of the account
    #[arg(long)]
    user: String,
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
    /// Submit the upload as a fax to this number; several have `;` between them. The end of the
    /// file's name says the document's type, as in scan.pdf
    #[arg(long, value_name = "NUMBER")]
    fax: Option<String>,
    /// Bytes of a chunk, as in 200000 or 3MiB
    #[arg(long, value_name = "SIZE", default_value = "256KiB", value_parser = chunk_size)]
    chunk_size: usize,
    /// How often a call without an answer is repeated before the upload is given up
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u32).range(0..=100))]
    retries: u32,
    /// How long one call may take
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = values::seconds)]
    timeout: u32,
    /// File with certificates (PEM) of authorities to trust beside the machine's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// One JSON object with `session_id`, `bytes`, `chunks`, `repeats` and, with --fax, `transaction`
    #[arg(long)]
    json: bool,
}

/// The largest chunk that is held in memory.
const LARGEST_CHUNK: u64 = 64 << 20;

fn chunk_size(text: &str) -> Result<usize, String> {
    let size = values::size(text)?;
    usize::try_from(size)
        .ok()
        .filter(|_| size <= LARGEST_CHUNK)
        .ok_or_else(|| "allowed are chunks up to 64MiB".to_owned())
}

fn authorities(path: &Path) -> Result<Vec<Certificate<'static>>, Failure> {
    let shown = path.display();
    let pem = fs::read(path).map_err(Failure::io(format!("cannot read {shown}")))?;
    let found: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            Ok(_) | Err(_) => None,
        })
        .collect();
    if found.is_empty() {
        return Err(Failure::Misused(format!(
            "{shown} holds no certificate in PEM form"
        )));
    }
    Ok(found)
}

#[derive(Serialize)]
struct Line<'a> {
    session_id: &'a str,
    bytes: u64,
    chunks: u64,
    repeats: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<u64>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = arguments.file.display();
    let file = File::open(&arguments.file).map_err(Failure::io(format!("cannot open {path}")))?;
    let length = file.metadata().map_or(0, |data| data.len());
    let fax = arguments.fax.as_deref().map(|number| {
        type_of(&arguments.file).map(|kind| (number, kind)).ok_or_else(|| {
            Failure::Misused(format!(
                "the name of {path} does not end in the document's type, which a fax needs: name \
                 it as in scan.pdf"
            ))
        })
    });
    let fax = fax.transpose()?;
    let password = if arguments.password_stdin {
        password::from_stdin()?
    } else {
        password::ask(&arguments.user)?
    };
    let options = ClientOptions {
        retries: arguments.retries,
        timeout: Duration::from_secs(arguments.timeout.into()),
        authorities: arguments
            .ca
            .as_deref()
            .map(authorities)
            .transpose()?
            .unwrap_or_default(),
        ..ClientOptions::default()
    };
    let client = Client::new(&arguments.url, options)
        .map_err(|error| with_message(&error, error.to_string()))?;
    let mut report = Report::new(length);
    let credentials = (arguments.user.as_str(), password.as_str());
    let chunk_size = arguments.chunk_size;
    let sent = transfer(&client, credentials, file, chunk_size, &mut report);
    let submitted = match (&sent, fax) {
        (Ok(upload), Some((number, kind))) => {
            let kind = &kind;
            let fax = Fax {
                number,
                kind,
                upload,
            };
            Some(client.submit(credentials, fax, &mut report))
        }
        (Ok(_) | Err(_), _) => None,
    };
    report.finish();
    let sent = sent.map_err(|error| {
        let message = error.to_string();
        match error.cause {
            TransferCause::Call(call) => with_message(&call, message),
            TransferCause::Empty => Failure::Misused(message),
            TransferCause::Read(_) | TransferCause::Total { .. } => Failure::Failed(message),
        }
    })?;
    let transaction = submitted
        .transpose()
        .map_err(|error| with_message(&error.cause, error.to_string()))?;
    if arguments.json {
        return output::json(&Line {
            session_id: &sent.session,
            bytes: sent.bytes,
            chunks: sent.chunks,
            repeats: sent.repeats,
            transaction,
        });
    }
    output::print(&format!(
        "{} in {}\nSessionID {}\n",
        output::counted(sent.bytes, "byte"),
        output::counted(sent.chunks, "chunk"),
        sent.session
    ))?;
    match transaction {
        Some(transaction) => output::print(&format!("TransactionID={transaction}\n")),
        None => Ok(()),
    }
}

fn with_message(error: &CallError, message: String) -> Failure {
    match error {
        CallError::Address(_) => Failure::Misused(message),
        CallError::Refused { .. } => Failure::Refused(message),
        CallError::NoAnswer { .. } | CallError::Unexpected(_) => Failure::Failed(message),
    }
}

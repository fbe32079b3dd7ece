//! A service that records its calls, and requests to it.

use std::cell::RefCell;

use bytes::BytesMut;
use chunkgate::soap::{
    Body, Contract, Fault, Operation, Outcome, Parameter, Parameters, ReadError, Reply,
    RequestHead, Response, Service, Type, Version, handle,
};
use time::OffsetDateTime;
use tokio::io::AsyncBufRead;

use super::{documents, typed};
use crate::xml::support::{PIECES, Source, run};

pub const NAMESPACE: &str = "http://www.interfax.cc";

/// The answer's frame up to the content of Body.
pub const ENVELOPE_11: &str = r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">"#;
pub const ENVELOPE_12: &str = r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">"#;

/// A call as it was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    Start {
        username: Option<String>,
        password: Option<String>,
        session: Option<String>,
    },
    Chunk {
        session: Option<String>,
        chunk: Option<Vec<u8>>,
        is_last: bool,
    },
    Wait {
        seconds: i32,
    },
    Schedule {
        at: Option<OffsetDateTime>,
        number: i64,
    },
    Echo {
        text: String,
    },
    Measure {
        bytes: usize,
    },
    Refuse,
    Typed(typed::Call),
    Text(&'static str, documents::Text),
}

pub const CONTRACT: Contract = Contract {
    name: "Recorder",
    namespace: NAMESPACE,
    operations: &[
        Operation {
            name: "StartFileUpload",
            about: "Logs in.",
            parameters: &[
                Parameter::new("Username", Type::String),
                Parameter::new("Password", Type::String),
                Parameter::by_ref("SessionID", Type::String),
            ],
            result: Type::Int,
        },
        Operation {
            name: "UploadFileChunk",
            about: "Takes a chunk.",
            parameters: &[
                Parameter::new("SessionID", Type::String),
                Parameter::new("Chunk", Type::Base64Binary),
                Parameter::new("IsLast", Type::Boolean),
            ],
            result: Type::Int,
        },
        Operation {
            name: "Wait",
            about: "Does nothing for a while.",
            parameters: &[Parameter::new("Seconds", Type::Int)],
            result: Type::Boolean,
        },
        Operation {
            name: "Schedule",
            about: "Does nothing at a time.",
            parameters: &[
                Parameter::new("At", Type::DateTime),
                Parameter::new("Number", Type::Long),
            ],
            result: Type::Long,
        },
        Operation {
            name: "Echo",
            about: "Says the same.",
            parameters: &[
                Parameter::new("Text", Type::String),
                // It does not ask for this one.
                Parameter::new("Data", Type::Base64Binary),
            ],
            result: Type::String,
        },
        Operation {
            name: "Measure",
            about: "Tells how much there is.",
            parameters: &[Parameter::new("Data", Type::Base64Binary)],
            result: Type::Long,
        },
        Operation {
            name: "Refuse",
            about: "Fails.",
            parameters: &[
                Parameter::new("Busy", Type::Boolean),
                Parameter::new("Chunk", Type::Base64Binary),
            ],
            result: Type::Int,
        },
        typed::QUERY,
        typed::PICK,
        typed::LIST,
        typed::MESSAGES,
        typed::FETCH,
        documents::SEND_TEXT,
        documents::BEGIN_TEXT,
        documents::PASS_TEXT,
        documents::MEASURE_TEXT,
        documents::BOTH,
    ],
};

/// Reads calls as a front end would, and keeps those that ran.
#[derive(Default)]
pub struct Recorder {
    pub ran: RefCell<Vec<Call>>,
}

impl Service for Recorder {
    type Call = Call;

    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    async fn read<R: AsyncBufRead + Unpin>(
        &self,
        operation: &'static Operation,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Call, ReadError> {
        match operation.name {
            "StartFileUpload" => {
                let (mut username, mut password, mut session) = (None, None, None);
                while let Some(name) = parameters
                    .next(&["Username", "Password", "SessionID"])
                    .await?
                {
                    let value = Some(parameters.string().await?);
                    match name {
                        "Username" => username = value,
                        "Password" => password = value,
                        _ => session = value,
                    }
                }
                Ok(Call::Start {
                    username,
                    password,
                    session,
                })
            }
            "UploadFileChunk" => {
                let (mut session, mut chunk, mut is_last) = (None, None, false);
                while let Some(name) = parameters.next(&["SessionID", "Chunk", "IsLast"]).await? {
                    match name {
                        "SessionID" => session = Some(parameters.string().await?),
                        "IsLast" => is_last = parameters.boolean().await?,
                        _ => {
                            let (mut block, mut bytes) = (BytesMut::new(), Vec::new());
                            while parameters.base64(&mut block, 64).await? {
                                bytes.extend_from_slice(&block.split());
                            }
                            bytes.extend_from_slice(&block);
                            chunk = Some(bytes);
                        }
                    }
                }
                Ok(Call::Chunk {
                    session,
                    chunk,
                    is_last,
                })
            }
            "Wait" => {
                let mut seconds = 0;
                while parameters.next(&["Seconds"]).await?.is_some() {
                    seconds = parameters.int().await?;
                }
                Ok(Call::Wait { seconds })
            }
            "Schedule" => {
                let (mut at, mut number) = (None, 0);
                while let Some(name) = parameters.next(&["At", "Number"]).await? {
                    match name {
                        "At" => at = Some(parameters.date_time().await?),
                        _ => number = parameters.long().await?,
                    }
                }
                Ok(Call::Schedule { at, number })
            }
            "Echo" => {
                let mut text = String::new();
                while parameters.next(&["Text"]).await?.is_some() {
                    text = parameters.string().await?;
                }
                Ok(Call::Echo { text })
            }
            "Measure" => {
                let (mut block, mut bytes) = (BytesMut::new(), 0);
                while parameters.next(&["Data"]).await?.is_some() {
                    while parameters.base64(&mut block, 8192).await? {
                        bytes += block.len();
                        block.clear();
                    }
                    bytes += block.len();
                }
                Ok(Call::Measure { bytes })
            }
            "Refuse" => match parameters.next(&["Busy", "Chunk"]).await? {
                Some("Busy") => Err(ReadError::Refused(Response::empty(503))),
                Some(_) => {
                    // One group, so that the rest is left to be passed over.
                    parameters.base64(&mut BytesMut::new(), 3).await?;
                    Ok(Call::Refuse)
                }
                None => Ok(Call::Refuse),
            },
            "SendText" | "BeginText" | "PassText" | "MeasureText" | "Both" => {
                documents::read(operation.name, parameters).await
            }
            other => Ok(Call::Typed(typed::read(other, parameters).await?)),
        }
    }

    async fn run(&self, call: Call) -> Result<Reply, Fault> {
        self.ran.borrow_mut().push(call.clone());
        match call {
            Call::Start { session, .. } => Ok(Reply::new("StartFileUpload")
                .result_int(-1003)
                .ref_string("SessionID", session)),
            Call::Chunk { chunk, .. } => {
                let total = chunk.map_or(-1061, |bytes| {
                    i32::try_from(bytes.len()).expect("a small chunk")
                });
                Ok(Reply::new("UploadFileChunk").result_int(total))
            }
            Call::Wait { .. } => Ok(Reply::new("Wait").result_boolean(true)),
            Call::Schedule { number, .. } => Ok(Reply::new("Schedule").result_long(number)),
            Call::Echo { text } if text == "panic" => panic!("a bug of the service"),
            Call::Echo { text } => Ok(Reply::new("Echo").result_string(Some(text))),
            Call::Measure { bytes } => {
                let bytes = i64::try_from(bytes).expect("a number");
                Ok(Reply::new("Measure").result_long(bytes))
            }
            Call::Refuse => Err(Fault::server("No.")),
            Call::Typed(call) => Ok(typed::run(call)),
            Call::Text(operation, text) => Ok(documents::run(operation, &text)),
        }
    }
}

/// What a request came to.
#[derive(Debug, PartialEq)]
pub struct Served {
    pub status: u16,
    pub content_type: Option<&'static str>,
    pub cache_control: Option<&'static str>,
    pub body: String,
    pub ran: Vec<Call>,
    pub operation: Option<&'static str>,
    pub version: Option<Version>,
}

impl Served {
    pub fn of((outcome, ran): (Outcome, Vec<Call>)) -> Self {
        let response = outcome.response.expect("memory does not fail");
        Self {
            status: response.status,
            content_type: response.content_type,
            cache_control: response.cache_control,
            body: whole(response.body),
            ran,
            operation: outcome.operation,
            version: outcome.version,
        }
    }

    /// The one call that ran.
    pub fn call(self) -> Call {
        let [call] = <[Call; 1]>::try_from(self.ran).expect("one call ran");
        call
    }

    /// The text of the fault.
    pub fn fault(&self) -> &str {
        assert_eq!((self.status, &self.ran[..]), (500, &[][..]), "{self:?}");
        let start = ["<faultstring>", "<soap:Text xml:lang=\"en\">"]
            .iter()
            .find_map(|tag| self.body.split_once(tag))
            .expect("a fault");
        start.1.split_once("</").expect("an end tag").0
    }
}

/// The text of a body that is in memory from the beginning.
pub fn in_memory(body: Body) -> String {
    let bytes = body.in_memory().expect("bytes in memory");
    String::from_utf8(bytes.into()).expect("UTF-8")
}

/// The text of a body as it is sent; its length is what it was told to be.
pub fn whole(body: Body) -> String {
    let length = body.length();
    let bytes = run(body.collect()).expect("memory does not fail");
    assert_eq!(bytes.len() as u64, length);
    String::from_utf8(bytes.into()).expect("UTF-8")
}

/// Serves one request, read in pieces of `piece` bytes.
pub fn serve(
    content_type: Option<&str>,
    soap_action: Option<&str>,
    source: Source,
) -> (Outcome, Vec<Call>) {
    let service = Recorder::default();
    let outcome = run(handle(
        &service,
        RequestHead {
            content_type,
            soap_action,
        },
        source,
    ));
    (outcome, service.ran.into_inner())
}

/// Serves a request in pieces of every kind; they must not matter.
pub fn post(
    content_type: Option<&str>,
    soap_action: Option<&str>,
    body: impl AsRef<[u8]>,
) -> Served {
    in_pieces(body.as_ref(), |source| {
        serve(content_type, soap_action, source)
    })
}

/// What a request with this body comes to, however it is cut into pieces.
pub fn in_pieces(body: &[u8], serve: impl Fn(Source) -> (Outcome, Vec<Call>)) -> Served {
    PIECES
        .map(|piece| Served::of(serve(Source::new(body, piece))))
        .into_iter()
        .reduce(|before, after| {
            assert_eq!(before, after, "pieces matter");
            after
        })
        .expect("there are pieces")
}

/// SOAP 1.1 with the action of `operation`.
pub fn post_11(operation: &str, body: impl AsRef<[u8]>) -> Served {
    post(
        Some("text/xml; charset=utf-8"),
        Some(&format!("\"{NAMESPACE}/{operation}\"")),
        body,
    )
}

/// An envelope of either version around `body`; the default namespace is the service's.
pub fn envelope(version: Version, body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"{}\" xmlns=\"{NAMESPACE}\"><s:Body>{body}</s:Body></s:Envelope>",
        version.envelope()
    )
}

/// An `UploadFileChunk` call with these parameters, in SOAP 1.1.
pub fn chunk(parameters: &str) -> String {
    envelope(
        Version::V11,
        &format!("<UploadFileChunk>{parameters}</UploadFileChunk>"),
    )
}

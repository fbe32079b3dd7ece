//! A service with InterFAX's contract that keeps what its operations were called with.

use std::cell::RefCell;

use bytes::BytesMut;
use chunkgate::{
    protocol::interfax::CONTRACT,
    soap::{Contract, Fault, Operation, Outcome, Parameters, ReadError, Reply, Service, Type},
};
use tokio::io::AsyncBufRead;

/// An operation's name, and its parameters in the order in which they came.
pub type Call = (&'static str, Vec<(&'static str, Vec<u8>)>);

/// Keeps the calls that ran.
#[derive(Default)]
pub struct Recorder {
    ran: RefCell<Vec<Call>>,
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
        let names: Vec<_> = operation.parameters.iter().map(|it| it.name).collect();
        let mut values = Vec::new();
        while let Some(name) = parameters.next(&names).await? {
            let declared = operation.parameters.iter().find(|it| it.name == name);
            let declared = declared.expect("one of the names");
            let value = match declared.kind {
                Type::String if declared.is_document => text(parameters).await?,
                Type::Boolean => vec![u8::from(parameters.boolean().await?)],
                Type::Base64Binary => data(parameters).await?,
                _ => parameters.string().await?.into_bytes(),
            };
            values.push((name, value));
        }
        Ok((operation.name, values))
    }

    async fn run(&self, call: Call) -> Result<Reply, Fault> {
        let name = call.0;
        self.ran.borrow_mut().push(call);
        Ok(Reply::new(name).result_int(0))
    }
}

async fn data<R: AsyncBufRead + Unpin>(
    parameters: &mut Parameters<'_, R>,
) -> Result<Vec<u8>, ReadError> {
    let (mut block, mut bytes) = (BytesMut::new(), Vec::new());
    while parameters.base64(&mut block, 48).await? {
        bytes.extend_from_slice(&block.split());
    }
    bytes.extend_from_slice(&block);
    Ok(bytes)
}

async fn text<R: AsyncBufRead + Unpin>(
    parameters: &mut Parameters<'_, R>,
) -> Result<Vec<u8>, ReadError> {
    let (mut block, mut bytes) = (BytesMut::new(), Vec::new());
    while parameters.text(&mut block, 48).await? {
        bytes.extend_from_slice(&block.split());
    }
    bytes.extend_from_slice(&block);
    Ok(bytes)
}

/// What a request came to.
#[derive(Debug, PartialEq)]
pub struct Served {
    pub status: u16,
    pub body: String,
    pub ran: Vec<Call>,
}

/// Serves with `serve` and looks at the answer, which is well-formed XML if it is XML.
///
/// # Panics
/// If the answer is none that this service gives.
pub fn serve(serve: impl FnOnce(&Recorder) -> Outcome) -> Served {
    let recorder = Recorder::default();
    let outcome = serve(&recorder);
    let response = outcome.response.expect("memory does not fail");
    let body = response.body.in_memory().expect("an answer in memory");
    let body = String::from_utf8(body.into()).expect("an answer in UTF-8");
    let is_xml = response
        .content_type
        .is_some_and(|content_type| content_type.contains("xml"));
    if is_xml && let Err(error) = roxmltree::Document::parse(&body) {
        panic!("an answer that is no XML, {error}:\n{body}");
    }
    let ran = recorder.ran.into_inner();
    assert!(matches!(response.status, 200 | 400 | 415 | 500), "{body}");
    assert_eq!(response.status == 200, ran.len() == 1, "{body}");
    Served {
        status: response.status,
        body,
        ran,
    }
}

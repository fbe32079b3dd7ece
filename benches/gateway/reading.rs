//! How fast an envelope is read and its base64 decoded, on one thread, from memory.

use std::time::{Duration, Instant};

use base64_simd::STANDARD;
use bytes::BytesMut;
use chunkgate::{
    protocol::interfax::CONTRACT,
    soap::{self, Contract, Fault, Operation, Parameters, ReadError, Reply, RequestHead, Service},
};
use tokio::io::AsyncBufRead;

use super::in_process;

/// Decodes chunks and forgets them.
struct Sink;

impl Service for Sink {
    type Call = usize;

    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    async fn read<R: AsyncBufRead + Unpin>(
        &self,
        _operation: &'static Operation,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<usize, ReadError> {
        let mut decoded = 0;
        let mut block = BytesMut::with_capacity(256 * 1024);
        while parameters.next(&["Chunk"]).await?.is_some() {
            while parameters.base64(&mut block, 256 * 1024).await? {
                decoded += block.len();
                block.clear();
            }
            decoded += block.len();
        }
        Ok(decoded)
    }

    async fn run(&self, _decoded: usize) -> Result<Reply, Fault> {
        Ok(Reply::new("UploadFileChunk").result_int(0))
    }
}

/// A SOAP 1.1 envelope.
pub fn envelope(operation: &str, parameters: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
         <{operation} xmlns=\"http://www.interfax.cc\">{parameters}</{operation}>\
         </soap:Body></soap:Envelope>"
    )
}

/// Measures and prints.
pub fn report(duration: Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap_or_else(|error| panic!("no runtime: {error}"));
    let text = STANDARD.encode_to_string(in_process::chunk());
    let wrapped = wrap(&text, 76);
    let (mut plain_best, mut wrapped_best) = (0.0_f64, 0.0_f64);
    for _ in 0..super::ROUNDS {
        plain_best = plain_best.max(runtime.block_on(speed(&text, duration / 2)));
        wrapped_best = wrapped_best.max(runtime.block_on(speed(&wrapped, duration / 2)));
    }
    println!(
        "Reading envelopes with a chunk of {} bytes, GB of envelope a second on one core",
        super::CHUNK
    );
    println!("{:<32}{plain_best:>12.2}", "base64 in one line");
    println!("{:<32}{wrapped_best:>12.2}", "base64 in lines of 76");
    println!(
        "{:<32}{:>12.2}",
        "wrapped : plain",
        wrapped_best / plain_best
    );
}

async fn speed(chunk: &str, duration: Duration) -> f64 {
    let message = envelope("UploadFileChunk", &format!("<Chunk>{chunk}</Chunk>"));
    let head = RequestHead {
        content_type: Some("text/xml; charset=utf-8"),
        soap_action: Some("\"http://www.interfax.cc/UploadFileChunk\""),
    };
    let begun = Instant::now();
    let mut bytes = 0;
    while begun.elapsed() < duration {
        // In pieces as large as a socket gives them.
        let body = tokio::io::BufReader::with_capacity(32 * 1024, message.as_bytes());
        let outcome = soap::handle(&Sink, head, body).await;
        assert_eq!(
            outcome.response.map(|response| response.status).ok(),
            Some(200)
        );
        bytes += message.len();
    }
    #[allow(clippy::cast_precision_loss, reason = "a count of seconds' work")]
    let gigabytes = bytes as f64 / 1e9;
    gigabytes / begun.elapsed().as_secs_f64()
}

fn wrap(text: &str, width: usize) -> String {
    let lines = text.as_bytes().chunks(width);
    lines
        .map(|line| String::from_utf8_lossy(line).into_owned() + "\r\n")
        .collect()
}

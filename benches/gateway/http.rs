//! The whole path: SOAP over real sockets into a durable gateway.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use base64_simd::STANDARD;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use super::{
    Failure, in_process,
    stage::{PASSWORD, Stage, USER},
};

/// Durable and committed chunks a second over HTTP.
pub async fn upload(stage: &Stage, clients: usize, duration: Duration) -> Result<f64, Failure> {
    let address = stage.app.address();
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(Connection::start(address).await?);
    }
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for mut connection in connections {
        tasks.spawn(async move {
            let chunk = STANDARD.encode_to_string(in_process::chunk());
            let session = &connection.session;
            let request = request(
                "UploadFileChunk",
                &format!(
                    "<SessionID>{session}</SessionID><Chunk>{chunk}</Chunk><IsLast>false</IsLast>"
                ),
            );
            let mut count = 0;
            while begun.elapsed() < duration {
                let answer = connection.exchange(&request).await?;
                if text(&answer, "UploadFileChunkResult").is_none_or(|total| total.starts_with('-'))
                {
                    return Err(format!("a chunk was refused: {answer}").into());
                }
                count += 1;
            }
            connection.cancel().await?;
            Ok(count)
        });
    }
    in_process::rate(tasks, begun).await
}

struct Connection {
    stream: TcpStream,
    session: String,
}

impl Connection {
    async fn start(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut connection = Self {
            stream,
            session: String::new(),
        };
        let credentials = format!("<Username>{USER}</Username><Password>{PASSWORD}</Password>");
        let answer = connection
            .exchange(&request("StartFileUpload", &credentials))
            .await?;
        let session = text(&answer, "SessionID").ok_or("no session")?;
        session.clone_into(&mut connection.session);
        Ok(connection)
    }

    async fn cancel(&mut self) -> Result<(), Failure> {
        let parameters = format!("<SessionID>{}</SessionID>", self.session);
        self.exchange(&request("CancelFileUpload", &parameters))
            .await
            .map(drop)
    }

    /// Sends a request and reads the answer up to the end of its envelope.
    async fn exchange(&mut self, request: &[u8]) -> Result<String, Failure> {
        self.stream.write_all(request).await?;
        let mut answer = Vec::with_capacity(1024);
        while !answer.ends_with(b"</soap:Envelope>") {
            if self.stream.read_buf(&mut answer).await? == 0 {
                return Err("the connection was closed".into());
            }
        }
        Ok(String::from_utf8(answer)?)
    }
}

fn request(operation: &str, parameters: &str) -> Vec<u8> {
    let body = super::reading::envelope(operation, parameters);
    format!(
        "POST /dfs.asmx HTTP/1.1\r\nHost: bench\r\nContent-Type: text/xml; charset=utf-8\r\n\
         SOAPAction: \"http://www.interfax.cc/{operation}\"\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn text<'a>(answer: &'a str, element: &str) -> Option<&'a str> {
    let (_, rest) = answer.split_once(&format!("<{element}>"))?;
    rest.split_once('<').map(|(text, _)| text)
}
